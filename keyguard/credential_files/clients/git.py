"""``.git-credentials``, ``.gitconfig``, ``hub`` and ``gh``: tokens and passwords for code hosts.

The formats are documented at https://git-scm.com/docs/git-credential-store and https://git-scm.com/docs/git-config
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax import ini, yaml
from keyguard.credential_files.syntax.encoded import Credential, basic, passwords_in_urls
from keyguard.credential_files.syntax.entry import bytes_of, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "code-host-credential"
_IN_URL = Field(_RULE, "the password or token in the URL of a code host")
_USER = Field(_RULE, "a token in place of the user in the URL of a code host", guessable=False)
#: what stands behind a token that is the user of a URL
_NO_PASSWORD = frozenset(("x-oauth-basic", ""))
#: what stands before a token that is the password of a URL
_HEADER = expression(r"authorization:\s*(?P<kind>basic|bearer|token)\s+(?P<value>\S+)", re.IGNORECASE)
#: a URL with a token, and nothing that would be a password
_TOKEN_URL = expression(rb"https?://(?P<token>(?=[A-Za-z_-]{0,100}\d)[A-Za-z0-9_-]{20,200})@")
_YAML = (
    Place(("oauth_token",), Field(_RULE, "the token of a command line for a code host", guessable=False), ("user",)),
    Place(("token",), Field(_RULE, "the token of a command line for a code host", guessable=False), ("user",)),
)


def _header(text: str) -> Credential | None:
    """Return what the header stands for that is sent with each request."""
    found = _HEADER.fullmatch(text.strip())
    if not found:
        return None
    value = found["value"]
    credential = basic(value) if found["kind"].lower() == "basic" else Credential("", value)
    return credential and credential._replace(part=value)


_CONFIG = (
    Place(("extraheader",), Field(_RULE, "a header with a password or a token in git's configuration"), decode=_header),
    Place(
        ("smtppass",), Field("mail-password", "the password for a mail server in git's configuration"), ("smtpuser",)
    ),
    Place(("github", "token"), Field(_RULE, "a token in git's configuration", guessable=False), ("user",)),
    Place(("github", "password"), Field(_RULE, "a password in git's configuration"), ("user",)),
    Place(("gitlab", "token"), Field(_RULE, "a token in git's configuration", guessable=False), ("user",)),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the tokens and passwords. See :data:`keyguard.credential_files.format.Finder`."""
    if not named:
        return
    for one in passwords_in_urls(data, 0, len(data)):
        comment = in_comment(data, one.start)
        if one.value in _NO_PASSWORD:
            start = one.start - 1 - len(bytes_of(one.user))
            found = judged(_USER, one.user, (start, one.start - 1), comment=comment)
        else:
            found = judged(_IN_URL, one.value, (one.start, one.end), user=one.user, comment=comment)
        if found:
            yield found
    for url in _TOKEN_URL.finditer(data):
        found = judged(_USER, text_of(url["token"]), url.span("token"), comment=in_comment(data, url.start()))
        if found:
            yield found
    if path.lower().endswith((b".yml", b".yaml", b"hub")):
        yield from secrets(data, yaml.entries(data), _YAML)
    else:
        yield from secrets(data, ini.entries(data), _CONFIG)
