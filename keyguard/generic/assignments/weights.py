"""The model as it is stored: integer weights by hash of feature, thresholds by kind of name, a bitmap of common words.

The file ``model.bin``: one line of JSON (``bias``, ``high`` and ``medium`` with a threshold for each kind of name,
``weights`` and ``words`` with the number of bytes of each), then the weights, a signed byte each, then the bitmap.
``tools/train_generic.py`` writes it.
"""

from __future__ import annotations

import array
import json
import os
from functools import cache
from typing import NamedTuple

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.bin")


class Model(NamedTuple):
    """What ``tools/train_generic.py`` found."""

    bias: int
    weights: array.array[int]
    """One for each hash; their number is a power of two."""
    high: dict[str, int]
    """Kind of name -> the least score of a secret that fails a run; a kind that is not listed never does."""
    medium: dict[str, int]
    """Kind of name -> the least score of a secret."""
    words: bytes
    """A bitmap: see :mod:`keyguard.generic.assignments.common_words`."""


@cache
def model() -> Model:
    """Return the model, read at the first candidate."""
    with open(PATH, "rb") as file:
        head = json.loads(file.readline())
        weights = array.array("b", file.read(head["weights"]))
        words = file.read(head["words"])
    return Model(head["bias"], weights, head["high"], head["medium"], words)


def written(head: dict[str, object], weights: array.array[int], words: bytes) -> bytes:
    """Return the content of a file for these."""
    line = json.dumps({**head, "weights": len(weights), "words": len(words)}, sort_keys=True)
    return line.encode() + b"\n" + weights.tobytes() + words
