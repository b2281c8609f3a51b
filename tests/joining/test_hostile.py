"""Sources that are made to take long: what is read to join their pieces grows with the text alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from keyguard.joining import chains, finder, literals, names, reader
from tests.helpers.checkout import made_up_key
from tests.helpers.seeing import engine, key

KEY = key("sk_live_{alnum:32}", "hostile")
HEAD = "sk_" + "live_4"

Shape = Callable[[int], str]

SHAPES: dict[str, Shape] = {
    "pieces with plus": lambda size: "k = " + '"ab" + ' * (size // 7) + '"c"\n',
    "pieces of a key": lambda size: "k = " + f'"{HEAD}" + ' * (size // 14) + '"c"\n',
    "pieces side by side": lambda size: "k = " + '"ab" ' * (size // 5) + "\n",
    "statements": lambda size: f'k = "{HEAD}" + "b"\n' * (size // 22),
    "statements with one name": lambda size: f'k = "{HEAD}"\nk = k + "b" + k\n' * (size // 34),
    "additions": lambda size: f'k = "{HEAD}"\n' + 'k += "b"\n' * (size // 9) + "use(k)\n",
    "names of names": lambda size: (
        f'k0 = "{HEAD}"\n' + "".join(f"k{n} = k{n - 1} + 'b'\n" for n in range(1, size // 18))
    ),
    "doubling names": lambda size: (
        f'k0 = "{HEAD}"\n' + "".join(f"k{n} = k{n - 1} + k{n - 1}\n" for n in range(1, size // 19))
    ),
    "brackets": lambda size: "k = " + "(" * size + f'"{HEAD}"' + ")" * size,
    "lists in lists": lambda size: "k = " + "[" * (size // 2) + f'"{HEAD}", "b"' + "]" * (size // 2) + '.join("")\n',
    "calls in calls": lambda size: "k = " + 'concat("a", ' * (size // 12) + '"b"' + ")" * (size // 12),
    "ends of lists": lambda size: f'"{HEAD}"].join("") ' * (size // 19),
    "joins of lists": lambda size: "''.join([" + "'ab', " * (size // 6) + "'c'])\n",
    "many joins": lambda size: "''.join(['ab', 'c']) " * (size // 21),
    "one line of formats": lambda size: '"%s%s" % ("a", "b") ' * (size // 20),
    "formats that are not filled in": lambda size: "%s" * (size // 2),
    "literals without an end": lambda size: f'k = "{HEAD}\n' * (size // 16),
    "quotes on one line": lambda size: f"k = '{HEAD}\" + " * (size // 18),
    "backslashes": lambda size: f'"{HEAD}' + "\\" * size,
    "templates": lambda size: "`" + f"${{'{HEAD}'}}" * (size // 15) + "`",
    "templates in templates": lambda size: "`${" * (size // 3) + f"'{HEAD}'" + "}`" * (size // 3),
    "lines that go on": lambda size: f"K={HEAD}" + "\\\nabc" * (size // 5),
    "blocks": lambda size: f"k: |\n  {HEAD}\n  abcdefghij\n" * (size // 28),
    "one block": lambda size: f"k: |\n  {HEAD}\n" + "  abcdefghij\n" * (size // 13),
    "one word": lambda size: f'k = "{HEAD}' + "a" * size + '" + "b"\n',
    "one line": lambda size: f'a("{HEAD}");b="c"+"d";' * (size // 26),
    "beginnings and joints": lambda size: f'k = "{HEAD}"; m = "a" + "b"; ' * (size // 29),
    "shell": lambda size: f"A={HEAD}\nB=$A$A\n" * (size // 20),
    "escaped": lambda size: '\\"ab\\" + \\"cd\\" ' * (size // 16),
    "in HTML": lambda size: "&quot;ab&quot; + &quot;cd&quot; " * (size // 32),
    "encoded": lambda size: 'k = "c2tfbGl2ZV80" + x; ' * (size // 23),
}


class Counted:
    """A pattern that counts the bytes that it matches."""

    def __init__(self, pattern: re.Pattern[bytes], spent: list[int]) -> None:
        self._pattern, self._spent = pattern, spent

    def match(self, data: bytes, at: int = 0, end: int = 1 << 60) -> re.Match[bytes] | None:
        found = self._pattern.match(data, at, end)
        self._spent[0] += 1 + (found.end() - at if found else 0)
        return found


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One number: bytes of literals, of blocks of names and of lines that are read, and operands."""
    steps = [0]
    operand, first, init = reader.Reader._operand, chains.first_literal, names.Names.__init__
    line = finder._Joiner._read_lines

    def counted_operand(self: Any, at: int, depth: int) -> Any:
        steps[0] += 8
        return operand(self, at, depth)

    def counted_first(data: bytes, quote_at: int, least: int) -> int:
        found = first(data, quote_at, least)
        steps[0] += 1 + quote_at - found
        return found

    def counted_names(self: Any, data: bytes, low: int, high: int) -> None:
        steps[0] += high - low
        init(self, data, low, high)

    def counted_lines(self: Any, start: int, end: int) -> list[int]:
        steps[0] += end - start
        return line(self, start, end)

    monkeypatch.setattr(reader.Reader, "_operand", counted_operand)
    monkeypatch.setattr(finder, "first_literal", counted_first)
    monkeypatch.setattr(names.Names, "__init__", counted_names)
    monkeypatch.setattr(finder._Joiner, "_read_lines", counted_lines)
    for quote, pattern in literals._BODIES.items():
        monkeypatch.setitem(literals._BODIES, quote, Counted(pattern, steps))
    return steps


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_read_grows_with_the_text_alone(shape: str, spent: list[int]) -> None:
    counts = []
    for size in (6_000, 12_000):
        spent[0] = 0
        engine().matcher.find(SHAPES[shape](size).encode(), b"")
        counts.append(spent[0])
    little, much = counts
    assert much <= 2.3 * little + 100_000
    assert much <= 60 * 12_000 + 400_000, (little, much)


#: how a list of pieces begins, what is between two of them, and how it ends
LISTS = (('k = "', '" + "', '"\n'), ("k = ['", "', '", "'].join('')\n"), ("k = ('", "'\n  '", "')\n"))


@pytest.mark.parametrize(("before", "between", "behind"), LISTS)
def test_a_key_behind_a_hundred_thousand_pieces_is_found(before: str, between: str, behind: str) -> None:
    many = before + between.join(["ab"] * 100_000) + behind
    whole = before + between.join((KEY[:12], KEY[12:20], KEY[20:])) + behind
    found = engine().matcher.find((many + whole).encode(), b"").matches
    assert [one.secret.decode() for one in found] == [KEY]


def test_a_key_beside_what_never_ends_is_found() -> None:
    plain = made_up_key(9)
    for hostile in ('k = "' + "a" * 100_000, "k = '\\" * 20_000, "`${" * 20_000, "(" * 100_000 + '"a" + '):
        text = f'x = "{plain}"\n{hostile}\nk = "{KEY[:15]}" + "{KEY[15:]}"\n'
        found = [one.secret.decode() for one in engine().matcher.find(text.encode(), b"").matches]
        assert plain in found
