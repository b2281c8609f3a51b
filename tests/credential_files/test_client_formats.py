"""The rows of the table for clients: modules that are there, rules that are there, texts that are hostile."""

from __future__ import annotations

import re
from functools import cache, partial
from importlib import import_module
from pathlib import Path

import pytest

from keyguard.credential_files import table
from keyguard.credential_files.client_formats import CLIENT_FORMATS
from keyguard.credential_files.format import Format
from tests.helpers.processor_time import is_at_most
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


def read(one: Format, data: bytes, *, named: bool) -> None:
    path = one.paths[0].replace("*", "x").encode() if named and one.paths else b""
    for found in one.find(data, path, named):
        assert 0 <= found.start < found.end <= len(data)


@every_format
@pytest.mark.parametrize("named", [True, False])
def test_a_hostile_text_takes_time_in_proportion_to_its_length(one: Format, named: bool) -> None:
    for unit in UNITS:
        text = unit * (2000 // len(unit))
        short, long = (partial(read, one, text * times, named=named) for times in (1, 5))
        assert is_at_most(long, short, 7), unit
    mixed = b"".join(UNITS) * 10
    read(one, mixed, named=named)
    read(one, mixed.decode("latin-1").encode("utf-16"), named=named)
