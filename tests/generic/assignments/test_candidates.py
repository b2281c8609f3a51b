"""Names and values are read in every syntax that joins them, at the offset where the value is closed."""

from __future__ import annotations

import pytest

from keyguard.generic.assignments.candidates import Candidate, read, read_line
from tests.generic.assignments.made_up import random_value

VALUE = random_value("candidates", 14)

#: line, the name that is read, and the kind
LINES = (
    (f"DB_PASSWORD={VALUE}", "DB_PASSWORD", "pair"),
    (f"export DB_PASSWORD='{VALUE}'", "DB_PASSWORD", "pair"),
    (f'db.password = "{VALUE}"', "db.password", "pair"),
    (f"  password: {VALUE}  # of the shop", "password", "pair"),
    (f'"X-Api-Key": "{VALUE}",', "X-Api-Key", "pair"),
    (f"$config['secret'] = '{VALUE}';", "secret", "pair"),
    (f":secret => '{VALUE}'", "secret", "pair"),
    (f'let token: &str = "{VALUE}";', "token", "pair"),
    (f'token := []string{{"{VALUE}"}}', "token", "pair"),
    (f'{{\\"password\\": \\"{VALUE}\\"}}', "password", "pair"),
    (f'<ds user="shop" password="{VALUE}"/>', "password", "pair"),
    (f"docker run -e DB_PASSWORD={VALUE} shop", "DB_PASSWORD", "pair"),
    (f'<add key="Password" value="{VALUE}"/>', "Password", "attribute"),
    (f"<password>{VALUE}</password>", "password", "element"),
    (f"define('DB_PASSWORD', '{VALUE}');", "DB_PASSWORD", "argument"),
    (f'request.setHeader("X-Api-Key", "{VALUE}")', "X-Api-Key", "argument"),
    (f'account.setPassword("{VALUE}");', "account.setPassword", "call"),
    (f'cipher.setKey(Base64.decode("{VALUE}"))', "cipher.setKey", "call"),
    (f'{{"name": "DB_PASSWORD", "value": "{VALUE}"}}', "DB_PASSWORD", "named"),
    (f'- name: DB_PASSWORD\n  value: "{VALUE}"', "DB_PASSWORD", "named"),
    (f"psql --password {VALUE} shop", "password", "option"),
    (f"mysql --password={VALUE} shop", "password", "pair"),
    (f"ALTER USER shop IDENTIFIED BY {VALUE};", "IDENTIFIED BY", "sql"),
    (f"CREATE ROLE shop WITH LOGIN PASSWORD '{VALUE}';", "PASSWORD", "sql"),
    (f"пароль: {VALUE}", "пароль", "pair"),
    (f'"口令": "{VALUE}"', "口令", "pair"),
)


def candidate(line: str, before: bytes = b"", path: bytes = b"a.txt") -> Candidate | None:
    """What is read where the value of a line is closed."""
    data = before + line.encode() + b"\nnext line\n"
    return read(data, data.index(VALUE.encode()) + len(VALUE), path)


#: those that need not begin a line
INNER = [one for one in LINES if not one[0].startswith(("-", "<", "{"))]
BEFORE = [*((b"", one) for one in LINES), *((b"first\xff line\r\n", one) for one in LINES)]
BEFORE += [("größer: ".encode(), one) for one in INNER]


@pytest.mark.parametrize(("before", "wanted"), BEFORE)
def test_a_name_and_its_value_are_read(before: bytes, wanted: tuple[str, str, str]) -> None:
    line, name, kind = wanted
    found = candidate(line, before)
    assert found is not None
    assert (found.name, found.value, found.kind) == (name, VALUE, kind)
    data = before + line.encode()
    assert data[found.start : found.end] == VALUE.encode()


@pytest.mark.parametrize("line", [f"see {VALUE}", f"passwords {VALUE}", f'log("{VALUE}")', f"{VALUE} = password"])
def test_what_is_joined_to_no_name_is_none(line: str) -> None:
    assert candidate(line) is None


def test_the_value_is_the_one_that_the_hit_closes() -> None:
    data = f'SECRET = get("SECRET", "{VALUE}")'.encode()
    first, second = data.index(b'", "') + 1, len(data) - 1
    assert (read(data, first, b"") or VALUE)[1] == "SECRET"
    assert (read(data, second, b"") or VALUE)[1] == VALUE


def test_the_string_around_a_name_is_noticed() -> None:
    inside, outside = candidate(f'sh "DB_PASSWORD={VALUE} make"'), candidate(f"DB_PASSWORD={VALUE}")
    assert inside is not None
    assert inside.in_string
    assert outside is not None
    assert not outside.in_string


def test_a_line_is_read_without_hits() -> None:
    data = f'x\npassword = "{VALUE}"; token = "{VALUE[::-1]}"\ny'.encode()
    found = [one.value for one in read_line(data, 2, len(data) - 2, b"a.py")]
    assert found == [VALUE, VALUE[::-1]]


def test_a_candidate_is_read_from_a_bounded_part_of_a_line() -> None:
    short = read_cost(b"x" * 1_000, b"y" * 1_000)
    assert read_cost(b"x" * 100_000, b"y" * 100_000) == short


def read_cost(before: bytes, after: bytes) -> int:
    """The characters of the window that is read around a value."""
    line = before + f'; password = "{VALUE}";'.encode() + after
    found = read(line, line.index(VALUE.encode()) + len(VALUE) + 1, b"a.js")
    assert found is not None
    assert found.value == VALUE
    return len(found.line)
