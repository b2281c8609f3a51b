"""Parse the URL of a remote as git writes it, without git: nothing in a repository is to be obeyed.

Only https, ssh and paths are accepted. A password in a URL is never used or displayed: the list of processes would
show it.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from keyguard.support.errors import UsageError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HELPER = re.compile(r"[A-Za-z0-9]+::")
#: ``user@host:path``, as scp has it: no slash before the colon
_SCP = re.compile(r"(?:([^@/:\s]+)@)?(\[[0-9A-Fa-f:.]+\]|[^@/:\s\[\]]+):(.*)")
_BAD = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Address(NamedTuple):
    """A remote that can be contacted."""

    text: str
    """As passed to git and displayed: without a password; an absolute path."""
    protocol: str
    """``https``, ``ssh`` or ``file``."""
    host: str
    path: str
    """On that host, without slashes at its ends; absolute for ``file``."""
    stripped: bool = False
    """Whether a password was removed."""


def parse(text: str, base: str) -> Address:
    """Return the address in ``text``; a relative path counts from ``base``. Raise ``UsageError`` for all others."""
    text = text.strip()
    if not text or text.startswith("-"):
        raise UsageError("a remote's address is empty, or would be taken for an option")
    if scheme := _SCHEME.match(text):
        return _url(text, scheme[1].lower())
    if _HELPER.match(text):
        raise UsageError(f"the remote is reached by the program git-remote-{text.partition('::')[0]}: purge runs none")
    if (scp := _SCP.fullmatch(text)) and not _BAD.search(text):
        user, host, path = scp[1] or "", scp[2], scp[3]
        if user.startswith("-") or host.startswith("-") or path.startswith("-"):
            raise UsageError("a part of the remote's address would be taken for an option")
        return Address(text, "ssh", host.strip("[]").lower(), path.strip("/"))
    return _file(os.path.join(base, os.path.expanduser(text) if text.startswith("~/") else text))


def _url(text: str, scheme: str) -> Address:
    if scheme == "file":
        return _file(unquote(text[len("file://") :]))
    if scheme not in ("https", "ssh"):
        raise UsageError(f"the remote is reached by {scheme}: purge takes https, ssh or a path: give one with --remote")
    try:
        parts = urlsplit(text)
        host, port, user = parts.hostname or "", parts.port, parts.username or ""
    except ValueError as error:
        raise UsageError("the remote's address cannot be read") from error
    if not host or _BAD.search(text) or host.startswith("-") or unquote(user).startswith("-"):
        raise UsageError("the remote's address cannot be read")
    name = f"[{host}]" if ":" in host else host
    place = f"{f'{user}@' if user else ''}{name}{f':{port}' if port else ''}"
    return Address(f"{scheme}://{place}{parts.path}", scheme, host, parts.path.strip("/"), bool(parts.password))


def _file(path: str) -> Address:
    if "\0" in path or "\n" in path or not os.path.isabs(path):
        raise UsageError("the remote's address is no path that can be read")
    path = os.path.normpath(path)
    return Address(path, "file", "", path)


def same(one: Address, other: Address) -> bool:
    """Whether both are the same repository, by their text."""
    return (one.protocol, one.text.rstrip("/")) == (other.protocol, other.text.rstrip("/"))
