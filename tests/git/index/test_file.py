"""The index, read without git: every version and extension of it, and damaged ones."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.git.index.file import base_id, extension_ids, merged_entries, parse_index
from keyguard.git.index.integrity import check_index
from keyguard.git.layout.repository import discover
from keyguard.git.refs.tips import read_tips
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo


def indexed(repo: Repo, *, kept: bool = True) -> list[str]:
    """Ids that the index names, as the tips have them."""
    repository = discover(str(repo.path))
    assert repository is not None
    tips = read_tips(repository)
    assert tips.skipped == []
    return [tip.oid for tip in tips.tips if tip.reach == "index" and tip.kept == kept]


def staged(repo: Repo) -> set[str]:
    """Ids that git says the index names, submodules aside."""
    lines = repo.git("ls-files", "--stage", "-z").split(b"\0")[:-1]
    return {line.split(b" ")[1].decode() for line in lines if not line.startswith(b"160000")}


def grown(path: Path, *options: str) -> Repo:
    """A repository with names of every length, a link, and a file that can be run."""
    repo = Repo(path, *options)
    for length in (*range(1, 40), 200):
        repo.write("n" * length, f"{length}\n").write(f"folder/{length}/x", f"in {length}\n")
    repo.write("/".join(["d" * 200] * 18) + "/long", "x\n").write("run", "#!\n").link("link", "target")
    repo.file("run").chmod(0o755)
    return repo.add()


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_every_version_is_read(tmp_path: Path, version: str, object_format: str) -> None:
    repo = grown(tmp_path / "r", f"--object-format={object_format}")
    repo.git("update-index", f"--index-version={version}")
    if version == "3":
        repo.write("intended", "no object\n").git("add", "--intent-to-add", "intended")
        repo.git("update-index", "--skip-worktree", "run")
        assert (repo.path / ".git/index").read_bytes()[7] == 3
    found = indexed(repo)
    assert len(found) == len(set(found))
    assert set(found) == staged(repo) - {repo.git("hash-object", "-t", "blob", "/dev/null").decode().strip()}


def test_every_side_of_a_conflict_is_staged_and_remembered_when_it_is_over(repo: Repo) -> None:
    repo.conflict("file")
    sides = {repo.oid(f":{stage}:file") for stage in (1, 2, 3)}
    assert sides <= set(indexed(repo))
    repo.write("file", "resolved\n").add()
    assert sides & set(indexed(repo)) == set()
    assert sides <= set(indexed(repo, kept=False))


def test_trees_that_were_written_are_remembered(tmp_path: Path) -> None:
    repo = grown(tmp_path / "r").commit()
    trees = {
        line.split()[2].decode() for line in repo.git("ls-tree", "-r", "-t", "HEAD").splitlines() if b" tree " in line
    }
    assert trees | {repo.oid("HEAD^{tree}")} == set(indexed(repo, kept=False))


def test_submodules_are_objects_of_another_store(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner").commit()
    repo.git("submodule", "--quiet", "add", str(inner.path), "sub")
    assert inner.oid() not in indexed(repo)
    assert set(indexed(repo)) == {repo.oid(":.gitmodules")}


def test_a_sparse_index_names_trees(tmp_path: Path) -> None:
    repo = grown(tmp_path / "r").commit()
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    assert repo.oid("HEAD:folder") in indexed(repo)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_split_index_is_read_with_what_it_is_based_on(tmp_path: Path, object_format: str) -> None:
    repo = grown(tmp_path / "r", f"--object-format={object_format}").config("splitIndex.maxPercentChange", "100")
    for path in (path for path in repo.path.iterdir() if path.is_file()):
        os.utime(path, (1, 1), follow_symlinks=False)  # or git would not trust what it knows of so young a file
    repo.add().git("update-index", "--split-index")
    gone, changed = repo.oid(":n"), repo.oid(":nn")
    repo.remove("n").write("nn", "changed\n").write("new", "new\n").add()
    assert len((repo.path / ".git/index").read_bytes()) < 5000
    found = set(indexed(repo))
    assert found == staged(repo)
    assert not {gone, changed} & found


def test_a_split_index_without_its_base_is_a_gap(tmp_path: Path) -> None:
    repo = grown(tmp_path / "r")
    repo.git("update-index", "--split-index")
    for base in (repo.path / ".git").glob("sharedindex.*"):
        base.unlink()
    repository = discover(str(repo.path))
    assert repository is not None
    assert [(gap.path, gap.reason) for gap in read_tips(repository).skipped] == [(b".git/index", "corrupt")]


def test_an_index_without_a_checksum_is_read_and_one_with_a_wrong_one_is_not(tmp_path: Path) -> None:
    repo = grown(tmp_path / "r")
    data = (repo.path / ".git/index").read_bytes()
    assert parse_index(data[:-20] + bytes(20), "sha1") == parse_index(data, "sha1")
    with pytest.raises(GitError, match="checksum"):
        parse_index(data[:-20] + b"\1" * 20, "sha1")


def sealed(body: bytes, object_format: str = "sha1") -> bytes:
    """Anything, with a checksum that is right."""
    return body + hashlib.new(object_format, body).digest()


@pytest.mark.parametrize(
    "body",
    [
        b"DIRC" + bytes(7),
        b"CRID\0\0\0\2\0\0\0\0",
        b"DIRC\0\0\0\5\0\0\0\0",
        b"DIRC\0\0\0\2\xff\xff\xff\xff",
        b"DIRC\0\0\0\2\0\0\0\1" + bytes(70),
        b"DIRC\0\0\0\2\0\0\0\1" + bytes(60) + b"\x0f\xff" + b"x" * 4000,
        b"DIRC\0\0\0\4\0\0\0\1" + bytes(62) + b"\5x\0",
        b"DIRC\0\0\0\4\0\0\0\1" + bytes(62) + b"\xff" * 40,
        b"DIRC\0\0\0\2\0\0\0\0TREE\xff\xff\xff\xff",
    ],
)
def test_an_index_that_makes_no_sense_is_damaged(body: bytes) -> None:
    with pytest.raises(GitError, match="damaged"):
        parse_index(sealed(body), "sha1")


@pytest.mark.parametrize("version", ["2", "4"])
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_an_index_that_is_cut_off_anywhere_is_damaged(tmp_path: Path, version: str, object_format: str) -> None:
    repo = Repo(tmp_path / "r", f"--object-format={object_format}")
    for number in range(5):
        repo.write(f"{'n' * (number + 1)}/{number}", "")
    repo.add().git("update-index", f"--index-version={version}")
    body = (repo.path / ".git/index").read_bytes()[: -20 if object_format == "sha1" else -32]
    check_index(sealed(body, object_format), object_format)
    for end in range(len(body)):
        with pytest.raises(GitError, match="damaged"):
            check_index(sealed(body[:end], object_format), object_format)
    for count in (4, 6):
        with pytest.raises(GitError, match="damaged"):
            check_index(sealed(body[:8] + count.to_bytes(4, "big") + body[12:], object_format), object_format)


def test_the_quick_look_at_an_index_takes_what_the_other_takes(tmp_path: Path) -> None:
    repo = grown(tmp_path / "r").write("intended", "")
    repo.git("add", "--intent-to-add", "intended")
    for version in ("2", "3", "4"):
        repo.git("update-index", f"--index-version={version}")
        check_index((repo.path / ".git/index").read_bytes(), "sha1")
    for body in (b"DIRC\0\0\0\2\0\0\0\1" + bytes(70), b"DIRC\0\0\0\2\xff\xff\xff\xff"):
        with pytest.raises(GitError, match="damaged"):
            check_index(sealed(body), "sha1")


@given(
    st.sampled_from([2, 3, 4]),
    st.integers(0, 3),
    st.binary(max_size=300),
    st.binary(max_size=200),
    st.sampled_from(["sha1", "sha256"]),
)
def test_no_damage_raises_anything_but_its_own_error(
    version: int, count: int, body: bytes, more: bytes, object_format: str
) -> None:
    head = b"DIRC" + version.to_bytes(4, "big")
    named = b"".join(name + len(more).to_bytes(4, "big") + more for name in (b"TREE", b"REUC", b"link"))
    for data in (head + count.to_bytes(4, "big") + body, head + bytes(4) + named):
        with suppress(GitError):
            index = parse_index(sealed(data, object_format), object_format)
            extension_ids(index, object_format)
            base_id(index, object_format)
            if b"link" in index.extensions:
                merged_entries(index, index._replace(entries=[b"x"] * 100), object_format)


def test_a_bitmap_of_runs_without_end_costs_no_more_than_the_entries_that_there_are() -> None:
    run = (1 | 0xFFFFFFFF << 1).to_bytes(8, "big")
    bitmap = b"\xff\xff\xff\xff" + (1000).to_bytes(4, "big") + run * 1000 + bytes(4)
    index = parse_index(
        sealed(b"DIRC\0\0\0\2\0\0\0\0link" + (20 + 2 * len(bitmap)).to_bytes(4, "big") + b"x" * 20 + 2 * bitmap), "sha1"
    )
    assert merged_entries(index, index._replace(entries=[b"y" * 20] * 1000), "sha1") == []
