"""A repository with all that it takes to look up commits in it: opened once for whatever is asked of one range."""

from __future__ import annotations

from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_shadow
from keyguard.git.process.shadow import DEADLINE
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import read_refs
from keyguard.history.request import Range


class Opened:
    """Tips, names and a git that reads, until it is closed."""

    def __init__(self, repository: Repository, asked: Range) -> None:
        """GitError where git cannot be asked."""
        self.repository = repository
        self.borrowed = asked.borrowed
        self.tips = read_refs(repository)
        shadow = open_shadow(repository, DEADLINE, asked.borrowed)
        self.shadow = shadow.__enter__()
        self.revisions = Revisions(shadow, self.tips.tips, shallow=bool(self.tips.shallow))

    def close(self) -> None:
        """End git. Closing again does no harm."""
        self.shadow.__exit__(None, None, None)
