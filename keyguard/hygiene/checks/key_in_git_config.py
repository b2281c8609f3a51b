"""``key-in-git-config``: a URL or a header in git's configuration contains a password or a token."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.key_offsets import keys_between
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Sighting
from keyguard.model.violation import Violation
from keyguard.rules.placeholders import is_placeholder
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown, shown_path

_ADDRESS = expression(
    rb"\b(?:https?|ssh|git)://(?:(?P<user>[^\s:/@\"'<>]{0,120}):(?P<word>[^\s/@\"'<>]{3,400})|(?P<token>[^\s:/@\"'<>]{20,400}))"
    rb"@(?P<host>[A-Za-z0-9.-]{1,200})"
)
_HEADER = expression(
    rb"(?i)\bextraheader[ \t]*=[ \t]*[\"']?authorization:[ \t]*(?:basic|bearer|token)[ \t]+(?P<word>[^\s\"']{8,2000})"
)
#: placeholders for values that come from elsewhere, and passwords that only say that the user name is the token
_VARIABLE = expression(
    rb"[${}%*]|\A(?:x-oauth-basic|x-access-token|oauth2?|token|password|passwd|pass|git)\Z", re.IGNORECASE
)
#: the path of the repository, which is shown behind a masked password
_AFTER = expression(rb"(?::[0-9]{1,5})?(?:/[\w.-]{1,30}){0,9}(?=[\s\"']|\Z)")
_LONGEST = 256 << 10
#: secrets reported for one file
_MOST = 100
#: a user name of this length is a token
_TOKEN = 20
_SHORTEST = 4


def key_in_git_config(project: Project) -> Iterator[Violation]:
    """Yield a violation for each URL or header that contains a secret."""
    for path in sorted({*_own(project), *tables.patterns("infrastructure", "git", "files").among(project.files)}):
        content = (project.read(path) or b"")[:_LONGEST]
        if patterns.in_folder(path, tables.load("environments")["aside"]["folders"]):
            continue
        for pattern in (_ADDRESS, _HEADER):
            for found in islice(pattern.finditer(content), _MOST):
                if name := _secret(found):
                    yield _violation(project, path, found, name)


CHECKS = (key_in_git_config,)


def _own(project: Project) -> Iterator[bytes]:
    """Yield the configuration file of each repository that lies in the project."""
    for folder in project.folders:
        if folder.repository and folder.repository.top:
            inner = os.path.relpath(os.fsencode(folder.repository.top), project.root)
            if not inner.startswith(b".."):
                yield os.path.normpath(os.path.join(inner, b".git/config"))


def _secret(found: re.Match[bytes]) -> str:
    """Return the name of the group that matched a secret; empty if none did."""
    for name, word in found.groupdict().items():
        long = len(word or b"") >= (_TOKEN if name == "user" else _SHORTEST)
        if word and name != "host" and long and not _VARIABLE.search(word) and not is_placeholder(word):
            return name
    return ""


def _violation(project: Project, path: bytes, found: re.Match[bytes], name: str) -> Violation:
    host = shown((found.groupdict().get("host") or b"").decode("ascii", "replace"))
    where = f"the address of {host}" if host else "a header that is sent with every request"
    key = _known(project, path, found.span(name))
    return Violation(
        check="key-in-git-config",
        message=f"a {'password' if name == 'word' and host else 'token'} in {where} in {shown_path(path)}",
        spots=(project.hidden_spot(path, *found.span(name), _around(found, name)),),
        subject=host,
        key=key.fingerprint if key else "",
    )


def _around(found: re.Match[bytes], name: str) -> tuple[int, int] | None:
    """Return the span that may be shown around a password; None around a token, beside which a password may stand."""
    if name != "word" or not found.groupdict().get("host"):
        return None
    after = _AFTER.match(found.string, found.end())
    return found.start(), after.end() if after else found.end()


def _known(project: Project, path: bytes, span: tuple[int, int]) -> Sighting | None:
    """Return the key that a rule found in the span, if any."""
    return next((one for _, one in keys_between(project, path, *span)), None)
