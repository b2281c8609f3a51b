"""Bytes, not text: a key is found in any encoding, and where it stands is said in characters."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from tests.helpers.calling import Inside, Keyguard, filler, parts_of
from tests.helpers.checkout import leaking_line, made_up_key

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def kg(inside: Inside) -> Inside:
    """No process for each call: there are many."""
    return inside


LINE = leaking_line(1).rstrip("\n")
KEY = made_up_key(1)
TEXT = f"one\nzwei: äöü 日本 🎉 {LINE}\nthree\n"
COLUMN = len("zwei: äöü 日本 🎉 SENDMAILOS_API_KEY=") + 1
ENCODINGS = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16-le with a mark": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "utf-16-be with a mark": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "utf-32-le with a mark": codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    "utf-32-be with a mark": codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
    "crlf": TEXT.replace("\n", "\r\n").encode(),
    "cr": TEXT.replace("\n", "\r").encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_key_is_found_where_it_stands(kg: Keyguard, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_bytes(ENCODINGS[name])
    said = kg.scan("a.txt")
    assert said.code == 1
    (place,) = said.document["findings"][0]["occurrences"]
    assert (place["line"], place["column"], place["end_column"]) == (2, COLUMN, COLUMN + len(KEY))
    assert not [part for part in parts_of(KEY[8:]) if part in said.out]
    assert kg.scan("--stdin", stdin=ENCODINGS[name]).code == 1


WITHOUT_A_MARK = "\n".join(["plain text", LINE, "and some more of it"] * 3)
BINARIES = {
    "latin-1": "Schlüssel: ".encode("latin-1") + LINE.encode(),
    "shift-jis": "鍵: ".encode("shift-jis") + LINE.encode(),
    "a NUL before": b"\0" + LINE.encode(),
    "a NUL after": LINE.encode() + b"\0\0\0",
    "NULs all around": b"\0\1\2\xff" * 100 + LINE.encode() + b"\xfe\0" * 100,
    "an executable": b"\x7fELF" + bytes(range(256)) * 20 + LINE.encode() + bytes(range(256)) * 20,
    "utf-16-le without a mark": WITHOUT_A_MARK.encode("utf-16-le"),
    "utf-16-be without a mark": WITHOUT_A_MARK.encode("utf-16-be"),
    "utf-32-le without a mark": WITHOUT_A_MARK.encode("utf-32-le"),
    "a wide string in a binary": b"\x01\x02\x03" * 99 + LINE.encode("utf-16-le") + b"\xff\x00\x03" * 99,
    "a wide string far into it": filler(9 << 20) + b"\x00\x01" + LINE.encode("utf-16-le") + b"\x00\x00",
    "broken utf-8": b"\xc3\x28\xa0\xff" + LINE.encode() + b"\xe2\x82",
    "half a utf-16": codecs.BOM_UTF16_LE + LINE.encode("utf-16-le") + b"\x00",
    "a wrong mark": codecs.BOM_UTF16_LE + LINE.encode(),
}


@pytest.mark.parametrize("name", BINARIES)
def test_what_is_no_text_is_searched_too(kg: Keyguard, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.bin").write_bytes(BINARIES[name])
    said = kg.scan("a.bin")
    assert said.code == 1, name
    assert said.document["findings"][0]["masked"].endswith(KEY[-4:])
    assert not [part for part in parts_of(KEY[8:]) if part in said.out]


@pytest.mark.parametrize("name", ["utf-16-le with a mark", "utf-8", "crlf"])
def test_what_is_staged_is_read_as_the_file_is(kg: Keyguard, tmp_path: Path, name: str) -> None:
    from tests.helpers.repos import Repo

    repo = Repo(tmp_path / "repo").write(".gitattributes", "* text eol=crlf working-tree-encoding=UTF-16 -diff\n")
    repo.write("a.txt", ENCODINGS[name])
    repo.git("-c", "core.attributesFile=/dev/null", "add", "a.txt", check=False)
    oid = repo.git("hash-object", "-w", "--no-filters", "a.txt").decode().strip()
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{oid},a.txt")
    staged = kg.scan("--staged", cwd=repo.path).document["findings"][0]["occurrences"][0]
    tree = kg.scan("a.txt", cwd=repo.path).document["findings"][0]["occurrences"][0]
    assert (staged["line"], staged["column"]) == (tree["line"], tree["column"])
