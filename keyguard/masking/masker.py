"""Masks values in a text: whole, cut, reversed, or in another form.

Every eight characters of every word are looked up among those of all values: the time that takes depends on the text,
and not on how many values there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from typing import NamedTuple

from keyguard.masking.encoded_forms import EncodedForms
from keyguard.masking.values import MASK, Shapes, Value

#: characters that are looked up at a time: what is shorter tells little of a value
GRAM = 8
_STEP = 3
#: of a long value (a private key) so many pieces are looked for
_PIECES = 64
#: and of one that is reversed, or that nothing is shown of, so many
_FEW = 4
#: so many texts are searched for sooner than all their beginnings are looked up
_FEW_ODD = 50
#: places of the same eight characters in values that are compared: more of them are copies of one another
_MOST_PLACES = 8
#: what stands between blanks, quotes, brackets and the like
_WORD = re.compile(r"[^\s\"'<>`|,()\[\]]{8,}", re.ASCII)
_APART = bytes.maketrans(b"\"'<>`|,()[]", b" " * 11)
_DIGIT, _LETTER, _TURN = re.compile("[0-9]"), re.compile("[A-Za-z]"), re.compile("[a-z](?=[A-Z])|[A-Z](?=[a-z])")
_ID = re.compile(r"KG-[0-9a-f]{6,32}|(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-f])")


class _Spelling(NamedTuple):
    """A value as a text, or its reverse."""

    text: str
    body: int
    mask: str
    whole: bool
    """Whether only all of it counts: parts of it are words."""


class _Span(NamedTuple):
    """A stretch of a word, half open, and what is shown in its place."""

    start: int
    end: int
    shown: str


class Masker:
    """Values, ready to be looked for."""

    def __init__(self, shapes: Shapes, spared: Callable[[], Set[str]]) -> None:
        """``shapes`` are words in which something looks like a key, masked; ``spared`` ids stay as they are."""
        self._shapes, self._spared = shapes, spared
        self._places: dict[str, list[tuple[_Spelling, int]]] = {}
        self._odd: dict[str, str] = {}

    def add(self, value: Value) -> None:
        """Look for one more."""
        for spelling in _spellings(value):
            self._add(spelling)

    def masked(self, text: str) -> str:
        """The text with every value in it masked."""
        words = _words(text) - self._spared()
        forms = EncodedForms("\n".join(words))
        table = {word: new for word in words if (new := self._word(word, forms)) != word}
        again = {table.get(word, word): word for word in words}
        table |= {again[word]: new for word, new in self._shapes(again).items()}
        if table:
            text = _WORD.sub(lambda found: table.get(found[0], found[0]), text)
        for odd in self._odd_in(text):
            text = text.replace(odd, self._odd[odd])
        return text

    def _add(self, one: _Spelling) -> None:
        last = len(one.text) - GRAM
        step = max(_STEP, last // (_PIECES if one.mask != MASK else _FEW))
        offsets = dict.fromkeys([*range(one.body, last + 1, step), last]) if last >= one.body else {}
        grams = {at: one.text[at : at + GRAM] for at in offsets}
        telling = {at: gram for at, gram in grams.items() if _is_telling(gram)}
        if not telling:  # made of letters, say: only all of it is told from other words
            one = one._replace(whole=True)
        for at, gram in (telling or grams).items():
            places = self._places.setdefault(gram, [])
            if len(places) < _MOST_PLACES:
                places.append((one, at))
        if one.whole and not (grams and _WORD.fullmatch(one.text)):
            self._odd |= {one.text: one.mask, one.text.replace("\\", "\\\\").replace('"', '\\"'): one.mask}

    def _odd_in(self, text: str) -> list[str]:
        """Those of the values that are no words which the text may hold."""
        if len(self._odd) <= _FEW_ODD:
            return [*self._odd]
        begin = {odd[:GRAM] for odd in self._odd}
        there = begin.intersection(map(text.__getitem__, map(slice, range(len(text)), range(GRAM, len(text) + GRAM))))
        return [odd for odd in self._odd if odd[:GRAM] in there]

    def _word(self, word: str, forms: EncodedForms) -> str:
        """The word without values."""
        spans = list(self._spans(word))
        if forms:
            for form in forms.of(word):
                spans += [_Span(form.starts[one.start], form.ends[one.end - 1], MASK) for one in self._spans(form.text)]
        return _replaced(word, self._unspared(word, spans)) if spans else word

    def _spans(self, word: str) -> Iterator[_Span]:
        """The values and parts of values in a word, from left to right."""
        grams = [word[at : at + GRAM] for at in range(len(word) - GRAM + 1)]
        if self._places.keys().isdisjoint(grams):
            return
        end = 0
        for at, gram in enumerate(grams):
            places = self._places.get(gram)
            if places and at + GRAM > end:
                found = [span for one, offset in places if (span := _extended(word, at, one, offset, end))]
                if found:
                    span = max(found, key=lambda one: (one.end - one.start, one.shown))
                    yield span
                    end = span.end

    def _unspared(self, word: str, spans: list[_Span]) -> list[_Span]:
        """Without those over an id, which somebody may have put into a value to have it masked."""
        ids = [found.span() for found in _ID.finditer(word)]
        if not ids:
            return spans
        kept = [(start, end) for start, end in ids if word[start:end] in self._spared()]
        return [one for one in spans if not any(start < one.end and one.start < end for start, end in kept)]


def _words(text: str) -> set[str]:
    """Every word of a text that is long enough, as ``_WORD`` finds them, six times as fast."""
    found = set(text.encode("utf-8", "surrogatepass").translate(_APART).split())
    return {word.decode("utf-8", "surrogatepass") for word in found if len(word) >= GRAM}


def _spellings(value: Value) -> Iterator[_Spelling]:
    """A value as texts have it: bytes that are no ASCII can be shown in two ways."""
    for text in dict.fromkeys((value.text.decode("latin-1"), value.text.decode("utf-8", "backslashreplace"))):
        body = value.body if text.isascii() else 0
        yield _Spelling(text, body, value.mask, value.chosen)
        if text.isascii():
            yield _Spelling(text[body:][::-1], 0, MASK, value.chosen)


def _extended(word: str, at: int, one: _Spelling, offset: int, least: int) -> _Span | None:
    """As much of the value as stands there around eight characters of it, from ``least`` on; None where that is not
    enough.
    """
    text = one.text
    if one.whole:
        start = at - offset
        return _Span(start, start + len(text), one.mask) if start >= 0 and word.startswith(text, start) else None
    start, first = at, offset
    while start > least and first > 0 and word[start - 1] == text[first - 1]:
        start, first = start - 1, first - 1
    end, last = at + GRAM, offset + GRAM
    while end < len(word) and last < len(text) and word[end] == text[last]:
        end, last = end + 1, last + 1
    if first == 0 and last == len(text):
        return _Span(start, end, one.mask)
    # of a part of it no more is seen than of the whole
    prefix, _, tail = one.mask.partition(MASK)
    head = text[first : one.body] if prefix and first < one.body else ""
    return _Span(start, end, head + MASK + (tail if last == len(text) else ""))


def _replaced(word: str, spans: list[_Span]) -> str:
    """The word with these stretches masked; of two that overlap the one that begins first, and then the longer one."""
    pieces: list[str] = []
    at = 0
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if span.start >= at:
            pieces += (word[at : span.start], span.shown)
        elif span.end > at:
            pieces.append(MASK)
        at = max(at, span.end)
    return "".join(pieces) + word[at:]


def _is_telling(gram: str) -> bool:
    """Whether eight characters are none that other words have, too: letters with digits, or capitals at random."""
    if _DIGIT.search(gram):
        return _LETTER.search(gram) is not None
    return len(_TURN.findall(gram)) >= 3
