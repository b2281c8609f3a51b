"""Find where in a text a rule could match at all: one Hyperscan database over all anchors, or plain searches.

Both return a superset of the right places; :mod:`keyguard.engine.matcher` then lets ``re`` decide, so the findings are
equal whichever of them ran (a differential test checks that).
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from keyguard.rules.anchor import Anchor

#: incremented when the meaning of a cached database changes
FORMAT = 13
#: stands between texts that are searched together: no expression matches across it
_BETWEEN = b"\n\0\n"


class Hits(NamedTuple):
    """Where something could be in a text, in no order."""

    anchors: list[tuple[int, int]]
    """Index of an anchor, and the offset of its literal."""
    places: list[tuple[int, int]]
    """Index of an expression, and the offset of the end of what it matches."""


class Prefilter(Protocol):
    """Finds anchors of rules, and places that detectors look at."""

    name: str
    reach: int
    """The length of the longest anchor minus one: the largest distance between two of its bytes."""

    def search(self, data: bytes) -> Hits:
        """Return every occurrence of an anchor and of an expression."""

    def hits(self, data: bytes) -> list[tuple[int, int]]:
        """Return (index of the anchor, offset of its literal) for every occurrence, in no order."""

    def fires(self, data: bytes) -> bool:
        """Whether there is anything."""

    def anchor_offsets(self, data: bytes) -> list[int]:
        """Return the offsets of the anchors, in no order."""


class HyperscanPrefilter:
    """All anchors in one automaton: more than a gigabyte per second, whatever their number."""

    name = "hyperscan"

    def __init__(
        self,
        anchors: tuple[Anchor, ...],
        compiled: bytes | None = None,
        widths: tuple[int, ...] = (),
        expressions: tuple[str, ...] = (),
    ) -> None:
        """For a database that is ``compiled`` already, the widths of the anchors are enough."""
        import hyperscan

        self._widths = widths or tuple(anchor.width for anchor in anchors)
        self._anchors = len(self._widths)
        self.reach = max(self._widths, default=1) - 1
        self._found: list[tuple[int, int]] = []
        self._places: list[tuple[int, int]] = []
        if compiled is not None:
            self._database = hyperscan.loadb(compiled, hyperscan.HS_MODE_BLOCK)
        else:
            self._database = _compile(hyperscan, anchors, expressions)
        self._scratch = hyperscan.Scratch(self._database)

    def dump(self) -> bytes:
        """Return the compiled database, for this version of the library on this kind of processor."""
        import hyperscan

        return bytes(hyperscan.dumpb(self._database))

    def search(self, data: bytes) -> Hits:
        """See :class:`Prefilter`."""
        # new lists each time: an interrupted search leaves hits behind
        found: list[tuple[int, int]] = []
        places: list[tuple[int, int]] = []
        self._found, self._places = found, places
        self._database.scan(data, match_event_handler=self._note, scratch=self._scratch)
        widths = self._widths
        return Hits([(anchor, end - widths[anchor]) for anchor, end in found] if found else found, places)

    def hits(self, data: bytes) -> list[tuple[int, int]]:
        """See :class:`Prefilter`."""
        return self.search(data).anchors

    def fires(self, data: bytes) -> bool:
        """See :class:`Prefilter`."""
        return any(self.search(data))

    def anchor_offsets(self, data: bytes) -> list[int]:
        """See :class:`Prefilter`."""
        return [at for _, at in self.hits(data)]

    def _note(self, number: int, start: int, end: int, flags: int, context: object) -> None:
        if number < self._anchors:
            self._found.append((number, end))
        else:
            self._places.append((number - self._anchors, end))


class PythonPrefilter:
    """``bytes.find``, literal by literal, and ``re`` for expressions, for platforms without Hyperscan."""

    name = "python"

    def __init__(self, anchors: tuple[Anchor, ...], expressions: tuple[str, ...] = ()) -> None:
        exact: dict[bytes, list[int]] = {}
        folded: dict[bytes, list[int]] = {}
        for index, anchor in enumerate(anchors):
            (folded if anchor.nocase else exact).setdefault(anchor.literal, []).append(index)
        self._exact = exact
        self._folded = folded
        self.reach = max((anchor.width for anchor in anchors), default=1) - 1
        self._tails = [tuple(frozenset(chars) for chars in anchor.tail) for anchor in anchors]
        self._expressions = [
            (number, re.compile(_bounded(part).encode(), re.IGNORECASE | re.MULTILINE))
            for number, one in enumerate(expressions)
            for part in _alternatives(one)
        ]

    def search(self, data: bytes) -> Hits:
        """See :class:`Prefilter`."""
        places = [(number, end) for number, found in self._expressions for end in _ends(found, data)]
        return Hits(self.hits(data), places)

    def hits(self, data: bytes) -> list[tuple[int, int]]:
        """See :class:`Prefilter`."""
        found: list[tuple[int, int]] = []
        for text, literals in ((data, self._exact), (data.lower() if self._folded else b"", self._folded)):
            for literal, indices in literals.items():
                at = text.find(literal)
                while at >= 0:
                    end = at + len(literal)
                    found += [(index, at) for index in indices if self._follows(data, end, index)]
                    at = text.find(literal, at + 1)
        return found

    def fires(self, data: bytes) -> bool:
        """See :class:`Prefilter`."""
        return any(self.search(data))

    def anchor_offsets(self, data: bytes) -> list[int]:
        """See :class:`Prefilter`."""
        return [at for _, at in self.hits(data)]

    def _follows(self, data: bytes, end: int, index: int) -> bool:
        tail = self._tails[index]
        return len(data) >= end + len(tail) and all(data[end + i] in chars for i, chars in enumerate(tail))


def search_each(prefilter: Prefilter, texts: Sequence[bytes]) -> dict[int, Hits]:
    """Return the index of each text with a hit -> its hits, by one search over all of them; offsets are its own.

    An anchor may begin in one text and end in the next one.
    """
    anchors, places = prefilter.search(_BETWEEN.join(texts))
    found: dict[int, Hits] = {}
    if not (anchors or places):
        return found
    starts = list(accumulate((len(text) + len(_BETWEEN) for text in texts), initial=0))
    for anchor, at in anchors:
        number = bisect_right(starts, at) - 1
        found.setdefault(number, Hits([], [])).anchors.append((anchor, at - starts[number]))
    for expression, end in places:
        number = bisect_right(starts, end - 1) - 1
        found.setdefault(number, Hits([], [])).places.append((expression, end - starts[number]))
    return found


def suspects(prefilter: Prefilter, texts: Sequence[bytes]) -> list[int]:
    """Return the indices of the texts in which there could be a hit, in order, by one search over all of them."""
    return sorted(search_each(prefilter, texts))


def _bounded(expression: str) -> str:
    """Return an expression in which no repeat of a class is unbounded: ``re`` takes quadratic time for those."""
    return re.sub(r"(?<=\])([*+])", lambda found: "{0,100}" if found[1] == "*" else "{1,100}", expression)


def _alternatives(expression: str) -> list[str]:
    """Return the expressions that one amounts to which ends with a group of alternatives.

    Hyperscan reports every end of every alternative, ``re`` that of the first one only.
    """
    cuts, open_ = list[int](), list[int]()
    for token in re.finditer(r"\\.|\[\^?(?:\\.|[^\]\\])*\]|[(|)]", expression, re.DOTALL):
        at = token.start()
        if token[0] == "(":
            open_.append(at)
        elif token[0] == ")":
            start = open_.pop()
            if not open_ and token.end() == len(expression) and expression.startswith("(?:", start):
                bounds = [start + 2, *(cut for cut in cuts if cut > start), at]
                parts = [expression[low + 1 : high] for low, high in pairwise(bounds)]
                return [f"{expression[:start]}(?:{part})" for part in parts]
        elif token[0] == "|" and len(open_) == 1:
            cuts.append(at)
    return [expression]


def _ends(expression: re.Pattern[bytes], data: bytes) -> Iterator[int]:
    """Yield where matches end that begin at different places; they may overlap."""
    found = expression.search(data)
    while found:
        yield found.end()
        found = expression.search(data, found.start() + 1)


def available() -> bool:
    """Whether Hyperscan can be imported here."""
    try:
        import hyperscan  # noqa: F401  (only asked whether it is there)
    except ImportError:
        return False
    return True


def unusable() -> type[Exception]:
    """Return the exception type that the library raises for a database that it cannot use."""
    import hyperscan

    return hyperscan.error


def library_version() -> str:
    """Return what a compiled database depends on: the library's version and the processor, as far as known."""
    import hyperscan

    machine = os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")
    version = getattr(hyperscan, "__version__", "")
    return f"{version}|{machine}|{FORMAT}"


def _compile(hyperscan: Any, anchors: tuple[Anchor, ...], expressions: tuple[str, ...]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = [hyperscan.HS_FLAG_DOTALL | (hyperscan.HS_FLAG_CASELESS if anchor.nocase else 0) for anchor in anchors]
    flags += [hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE] * len(expressions)
    database.compile(
        expressions=[*map(_expression, anchors), *expressions],
        ids=list(range(len(flags))),
        elements=len(flags),
        flags=flags,
    )
    return database


def _expression(anchor: Anchor) -> str:
    literal = _escaped(anchor.literal)
    tail = "".join(f"[{_escaped(chars)}]" for chars in anchor.tail)
    return literal + tail


def _escaped(text: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text)
