"""The question that is asked: which of a few files reach a browser or a phone, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple


class Way(NamedTuple):
    """How a file gets to a browser or a phone."""

    entry: bytes
    kind: str
    """What the entry is, in words."""
    steps: tuple[bytes, ...]
    """Each imports the next: the entry first, the file itself last."""
    stays: tuple[tuple[int, int], ...] = ()
    """The stretches of the file that stay at the server all the same, in bytes: start, end."""
    sure: bool = True
    """Whether every step was parsed, and not only looked at."""


def client_ways(
    files: Collection[bytes], read: Callable[[bytes], bytes | None], wanted: Collection[bytes]
) -> dict[bytes, Way]:
    """The shortest way to each wanted file that reaches a client; of several the first by its paths.

    ``files`` are all paths of a project, relative to its root, and ``read`` gives what they hold, or None.
    """
    asked = sorted(path for path in set(wanted) if path in files)
    if not asked:
        return {}
    # most projects have nothing to ask about, and never pay for what is imported here
    from keyguard.hygiene.reach.project import Project

    found = Project(files, read).trails(asked)
    return {path: Way(one.steps[0], one.kind, one.steps, one.stays, one.sure) for path, one in found.items()}
