"""Mask values in a text: complete, truncated, reversed, or in an encoded form.

Every eight characters of every word are looked up among those of all values: the time depends on the text, and not on
the number of values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from typing import NamedTuple

from keyguard.masking.encoded_forms import EncodedForms
from keyguard.masking.values import MASK, Shapes, Value

#: the number of characters per lookup: a shorter part reveals little of a value
GRAM = 8
_STEP = 3
#: the number of pieces of a long value (a private key) that are searched
_PIECES = 64
#: the number for a value that is reversed, or of which nothing is shown
_FEW = 4
#: up to this number, searching for each text is faster than looking up all their beginnings
_FEW_ODD = 50
#: the number of places of the same eight characters that are compared: values with more are copies of each other
_MOST_PLACES = 8
#: a run between blanks, quotes, brackets and the like
_WORD = re.compile(r"[^\s\"'<>`|,()\[\]]{8,}", re.ASCII)
_APART = bytes.maketrans(b"\"'<>`|,()[]", b" " * 11)
_DIGIT, _LETTER, _TURN = re.compile("[0-9]"), re.compile("[A-Za-z]"), re.compile("[a-z](?=[A-Z])|[A-Z](?=[a-z])")
_ID = re.compile(r"KG-[0-9a-f]{6,32}|(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-f])")


class _Spelling(NamedTuple):
    """A value as text, or its reverse."""

    text: str
    body: int
    mask: str
    whole: bool
    """Whether only the complete value counts, because parts of it are words."""


class _Span(NamedTuple):
    """A half-open range of a word, and its replacement."""

    start: int
    end: int
    shown: str


class Masker:
    """Searches texts for values and masks them."""

    def __init__(self, shapes: Shapes, spared: Callable[[], Set[str]]) -> None:
        """``shapes`` returns masks for words with something like a key in them; ``spared`` ids stay as they are."""
        self._shapes, self._spared = shapes, spared
        self._places: dict[str, list[tuple[_Spelling, int]]] = {}
        self._odd: dict[str, str] = {}

    def add(self, value: Value) -> None:
        """Add a value to search for."""
        for spelling in _spellings(value):
            self._add(spelling)

    def masked(self, text: str) -> str:
        """Return the text with every value in it masked."""
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
        if not telling:  # made of letters, for instance: only the complete value differs from other words
            one = one._replace(whole=True)
        for at, gram in (telling or grams).items():
            places = self._places.setdefault(gram, [])
            if len(places) < _MOST_PLACES:
                places.append((one, at))
        if one.whole and not (grams and _WORD.fullmatch(one.text)):
            self._odd |= {one.text: one.mask, one.text.replace("\\", "\\\\").replace('"', '\\"'): one.mask}

    def _odd_in(self, text: str) -> list[str]:
        """Return the values that are not single words and that the text may contain."""
        if len(self._odd) <= _FEW_ODD:
            return [*self._odd]
        begin = {odd[:GRAM] for odd in self._odd}
        there = begin.intersection(map(text.__getitem__, map(slice, range(len(text)), range(GRAM, len(text) + GRAM))))
        return [odd for odd in self._odd if odd[:GRAM] in there]

    def _word(self, word: str, forms: EncodedForms) -> str:
        """Return the word without values."""
        spans = list(self._spans(word))
        if forms:
            for form in forms.of(word):
                spans += [_Span(form.starts[one.start], form.ends[one.end - 1], MASK) for one in self._spans(form.text)]
        return _replaced(word, self._unspared(word, spans)) if spans else word

    def _spans(self, word: str) -> Iterator[_Span]:
        """Yield the values and parts of values in a word, from left to right."""
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
        """Return the spans without those over an id, which somebody may have put into a value to have it masked."""
        ids = [found.span() for found in _ID.finditer(word)]
        if not ids:
            return spans
        kept = [(start, end) for start, end in ids if word[start:end] in self._spared()]
        return [one for one in spans if not any(start < one.end and one.start < end for start, end in kept)]


def _words(text: str) -> set[str]:
    """Return the words of a text that are long enough, as ``_WORD`` finds them, six times as fast."""
    found = set(text.encode("utf-8", "surrogatepass").translate(_APART).split())
    return {word.decode("utf-8", "surrogatepass") for word in found if len(word) >= GRAM}


def _spellings(value: Value) -> Iterator[_Spelling]:
    """Yield a value as texts contain it: bytes that are not ASCII can be displayed in two ways."""
    for text in dict.fromkeys((value.text.decode("latin-1"), value.text.decode("utf-8", "backslashreplace"))):
        body = value.body if text.isascii() else 0
        yield _Spelling(text, body, value.mask, value.chosen)
        if text.isascii():
            yield _Spelling(text[body:][::-1], 0, MASK, value.chosen)


def _extended(word: str, at: int, one: _Spelling, offset: int, least: int) -> _Span | None:
    """Return the span of the value around eight characters of it, from ``least`` on; None if it is too short."""
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
    # a part of a value shows no more than the complete one
    prefix, _, tail = one.mask.partition(MASK)
    head = text[first : one.body] if prefix and first < one.body else ""
    return _Span(start, end, head + MASK + (tail if last == len(text) else ""))


def _replaced(word: str, spans: list[_Span]) -> str:
    """Return the word with these spans masked; of two that overlap the one that starts first, then the longer one."""
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
    """Whether eight characters are unlikely in other words: letters with digits, or random changes of case."""
    if _DIGIT.search(gram):
        return _LETTER.search(gram) is not None
    return len(_TURN.findall(gram)) >= 3
