"""Resolve a range to what it includes and excludes: the revisions that users write, refs, dates."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import Tip, Tips
from keyguard.history.ranges.request import Range
from keyguard.support import dates
from keyguard.support.errors import GitError, UsageError

#: prefixes of full ref names: remote-tracking branches and local branches
_REMOTES = b"refs/remotes/"
_HEADS = b"refs/heads/"


class Selection(msgspec.Struct):
    """The ids that a range includes and excludes."""

    include: list[str] = []
    exclude: list[str] = []
    tags: dict[str, None] = {}
    """Annotated tags that lead to included objects, in order."""
    trees: list[str] = []
    """Trees that are included directly, because a tag or ref points to them and not to a commit; ``blobs`` likewise."""
    blobs: list[str] = []
    names: list[bytes] = []
    """Full names of the included refs; ``HEAD`` stands for the branch that is checked out."""
    since: int | None = None
    """Seconds since 1970: earlier commits are left out."""


def resolve_range(asked: Range, tips: Tips, revisions: Revisions, git: IsolatedGit, now: int) -> Selection:
    """Return what a range selects.

    Raise UsageError if it names something that does not exist, GitError if a pushed object does not exist.
    """
    selection = Selection()
    for spec in asked.specs:
        _add_spec(spec, selection, revisions, git)
    if asked.since:
        _add_since(asked.since, selection, revisions, now)
    if asked.heads or (asked.since and not asked.specs):
        wanted = ("head", "branch") if asked.heads else ("head", "branch", "remote", "tag", "ref")
        if asked.heads:
            known = _at_remotes(tips.tips)
            selection.names += [tip.name for tip in tips.tips if tip.reach == "branch" and tip.name not in known]
        for tip in tips.tips:
            if tip.reach in wanted and tip.kept:
                _include(tip.oid, tip.name.decode("utf-8", "replace"), selection, revisions)
    for one in asked.pushed:
        _include(one.oid, one.name, selection, revisions)
    if asked.specs and not (selection.include or selection.trees or selection.blobs):
        _include(revisions.commit("HEAD"), "HEAD", selection, revisions)
        selection.names.append(b"HEAD")
    selection.exclude += [oid for oid in asked.known if oid.strip("0")]
    selection.exclude += [tip.oid for tip in _excluded(asked, tips.tips)]
    return selection


#: names of HEAD
_HEAD_NAMES = ("HEAD", "@")


def _add_spec(spec: str, selection: Selection, revisions: Revisions, git: IsolatedGit) -> None:
    """Add a revision or range as users write it (gitrevisions(7))."""
    for mark in ("...", ".."):
        older, found, newer = spec.partition(mark)
        if not found:
            continue
        if not older and not newer:
            raise UsageError(f"--range {spec}: name a revision on one side at least")
        begin, end = revisions.commit(older or "HEAD"), revisions.commit(newer or "HEAD")
        if (older or "HEAD") in _HEAD_NAMES and (newer or "HEAD") in _HEAD_NAMES:
            raise UsageError(
                f"--range {spec}: nothing is in it, since both ends are HEAD: name its begin, as origin/main..HEAD"
            )
        _include(revisions.find(newer or "HEAD"), newer or "HEAD", selection, revisions)
        selection.names.append(revisions.ref(newer))
        if mark == "..":
            selection.exclude.append(begin)
        else:
            _include(begin, older or "HEAD", selection, revisions)
            selection.names.append(revisions.ref(older))
            selection.exclude += _merge_bases(git, begin, end)
        return
    if spec.startswith("^"):
        selection.exclude.append(revisions.commit(spec[1:]))
    else:
        _include(revisions.find(spec), spec, selection, revisions)
        selection.names.append(revisions.ref(spec))


def _merge_bases(git: IsolatedGit, one: str, other: str) -> list[str]:
    child = git.start("merge-base", "--all", one, other)
    try:
        return b"".join(git.chunks(child)).decode().split()
    except GitError:
        if child.stderr:
            raise
        return []  # git fails without a message if there is no merge base


def _add_since(text: str, selection: Selection, revisions: Revisions, now: int) -> None:
    """Add a date or, if it is none, a revision."""
    selection.since = dates.parse_moment(text, now)
    if selection.since is not None:
        return
    try:
        selection.exclude.append(revisions.commit(text))
    except UsageError as error:
        raise UsageError(f"--since: {_no_moment(text, str(error))}") from error


def _no_moment(text: str, error: str) -> str:
    """Return what to write instead of a text that is neither a date nor, by this error, a revision."""
    from keyguard.support.tomlfile import suggestion

    if re.fullmatch(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}", text):
        return f"{text!r} is no day of the calendar: write 2026-01-31"
    words = ("yesterday", *(f"{count} {unit} ago" for count, unit in ((1, "day"), (2, "days"), (2, "weeks"))))
    hint = suggestion(text, words) or f": {error}"
    return f"{text!r} is neither a date (2026-01-31), an age ('2 weeks ago', yesterday) nor a revision{hint}"


def _include(oid: str, name: str, selection: Selection, revisions: Revisions) -> None:
    """Include an object by its kind, after peeling tags. Raise GitError if it is missing or damaged."""
    found = revisions.peel(oid, selection.tags)
    if not found.kind:
        raise GitError(f"{name}: object {found.oid or oid} is missing or damaged")
    selection.tags |= dict.fromkeys(found.tags)
    if found.kind == b"commit":
        selection.include.append(found.oid)
    else:
        (selection.trees if found.kind == b"tree" else selection.blobs).append(found.oid)


def _at_remotes(tips: Iterable[Tip]) -> set[bytes]:
    """Return the full names of local branches that a remote has as well: their names are public there already."""
    names = (tip.name.removeprefix(_REMOTES).partition(b"/")[2] for tip in tips if tip.name.startswith(_REMOTES))
    return {_HEADS + name for name in names}


def _excluded(asked: Range, tips: Iterable[Tip]) -> Iterable[Tip]:
    """Yield the tips that the range excludes as refs or remote-tracking branches."""
    wanted = tuple(_REMOTES if name == "*" else _REMOTES + name.encode() + b"/" for name in asked.remotes)
    for tip in tips:
        if (asked.refs and tip.name.startswith(b"refs/")) or (wanted and tip.name.startswith(wanted)):
            yield tip
