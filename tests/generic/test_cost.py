"""What hostile text costs: a finder's work at a hit does not grow with the text around it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from keyguard.generic.expressions import SYNTAXES
from tests.helpers.generic_secrets import expressions

MODULES = sorted({one.module for one in SYNTAXES})
#: texts in which a hit follows another, without an end of the line
PIECES = (
    b"curl -u a:", b"mysql -p", b"http -", b"docker login ", b"--password=", b"-Dx.password=abc", b"://a:bcd@e",
    b"password=abc;user=", b"Bearer abcdefghijklmnopq", b"basic abcdefgh", b"x-api-key: abcdefghijklmnopq",
    b"eyJhbGciOiJIUzI1NiJ9.", b"identified by 'abc", b"password 'abcd", b"auth('a', 'b", b"mysqli(a, 'b', ",
    b"echo a | chpasswd", b"a/bcd@e:1521", b";password=abc", b"&password=abc", b":abc@tcp(", b"host=a password=abc ",
)  # fmt: skip


def lines_run(module: str, data: bytes) -> int:
    """Lines of Python that the finder runs for all hits in a text."""
    find, count = import_module(module).find, 0
    ends = {found.end() for pattern in expressions(module) for found in pattern.finditer(data)}

    def note(frame: object, event: str, _: object) -> object:
        nonlocal count
        count += event == "line"
        return note

    before = sys.gettrace()
    sys.settrace(note)  # type: ignore[arg-type]
    try:
        for end in ends:
            exhaust(find(data, end, b"example"))
    finally:
        sys.settrace(before)  # who measures coverage goes on
    return count


def exhaust(found: Iterator[object]) -> None:
    for _ in found:
        pass


@pytest.mark.parametrize("module", MODULES)
def test_work_grows_no_faster_than_the_text(module: str) -> None:
    for piece in PIECES:
        once, twice = (lines_run(module, piece * (size // len(piece))) for size in (2_000, 4_000))
        assert twice <= 2.3 * once + 400, piece
