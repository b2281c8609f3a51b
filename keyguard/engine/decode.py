"""Decode texts that are not ASCII-compatible: UTF-16 and UTF-32 become UTF-8, and wide strings in binaries are found.

UTF-8 and the Latin encodings need nothing: keys are ASCII, and patterns match bytes.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TEXT = b"\t" + bytes(range(0x20, 0x7F))
#: zero for an allowed byte, one for any other
_NOT_TEXT = bytes(byte not in _TEXT for byte in range(256))
_NOT_NUL = bytes(byte != 0 for byte in range(256))
#: ``T`` for a byte of a text, ``0`` for NUL, and anything else for any other
_CLASSES = bytes(ord("T") if byte in _TEXT else ord("-") if byte else ord("0") for byte in range(256))
#: characters of the shortest run: as many as the shortest key has
_LEAST = 12
_SHORTEST = bytes(_LEAST)
_GOOD = expression(rb"\0{%d,}" % _LEAST)
#: characters that no text has
_NO_TEXT = expression(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
#: bytes examined to determine the encoding of a text
LOOK = 4096


class WideRun(NamedTuple):
    """ASCII text in wide characters: the text, its offset, and the bytes per character."""

    text: bytes
    start: int
    width: int


def sniff(head: bytes) -> str | None:
    """Return the codec of a text in UTF-16 or UTF-32, by its mark or by the position of its NULs; else None."""
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    look = head[: LOOK & ~3]
    look = look[: len(look) & ~3]
    if len(look) < 16 or b"\0" not in look:
        return None
    codec = _by_nulls(look)
    return codec if codec and _is_text(look, codec) else None


def _by_nulls(look: bytes) -> str:
    """Return the codec with this distribution of NULs; empty if there is none."""
    quarter = len(look) // 4
    nulls = [look[place::4].count(0) for place in range(4)]
    for full, empty, codec in ((0, (2, 3), "utf-32-le"), (3, (0, 1), "utf-32-be")):
        if nulls[full] * 20 <= quarter and all(nulls[place] * 10 >= quarter * 9 for place in empty):
            return codec
    even, odd = nulls[0] + nulls[2], nulls[1] + nulls[3]
    if odd * 5 >= quarter * 4 and even * 20 <= quarter:
        return "utf-16-le"
    return "utf-16-be" if even * 5 >= quarter * 4 and odd * 20 <= quarter else ""


def _is_text(look: bytes, codec: str) -> bool:
    """Whether data without a mark may be text: tables of numbers have NULs in the same places."""
    try:
        text = codecs.getincrementaldecoder(codec)().decode(look)
    except UnicodeDecodeError:
        return False
    return not _NO_TEXT.search(text)


def transcoder(read: Callable[[int], bytes], codec: str, first: bytes) -> Callable[[int], bytes]:
    """Return a ``read`` that returns the text in UTF-8, U+FFFD for what is invalid, maybe more than asked."""
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    pending = [decoder.decode(first).lstrip("\ufeff").encode()]
    ended = False

    def convert(size: int) -> bytes:
        nonlocal ended
        while not pending[0] and not ended:
            raw = read(max(size, 4096))
            ended = not raw
            pending[0] = decoder.decode(raw, final=ended).encode()
        data, pending[0] = pending[0][:size], pending[0][size:]
        return data

    return convert


def wide_runs(data: bytes, order: str = "") -> Iterator[WideRun]:
    """Yield every run of ASCII in two or four bytes per character; with an ``order`` (``le``, ``be``) only in that one.

    The same bytes can be read in either order, the wrong one mostly a character short: that reading is left out.
    """
    classes = data.translate(_CLASSES)
    for width in (4, 2):
        places = {"le": (0,), "be": (width - 1,)}.get(order, (0, width - 1))
        runs = [
            run._replace(start=run.start + low)
            for low, high in _stretches(classes, width)
            for place in places
            for phase in range(width)
            for run in _runs(data[low:high], width, place, phase)
        ]
        yield from _without_ghosts(sorted(runs, key=lambda run: run.start))


def _stretches(classes: bytes, width: int) -> Iterator[tuple[int, int]]:
    """Yield the spans with all runs of a width: nearly all data has none, which one search tells.

    In either order a run of the least length has a character less of the same: letters with NULs between them.
    """
    one = b"T".ljust(width, b"0")
    sign, at = one * (_LEAST - 1) + b"T", 0
    while (found := classes.find(sign, at)) >= 0:
        last, count = found + len(sign) - 1, 1
        while classes.startswith(one * count, last):
            last += count * width
            count *= 2
        while count := count // 2:
            if classes.startswith(one * count, last):
                last += count * width
        at = last + 1
        yield max(0, found - width), min(len(classes), at + width)


def _runs(data: bytes, width: int, place: int, phase: int) -> Iterator[WideRun]:
    """Yield the runs in one byte order and alignment, column by column: a pattern would need memory per character."""
    count = max(0, len(data) - phase) // width
    end, wrong = phase + count * width, 0
    for column in range(width):
        allowed = _NOT_TEXT if column == place else _NOT_NUL
        wrong |= int.from_bytes(data[phase + column : end : width].translate(allowed), "big")
    good = wrong.to_bytes(count, "big")
    if _SHORTEST not in good:  # far faster than looking for all
        return
    for found in _GOOD.finditer(good):
        start = phase + found.start() * width + place
        yield WideRun(data[start : start + (found.end() - found.start()) * width : width], start, width)


def _without_ghosts(runs: list[WideRun]) -> list[WideRun]:
    """Return, of two runs over the same bytes, the longer one; both if they have equal length and differ."""
    kept: list[WideRun] = []
    for run in runs:
        before = kept[-1] if kept else None
        if before is None or before.start + len(before.text) * before.width <= run.start:
            kept.append(run)
        elif len(before.text) < len(run.text):
            kept[-1] = run
        elif len(before.text) == len(run.text) and before.text != run.text:
            kept.append(run)
    return kept
