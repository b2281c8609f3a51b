"""From lines to tables: what is joined, what stands alone, and what is refused."""

from __future__ import annotations

import pytest

from keyguard.sources.gitignore import translation
from keyguard.sources.gitignore.linear import TOO_COMPLEX, TOO_MANY
from keyguard.sources.gitignore.tables import MOST_QUADRATIC


def test_literals_are_looked_up_and_expressions_joined() -> None:
    found = translation.read(b"a\nb*\n*.c\n!b\nd/\n")
    names, folders = found.tables
    assert found.negated == (False, True, False)
    assert (names.scope.by_name, names.scope.folders_only) == (True, False)
    assert (names.literals, names.expression, names.runs) == ({"a": 0, "b": 1}, r"(b[^/]*|[^/]*\.c)", (0,))
    assert (folders.scope.folders_only, folders.literals, folders.expression) == (True, {"d": 2}, "")


def test_the_last_run_stands_first() -> None:
    (table,) = translation.read(b"a*\n!b*\nc*\nc*\n").tables
    assert (table.expression, table.runs) == ("(c[^/]*)|(b[^/]*)|(a[^/]*)", (2, 1, 0))


def test_few_quadratic_rules_are_joined_and_the_others_are_not() -> None:
    text = b"".join(b"a*%d*b\n" % number for number in range(MOST_QUADRATIC + 3))
    found = translation.read(text)
    assert (len(found.quadratic), len(found.hard), found.refused) == (MOST_QUADRATIC, 3, ())
    assert [table.quadratic for table in found.tables] == [True]


@pytest.mark.parametrize(
    ("line", "why"),
    [(b"*a" * 400, TOO_COMPLEX), (b"*".join([b"?" * 250] * 4), TOO_COMPLEX)],
)
def test_one_rule_that_is_too_complex_is_refused_with_its_line(line: bytes, why: str) -> None:
    found = translation.read(b"x\n" + line + b"\ny\n")
    assert [(one.number, one.source, one.why) for one in found.refused] == [(2, line, why)]
    assert found.tables[0].literals == {"x": 0, "y": 0}


def test_too_many_rules_are_refused_from_the_first_that_is_over() -> None:
    found = translation.read(b"".join(b"*a%d*b*c*d\n" % number for number in range(1000)))
    assert {one.why for one in found.refused} == {TOO_MANY}
    assert 50 < len(found.hard) == 1000 - len(found.refused)
    found = translation.read(b"".join(b"*.%d\n" % number for number in range(40_000)))
    assert {one.why for one in found.refused} == {"there are too many rules with wildcards"}
    assert found.refused[0].number > 15_000
