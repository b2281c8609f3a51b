"""Find the objects of a clone that contain a key, the affected commits, and the refs that lead to them.

A commit *holds* a key if a file of its tree does, or its own text; it *changes* if it or an ancestor does. So the
commits that change are closed under descent, those that do not under ancestry: there is a clean cut between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from keyguard.response.purging.clone import Clone
from keyguard.response.purging.large_files import object_of
from keyguard.response.purging.replacements import Replacements
from keyguard.support.errors import GitError

#: bytes of an object that are searched at once
_PIECE = 4 << 20
#: a commit or tag is read completely up to this size, in bytes
_WHOLE = 16 << 20
_SIGNED = (b"\ngpgsig ", b"\ngpgsig-sha256 ", b"\nmergetag ")


class Objects(NamedTuple):
    """The result of searching every object of a clone."""

    holding: dict[str, str]
    """Object that contains a key -> its type."""
    signed: set[str]
    """Commits with a signature of their own, or of a tag that they merged."""
    tags: dict[str, bytes]
    """Annotated tag -> its text."""
    kinds: dict[str, str]
    """Commit or tag -> its type."""
    keys: set[int]
    """The numbers of the keys that were found."""
    pointers: dict[str, str]
    """Git LFS object -> the blob that is its pointer."""


class Commits(NamedTuple):
    """The result of walking all commits."""

    parents: dict[str, list[str]]
    """Commit -> its parents, ancestors first."""
    paths: dict[str, frozenset[bytes]]
    """Commit whose tree contains a key -> the paths of the files."""
    holding: set[str]
    """Commits that hold a key."""
    changing: set[str]
    """These commits and all their descendants."""


def search(clone: Clone, forms: Replacements) -> Objects:
    """Search all objects of a clone."""
    found = Objects({}, set(), {}, {}, set(), {})
    with clone.reading("cat-file", "--batch", "--batch-all-objects", "--unordered", "--buffer") as (asks, answers):
        asks.close()
        while header := answers.readline():
            oid, kind, size = header.decode().split()
            keys, text = _looked_at(answers, int(size), forms)
            found.keys.update(keys)
            if keys:
                found.holding[oid] = kind
            if kind == "blob" and (stored := object_of(text)):
                found.pointers[stored] = oid
            if kind in ("commit", "tag"):
                found.kinds[oid] = kind
            if kind == "tag":
                found.tags[oid] = text
            elif kind == "commit" and any(mark in text.partition(b"\n\n")[0] for mark in _SIGNED):
                found.signed.add(oid)
    return found


def walk(clone: Clone, forms: Replacements, objects: Objects) -> Commits:
    """Walk all commits that a ref of the clone reaches."""
    parents: dict[str, list[str]] = {}
    for line in clone("rev-list", "--all", "--topo-order", "--reverse", "--parents").decode().splitlines():
        oid, *before = line.split(" ")
        parents[oid] = before
    # a tree contains a key in a name, a blob in its text; a commit's tree consists of nothing else
    in_trees = any(kind in ("blob", "tree") for kind in objects.holding.values())
    paths = _paths(clone, forms, objects.holding, parents) if in_trees else {}
    holding = {oid for oid in parents if oid in paths or oid in objects.holding}
    changing: set[str] = set()
    for oid, before in parents.items():
        if oid in holding or any(one in changing for one in before):
            changing.add(oid)
    return Commits(parents, paths, holding, changing)


def peeled(oid: str, objects: Objects) -> tuple[list[str], str]:
    """Return the annotated tags that an id leads through, outermost first, and their final target."""
    chain: list[str] = []
    while oid in objects.tags and oid not in chain:
        chain.append(oid)
        first = objects.tags[oid].partition(b"\n")[0]
        oid = first.removeprefix(b"object ").decode("ascii", "replace")
    return chain, oid


def files_of(clone: Clone, tree: str) -> Iterator[tuple[str, bytes]]:
    """Yield id and path of every file in a tree, or in the tree of a commit."""
    for record in clone("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0")[:-1]:
        info, _, path = record.partition(b"\t")
        yield info.split()[2].decode(), path


def _looked_at(answers: IO[bytes], size: int, forms: Replacements) -> tuple[set[int], bytes]:
    """Return the numbers of the keys in an object, and the beginning of its text, all of it if it is small."""
    first = text = answers.read(min(size, _WHOLE))
    keys, left = forms.keys_in(text), size - len(text)
    while left:
        piece = answers.read(min(left, _PIECE))
        if not piece:
            raise GitError("git cat-file stopped in the middle of its answer")
        text = text[-forms.longest :] + piece
        keys |= forms.keys_in(text)
        left -= len(piece)
    if answers.read(1) != b"\n":
        raise GitError("git cat-file stopped in the middle of its answer")
    return keys, first


def _paths(
    clone: Clone, forms: Replacements, holding: dict[str, str], parents: dict[str, list[str]]
) -> dict[str, frozenset[bytes]]:
    """Return commit -> paths in its tree that contain a key, from its changes against its first parent."""
    found: dict[str, frozenset[bytes]] = {}
    changes = _changes(clone, parents)
    oid, changed = next(changes, ("", []))
    for commit, before in parents.items():
        held = found.get(before[0], frozenset()) if before else frozenset[bytes]()
        if commit == oid:
            held = held.difference(path for _, path in changed)
            held |= {path for new, path in changed if new.strip("0") and (new in holding or forms.named_in(path))}
            oid, changed = next(changes, ("", []))
        if held:
            found[commit] = held
    return found


def _changes(clone: Clone, parents: dict[str, list[str]]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Yield each commit that differs from its first parent, in order, with new ids and paths of files."""
    asked = "".join(f"{oid} {' '.join(before[:1])}\n" for oid, before in parents.items()).encode()
    words = ("diff-tree", "--stdin", "-r", "--root", "--raw", "-z", "--no-renames", "--no-ext-diff", "--no-abbrev")
    tokens: Sequence[bytes] = clone(*words, stdin=asked).split(b"\0")
    oid, changed, at = "", list[tuple[str, bytes]](), 0
    while at < len(tokens) - 1:
        token = tokens[at]
        if token.startswith(b":"):
            changed.append((token.split(b" ")[3].decode(), tokens[at + 1]))
            at += 2
            continue
        if oid:
            yield oid, changed
        oid, changed, at = token.strip().decode(), [], at + 1
    if oid:
        yield oid, changed
