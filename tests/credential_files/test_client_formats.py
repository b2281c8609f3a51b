"""The rows of the table for clients: modules that are there, rules that are there, texts that are hostile."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from time import process_time

import pytest

from keyguard.credential_files import table
from keyguard.credential_files.client_formats import CLIENT_FORMATS
from keyguard.credential_files.format import Format
from tests.helpers.seeing import rules

every_format = pytest.mark.parametrize("one", CLIENT_FORMATS, ids=lambda one: one.module.rpartition(".")[2])


@cache
def detectors() -> set[str]:
    """Ids of the rules without a pattern."""
    return {rule.id for rule in rules().rules if rule.detector}


@every_format
def test_a_format_is_known_by_its_paths(one: Format) -> None:
    assert one.paths or one.signs
    for path in one.paths:
        assert path == path.lower()
        assert one in table.named(f"some/folder/{path.replace('*', 'x')}".encode())


@every_format
def test_the_rules_that_a_reader_names_are_there(one: Format) -> None:
    source = Path(import_module(one.module).__file__ or "").read_text(encoding="utf-8")
    named = set(re.findall(r'(?:_RULE = |Field\(\s*)"([a-z-]+)"', source))
    assert named
    assert named <= detectors()


#: what opens something and does not close it, what is nearly an entry, and what is one
UNITS = [
    b"machine a login b ", b"password ", b'set smtp_pass = "', b"pass '", b"nickserv identify ", b"a:1:b:",
    b":5432:a:b:", b"BUNDLE_A__B", b"/:_auth=a", b'"auths":{"', b'"auth":"YTpiYmJi",', b'credentials "a" {\n token="',
    b"http://a:b@", b"<Pass>", b"<a b='", b"<!--", b"<![CDATA[", b"- ", b"a: |\n ", b"{[", b'"a":', b"\\", b"[a]\n",
    b"kind: Secret\ndata:\n a: YTpi\n", b"#", b"\xff", b"\xef\xbb\xbf", b"\r", b"\0", b"\n",
    b"LS0tLS1CRUdJTiBQ", b"\nLS0tLS1CRUdJTiBQ" + b"A" * 60, b"eyJhdXRocyI6 ",
]  # fmt: skip


def seconds(one: Format, data: bytes, *, named: bool) -> float:
    """Seconds of processor time for reading a text."""
    path = one.paths[0].replace("*", "x").encode() if named and one.paths else b""
    before = process_time()
    for found in one.find(data, path, named):
        assert 0 <= found.start < found.end <= len(data)
    return process_time() - before


@every_format
@pytest.mark.parametrize("named", [True, False])
def test_a_hostile_text_takes_time_in_proportion_to_its_length(one: Format, named: bool) -> None:
    for unit in UNITS:
        text = unit * (2000 // len(unit))
        least = min(seconds(one, text, named=named) for _ in range(2))
        assert min(seconds(one, text * 5, named=named) for _ in range(2)) <= 7 * least + 0.01, unit
    mixed = b"".join(UNITS) * 10
    seconds(one, mixed, named=named)
    seconds(one, mixed.decode("latin-1").encode("utf-16"), named=named)
