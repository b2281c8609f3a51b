"""What is remembered of a history: a scan that uses it says what a scan without it says, and reads only what is new."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from keyguard.cache import cache as caches
from keyguard.git.layout.repository import discover
from keyguard.git.refs.tips import Tips, read_refs
from keyguard.history.caching import histories
from keyguard.history.caching.packs import TREES
from keyguard.history.trees.reader import TreeReader
from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import line

FRESH = ("scan", "--history-only", "-f", "json")


def said(kg: Keyguard, repo: Repo, folder: Path, *words: str) -> dict[str, Any]:
    """The report of a scan that remembers in a folder of its own."""
    return kg(*FRESH, *words, repo.path, KEYGUARD_CACHE_DIR=str(folder)).document


@pytest.fixture
def packed(tmp_path: Path) -> Repo:
    """Two packs, the second with trees that name files of the first."""
    repo = Repo(tmp_path / "shop")
    for number in range(3):
        repo.write(f"src/{number}/a.txt", f"{number}\n").write("deep/er/a.env", line(str(number))).add().commit()
    repo.git("repack", "-q", "-a", "-d")
    repo.write("deep/er/b.txt", "new\n").remove("src/0/a.txt").add().commit()
    repo.git("repack", "-q", "-d")
    return repo


@pytest.fixture
def recalled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The places of the packs whose trees were not read again."""
    places: list[int] = []
    really = TreeReader._recalled

    def watched(self: TreeReader, at: int, known: Any) -> Any:
        places.append(at)
        return really(self, at, known)

    monkeypatch.setattr(TreeReader, "_recalled", watched)
    return places


def test_after_a_fetch_only_the_new_pack_is_read_and_the_report_is_the_same(
    kg: Keyguard, packed: Repo, recalled: list[int], tmp_path: Path
) -> None:
    said(kg, packed, tmp_path / "known")
    assert recalled == []
    # to commit here would touch the packs: git notes that what they hold is in use
    there = packed.copy(tmp_path / "there").write("deep/er/c.env", line("new")).add().commit()
    packed.git("-c", "fetch.unpackLimit=1", "fetch", "--quiet", str(there.path), "main:refs/heads/fetched")
    again = said(kg, packed, tmp_path / "known")
    assert len(recalled) == 2
    assert again == said(kg, packed, tmp_path / "other")
    assert len({one["fingerprint"] for one in again["findings"]}) == 4
    assert again["coverage"]["history"]["missing"] == 0


def test_a_pack_that_is_remembered_in_another_form_is_read(
    kg: Keyguard, packed: Repo, recalled: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(kg, packed, tmp_path / "known")
    packed.write("a.txt", "new\n").add().commit()
    really = caches.Cache.get

    def garbled(self: caches.Cache, kind: str, name: bytes) -> bytes | None:
        found = really(self, kind, name)
        return found and (b"\xc1" if kind == TREES else found)

    monkeypatch.setattr(caches.Cache, "get", garbled)
    again = said(kg, packed, tmp_path / "known")
    assert recalled == []
    monkeypatch.undo()
    assert again == said(kg, packed, tmp_path / "other")


def test_a_shallow_clone_is_known_again_in_whatever_order_its_boundaries_come(packed: Repo) -> None:
    ends = [f"{number:040x}" for number in random.Random(1).sample(range(1 << 60), 300)]
    one, other = frozenset(ends), frozenset(reversed(ends))
    assert list(one) != list(other)
    found = discover(str(packed.path))
    assert found is not None
    tips = read_refs(found)

    def state(shallow: frozenset[str]) -> bytes:
        assert found is not None
        shaped: Tips = tips._replace(shallow=shallow)
        return histories.state_of(found, shaped, authors=False)

    assert state(one) == state(other)
    assert state(one) != state(one - {ends[0]})
