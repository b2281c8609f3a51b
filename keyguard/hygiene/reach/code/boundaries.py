"""What a file says of itself: that it is for the browser, or that it never leaves the server."""

from __future__ import annotations

from keyguard.support.regex import expression

#: comments and other directives may stand before a directive
_BEFORE = (
    rb"\A(?:\xef\xbb\xbf)?(?:#![^\n]*\n)?"
    rb"(?:\s|//[^\r\n]*[\r\n]|/\*(?:[^*]|\*(?!/))*\*/|[\"']use [a-z ]{1,40}[\"'];?)*"
)
_CLIENT = expression(_BEFORE + rb"[\"']use client[\"']")
_SERVER = expression(_BEFORE + rb"[\"']use server[\"']")
#: modules whose import by a client is an error of the build
_ONLY_SERVER = expression(
    rb"(?m)^[ \t]*import\s[^\"'\r\n;]{0,300}[\"']"
    rb"(?:server-only|next/headers|astro:env/server|\$env/(?:static|dynamic)/private|@tanstack/[a-z]{1,20}-start/server-only)[\"']"
    rb"|^[ \t]*import[ \t]*[\"']server-only[\"']"
)
#: a directive is at the top, under a licence at most, and so are imports
_TOP = 16384
_HINTS = (b"server-only", b"/private", b"env/server", b"next/headers")


def is_client(data: bytes) -> bool:
    """Whether the file begins a client: ``"use client"``."""
    return data.find(b"use client", 0, _TOP) >= 0 and _CLIENT.match(data, 0, _TOP) is not None


def is_server(data: bytes) -> bool:
    """Whether the file never leaves the server: ``"use server"``, ``import "server-only"`` and the like."""
    if data.find(b"use server", 0, _TOP) >= 0 and _SERVER.match(data, 0, _TOP):
        return True
    likely = any(data.find(hint, 0, _TOP) >= 0 for hint in _HINTS)
    return likely and _ONLY_SERVER.search(data, 0, _TOP) is not None
