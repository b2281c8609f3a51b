"""SQLite databases are read without SQLite: every table, row and cell, whatever their form, and damaged ones."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from keyguard.containers import sqlite
from tests.containers.packing import opened, zipped

Make = Callable[..., bytes]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A database that these statements make."""

    def made(*statements: str, rows: dict[str, list[tuple[object, ...]]] | None = None) -> bytes:
        path = tmp_path / "made.db"
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        for insert, values in (rows or {}).items():
            connection.executemany(insert, values)
        connection.commit()
        connection.close()
        return path.read_bytes()

    return made


USERS = "create table users (id integer primary key, name text, 'api key' text, [other] blob, unique (name))"


def test_a_row_is_a_line_with_the_names_of_its_columns(make: Make) -> None:
    rows: list[tuple[object, ...]] = [(1, "ann", "k1", None), (2, "bob", None, 7), (5, None, "k3", 1.5)]
    found, walk = opened(make(USERS, rows={"insert into users values (?, ?, ?, ?)": rows}))
    assert found["users"] == b'{"name": "ann", "\'api": "k1"}\n{"name": "bob"}\n{"\'api": "k3"}\n'
    assert (walk.problem, walk.unopened) == ("", [])


@pytest.mark.parametrize("page", [512, 1024, 4096, 65536])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_all_rows_of_a_large_table_in_order(make: Make, page: int, encoding: str) -> None:
    lines = [f"value-{number}-é" for number in range(3000)]
    pragmas = (f"pragma page_size = {page}", f"pragma encoding = '{encoding}'")
    data = make(*pragmas, "create table t (a text)", rows={"insert into t values (?)": [(one,) for one in lines]})
    found, walk = opened(data)
    assert found == {"t": "".join(f'{{"a": "{one}"}}\n' for one in lines).encode()}
    assert walk.problem == ""


@pytest.mark.parametrize("page", [512, 4096])
def test_what_does_not_fit_into_a_line_stands_alone(make: Make, page: int) -> None:
    long, several, quoted = "x" * 100_000, "one\ntwo\n", 'say "a" \\ b'
    blob = zipped({"in.txt": b"text"})
    rows = [(one,) for one in ("plain", several, long, quoted, blob)]
    data = make(f"pragma page_size = {page}", "create table t (a)", rows={"insert into t values (?)": rows})
    found, _ = opened(data)
    assert found == {
        "t": b'{"a": "plain"}\n\n\n\n\n',
        "t/2/a": several.encode(),
        "t/3/a": long.encode(),
        "t/4/a": quoted.encode(),
        "t/5/a!/in.txt": b"text",
    }


def test_tables_without_row_numbers_and_indexes(make: Make) -> None:
    rows = {"insert into t values (?, ?)": [(f"k{number:04}", f"v{number}") for number in range(500)]}
    data = make("create table t (a text primary key, b text) without rowid", "create index i on t (b)", rows=rows)
    found, walk = opened(data)
    assert found["t"].splitlines()[7] == b'{"a": "k0007", "b": "v7"}'
    assert (list(found), len(found["t"].splitlines()), walk.problem) == (["t"], 500, "")


def test_a_database_of_nothing(make: Make) -> None:
    assert opened(make("create table t (a)"))[0] == {"t": b""}


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ('create table "a b" ("c d" text, `e` int, [f g] blob)', [b"c d", b"e", b"f g"]),
        ("create table t (a decimal(10, 2), b, constraint x check (a > 1), primary key (a, b))", [b"a", b"b"]),
        ("create table t", []),
        ("", []),
    ],
)
def test_columns_are_told_from_the_statement(sql: str, columns: list[bytes]) -> None:
    assert sqlite._columns(sql.encode()) == columns


def test_a_page_that_leads_to_itself_ends(make: Make) -> None:
    rows = {"insert into t values (?)": [(f"value {number}",) for number in range(2000)]}
    data = bytearray(make("pragma page_size = 512", "create table t (a text)", rows=rows))
    for at in range(512, len(data), 512):
        if data[at] == 5:
            data[at + 8 : at + 12] = (at // 512 + 1).to_bytes(4, "big")
    assert opened(bytes(data))[1].problem == "database (SQLite: damaged: some of its pages are none)"


def test_nothing_that_is_damaged_raises_or_hangs(make: Make) -> None:
    rows: dict[str, list[tuple[object, ...]]] = {
        "insert into t values (?, ?)": [("x" * 2000 * (number % 3), bytes(number)) for number in range(60)]
    }
    whole = make("pragma page_size = 512", "create table t (a text, b blob)", rows=rows)
    source = random.Random(1)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(source.randint(1, 30)):
            data[source.randrange(16, len(data))] = source.choice((0, 1, 5, 13, 255, source.randrange(256)))
        if source.random() < 0.3:
            del data[source.randrange(100, len(data)) :]
        opened(bytes(data))
