"""What a scan does not open is listed, and fails nothing: archives, encrypted files, leftovers of git, submodules."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.calling import Keyguard, Said, adds_up
from tests.helpers.repos import Repo
from tests.history.asking import line
from tests.history.packfiles import Packed, pack_of


def archive(seed: str = "") -> bytes:
    """What begins like an archive that is not opened."""
    return b"Rar!\x1a\x07\1\0" + random.Random(seed).randbytes(200)


VAULT = b"$ANSIBLE_VAULT;1.1;AES256\n" + b"31323334\n" * 9
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"1" * 64 + b"\nsize 3\n"


def listed(said: Said, reason: str = "container") -> dict[str, str]:
    """Path -> what it is, of all that is listed for that reason; it is no gap."""
    found = [one for one in said.document["skipped"] if one["reason"] == reason]
    assert not any(one["gap"] for one in found)
    return {one["path"]: one["detail"] for one in found}


def clean(said: Said) -> dict[str, Any]:
    """The coverage of a scan that found nothing, and is whole."""
    assert (said.code, said.document["summary"]["gaps"]) == (0, 0)
    adds_up(said.document)
    found: dict[str, Any] = said.document["coverage"]
    assert found["complete"]
    return found


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Three files that are not opened and one that is; another archive is in history only."""
    repo = Repo(tmp_path_factory.mktemp("held") / "repo").config("gc.auto", "0")
    repo.write("old.bin", archive("old")).add().commit("old").remove("old.bin")
    return repo.write("a.docx", archive()).write("b", VAULT).write("c.psd", POINTER).write("d", "text\n").add().commit()


TREE = {
    "a.docx": "archive (rar)",
    "b": "encrypted file (ansible-vault)",
    "c.psd": "LFS pointer (what it stands for is not read)",
}


def test_files_of_a_tree(kg: Keyguard, held: Repo) -> None:
    said = kg.scan("--no-history", held.path)
    coverage = clean(said)
    assert listed(said) == TREE
    assert (coverage["listed"], coverage["read"], coverage["skipped"]) == (4, 1, 3)
    assert coverage["unopened"] == {"LFS pointer": 1, "archive": 1, "encrypted file": 1}


def test_the_text_counts_them_by_kind(kg: Keyguard, held: Repo) -> None:
    said = kg("scan", "--no-hygiene", "--no-cache", held.path)
    assert said.code == 0
    files, history = said.out.split("; history: ")
    assert "1 LFS pointer, 1 archive and 1 encrypted file not read" in files
    assert "1 LFS pointer, 2 archives and 1 encrypted file not read" in history
    assert "left out by choice" not in said.out


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
@pytest.mark.parametrize("cached", [False, True], ids=["read", "remembered"])
def test_blobs_of_a_history(kg: Keyguard, held: Repo, tmp_path: Path, packed: bool, cached: bool) -> None:
    repo = Repo(Path(shutil.copytree(held.path, tmp_path / "r")), init=False)
    if packed:
        repo.git("repack", "-adq", "--depth=50")
    if cached:
        assert kg.scan("--history-only", repo.path).code == 0
    said = kg.scan("--history-only", repo.path, *([] if cached else ["--no-cache"]))
    history = clean(said)["history"]
    assert sorted(listed(said).values()) == sorted([*TREE.values(), "archive (rar)"])
    assert f"object:{repo.oid('HEAD:a.docx')}" in listed(said)
    assert f"object:{repo.oid('HEAD~1:old.bin')}" in listed(said)
    assert history["unopened"] == {"LFS pointer": 1, "archive": 2, "encrypted file": 1}
    assert history["blobs"] == 5


def test_a_version_of_an_archive_that_is_a_delta(kg: Keyguard, repo: Repo) -> None:
    data = b"Rar!\x1a\x07" + bytes(range(256)) * 200
    repo.write("a", data).add().commit().write("a", data + b"more").add().commit().git("repack", "-adq")
    assert len(listed(kg.scan("--history-only", "--no-cache", repo.path))) == 2


def test_what_is_staged(kg: Keyguard, repo: Repo) -> None:
    repo.write("a.bin", archive()).write("b", VAULT).write("c", "text\n").add()
    said = kg.scan("--staged", repo.path)
    assert clean(said)["read"] == 1
    assert set(listed(said)) == {"a.bin", "b"}
    assert kg("hook", "pre-commit", cwd=repo.path).code == 0


def test_what_a_range_brings(kg: Keyguard, held: Repo) -> None:
    said = kg.scan("--range", "HEAD~1..HEAD", held.path)
    assert clean(said)["history"]["unopened"] == {"LFS pointer": 1, "archive": 1, "encrypted file": 1}
    assert f"object:{held.oid('HEAD:a.docx')}" in listed(said)


def test_standard_input(kg: Keyguard) -> None:
    said = kg.scan("--stdin", stdin=archive())
    assert clean(said)["skipped"] == 1
    assert listed(said) == {"<stdin>": "archive (rar)"}


def test_a_folder_with_nothing_else(kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a.whl").write_bytes(archive())
    assert listed(kg.scan(tmp_path / "t")) == {"a.whl": "archive (rar)"}


def test_a_large_one_that_is_read_in_pieces(kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a").write_bytes(archive() + bytes(3 << 20))
    assert listed(kg.scan(tmp_path / "t")) == {"a": "archive (rar)"}


def test_a_key_that_stands_plain_in_one_is_found_all_the_same(kg: Keyguard, repo: Repo) -> None:
    repo.write("a.zip", archive() + line("plain").encode()).add().commit()
    said = kg.scan("--no-cache", repo.path)
    assert said.code == 1
    assert "a.zip" in listed(said)


def test_a_repository_under_another_name(kg: Keyguard, held: Repo, tmp_path: Path) -> None:
    shutil.copytree(held.path / ".git", tmp_path / "t" / "dotgit")
    found = listed(kg.scan("--no-history", tmp_path / "t"))
    assert set(found.values()) == set(TREE.values())
    assert all(name.endswith("!/blob") for name in found)


def test_what_git_did_not_finish(kg: Keyguard, repo: Repo) -> None:
    repo.write("a", "one\n").add().commit()
    objects = repo.path / ".git/objects"
    (objects / "pack/tmp_pack_x").write_bytes(pack_of([Packed("blob", line("hidden").encode())]))
    next(objects.glob("??")).joinpath("tmp_obj_y").write_bytes(b"x")
    (objects / "incoming-12").mkdir()
    found = listed(kg.scan(repo.path))
    assert {name.rpartition("/")[2] for name in found} == {"tmp_pack_x", "tmp_obj_y", "incoming-12"}
    assert all(name.startswith(".git/objects/") for name in found)
    assert listed(kg.scan(repo.path)) == found
    (objects / "pack/tmp_pack_x").unlink()
    assert len(listed(kg.scan(repo.path))) == 2


def test_of_very_many_the_first_are_listed_and_all_are_counted(
    kg: Keyguard, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyguard.history.unopened._MOST", 3)
    for number in range(5):
        repo.write(f"{number}.zip", archive(str(number)))
    said = kg.scan("--history-only", "--no-cache", repo.add().commit().path)
    assert len(listed(said)) == 4
    assert "2 more" in listed(said)["history"]
    assert clean(said)["history"]["unopened"] == {"archive": 5}


# --- submodules ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outer(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with a submodule that has moved once."""
    folder = tmp_path_factory.mktemp("outer")
    inner = Repo(folder / "inner").write("a.env", line("inner")).add().commit()
    repo = Repo(folder / "outer").write("a", "1\n")
    repo.git("submodule", "--quiet", "add", str(inner.path), "lib/sub")
    repo.add().commit()
    inner.write("b", "more\n").add().commit()
    repo.git("-C", "lib/sub", "pull", "--quiet")
    return repo.add().commit()


@pytest.fixture
def cloned(outer: Repo, tmp_path: Path) -> Repo:
    """A clone of it without the submodule."""
    outer.git("clone", "--quiet", str(outer.path), str(tmp_path / "clone"))
    return Repo(tmp_path / "clone", init=False)


def test_a_submodule_that_is_not_there(kg: Keyguard, cloned: Repo) -> None:
    for _ in range(2):  # the second time history is known
        said = kg.scan(cloned.path)
        coverage = clean(said)
        assert coverage["unopened"] == {"submodule": 1}
        assert coverage["history"]["unopened"] == {"submodule commit": 2}
        found = listed(said, "submodule")
        assert set(found) == {
            "lib/sub",
            f"object:{cloned.oid('HEAD:lib/sub')}",
            f"object:{cloned.oid('HEAD~1:lib/sub')}",
        }
        assert "(sub: it is not here)" in found[f"object:{cloned.oid('HEAD:lib/sub')}"]


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_one_of_whose_commits_only_some_are_there(kg: Keyguard, cloned: Repo, outer: Repo, packed: bool) -> None:
    cloned.git("submodule", "--quiet", "update", "--init")
    if packed:
        cloned.git("repack", "-adq")
    said = kg.scan(cloned.path)
    assert said.code == 1
    assert listed(said, "submodule") == {}
    store = cloned.path / ".git/modules/lib/sub/objects"
    oid = cloned.oid("HEAD:lib/sub")
    shutil.rmtree(store / oid[:2])
    assert set(listed(kg.scan("--no-cache", cloned.path), "submodule")) == {f"object:{oid}"}


def test_a_range_that_moves_one(kg: Keyguard, cloned: Repo) -> None:
    said = kg.scan("--range", "HEAD~1..HEAD", cloned.path)
    assert clean(said)["history"]["unopened"] == {"submodule commit": 1}
    assert set(listed(said, "submodule")) == {f"object:{cloned.oid('HEAD:lib/sub')}"}


def test_one_that_is_checked_out_is_read(kg: Keyguard, outer: Repo) -> None:
    said = kg.scan("--no-cache", outer.path)
    assert said.code == 1
    assert listed(said, "submodule") == {}


def test_a_store_that_is_borrowed_from_and_gone_is_listed(kg: Keyguard, repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other").write("b.txt", "b\n").add().commit()
    repo.write("a.txt", "a\n").add().commit()
    (other.path / ".git/objects/info/alternates").write_text("/nowhere/two\n")
    named = f'/nowhere/one\n"/nowhere/\\164hree"\n{other.path}/.git/objects\n'
    repo.file(".git/objects/info/alternates").write_text(named)
    for _ in range(2):  # the second time from the cache
        said = kg.scan(cwd=repo.path)
        assert clean(said)["history"]["unopened"] == {"object store": 3}
        found = {one["detail"] for one in said.document["skipped"]}
        assert found == {
            f"object store (borrowed from, and not there: /nowhere/{one})" for one in ("one", "two", "three")
        }
    # what only such a store has is missing
    repo.git("update-ref", "refs/heads/lost", other.oid())
    shutil.rmtree(other.path)
    assert kg.scan(cwd=repo.path).code == 2
