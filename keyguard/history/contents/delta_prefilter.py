"""Decide from a delta alone whether its result can contain a key, given that its base contains none.

An anchor that is in the result but not in the base contains an inserted byte, or spans the boundary of two copies. So
the prefilter sees only the inserted bytes, with as many bytes of context on either side as the longest anchor has, less
one; and more, so that a name and the value assigned to it are seen together when either of them changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from keyguard.engine.prefilter import Hits, Prefilter, search_each
from keyguard.joining.chains import roughly_joined
from keyguard.joining.signs import JOINT
from keyguard.odb.insertions import inserted_text

#: bytes of inserted text per call; deltas above that are not ruled out
_MOST = 32 << 20
#: bytes of context in which a secret without a vendor's format is found, with its name
_CONTEXT = 160

#: (text, places that the prefilter found in it) -> whether a secret could be at one of them
Decides = Callable[[bytes, Sequence[tuple[int, int]]], bool]


class DeltaPrefilter:
    """Selects deltas by the bytes that they insert."""

    def __init__(self, prefilter: Prefilter, promising: Decides, genuine: Decides) -> None:
        """``promising`` decides on places of secrets without a vendor's format, ``genuine`` on encoded anchors."""
        self._prefilter = prefilter
        self._promising, self._genuine = promising, genuine
        self._reach = max(prefilter.reach, _CONTEXT)

    def keyless(self, deltas: Sequence[bytes], bases: Sequence[bytes]) -> tuple[list[bool], list[int]]:
        """Return for each delta whether its result cannot contain a key if its base contains none, and the size of the
        result.

        A damaged delta is never ruled out, nor is a result with an inserted NUL: that is not text.
        """
        texts, sizes, keyless, left = [], [], [], _MOST
        for delta, base in zip(deltas, bases, strict=True):
            try:
                text, size = inserted_text(delta, base, self._reach, left)
            except (IndexError, ValueError):
                text, size, whole = b"", 0, False
            else:
                whole = b"\0" not in text
            left -= len(text)
            texts.append(text)
            sizes.append(size)
            keyless.append(whole)
        for number in self._suspects(texts):
            keyless[number] = False
        return keyless, sizes

    def _suspects(self, texts: Sequence[bytes]) -> set[int]:
        """Return the indices of the texts in which there could be a key, by one search over all of them."""
        hits = self._prefilter.search(b"\n".join(texts))
        if not any(hits):
            return set()
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        found = {bisect_right(starts, at) - 1 for _, at in hits.anchors}
        found.update(self._joined(texts, starts, hits.joins))
        for places, decides in ((hits.encoded, self._genuine), (hits.places, self._promising)):
            others: dict[int, list[tuple[int, int]]] = {}
            for kind, end in places:
                number = bisect_right(starts, end - 1) - 1
                if number not in found:
                    others.setdefault(number, []).append((kind, end - starts[number]))
            found.update(number for number, there in others.items() if decides(texts[number], there))
        return found

    def _joined(self, texts: Sequence[bytes], starts: Sequence[int], joins: Sequence[tuple[int, int]]) -> Iterator[int]:
        """Yield the indices of the texts in which literals may be joined to a key: most are joined to no key."""
        beside: dict[int, list[int]] = {}
        for kind, end in joins:
            number = bisect_right(starts, end - 1) - 1
            if kind == JOINT:
                beside.setdefault(number, []).append(end - starts[number])
            else:
                yield number
        for number, hits in self._hits_of({at: roughly_joined(texts[at], ends) for at, ends in beside.items()}):
            if hits.anchors or hits.encoded:
                yield number

    def _hits_of(self, texts: Mapping[int, bytes]) -> Iterator[tuple[int, Hits]]:
        """Yield the numbers of the texts with hits, and these, by one search over all of them."""
        numbers = list(texts)
        for at, hits in search_each(self._prefilter, list(texts.values())).items():
            yield numbers[at], hits
