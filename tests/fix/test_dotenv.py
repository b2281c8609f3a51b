"""Environment files, read, added to, and told to others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.fix.files import dotenv
from keyguard.inspection.filenames import Names
from tests.helpers.seeing import engine, key

KEY = key().encode()


def is_key(text: bytes) -> bool:
    return Names(engine()).masked(text) != text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"A=1\n", {"A": b"1"}),
        (b"export A = 'x y' # why\nB=\"z\"\r\nC=`q`", {"A": b"x y", "B": b"z", "C": b"q"}),
        (b"A=1 # why\n#B=2\n\nC=\n", {"A": b"1", "C": b""}),
        (b'A="one\ntwo"\nB=3\n', {"A": b"one\ntwo", "B": b"3"}),
        (b"A=1\nA=2\n", {"A": b"2"}),
        (b"\xef\xbb\xbfA=1\n", {"A": b"1"}),
        (
            b"A=-----BEGIN X-----\r\nb2Vm=\r\n-----END X-----\r\nB=2",
            {"A": b"-----BEGIN X-----\r\nb2Vm=\r\n-----END X-----", "B": b"2"},
        ),
        (b"A=-----BEGIN X-----\nB=2\n", {"A": b"-----BEGIN X-----", "B": b"2"}),
        (b"not a setting\n=x\n1=2\n", {}),
    ],
)
def test_settings(content: bytes, expected: dict[str, bytes]) -> None:
    assert dotenv.settings(content) == expected


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (b"", b"abc", b"K=abc\n"),
        (b"A=1\n", b"abc", b"A=1\nK=abc\n"),
        (b"A=1", b"abc", b"A=1\nK=abc\n"),
        (b"A=1\r\n", b"abc", b"A=1\r\nK=abc\r\n"),
        (b"", b"a b#$c", b"K='a b#$c'\n"),
        (b"", b"", b"K=\n"),
        (b"# mine\nexport A=1\nexport B='2'\n", b"abc", b"# mine\nexport A=1\nexport B='2'\nexport K=abc\n"),
        (b"export A=1\nB=2\n", b"abc", b"export A=1\nB=2\nK=abc\n"),
    ],
)
def test_one_more(before: bytes, value: bytes, after: bytes) -> None:
    assert dotenv.with_setting(before, "K", value) == after


def test_what_cannot_be_quoted_for_all_readers_is_refused() -> None:
    for value in (b"it's", b"a\nb'", b"a\nb", b"a\\\\b", b"a b\\", b"a${X}b"):
        with pytest.raises(ValueError, match="cannot be written"):
            dotenv.with_setting(b"", "K", value)


def test_what_would_end_up_in_the_value_before_it_is_refused() -> None:
    with pytest.raises(ValueError, match="is not closed"):
        dotenv.with_setting(b"A='abc\n", "K", b"two words")


@given(st.binary(max_size=40), st.text(st.characters(codec="ascii", exclude_characters="\r\n'\\\0"), max_size=20))
def test_what_is_written_can_be_read_and_the_rest_stays(around: bytes, value: str) -> None:
    content = b"A=1\n# " + around.replace(b"\r", b"").replace(b"\n", b"") + b"\n"
    value = value.replace("${", "$")
    found = dotenv.with_setting(content, "K", value.encode())
    assert found.startswith(content)
    assert dotenv.settings(found)["K"] == value.encode()


def test_an_example_has_names_comments_and_their_order() -> None:
    content = (
        b"# The shop\n\nPORT=3000 # where it listens\nexport KEY='" + KEY + b"'\n"
        b"# KEY2=" + KEY + b"\n#  from the dashboard, Settings -> API Keys\n# the old one was " + KEY + b"\n"
        b"# password: tulip\n# postgres://me:" + b"tulip@host/\n# a1b2c3d4e5f6a7b8c9\n"
        b'PEM="-----BEGIN\nabc\n-----END"\nnothing at all\nLAST=1'
    )
    expected = b"# The shop\n\nPORT=3000\nKEY=\n# KEY2=\n#  from the dashboard, Settings -> API Keys\nPEM=\nLAST=1\n"
    assert dotenv.example(content, is_key) == expected


@pytest.mark.parametrize(
    "comment",
    [
        "# login: admin / tulip",
        "# user tulip, pw rose",
        "# my password tulip",
        "# PIN is tulip",
        "# admin:tulip",
        "# it was tul1p",
        "# it was tu$lip",
        "# tulip=",
        "# me@tulip.example",
    ],
)
def test_a_comment_that_may_tell_a_secret_stays_where_it_is(comment: str) -> None:
    assert dotenv.example(f"{comment}\nA=x\n".encode(), is_key) == b"A=\n"
    assert dotenv.masked(f"{comment}\n".encode()).startswith((b"***", b"# tulip=***"))


def test_no_line_of_a_key_without_quotes_is_a_name() -> None:
    tail = "Q2F0aXNh" + "bmFuaW1hbA=="
    for begin in ("KEY=-----BEGIN RSA PRIVATE " + "KEY-----\n", ""):
        content = f"{begin}b25lbW9yZW9m\n{tail}\n-----END RSA PRIVATE KEY-----\nB=x\n".encode()
        assert dotenv.example(content, is_key) == (b"KEY=\nB=\n" if begin else b"B=\n")
        assert tail[:8].encode() not in dotenv.masked(content)
        assert dotenv.names(content, is_key) == (["KEY", "B"] if begin else ["B"])


@pytest.mark.parametrize(
    ("setting", "kept"),
    [
        *(
            (one, True)
            for one in ("PORT=3000", "DEBUG=false", "DB_HOST=db", "URL=http://localhost:8080/", "LOG=info # x")
        ),
        *((one, True) for one in ("TIMEOUT=30s", "APP_ENV=production", "QUEUE=sync", "TZ=UTC")),
        *((one, False) for one in ("DB_PASSWORD=1234", "PIN=1234", "API_TOKEN=test", "SEED=7", "SESSION_SECRET=local")),
        *((one, False) for one in ("NAME=tulip", "URL=http://me:x@localhost/", "ID=123456", 'A="3000"', "B='db'")),
    ],
)
def test_values_that_tell_nobody_anything_stay_in_an_example(setting: str, kept: bool) -> None:
    name, _, value = setting.partition("#")[0].strip().partition("=")
    assert dotenv.example(f"{setting}\n".encode(), is_key) == f"{name}={value if kept else ''}\n".encode()


def test_an_example_that_is_there_only_gets_what_it_lacks() -> None:
    before = b"# shop\r\nA=your-key-here\r\n# B=\r\n"
    assert dotenv.with_names(before, ["A", "B", "C", "C"]) == before + b"C=\r\n"
    assert dotenv.with_names(before, ["A"]) == before


@given(st.lists(st.sampled_from([b"A=x", b"# ", b"'", b'"', b"\\", b"\n", b"=", b"B", KEY, b" ", b"\r"]), max_size=12))
def test_no_value_gets_into_an_example(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    assert KEY not in dotenv.example(content, is_key)
    for text in (dotenv.example(content, is_key), dotenv.masked(content)):
        assert b"A=x" not in text
        assert b"=" + KEY not in text


def test_nothing_is_too_long() -> None:
    assert dotenv.settings(b'A="' * 20_000) is not None


def test_what_is_shown_has_no_values() -> None:
    content = b"# shop\nA=1\nB=\n# " + KEY + b"\nwhat is this\n\n"
    assert dotenv.masked(content) == b"# shop\nA=********\nB=\n********\n********\n\n"
