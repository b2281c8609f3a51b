"""Find out from where the commits of a range can be reached: HEAD, branches, tags, or the refs that a push would
set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keyguard.git.objects.commits import Commit
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import Tip
from keyguard.history.ranges.enumeration import unreachable_from
from keyguard.history.ranges.selection import Selection
from keyguard.model.finding import REACHES

#: reaches of tips that are refs
_REFS = frozenset(("branch", "remote", "tag", "ref", "stash"))
#: number of excluded commits whose trees are read: a server can have any number of refs
_MOST = 64


class Reachability:
    """The tips of a repository, as far as they concern the commits of a range."""

    def __init__(self, commits: Mapping[str, Commit], tips: Iterable[Tip], revisions: Revisions) -> None:
        self._commits = commits
        self._reach: dict[str, str] = {}
        self._tips = [tip for tip in tips if tip.kept]
        heads = {tip.oid for tip in self._tips if tip.reach == "head"}
        self.holders: list[tuple[Tip, str, str]] = []
        """HEAD, and refs that point into the range or to HEAD's commit: each with its commit and its tree."""
        for tip in self._tips:
            oid = tip.oid if tip.oid in commits or tip.reach != "tag" else revisions.peel(tip.oid).oid
            if oid in commits:
                self.holders.append((tip, oid, commits[oid].tree))
            elif tip.oid in heads and (commit := revisions.commit_of(oid)):
                self.holders.append((tip, oid, commit.tree))
        self.excluded_trees: list[str] = []
        """Trees of the excluded ends of the range."""
        self._revisions = revisions
        self._above: dict[str, set[str]] = {}

    def compute(self, git: IsolatedGit, selection: Selection) -> None:
        """Determine the best reach of each commit, and the trees of the excluded ends."""
        for oid in dict.fromkeys(selection.exclude[:_MOST]):
            commit = self._revisions.commit_of(self._revisions.peel(oid).oid)
            self.excluded_trees += [commit.tree] if commit else []
        left = set(self._commits)
        for reach in REACHES:
            tips = [tip.oid for tip in self._tips if tip.reach == reach]
            if tips and left:
                beyond = unreachable_from(git, selection, tips)
                self._reach.update(dict.fromkeys(left - beyond, reach))
                left &= beyond

    def reach(self, commit: str) -> str:
        """Return how a commit is best reached, an entry of ``REACHES``."""
        return self._reach.get(commit, "dangling")

    def leads_to(self, tip: Tip, oid: str, commit: str) -> bool:
        """Return whether a tip at the commit ``oid`` reaches a commit of the range."""
        return self.comes_after(oid, commit) if oid in self._commits else self.reach(commit) == "head"

    def comes_after(self, newer: str, older: str) -> bool:
        """Return whether a commit of the range is another one, or a descendant of it."""
        if newer not in self._above:
            seen, waiting = {newer}, [newer]
            while waiting:
                commit = self._commits.get(waiting.pop())
                fresh = [oid for oid in commit.parents if oid not in seen] if commit else []
                seen.update(fresh)
                waiting += fresh
            self._above[newer] = seen
        return older in self._above[newer]


def names_of(tips: Iterable[Tip]) -> tuple[str, ...]:
    """Return the names of the refs among the tips, sorted."""
    names = {tip.name for tip in tips if tip.reach in _REFS and tip.name.startswith(b"refs/")}
    return tuple(name.decode("utf-8", "surrogateescape") for name in sorted(names))
