"""Quoted strings that PHP, Python and Ruby files assign to names and keys.

The text is split into tokens and brackets are followed; nothing is evaluated. ``$db['default'] = ['password' => 'x']``,
``DATABASES = {"default": {"PASSWORD": "x"}}``, ``config.secret_key = "x"``, ``define('KEY', 'x')`` and the default of
``os.environ.get("KEY", "x")`` each give the whole path of keys and the span of ``x``. A string that is only a part of
an expression (joined, formatted, passed to another function) is left out. Names lose their sigils: ``$a->b`` is
``a``, ``b``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from keyguard.credential_files.syntax.entry import DEEPEST, Entry
from keyguard.support.regex import expression

#: a quoted string ends on its line; one that does not is read up to there, so that each byte is looked at once
_QUOTED = rb"""'(?P<single>(?:[^'\\\n]|\\[^\n])*)'|"(?P<double>(?:[^"\\\n]|\\[^\n])*)"|['"][^\n]*"""
_TRIPLE = rb"[rRbBuUfF]{0,2}(?:\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*(?:\"\"\")?|'''(?:[^'\\]|\\.|'(?!''))*(?:''')?)"
_BLOCK_COMMENT = rb"/\*(?:[^*]|\*(?!/))*(?:\*/)?"
_NAME = rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*"
_PARTS = expression(r"\.|::|\??->|&\.")
_ESCAPE = expression(r"\\(.)")
_ASSIGNS = expression(rb"['\"]")

#: functions whose further arguments are what the key on the left, or the name in the first argument, is set to
_SETTERS = frozenset(
    (
        "define",
        "env",
        "getenv",
        "get",
        "fetch",
        "config",
        "setdefault",
        "set",
        "setparameter",
        "str",
        "setting",
        "field",
    )
)
#: words before a value, not names of one
_KEYWORDS = frozenset(
    (b"return", b"and", b"not", b"in", b"new", b"then", b"else", b"lambda", b"yield", b"if", b"unless")
)
#: tokens after which a string before them is the whole value
_ENDS = frozenset(("comma", "close", "stop", "newline", "otherwise"))
#: the same, of kinds that go on with an expression otherwise: methods that leave a string what it is, and conditions
_AFTER = {"method": frozenset(b"freeze encode strip to_s dup".split()), "name": frozenset((b"if", b"unless"))}


class Language(NamedTuple):
    """What distinguishes one language from the others."""

    tokens: re.Pattern[bytes]
    lines: int
    """Down to which depth of brackets, the file itself being 1, the end of a line ends a statement."""
    annotated: bool = False
    """Whether a colon outside of brackets stands before a type."""


def _language(
    lines: int, *, comment: bytes, string: bytes, separator: bytes, method: bytes, name: bytes, annotated: bool = False
) -> Language:
    """Return a language whose tokens are the alternatives given, tried in this order."""
    groups = (
        (b"comment", comment),
        (b"other", _TRIPLE if annotated else rb"(?!)"),
        (b"string", string),
        (b"continuation", rb"\\\r?\n"),
        (b"otherwise", rb"\|\|(?!=)|\?\?(?!=)|\?:|\bor\b"),
        (b"operator", rb"[=!<>]==?|[<>]=|[-+*/.%&^]=|=~|&&"),
        (b"separator", separator),
        (b"method", method),
        (b"name", name),
        (b"open", rb"[(\[{]"),
        (b"close", rb"[)\]}]"),
        (b"comma", rb","),
        (b"stop", rb";"),
        (b"newline", rb"\n"),
        (b"rest", rb"[^\s\w]|\d[\w.]*"),
    )
    return Language(expression(b"|".join(b"(?P<%s>%s)" % group for group in groups), re.DOTALL), lines, annotated)


PHP = _language(
    0,
    comment=rb"//[^\n]*|#(?!\[)[^\n]*|" + _BLOCK_COMMENT,
    string=_QUOTED,
    separator=rb"=>|\?\?=|=(?!=)",
    method=rb"(?!)",
    name=rb"\$*" + _NAME + rb"(?:(?:::|\??->)\$?" + _NAME + rb")*",
)
PYTHON = _language(
    1,
    comment=rb"#[^\n]*",
    string=rb"[rRbBuU]{0,2}(?:" + _QUOTED + rb")",
    separator=rb":=|:|=(?!=)",
    method=rb"\." + _NAME,
    name=rb"@?" + _NAME + rb"(?:\." + _NAME + rb")*",
    annotated=True,
)
RUBY = _language(
    DEEPEST,
    comment=rb"#(?!\{)[^\n]*",
    string=_QUOTED,
    separator=rb"=>|\|\|=|=(?!=)|:(?=[\s'\"])",
    method=rb"&?\." + _NAME,
    name=rb":?@{0,2}" + _NAME + rb"(?:(?:::|&?\.)" + _NAME + rb")*",
)


def entries(data: bytes, language: Language) -> Iterator[Entry]:
    """Yield every string of the text that is assigned to a key, those in comments too; in linear time."""
    yield from _entries(data, language, 0, len(data), comment=False)


def _entries(data: bytes, language: Language, start: int, end: int, *, comment: bool) -> Iterator[Entry]:
    reader = _Reader(language, comment)
    for token in language.tokens.finditer(data, start, end):
        kind = token.lastgroup
        if kind == "comment":
            if not comment and _ASSIGNS.search(token[0]):
                yield from _entries(data, language, token.start() + 1, token.end(), comment=True)
        elif kind != "continuation":
            yield from reader.take(str(kind), token)
    yield from reader.release()


@dataclass
class _Frame:
    """An open bracket, or the file itself."""

    group: int = 0
    prefix: tuple[str, ...] = ()
    #: the key of the bracket as a whole
    outer: tuple[str, ...] = ()
    #: name of the function whose arguments stand in it, in lower case
    callee: str = ""
    subscript: bool = False
    listed: bool = False
    #: the key that is being set, () while there is none
    key: tuple[str, ...] = ()
    #: the string that is the first argument
    first: str = ""
    arguments: int = 0


@dataclass
class _Reader:
    """The state between two tokens."""

    language: Language
    comment: bool
    frames: list[_Frame] = field(default_factory=lambda: [_Frame()])
    groups: int = 0
    #: the keys that a separator after this token would set, and whether a bracket would be a subscript or call of them
    target: tuple[str, ...] = ()
    adjacent: bool = False
    #: whether a string that came now would be a value
    expecting: bool = False
    #: a value, unless the next token goes on with the expression
    held: Entry | None = None

    def release(self) -> Iterator[Entry]:
        """Yield the value that is held."""
        if self.held is not None:
            yield self.held
        self.held = None

    def take(self, kind: str, token: re.Match[bytes]) -> Iterator[Entry]:
        """Read one token; yield the value before it if it is whole."""
        if kind == "newline" and len(self.frames) > self.language.lines:
            return
        if kind in _ENDS or token[0].rpartition(b".")[2] in _AFTER.get(kind, ()):
            yield from self.release()
        self.held = None
        _STEPS[kind](self, self.frames[-1], token)

    def other(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """Any token that ends what was begun."""
        self.target, self.adjacent, self.expecting = (), False, False

    def string(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """A string: a value if one is expected, and perhaps a key."""
        group = "single" if token["single"] is not None else "double"
        start, end = token.span(group)
        if start < 0:
            return self.other(frame, token)
        text = _ESCAPE.sub(r"\1", token[group].decode("utf-8", "replace"))
        if self.expecting and frame.key:
            self.held = Entry(frame.key, text, start, end, frame.group, self.comment)
        if frame.arguments == 0:
            frame.first = text
        self.target, self.adjacent, self.expecting = (text,), False, False
        return None

    def name(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """A name: the one that a separator would set, or the function that a bracket would call."""
        self.other(frame, token)
        if token[0] not in _KEYWORDS:
            self.target = tuple(_PARTS.split(token[0].decode("utf-8", "replace").lstrip("$@:")))[:DEEPEST]
            self.adjacent = True

    def separator(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """What stands between a key and its value."""
        top = len(self.frames) == 1
        default = frame.callee in _SETTERS and self.target in (("default",), ("default_value",))
        if default:
            frame.key = frame.outer or (*frame.prefix, frame.first)
        elif self.target and not (top and frame.key and token[0] == b"="):
            frame.key = (*frame.prefix, *self.target)[:DEEPEST]
        self.other(frame, token)
        annotation = top and self.language.annotated and token[0] == b":" and not self.comment
        self.expecting = bool(frame.key) and not annotation

    def otherwise(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """An operator before the value to take where there is none."""
        self.other(frame, token)
        self.expecting = bool(frame.key)

    def open(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """An opening bracket: of a subscript, of arguments, of a container."""
        subscript = self.adjacent and token[0] == b"["
        callee = self.target[-1].lower() if self.adjacent and token[0] == b"(" else ""
        outer = self.target if subscript else frame.key
        self.groups += 1
        new = _Frame(self.groups, outer or frame.prefix, outer, callee, subscript)
        new.listed = not subscript and not callee and token[0] != b"{"
        self.other(frame, token)
        self.frames.append(new)
        self._item(new, token[0] == b"(")

    def _item(self, frame: _Frame, alone: bool = False) -> None:
        """Expect an item, if the bracket is a list, or the default of a function that looks something up."""
        if frame.listed and frame.outer:
            frame.key = frame.outer if alone else (*frame.outer, str(frame.arguments))[:DEEPEST]
        elif frame.arguments and frame.callee in _SETTERS:
            frame.key = frame.outer or (*frame.prefix, frame.first)
        self.expecting = bool(frame.key)

    def close(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """A closing bracket."""
        self.other(frame, token)
        if len(self.frames) > 1:
            self.frames.pop()
        if frame.subscript:
            self.target, self.adjacent = (*frame.prefix, frame.first)[:DEEPEST], True

    def comma(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """The end of an item; after a name outside of brackets, of the name (Ruby's ``set :key, 'value'``)."""
        name = self.target if len(self.frames) == 1 and self.adjacent else ()
        self.other(frame, token)
        frame.key = name
        frame.arguments += 1
        self._item(frame)

    def stop(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """The end of a statement."""
        self.other(frame, token)
        frame.key, frame.arguments, frame.first = (), 0, ""

    def newline(self, frame: _Frame, token: re.Match[bytes]) -> None:
        """The end of a line: of a statement, too, unless a value is still to come."""
        if not self.expecting:
            self.stop(frame, token)


_STEPS = {
    "string": _Reader.string,
    "name": _Reader.name,
    "separator": _Reader.separator,
    "otherwise": _Reader.otherwise,
    "open": _Reader.open,
    "close": _Reader.close,
    "comma": _Reader.comma,
    "stop": _Reader.stop,
    "newline": _Reader.newline,
    "operator": _Reader.other,
    "method": _Reader.other,
    "other": _Reader.other,
    "rest": _Reader.other,
}
