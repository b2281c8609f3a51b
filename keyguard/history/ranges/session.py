"""Keep git open on a repository while the commits of one range are looked up."""

from __future__ import annotations

from keyguard.git.layout.repository import Repository
from keyguard.git.process.isolated_git import DEADLINE
from keyguard.git.process.opening import open_objects
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import read_refs
from keyguard.history.ranges.request import Range


class RepositorySession:
    """The tips, the revisions and a running git of one repository, until it is closed."""

    def __init__(self, repository: Repository, asked: Range) -> None:
        """Start git. Raise GitError if that fails."""
        self.repository = repository
        self.borrowed = asked.borrowed
        self.tips = read_refs(repository)
        git = open_objects(repository, DEADLINE, asked.borrowed)
        self.git = git.__enter__()
        self.revisions = Revisions(git, self.tips.tips, shallow=bool(self.tips.shallow))

    def close(self) -> None:
        """Stop git. Closing again does nothing."""
        self.git.__exit__(None, None, None)
