"""From packs to an engine, by way of a cache that is never trusted further than it can be."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from keyguard.cache import directory
from keyguard.engine import compiled, prefilter
from keyguard.engine.compiled import Compiled
from keyguard.rules import loader
from keyguard.support.errors import RuleError, UsageError
from tests.helpers.checkout import ROOT
from tests.helpers.seeing import key

BUILTIN = loader.builtin_dir
KEY = f"STRIPE_KEY={key()}".encode()
native = pytest.mark.skipif(not prefilter.available(), reason="there is no Hyperscan here")


@pytest.fixture
def few_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three packs in place of the built-in ones: all of them, with the finders, take 0.9 s to compile."""
    folder = tmp_path / "packs"
    folder.mkdir()
    for name in ("stripe", "clerk", "generic"):
        shutil.copy(Path(BUILTIN(), f"{name}.toml"), folder)
    monkeypatch.setattr(loader, "builtin_dir", lambda: str(folder))
    # so new a pack is named by its content: however long a test takes, that does not change in its midst
    monkeypatch.setattr(loader, "_FRESH", 3600.0)


@pytest.fixture
def all_packs(few_packs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in packs after all."""
    monkeypatch.setattr(loader, "builtin_dir", BUILTIN)


@pytest.fixture
def cache(tmp_path: Path, few_packs: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", str(folder))
    # a pack does not cease to be fresh between two steps of a test on a slow machine
    monkeypatch.setattr(loader, "_FRESH", 3600.0)
    return folder


def the_file(cache: Path) -> Path:
    (found,) = cache.glob("rules-*.msgpack")
    return found


def works(engine: compiled.Engine) -> bool:
    return len(engine.matcher.find(KEY).matches) == 1


@pytest.fixture
def never_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on everything has to come from the cache."""

    monkeypatch.setattr(compiled, "_compile", never)
    monkeypatch.setattr(prefilter, "_compile", never)


@pytest.mark.usefixtures("all_packs")
@pytest.mark.parametrize("kind", ["auto", "python"])
def test_what_was_compiled_once_is_loaded(cache: Path, kind: str, request: pytest.FixtureRequest) -> None:
    assert works(compiled.load(engine=kind))
    info = the_file(cache).stat()
    assert stat.S_IMODE(info.st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    request.getfixturevalue("never_compiled")
    assert works(compiled.load(engine=kind))
    assert the_file(cache).stat().st_mtime_ns == info.st_mtime_ns


def test_no_cache_is_written_where_none_is_wanted(cache: Path) -> None:
    assert works(compiled.load(cached=False))
    assert not cache.exists()


def test_other_packs_and_other_engines_have_files_of_their_own(cache: Path, tmp_path: Path) -> None:
    pack = tmp_path / "own.toml"
    for title in ("one", "two"):
        pack.write_text(PACK.replace("TITLE", title))
        assert compiled.load([str(pack)]).ruleset.by_id()["own-key"].title == title
    compiled.load(engine="python")
    assert len(list(cache.glob("rules-*"))) == 3


PACK = """
[vendor]
id = "own"
name = "Own"

[[rules]]
id = "own-key"
title = "TITLE"
description = "d"
pattern = '(?P<secret>own_(?P<body>[a-z0-9]{20}))'
"""


def test_a_pack_that_is_changed_at_once_and_keeps_its_size_is_noticed(cache: Path, tmp_path: Path) -> None:
    pack = tmp_path / "own.toml"
    for title in ("one", "two"):
        pack.write_text(PACK.replace("TITLE", title))
        os.utime(pack, ns=(1, time.time_ns()))
        assert compiled.load([str(pack)], "python").ruleset.by_id()["own-key"].title == title
    assert cache.exists()


def test_packs_that_have_been_there_for_a_while_are_not_read(
    cache: Path, monkeypatch: pytest.MonkeyPatch, packs_read: list[str]
) -> None:
    monkeypatch.setattr(loader, "_FRESH", -3600.0)
    compiled.load(engine="python")
    assert packs_read
    packs_read.clear()
    assert works(compiled.load(engine="python"))
    assert cache.exists()
    assert packs_read == []


@pytest.fixture
def packs_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths of packs that are read."""
    read, usual = list[str](), loader._read

    def listen(path: str) -> bytes:
        read.append(path)
        return usual(path)

    monkeypatch.setattr(loader, "_read", listen)
    return read


def test_rules_alone_are_those_that_a_scan_has_compiled(
    cache: Path, tmp_path: Path, never_parsed: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "_FRESH", 600.0)  # or the pack has another stamp after a load that took so long
    pack = tmp_path / "own.toml"
    pack.write_text(PACK)
    parsed = loader.parse(loader.read_packs([str(pack)]))
    compiled.load([str(pack)])
    never_parsed()
    assert compiled.rules([str(pack)]) == parsed


def test_rules_alone_are_kept_for_the_next_scan_which_adds_the_database(
    cache: Path, never_parsed: Callable[[], None]
) -> None:
    first = compiled.rules()
    assert msgspec.msgpack.decode(the_file(cache).read_bytes(), type=Compiled).database == b""
    never_parsed()
    assert compiled.rules() == first
    assert works(compiled.load())
    assert msgspec.msgpack.decode(the_file(cache).read_bytes(), type=Compiled).database
    assert compiled.rules() == first


def test_rules_alone_are_had_without_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", str(tmp_path / "file/none"))
    monkeypatch.setattr(compiled, "_compile", never)
    assert compiled.rules() == loader.parse(loader.read_packs())


@pytest.fixture
def never_parsed(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """To be called: from then on nothing can be parsed, nor compiled from what was."""

    def start() -> None:
        monkeypatch.setattr(loader, "parse", never)
        monkeypatch.setattr(compiled, "_compile", never)

    return start


def never(*_: object) -> object:
    raise AssertionError("parsed or compiled again")


def test_rules_that_turn_out_to_be_damaged_are_read_anew(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = tmp_path / "own.toml"
    pack.write_text(PACK)
    compiled.load([str(pack)], "python")
    path = the_file(cache)
    damaged = msgspec.structs.replace(
        msgspec.msgpack.decode(path.read_bytes(), type=Compiled), ruleset=msgspec.Raw(msgspec.msgpack.encode([1]))
    )
    path.write_bytes(msgspec.msgpack.encode(damaged))
    engine = compiled.load([str(pack)], "python")
    assert works(engine)
    assert engine.count == len(engine.ruleset.rules)
    assert "own-key" in engine.ruleset.by_id()
    monkeypatch.setattr(prefilter, "available", lambda: False)
    assert compiled.rules([str(pack)]) == engine.ruleset


def test_old_files_are_removed_and_nobody_else_s(cache: Path, tmp_path: Path) -> None:
    cache.mkdir(mode=0o700)
    mine = cache / "rules-of-my-own.txt"
    mine.write_text("keep")
    left_over = cache / f".rules-{'a' * 32}.msgpack.4711"
    left_over.write_text("of a process that died")
    os.utime(left_over, (1, 1))
    pack = tmp_path / "own.toml"
    for number in range(7):
        pack.write_text(PACK.replace("TITLE", str(number)))
        compiled.load([str(pack)], "python")
    assert len(list(cache.glob("rules-*.msgpack"))) == 4
    assert not left_over.exists()
    assert mine.read_text() == "keep"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[: len(data) // 2], id="truncated"),
        pytest.param(lambda data: b"\xc1" + data, id="no msgpack"),
        pytest.param(lambda data: data + b"more", id="longer"),
        pytest.param(lambda data: msgspec.msgpack.encode({"rules": []}), id="something else"),
        pytest.param(lambda data: b"\x91" * 100_000, id="nested"),
        pytest.param(lambda data: _with(data, database=b"nonsense"), id="no database"),
        pytest.param(lambda data: _with(data, database=_flipped(data)), id="flipped bits"),
    ],
)
def test_a_broken_file_does_no_harm_and_is_replaced(cache: Path, damage: object) -> None:
    assert callable(damage)
    compiled.load()
    whole = the_file(cache).read_bytes()
    the_file(cache).write_bytes(damage(whole))
    assert works(compiled.load())
    assert the_file(cache).read_bytes() == whole


def _with(data: bytes, database: bytes) -> bytes:
    found = msgspec.msgpack.decode(data, type=Compiled)
    return msgspec.msgpack.encode(msgspec.structs.replace(found, database=database))


def _flipped(data: bytes) -> bytes:
    database = bytearray(msgspec.msgpack.decode(data, type=Compiled).database)
    for at in range(200, len(database), 997):
        database[at] ^= 0xFF
    return bytes(database)


def test_an_engine_that_is_unknown_or_not_here_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="unknown engine 'fast': auto, hyperscan, python"):
        compiled.load(engine="fast")
    monkeypatch.setattr(prefilter, "available", lambda: False)
    with pytest.raises(UsageError, match="is not installed here: leave it to 'auto'"):
        compiled.load(engine="hyperscan")
    assert compiled.load(engine="auto", cached=False).prefilter.name == "python"


def test_a_broken_pack_is_an_error_and_leaves_no_file(cache: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[vendor")
    with pytest.raises(RuleError, match=r"broken\.toml"):
        compiled.load([str(broken)])
    assert not cache.exists()


# --- folders that cannot be used ------------------------------------------------------------------------------------


def test_without_a_place_for_a_cache_everything_works_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "cache_dir", lambda: None)
    assert works(compiled.load(engine="python"))


def test_a_folder_that_is_a_link_is_neither_read_nor_written_nor_tidied(cache: Path, tmp_path: Path) -> None:
    compiled.load(engine="python")
    elsewhere = tmp_path / "elsewhere"
    cache.rename(elsewhere)
    cache.symlink_to(elsewhere)
    poisoned = the_file(elsewhere)
    poisoned.write_bytes(b"poison")
    for number in range(9):
        (elsewhere / f"rules-{number:032}.msgpack").write_bytes(b"of somebody else")
    assert works(compiled.load(engine="python"))
    assert poisoned.read_bytes() == b"poison"
    assert len(list(elsewhere.iterdir())) == 10


@pytest.mark.usefixtures("all_packs")
def test_many_processes_at_once_leave_one_good_file(cache: Path) -> None:
    script = "from keyguard.engine import compiled; assert compiled.load(engine='python').ruleset.rules"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = [subprocess.Popen([sys.executable, "-c", script], env=env) for _ in range(6)]
    assert [one.wait(120) for one in started] == [0] * 6
    assert [path.name for path in cache.iterdir()] == [the_file(cache).name]
    assert works(compiled.load(engine="python"))
