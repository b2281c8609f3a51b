"""The file of accepted findings: what is read, what is refused, and what is written."""

from __future__ import annotations

import pytest

from keyguard.acceptance.entry import Entry, parse, render
from keyguard.acceptance.identity import file_name, new_salt, value_id
from keyguard.support import tomlfile
from keyguard.support.errors import ConfigError

SALT = "0123456789abcdef" * 2
KEY = Entry(id="a" * 20, salt=SALT, rule="stripe-key", reason="test account", until="2027-01-31", owner="payments")
PASSWORD = Entry(id="abc", salt=SALT, rule="connection-string", name="DATABASE_URL", reason="local")
FILE = Entry(check="hook-missing", file="a%25b/.git", subject="missing", reason='"quoted" \\ and\nmore\x1b')


def test_what_is_written_is_read_again_sorted_and_once() -> None:
    text = render([KEY, FILE, PASSWORD, KEY])
    assert parse(text.encode(), "x") == (FILE, KEY, PASSWORD)
    assert [line[:2] for line in text.splitlines()[2:-1]] == ["  "] * 3


def test_the_file_is_toml_for_everybody() -> None:
    table = tomlfile.load("x", render([KEY, FILE, PASSWORD]).encode())
    assert [one.get("reason") for one in table["accepted"]] == [FILE.reason, KEY.reason, PASSWORD.reason]


def test_what_a_union_merge_makes_of_two_files_is_still_read() -> None:
    other = Entry(id="b" * 20, salt="f" * 16, rule="sk-key", reason="sample")
    both = render([KEY]) + render([other, KEY])
    assert set(parse(both.encode(), "x")) == {KEY, other}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("something else", "x:1: not an entry"),
        ("{ id = 3, reason = 'a' }", "x:1: Expected `str`, got `int`"),
        ("{ id = ", "x:1"),
        ("{ idd = 'a', reason = 'a' }", "x:1: Object contains unknown field `idd`"),
        (f"{{ id = '{'a' * 20}', salt = '{SALT}' }}", "x:1: Object missing required field `reason`"),
        (f"{{ id = '{'a' * 20}', salt = '{SALT}', reason = ' ' }}", "x:1: there is no reason"),
        (f"{{ id = '{'a' * 20}', salt = '{SALT}', reason = 'a', until = 'soon' }}", "x:1: until = 'soon' is no date"),
        (f"{{ id = 'a', salt = '{SALT}', reason = 'a' }}", "x:1: id and salt are hex digits"),
        ("{ id = 'aaa', reason = 'a' }", "x:1: id and salt are hex digits"),
        (f"{{ id = 'aaa', salt = '{SALT}', reason = 'a' }}", "x:1: a short id needs the rule"),
        ("{ check = 'hook-missing', reason = 'a' }", "x:1: an entry needs an id, or a check and a file"),
        ("{ reason = 'a' }", "x:1: an entry needs an id, or a check and a file"),
    ],
)
def test_what_is_no_entry_is_refused_with_its_line(line: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(line.encode(), "x")
    assert str(caught.value).startswith(said)


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(ConfigError, match="not UTF-8"):
        parse(b"\xff", "x")


def test_a_date_of_toml_is_a_date() -> None:
    line = f"{{ id = '{'a' * 20}', salt = '{SALT}', reason = 'a', until = 2027-01-31 }}"
    assert parse(line.encode(), "x")[0].until == "2027-01-31"


def test_the_id_of_a_value_depends_on_the_salt_and_of_a_guessable_one_little_is_kept() -> None:
    one, other = new_salt(), new_salt()
    assert value_id(one, "f" * 32, guessable=False) != value_id(other, "f" * 32, guessable=False)
    assert value_id(one, "f" * 32, guessable=False) == value_id(one, "f" * 32, guessable=False)
    assert len(value_id(one, "f" * 32, guessable=True)) == 3


@pytest.mark.parametrize(
    ("path", "written"), [(b"a/b", "a/b"), (b"a%b", "a%25b"), (b"a\xffb", "a%FFb"), ("ä".encode(), "ä")]
)
def test_every_name_of_a_file_can_be_written(path: bytes, written: str) -> None:
    assert file_name(path) == written
