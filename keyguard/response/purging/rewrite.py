"""Rewrite the history: commits by git-filter-repo, tags and blobs by their text, refs by git."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import NamedTuple

import keyguard
from keyguard.response.purging import filter_repo
from keyguard.response.purging.affected_objects import Objects
from keyguard.response.purging.clone import Clone
from keyguard.response.purging.replacements import Replacements
from keyguard.response.purging.rewrite_scope import HOSTED, Ref, Scope
from keyguard.support.errors import GitError, UsageError

_SIGNATURE = re.compile(rb"^-----BEGIN (?:(?:PGP|SSH) SIGNATURE|(?:PGP|SIGNED) MESSAGE)-----", re.MULTILINE)
_SIGNATURE_HEADER = re.compile(rb"^gpgsig(?:-sha256)? .*\n(?: .*\n)*", re.MULTILINE)
#: the number of digits of a SHA-1 id
_SHA1 = 40
#: lines of error output that are passed on
_MOST_SAID = 3
#: the program of the process: its import folders come from here, not from the environment
_START = "import sys; sys.path += sys.argv[1:]; from keyguard.response.purging import filter_repo; filter_repo.main()"


class Moved(NamedTuple):
    """A ref that was rewritten."""

    name: bytes
    old: str
    new: str


class Change(NamedTuple):
    """The result of a rewrite."""

    refs: list[Moved]
    commits: dict[str, str]
    """Old id -> new id."""
    signed_commits: int
    signed_tags: int
    """The number of each that lost a signature."""


def tools(source: str) -> list[str]:
    """Return the folders of keyguard and of git-filter-repo. Raise ``UsageError`` if the latter cannot be used."""
    from importlib.util import find_spec

    spec = find_spec("git_filter_repo")
    if spec is None or not spec.origin:
        raise UsageError(
            "git-filter-repo is not installed: pip install git-filter-repo where keyguard is installed,"
            " or install keyguard with its extra 'purge'"
        )
    own = os.path.dirname(os.path.dirname(os.path.realpath(keyguard.__file__ or "")))
    found = os.path.realpath(spec.origin)
    if _lies_in(found, source) and not _lies_in(found, sys.prefix):
        raise UsageError("a git_filter_repo lies in the repository that is to be purged: no program of it is run")
    return [own, os.path.dirname(found)]


def rewrite(clone: Clone, forms: Replacements, objects: Objects, scope: Scope, folders: list[str]) -> Change:
    """Rewrite the scope in the clone, and nothing else; drop refs that only a host can change.

    Raise ``GitError`` on failure, also if the rewritten commits are not those of the scope.
    """
    ids = _commits(clone, forms, scope, folders) if scope.commits else {}
    tags: dict[str, str] = {}
    moved = [Moved(ref.name, ref.old, _moved(clone, forms, objects, ref, ids, tags)) for ref in scope.refs]
    if unmoved := [one for one in moved if one.old == one.new]:
        raise GitError(f"{len(unmoved)} refs came out of the rewrite as they were: nothing is to be pushed")
    gone = [(name, "", oid) for name, oid in clone.refs().items() if _is_unwanted(name, scope)]
    clone.update([(one.name, one.new, one.old) for one in moved] + gone)
    signed_tags = sum(is_signed(objects.tags[oid]) for oid in tags)
    return Change(moved, ids, len(objects.signed & scope.commits), signed_tags)


def _commits(clone: Clone, forms: Replacements, scope: Scope, folders: list[str]) -> dict[str, str]:
    """Rewrite the commits; return old id -> new id."""
    work = f"refs/keyguard-{os.urandom(6).hex()}/"
    names = [f"{work}{number}" for number in range(len(scope.tips))]
    clone.update([(name.encode(), oid, "") for name, oid in zip(names, scope.tips, strict=True)])
    # git-filter-repo reads no SHA-256 ids in a range: then everything is exported, and has to keep the same ids
    cut = [oid for oid in scope.cut if len(oid) == _SHA1]
    asked = filter_repo.request([(form.old, form.new) for form in forms.all], names, cut)
    command = [sys.executable, "-I", "-c", _START, *folders]
    done = subprocess.run(
        command, cwd=clone.path, env=clone.environment(), input=asked, capture_output=True, check=False
    )
    if done.returncode:
        said = "; ".join(done.stderr.decode("utf-8", "replace").strip().splitlines()[:_MOST_SAID])
        raise GitError(f"git-filter-repo failed: {said or f'it ended with {done.returncode}'}")
    with open(os.path.join(clone.path, "filter-repo", "commit-map"), encoding="ascii") as file:
        pairs = (line.split() for line in file.read().splitlines()[1:])
        ids = {old: new for old, new in pairs if old != new}
    # nothing may change that was not announced, and nothing may be lost
    if ids.keys() != scope.commits or not all(new.strip("0") for new in ids.values()):
        raise GitError("git-filter-repo rewrote other commits than hold the key: nothing is to be pushed")
    refs = clone.refs()
    clone.update([(name.encode(), "", refs[name.encode()]) for name in names if name.encode() in refs])
    return ids


def _moved(
    clone: Clone, forms: Replacements, objects: Objects, ref: Ref, ids: dict[str, str], tags: dict[str, str]
) -> str:
    """Return the new id of a ref, after rewriting the tags that it leads through."""
    old, new = ref.target, ids.get(ref.target, ref.target)
    if objects.holding.get(old) == "blob":
        text = forms.replaced(clone("cat-file", "blob", old))
        new = clone("hash-object", "-w", "--stdin", stdin=text).decode().strip()
    for tag in reversed(ref.chain):
        if tag not in tags:
            text = objects.tags[tag].replace(old.encode(), new.encode(), 1)
            text = forms.replaced(_unsigned(text))
            tags[tag] = clone("hash-object", "-t", "tag", "-w", "--stdin", "--literally", stdin=text).decode().strip()
        old, new = tag, tags[tag]
    return new


def _unsigned(text: bytes) -> bytes:
    head, gap, body = text.partition(b"\n\n")
    match = _SIGNATURE.search(body)
    return _SIGNATURE_HEADER.sub(b"", head + b"\n")[:-1] + gap + (body[: match.start()] if match else body)


def is_signed(text: bytes) -> bool:
    """Whether an annotated tag has a signature."""
    return _unsigned(text) != text


def _is_unwanted(name: bytes, scope: Scope) -> bool:
    """Whether a ref is left out of the result: it still leads to a key, or is not ours to change."""
    return name.startswith(HOSTED) or any(name == ref.name for ref, _ in scope.left)


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith(os.path.realpath(folder).rstrip("/") + "/")
