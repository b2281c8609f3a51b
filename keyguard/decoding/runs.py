"""Decode the run of base64 or hex in which the prefilter found an anchor.

The hit tells the alignment, so it does not matter what stands before the anchor in the same characters, or how the run
is padded.
"""

from __future__ import annotations

import binascii
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keyguard.decoding import blocks
from keyguard.decoding.blocks import Block
from keyguard.decoding.compressed import HEADS
from keyguard.decoding.derived_text import DerivedText, Piece
from keyguard.decoding.encoded_anchors import HEX

_STANDARD = bytes.maketrans(b"-_", b"+/")
#: signs of base64 that also join a run to what stands before it
_SIGNS = b"/+-_"
#: the number for all lines of a run
_ALL = -1
#: characters that are read behind such a sign
_MOST = 8 << 10
#: at most so many characters of a literal of the prefilter, and so many from the start of a key to the end of one
_LITERAL, _FAR = 8, 96
#: bytes before and behind a hit with the anchor whose form it may be, with line ends and codes: up to 132 of its own
_BEFORE, _BEHIND = 64, 384


def decoded_runs(data: bytes, hits: Iterable[tuple[int, int]]) -> Iterator[DerivedText]:
    """Yield what the runs around hits stand for, which are (kind, offset behind the literal); each run once."""
    for group in (4, 2):
        ours = ((kind, end) for kind, end in hits if kind <= HEX and (kind == HEX) == (group == 2))
        yield from _decoded(data, sorted(ours, key=lambda hit: hit[1]), group)


class Near(NamedTuple):
    """What the characters near a hit stand for: enough to tell whether it is a form of an anchor at all."""

    text: bytes
    is_packed: bool
    """Whether it may be compressed, or in wide characters."""
    is_whole: bool
    """Whether these are all characters up to the end of the run."""


def decoded_near(data: bytes, kind: int, end: int) -> Near:
    """Return what is near a hit."""
    group, place, alphabet = (2, 1, blocks.HEX) if kind == HEX else (4, kind, blocks.BASE64)
    behind = blocks.unbroken(data[end : end + _BEHIND])
    size = len(behind) - len(behind.lstrip(alphabet.characters))

    def chars_from(before: bytes) -> bytes:
        before = blocks.unbroken(before)
        before = before[len(before.rstrip(alphabet.characters)) :]
        return before[(len(before) - 1 - place) % group :] + behind[:size]

    before = data[max(0, end - _BEFORE) : end]
    chars = chars_from(before)
    text = _bytes_of(chars, group)
    # the line before may be of another run
    line = chars_from(before.rpartition(b"\n")[2].rpartition(b"\\n")[2])
    starts = [(text, chars)] if line == chars else [(text, chars), (_bytes_of(line, group), line)]
    is_packed = text.count(0) * 4 >= len(text) or any(_begins_at(*one, head, group) for one in starts for head in HEADS)
    return Near(text, is_packed, size < len(behind) or end + _BEHIND >= len(data))


def _begins_at(text: bytes, chars: bytes, head: bytes, group: int) -> bool:
    """Whether a head stands in a decoded text where that may begin: at its start, or behind what may join it to it."""
    at = text.find(head)
    while at > 0 and (group == 2 or at % 3 or chars[at // 3 * 4 - 1] not in _SIGNS):
        at = text.find(head, at + 1)
    return at >= 0


def _decoded(data: bytes, hits: Sequence[tuple[int, int]], group: int) -> Iterator[DerivedText]:
    """Yield what the runs of one encoding stand for, whose characters form groups of that size: each line of a run by
    itself, since the next one may be another run, and all lines together.
    """
    block, done = None, set[tuple[int, int]]()
    known = dict[int, DerivedText]()
    for kind, end in hits:
        if block is None or end > block.end:
            block, known, done = Block(data, end, blocks.BASE64 if group == 4 else blocks.HEX), {}, set()
        place = kind if group == 4 else 1
        line = block.line(end - 1)
        for number in (line, _ALL) if len(block.spans) > 1 else (_ALL,):
            chars = known.get(number)
            if chars is None:
                chars = known[number] = block.text(block.spans if number == _ALL else block.spans[line : line + 1])
            at = _index(chars, end - 1)
            for first, last in _parts(chars.text, at, place, group):
                if (number, first) not in done:
                    done.add((number, first))
                    yield _from(chars, first, last, group)


def _index(chars: DerivedText, offset: int) -> int:
    """Return the index of the character that stands at an offset of the text."""
    piece = chars.pieces[bisect_right(chars.pieces, offset, key=lambda one: one.start) - 1]
    return piece.at + min(offset - piece.start, piece.size - 1)


def _parts(chars: bytes, at: int, place: int, group: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of what may be encoded if the character at ``at`` is at a ``place`` in its group: as far ahead as
    possible, and from behind the last sign that may only join it to something else, so that a key there has a boundary.
    """
    first = (at - place) % group
    yield first, len(chars)
    for index in range(at - _LITERAL, max(first, at - _FAR), -1) if group == 4 else ():
        if chars[index - 1] in _SIGNS and (index - first) % group == 0:
            yield index, min(len(chars), index + _MOST)
            return


def _from(chars: DerivedText, first: int, last: int, group: int) -> DerivedText:
    """Return what the characters of a span stand for."""
    text = _bytes_of(chars.text[first:last], group)
    if group == 2:
        return DerivedText(text, "hex", (Piece(0, len(text), first, first + 2 * len(text)),), between=chars)
    last -= (last - first) % 4 == 1
    # the last group may be shorter: then its characters and bytes have another proportion
    groups = len(text) // 3
    middle = first + 4 * groups
    pieces = Piece(0, 3 * groups, first, middle), Piece(3 * groups, len(text) % 3, middle, last)
    return DerivedText(text, "base64", tuple(one for one in pieces if one.size), between=chars)


def _bytes_of(chars: bytes, group: int) -> bytes:
    """Return what characters of hex or base64 stand for; a last one that stands for nothing whole is left out."""
    if group == 2:
        return bytes.fromhex(chars[: len(chars) & ~1].decode())
    return binascii.a2b_base64(chars[: len(chars) - (len(chars) % 4 == 1)].translate(_STANDARD) + b"==")
