"""``keyguard cache``: where what is remembered lies, and how to be rid of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyguard.cache.cache import opened
from keyguard.cli import main
from keyguard.support import userdirs
from tests.helpers.calling import Keyguard

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with something of each kind in it."""
    path = tmp_path / "cache"
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", str(path))
    with opened("0123456789abcdef") as store:
        store.put("pack", b"key", b"value")
        store.put_many("blob", [b"%05d" % number for number in range(1200)])
    return path


def test_info_says_where_it_is_and_what_is_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "info"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"folder  {folder}"
    assert "of 268.4 MB at most" in lines[1]
    assert [line.split() for line in lines[3:]] == [
        ["kind", "stamp", "values", "ids", "size"],
        ["blob", "0123456789ab", "0", "1,200", "6.0", "kB"],
        ["pack", "0123456789ab", "1", "0", "22", "B"],
    ]


def test_info_for_programs_has_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "info", "-f", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {
        "folder": str(folder),
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
        "budget": 256 << 20,
        "rules_bytes": 0,
        "held": [
            {"stamp": "0123456789abcdef", "kind": "blob", "values": 0, "ids": 1200, "bytes": 6000},
            {"stamp": "0123456789abcdef", "kind": "pack", "values": 1, "ids": 0, "bytes": 22},
        ],
    }


def test_clear_removes_what_is_keyguard_s_and_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--isolated", str(folder)]) == 0
    (folder / "mine.txt").write_text("of the user")
    capsys.readouterr()
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().out.startswith("removed ")
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().out == "removed 0 B\n"


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("{}/file", "no cache: {}/file is not a"),
        ("{}/new", "no cache: {}/new is"),
    ],
)
def test_without_a_cache_it_says_why(
    where: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", where.format(tmp_path))
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(userdirs, "_registered_home", lambda: "")
    assert main(["cache", "info"]) == 0
    assert capsys.readouterr().out.startswith(why.format(tmp_path))


def test_a_cache_below_whatever_folder_we_are_in_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert main(["cache", "info"]) == 0
    said = capsys.readouterr()
    assert str(tmp_path) in said.out
    assert said.err == "keyguard: KEYGUARD_CACHE_DIR is not an absolute path, so it is not used\n"
    assert main(["cache", "info", "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["folder"] is None
    assert main(["cache", "clear"]) == 0
    assert not (tmp_path / "new").exists()


def test_what_is_asked_for_has_to_be_said(kg: Keyguard) -> None:
    assert kg("cache").code == 2
    assert kg("cache", "remove").code == 2
    assert kg("cache", "info", "-f", "sarif").code == 2
    assert "info" in kg("cache", "--help").out
