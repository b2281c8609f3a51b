"""The names in a project: listed or not, and each is looked at once."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.hygiene import check_table
from keyguard.hygiene.data import tables
from keyguard.hygiene.paths.file_index import FileIndex
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.hygiene.project.local_files import LocalFiles
from keyguard.sources.listing import Folder, TreeFile


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a.env", "b.env", "sub/c.env", "sub/d.txt", "apart/e.env"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def local_files_of(root: Path, *names: str) -> LocalFiles:
    files = [TreeFile(name.encode()) for name in names]
    return LocalFiles(os.fsencode(root), [Folder(os.fsencode(root), b"", files)])


def is_env(name: bytes) -> bool:
    return name.endswith(b".env")


def test_what_lies_in_folders_of_listed_files_is_found_and_no_other(root: Path) -> None:
    local_files = local_files_of(root, "a.env", "sub/d.txt", "gone/f.env")
    assert [*local_files.named(is_env)] == [b"a.env", b"b.env", b"sub/c.env", b"gone/f.env"]
    assert [*local_files.named(is_env, (b"apart", b"sub", b"a.env"))] == [
        *(b"a.env", b"b.env", b"sub/c.env", b"apart/e.env", b"gone/f.env")
    ]
    assert [*local_files.named(lambda name: name == b"apart")] == [b"apart"]
    assert local_files.files.by_name == {b"a.env": [b"a.env"], b"d.txt": [b"sub/d.txt"], b"f.env": [b"gone/f.env"]}


@pytest.mark.parametrize("early", [True, False])
def test_folders_and_names_are_looked_at_once(root: Path, monkeypatch: pytest.MonkeyPatch, early: bool) -> None:
    folders: Counter[str] = Counter()
    names: Counter[bytes] = Counter()
    really = os.listdir

    def listdir(path: bytes) -> list[bytes]:
        folders[os.fsdecode(path)] += 1
        return really(path)

    def wanted(name: bytes) -> bool:
        names[name] += 1
        return is_env(name)

    monkeypatch.setattr(os, "listdir", listdir)
    local_files = local_files_of(root, "a.env", "x/a.env", "y/a.env", "sub/d.txt")
    local_files.prepare({wanted: Patterns(("*.env",))} if early else {})
    assert [*local_files.named(wanted)] == [b"a.env", b"x/a.env", b"y/a.env", b"b.env", b"sub/c.env"]
    looked, asked = dict(folders), dict(names)
    assert looked == dict.fromkeys([f"{root}/", f"{root}/sub/", f"{root}/x/", f"{root}/y/"], 1)
    unlike = [] if early else [b"d.txt"]
    assert asked == dict.fromkeys([b"a.env", b"b.env", b"c.env", b"sub", b"apart", *unlike], 1)
    for _ in range(3):
        assert len([*local_files.named(wanted)]) == 5
    assert (folders, names) == (looked, asked)


WORDS = st.text("ab.\xff", max_size=4).map(lambda text: text.encode("latin-1"))


@given(
    paths=st.sets(st.lists(WORDS.filter(bool), min_size=1, max_size=3).map(b"/".join), max_size=12),
    exact=st.lists(WORDS, max_size=2),
    starts=st.lists(WORDS, max_size=2),
    ends=st.lists(WORDS, max_size=2),
)
def test_the_index_answers_as_a_look_at_each_name_would(
    paths: set[bytes], exact: list[bytes], starts: list[bytes], ends: list[bytes]
) -> None:
    def fits(name: bytes) -> bool:
        return name in exact or name.startswith(tuple(starts)) or name.endswith(tuple(ends))

    files = FileIndex((path, TreeFile(path)) for path in paths)
    assert files.named(exact, starts, ends) == set(filter(fits, (path.rpartition(b"/")[2] for path in paths)))


NAMES = (".env", ".env.live", "live.env", ".env.example", "secrets.toml", "terraform.tfvars", "a.py", "env", "x.sample")


@pytest.mark.parametrize("name", [*NAMES, *(f".env.{name}" for name in NAMES)])
def test_no_name_is_wanted_that_the_patterns_do_not_mean(name: str) -> None:
    files = FileIndex({name.encode(): TreeFile(name.encode())})
    for wanted, patterns in check_table.local_file_predicates().items():
        assert set(filter(wanted, files.by_name)) <= patterns.names(files)


def test_every_name_in_a_list_that_is_wanted_is_meant_by_the_patterns() -> None:
    for wanted, patterns in check_table.local_file_predicates().items():
        lists = [one for group in tables.load("envfiles")["files"].values() for one in group]
        names = {one.rpartition("/")[2].replace("*", "x").encode() for one in lists}
        files = FileIndex((name, TreeFile(name)) for name in names)
        assert set(filter(wanted, files.by_name)) <= patterns.names(files)
