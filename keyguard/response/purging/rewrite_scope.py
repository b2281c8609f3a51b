"""Determine the scope of a rewrite: the refs that lead to a key, the commits that change, and where they start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from keyguard.masking.known_values import KNOWN
from keyguard.response.purging.affected_objects import Commits, Objects, files_of, peeled
from keyguard.response.purging.clone import Clone
from keyguard.response.purging.replacements import Replacements

#: refs that a host creates and updates itself: it accepts no push to them
_HOSTED = (
    *("refs/pull/", "refs/pull-requests/", "refs/merge-requests/", "refs/changes/", "refs/cache-automerge/"),
    *("refs/keep-around/", "refs/pipelines/", "refs/environments/"),
)
HOSTED = tuple(prefix.encode() for prefix in _HOSTED)


class Ref(NamedTuple):
    """One ref that leads to a key."""

    name: bytes
    old: str
    chain: tuple[str, ...]
    """The annotated tags that it leads through, outermost first."""
    target: str
    """Its final target: a commit, or else a blob or a tree."""


class Scope(NamedTuple):
    """What a rewrite changes, and what it cannot change."""

    refs: list[Ref]
    """The refs to rewrite, by name."""
    hosted: list[Ref]
    """The refs that only the host can remove."""
    left: list[tuple[Ref, str]]
    """The refs that no push can fix, with the reason."""
    commits: set[str]
    """The commits that get a new id."""
    tips: list[str]
    """The commits among them that reach all others."""
    cut: list[str]
    """Their parents that do not change: earlier history is not exported."""
    first: list[str]
    """The commits that contain a key and of whose ancestors none does, in the history of any affected ref."""


def scope_of(clone: Clone, forms: Replacements, objects: Objects, commits: Commits) -> Scope:
    """Return what has to change so that no ref that can be pushed leads to a key."""
    refs, hosted, left = list[Ref](), list[Ref](), list[tuple[Ref, str]]()
    for name, oid in sorted(clone.refs().items()):
        chain, target = peeled(oid, objects)
        ref = Ref(name, oid, tuple(chain), target)
        named = forms.named_in(name)
        if not named and not _holds(clone, forms, ref, objects, commits):
            continue
        if name.startswith(HOSTED):
            hosted.append(ref)
        elif named or KNOWN.shows(name.decode("utf-8", "backslashreplace")):
            left.append((ref, "its name holds a key, and no push changes a name"))
        elif target not in commits.parents and objects.holding.get(target) != "blob":
            left.append((ref, "it leads to a tree, not to a commit"))
        else:
            refs.append(ref)
    changing = _below((ref.target for ref in refs), commits)
    inner = {parent for oid in changing for parent in commits.parents[oid]}
    asked = _below((ref.target for ref in [*refs, *hosted]), commits)
    return Scope(
        refs=refs,
        hosted=hosted,
        left=left,
        commits=changing,
        tips=[oid for oid in commits.parents if oid in changing and oid not in inner],
        cut=sorted(inner - changing),
        first=[oid for oid in commits.parents if oid in asked and not asked.intersection(commits.parents[oid])],
    )


def _holds(clone: Clone, forms: Replacements, ref: Ref, objects: Objects, commits: Commits) -> bool:
    if ref.target in commits.changing or ref.target in objects.holding:
        return True
    if any(tag in objects.holding for tag in ref.chain):
        return True
    if ref.target in commits.parents or ref.target in objects.kinds or not objects.holding:
        return False
    if clone("cat-file", "-t", ref.target).strip() != b"tree":
        return False
    return any(oid in objects.holding or forms.named_in(path) for oid, path in files_of(clone, ref.target))


def _below(tips: Iterable[str], commits: Commits) -> set[str]:
    """Return the changing commits that these reach."""
    found: set[str] = set()
    todo = [oid for oid in tips if oid in commits.changing]
    while todo:
        oid = todo.pop()
        if oid not in found:
            found.add(oid)
            todo += [one for one in commits.parents[oid] if one in commits.changing]
    return found
