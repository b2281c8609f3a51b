"""Addresses that a server signed for a while: the tokens in them open one thing, and expire."""

from __future__ import annotations

from keyguard.support.regex import expression

_REACH = 1500
_BREAK = expression(rb"[\s\"'`<>]")
_BREAKS = tuple(b" \t\n\r\f\v\"'`<>"[at : at + 1] for at in range(11))
#: the times and signatures of S3, CloudFront, Google, Azure, Akamai, Qiniu
_SIGNED = expression(
    rb"[?&;](?:X-(?:Amz|Goog)-(?:Expires|Signature|Date)|Expires|e|se|exp|hdnea|Signature|Key-Pair-Id)(?:=|%3D)",
)


def is_in_signed_address(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a part of such an address."""
    low = max(0, start - _REACH)
    question = data.rfind(b"?", low, start)
    if question < 0 or any(data.find(sign, question, start) >= 0 for sign in _BREAKS):
        return False
    first = max(data.rfind(sign, low, question) + 1 for sign in _BREAKS) or low
    stop = _BREAK.search(data, end, min(len(data), end + _REACH))
    last = stop.start() if stop else min(len(data), end + _REACH)
    return _SIGNED.search(data, first, last) is not None
