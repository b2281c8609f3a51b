"""Decode the run of base64 or hex in which the prefilter found an anchor."""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator

from keyguard.decoding.derived_text import DerivedText, Piece
from keyguard.decoding.encoded_anchors import HEX
from keyguard.support.regex import expression

#: bytes of a run that are read on either side of an anchor: less than the margin of a page
_REACH = 32 << 10
_STANDARD = bytes.maketrans(b"-_", b"+/")
_AHEAD = expression(rb"[A-Za-z0-9+/_-]*"), expression(rb"[0-9A-Fa-f]*")


def decoded_runs(data: bytes, hits: Iterable[tuple[int, int]]) -> Iterator[DerivedText]:
    """Yield the decoded runs around hits, which are (kind, offset behind the literal), each run once."""
    done: dict[tuple[bool, int], int] = {}
    for kind, end in sorted(hits, key=lambda hit: hit[1]):
        alignment = (True, end % 2) if kind == HEX else (False, (end - kind) % 4)
        if done.get(alignment, 0) < end:
            derived = _from_hex(data, end) if kind == HEX else _from_base64(data, end, kind)
            done[alignment] = derived.pieces[-1].end
            yield derived


def _from_base64(data: bytes, end: int, place: int) -> DerivedText:
    """Return the decoded run around ``end``; the character before that is at ``place`` in its group of four."""
    first, last = _run(data, end, 0)
    first += (end - 1 - place - first) % 4
    chars = data[first:last].translate(_STANDARD)
    text = binascii.a2b_base64(chars[: len(chars) - (len(chars) % 4 == 1)] + b"==")
    # the last group may be shorter: then its characters and bytes have another proportion
    groups = len(text) // 3
    parts = Piece(0, 3 * groups, first, first + 4 * groups), Piece(3 * groups, len(text) % 3, first + 4 * groups, last)
    return DerivedText(text, "base64", tuple(one for one in parts if one.size))


def _from_hex(data: bytes, end: int) -> DerivedText:
    first, last = _run(data, end, 1)
    first, last = first + (end - first) % 2, last - (last - end) % 2
    text = bytes.fromhex(data[first:last].decode())
    return DerivedText(text, "hex", (Piece(0, len(text), first, last),))


def _run(data: bytes, end: int, kind: int) -> tuple[int, int]:
    """Return the span of the characters of one alphabet around an offset."""
    ahead = _AHEAD[kind]
    low = max(0, end - _REACH)
    before = ahead.match(data[low:end][::-1])
    after = ahead.match(data, end, end + _REACH)
    return end - (before.end() if before else 0), after.end() if after else end
