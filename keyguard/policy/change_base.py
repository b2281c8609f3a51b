"""Determine the base of a change: the earlier state of the default branch, whose configuration and markers count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import Tip, Tips
from keyguard.history.ranges.enumeration import apply_shallow
from keyguard.history.ranges.request import Range
from keyguard.history.ranges.selection import Selection, resolve_range
from keyguard.support.errors import GitError

_REMOTES = b"refs/remotes/"
_ORIGIN = b"origin"
#: the number of commits that are walked one by one, without starting git
_FEW_STEPS = 6
#: names of default branches, for a remote that does not declare one
_USUAL = (b"HEAD", b"main", b"master")


class NamedCommit(NamedTuple):
    """A commit, and its name for people."""

    commit: str
    name: str


class BaseAndTip(NamedTuple):
    """The base of a change and its own latest commit, None if there is none."""

    base: NamedCommit | None
    tip: NamedCommit | None


def base_of_range(asked: Range, tips: Tips, revisions: Revisions, git: IsolatedGit, now: int) -> BaseAndTip:
    """Return the merge base with the remote's default branch, else the excluded end that was named.

    A change that is already on the default branch (a push, examined afterwards) is compared with the branch's earlier
    state: no commit under review decides about itself. Raise ``UsageError`` if the range names something that does not
    exist.
    """
    selection = resolve_range(asked, tips, revisions, git, now)
    named = _named_ends(asked, tips, revisions, git, now)
    cut = apply_shallow(tips, revisions, git)
    tip = tip_of(selection, tips, "the change")
    default = _default_branch(tips.tips, revisions)
    if default and not selection.include:
        return BaseAndTip(default, tip)
    if default and not cut and any(_is_right_above(revisions, default.commit, end) for end in selection.include):
        base = default.commit
    else:
        base = _merge_base(git, default.commit, selection.include) if default else ""
    if default is None or not base:
        return BaseAndTip(NamedCommit(named[0], _begin(asked)) if named else None, tip)
    if base in selection.include and not any(_merge_base(git, base, [end]) == base for end in selection.exclude):
        base = _merge_base(git, default.commit, named) if named else ""
    name = default.name if base == default.commit else f"the merge base with {default.name}"
    return BaseAndTip(NamedCommit(base, name) if base else None, tip)


def head_of(tips: Tips) -> NamedCommit | None:
    """Return HEAD, which a push has not moved yet; None before the first commit."""
    return next((NamedCommit(tip.oid, "HEAD") for tip in tips.tips if tip.reach == "head"), None)


def tip_of(selection: Selection, tips: Tips, name: str) -> NamedCommit | None:
    """Return the commit that represents what is included: HEAD if it is among it, else the first, called ``name``."""
    head = head_of(tips)
    if head and head.commit in selection.include:
        return head
    return NamedCommit(selection.include[0], name) if selection.include else None


def _named_ends(asked: Range, tips: Tips, revisions: Revisions, git: IsolatedGit, now: int) -> list[str]:
    """Return what the user has excluded by name, without what refs exclude: one may be the change's own."""
    if not (asked.specs or asked.since):
        return []
    words = msgspec.structs.replace(asked, heads=False, pushed=(), known=(), remotes=(), refs=False)
    return resolve_range(words, tips, revisions, git, now).exclude


def _default_branch(tips: Sequence[Tip], revisions: Revisions) -> NamedCommit | None:
    """Return the default branch of ``origin``, or of the only remote."""
    refs = {tip.name: tip.oid for tip in tips if tip.reach == "remote"}
    remotes = {name.removeprefix(_REMOTES).partition(b"/")[0] for name in refs}
    remote = _ORIGIN if _ORIGIN in remotes or len(remotes) != 1 else remotes.pop()
    for branch in _USUAL:
        oid = refs.get(_REMOTES + remote + b"/" + branch)
        if oid and revisions.commit_of(oid):
            alike = [other for other in (*_USUAL[1:], branch) if refs.get(_REMOTES + remote + b"/" + other) == oid]
            return NamedCommit(oid, (remote + b"/" + alike[0]).decode("utf-8", "replace"))
    return None


def _is_right_above(revisions: Revisions, commit: str, end: str) -> bool:
    """Whether few steps lead from the end to the commit: then no git process is needed to find the base."""
    for _ in range(_FEW_STEPS):
        if end == commit:
            return True
        found = revisions.commit_of(end)
        if found is None or not found.parents:
            return False
        end = found.parents[0]
    return end == commit


def _merge_base(git: IsolatedGit, one: str, others: Iterable[str]) -> str:
    """Return the best common ancestor of a commit and all the others together; empty if there is none."""
    child = git.start("merge-base", one, *dict.fromkeys(others))
    try:
        return b"".join(git.chunks(child)).decode().strip()
    except GitError:
        return ""


def _begin(asked: Range) -> str:
    """Return the user's name for the excluded end."""
    begins = [spec.partition("..")[0] for spec in asked.specs if ".." in spec and "..." not in spec]
    return next(filter(None, begins), "the excluded end of the range")
