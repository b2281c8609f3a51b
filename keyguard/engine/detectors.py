"""Secrets without a vendor's format, as matches: call the finders at the places that the prefilter found.

Two rooms have finders: ``keyguard.generic`` for secrets that the syntax around them tells, and
``keyguard.credential_files`` for files with a syntax of their own, which are known by their path or by their content.
Where finders overlap the parser of a file wins, then the syntax that comes first in its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from keyguard.credential_files import table
from keyguard.credential_files.format import Format
from keyguard.generic.expressions import REACH, SYNTAXES, Finder, lines_around
from keyguard.model.finding import Match, Rule
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support import digests

if TYPE_CHECKING:
    from keyguard.generic.docstrings import Docstrings

#: incremented when finders may answer differently: results of earlier scans are cached
GENERATION = 8
#: how many surroundings of hits are remembered, most of a line or two, some of 1.2 kB
_REMEMBERED = 20_000


class _Judged(NamedTuple):
    """A secret, and the precedence of its finder: lower wins."""

    precedence: int
    secret: JudgedSecret


def expressions() -> tuple[str, ...]:
    """Return the expressions of all finders, in the order of their numbers in the prefilter."""
    return tuple(text for text, _, _ in _rows())


def stamp() -> str:
    """Return a text that changes with the expressions, and with what the finders answer."""
    return "\n".join((str(GENERATION), *expressions()))


@cache
def _rows() -> tuple[tuple[str, Format | None, int], ...]:
    """Return (expression, the format of which it is a sign, else None, number of the syntax)."""
    signs = [(text, one, 0) for one in table.FORMATS for text in one.signs]
    return *signs, *((text, None, at) for at, one in enumerate(SYNTAXES) for text in one.expressions)


@cache
def _finder(number: int) -> Finder:
    found: Finder = import_module(SYNTAXES[number].module).find
    return found


def prepare() -> None:
    """Load the finders, and have them compile the expressions that most texts need, unless the cache holds them."""
    from keyguard.cache import expressions as compiled

    if not compiled.restore():
        for module in (*(one.module for one in table.FORMATS), *(one.module for one in SYNTAXES)):
            import_module(module)
        compiled.keep()
    random = digests.new("sha256", b"prepare").hexdigest()[:40]
    forms = ("a_secret = '{}'", 'f(password="{}")', "token: {} # x", 'curl -u me:{} "x"', "x: Bearer {}", "mysql -p{} ")
    for text in (f"{form.format(random)}\n".encode() for form in forms):
        for number in range(len(SYNTAXES)):
            for end, path in product(range(len(text) - 4, len(text) + 1), (b"", b"a.py")):
                list(_finder(number)(text, end, path))


class Detectors:
    """The finders, with the rules of a run."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        from keyguard.cache.expressions import restore

        restore()
        self._numbers = {rule.id: number for number, rule in enumerate(rules) if rule.detector}
        #: (syntax, where the hit ends, the text around it) -> secrets, with offsets from there
        self._around: dict[tuple[int, int, bytes], tuple[JudgedSecret, ...]] = {}
        #: the text that was looked at last, and its docstrings
        self._docstrings: tuple[bytes, Docstrings] | None = None

    def find(self, data: bytes, places: Sequence[tuple[int, int]], path: bytes) -> list[Match]:
        """Return the secrets of a text, sorted and disjoint.

        ``places`` are the prefilter's; ``path`` is empty as long as it is not known, and then the finders are generous:
        what they find is judged again under each path.
        """
        found = [*self._parsed(data, places, path), *self._at_places(data, places, path)]
        return [self._match(data, one) for one in _disjoint(found) if one.rule in self._numbers] if found else []

    def promising(self, data: bytes, places: Sequence[tuple[int, int]]) -> bool:
        """Return whether there could be a secret in a text of which ``data`` is an excerpt with these places.

        The sign of a format is enough: its parser needs the whole text.
        """
        return self.has_sign(places) or any(True for _ in self._at_places(data, places, b""))

    def has_sign(self, places: Iterable[tuple[int, int]]) -> bool:
        """Return whether a place is the sign of a format."""
        rows = _rows()
        return any(rows[number][1] for number, _ in places)

    def _parsed(self, data: bytes, places: Iterable[tuple[int, int]], path: bytes) -> Iterator[_Judged]:
        """Yield what the parsers of the formats find that the content or the path tells: a sign is more specific.

        What is quoted in a program is of medium confidence, and comes after everything else.
        """
        rows, named = _rows(), table.named(path) if path else ()
        numbers = dict.fromkeys(number for number, _ in places)
        signed = (format for number in numbers if (format := rows[number][1]) is not None)
        for one in dict.fromkeys((*signed, *named)):
            found = _without_translations(one.find(data, path, one in named), data, path)
            if one not in named and one.is_quoted_in(path):
                lowered = (secret._replace(confidence=Confidence.MEDIUM) for secret in found)
                yield from (_Judged(len(SYNTAXES), secret) for secret in lowered)
            else:
                yield from (_Judged(-1, secret) for secret in found)

    def _at_places(self, data: bytes, places: Iterable[tuple[int, int]], path: bytes) -> Iterator[_Judged]:
        """Yield what the finders of the syntaxes find; in binary data, what looks like an assignment is none."""
        if not places or b"\0" in data:
            return
        rows = _rows()
        for number, end in dict.fromkeys(places):
            _, format, syntax = rows[number]
            if format is not None:
                continue
            if path:
                for one in _finder(syntax)(data, end, path):
                    yield _Judged(syntax, self._marked(data, one, path))
            else:
                for one in self._remembered(data, syntax, end):
                    yield _Judged(syntax, one)

    def _marked(self, data: bytes, one: JudgedSecret, path: bytes) -> JudgedSecret:
        """Return a secret, marked if it expires, or stands in a comment or a docstring, whatever its syntax."""
        from keyguard.generic.docstrings import Docstrings
        from keyguard.generic.lines import is_comment
        from keyguard.generic.signed_addresses import is_in_signed_address

        if not one.weak and is_in_signed_address(data, one.start, one.end):
            return one._replace(weak=True, reasons=(*one.reasons, "in a signed address, which expires"))
        aside = one.comment or is_comment(data, one.start, path)
        if not aside and path.endswith(b".py"):
            if self._docstrings is None or self._docstrings[0] is not data:
                self._docstrings = data, Docstrings(data)
            aside = self._docstrings[1].hold(one.start)
        return one._replace(comment=True) if aside and not one.comment else one

    def _remembered(self, data: bytes, syntax: int, end: int) -> Iterable[JudgedSecret]:
        """Return what a finder finds in a text without a path: the same lines are in many versions of a file."""
        if SYNTAXES[syntax].reads_lines:
            low, high = lines_around(data, end)
        else:
            low, high = max(0, end - REACH), end + REACH
        around = syntax, end - low, data[low:high]
        known = self._around.get(around)
        if known is None:
            found = tuple(_finder(syntax)(data, end, b""))
            if all(low <= one.start and one.end <= high for one in found):
                if len(self._around) >= _REMEMBERED:
                    self._around.clear()
                self._around[around] = tuple(_moved(one, -end) for one in found)
            return found
        return [_moved(one, end) for one in known] if known else known

    def _match(self, data: bytes, one: JudgedSecret) -> Match:
        secret = data[one.start : one.end]
        rules = (self._numbers[one.rule],)
        return Match(one.start, one.end, one.start, secret, rules, one.start, one.end, judged=one)


def _without_translations(found: Iterable[JudgedSecret], data: bytes, path: bytes) -> Iterable[JudgedSecret]:
    """Return the secrets without the texts of a translation: in a folder of languages ``settings.php`` has names."""
    from keyguard.generic.assignments.file_kinds import file_kind

    if not path or not file_kind(path).is_translation:
        return found
    return (one for one in found if any(48 <= byte <= 57 for byte in data[one.start : one.end]))


def _moved(one: JudgedSecret, distance: int) -> JudgedSecret:
    return JudgedSecret(one.start + distance, one.end + distance, *one[2:])


def _disjoint(found: Iterable[_Judged]) -> list[JudgedSecret]:
    """Return the secrets in order; of those that overlap, the one with the best finder, then the longest."""
    kept: list[_Judged] = []
    for one in sorted(dict.fromkeys(found), key=_order):
        while kept and kept[-1].secret.end > one.secret.start and _better(one, kept[-1]):
            kept.pop()
        if not kept or kept[-1].secret.end <= one.secret.start:
            kept.append(one)
    return [one.secret for one in kept]


def _order(one: _Judged) -> tuple[int, int, int]:
    return one.secret.start, -one.secret.end, one.precedence


def _better(one: _Judged, other: _Judged) -> bool:
    length, others = (each.secret.end - each.secret.start for each in (one, other))
    return (one.precedence, -length) < (other.precedence, -others)
