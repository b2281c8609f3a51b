"""Find where in a text a rule could match at all: by Hyperscan, or where that is not there by plain searches.

Both return a superset of the right places; :mod:`keyguard.engine.matcher` then lets ``re`` decide, so the findings are
equal whichever of them ran (a differential test checks that).
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from keyguard.decoding.encoded_anchors import NONE, EncodedAnchors, with_codes

if TYPE_CHECKING:
    from keyguard.rules.anchor import Anchor

#: incremented when the meaning of a cached database changes
FORMAT = 28
#: the numbers of signs in the database: from here on, in the order of their kinds
_SIGNS = 1 << 20
#: stands between texts that are searched together: no expression matches across it
_BETWEEN = b"\n\0\n"


class Hits(NamedTuple):
    """Where something could be in a text, in no order."""

    anchors: list[tuple[int, int]]
    """Index of an anchor, and the offset of its literal."""
    places: list[tuple[int, int]]
    """Index of an expression, and the offset of the end of what it matches."""
    encoded: list[tuple[int, int]] = []  # noqa: RUF012  (of a tuple; nobody changes it)
    """Kind of an anchor in an encoded form, and the offset of its end."""
    joins: list[tuple[int, int]] = []  # noqa: RUF012
    """Kind of a sign that a text is put together from pieces, and the offset of its end."""


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
        """Return the offsets of the anchors, as they are or encoded, in no order."""


class HyperscanPrefilter:
    """All anchors in one automaton: more than a gigabyte per second, whatever their number."""

    name = "hyperscan"

    def __init__(
        self,
        anchors: tuple[Anchor, ...],
        compiled: tuple[bytes, bytes] | None = None,
        widths: tuple[int, ...] = (),
        expressions: tuple[str, ...] = (),
        encoded: EncodedAnchors = NONE,
        signs: Sequence[tuple[int, str]] = (),
    ) -> None:
        """For databases that are ``compiled`` already, the widths of the anchors and the kinds of hits are enough."""
        import hyperscan

        self._widths = widths or tuple(anchor.width for anchor in anchors)
        self._anchors, self._coded = len(self._widths), len(self._widths) + len(encoded.kinds_of_expressions)
        self._kinds, self._kinds_of_expressions = encoded.kinds, encoded.kinds_of_expressions
        self.reach = max(self._widths, default=1) - 1
        self._found: list[tuple[int, int]] = []
        self._places: list[tuple[int, int]] = []
        self._codes: list[tuple[int, int]] = []
        self._joins: list[tuple[int, int]] = []
        self._database: Any
        self._encoded: Any = None
        if compiled is not None:
            self._database, self._encoded = (one and hyperscan.loadb(one, hyperscan.HS_MODE_BLOCK) for one in compiled)
        else:
            self._database = _compile(hyperscan, anchors, encoded.expressions, expressions, signs)
            self._encoded = _compile_literals(hyperscan, encoded.literals) if encoded.literals else None
        self._scratch = hyperscan.Scratch(self._database)
        self._scratch_of_encoded = hyperscan.Scratch(self._encoded) if self._encoded else None

    def dump(self) -> tuple[bytes, bytes]:
        """Return the compiled databases, for this version of the library on this kind of processor."""
        import hyperscan

        found, codes = (bytes(hyperscan.dumpb(one)) if one else b"" for one in (self._database, self._encoded))
        return found, codes

    def search(self, data: bytes) -> Hits:
        """See :class:`Prefilter`."""
        # new lists each time: an interrupted search leaves hits behind
        found: list[tuple[int, int]] = []
        places: list[tuple[int, int]] = []
        encoded: list[tuple[int, int]] = []
        joins: list[tuple[int, int]] = []
        self._found, self._places, self._codes, self._joins = found, places, encoded, joins
        self._database.scan(data, match_event_handler=self._note, scratch=self._scratch)
        if self._encoded:
            self._encoded.scan(data, match_event_handler=self._note_encoded, scratch=self._scratch_of_encoded)
        if encoded:
            encoded = with_codes(data, encoded)
        widths = self._widths
        anchors = [(anchor, end - widths[anchor]) for anchor, end in found] if found else found
        return Hits(anchors, places, encoded, joins)

    def hits(self, data: bytes) -> list[tuple[int, int]]:
        """See :class:`Prefilter`."""
        found: list[tuple[int, int]] = []
        self._found, self._places, self._codes, self._joins = found, [], [], []
        self._database.scan(data, match_event_handler=self._note, scratch=self._scratch)
        return [(anchor, end - self._widths[anchor]) for anchor, end in found]

    def fires(self, data: bytes) -> bool:
        """See :class:`Prefilter`."""
        return any(self.search(data))

    def anchor_offsets(self, data: bytes) -> list[int]:
        """See :class:`Prefilter`."""
        return offsets(self.search(data)._replace(places=[]))

    def _note(self, number: int, start: int, end: int, flags: int, context: object) -> None:
        if number < self._anchors:
            self._found.append((number, end))
        elif number < self._coded:
            self._codes.append((self._kinds_of_expressions[number - self._anchors], end))
        elif number < _SIGNS:
            self._places.append((number - self._coded, end))
        else:
            self._joins.append((number - _SIGNS, end))

    def _note_encoded(self, number: int, start: int, end: int, flags: int, context: object) -> None:
        self._codes.append((self._kinds[number], end))


def search_each(prefilter: Prefilter, texts: Sequence[bytes]) -> dict[int, Hits]:
    """Return the index of each text with a hit -> its hits, by one search over all of them; offsets are its own.

    An anchor may begin in one text and end in the next one.
    """
    found = prefilter.search(_BETWEEN.join(texts))
    each: dict[int, Hits] = {}
    if not any(found):
        return each
    starts = list(accumulate((len(text) + len(_BETWEEN) for text in texts), initial=0))
    for kind, hits in enumerate(found):
        last = int(kind > 0)  # these are known by their ends
        for number, at in hits:
            index = bisect_right(starts, at - last) - 1
            offset = at - starts[index]
            if offset <= len(texts[index]):  # not the line that ends only because another text follows
                each.setdefault(index, Hits([], [], [], []))[kind].append((number, offset))
    return each


def suspects(prefilter: Prefilter, texts: Sequence[bytes]) -> list[int]:
    """Return the indices of the texts in which there could be a hit, in order, by one search over all of them."""
    return sorted(search_each(prefilter, texts))


def offsets(hits: Hits) -> list[int]:
    """Return the places of hits, in no order."""
    return [at for _, at in hits.anchors] + [end - 1 for _, end in (*hits.places, *hits.encoded, *hits.joins)]


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


def _compile(
    hyperscan: Any,
    anchors: tuple[Anchor, ...],
    coded: tuple[str, ...],
    expressions: tuple[str, ...],
    signs: Sequence[tuple[int, str]],
) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = [hyperscan.HS_FLAG_DOTALL | (hyperscan.HS_FLAG_CASELESS if anchor.nocase else 0) for anchor in anchors]
    flags += [hyperscan.HS_FLAG_DOTALL] * len(coded)
    flags += [hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE] * (len(expressions) + len(signs))
    database.compile(
        expressions=[*map(_expression, anchors), *coded, *expressions, *(text for _, text in signs)],
        ids=[*range(len(flags) - len(signs)), *(_SIGNS + kind for kind, _ in signs)],
        elements=len(flags),
        flags=flags,
    )
    return database


def _compile_literals(hyperscan: Any, literals: tuple[bytes, ...]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(literals)
    # with one number for each it takes a twentieth of the time that it takes with one for each kind
    numbers, flags = list(range(count)), [0] * count
    database.compile(expressions=[*literals], ids=numbers, elements=count, flags=flags, literal=True)
    return database


def _expression(anchor: Anchor) -> str:
    literal = _escaped(anchor.literal)
    tail = "".join(f"[{_escaped(chars)}]" for chars in anchor.tail)
    return literal + tail


def _escaped(text: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text)
