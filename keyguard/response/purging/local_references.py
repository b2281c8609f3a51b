"""What leads to a key in the user's own repository, and what to do there: a server knows nothing of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from keyguard.git.layout.control import read_control
from keyguard.git.layout.head import checked_out
from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_shadow
from keyguard.git.process.shadow import Shadow
from keyguard.git.refs.tips import Tip, read_tips
from keyguard.model.finding import Finding, Occurrence, Where
from keyguard.report.phrases import place_text
from keyguard.response.purging.large_files import LargeFile
from keyguard.response.purging.replacements import Replacements
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown, shown_path

_LOG_LIMIT = 128 << 20
#: tips that are asked about one by one
_MOST_ASKED = 50
FORGET = "git reflog expire --expire-unreachable=now --all && git gc --prune=now"


class LocalReference(NamedTuple):
    """One thing that leads to a key, and what to do about it."""

    what: str
    advice: str
    forgets: bool = False
    """Whether git has to forget objects afterwards."""


def local_references(
    repository: Repository,
    findings: Sequence[Finding],
    forms: Replacements,
    known: Collection[str],
    large: Sequence[LargeFile],
) -> list[LocalReference]:
    """All of them; ``known`` are the commits and tags that the server has, to which others lead anyway.

    ``large`` are objects of Git LFS that hold a key.
    """
    found: dict[LocalReference, None] = {}
    for finding in findings:
        for one in finding.occurrences:
            found.update(dict.fromkeys(_beside(repository, one, finding.id)))
    places = [one for finding in findings for one in finding.occurrences]
    for stored in large:
        found[LocalReference(f"Git LFS: {stored.what}", stored.advice)] = None
    commits = {one.commit for one in places if one.commit and not _foreign(repository, one)}
    for lead in _tips(repository, sorted(commits), forms, known):
        found[lead] = None
    return list(found)


def lines(found: Sequence[LocalReference]) -> Iterator[str]:
    """How they are said."""
    for one in found:
        yield f"  {one.what}"
        if one.advice:
            yield f"    {one.advice}"
    if any(one.forgets for one in found):
        yield "  Then have git forget what nothing leads to any more, all else that only the reflog has included:"
        yield f"    {FORGET}"


def _beside(repository: Repository, one: Occurrence, name: str) -> Iterator[LocalReference]:
    """What the place of a key says by itself."""
    trace = one.trace
    inner = _foreign(repository, one)
    if inner:
        yield LocalReference(
            f"the submodule {inner}: {place_text(one)}", f"keyguard purge {name} --path {shlex.quote(inner)}"
        )
    elif one.where is Where.TREE:
        return
    elif trace is not None and trace.kind == "file":
        yield LocalReference(f"{place_text(one)}, a file of git's own, which no clone gets", "edit or remove it")
    elif trace is not None and trace.reach == "index":
        path = shlex.quote(shown_path(one.path))
        yield LocalReference(f"the index: {place_text(one)}", f"git restore --staged {path}", forgets=True)
    elif trace is not None and trace.reach == "dangling":
        yield LocalReference(f"nothing: {place_text(one)} is dangling, but git still holds it", "", forgets=True)


def _foreign(repository: Repository, one: Occurrence) -> str:
    """The submodule, or other repository within this one, that a place is in; empty if it is in none."""
    if one.path.startswith(b".git/modules/"):
        return shown_path(one.path.split(b"/")[2])
    if not repository.top:
        return ""
    parts = one.path.split(b"/")
    for length in range(1, len(parts)):
        inner = b"/".join(parts[:length])
        if os.path.lexists(os.path.join(os.fsencode(repository.top), inner, b".git")):
            return shown_path(inner)
    if os.path.isdir(os.path.join(os.fsencode(repository.common_dir), b"modules", parts[0])):
        return shown_path(parts[0])
    return ""


def _tips(
    repository: Repository, commits: Sequence[str], forms: Replacements, known: Collection[str]
) -> Iterator[LocalReference]:
    """The refs, reflogs and the like that lead to these commits, and that the server does not have."""
    tips = [one for one in read_tips(repository).tips if one.reach != "index" and one.oid not in known]
    if not tips or not commits:
        return
    with open_shadow(repository) as shadow:
        below = _descendants(shadow, {one.oid for one in tips}, commits)
        leading = [one for one in tips if one.oid in below]
    if checked_out(repository):  # then HEAD is the branch, which is said already
        leading = [one for one in leading if one.reach != "head"]
    kept = {one.oid for one in leading if one.reach not in ("reflog", "stash") and one.name.startswith(b"refs/")}
    for one in leading:
        if one.reach != "reflog" or one.oid not in kept:
            yield _lead(repository, one, forms)


def _descendants(shadow: Shadow, tips: Collection[str], commits: Collection[str]) -> set[str]:
    """These commits, and which of the tips and of what lies between descend from one."""
    found = set(commits)
    with suppress(GitError):  # what a reflog names may be gone in part
        lines = shadow.run("rev-list", "--topo-order", "--reverse", "--parents", "--ignore-missing", *tips)
        for oid, *before in map(str.split, lines.decode().splitlines()):
            if any(one in found for one in before):
                found.add(oid)
    # annotated tags are no commits, and of some tips nothing is known where others are damaged
    for oid in sorted(tips)[:_MOST_ASKED]:
        if oid not in found and any(_descends(shadow, oid, commit) for commit in commits):
            found.add(oid)
    return found


def _descends(shadow: Shadow, oid: str, commit: str) -> bool:
    with suppress(GitError):  # it fails where it does not
        shadow.run("merge-base", "--is-ancestor", commit, oid)
        return True
    return False


def _lead(repository: Repository, tip: Tip, forms: Replacements) -> LocalReference:
    name = shown(forms.hidden(tip.name).decode("utf-8", "backslashreplace"))
    short = name.split("/", 2)[-1]
    word = shlex.quote(short)
    if tip.name.startswith(b"refs/heads/"):
        return LocalReference(
            f"{name}, which only this clone has so", f"rewrite it before it is pushed: git rebase -i, on {word}"
        )
    if tip.name.startswith(b"refs/remotes/"):
        return LocalReference(f"{name}, which the server does not have any more", "git fetch --prune", forgets=True)
    if tip.name.startswith(b"refs/tags/"):
        return LocalReference(f"{name}, which only this clone has so", f"git tag -d {word}", forgets=True)
    if tip.reach == "stash":
        entry = _stash_entry(repository, tip.oid)
        return LocalReference(f"the stash: {entry}", f"git stash drop '{entry}'", forgets=True)
    if tip.reach == "worktree":
        return LocalReference(f"{name}, of another work tree", "see to it there: git worktree list", forgets=True)
    if tip.name.startswith(b"rebase-"):
        return LocalReference(
            f"{name}, of a rebase that is under way", "git rebase --continue, or --abort", forgets=True
        )
    if tip.reach == "reflog" and tip.kept:
        return LocalReference(f"the reflog of {name}", "", forgets=True)
    if tip.name == b"HEAD":
        return LocalReference("HEAD, which is on no branch", "git switch BRANCH", forgets=True)
    return LocalReference(name, f"git update-ref -d {shlex.quote(name)}", forgets=True)


def _stash_entry(repository: Repository, oid: str) -> str:
    """How ``git stash`` calls a commit."""
    data = read_control(os.path.join(repository.common_dir, "logs", "refs", "stash"), _LOG_LIMIT) or b""
    ids = [line.split(b" ")[1].decode("ascii", "replace") for line in data.splitlines() if line.count(b" ") > 1]
    return f"stash@{{{ids[::-1].index(oid)}}}" if oid in ids else "stash@{0}"
