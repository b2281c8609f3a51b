"""NumPy, loaded without its worker threads: they would be of no use here, and are in the way of a fork."""

from __future__ import annotations

import os
from typing import Any, TypeAlias

_THREADS = "OPENBLAS_NUM_THREADS"
_before = os.environ.get(_THREADS)
os.environ[_THREADS] = "1"
try:
    import numpy as np
finally:
    if _before is None:
        del os.environ[_THREADS]
    else:
        os.environ[_THREADS] = _before

__all__ = ["Array", "distinct", "np", "sorting"]

#: whatever the element type, which the docstrings say
Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"


def sorting(keys: Array) -> Array:
    """The order in which keys ascend, and equal ones stay as they are: several times faster where none are equal."""
    order: Array = np.argsort(keys)
    ascending = keys[order]
    if (ascending[1:] == ascending[:-1]).any():
        order = np.argsort(keys, kind="stable")
    return order


def distinct(numbers: Array) -> Array:
    """Each of these once, in order. As ``np.unique``, which imports another tenth of NumPy first."""
    found = np.sort(numbers)
    kept: Array = found[np.append(True, found[1:] != found[:-1])[: len(found)]]
    return kept
