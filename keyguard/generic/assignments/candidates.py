"""The names and values that a syntax joins, read at the places that the prefilter found.

One line is read, or two where a value follows its name in the next one; at most ``REACH`` bytes before a hit and some
after it, so that the cost of a hit does not depend on the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.generic.assignments.file_kinds import FileKind, file_kind
from keyguard.generic.expressions import BEHIND, REACH
from keyguard.support.regex import expression

_LONGEST_NAME = 60

#: the same words as in the prefilter; grouped by their first letters, since ``re`` skips on these
_STEM = expression(
    r"p(?:ass|wd|sw|arol)|s(?:ecret|enha|alt|eed)|t(?:oken|icket)|k(?:ey|ennwort)|auth|c(?:red|ontrase)|otp|motdepasse"
    r"|wachtwoord|_p(?:w|in)|identified[ \t]+by|пароль|密码|口令|暗証"
)
_REST = expression(r"[\w\-]{0,40}(?:\.[\w\-]{1,40}){0,3}(?:\[\d{1,3}\])?")

_CLOSED = r"\\?[\"'`]?[\])]{0,2}"
_PAIR = expression(
    _CLOSED
    + r"[ \t]{0,24}(?P<op>"
    + r":[ \t]?[\w&*][\w.<>\[\]?&]{0,24}[ \t]?=(?![=>])|:=|=>|->|\?\?=?|\|\|=?|===?|!==?|\+=|[:=])[ \t]{0,24}"
)
_CALL = expression(_CLOSED + r"[ \t]?\([ \t]{0,8}")
_COMMA = expression(r"\\?[\"'`]\)?[ \t]?,[ \t]{0,8}")
_ATTRIBUTE = expression(r"[\"'][ \t]+(?:value|content)[ \t]*=[ \t]*(?=[\"'])", re.IGNORECASE)
_NAMED = expression(
    r"[\"']?[ \t]{0,128}(?:,[ \t]{0,24})?(?:(?:\r\n?|\n)[ \t]{0,80})?[\"']?value[\"']?[ \t]{0,24}[:=][ \t]{0,24}",
    re.IGNORECASE,
)
_ELEMENT = expression(r">(?=[^<>\s]+</)")
_SPACE = expression(r"[ \t]{1,24}")
_SQL_PREFIX = expression(r"[ \t]+(?:password[ \t]+)?")

_QUOTED = expression(
    r"(?P<wrap>(?:[\w.&:\[\]*]{0,24}[({\[][ \t]?)?)(?P<prefix>[bruBRUfLN@]{0,2})(?P<quote>\\?[\"'`])"
    r"(?P<value>(?:(?!(?P=quote))(?:[^\n\\]|\\[^\n])){1,400})(?P=quote)"
)
_BARE = expression(r"[^\s\"'`,;(){}\[\]<>|&\\][^\s\"'`,;<>|&\\]{0,300}")
_ELEMENT_TEXT = expression(r"[^<>\s]{1,300}")
_VALUE_LINE = expression(rb"[ \t]*[\"']?value[\"']?[ \t]*[:=]", re.IGNORECASE)
_SQL_BEFORE = expression(r"user|grant|alter|create|role|login", re.IGNORECASE)
_PUNCTUATION = " \t\r\n\"'`\\<>/;&#,)"
_OPENING = {")": "(", "}": "{", "]": "["}


class Candidate(NamedTuple):
    """A name and a value that a syntax joins."""

    name: str
    value: str
    kind: str
    """``pair``, ``call``, ``argument`` (after a name), ``attribute``, ``element``, ``named``, ``option``, ``sql``."""
    operator: str
    quote: str
    """As it is written, with its backslash; empty for a value without."""
    wrap: str
    """What is called with the value: ``Some(``; empty if nothing is."""
    start: int
    end: int
    """Span of the value in the text, in bytes."""
    line: str
    """The line as far as it is read."""
    name_at: int
    value_at: int
    """Offsets in ``line``."""
    in_string: bool
    """Whether the name stands in a string that is open where it begins."""
    file: FileKind

    @property
    def before(self) -> str:
        """What stands before the name in its line, at most 60 characters."""
        return self.line[max(0, self.name_at - 60) : self.name_at].rpartition("\n")[2]

    @property
    def after(self) -> str:
        """What stands after the value, closing quote included, at most 8 characters."""
        end = self.value_at + len(self.value)
        return self.line[end : end + 8]


def read(data: bytes, end: int, path: bytes) -> Candidate | None:
    """Return the candidate whose value is closed at an offset; None if the hit turns out to be none."""
    found = None
    window = _Window(data, end)
    for one in window.candidates(path):
        closing = window.text[one.value_at + len(one.value) : window.hit]
        if one.value_at < window.hit and not closing.strip(_PUNCTUATION):
            found = one
    return found


def read_line(data: bytes, start: int, stop: int, path: bytes) -> Iterator[Candidate]:
    """Yield the candidates whose values lie within a line, whether the prefilter reports them or not."""
    for at in range(start, max(stop, start + 1), REACH):
        for one in _Window(data, min(at + REACH, stop)).candidates(path):
            if at <= one.start < min(at + REACH, stop):
                yield one


class _Window:
    """The text around a hit: from the line's beginning to a little after the hit."""

    def __init__(self, data: bytes, end: int) -> None:
        at = end - 1 if data[end - 1 : end] == b"\n" else end
        first = max(0, at - REACH)
        start = data.rfind(b"\n", first, at) + 1 or first
        if start > 1 and _VALUE_LINE.match(data, start, at):
            before = max(0, start - REACH)
            at_break = data.rfind(b"\n", before, start - 1) + 1
            start = start if before and not at_break else at_break
        stop = data.find(b"\n", at, at + BEHIND)
        if stop < 0:
            stop = min(len(data), at + BEHIND)
        raw = data[start:stop]
        self._start = start
        self._is_ascii = raw.isascii()
        self.text = raw.decode("ascii") if self._is_ascii else raw.decode("utf-8", "surrogateescape")
        self.hit = at - start if self._is_ascii else len(raw[: at - start].decode("utf-8", "surrogateescape"))

    def candidates(self, path: bytes) -> Iterator[Candidate]:
        """Yield what is joined in the window, from left to right."""
        file, text, read_to = file_kind(path), self.text, 0
        lowered = text.lower()
        if len(lowered) != len(text):  # a letter whose small form is longer
            lowered = text
        for stem in _STEM.finditer(lowered):
            if stem.start() >= read_to:
                begin = _name_start(text, stem.start())
                stop = _rest_end(text, stem.end())
                read_to = stop
                found = self._joined(lowered, begin, stop, stem[0].startswith("identified"))
                if found is not None:
                    yield self._candidate(text[begin:stop], begin, found, file)

    def _joined(self, lowered: str, begin: int, stop: int, sql: bool) -> _Joint | None:
        """Return what is joined to the name at a span."""
        text = self.text
        if sql:
            return _sql_value(text, begin, stop)
        for kind, pattern in _JOINTS:
            joint = pattern.match(text, stop)
            if joint:
                operator = _operator(joint) if kind == "pair" else kind
                found = _value_at(text, joint.end(), kind, operator)
                if found is not None or kind == "pair":
                    return found
        if text[begin : begin + 1] == "-" and (space := _SPACE.match(text, stop)):
            return _value_at(text, space.end(), "option", " ")
        if lowered[begin:stop] == "password":
            return _sql_value(text, begin, stop)
        return None

    def _candidate(self, name: str, begin: int, found: _Joint, file: FileKind) -> Candidate:
        before = self.text[max(0, begin - 200) : begin].rpartition("\n")[2]
        in_string = _is_open(before)
        if in_string and found.quote and before[-1:] in "\"'`":  # the quote is the name's
            in_string = False
        at, size = found.at, len(found.value)
        start = self._offset(at)
        end = start + size if self._is_ascii else self._offset(at + size)
        return Candidate(
            name.strip(".-$"), found.value, found.kind, found.operator, found.quote, found.wrap, start, end,
            self.text, begin, at, in_string, file,
        )  # fmt: skip

    def _offset(self, at: int) -> int:
        """Return the offset in bytes of the whole text."""
        size = at if self._is_ascii else len(self.text[:at].encode("utf-8", "surrogateescape"))
        return self._start + size


class _Joint(NamedTuple):
    """A value, and how it is joined to a name."""

    value: str
    at: int
    kind: str
    operator: str
    quote: str = ""
    wrap: str = ""


_JOINTS = (
    ("pair", _PAIR),
    ("attribute", _ATTRIBUTE),
    ("named", _NAMED),
    ("argument", _COMMA),
    ("call", _CALL),
    ("element", _ELEMENT),
)


def _name_start(text: str, stem: int) -> int:
    """Return where the name begins that contains a stem."""
    first = max(0, stem - _LONGEST_NAME)
    at = stem
    while at > first and (text[at - 1].isalnum() or text[at - 1] in "_.$-"):
        at -= 1
    return at


def _rest_end(text: str, stem_end: int) -> int:
    rest = _REST.match(text, stem_end)
    return rest.end() if rest else stem_end


def _operator(joint: re.Match[str]) -> str:
    operator = joint["op"]
    return ":T=" if operator[0] == ":" and len(operator) > 2 else operator


def _value_at(text: str, at: int, kind: str, operator: str) -> _Joint | None:
    """Return the value that begins at an offset."""
    if kind == "element":
        found = _ELEMENT_TEXT.match(text, at)
        return _Joint(found[0], at, kind, operator) if found else None
    quoted = _QUOTED.match(text, at)
    if quoted:
        return _Joint(quoted["value"], quoted.start("value"), kind, operator, quoted["quote"], quoted["wrap"].strip())
    bare = _BARE.match(text, at) if kind in ("pair", "option", "named", "sql") else None
    if bare is None or bare[0].startswith("//"):
        return None
    value = _without_closing(bare[0])
    return _Joint(value, at, kind, operator) if value else None


def _without_closing(value: str) -> str:
    """Return a bare value without the brackets at its end that it did not open, and without a sentence's end."""
    while value and (value[-1] in ".:" or (value[-1] in _OPENING and _OPENING[value[-1]] not in value)):
        value = value[:-1]
    return value


def _sql_value(text: str, begin: int, stop: int) -> _Joint | None:
    """Return the password of ``IDENTIFIED BY`` or ``PASSWORD`` in a statement about users."""
    if not _SQL_BEFORE.search(text, max(0, begin - 160), begin):
        return None
    space = _SQL_PREFIX.match(text, stop)
    return _value_at(text, space.end(), "sql", " ") if space else None


def _is_open(before: str) -> bool:
    """Whether a string is open at the end of a text that begins a line."""
    if (before.count('"') - before.count('\\"')) % 2 or before.count("`") % 2:
        return True
    return bool(before.count("'") % 2) and not re.search(r"\w'\w{0,40}$", before)
