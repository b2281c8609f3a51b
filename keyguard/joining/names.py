"""What names stand for in a part of a source: the assignments and the uses of each, found once."""

from __future__ import annotations

from bisect import bisect_left
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
_NAME = expression(rb"[A-Za-z_]\w{0,80}")
#: what assigns: ``=``, ``:=``, ``:``, and what a value begins with
_ASSIGNING = expression(
    rb"(?::=|<-|(?<![=!<>+.&|~*/-])=(?![=>~])|=>|(?<!:):(?!:))\s{0,60}(?=[\"'`\[({$@]|[A-Za-z0-9_+/=-])"
    rb"|\#[ \t]{0,4}define[ \t]{1,8}(?P<macro>[A-Za-z_]\w{0,80})[ \t]{1,40}(?=[A-Z]?[\"'])"
)
#: the name before that, with a type on either side of it
_BEFORE_IT = expression(
    rb"(?<!\w)(?:(?P<other>[A-Za-z_@][\w<>\[\]*.]{0,40})(?:\([0-9]{1,5}\))?[ \t]{1,4})?(?P<name>[A-Za-z_]\w{0,80})"
    rb"[\"']?\]?(?:\[[0-9]{0,5}\]|[ \t]{1,4}[A-Z]\w{0,20}\([0-9]{1,5}\)"
    rb"|[ \t]{0,3}:[ \t]{0,3}[&'\w<>\[\]. ?*]{1,40})?[ \t]{0,8}\Z"
)
#: an assignment that adds to what a name stands for
_ADDED = expression(
    rb"(?P<name>[A-Za-z_]\w{0,80})\s{0,8}(?:(?:\+|\.|\.\.|~|&|\|\||<>)=|<<(?!<)|"
    rb"\.(?:append|push_str|push|concat|WriteString|write|add|Append|extend)\()\s{0,40}(?=[\"'`$@\w])"
    rb"|\b(?:strcat|strncat)\(\s{0,9}(?P<target>[A-Za-z_]\w{0,80}),\s{0,40}"
)


class Assignment(NamedTuple):
    """An assignment: where its value begins, and whether that is added to what was assigned before."""

    value: int
    adds: bool
    start: int


class Names:
    """The names in a part of a source."""

    def __init__(self, data: bytes, low: int, high: int) -> None:
        self.low, self.high = low, high
        self._assigned: dict[bytes, list[Assignment]] = {}
        for found in _ASSIGNING.finditer(data, low, high):
            named = None if found["macro"] else _BEFORE_IT.search(data, max(low, found.start() - _LEFT), found.start())
            for name in filter(None, (named["name"], named["other"]) if named else (found["macro"],)):
                self._assigned.setdefault(name.lstrip(b"@"), []).append(Assignment(found.end(), False, found.start()))
        for found in _ADDED.finditer(data, low, high):
            name = found["name"] or found["target"]
            self._assigned.setdefault(name, []).append(Assignment(found.end(), True, found.start()))
        for values in self._assigned.values():
            values.sort()
        self._values = sorted((one.value, name) for name, values in self._assigned.items() for one in values)
        self._uses: dict[bytes, list[int]] | None = None
        self._data = data

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
        if self._uses is None:
            self._uses = {}
            for found in _NAME.finditer(self._data, self.low, self.high):
                self._uses.setdefault(found[0], []).append(found.start())
        places = self._uses.get(name, [])
        at = bisect_left(places, behind)
        return places[at : at + MOST_USES]
