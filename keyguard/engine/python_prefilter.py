"""The prefilter for platforms without Hyperscan."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from keyguard.decoding.encoded_anchors import NONE, EncodedAnchors, with_codes
from keyguard.engine.prefilter import Hits, offsets
from keyguard.joining.signs import JOINT, ONE_JOINT
from keyguard.rules.anchor import Anchor

#: characters of an encoded anchor by which it is searched for
_BEGIN = 3


class PythonPrefilter:
    """``bytes.find``, literal by literal, and ``re`` for expressions."""

    name = "python"

    def __init__(
        self,
        anchors: tuple[Anchor, ...],
        expressions: tuple[str, ...] = (),
        encoded: EncodedAnchors = NONE,
        signs: Sequence[tuple[int, str]] = (),
    ) -> None:
        exact: dict[bytes, list[int]] = {}
        folded: dict[bytes, list[int]] = {}
        for index, anchor in enumerate(anchors):
            (folded if anchor.nocase else exact).setdefault(anchor.literal, []).append(index)
        self._exact = exact
        self._folded = folded
        self.reach = max((anchor.width for anchor in anchors), default=1) - 1
        self._tails = [tuple(frozenset(chars) for chars in anchor.tail) for anchor in anchors]
        self._expressions = _compiled(enumerate(expressions))
        joints = [(JOINT, ONE_JOINT)] if any(kind == JOINT for kind, _ in signs) else []
        self._signs = _compiled([*joints, *(sign for sign in signs if sign[0] != JOINT)])
        self._encoded = dict(zip(encoded.literals, encoded.kinds, strict=True))
        self._sizes = sorted({len(literal) for literal in encoded.literals})
        begins = {re.escape(literal[:_BEGIN]) for literal in encoded.literals}
        self._starts = re.compile(b"(?=%b)" % b"|".join(sorted(begins)))
        self._coded = [
            (kind, re.compile(text.encode(), re.DOTALL))
            for text, kind in zip(encoded.expressions, encoded.kinds_of_expressions, strict=True)
        ]

    def search(self, data: bytes) -> Hits:
        """See :class:`Prefilter`."""
        places = [(number, end) for number, found in self._expressions for end in _ends(found, data)]
        joins = [(kind, end) for kind, found in self._signs for end in _ends(found, data)]
        return Hits(self._anchors_in(data), places, with_codes(data, self._encoded_in(data)), joins)

    def _encoded_in(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield kind and end of each encoded anchor; the first two bytes tell that most places have none."""
        known, sizes = self._encoded, self._sizes
        for start in self._starts.finditer(data) if known else ():
            at = start.start()
            for size in sizes:
                literal = data[at : at + size]
                kind = known.get(literal) if len(literal) == size else None
                if kind is not None:
                    yield kind, at + size
        for kind, expression in self._coded:
            yield from ((kind, end) for end in _ends(expression, data))

    def hits(self, data: bytes) -> list[tuple[int, int]]:
        """See :class:`Prefilter`."""
        return self._anchors_in(data)

    def _anchors_in(self, data: bytes) -> list[tuple[int, int]]:
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
        return offsets(self.search(data)._replace(places=[]))

    def _follows(self, data: bytes, end: int, index: int) -> bool:
        tail = self._tails[index]
        return len(data) >= end + len(tail) and all(data[end + i] in chars for i, chars in enumerate(tail))


def _compiled(expressions: Iterable[tuple[int, str]]) -> list[tuple[int, re.Pattern[bytes]]]:
    return [
        (number, re.compile(_bounded(part).encode(), re.IGNORECASE | re.MULTILINE))
        for number, one in expressions
        for part in _alternatives(one)
    ]


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
