"""``.npmrc``: tokens and passwords by registry; the same settings in a script that writes the file.

The format is documented at https://docs.npmjs.com/cli/v11/configuring-npm/npmrc
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secret
from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax import ini
from keyguard.credential_files.syntax.encoded import basic, passwords_in_urls, plain_or_encoded
from keyguard.credential_files.syntax.entry import Entry, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "package-registry-credential"
_PROXY = Field(_RULE, "the password in the URL of a proxy or registry in .npmrc")
_PLACES = {
    "_authtoken": Place(("_authtoken",), Field(_RULE, "a token for a registry in .npmrc", guessable=False)),
    "_auth": Place(("_auth",), Field(_RULE, "a user and a password in base64 in .npmrc"), decode=basic),
    "_password": Place(
        ("_password",), Field(_RULE, "the password for a registry in .npmrc"), ("username",), plain_or_encoded
    ),
}
#: one setting inside another text; a name without a registry before it is no setting
_SETTING = expression(
    rb"//[\w.:/${}@%-]{1,200}/:(?P<name>_authToken|_auth|_password)[\"']?(?:[ \t]{0,4}=[ \t]{0,4}|[ \t]{1,4})[\"']?"
    rb"(?P<value>[\w.=/+~-]{8,500})(?![\w.=/+~{}<>$(%*-])",
    re.IGNORECASE,
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the tokens and passwords. See :data:`keyguard.credential_files.format.Finder`."""
    entries = list(_file(data) if named else _embedded(data))
    users: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        if entry.name == "username":
            users[entry.keys[0]] = {"username": entry}
    for entry in entries:
        place = _PLACES.get(entry.name)
        if place:
            yield from secret(data, entry, place, users.get(entry.keys[0], {}))
        elif "://" in entry.value:
            for one in passwords_in_urls(data, *entry.span):
                found = judged(_PROXY, one.value, (one.start, one.end), user=one.user, comment=entry.comment)
                if found:
                    yield found


def _file(data: bytes) -> Iterator[Entry]:
    """Yield the settings of a file, with the registry as the first key, which is empty if there is none."""
    for entry in ini.entries(data):
        registry, _, name = entry.name.rpartition(":")
        yield entry._replace(keys=(registry, name.lower()))


def _embedded(data: bytes) -> Iterator[Entry]:
    for found in _SETTING.finditer(data):
        name, value = text_of(found["name"]).lower(), text_of(found["value"])
        yield Entry(("", name), value, *found.span("value"), 0, in_comment(data, found.start()))
