"""Local branches and tags with commits that a remote has not, by what is known of it here."""

from __future__ import annotations

from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_shadow
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import read_refs
from keyguard.history.ranges.ends import Ends, out_of_reach
from keyguard.support.errors import GitError

_LOCAL = ("branch", "tag")


def unpushed_refs(repository: Repository, remote: str, name: str, oid: str) -> list[str]:
    """Short names, sorted, without the ref of that full ``name`` and what the commit ``oid`` leads to (both may be
    empty); without a ``remote``, what no remote has. Nothing where git cannot be asked: the scan itself says why.
    """
    tips = read_refs(repository)
    prefix = b"refs/remotes/" + (remote.encode("utf-8", "surrogateescape") + b"/" if remote else b"")
    known = {tip.oid for tip in tips.tips if tip.name.startswith(prefix) or tip.name.decode("utf-8", "replace") == name}
    others = [tip for tip in tips.tips if tip.reach in _LOCAL and tip.oid not in {*known, oid}]
    if not others:
        return []
    try:
        with open_shadow(repository) as shadow:
            revisions = Revisions(shadow, tips.tips)
            ids = {tip.name: revisions.peel(tip.oid) for tip in others}
            include = [found.oid for found in ids.values() if found.kind == b"commit"]
            new = out_of_reach(shadow, Ends(include=include, exclude=[*known, *filter(None, [oid])]), ())
    except GitError:
        return []
    return sorted(_short(tip.name) for tip in others if ids[tip.name].oid in new)


def _short(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace").removeprefix("refs/heads/").removeprefix("refs/tags/")
