"""Decide from a delta alone whether its result can contain a key, given that its base contains none.

An anchor that is in the result but not in the base contains an inserted byte, or spans the boundary of two copies. So
the prefilter sees only the inserted bytes, with as many bytes of context on either side as the longest anchor has, less
one.
"""

from __future__ import annotations

from collections.abc import Sequence

from keyguard.engine.prefilter import Prefilter, suspects
from keyguard.odb.insertions import inserted_text

#: bytes of inserted text per call; deltas above that are not ruled out
_MOST = 32 << 20


class DeltaPrefilter:
    """Selects deltas by the bytes that they insert."""

    def __init__(self, prefilter: Prefilter) -> None:
        self._prefilter = prefilter

    def keyless(self, deltas: Sequence[bytes], bases: Sequence[bytes]) -> tuple[list[bool], list[int]]:
        """Return for each delta whether its result cannot contain a key if its base contains none, and the size of the
        result.

        A damaged delta is never ruled out, nor is a result with an inserted NUL: that is not text.
        """
        texts, sizes, keyless, left = [], [], [], _MOST
        for delta, base in zip(deltas, bases, strict=True):
            try:
                text, size = inserted_text(delta, base, self._prefilter.reach, left)
            except (IndexError, ValueError):
                text, size, whole = b"", 0, False
            else:
                whole = b"\0" not in text
            left -= len(text)
            texts.append(text)
            sizes.append(size)
            keyless.append(whole)
        for number in suspects(self._prefilter, texts):
            keyless[number] = False
        return keyless, sizes
