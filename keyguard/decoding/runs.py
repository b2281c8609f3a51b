"""Decode the run of base64 or hex in which the prefilter found an anchor.

The hit tells the alignment, so it does not matter what stands before the anchor in the same characters, or how the run
is padded.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator, Sequence

from keyguard.decoding import blocks
from keyguard.decoding.blocks import Block
from keyguard.decoding.derived_text import DerivedText, Piece
from keyguard.decoding.encoded_anchors import HEX

_STANDARD = bytes.maketrans(b"-_", b"+/")
#: signs of base64 that also join a run to what stands before it
_SIGNS = b"/+-_"
#: at most so many characters of a literal of the prefilter
_LITERAL = 8


def decoded_runs(data: bytes, hits: Iterable[tuple[int, int]]) -> Iterator[DerivedText]:
    """Yield what the runs around hits stand for, which are (kind, offset behind the literal); each run once."""
    for group in (4, 2):
        ours = ((kind, end) for kind, end in hits if kind <= HEX and (kind == HEX) == (group == 2))
        yield from _decoded(data, sorted(ours, key=lambda hit: hit[1]), group)


def _decoded(data: bytes, hits: Sequence[tuple[int, int]], group: int) -> Iterator[DerivedText]:
    """Yield what the runs of one encoding stand for, whose characters form groups of that size."""
    block, done = None, set[tuple[tuple[tuple[int, int], ...], int]]()
    known = dict[tuple[tuple[int, int], ...], DerivedText]()
    for kind, end in hits:
        if block is None or end > block.end:
            block, known = Block(data, end, blocks.BASE64 if group == 4 else blocks.HEX), {}
            done = set()
        place = kind if group == 4 else 1
        for spans in {(block.stretch(end - 1),): None, tuple(block.spans): None}:
            chars = known.get(spans)
            if chars is None:
                chars = known[spans] = block.text(spans)
            at = _index(chars, end - 1)
            for first in _beginnings(chars.text, at, place, group):
                if (spans, first) not in done:
                    done.add((spans, first))
                    yield _from(chars, first, group)


def _index(chars: DerivedText, offset: int) -> int:
    """Return the index of the character that stands at an offset of the text."""
    piece = next(piece for piece in reversed(chars.pieces) if piece.start <= offset)
    return piece.at + min(offset - piece.start, piece.size - 1)


def _beginnings(chars: bytes, at: int, place: int, group: int) -> Iterator[int]:
    """Yield where what is encoded may begin if the character at ``at`` is at a ``place`` in its group: as far ahead as
    possible, and behind the last sign that may only join it to something else, so that a key there has a boundary.
    """
    first = (at - place) % group
    yield first
    for index in range(at - _LITERAL, first, -1) if group == 4 else ():
        if chars[index - 1] in _SIGNS and (index - first) % group == 0:
            yield index
            return


def _from(chars: DerivedText, first: int, group: int) -> DerivedText:
    """Return what the characters from an index on stand for."""
    if group == 2:
        last = len(chars.text) - (len(chars.text) - first) % 2
        text = bytes.fromhex(chars.text[first:last].decode())
        return DerivedText(text, "hex", (Piece(0, len(text), first, last),), between=chars)
    run = chars.text[first:].translate(_STANDARD)
    text = binascii.a2b_base64(run[: len(run) - (len(run) % 4 == 1)] + b"==")
    # the last group may be shorter: then its characters and bytes have another proportion
    groups = len(text) // 3
    middle, last = first + 4 * groups, len(chars.text) - (len(run) % 4 == 1)
    pieces = Piece(0, 3 * groups, first, middle), Piece(3 * groups, len(text) % 3, middle, last)
    return DerivedText(text, "base64", tuple(one for one in pieces if one.size), between=chars)
