"""The syntaxes in which a name is joined to the value of a password, a token or a key.

Each is written once, with named groups. Hyperscan gets it without their names, and reports where the syntax ends; ``re``
gets it with a name's beginning in front, and reads what stands before that end.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: what names of passwords, tokens and keys contain, in the languages that people name things in
STEM = (
    "(?:pass|pwd|psw|secret|token|key|cred|auth|otp|seed|senha|kennwort|contrase|motdepasse|wachtwoord|parol|ticket"
    "|пароль|密码|口令|暗証|_pw|_pin|salt)"
)
#: the rest of a name: a suffix, then members
_REST = r"[\w\-]{0,24}(?:\.[\w\-]{1,20}){0,2}"
_BLANK = r"[ \t]{0,24}"
#: an operator between a name and its value, with a declared type before the equals sign
_OPERATOR = r"(?P<op>:=|=>|->|==?=?|!==?|:(?:[ \t]?[\w.<>\[\]?&]{1,24}[ \t]?=)?|\|\|=?|\?\?=?)"
#: the first byte of a quoted value: no markup, no interpolation
_FIRST = r"[^\s\"'`<>(){}$%]"
#: a literal in quotes, with a prefix of its language and a call around it
_QUOTED = (
    r"(?P<wrap>(?:[\w.&:\-]{1,40}[( ][ \t]?)?[bruf@LN]{0,2})(?P<quote>\\?[\"'`])(?P<value>"
    + _FIRST
    + r"[^\s\"'`]{2,}?)\\?[\"'`]"
)
#: a value without quotes; closed by the end of the line, or by a comment
_BARE = r"(?P<value>[^\s\"'`(){}\[\]<>$;,|&\\*#%][^\s\"'`(){}\[\]<>;,|&\\]{2,})(?:[ \t]*[\r;]?$|[ \t]+#)"


class Syntax(NamedTuple):
    """One way to write a name and its value."""

    kind: str
    expression: str
    """For Hyperscan: ends where the syntax ends."""
    pattern: re.Pattern[bytes]
    """The same for ``re``, from the beginning of the name to the end of the text that it is given."""


def _syntax(kind: str, after_stem: str, stem: str = STEM) -> Syntax:
    nameless = re.sub(r"\?P<\w+>", "?:", stem + after_stem)
    # a name begins where no character of a name stands before it
    begin = r"(?<![\w.$\-\x80-\xff])(?P<name>[\w.$\-\x80-\xff]{0,60}?"
    named = begin + stem + after_stem.replace("{REST}", "", 1)
    return Syntax(kind, nameless, re.compile(f"(?i:{named})\\Z".encode(), re.MULTILINE))


SYNTAXES = (
    _syntax("pair", _REST + r")\\?[\"'`]?[\])]{0,2}" + _BLANK + _OPERATOR + _BLANK + _QUOTED),
)
