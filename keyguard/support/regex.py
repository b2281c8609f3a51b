"""Regular expressions that are compiled on first use: there are many, and a scan needs few of them.

What they are compiled to can be written down (:func:`encoded`) and restored, which takes a fiftieth of the time. Python
has no public interface for that; where CPython's own is not as expected, expressions are compiled as ever.
"""

from __future__ import annotations

import re
import sys
from array import array
from contextlib import suppress
from importlib import import_module
from typing import Any, AnyStr, cast

import msgspec


def expression(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern like ``re.compile``; an invalid one raises on first use."""
    made = _Expression(pattern, int(flags))
    _MADE.append(made)
    return cast("re.Pattern[AnyStr]", made)


def encoded() -> bytes:
    """Return what all expressions made so far are compiled to, for :func:`restore`; empty where that is unknown."""
    codes = list[_Code]()
    with suppress(ImportError, AttributeError, TypeError):
        parser, compiler = map(import_module, _COMPILERS)
        for pattern, flags in dict.fromkeys(one.source for one in _MADE):
            with suppress(re.error):
                tree = parser.parse(pattern, flags)
                words = array("I", compiler._code(tree, flags)).tobytes()
                state = tree.state
                codes.append(_Code(pattern, flags, flags | state.flags, words, state.groups - 1, state.groupdict))
    return msgspec.msgpack.encode(codes) if codes else b""


def restore(data: bytes) -> None:
    """Take expressions from what :func:`encoded` returned under :func:`version`; raise ValueError if it is damaged."""
    try:
        codes = msgspec.msgpack.decode(data, type=list[_Code])
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    _CODES.update(((one.pattern, one.asked), one) for one in codes)


def version() -> str:
    """Return what compiled expressions depend on."""
    return f"{sys.implementation.cache_tag} {sys.version} {sys.byteorder}"


class _Expression:
    """A stand-in for a pattern that compiles it on first use of a method."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self.source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        code = _CODES.get(self.source)
        found = getattr((code and _pattern(code)) or re.compile(*self.source), name)
        self.__dict__[name] = found
        return found


class _Code(msgspec.Struct, frozen=True, array_like=True):
    """What an expression is compiled to: the arguments of CPython's ``_sre.compile``."""

    pattern: Any
    """A text or bytes."""
    asked: int
    """The flags that were asked for."""
    flags: int
    """Those, and what the expression itself says."""
    words: bytes
    """The program of the matching engine, 4 bytes a word."""
    groups: int
    names: dict[str, int]
    """Name -> number of a group."""


#: CPython's modules that parse and compile expressions
_COMPILERS = ("re._parser", "re._compiler") if sys.version_info >= (3, 11) else ("sre_parse", "sre_compile")
#: all stand-ins, used or not
_MADE: list[_Expression] = []
#: (pattern, flags) -> what was restored
_CODES: dict[tuple[Any, int], _Code] = {}


def _pattern(code: _Code) -> re.Pattern[Any] | None:
    """Return the pattern of a code, which CPython validates; None if it does not take it."""
    names: list[str | None] = [None] * (code.groups + 1)
    for name, number in code.names.items():
        names[number] = name
    try:
        compile_ = import_module("_sre").compile
        words = array("I", code.words).tolist()
        found: re.Pattern[Any] = compile_(code.pattern, code.flags, words, code.groups, code.names, tuple(names))
    except (ImportError, AttributeError, TypeError, ValueError, RuntimeError):
        return None
    return found
