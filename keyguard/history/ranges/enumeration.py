"""Enumerate the commits of a range with ``git rev-list``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import Tips
from keyguard.history.ranges.selection import Selection


class CommitList(NamedTuple):
    """The commits of a range."""

    commits: list[str]
    """Ids, parents before their children."""
    shallow: list[str]
    """Those of them whose parents are missing because the clone is shallow."""


def list_commits(selection: Selection, tips: Tips, revisions: Revisions, git: IsolatedGit) -> CommitList:
    """Return the commits that are included and not excluded, as git lists them. Raise GitError if git fails."""
    if not selection.include:
        return CommitList([], [])
    cut = apply_shallow(tips, revisions, git)
    rows = _walk(git, selection.include, selection.exclude)
    commits = [oid for oid, seconds in rows if selection.since is None or seconds >= selection.since]
    return CommitList(commits, [oid for oid in commits if oid in cut])


def apply_shallow(tips: Tips, revisions: Revisions, git: IsolatedGit) -> set[str]:
    """Tell git where the history of a shallow clone ends, and return the ids of these commits."""
    cut = {oid for oid in tips.shallow if _is_cut(oid, revisions)}
    if cut:
        git.put("shallow", "".join(f"{oid}\n" for oid in sorted(cut)).encode())
    return cut


def unreachable_from(git: IsolatedGit, selection: Selection, tips: Iterable[str]) -> set[str]:
    """Return the selected commits that none of ``tips`` reaches."""
    return {oid for oid, _ in _walk(git, selection.include, [*selection.exclude, *tips])}


def _walk(git: IsolatedGit, include: Iterable[str], exclude: Iterable[str]) -> list[tuple[str, int]]:
    """Return commits with their committer dates in seconds. Excluded ids that do not exist are ignored."""
    refs = [f"{oid} refs/in/{at:08}\n" for at, oid in enumerate(dict.fromkeys(include))]
    refs += [f"{oid} refs/out/{at:08}\n" for at, oid in enumerate(dict.fromkeys(exclude))]
    git.put("packed-refs", ("# pack-refs with: sorted \n" + "".join(refs)).encode())
    options = (
        "--ignore-missing",
        "--topo-order",
        "--reverse",
        "--timestamp",
        "--glob=refs/in/*",
        "--not",
        "--glob=refs/out/*",
    )
    found = []
    for line in git.run("rev-list", *options).split(b"\n"):
        seconds, _, oid = line.partition(b" ")
        if oid:
            found.append((oid.decode(), int(seconds)))
    return found


def _is_cut(oid: str, revisions: Revisions) -> bool:
    """Return whether a commit in the shallow file really lacks a parent: that file is not trusted, it could hide
    history.
    """
    commit = revisions.commit_of(oid)
    return commit is not None and any(revisions.read(parent) is None for parent in commit.parents)
