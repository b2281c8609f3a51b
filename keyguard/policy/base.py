"""The base of a change: the default branch as it was before, whose configuration and markers count."""

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
#: commits of a change that are looked at one by one
_FEW_STEPS = 6
#: names of default branches, where the remote does not say which one is
_USUAL = (b"HEAD", b"main", b"master")


class Base(NamedTuple):
    """A commit, and how people call it."""

    commit: str
    name: str


class Found(NamedTuple):
    """What a change is made to, and its own latest commit; None where there is none."""

    base: Base | None
    tip: Base | None


def base_of_range(asked: Range, tips: Tips, revisions: Revisions, git: IsolatedGit, now: int) -> Found:
    """The merge base with the default branch of the remote, else the excluded end that was named.

    What is on the default branch already (a push to it, looked at afterwards) is held against the default branch
    before: no commit that is looked at decides about itself. ``UsageError`` where the range names what is not there.
    """
    selection = resolve_range(asked, tips, revisions, git, now)
    named = _named_ends(asked, tips, revisions, git, now)
    cut = apply_shallow(tips, revisions, git)
    tip = tip_of(selection, tips, "the change")
    default = _default_branch(tips.tips, revisions)
    if default and not selection.include:
        return Found(default, tip)
    if default and not cut and any(_is_right_above(revisions, default.commit, end) for end in selection.include):
        base = default.commit
    else:
        base = _merge_base(git, default.commit, selection.include) if default else ""
    if default is None or not base:
        return Found(Base(named[0], _begin(asked)) if named else None, tip)
    if base in selection.include and not any(_merge_base(git, base, [end]) == base for end in selection.exclude):
        base = _merge_base(git, default.commit, named) if named else ""
    name = default.name if base == default.commit else f"the merge base with {default.name}"
    return Found(Base(base, name) if base else None, tip)


def head_of(tips: Tips) -> Base | None:
    """HEAD, which a push has not moved yet; None before the first commit."""
    return next((Base(tip.oid, "HEAD") for tip in tips.tips if tip.reach == "head"), None)


def tip_of(selection: Selection, tips: Tips, name: str) -> Base | None:
    """The commit that stands for what is included: that of HEAD, if it is among them, else the first, by a name."""
    head = head_of(tips)
    if head and head.commit in selection.include:
        return head
    return Base(selection.include[0], name) if selection.include else None


def _named_ends(asked: Range, tips: Tips, revisions: Revisions, git: IsolatedGit, now: int) -> list[str]:
    """What the user has excluded by name. What refs exclude is none of it: one of them may be the change's own."""
    if not (asked.specs or asked.since):
        return []
    words = msgspec.structs.replace(asked, heads=False, pushed=(), known=(), remotes=(), refs=False)
    return resolve_range(words, tips, revisions, git, now).exclude


def _default_branch(tips: Sequence[Tip], revisions: Revisions) -> Base | None:
    """The default branch of ``origin``, or of the only remote there is."""
    refs = {tip.name: tip.oid for tip in tips if tip.reach == "remote"}
    remotes = {name.removeprefix(_REMOTES).partition(b"/")[0] for name in refs}
    remote = _ORIGIN if _ORIGIN in remotes or len(remotes) != 1 else remotes.pop()
    for branch in _USUAL:
        oid = refs.get(_REMOTES + remote + b"/" + branch)
        if oid and revisions.commit_of(oid):
            alike = [other for other in (*_USUAL[1:], branch) if refs.get(_REMOTES + remote + b"/" + other) == oid]
            return Base(oid, (remote + b"/" + alike[0]).decode("utf-8", "replace"))
    return None


def _is_right_above(revisions: Revisions, commit: str, end: str) -> bool:
    """Whether few steps lead from the end to the commit: then no git need be started to know that one began there."""
    for _ in range(_FEW_STEPS):
        if end == commit:
            return True
        found = revisions.commit_of(end)
        if found is None or not found.parents:
            return False
        end = found.parents[0]
    return end == commit


def _merge_base(git: IsolatedGit, one: str, others: Iterable[str]) -> str:
    """The best common ancestor of a commit and of all the others together; empty where none can be told."""
    child = git.start("merge-base", one, *dict.fromkeys(others))
    try:
        return b"".join(git.chunks(child)).decode().strip()
    except GitError:
        return ""


def _begin(asked: Range) -> str:
    """How the user calls the excluded end."""
    begins = [spec.partition("..")[0] for spec in asked.specs if ".." in spec and "..." not in spec]
    return next(filter(None, begins), "the excluded end of the range")
