"""A text in which more is encoded than is decoded is said to be not read whole."""

from __future__ import annotations

import base64
import zlib

import pytest

from keyguard.model.finding import Blob, Where
from tests.helpers.checkout import made_up_key
from tests.helpers.seeing import inspector

#: bytes of a compressed text, and what is decoded of it
PART = (1 << 20) - 64


def packed(size: int, lines: int) -> bytes:
    """Return lines of assignments to texts that are compressed, in base64, and that begin with a key."""
    text = made_up_key(16).encode() + b"\n"
    coded = base64.b64encode(zlib.compress(text + b"a b " * ((size - len(text)) // 4)))
    return b"\n\n".join([b"data = '" + coded + b"'"] * lines)


@pytest.mark.parametrize(("size", "lines", "whole"), [(PART, 2, True), (PART, 9, False), (2 * PART, 1, False)])
@pytest.mark.parametrize("path", [b"", b"src/data.py"])
def test_what_is_not_decoded_is_said(size: int, lines: int, whole: bool, path: bytes) -> None:
    seen = inspector().inspect(Blob(path, Where.HISTORY), packed(size, lines))
    assert [one.detail.partition(" (")[0] for one in seen.unread] == ([] if whole else ["file"])
    assert len(seen.sightings) > 0
    assert not seen.plain
