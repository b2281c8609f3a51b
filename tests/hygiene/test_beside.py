"""The names in a project: listed or not, and each is looked at once."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from keyguard.hygiene.beside import Beside


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a.env", "b.env", "sub/c.env", "sub/d.txt", "apart/e.env"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def is_env(name: bytes) -> bool:
    return name.endswith(b".env")


def test_what_lies_in_folders_of_listed_files_is_found_and_no_other(root: Path) -> None:
    beside = Beside(os.fsencode(root), [b"a.env", b"sub/d.txt", b"gone/f.env"])
    assert beside.called(is_env) == [b"a.env", b"b.env", b"sub/c.env", b"gone/f.env"]
    assert beside.called(is_env, (b"apart", b"sub", b"a.env")) == [
        *(b"a.env", b"b.env", b"sub/c.env", b"apart/e.env", b"gone/f.env")
    ]
    assert beside.called(lambda name: name == b"apart") == [b"apart"]
    assert beside.by_name == {b"a.env": [b"a.env"], b"d.txt": [b"sub/d.txt"], b"f.env": [b"gone/f.env"]}


def test_folders_and_names_are_looked_at_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    beside = Beside(os.fsencode(root), [b"a.env", b"x/a.env", b"y/a.env", b"sub/d.txt"])
    beside.look()
    looked = dict(folders)
    for _ in range(3):
        assert beside.called(wanted)
    assert folders == looked == dict.fromkeys([f"{root}/", f"{root}/sub/", f"{root}/x/", f"{root}/y/"], 1)
    assert max(names.values()) == 1
