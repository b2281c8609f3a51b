"""Find local branches and tags with commits that a remote does not have, as far as is known locally."""

from __future__ import annotations

from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_objects
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import read_refs
from keyguard.history.ranges.enumeration import unreachable_from
from keyguard.history.ranges.selection import Selection
from keyguard.support.errors import GitError

_LOCAL = ("branch", "tag")


def unpushed_refs(repository: Repository, remote: str, name: str, oid: str) -> list[str]:
    """Return the short names of these refs, sorted; empty if git fails, since the scan itself reports that.

    Leave out the ref with the full name ``name`` and what the commit ``oid`` reaches; both may be empty. Without a
    ``remote``, a commit counts as pushed if any remote has it.
    """
    tips = read_refs(repository)
    prefix = b"refs/remotes/" + (remote.encode("utf-8", "surrogateescape") + b"/" if remote else b"")
    known = {tip.oid for tip in tips.tips if tip.name.startswith(prefix) or tip.name.decode("utf-8", "replace") == name}
    others = [tip for tip in tips.tips if tip.reach in _LOCAL and tip.oid not in {*known, oid}]
    if not others:
        return []
    try:
        with open_objects(repository) as git:
            revisions = Revisions(git, tips.tips)
            ids = {tip.name: revisions.peel(tip.oid) for tip in others}
            include = [found.oid for found in ids.values() if found.kind == b"commit"]
            new = unreachable_from(git, Selection(include=include, exclude=[*known, *filter(None, [oid])]), ())
    except GitError:
        return []
    return sorted(_short(tip.name) for tip in others if ids[tip.name].oid in new)


def _short(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace").removeprefix("refs/heads/").removeprefix("refs/tags/")
