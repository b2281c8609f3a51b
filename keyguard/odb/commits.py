"""What commits and tags say of other objects: trees, parents, targets, times. Kept in columns, since they are many."""

from __future__ import annotations

import re
from array import array
from typing import NamedTuple

import msgspec

from keyguard.odb.arrays import Array, np

_TREE = re.compile(rb"tree ([0-9a-f]{40,64})\n((?:parent [0-9a-f]{40,64}\n)*)")
#: the name may hold anything; a time is what stands behind its last ``>``
_AUTHOR = re.compile(rb"author ([^\n]*)> (\d{1,18}) ([+-]\d{4})\n")
_TARGET = re.compile(rb"object ([0-9a-f]{40,64})\ntype ([a-z]+)\n")


class CommitRows(msgspec.Struct, array_like=True):
    """Columns of commits as bytes, to be sent from one process to another."""

    numbers: bytes = b""
    """Of the objects, uint64 each."""
    trees: bytes = b""
    """Ids."""
    counts: bytes = b""
    """How many parents each has, uint16."""
    parents: bytes = b""
    """Ids, one commit's behind the other's."""
    times: bytes = b""
    """When each was written, seconds since 1970, int64."""
    zones: bytes = b""
    """The author's offset from UTC in minutes, int16."""


class CommitNotes:
    """Notes of commits as they are read."""

    def __init__(self, id_size: int) -> None:
        self._digits = 2 * id_size
        self._numbers, self._counts = array("Q"), array("H")
        self._times, self._zones = array("q"), array("h")
        self._trees: list[bytes] = []
        self._parents: list[bytes] = []

    def add(self, number: int, data: bytes) -> bool:
        """Note what a commit says, as far as that can be understood; False where it is not all."""
        head = _TREE.match(data)
        if head is None or len(head[1]) != self._digits:
            return False
        parents = head[2].split()[1::2]
        if any(len(parent) != self._digits for parent in parents) or len(parents) > 0xFFFF:
            return False
        author = _AUTHOR.match(data, head.end())
        self._numbers.append(number)
        self._trees.append(head[1])
        self._counts.append(len(parents))
        self._parents += parents
        self._times.append(int(author[2]) if author else 0)
        self._zones.append(_minutes(author[3]) if author else 0)
        return not data.startswith(b"parent", head.end())

    def rows(self) -> CommitRows:
        """All that was noted."""
        return CommitRows(
            self._numbers.tobytes(),
            bytes.fromhex(b"".join(self._trees).decode()),
            self._counts.tobytes(),
            bytes.fromhex(b"".join(self._parents).decode()),
            self._times.tobytes(),
            self._zones.tobytes(),
        )


class Commits(NamedTuple):
    """Columns of commits, one element each but for the parents."""

    numbers: Array
    """int64, of the objects."""
    trees: Array
    """uint8, a row each: ids."""
    starts: Array
    """int64: where the parents of each begin in ``parents``; one more at the end."""
    parents: Array
    """uint8, a row each: ids."""
    times: Array
    """int64, seconds since 1970."""
    zones: Array
    """int16, minutes."""


def moved(rows: CommitRows, distance: int) -> CommitRows:
    """The same with other numbers."""
    numbers = np.frombuffer(rows.numbers, np.int64) + distance
    return msgspec.structs.replace(rows, numbers=numbers.tobytes())


def join_rows(parts: list[CommitRows], id_size: int) -> Commits:
    """The columns of many notes, one behind the other."""

    def column(name: str, kind: str) -> Array:
        return np.frombuffer(b"".join(getattr(part, name) for part in parts), kind)

    counts = column("counts", "u2").astype(np.int64)
    return Commits(
        numbers=column("numbers", "u8").astype(np.int64),
        trees=column("trees", "u1").reshape(-1, id_size),
        starts=np.append(0, np.cumsum(counts)),
        parents=column("parents", "u1").reshape(-1, id_size),
        times=column("times", "i8"),
        zones=column("zones", "i2"),
    )


def select_commits(commits: Commits, which: Array) -> Commits:
    """Only some of these; ``which`` (bool) says of each whether it stays."""
    if which.all():
        return commits
    counts = np.diff(commits.starts)
    return Commits(
        numbers=commits.numbers[which],
        trees=commits.trees[which],
        starts=np.append(0, np.cumsum(counts[which])),
        parents=commits.parents[np.repeat(which, counts)],
        times=commits.times[which],
        zones=commits.zones[which],
    )


def author_of(data: bytes) -> bytes:
    """The name and address of a commit's author; empty where there is none."""
    head = _TREE.match(data)
    found = _AUTHOR.match(data, head.end()) if head else None
    return found[1] + b">" if found else b""


def target_of(data: bytes, id_size: int) -> str:
    """The id of what a tag is put on; empty where it says nothing that can be understood."""
    found = _TARGET.match(data)
    return found[1].decode() if found and len(found[1]) == 2 * id_size else ""


def _minutes(zone: bytes) -> int:
    hours, minutes = int(zone[1:3]), int(zone[3:])
    return (hours * 60 + minutes) * (-1 if zone[:1] == b"-" else 1)
