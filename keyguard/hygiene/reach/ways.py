"""The question that is asked: which of a few files reach a browser or a phone, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from keyguard.hygiene.reach.project import Project, Trail


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


class Clients:
    """What reaches the clients of one project; what was found out for one question is there for the next."""

    def __init__(self, files: Collection[bytes], read: Callable[[bytes], bytes | None]) -> None:
        """``files`` are all paths, relative to the root; ``read`` gives what they hold, or None."""
        self._files, self._read = files, read
        self._project: Project | None = None

    def ways(self, wanted: Collection[bytes]) -> dict[bytes, Way]:
        """The shortest way to each wanted file that reaches a client; of several the first by its paths."""
        asked = sorted(path for path in set(wanted) if path in self._files)
        if not asked:
            return {}
        found = self._trails(asked)
        return {path: Way(one.steps[0], one.kind, one.steps, one.stays, one.sure) for path, one in found.items()}

    def _trails(self, asked: list[bytes]) -> dict[bytes, Trail]:
        """The ways to these, as a project finds them that was never asked before.

        A question that needs more than earlier ones left of a budget is asked again, of a fresh project.
        """
        # most projects have nothing to ask about, and never pay for what is imported here
        from keyguard.hygiene.reach.project import Project

        if self._project and not self._project.exhausted:
            found = self._project.trails(asked)
            if not self._project.exhausted:
                return found
        self._project = Project(self._files, self._read)
        return self._project.trails(asked)


def client_ways(
    files: Collection[bytes], read: Callable[[bytes], bytes | None], wanted: Collection[bytes]
) -> dict[bytes, Way]:
    """The ways to the wanted files, for those who ask only once."""
    return Clients(files, read).ways(wanted)
