"""Find what leads to a key only in the user's own repository, unknown to the server, and what to do about it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.head import checked_out
from keyguard.git.layout.repository import Repository
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.process.opening import open_objects
from keyguard.git.refs.tips import Tip, read_tips
from keyguard.model.finding import Finding, Occurrence, Where
from keyguard.report.phrases import place_text
from keyguard.response.purging.large_files import LargeFile
from keyguard.response.purging.replacements import Replacements
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown, shown_path

_LOG_LIMIT = 128 << 20
#: the number of tips that are queried one by one
_MOST_ASKED = 50
FORGET = "git reflog expire --expire-unreachable=now --all && git gc --prune=now"


class LocalReference(NamedTuple):
    """One thing that leads to a key, and what to do about it."""

    what: str
    advice: str
    forgets: bool = False
    """Whether git has to expire reflogs and collect garbage afterwards."""


def local_references(
    repository: Repository,
    findings: Sequence[Finding],
    forms: Replacements,
    known: Collection[str],
    large: Sequence[LargeFile],
) -> list[LocalReference]:
    """Return all local references to the keys.

    ``known`` are the commits and tags on the server, which other refs reach anyway; ``large`` are the Git LFS objects
    that contain a key.
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
    """Yield the lines that describe the references."""
    for one in found:
        yield f"  {one.what}"
        if one.advice:
            yield f"    {one.advice}"
    if any(one.forgets for one in found):
        yield "  Then have git forget what nothing leads to any more, all else that only the reflog has included:"
        yield f"    {FORGET}"


def _beside(repository: Repository, one: Occurrence, name: str) -> Iterator[LocalReference]:
    """Yield what the place of a key itself reveals."""
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
    """Return the submodule or nested repository that contains a place; empty if it is in none."""
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
    """Yield the refs, reflogs and the like that reach these commits, and that the server does not have."""
    tips = [one for one in read_tips(repository).tips if one.reach != "index" and one.oid not in known]
    if not tips or not commits:
        return
    with open_objects(repository) as git:
        below = _descendants(git, {one.oid for one in tips}, commits)
        leading = [one for one in tips if one.oid in below]
    if checked_out(repository):  # then HEAD is the branch, which is listed already
        leading = [one for one in leading if one.reach != "head"]
    kept = {one.oid for one in leading if one.reach not in ("reflog", "stash") and one.name.startswith(b"refs/")}
    for one in leading:
        if one.reach != "reflog" or one.oid not in kept:
            yield _lead(repository, one, forms)


def _descendants(git: IsolatedGit, tips: Collection[str], commits: Collection[str]) -> set[str]:
    """Return these commits, and the tips and commits in between that descend from one."""
    found = set(commits)
    with suppress(GitError):  # what a reflog names may be gone in part
        lines = git.run("rev-list", "--topo-order", "--reverse", "--parents", "--ignore-missing", *tips)
        for oid, *before in map(str.split, lines.decode().splitlines()):
            if any(one in found for one in before):
                found.add(oid)
    # annotated tags are no commits, and damaged tips may hide others
    for oid in sorted(tips)[:_MOST_ASKED]:
        if oid not in found and any(_descends(git, oid, commit) for commit in commits):
            found.add(oid)
    return found


def _descends(git: IsolatedGit, oid: str, commit: str) -> bool:
    with suppress(GitError):  # it fails where it does not
        git.run("merge-base", "--is-ancestor", commit, oid)
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
    """Return the name that ``git stash`` gives a commit."""
    data = read_control(os.path.join(repository.common_dir, "logs", "refs", "stash"), _LOG_LIMIT) or b""
    ids = [line.split(b" ")[1].decode("ascii", "replace") for line in data.splitlines() if line.count(b" ") > 1]
    return f"stash@{{{ids[::-1].index(oid)}}}" if oid in ids else "stash@{0}"
