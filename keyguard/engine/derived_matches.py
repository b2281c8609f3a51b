"""Find the matches in texts that are derived from a text: decoded or joined, to a limited depth and size.

Derived texts are searched like any other, and what is found is mapped back to the text that they were made from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from keyguard.decoding.derived_text import DerivedText
from keyguard.decoding.encoded_anchors import BACKSLASH, HEX, HTML, PLAIN
from keyguard.decoding.escapes import CODES
from keyguard.decoding.runs import decoded_near
from keyguard.decoding.texts import derived_texts
from keyguard.engine.overlaps import Found, with_derived
from keyguard.engine.prefilter import Hits, Prefilter, search_each
from keyguard.joining.finder import joined_text
from keyguard.joining.joined_text import WAY, JoinedText
from keyguard.joining.signs import ESCAPED_JOINT, HTML_JOINT
from keyguard.model.finding import Match

#: how deep derived texts are nested
MAX_DEPTH = 5
#: bytes of derived texts for each byte of the text, and in any case
_TIMES, _LEAST = 16, 4 << 20
#: characters of which the beginnings of matches have at least as many
_HEAD = 2
#: bytes on either side of a secret in a derived text that say whose it is
_AROUND = 1000

#: signs of joined literals in a source that is itself escaped -> how
_ESCAPED = {ESCAPED_JOINT: BACKSLASH, HTML_JOINT: HTML}

Confirm = Callable[[bytes, list[tuple[int, int]]], Found]


class _Budget:
    """How many bytes of derived texts may still be searched."""

    def __init__(self, size: int) -> None:
        self.left = _TIMES * size + _LEAST

    def takes(self, size: int) -> bool:
        """Whether there is room for so many bytes; they are subtracted."""
        self.left -= size
        return self.left >= 0


class DerivedMatches:
    """Searches the texts that are derived from a text."""

    def __init__(self, prefilter: Prefilter, confirm: Confirm, beginnings: Mapping[int, tuple[bytes, ...]]) -> None:
        """``confirm`` returns the matches among the anchors that the prefilter found; ``beginnings`` are the anchors
        with which matches begin, by number: each a literal, and the characters that may follow it.
        """
        self._prefilter, self._search = prefilter, prefilter.search
        self._confirm, self._beginnings = confirm, beginnings
        self.anchored = False
        """Whether an anchor is in any text that was derived from the last text."""
        self._partial = False

    def added_to(self, found: Found, data: bytes, hits: Hits) -> Found:
        """Return what was found in a text, with what is found in the texts derived from it."""
        self.anchored = self._partial = False
        found = self._with_derived(found, data, hits, _Budget(len(data)), MAX_DEPTH, joined=False)
        return Found(found.matches, found.placeholders, is_partial=True) if self._partial else found

    def _with_derived(
        self, found: Found, data: bytes, hits: Hits, budget: _Budget, depth: int, *, joined: bool
    ) -> Found:
        matches, placeholders = list[Match](), list[tuple[int, int]]()
        inner = depth < MAX_DEPTH
        for text in self._derived_texts(data, hits, inner=inner, joined=joined) if depth else ():
            if not budget.takes(len(text.text)):
                self._partial = True
                break
            self._partial = self._partial or (isinstance(text, DerivedText) and text.is_beginning)
            still = joined and text.way in CODES
            there = self._found(text.text, budget, depth - 1, joined=still or text.way == WAY)
            matches += [_mapped(one, text) for one in there.matches]
            placeholders += [text.span(*span) for span in there.placeholders]
        return with_derived(found, Found(matches, placeholders)) if matches or placeholders else found

    def _found(self, data: bytes, budget: _Budget, depth: int, *, joined: bool) -> Found:
        hits = self._search(data)
        self.anchored = self.anchored or bool(hits.anchors)
        found = self._confirm(data, hits.anchors) if hits.anchors else Found([], [])
        return self._with_derived(found, data, hits, budget, depth, joined=joined)

    def _fires(self, data: bytes) -> bool:
        hits = self._search(data)
        return bool(hits.anchors or hits.encoded)

    def genuine(self, data: bytes, hits: Sequence[tuple[int, int]]) -> bool:
        """Return whether any hit in encoded form may be one of a key, or of the first piece of one."""
        return any(self._real(data, hits))

    def _real(
        self, data: bytes, hits: Sequence[tuple[int, int]]
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return the hits but those in base64 and hex near which no anchor is encoded, as data has thousands by chance;
        and those of the others whose run ends before an anchor would.
        """
        runs = [hit for hit in hits if hit[0] <= HEX]
        if not runs:
            return [*hits], []
        near = [decoded_near(data, *hit) for hit in runs]
        found = search_each(self._prefilter, [one.text for one in near])
        real, cut_off = [hit for hit in hits if hit[0] > HEX], list[tuple[int, int]]()
        for at, (hit, one) in enumerate(zip(runs, near, strict=True)):
            if one.is_packed or (at in found and (found[at].anchors or found[at].encoded)):
                real.append(hit)
            elif one.is_whole:
                cut_off.append(hit)
        return real, cut_off

    def _begins(self, text: bytes) -> bool:
        """Return whether a match could begin with a text, or with more than it."""
        for literal, *tail in self._by_head.get(text[:_HEAD], ()):
            rest = text[len(literal) :]
            if text.startswith(literal[: len(text)]) and all(
                byte in chars for byte, chars in zip(rest, tail, strict=False)
            ):
                return True
        return False

    @cached_property
    def _by_head(self) -> dict[bytes, list[tuple[bytes, ...]]]:
        found: dict[bytes, list[tuple[bytes, ...]]] = {}
        for one in self._beginnings.values():
            found.setdefault(one[0][:_HEAD], []).append(one)
        return found

    def _derived_texts(
        self, data: bytes, hits: Hits, *, inner: bool, joined: bool
    ) -> Iterator[DerivedText | JoinedText]:
        """Yield the texts that are derived from a text at the places that the prefilter found.

        ``inner`` says whether the text is derived itself, ``joined`` whether it was joined, and so are all texts in it.
        """
        real, cut_off = self._real(data, hits.encoded)
        escaped = [(_ESCAPED[kind], end) for kind, end in hits.joins if kind in _ESCAPED]
        encoded = [*real, *escaped] if escaped and not joined else real
        yield from derived_texts(data, hits.anchors, encoded, inner=inner)
        if joined:
            return
        begun = {at for anchor, at in hits.anchors if anchor in self._beginnings}
        begun.update(end - 1 for kind, end in (*real, *cut_off) if kind != PLAIN)
        text = joined_text(data, hits.joins, sorted(begun), self._fires, self._begins)
        if text:
            yield text


def _around(text: bytes, start: int, end: int) -> tuple[bytes, int]:
    """Return what stands around a secret in a text, and the offset of the secret there; nothing if it stands alone."""
    low = max(0, start - _AROUND)
    if not (text[low:start].strip() or text[end : end + _AROUND].strip()):
        return b"", 0
    return text[low : end + _AROUND], start - low


def _mapped(one: Match, text: DerivedText | JoinedText) -> Match:
    """Return a match in a derived text as one in the text that it was made from."""
    start, end = text.span(one.start, one.end)
    full_start, full_end = text.span(one.full_start, one.full_end)
    body = start + one.body - one.start
    way = (text.way, *one.way)
    pieces = [span for piece in one.pieces or ((one.start, one.end),) for span in text.spans(*piece)]
    return one._replace(
        start=start,
        end=end,
        body=body,
        full_start=full_start,
        full_end=full_end,
        way=way,
        inside=one.inside if one.inside[0] else _around(text.text, one.start, one.end),
        pieces=tuple(pieces) if len(pieces) > 1 else (),
    )
