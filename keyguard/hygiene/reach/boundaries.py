"""What a file says of itself: that it is for the browser, or that it never leaves the server."""

from __future__ import annotations

import re

#: comments and other directives may stand before a directive
_BEFORE = (
    rb"\A(?:\xef\xbb\xbf)?(?:#![^\n]*\n)?"
    rb"(?:\s|//[^\r\n]*[\r\n]|/\*(?:[^*]|\*(?!/))*\*/|[\"']use [a-z ]{1,40}[\"'];?)*"
)
_CLIENT = re.compile(_BEFORE + rb"[\"']use client[\"']")
_SERVER = re.compile(_BEFORE + rb"[\"']use server[\"']")
#: modules whose import by a client is an error of the build
_ONLY_SERVER = re.compile(
    rb"(?m)^[ \t]*import\s[^\"'\r\n;]{0,300}[\"']"
    rb"(?:server-only|astro:env/server|\$env/(?:static|dynamic)/private|@tanstack/[a-z]{1,20}-start/server-only)[\"']"
    rb"|^[ \t]*import[ \t]*[\"']server-only[\"']"
)
#: a directive is at the top, under a licence at most
_TOP = 8192


def is_client(data: bytes) -> bool:
    """Whether the file begins a client: ``"use client"``."""
    return b"use client" in data[:_TOP] and _CLIENT.match(data[:_TOP]) is not None


def is_server(data: bytes) -> bool:
    """Whether the file never leaves the server: ``"use server"``, ``import "server-only"`` and the like."""
    if b"use server" in data[:_TOP] and _SERVER.match(data[:_TOP]):
        return True
    likely = b"server-only" in data or b"/private" in data or b"env/server" in data
    return likely and _ONLY_SERVER.search(data) is not None
