"""However a repository is packed, the same is found in it; and each way of packing is what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.helpers.sharing import once
from tests.history.asking import History, ask
from tests.history.packing import KEYS, PACKINGS, content, deep, objects_of, repacked


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return content(Repo(tmp_path_factory.mktemp("packing") / "source"))


@pytest.fixture(scope="session")
def expected(source: Repo, asker: Keyguard) -> History:
    return ask(asker, source.path)


@pytest.fixture(scope="session")
def packings(source: Repo, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Repo]:
    """Copies of the source by the names of packings, each made once; no test writes there."""

    def made(name: str) -> Repo:
        def make(folder: Path) -> None:
            repacked(source, folder, name)

        return Repo(once(tmp_path_factory, f"packing-{name}", make) / "r", init=False)

    return made


@pytest.fixture(params=list(PACKINGS))
def packed(request: pytest.FixtureRequest, packings: Callable[[str], Repo]) -> Repo:
    return packings(request.param)


def verified(repo: Repo) -> list[list[str]]:
    """A row for each object of each pack, those of deltas with seven columns."""
    packs = [str(path) for path in (repo.path / ".git/objects/pack").glob("*.idx")]
    rows = [row.split() for row in repo.git("verify-pack", "-v", *packs).decode().splitlines()]
    return [row for row in rows if len(row) in (5, 7) and len(row[0]) == 40]


def test_every_packing_has_the_same_objects_and_yields_the_same_findings(
    kg: Keyguard, packed: Repo, source: Repo, expected: History
) -> None:
    assert objects_of(packed.path) == objects_of(source.path)
    seen = ask(kg, packed.path)
    assert seen.missed(KEYS) == []
    assert seen.document["findings"] == expected.document["findings"]
    assert seen.coverage["listed"] == expected.coverage["listed"] == len(objects_of(source.path))
    assert seen.code == 1


def test_the_same_content_is_found_in_a_sha256_repository(kg: Keyguard, tmp_path: Path, expected: History) -> None:
    repo = content(Repo(tmp_path / "r", "--object-format=sha256"))
    for pack in (lambda _: None, PACKINGS["depth-10"], PACKINGS["several"], PACKINGS["loose"]):
        pack(repo)
        seen = ask(kg, repo.path)
        assert seen.missed(KEYS) == []
        assert seen.code == 1
        assert seen.coverage["listed"] == expected.coverage["listed"]
        for name in KEYS:
            ours, theirs = seen.places(name), expected.places(name)
            assert [one["line"] for one in ours] == [one["line"] for one in theirs]
            assert [len(one["commit"]) for one in ours] == [len(one["commit"]) and 64 for one in theirs]


@pytest.mark.parametrize(("depth", "each"), [(1, 1), (50, 1), (4095, 40), (20_000, 500)])
def test_a_chain_of_deltas_may_be_of_any_length(kg: Keyguard, repo: Repo, depth: int, each: int) -> None:
    oids = deep(repo, depth, each)
    assert max(int(row[5]) for row in verified(repo) if len(row) == 7) == depth
    seen = ask(kg, repo.path)
    assert seen.paths("deep") == {f"blob:{oid}" for oid in oids}
    assert seen.code == 1


# --- the ways of packing themselves -------------------------------------------------------------------------------


def files_of(repo: Repo) -> list[Path]:
    return sorted((repo.path / ".git/objects/pack").iterdir())


@pytest.mark.parametrize(("name", "least", "most"), [("depth-1", 1, 1), ("depth-10", 3, 10), ("depth-4095", 5, 4095)])
def test_deltas_are_as_deep_as_the_name_says(packings: Callable[[str], Repo], name: str, least: int, most: int) -> None:
    assert least <= max(int(row[5]) for row in verified(packings(name)) if len(row) == 7) <= most


def test_offset_and_reference_deltas_are_what_the_name_says(packings: Callable[[str], Repo]) -> None:
    kinds = {}
    for name in ("one-pack", "ref-deltas"):
        repo = packings(name)
        (pack,) = [path for path in files_of(repo) if path.suffix == ".pack"]
        data = pack.read_bytes()
        rows = [row for row in verified(repo) if len(row) == 7]
        kinds[name] = {data[int(row[4])] >> 4 & 7 for row in rows}
    assert kinds == {"one-pack": {6}, "ref-deltas": {7}}


def test_files_beside_packs_are_what_the_names_say(packings: Callable[[str], Repo]) -> None:
    kinds = {}
    for name in PACKINGS:
        kinds[name] = sorted(path.suffix or path.name.split("-")[0] for path in files_of(packings(name)))
    two = [".idx", ".pack"]
    assert kinds["loose"] == []
    assert kinds["one-pack"] == two
    assert kinds["several"] == sorted(two * 3)
    assert kinds["multi-pack-index"].count("multi") == 1
    assert ".mtimes" in kinds["cruft"]
    assert ".keep" in kinds["duplicated"]
    assert kinds["alternates"] == two
    assert {".bitmap", ".rev"} <= set(kinds["bitmap-and-reverse-index"])
    assert len(kinds["thin"]) >= 8
    assert ".promisor" in kinds["promised"]


def test_an_index_has_the_version_and_the_offsets_of_its_name(packings: Callable[[str], Repo]) -> None:
    for name, start in (("index-version-1", b"\0\0\0"), ("64-bit-offsets", b"\xfftOc")):
        (index,) = [path for path in files_of(packings(name)) if path.suffix == ".idx"]
        data = index.read_bytes()
        assert data.startswith(start)
        if start[0]:
            number = int.from_bytes(data[8 + 255 * 4 : 8 + 256 * 4], "big")
            assert len(data) > 8 + 1024 + number * (20 + 4 + 4) + 40 + 8 * (number - 10)
