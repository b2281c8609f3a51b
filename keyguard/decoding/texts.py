"""All texts that are derived from a text, at the places that the prefilter found."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from keyguard.decoding.compressed import unpacked
from keyguard.decoding.derived_text import DerivedText
from keyguard.decoding.escapes import decoded_escapes
from keyguard.decoding.runs import decoded_runs


def derived_texts(
    data: bytes, anchors: Collection[tuple[int, int]], encoded: Collection[tuple[int, int]], *, inner: bool
) -> Iterator[DerivedText]:
    """Yield the texts that are derived from a text, those that are found most surely first.

    ``anchors`` are (number, offset), ``encoded`` (kind, offset of the end); ``inner`` says whether the text is derived
    itself: only then it is unpacked, as files that are packed are read elsewhere.
    """
    if inner:
        yield from unpacked(data)
    if encoded:
        yield from decoded_runs(data, encoded)
    if encoded or anchors:
        yield from decoded_escapes(data, encoded, anchors)
