"""Strings that PHP, Python and Ruby files assign to keys, and where each stands."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.credential_files.syntax.entry import DEEPEST
from keyguard.credential_files.syntax.literals import PHP, PYTHON, RUBY, Language, entries
from tests.helpers.processor_time import is_at_most

Rows = list[tuple[str, str]]


def read(text: bytes, language: Language) -> Rows:
    """Keys, joined by dots, and the bytes of each value; ``#`` before those in comments."""
    return [
        ("#" * one.comment + ".".join(one.keys), text[one.start : one.end].decode()) for one in entries(text, language)
    ]


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("SECRET_KEY = 'a'", [("SECRET_KEY", "a")]),
        ("SECRET_KEY: str = 'a'  # why", [("SECRET_KEY", "a")]),
        ("SECRET_KEY: Optional[str] = 'a'", [("SECRET_KEY", "a")]),
        ("SECRET_KEY = \\\r\n    b'a'", [("SECRET_KEY", "a")]),
        ("SECRET_KEY = ('a')", [("SECRET_KEY", "a")]),
        ("SECRET_KEY = 'a'.encode()", [("SECRET_KEY", "a")]),
        ("SECRET_KEY = 'a' if DEBUG else None", [("SECRET_KEY", "a")]),
        ("KEYS = ['a', \"b\"]", [("KEYS.0", "a"), ("KEYS.1", "b")]),
        ("D = {'x': {\n  'P': 'a', 'Q': get('R', 'b')\n}}", [("D.x.P", "a"), ("D.x.Q", "b")]),
        ("app.config['K'] = 'a'", [("app.config.K", "a")]),
        ("app.config.update(K='a', D=True)", [("K", "a")]),
        ("D = dict(P='a')", [("D.P", "a")]),
        ("K = os.environ.get('E') or 'a'", [("K", "a")]),
        ("K = config('E', default='a', cast=str)", [("K", "a")]),
        ("os.environ.setdefault('E', 'a')", [("E", "a")]),
        ("# K = 'a'\n#   'P': 'b',", [("#K", "a"), ("#P", "b")]),
        ("K = 'a' + 'b'", []),
        ("K = 'a' 'b'", []),
        ("K = 'a %s' % b", []),
        ("K = f'a{b}'", []),
        ("K = read('a')", []),
        ("K == 'a'", []),
        ("K = 'a", []),
        ("'''text\nK = 'a'\n'''\nL = 'b'", [("L", "b")]),
        ('if a:\n    K = "it\'s"', [("K", "it's")]),
        ("K = 'a'\nreturn 'b'", [("K", "a")]),
    ],
)
def test_python(line: str, rows: Rows) -> None:
    assert read(line.encode(), PYTHON) == rows
    assert read(line.replace("\n", "\r\n").replace("\r\r", "\r").encode(), PYTHON) == rows


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("define('K', 'a');", [("K", "a")]),
        ('define( "K",\n  "a" );', [("K", "a")]),
        ("const K = 'a#b//c';", [("K", "a#b//c")]),
        ("public ?string $p = 'a';", [("p", "a")]),
        ("$this->p = 'a';", [("this.p", "a")]),
        ("$d['x']['y'] = array(\n  'p' => 'a',\n);", [("d.x.y.p", "a")]),
        ("return ['a' => ['b' => ['p' => 'c']], 'd' => 'e'];", [("a.b.p", "c"), ("d", "e")]),
        ("'p' => env('P', 'a'),", [("p", "a")]),
        ("$k = $_ENV['E'] ?? 'a';", [("k", "a")]),
        ("$k = getenv('E') ?: 'a';", [("k", "a")]),
        ("// define('K', 'a');\n# $b = 'c';\n/* $d = 'e'; */", [("#K", "a"), ("#b", "c"), ("#d", "e")]),
        ("#[A('b')]\n$k = 'a';", [("k", "a")]),
        ("$k = 'a' . 'b';", []),
        ("$k = crypt('a');", []),
        ("new mysqli('a', 'b', 'c');", []),
        ("$k = 'a\\'b';", [("k", "a\\'b")]),
    ],
)
def test_php(line: str, rows: Rows) -> None:
    assert read(b"<?php\n" + line.encode(), PHP) == rows


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("A::B.config.k = 'a'.freeze", [("A.B.config.k", "a")]),
        ("set :k, 'a'", [("k", "a")]),
        ("k ||= 'a'", [("k", "a")]),
        ("config.k = ENV['E'] || 'a'", [("config.k", "a")]),
        ("ENV.fetch('E', 'a')", [("E", "a")]),
        ("x = { p: 'a', :q => 'b', 'r' => \"c\" }", [("x.p", "a"), ("x.q", "b"), ("x.r", "c")]),
        ("foo { |c|\n c.p = 'a'\n c.q = 'b'\n}", [("c.p", "a"), ("c.q", "b")]),
        ("  # config.pepper = 'a'", [("#config.pepper", "a")]),
        ("k = 'a' unless b", [("k", "a")]),
        ("k = 'a' + b", []),
    ],
)
def test_ruby(line: str, rows: Rows) -> None:
    assert read(line.encode(), RUBY) == rows


@given(st.text("ab'\"\\#/*=:>,;()[]{}.|?\n\r $@\0é").map(str.encode), st.sampled_from([PHP, PYTHON, RUBY]))
def test_any_text_is_read(text: bytes, language: Language) -> None:
    for one in entries(text, language):
        assert one.keys
        assert text[one.start - 1 : one.start] in (b"'", b'"')
        assert text[one.end : one.end + 1] == text[one.start - 1 : one.start]


def read_whole(text: bytes, language: Language) -> None:
    assert all(len(one.keys) <= DEEPEST for one in entries(text, language))


@pytest.mark.parametrize(
    "unit", [b"a[", b"a['b']", b"a=[", b"'", b"\\'", b"a.", b'"""', b"/*", b"a:b=", b"a=f('", b"#'"]
)
@pytest.mark.parametrize("language", [PHP, PYTHON, RUBY], ids=["php", "python", "ruby"])
def test_each_token_is_read_once_however_deep(unit: bytes, language: Language) -> None:
    short, long = (partial(read_whole, unit * count, language) for count in (2000, 4000))
    assert is_at_most(long, short, 3)
