"""Processor time in tests: against that of less work, or in the seconds of a machine that is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import process_time

#: seconds that the work of :func:`slowness` took on the machine on which limits in seconds were chosen
_REFERENCE = 0.0016
_WORK, _TEXT = re.compile(r"[a-z]+[0-9]?[ ,;]?!"), "lorem ipsum dolor " * 400


def seconds(act: Callable[[], object], tries: int = 3) -> float:
    """Return the seconds of processor time that something takes, of some tries the best one."""
    found = []
    for _ in range(tries):
        start = process_time()
        act()
        found.append(process_time() - start)
    return min(found)


def is_at_most(large: Callable[[], object], small: Callable[[], object], times: float, floor: float = 0.02) -> bool:
    """Whether one thing takes at most so many times as long as another, or next to nothing.

    Both are measured one after the other, and up to three times: what is else going on passes, and growth does not.
    """
    return any(seconds(large, 2) <= max(times * seconds(small, 2), floor) for _ in range(3))


def slowness() -> float:
    """Return how many times as long as there things take here and now; at least 1.

    Measure it after a limit is exceeded: a machine is not equally fast all the time.
    """
    return max(1.0, seconds(lambda: [_WORK.search(_TEXT) for _ in range(5)]) / _REFERENCE)
