"""Addresses that a server signed for a while: the tokens in them open one thing, and expire."""

from __future__ import annotations

from keyguard.support.regex import expression

_REACH = 1500
_BREAK = expression(rb"[\s\"'`<>]")
#: the times and signatures of S3, CloudFront, Google, Azure, Akamai, Qiniu
_SIGNED = expression(
    rb"[?&;](?:X-(?:Amz|Goog)-(?:Expires|Signature|Date)|Expires|e|se|exp|hdnea|Signature|Key-Pair-Id)(?:=|%3D)",
)


def is_in_signed_address(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a part of such an address."""
    low = max(0, start - _REACH)
    breaks = [one.end() for one in _BREAK.finditer(data, low, start)]
    first = breaks[-1] if breaks else low
    stop = _BREAK.search(data, end, min(len(data), end + _REACH))
    last = stop.start() if stop else min(len(data), end + _REACH)
    return b"?" in data[first:start] and _SIGNED.search(data, first, last) is not None
