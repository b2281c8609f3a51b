"""Texts that workers hold: what one has read, the process that started it need not read again."""

from __future__ import annotations

import mmap
import os
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from keyguard.attribution import project_files
from keyguard.model.finding import Certainty
from keyguard.scan import shared_texts
from keyguard.scan.shared_texts import SharedTexts
from keyguard.sources.listing import TreeFile
from keyguard.sources.reading import Reader
from tests.helpers.calling import Inside
from tests.helpers.seeing import key, see

pytest_plugins = ("tests.helpers.commandline",)
pytestmark = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="there are no workers")

CERTAIN = see(f"STRIPE_SECRET_KEY={key('sk_live_{stripe:99}', 'certain')}\n")
OPEN = see(f"API_SECRET_KEY={key('sk_live_{alnum:32}', 'open')}\n")


def files(*names: str) -> list[tuple[int, TreeFile]]:
    return [(0, TreeFile(name.encode())) for name in names]


def test_nothing_is_held_before_a_key_is_uncertain_and_only_code_afterwards() -> None:
    assert [one.attribution.certainty is Certainty.CERTAIN for one in (*CERTAIN, *OPEN)] == [True, False]
    texts = SharedTexts()
    texts.keep(files("a.py"), [b"first"], CERTAIN)
    texts.keep(files("b.py", "b.txt", "node_modules/b.js"), [b"second", b"third", b"fourth"], OPEN)
    texts.keep(files("c.go"), [b"fifth"], [])
    texts.add(texts.fresh())
    found = [texts.read(0, name) for name in (b"a.py", b"b.py", b"b.txt", b"node_modules/b.js", b"c.go")]
    assert found == [None, b"second", None, None, b"fifth"]
    assert texts.read(1, b"b.py") is None
    assert texts.fresh() == []


def test_there_is_an_end_to_what_is_held() -> None:
    texts = SharedTexts()
    size = project_files.LIMIT
    names = [f"{number}.py" for number in range(100)]
    for number, name in enumerate(names):
        texts.keep(files(name), [bytes([number]) * (size if number else size + 1)], OPEN)
    texts.add(texts.fresh())
    held = [number for number, name in enumerate(names) if texts.read(0, name.encode()) is not None]
    assert held == [*range(1, 49)]
    assert all(texts.read(0, names[number].encode()) == bytes([number]) * size for number in held)


def test_what_a_worker_holds_is_read_here() -> None:
    texts = SharedTexts()
    out, into = os.pipe()
    if not (pid := os.fork()):
        texts.keep(files("a.py"), [b"from another process"], OPEN)
        os.write(into, repr(texts.fresh()).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(out, 1000) == b"[(0, b'a.py', 0, 20)]"
    texts.add([(0, b"a.py", 0, 20)])
    assert texts.read(0, b"a.py") == b"from another process"


def no_memory(*_: object) -> NoReturn:
    raise OSError(12, "Cannot allocate memory")


@pytest.mark.parametrize("memory", ["some", "none", "none is to be had"])
def test_a_scan_by_many_processes_says_what_one_says(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: str
) -> None:
    folder = tmp_path / "shop"
    for number in range(400):
        part = folder / f"part_{number % 9}"
        part.mkdir(parents=True, exist_ok=True)
        value = key("sk_live_{alnum:32}", str(number))
        (part / f"config_{number}.yml").write_text(f"service_{number}_key: {value}\n" if number % 40 == 0 else "a: b\n")
        reads = f"import stripe\nstripe.api_key = load('service_{number}_key')\n" if number % 80 == 0 else "print()\n"
        (part / f"code_{number}.py").write_text(reads)
    monkeypatch.setattr("keyguard.scan.worklist._FEW", 10)
    monkeypatch.setattr("keyguard.scan.worklist._BATCH", 16)
    alone = inside("scan", "--no-hygiene", "--no-cache", "--jobs=1", "--format=json", str(folder)).document
    read: list[bytes] = []
    small = Reader.small
    if memory == "none":
        monkeypatch.setattr(shared_texts, "_PARTS", 0)
    elif memory != "some":
        monkeypatch.setattr(mmap, "mmap", no_memory)

    def noted(self: Reader, path: bytes) -> bytes | None:
        read.append(path)
        return small(self, path)

    monkeypatch.setattr(Reader, "small", noted)
    together = inside("scan", "--no-hygiene", "--no-cache", "--jobs=3", "--format=json", str(folder)).document
    assert together["findings"] == alone["findings"]
    assert len(together["findings"]) == 10
    assert {one["vendor"] for one in together["findings"]} >= {"stripe"}
    # what other processes read is not counted here
    assert (len([path for path in read if path.endswith(b".py")]) < 400) is (memory == "some")
