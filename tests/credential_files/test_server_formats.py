"""Formats of servers: each is read in time that grows with the text, whatever that is."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from keyguard.credential_files.format import Format
from keyguard.credential_files.server_formats import SERVER_FORMATS
from keyguard.credential_files.table import FORMATS
from tests.helpers.processor_time import is_at_most

UNITS = (
    *(b" ", b" \t", b"\n", b"{", b"[", b"<a ", b"'", b'"', b"\\\n", b"a=", b"a: b\n", b"- ", b"# a: b\n", b"\0", b"}{"),
    *(b"password=", b"password: x1y2z3q4\n", b'<add key="', b"Password=a;Server=b;", b"ENV A=b \\\n", b': PSK "'),
    *(b"user a >", b"rootpw a b c d\n", b"${A:-", b"{{ a | default('", b"<%= ENV['", b"userPassword:: QUJD\n "),
    *(
        b"username a password 0 b\n",
        b"<auth-user-pass>\na\n",
        b"chpasswd:\n  list: |\n    a:b\n",
        b"a:a:",
        b'psk="abcdefgh',
    ),
)
LENGTH = 6000


def read(one: Format, text: bytes, path: bytes) -> None:
    for found in one.find(text, path, True):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("one", SERVER_FORMATS, ids=lambda one: one.module.rpartition(".")[2])
def test_a_format_is_read_in_linear_time(one: Format) -> None:
    path = one.paths[0].replace("*", "a").encode()
    read(one, b"", path)
    for unit in UNITS:
        text = unit * (LENGTH // len(unit))
        assert is_at_most(partial(read, one, text * 2, path), partial(read, one, text, path), 3), unit


@pytest.mark.parametrize("one", SERVER_FORMATS, ids=lambda one: one.module.rpartition(".")[2])
def test_a_format_has_paths_and_a_module(one: Format) -> None:
    assert one.paths
    assert all(path == path.lower() and " " not in path for path in one.paths)
    assert list(one.find(b"", b"", False)) == []


def test_the_page_about_them_names_all_and_says_what_holds() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "credential-files.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    told = {row[0]: (row[1].replace(", …", "").replace("`", ""), row[2:] == ["yes"]) for row in rows[1:]}
    assert told.keys() == {one.name for one in FORMATS}
    for one in FORMATS:
        if one.name in told:
            paths, by_content = told[one.name]
            assert set(filter(None, paths.split(", "))) <= set(one.paths), one.name
            assert by_content == bool(one.signs), one.name
