"""Parse the references and times of commits and tags, stored in columns since a history has millions of them."""

from __future__ import annotations

import re
from array import array
from typing import NamedTuple

import msgspec

from keyguard.odb.arrays import Array, np

_TREE = re.compile(rb"tree ([0-9a-f]{40,64})\n((?:parent [0-9a-f]{40,64}\n)*)")
#: the name may contain anything; the time follows the last ``>``
_AUTHOR = re.compile(rb"author ([^\n]*)> (\d{1,18}) ([+-]\d{4})\n")
_TARGET = re.compile(rb"object ([0-9a-f]{40,64})\ntype ([a-z]+)\n")


class CommitRows(msgspec.Struct, array_like=True):
    """Columns of commits as bytes, for sending between processes."""

    numbers: bytes = b""
    """Object numbers, uint64 each."""
    trees: bytes = b""
    """Ids of trees."""
    counts: bytes = b""
    """Number of parents of each commit, uint16."""
    parents: bytes = b""
    """Ids of parents, those of one commit after those of another."""
    times: bytes = b""
    """Author time, seconds since 1970, int64."""
    zones: bytes = b""
    """The author's offset from UTC in minutes, int16."""


class CommitNotes:
    """Collects the references of commits as they are read."""

    def __init__(self, id_size: int) -> None:
        self._digits = 2 * id_size
        self._numbers, self._counts = array("Q"), array("H")
        self._times, self._zones = array("q"), array("h")
        self._trees: list[bytes] = []
        self._parents: list[bytes] = []

    def add(self, number: int, data: bytes) -> bool:
        """Parse a commit as far as possible; return False if not all of its references could be parsed."""
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
        """Return all columns."""
        return CommitRows(
            self._numbers.tobytes(),
            bytes.fromhex(b"".join(self._trees).decode()),
            self._counts.tobytes(),
            bytes.fromhex(b"".join(self._parents).decode()),
            self._times.tobytes(),
            self._zones.tobytes(),
        )


class Commits(NamedTuple):
    """Columns of commits; one element each, except for the parents."""

    numbers: Array
    """int64: object numbers."""
    trees: Array
    """uint8, one row per commit: ids."""
    starts: Array
    """int64: where the parents of each commit begin in ``parents``, and where the last ones end."""
    parents: Array
    """uint8, one row per parent: ids."""
    times: Array
    """int64: seconds since 1970."""
    zones: Array
    """int16: minutes."""


def moved(rows: CommitRows, distance: int) -> CommitRows:
    """Return the rows with ``distance`` added to each object number."""
    numbers = np.frombuffer(rows.numbers, np.int64) + distance
    return msgspec.structs.replace(rows, numbers=numbers.tobytes())


def join_rows(parts: list[CommitRows], id_size: int) -> Commits:
    """Concatenate the columns of several processes."""

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
    """Return the commits for which ``which`` (bool, one element per commit) is set."""
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
    """Return the name and address of a commit's author; empty if there is none."""
    head = _TREE.match(data)
    found = _AUTHOR.match(data, head.end()) if head else None
    return found[1] + b">" if found else b""


def target_of(data: bytes, id_size: int) -> str:
    """Return the id of the object that a tag points to; empty if the tag is malformed."""
    found = _TARGET.match(data)
    return found[1].decode() if found and len(found[1]) == 2 * id_size else ""


def _minutes(zone: bytes) -> int:
    hours, minutes = int(zone[1:3]), int(zone[3:])
    return (hours * 60 + minutes) * (-1 if zone[:1] == b"-" else 1)
