"""What is remembered from scan to scan: never wrong, never in the way, whatever becomes of its files."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keyguard.cache import cache, database, file_rotation
from keyguard.cache.cache import Cache, opened
from keyguard.cache.database import Database
from keyguard.support import userdirs
from tests.helpers.caching import everything_in, files_in, is_in
from tests.helpers.checkout import ROOT

posix = pytest.mark.skipif(sys.platform == "win32", reason="owners, modes and signals are those of POSIX")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the cache is to be in; not there yet."""
    path = tmp_path / "deep" / "cache"
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", str(path))
    return path


@pytest.fixture
def store() -> Iterator[Cache]:
    with opened("rules") as found:
        yield found


def ids(count: int, seed: int = 0, size: int = 20) -> list[bytes]:
    made = random.Random(seed)
    return [made.randbytes(size) for _ in range(count)]


def text(seed: int, size: int = 5000) -> bytes:
    """A value that gets smaller when it is deflated."""
    return ("".join(random.Random(seed).choices("abcdefgh \n", k=size))).encode()


def works(stamp: str = "after") -> bool:
    """Whether something can be stored now, and found by who opens the cache anew."""
    for store in (opened(stamp), opened(stamp)):
        with store:
            found = store.get("kind", b"key"), store.known("ids", ids(3))
            store.put("kind", b"key", b"value")
            store.put_many("ids", ids(3))
    return found == (b"value", set(ids(3)))


def python(program: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that has the same cache."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", program, *arguments], env=env, stdout=subprocess.PIPE, text=True)


# --- what is stored -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [b"", b"x", text(1), random.Random(2).randbytes(200_000), bytes(1 << 20)])
def test_a_value_comes_back_as_it_was(store: Cache, value: bytes) -> None:
    assert store.get("pack", b"key") is None
    store.put("pack", b"key", value)
    assert store.get("pack", b"key") == value
    store.close()
    with opened("rules") as later:
        assert later.get("pack", b"key") == value


def test_a_value_is_replaced_by_a_newer_one(store: Cache) -> None:
    for value in (b"old", b"new"):
        store.put("pack", b"key", value)
    assert store.get("pack", b"key") == b"new"


def test_nothing_is_found_under_another_kind_key_or_stamp(store: Cache) -> None:
    store.put("pack", b"key", b"value")
    store.put_many("pack", ids(5))
    assert [store.get("pac", b"kkey"), store.get("blob", b"key"), store.get("pack", b"ke")] == [None, None, None]
    assert store.known("blob", ids(5)) == set()
    with opened("other rules") as other:
        assert other.get("pack", b"key") is None
        assert other.known("pack", ids(5)) == set()
    # where one word ends and the next begins makes a difference
    with opened("rule") as other:
        assert other.get("spack", b"key") is None


def test_of_many_ids_those_are_told_that_were_stored(store: Cache) -> None:
    old, new, long = ids(9000), ids(9000, 1), ids(500, 2, size=32)
    store.put_many("blob", iter(old[:5000]))
    store.put_many("blob", [*old[4000:], *long])
    assert store.known("blob", [*old, *new, *long]) == {*old, *long}
    assert store.known("blob", old[:1]) == {old[0]}
    assert store.known("blob", new[:1]) == set()
    assert store.known("blob", [old[0][:19], old[0] + b"\0"]) == set()
    assert store.known("blob", ()) == set()
    store.put_many("blob", ())
    assert store.get("blob", old[0]) is None


def test_a_cache_that_is_off_or_closed_knows_nothing_and_touches_nothing(folder: Path) -> None:
    with opened("rules") as closed:
        pass
    for store in (closed, opened("rules", enabled=False)):
        store.put("pack", b"key", b"value")
        store.put_many("blob", ids(3))
        assert store.get("pack", b"key") is None
        assert store.known("blob", ids(3)) == set()
    assert not folder.exists()


def test_sqlite_is_not_loaded_before_it_is_needed() -> None:
    # what measures coverage may have loaded it before
    told = "import sys; before = set(sys.modules); from keyguard.cache import cache; cache.opened('a')"
    said = python(f"{told}; print('sqlite3' in set(sys.modules) - before)")
    assert said.communicate()[0] == "False\n"


# --- where it is stored -------------------------------------------------------------------------------------------


@posix
def test_everything_is_for_its_owner_alone(folder: Path, store: Cache) -> None:
    before = os.umask(0)
    try:
        store.put("pack", b"key", b"value")
        modes = {path.name.rpartition("sqlite3")[2]: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"": 0o600, "-wal": 0o600, "-shm": 0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize("how", ["link", "writable", "foreign", "file", "relative", "homeless"])
def test_without_a_folder_of_ones_own_it_works_without(
    how: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.parent.mkdir()
    if how == "link":
        folder.symlink_to(tmp_path / "elsewhere")
    elif how == "file":
        folder.write_text("in the way")
    elif how in ("relative", "homeless"):
        monkeypatch.chdir(tmp_path / "elsewhere")
        for name in ("KEYGUARD_CACHE_DIR", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(userdirs, "_registered_home", lambda: "")
        monkeypatch.setenv("HOME", ".")
        if how == "homeless":
            monkeypatch.delenv("HOME")
    else:
        folder.mkdir(mode=0o700)
        folder.chmod(0o777 if how == "writable" else 0o700)
        if how == "foreign":
            if os.geteuid() != 0:
                pytest.skip("only root can give files away")
            os.chown(folder, 4711, 4711)
    assert not works()
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert not folder.is_dir() or list(folder.iterdir()) == []


@posix
def test_a_database_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    assert works()
    (path,) = files_in(folder)
    path.rename(tmp_path / "planted")
    before = (tmp_path / "planted").read_bytes()
    path.symlink_to(tmp_path / "planted")
    with opened("after") as store:
        assert store.get("kind", b"key") is None
    assert works()
    assert (tmp_path / "planted").read_bytes() == before
    assert not path.is_symlink()


@as_root
def test_a_database_of_somebody_else_is_not_read(folder: Path) -> None:
    assert works()
    os.chown(files_in(folder)[0], 4711, 4711)
    with opened("after") as store:
        assert store.get("kind", b"key") is None
    assert works()


# --- damage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_makes_gaps_and_never_a_wrong_answer(seed: int, folder: Path) -> None:
    made = random.Random(seed)
    stored = ids(3000)
    with opened("rules") as store:
        store.put_many("blob", stored)
        for number in range(20):
            store.put("pack", b"%d" % number, text(number))
    (path,) = files_in(folder)
    data = bytearray(path.read_bytes())
    for _ in range(made.choice([1, 10, 100, 1000])):
        at, size = made.randrange(len(data) if seed % 2 else 200), made.choice([1, 1, 4, 300])
        data[at : at + size] = made.randbytes(size)
    path.write_bytes(data[: made.choice([len(data), len(data), made.randrange(len(data))])])
    with opened("rules") as store:
        assert store.known("blob", [*stored, *ids(3000, seed=1)]) <= set(stored)
        assert all(store.get("pack", b"%d" % number) in (None, text(number)) for number in range(20))
        assert store.get("pack", b"20") is None
    with opened("other") as store:
        assert store.known("blob", stored) == set()
    file_rotation.holdings()
    with opened("rules") as store:  # where it is noticed only while writing, the next one starts anew
        store.put_many("blob", ids(3000, seed=2))
    assert works()


@pytest.mark.parametrize("content", [b"", b"x", b"no database " * 1000, b"SQLite format 3\0", b"\0" * 8192])
def test_a_file_that_is_no_database_is_replaced(content: bytes, folder: Path) -> None:
    assert works()
    files_in(folder)[0].write_bytes(content)
    assert works("again")


@pytest.mark.parametrize("table", ["CREATE TABLE other (a)", "CREATE TABLE entry (key BLOB, value BLOB)"])
def test_a_database_with_other_tables_is_replaced(table: str, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True)
    with closing(sqlite3.connect(folder / "known-12345.sqlite3")) as connection:
        connection.execute(table)
    assert works()
    assert files_in(folder)[0].name != "known-12345.sqlite3"


def altered(folder: Path, change: str) -> None:
    with closing(sqlite3.connect(files_in(folder)[0], isolation_level=None)) as connection:
        assert connection.execute(f"UPDATE entry SET {change}").rowcount > 0  # noqa: S608


@pytest.mark.parametrize(
    "change",
    [
        "value = CAST(substr(value, 1, 30) || 'x' || substr(value, 32) AS BLOB)",
        "value = substr(value, 1, length(value) - 1)",
        "value = substr(value, 1, 3)",
        "value = 7",
        "value = 'text'",
        "key = CAST(substr(key, 1, 9) || 'other' AS BLOB)",
    ],
)
def test_a_value_that_is_not_what_was_stored_under_its_key_is_not_returned(change: str, folder: Path) -> None:
    with opened("rules") as store:
        store.put("pack", b"right", text(1))
    altered(folder, change)
    with opened("rules") as store:
        assert store.get("pack", b"right") is None
        assert store.get("pack", b"other") is None
        store.put("pack", b"right", b"again")
        assert store.get("pack", b"right") == b"again"


def test_damage_that_comes_while_it_is_in_use_is_survived(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened("rules") as store:
        store.put("pack", b"key", b"value")
        (path,) = files_in(folder)

        def damaged(*_: object) -> None:
            raise sqlite3.DatabaseError("database disk image is malformed")

        with monkeypatch.context() as patch:
            patch.setattr(Database, "_read", damaged)
            assert store.get("pack", b"key") is None
        assert not path.exists()
        store.put("pack", b"key", b"newer")
        assert store.get("pack", b"key") == b"newer"
    assert [one != path for one in files_in(folder)] == [True]


# --- others at the same time --------------------------------------------------------------------------------------

_WRITER = """
import random, sys
from keyguard.cache.cache import opened
made = random.Random(int(sys.argv[1]))
with opened("rules") as store:
    for turn in range(int(sys.argv[2])):
        ids = [made.randbytes(20) for _ in range(50)]
        store.put_many("blob", ids)
        store.put("pack", ids[0], b"".join(ids))
        print(ids[0].hex(), flush=True)
"""


def told_by(seed: int, turns: int) -> list[list[bytes]]:
    """The ids that the writer with that seed stored, turn by turn."""
    made = random.Random(seed)
    return [[made.randbytes(20) for _ in range(50)] for _ in range(turns)]


def test_several_processes_write_at_once_and_nothing_is_lost() -> None:
    assert works()
    writers = [python(_WRITER, str(seed), "40") for seed in range(4)]
    assert [len(writer.communicate()[0].split()) for writer in writers] == [40] * 4
    with opened("rules") as store:
        for seed in range(4):
            for turn in told_by(seed, 40):
                assert store.known("blob", turn) == set(turn)
                assert store.get("pack", turn[0]) == b"".join(turn)


@posix
@pytest.mark.parametrize("after", [1, 7, 30])
def test_what_was_stored_outlives_a_kill(after: int) -> None:
    writer = python(_WRITER, "1", "1000000")
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(after)]
    writer.kill()
    turns = after + writer.stdout.read().count("\n")
    writer.wait()
    writer.stdout.close()
    assert said[0].strip() == told_by(1, 1)[0][0].hex()
    with opened("rules") as store:
        for turn in told_by(1, turns):
            assert store.known("blob", turn) == set(turn)
            assert store.get("pack", turn[0]) == b"".join(turn)
    assert works()


@posix
def test_both_sides_of_a_fork_can_use_it_and_share_no_file(store: Cache) -> None:
    store.put("pack", b"before", b"parent")
    pid = os.fork()
    if pid == 0:
        alone = not cache._CONNECTED
        store.put("pack", b"after", b"child")
        os._exit(0 if alone and store.get("pack", b"before") == b"parent" else 1)
    store.put_many("blob", ids(100))
    assert os.waitpid(pid, 0)[1] == 0
    assert store.get("pack", b"after") == b"child"
    assert store.known("blob", ids(100)) == set(ids(100))


def test_threads_share_it(store: Cache) -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        for turn in range(20):
            store.put("pack", b"%d %d" % (number, turn), b"%d" % number)
            store.put_many("blob", ids(20, seed=number))
            if store.get("pack", b"%d %d" % (number, turn)) != b"%d" % number:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert all(store.known("blob", ids(20, seed=number)) == set(ids(20, seed=number)) for number in range(6))


def test_who_stops_while_writing_keeps_nobody_from_reading(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert works()
    monkeypatch.setattr(database, "_LOCK_TIMEOUT", 0.01)
    with closing(sqlite3.connect(files_in(folder)[0], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with opened("after") as store:
            store.put("kind", b"new", b"value")
            assert store.get("kind", b"new") is None
            assert store.get("kind", b"key") == b"value"


def test_an_interrupted_write_is_undone_and_the_next_one_works(store: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("pack", b"key", b"old")
    written: list[bytes] = []
    write = Database._write

    def interrupted(self: Database, key: bytes, value: bytes) -> None:
        write(self, key, value)
        written.append(key)
        if len(written) == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Database, "_write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.put_many("blob", ids(100))
    assert store.known("blob", ids(100)) == set()
    store.put_many("blob", ids(100))
    assert store.known("blob", ids(100)) == set(ids(100))


# --- no room ------------------------------------------------------------------------------------------------------


@posix
def test_a_disk_that_is_full_stops_the_storing_and_nothing_else() -> None:
    assert works()
    program = """
import random, resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
from keyguard.cache.cache import opened
with opened("after") as store:
    for number in range(20):
        store.put("pack", b"%d" % number, random.Random(number).randbytes(30_000))
    print(store.get("kind", b"key"), store.get("pack", b"0") is not None, store.get("pack", b"19"))
"""
    said, _ = python(program).communicate()
    assert said == "b'value' True None\n"
    assert works()


def test_a_database_that_cannot_be_opened_is_done_without(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert works()

    def failing(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", failing)
        assert not works()
    with opened("after") as store:
        assert store.get("kind", b"key") == b"value"


def filled(monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    monkeypatch.setattr(file_rotation, "BUDGET", budget)
    monkeypatch.setattr(file_rotation.RotatingStore.__init__, "__defaults__", (budget,))


def test_the_budget_is_held_and_what_is_used_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = 1 << 20
    filled(monkeypatch, budget)
    for number in range(40):
        with opened("rules") as store:
            if number == 0:
                store.put("pack", b"used", b"every time")
                store.put("pack", b"unused", b"never again")
                store.put_many("blob", ids(50))
            assert store.get("pack", b"used") == b"every time"
            assert store.known("blob", ids(50)) == set(ids(50))
            store.put("pack", b"%d" % number, random.Random(number).randbytes(100_000))
        assert sum(path.stat().st_size for path in folder.iterdir()) <= budget
    with opened("rules") as store:
        assert store.get("pack", b"39") is not None
        assert [store.get("pack", key) for key in (b"unused", b"0", b"20")] == [None] * 3


def test_one_run_cannot_break_the_budget_either(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = 1 << 20
    filled(monkeypatch, budget)
    with opened("rules") as store:
        store.put("pack", b"huge", random.Random(0).randbytes(budget))
        for number in range(40):
            store.put("pack", b"%d" % number, random.Random(number).randbytes(100_000))
        store.put_many("blob", ids(50_000))
        assert store.get("pack", b"huge") is None
        assert store.get("pack", b"0") is not None
    assert sum(path.stat().st_size for path in folder.iterdir()) <= budget


def test_what_nobody_asks_for_is_gone_after_two_months(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day = 24 * 3600
    start = 1_800_000_000
    for days in range(0, 100, 10):
        monkeypatch.setattr(time, "time", lambda days=days: start + days * day)
        if days == 0:
            with opened("old rules") as store:
                store.put("pack", b"key", b"value")
        with opened("rules") as store:
            assert (store.get("pack", b"key") == b"value") == (days > 0)
            store.put("pack", b"key", b"value")
    assert {one.stamp for one in file_rotation.holdings().held} == {"rules"}
    assert len(files_in(folder)) == 2


# --- what others ask about it -------------------------------------------------------------------------------------


def test_what_is_in_it_is_counted_by_stamp_and_kind(folder: Path) -> None:
    for stamp in ("a", "b"):
        with opened(stamp) as store:
            store.put("pack", b"1", b"x")
            store.put("pack", b"2", text(1))
            store.put_many("blob", [*ids(700), *ids(30, size=32)])
    found = file_rotation.holdings()
    assert [one[:4] for one in found.held] == [
        (stamp, kind, values, number) for stamp in "ab" for kind, values, number in [("blob", 0, 730), ("pack", 2, 0)]
    ]
    assert found.held[0].bytes == 700 * 20 + 30 * 32
    assert found.bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert file_rotation.clear() == found.bytes
    assert list(folder.iterdir()) == []
    assert file_rotation.clear() == 0


def test_what_is_planted_is_seen_in_the_log_in_the_file_and_deflated(folder: Path, store: Cache) -> None:
    plain, deflated, key, absent = (b"%s-in-the-cache" % word for word in (b"plain", b"deflated", b"key", b"nowhere"))
    store.put("pack", key, plain)
    store.put("pack", b"1", text(1) + deflated)
    for _ in range(2):
        assert is_in(folder, plain, deflated, key) == [plain, deflated, key]
        assert is_in(folder, b"never\0stored") == []
        store.close()
    assert not any(absent in one for one in everything_in(folder))
