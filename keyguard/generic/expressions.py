"""What finds the places to look at: expressions for the same Hyperscan database that holds the rules' literals.

Expressions are valid for Hyperscan and for ``re``, over bytes; they ignore case; ``^`` and ``$`` match at line ends.
Each must be as specific as it can be (separator and shape of the value included), since every hit costs microseconds
of Python, and has to end in something definite, since Hyperscan reports every end at which it matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from keyguard.model.judged_secret import JudgedSecret

#: bytes around a hit that a finder may read on each side
REACH = 400

#: (text, offset of the end of the hit, path as far as known) -> the secrets there; the same one may come more than once
Finder = Callable[[bytes, int, bytes], Iterator[JudgedSecret]]


class Syntax(NamedTuple):
    """One way in which secrets are written."""

    name: str
    expressions: tuple[str, ...]
    #: dotted name of the module with the function ``find`` (a :data:`Finder`), imported at the first hit
    module: str


#: what names of passwords, tokens and keys contain, in the languages that people name things in
_STEM = (
    "(?:pass|pwd|psw|passphrase|secret|token|key|cred|auth|otp|seed|senha|kennwort|contrase|motdepasse|wachtwoord|parol"
    "|пароль|密码|口令|暗証|_pw|pw_|_pin|salt)"
)
#: the rest of a name: a suffix, members, an index
_REST = r"[\w\-]{0,24}(?:\.[\w\-]{1,20}){0,2}"
#: an operator that joins a name and its value, with a declared type between them
_JOINED = r"[ \t]{0,24}(?::=|=>|->|==?=?|!==?|:(?:[ \t]?[\w.<>\[\]?&]{1,24}[ \t]?=)?|\|\|=?|\?\?=?)[ \t]{0,24}"
_VALUE = r"[^\s\"'`]"
_START = r"[^\s\"'`<>(){}$%]"

_ASSIGNMENTS = (
    _STEM + _REST + r"\\?[\"'`]?[\])]{0,2}" + _JOINED + r"(?:[\w.&:]{1,24}\()?[bruf@LN]{0,2}\\?[\"'`]" + _START + _VALUE + r"{3,}\\?[\"'`]",
    _STEM + _REST + r"[\"'`]?[ \t]{0,24}[:=][ \t]{0,24}[^\s\"'`(){}\[\]<>$;,|&\\*#%][^\s\"'`(){}\[\]<>;,|&\\]{3,}[ \t]*(?:\r?\n|$)",
    _STEM + _REST + r"\\?[\"'`]?\)?[ \t]?[(,][ \t]{0,8}[bruf@]{0,2}\\?[\"'`]" + _START + _VALUE + r"{3,}\\?[\"'`]",
    _STEM + r"[\w.\-]{0,24}>[^<>\s]{4,}</",
    _STEM + r"[\w.\-]{0,24}[\"'][ \t]+(?:value|content)[ \t]*=[ \t]*[\"']" + _START + _VALUE + r"{3,}[\"']",
    r"-" + _STEM + r"[\w.\-]{0,24}[ \t=]+[\"']?[^\s\"'`<>(){}$%\-][^\s\"'`<>(){}]{3,}(?:[\s\"'`]|$)",
    r"(?:identified[ \t]+by|password)[ \t]+(?:password[ \t]+)?[\"'][^\s\"']{4,}[\"']",
)

SYNTAXES: tuple[Syntax, ...] = (
    Syntax("pair, quoted", _ASSIGNMENTS[:1], "keyguard.generic.assignments"),
    Syntax("pair, bare", _ASSIGNMENTS[1:2], "keyguard.generic.assignments"),
    Syntax("argument", _ASSIGNMENTS[2:3], "keyguard.generic.assignments"),
    Syntax("element", _ASSIGNMENTS[3:4], "keyguard.generic.assignments"),
    Syntax("attribute", _ASSIGNMENTS[4:5], "keyguard.generic.assignments"),
    Syntax("option", _ASSIGNMENTS[5:6], "keyguard.generic.assignments"),
    Syntax("sql", _ASSIGNMENTS[6:7], "keyguard.generic.assignments"),
)
