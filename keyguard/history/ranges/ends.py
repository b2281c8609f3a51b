"""From what was asked for to the commits that it means: where it begins, where it ends, and all that lie between."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from keyguard.git.process.shadow import Shadow
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import Tip, Tips
from keyguard.history.request import Range
from keyguard.support import dates
from keyguard.support.errors import GitError, UsageError

#: what of git's names belongs to a branch of a remote
_REMOTES = b"refs/remotes/"
_HEADS = b"refs/heads/"


class Ends(msgspec.Struct):
    """Ids of what is included and excluded."""

    include: list[str] = []
    exclude: list[str] = []
    tags: dict[str, None] = {}
    """Annotated tags on the way to what is included."""
    trees: list[str] = []
    """Included as they are, by a tag or ref that is put on no commit; and likewise …"""
    blobs: list[str] = []
    names: list[bytes] = []
    """Full names of the refs that are included; ``HEAD`` among them stands for the branch that is checked out."""
    since: int | None = None
    """Seconds since 1970: what was committed before is left out."""


class Listed(NamedTuple):
    """The commits between the ends."""

    commits: list[str]
    """Parents before their children."""
    shallow: list[str]
    """Those of them before which there is more history, elsewhere."""


def find_ends(asked: Range, tips: Tips, revisions: Revisions, shadow: Shadow, now: int) -> Ends:
    """What the range means. ``UsageError`` where it names what is not there, GitError where what is pushed is not."""
    ends = Ends()
    for spec in asked.specs:
        _add_spec(spec, ends, revisions, shadow)
    if asked.since:
        _add_since(asked.since, ends, revisions, now)
    if asked.heads or (asked.since and not asked.specs):
        wanted = ("head", "branch") if asked.heads else ("head", "branch", "remote", "tag", "ref")
        if asked.heads:
            known = _at_remotes(tips.tips)
            ends.names += [tip.name for tip in tips.tips if tip.reach == "branch" and tip.name not in known]
        for tip in tips.tips:
            if tip.reach in wanted and tip.kept:
                _include(tip.oid, tip.name.decode("utf-8", "replace"), ends, revisions)
    for one in asked.pushed:
        _include(one.oid, one.name, ends, revisions)
    if asked.specs and not (ends.include or ends.trees or ends.blobs):
        _include(revisions.commit("HEAD"), "HEAD", ends, revisions)
        ends.names.append(b"HEAD")
    ends.exclude += [oid for oid in asked.known if oid.strip("0")]
    ends.exclude += [tip.oid for tip in _excluded(asked, tips.tips)]
    return ends


def commits_between(ends: Ends, tips: Tips, revisions: Revisions, shadow: Shadow) -> Listed:
    """The commits that are included and not excluded, as git lists them. GitError where it cannot."""
    if not ends.include:
        return Listed([], [])
    cut = cut_history(tips, revisions, shadow)
    rows = _walk(shadow, ends.include, ends.exclude)
    commits = [oid for oid, seconds in rows if ends.since is None or seconds >= ends.since]
    return Listed(commits, [oid for oid in commits if oid in cut])


def cut_history(tips: Tips, revisions: Revisions, shadow: Shadow) -> set[str]:
    """The commits at which the history of a shallow clone ends, once git is told of them."""
    cut = {oid for oid in tips.shallow if _is_cut(oid, revisions)}
    if cut:
        shadow.put("shallow", "".join(f"{oid}\n" for oid in sorted(cut)).encode())
    return cut


def out_of_reach(shadow: Shadow, ends: Ends, tips: Iterable[str]) -> set[str]:
    """The commits between the ends to which none of these tips leads."""
    return {oid for oid, _ in _walk(shadow, ends.include, [*ends.exclude, *tips])}


def _walk(shadow: Shadow, include: Iterable[str], exclude: Iterable[str]) -> list[tuple[str, int]]:
    """Commits with the seconds at which they were made. What is excluded and not there is passed over."""
    refs = [f"{oid} refs/in/{at:08}\n" for at, oid in enumerate(dict.fromkeys(include))]
    refs += [f"{oid} refs/out/{at:08}\n" for at, oid in enumerate(dict.fromkeys(exclude))]
    shadow.put("packed-refs", ("# pack-refs with: sorted \n" + "".join(refs)).encode())
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
    for line in shadow.run("rev-list", *options).split(b"\n"):
        seconds, _, oid = line.partition(b" ")
        if oid:
            found.append((oid.decode(), int(seconds)))
    return found


def _add_spec(spec: str, ends: Ends, revisions: Revisions, shadow: Shadow) -> None:
    for mark in ("...", ".."):
        older, found, newer = spec.partition(mark)
        if not found:
            continue
        if not older and not newer:
            raise UsageError(f"--range {spec}: name a revision on one side at least")
        begin, end = revisions.commit(older or "HEAD"), revisions.commit(newer or "HEAD")
        _include(revisions.find(newer or "HEAD"), newer or "HEAD", ends, revisions)
        ends.names.append(revisions.ref(newer))
        if mark == "..":
            ends.exclude.append(begin)
        else:
            _include(begin, older or "HEAD", ends, revisions)
            ends.names.append(revisions.ref(older))
            ends.exclude += _merge_bases(shadow, begin, end)
        return
    if spec.startswith("^"):
        ends.exclude.append(revisions.commit(spec[1:]))
    else:
        _include(revisions.find(spec), spec, ends, revisions)
        ends.names.append(revisions.ref(spec))


def _merge_bases(shadow: Shadow, one: str, other: str) -> list[str]:
    child = shadow.start("merge-base", "--all", one, other)
    try:
        return b"".join(shadow.chunks(child)).decode().split()
    except GitError:
        if child.complaints:
            raise
        return []  # there is none, which git takes for a failure


def _add_since(text: str, ends: Ends, revisions: Revisions, now: int) -> None:
    """Take in a date, or else a revision."""
    ends.since = dates.parse_moment(text, now)
    if ends.since is not None:
        return
    try:
        ends.exclude.append(revisions.commit(text))
    except UsageError as error:
        raise UsageError(f"--since: neither a date (2026-01-31, '2 weeks ago') nor a revision: {error}") from error


def _include(oid: str, name: str, ends: Ends, revisions: Revisions) -> None:
    found = revisions.peel(oid, ends.tags)
    if not found.kind:
        raise GitError(f"{name}: object {found.oid or oid} is missing or damaged")
    ends.tags |= dict.fromkeys(found.tags)
    if found.kind == b"commit":
        ends.include.append(found.oid)
    else:
        (ends.trees if found.kind == b"tree" else ends.blobs).append(found.oid)


def _at_remotes(tips: Iterable[Tip]) -> set[bytes]:
    """The full names of branches that a remote has as well, so that their names are known there."""
    names = (tip.name.removeprefix(_REMOTES).partition(b"/")[2] for tip in tips if tip.name.startswith(_REMOTES))
    return {_HEADS + name for name in names}


def _excluded(asked: Range, tips: Iterable[Tip]) -> Iterable[Tip]:
    wanted = tuple(_REMOTES if name == "*" else _REMOTES + name.encode() + b"/" for name in asked.remotes)
    for tip in tips:
        if (asked.refs and tip.name.startswith(b"refs/")) or (wanted and tip.name.startswith(wanted)):
            yield tip


def _is_cut(oid: str, revisions: Revisions) -> bool:
    """Whether a commit that is said to be the first one here is that. Who hides history can say what he likes."""
    commit = revisions.commit_of(oid)
    return commit is not None and any(revisions.read(parent) is None for parent in commit.parents)
