"""The boundary of client and server, as a file declares it: ``"use client"``, ``"use server"``, ``server-only``."""

from __future__ import annotations

from keyguard.support.regex import expression

#: comments and other directives may stand before a directive
_BEFORE = (
    rb"\A(?:\xef\xbb\xbf)?(?:#![^\n]*\n)?"
    rb"(?:\s|//[^\r\n]*[\r\n]|/\*(?:[^*]|\*(?!/))*\*/|[\"']use [a-z ]{1,40}[\"'];?)*"
)
_CLIENT = expression(_BEFORE + rb"[\"']use client[\"']")
_SERVER = expression(_BEFORE + rb"[\"']use server[\"']")
#: modules that client code must not import: the build fails
_ONLY_SERVER = expression(
    rb"(?m)^[ \t]*import\s[^\"'\r\n;]{0,300}[\"']"
    rb"(?:server-only|next/headers|astro:env/server|\$env/(?:static|dynamic)/private|@tanstack/[a-z]{1,20}-start/server-only)[\"']"
    rb"|^[ \t]*import[ \t]*[\"']server-only[\"']"
)
#: bytes: directives and imports are at the top, at most below a licence
_TOP = 16384
_HINTS = (b"server-only", b"/private", b"env/server", b"next/headers")


def is_client(data: bytes) -> bool:
    """Return whether the file begins client code with ``"use client"``."""
    return data.find(b"use client", 0, _TOP) >= 0 and _CLIENT.match(data, 0, _TOP) is not None


def is_server(data: bytes) -> bool:
    """Return whether the file stays on the server: ``"use server"``, ``import "server-only"`` and the like."""
    if data.find(b"use server", 0, _TOP) >= 0 and _SERVER.match(data, 0, _TOP):
        return True
    likely = any(data.find(hint, 0, _TOP) >= 0 for hint in _HINTS)
    return likely and _ONLY_SERVER.search(data, 0, _TOP) is not None
