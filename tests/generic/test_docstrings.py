"""Which strings of a module are for readers."""

from __future__ import annotations

import pytest

from keyguard.generic.docstrings import Docstrings


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (b'def f():\n    """Connect.\n\n    HERE\n    """\n', True),
        (b"EXAMPLES = r'''\n- HERE\n'''\n", True),
        (b'parser(usage="""\nHERE\n""")\n', True),
        (b'CONFIG = """\nHERE\n"""\n', False),
        (b'"""A module."""\nX = "HERE"\n', False),
        (b'"""A module."""\nX = """\nHERE"""\n"""tail"""', False),
        (b'"""open HERE', False),
        (b"HERE", False),
    ],
)
def test_a_string_for_readers(text: bytes, held: bool) -> None:
    assert Docstrings(text).hold(text.index(b"HERE")) is held


def test_many_quotes_are_read_once() -> None:
    text = b'""" """\n' * 20_000 + b"HERE"
    assert not Docstrings(text).hold(text.index(b"HERE"))
