"""What is in containers of all kinds is read, nested too, within limits; what is not read is said, with the reason."""

from __future__ import annotations

import gzip
import random
import zipfile
from collections.abc import Callable, Iterator

import pytest

from keyguard.containers import budget as limits
from keyguard.containers import codecs, table
from keyguard.containers.budget import DEEPEST, Budget
from keyguard.containers.content import Content, Entry
from tests.containers.packing import COMPRESSED, Files, opened, tarred, zipped

FILES = {"config/.env": b"A=1\nKEY=x\n", "noise.bin": random.Random(1).randbytes(3000), "long.txt": b"line\n" * 90_000}


def clean(data: bytes, path: bytes = b"", size: int = 0) -> dict[str, bytes]:
    found, walk = opened(data, path, size)
    assert (walk.problem, walk.over, walk.unopened) == ("", "", [])
    return found


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("size", [0, 1, 700])
def test_files_of_an_archive(pack: Callable[[Files], bytes], size: int) -> None:
    files = FILES if size != 1 else {"a": b"one"}
    assert clean(pack(files), size=size) == files


@pytest.mark.parametrize("ending", COMPRESSED)
@pytest.mark.parametrize("size", [0, 700])
def test_a_compressed_file_is_called_without_its_ending(ending: str, size: int) -> None:
    data = COMPRESSED[ending](FILES["long.txt"])
    assert clean(data, f"in/dump.sql.{ending}".encode(), size) == {"dump.sql": FILES["long.txt"]}
    assert clean(data, b"dump", size) == {"content": FILES["long.txt"]}


@pytest.mark.parametrize("ending", COMPRESSED)
def test_a_compressed_archive_is_one_thing(ending: str) -> None:
    assert clean(COMPRESSED[ending](tarred(FILES)), f"a.tar.{ending}".encode()) == FILES
    assert clean(COMPRESSED[ending](tarred(FILES))) == FILES
    inner = {f"lib/a.t{ending}": COMPRESSED[ending](tarred(FILES))}
    assert clean(zipped(inner)) == {f"lib/a.t{ending}!/{name}": data for name, data in FILES.items()}


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_streams_that_follow_each_other_are_all_read(ending: str) -> None:
    pack = COMPRESSED[ending]
    assert clean(pack(b"one\n") + pack(b"two\n")) == {"content": b"one\ntwo\n"}
    assert clean(pack(b"one\n") + bytes(20) + b"what follows") == {"content": b"one\n"}


def nested(depth: int, pack: Callable[[Files], bytes] = zipped) -> bytes:
    data = pack({"a.txt": b"deep"})
    for _ in range(depth - 1):
        data = pack({"in": data})
    return data


@pytest.mark.parametrize("pack", [zipped, tarred, lambda files: gzip.compress(next(iter(files.values())))])
def test_containers_are_opened_eight_deep(pack: Callable[[Files], bytes]) -> None:
    assert list(clean(nested(DEEPEST, pack)).values()) == [b"deep"]
    found, walk = opened(nested(DEEPEST + 1, pack))
    assert (found, walk.over) == ({}, "containers are nested more than 8 deep in it")


def test_eight_archives_that_are_compressed_are_eight() -> None:
    assert list(clean(nested(DEEPEST, lambda files: gzip.compress(tarred(files)))).values()) == [b"deep"]


def test_a_hundred_levels_end_at_the_limit_and_keep_what_came_before() -> None:
    found, walk = opened(zipped({"first.txt": b"first", "in": nested(100), "last.txt": b"last"}))
    assert found == {"first.txt": b"first"}
    assert "nested" in walk.over


def test_a_container_that_holds_itself_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({"a": b"b"})
    asked = []

    def quine(content: Content, budget: Budget) -> Iterator[Entry]:
        asked.append(content.whole())
        yield Entry(b"again.zip", iter([data, b""]).__next__)

    monkeypatch.setattr("keyguard.containers.walk.reader_of", lambda kind: quine)
    found, walk = opened(data)
    assert (found, len(asked)) == ({}, DEEPEST)
    assert "nested" in walk.over


@pytest.mark.parametrize("ending", ["zip", *COMPRESSED])
def test_a_bomb_is_stopped_early(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_FREE", 1 << 20)
    bomb = bytes(24 << 20)
    data = zipped({"a": b"first", "b": bomb}) if ending == "zip" else COMPRESSED[ending](bomb)
    found, walk = opened(data)
    assert walk.over == "it unpacks to far more than it should"
    assert sum(map(len, found.values())) < (1 << 20) + len(data) * 64
    assert ending != "zip" or found["a"] == b"first"


def test_a_nested_bomb_has_the_budget_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_FREE", 1 << 20)
    layer = zipped({str(number): bytes(300_000) for number in range(20)})
    found, walk = opened(zipped({str(number): layer for number in range(20)}))
    assert walk.over
    assert sum(map(len, found.values())) < 3 << 20


def test_many_empty_files_cost_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_FREE", 0)
    monkeypatch.setattr(limits, "_PER_BYTE", 1)
    assert opened(zipped({str(number): b"" for number in range(100)}))[1].over


def test_memory_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HELD", 1 << 20)
    large = random.Random(2).randbytes(2 << 20)
    assert "memory" in opened(zipped({"a": large}), size=1 << 16)[1].over
    assert clean(tarred({"a": large}), size=1 << 16) == {"a": large}


def test_what_is_held_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HELD", 3 << 20)
    inner = {str(number): zipped({"a": random.Random(number).randbytes(900_000)}) for number in range(6)}
    assert len(clean(tarred(inner), size=1 << 16)) == 6


def test_what_is_in_it_and_not_opened_is_listed_and_read_as_it_is() -> None:
    pdf = b"%PDF-1.7\n%\xe2\xe3\n"
    found, walk = opened(zipped({"a.pdf": pdf, "b.txt": b"text"}))
    assert found == {"a.pdf": pdf, "b.txt": b"text"}
    assert walk.unopened == [(b"a.pdf", "document (PDF)")]
    assert (walk.problem, walk.over) == ("", "")


def test_of_very_many_the_first_are_listed() -> None:
    found, walk = opened(zipped({f"{number}.pdf": b"%PDF-1.7\n" for number in range(60)}))
    assert (len(found), len(walk.unopened), walk.more) == (60, 50, 10)


def test_names_stay_in_the_container() -> None:
    files = {"/etc/passwd": b"1", "../../up": b"2", "./here": b"3", "a\\b": b"4"}
    names = list(clean(zipped(files)))
    assert names == ["etc/passwd", "../../up", "here", "a/b"]


def test_every_kind_of_the_table_has_a_reader() -> None:
    assert [kind for kind in table.READERS if not callable(table.reader_of(kind))] == []


def test_zstd() -> None:
    module = codecs.zstd_module()
    if module is None:
        pytest.skip("needs the extra 'containers'")
    packed = module.compress(FILES["long.txt"])
    assert clean(packed, b"a.sql.zst") == {"a.sql": FILES["long.txt"]}
    assert clean(b"\x50*M\x18\3\0\0\0abc" + packed + packed) == {"content": 2 * FILES["long.txt"]}
    _, walk = opened(packed[:-9])
    assert walk.unopened == [(b"content", "file (damaged: it ends early)")]


def test_without_zstd_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "zstd_module", lambda: None)
    found, walk = opened(b"(\xb5/\xfd" + bytes(20))
    assert (found, walk.problem) == ({}, "archive (zstd: pip install 'keyguard-lint[containers]' to open it)")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
def test_other_methods_of_zip(method: int) -> None:
    assert clean(zipped(FILES, method)) == FILES
