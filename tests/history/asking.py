"""How history tests ask: one call of the command line, and what it said of each planted key."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from keyguard.masking.secret import Secret, fingerprint
from tests.helpers import seeing
from tests.helpers.calling import Keyguard, Said

__all__ = ["ASKED", "History", "ask", "key", "line", "store_of"]

#: all that every history test asks with
ASKED = ("scan", "--history-only", "--no-cache", "-f", "json")


def key(name: str) -> str:
    """The made-up key that goes by that name: as many as there are names."""
    return seeing.key(seed=name)


def line(name: str) -> str:
    """A settings file of two lines with that key in the second."""
    return f"# settings of {name}\nSENDMAILOS_API_KEY={key(name)}\n"


class History(NamedTuple):
    """What a scan of history said, by the names of the keys."""

    said: Said
    document: dict[str, Any]

    @property
    def code(self) -> int:
        """How the call ended."""
        return self.said.code

    @property
    def gaps(self) -> set[str]:
        """Paths of what was not read, an object as ``object:<oid>``."""
        return {one["path"] for one in self.document["skipped"] if one["gap"]}

    @property
    def reasons(self) -> dict[str, str]:
        """The same with the word that says why."""
        return {one["path"]: one["reason"] for one in self.document["skipped"] if one["gap"]}

    @property
    def coverage(self) -> dict[str, Any]:
        """What of the object stores was read."""
        found: dict[str, Any] = self.document["coverage"]["history"]
        return found

    def finding(self, name: str) -> dict[str, Any]:
        """The finding of a key; an empty one where it was not found."""
        mark = fingerprint(Secret(key(name).encode()), guessable=False)
        found = [one for one in self.document["findings"] if one["fingerprint"] == mark]
        assert len(found) < 2, f"{name}: one key, several findings"
        return found[0] if found else {"occurrences": []}

    def places(self, name: str) -> list[dict[str, Any]]:
        """Where a key was found."""
        places: list[dict[str, Any]] = self.finding(name)["occurrences"]
        return places

    def paths(self, name: str) -> set[str]:
        """The paths in which a key was found."""
        return {one["path"] for one in self.places(name)}

    def missed(self, names: Iterable[str]) -> list[str]:
        """Those of these keys that were not found."""
        return [name for name in names if not self.places(name)]

    def adds_up(self) -> None:
        """Numbers that everyone may rely on, whatever was found."""
        coverage, summary = self.document["coverage"], self.document["summary"]
        gaps = [one for one in self.document["skipped"] if one["gap"]]
        assert coverage["complete"] is (not gaps)
        assert summary["gaps"] == len(gaps)
        assert self.code == (2 if gaps else 1 if summary["failing"] else 0), self.said.err
        if history := coverage["history"]:
            kinds = sum(history[kind] for kind in ("commits", "trees", "blobs", "tags"))
            assert history["read"] == kinds, history
            assert history["listed"] == history["read"] + history["missing"] + history["unreadable"], history
        assert "Traceback" not in self.said.err


def ask(kg: Keyguard, path: Path, *more: str, **variables: Any) -> History:
    """Scan the history of what is at ``path``; the answer adds up."""
    said = kg(*ASKED, *more, path, **variables)
    found = History(said, said.document)
    found.adds_up()
    return found


def store_of(path: Path) -> dict[str, tuple[str, int]]:
    """Every object that git sees in the store of a repository: id -> (type, size)."""
    listed = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch-check", "--unordered"],
        cwd=path,
        env={"PATH": os.environ["PATH"], "HOME": str(path), "GIT_CONFIG_NOSYSTEM": "1", "GIT_NO_LAZY_FETCH": "1"},
        capture_output=True,
        check=True,
    ).stdout.decode()
    rows = [row.split() for row in listed.splitlines()]
    return {row[0]: (row[1], int(row[2])) for row in rows if len(row) == 3}
