"""What names stand for in a part of a source: the assignments and the uses of each, found once."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import NamedTuple

from keyguard.support.regex import expression

#: bytes of the source before and behind a place that count as its block
BEFORE, BEHIND = 6_000, 8_000
#: uses of one name that are looked at
MOST_USES = 12
#: words before a value of which one is its name
_MOST_NAMES = 3
#: bytes before an assignment in which its name is
_LEFT = 100
#: what a value begins with
_VALUE = rb"\s{0,60}(?=[\"'`\[({$@A-Za-z0-9_+/=-])"
#: what assigns: ``=``, ``:=``, ``:``; each alternative begins with one character, so that others are passed quickly
_ASSIGNING = expression(
    rb":(?:=|(?<!::)(?!:))"
    + _VALUE
    + rb"|=(?:(?<![=!<>+.&|~*/-]=)(?![=>~])|>)"
    + _VALUE
    + rb"|<-"
    + _VALUE
    + rb"|\#[ \t]{0,4}define[ \t]{1,8}(?P<macro>[A-Za-z_]\w{0,80})[ \t]{1,40}(?=[A-Z]?[\"'])"
)
#: what is before that, read backwards: a name, and a word before it, of which one is a type
_BACKWARDS = expression(
    rb"[ \t]{0,8}(?:[)\]][0-9]{0,5}[(\[])?\]?[\"']?(?P<last>\w{1,80})"
    rb"(?:[ \t*]{1,4}(?P<word>\w{1,80}))?(?:[&'\w<>\[\]., ?*\t]{0,40}?[ \t]{0,3}:[ \t]{0,3}(?P<typed>\w{1,80}))?"
)
_ADDED = rb"\s{0,40}(?=[\"'`$@\w])"
#: what adds to what a name stands for, in the same way
_ADDING = expression(
    rb"|".join(
        one + _ADDED
        for one in (
            rb"\+=(?!=)",
            rb"\.(?:\.?=(?!=)|(?:append|push_str|push|concat|WriteString|write|add|Append|extend)\()",
            rb"~=(?!=)",
            rb"&=(?!=)",
            rb"\|\|=(?!=)",
            rb"<(?:>=(?!=)|<(?!<))",
            rb"s(?<!\ws)trn?cat\(\s{0,9}(?P<target>[A-Za-z_]\w{0,80}),",
        )
    )
)
_ADDED_TO = expression(rb"(?<!\w)[A-Za-z_]\w{0,80}(?=\s{0,8}\Z)")


class Assignment(NamedTuple):
    """An assignment: where its value begins, and whether that is added to what was assigned before."""

    value: int
    adds: bool
    start: int


class Names:
    """The names in a part of a source."""

    def __init__(self, data: bytes, low: int, high: int) -> None:
        self.low, self.high = low, high
        self._data = data

    @cached_property
    def _assigned(self) -> dict[bytes, list[Assignment]]:
        """Name -> its assignments, in order; found when the first name is looked up: most expressions hold none."""
        data, low, high = self._data, self.low, self.high
        assigned: dict[bytes, list[Assignment]] = {}
        for found in _ASSIGNING.finditer(data, low, high):
            for name in (found["macro"],) if found["macro"] else _names_before(data, found.start(), low):
                assigned.setdefault(name, []).append(Assignment(found.end(), False, found.start()))
        for found in _ADDING.finditer(data, low, high):
            target = found["target"]
            if not target:
                named = _ADDED_TO.search(data, max(low, found.start() - _LEFT), found.start())
                target = named[0] if named else b""
            if target:
                assigned.setdefault(target, []).append(Assignment(found.end(), True, found.start()))
        for values in assigned.values():
            values.sort()
        return assigned

    @cached_property
    def _values(self) -> list[tuple[int, bytes]]:
        """Where the values of all assignments begin, and the names, in order."""
        return sorted((one.value, name) for name, values in self._assigned.items() for one in values)

    @classmethod
    def around(cls, data: bytes, at: int) -> Names:
        """Return the names in the block around an offset; both ends are those of lines."""
        low = data.rfind(b"\n", 0, max(0, at - BEFORE)) + 1 if at > BEFORE else 0
        low = max(low, at - 2 * BEFORE)
        return cls(data, low, min(len(data), at + BEHIND))

    def holds(self, at: int) -> bool:
        """Whether the block around an offset lies in this part, as far as half of its size goes."""
        return (
            self.low + (BEFORE // 2 if self.low else 0)
            <= at
            < self.high - (0 if self.high == len(self._data) else BEHIND // 2)
        )

    def values(self, name: bytes, before: int) -> list[Assignment]:
        """Return the last assignment to a name before an offset, with what was added to it since."""
        known = self._assigned.get(name, [])
        known = known[: bisect_left(known, (before,))]
        first = next((index for index in range(len(known) - 1, -1, -1) if not known[index].adds), None)
        return [] if first is None else known[first:]

    def assigned_at(self, value: int) -> list[bytes]:
        """Return the names to which the value that begins at an offset may be assigned."""
        at = bisect_left(self._values, (value,))
        return [name for start, name in self._values[at : at + _MOST_NAMES] if start == value]

    def uses(self, name: bytes, behind: int) -> list[int]:
        """Return where a name stands behind an offset, the first ones."""
        found, at = list[int](), self._data.find(name, behind, self.high)
        while at >= 0 and len(found) < MOST_USES:
            end = at + len(name)
            if not (_is_word(self._data[at - 1 : at]) or _is_word(self._data[end : end + 1])):
                found.append(at)
            at = self._data.find(name, end, self.high)
        return found


def _names_before(data: bytes, at: int, low: int) -> list[bytes]:
    """Return the words before an assignment of which one is the name that is assigned to."""
    named = _BACKWARDS.match(data[max(low, at - _LEFT) : at][::-1])
    return [one[::-1] for one in named.groups() if one] if named else []


def _is_word(character: bytes) -> bool:
    return character.isalnum() or character == b"_"
