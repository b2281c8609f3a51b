"""What design asks: every object is made out of its pack once, and every blob is inspected at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keyguard.inspection.inspected_text import InspectedText
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob
from keyguard.odb.entry_headers import TREE
from keyguard.odb.pack import Pack, Unpacked
from tests.helpers.repos import Repo
from tests.history.packfiles import object_id
from tests.history.packing import PACKINGS, content, objects_of, repacked
from tests.history.surveying import survey_of


class Counted:
    """How often each object was made out of a pack, and each text inspected."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: Counter[tuple[str, bytes]] = Counter()
        self.trees: Counter[tuple[str, bytes]] = Counter()
        self.inspected: Counter[bytes] = Counter()
        unpack, inspect = Pack.unpack, Inspector.inspect

        def counted_unpack(pack: Pack, first: int, stop: int, *more: Any) -> Iterator[Unpacked]:
            for one in unpack(pack, first, stop, *more):
                which = self.trees if int(pack.forest.kinds[one[0]]) == TREE else self.made
                which[pack.path, bytes(pack.ids[one[0]])] += 1
                yield one

        def counted_inspect(inspector: Inspector, blob: Blob, data: bytes, **known: Any) -> InspectedText:
            if not blob.path:
                self.inspected[data] += 1
            return inspect(inspector, blob, data, **known)

        monkeypatch.setattr(Pack, "unpack", counted_unpack)
        monkeypatch.setattr(Inspector, "inspect", counted_inspect)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return content(Repo(tmp_path_factory.mktemp("packing") / "source"))


@pytest.mark.parametrize("name", ["loose", "one-pack", "depth-4095", "several", "ref-deltas", "alternates", "thin"])
def test_every_object_is_made_and_inspected_once(
    source: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    repo = repacked(source, tmp_path, name)
    expected = objects_of(repo.path)
    counted = Counted(monkeypatch)
    found = survey_of(repo.path)
    assert found.coverage.read == len(expected)
    texts = Counter(data for kind, data in expected.values() if kind != "tree")
    if name != "thin":  # git adds to thin packs what other packs hold as well
        assert counted.inspected <= texts
        assert set(counted.trees.values()) | set(counted.made.values()) <= {1, 2}
    # and that as a whole only where there may be a key
    assert {data for data in texts if b"SENDMAILOS_API_KEY=" in data} <= set(counted.inspected) <= set(texts)
    assert set(counted.made.values()) <= {1}
    # once for what they name, and once more only those that lead to a hit
    assert max(counted.trees.values(), default=0) <= 1 + 4


def test_a_clean_history_is_read_once_and_never_again(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        repo.write(f"dir{number % 3}/file{number}", f"{number}\n" * 30).add().commit(f"{number}")
    PACKINGS["one-pack"](repo)
    counted = Counted(monkeypatch)
    found = survey_of(repo.path)
    assert found.sightings == []
    ids = {bytes.fromhex(oid) for oid in objects_of(repo.path)}
    assert Counter(oid for _, oid in counted.made) + Counter(oid for _, oid in counted.trees) == Counter(ids)
    assert {*counted.made.values(), *counted.trees.values()} == {1}
    assert found.coverage.read == len(ids)


@pytest.mark.parametrize("name", list(PACKINGS))
def test_what_was_read_adds_up_in_every_packing(source: Repo, tmp_path: Path, name: str) -> None:
    repo = repacked(source, tmp_path, name)
    kinds = Counter(kind for kind, _ in objects_of(repo.path).values())
    seen = survey_of(repo.path).coverage
    assert (seen.commits, seen.trees, seen.blobs, seen.tags) == tuple(
        kinds[kind] for kind in ("commit", "tree", "blob", "tag")
    )
    assert (seen.listed, seen.read, seen.missing, seen.unreadable) == (kinds.total(), kinds.total(), 0, 0)


def test_one_content_in_two_stores_that_lend_to_each_other_counts_once(repo: Repo, tmp_path: Path) -> None:
    repo.write("a", "one\n").add().commit("one")
    other = tmp_path / "other/.git"
    repo.git("clone", "--quiet", "--bare", "--no-hardlinks", ".", str(other))
    (repo.path / ".git/objects/info/alternates").write_text(f"{other}/objects\n")
    assert survey_of(repo.path).coverage.read == 3
    assert object_id("blob", b"one\n") in objects_of(repo.path)
