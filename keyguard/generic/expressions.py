"""What finds the places to look at: expressions for the same Hyperscan database that holds the rules' literals.

Expressions are valid for Hyperscan and for ``re``, over bytes; they ignore case; ``^`` and ``$`` match at line ends.
Each must be as specific as it can be (separator and shape of the value included), since every hit costs microseconds
of Python, and has to end in something definite, since Hyperscan reports every end at which it matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from keyguard.generic.commands import HEADS

if TYPE_CHECKING:
    from keyguard.model.judged_secret import JudgedSecret

#: bytes around a hit that a finder may read on each side
REACH = 400

#: (text, offset of the end of the hit, path as far as known) -> the secrets there; the same one may come more than once
Finder = Callable[[bytes, int, bytes], "Iterator[JudgedSecret]"]


class Syntax(NamedTuple):
    """One way in which secrets are written."""

    name: str
    expressions: tuple[str, ...]
    #: dotted name of the module with the function ``find`` (a :data:`Finder`), imported at the first hit
    module: str


#: what separates a name from its value: ``: ``, ``=``, ``=>``, ``", "``
_BETWEEN = r"""["'`]?\]?[ \t]{0,4}(?::|=>|=|,)[ \t]{0,4}["'`]?"""
#: headers, other than Authorization, whose value is a key
KEY_HEADERS = (
    r"(?:x-(?:[a-z]{2,16}-){0,2}(?:key|token|secret|password|authorization)|api-?key|ocp-apim-subscription-key"
    r"|(?:private|access|auth|deploy|job|service)-token|circle-token|dd-api-key|dd-application-key)"
)
_SCHEME = rf"(?:bearer|authorization{_BETWEEN}(?:token|apikey|api-key|key))"

#: what names of passwords, tokens and keys contain, in the languages that people name things in
_STEM = (
    "(?:pass|pwd|psw|secret|token|key|cred|auth|otp|seed|senha|kennwort|contrase|motdepasse|wachtwoord|parol|ticket"
    "|пароль|密码|口令|暗証|_pw|_pin|salt)"
)
#: the rest of a name: a suffix, then members
_REST = r"[\w\-]{0,24}(?:\.[\w\-]{1,20}){0,2}"
_BLANK = r"[ \t]{0,24}"
#: an operator between a name and its value, with a declared type before the equals sign
_OPERATOR = r"(?::=|=>|->|==?=?|!==?|:(?:[ \t]?[\w.<>\[\]?&]{1,24}[ \t]?=)?|\|\|=?|\?\?=?)"
#: a call or a list that begins before the value, then the prefix of a literal
_WRAP = r"(?:[\w.&:\[\]]{0,24}[({\[][ \t]?)?[bruf@LN]{0,2}"
#: the first byte of a value: no markup, and no interpolation
_FIRST = r"(?:[^\s\"'`<>(){}$%]|[$%][^\s\"'`<>({$%A-Za-z_])"
_QUOTED = r"\\?[\"'`]" + _FIRST + r"[^\s\"'`]{3,}\\?[\"'`]"
_PLAIN = r"[^\s\"'`(){}\[\]<>;,|&\\]"
_BARE = r"(?:[^\s\"'`(){}\[\]<>$;,|&\\*#%]|[$%][^\s\"'`<>({$%A-Za-z_])" + _PLAIN + "{3,}"
_CLOSED_NAME = r"\\?[\"'`]?[\])]{0,2}"

_PAIR_QUOTED = _STEM + _REST + _CLOSED_NAME + _BLANK + _OPERATOR + _BLANK + _WRAP + _QUOTED
_PAIR_BARE = _STEM + _REST + r"[\"'`]?" + _BLANK + r"[:=][ \t]{0,24}" + _BARE + r"(?:[ \t]*\r?$|[ \t]+#)"
#: ``docker run -e NAME=value image``, ``?token=value&``
_PAIR_INSIDE = _STEM + r"[\w\-]{0,24}=" + _BARE + _PLAIN + r"{2}[ \t&\"'`;]"
_ARGUMENT = _STEM + _REST + _CLOSED_NAME + r"[ \t]?[(,][ \t]{0,8}" + _WRAP + _QUOTED
_ELEMENT = _STEM + r"[\w.\-]{0,24}>[^<>\s]{4,}</"
_ATTRIBUTE = _STEM + r"[\w.\-]{0,24}[\"'][ \t]+(?:value|content)[ \t]*=[ \t]*" + _QUOTED
#: ``name: DB_PASSWORD`` and ``value: …`` in the next line, or in the same object
_NAMED = (
    _STEM
    + r"[\w.\-]{0,24}[\"']?[ \t]*,?[ \t]*(?:\r?\n)?[ \t]*[\"']?value[\"']?[ \t]*[:=][ \t]*"
    + rf"(?:{_QUOTED}|{_BARE}[ \t]*\r?$)"
)
_OPTION = r"-" + _STEM + r"[\w.\-]{0,24}[ \t=]+[\"']?[^\s\"'`<>(){}$%\-][^\s\"'`<>(){}]{3,}(?:[\s\"'`]|$)"
_SQL = r"(?:identified[ \t]+by|password)[ \t]+(?:password[ \t]+)?[\"'][^\s\"']{4,}[\"']"
_SQL_BARE = r"identified[ \t]+by[ \t]+[\w!@#$.]{4,}(?:[;\s]|$)"

#: the reader of candidates reads each hit again, and tells names, operators and quotes apart
ASSIGNMENTS = (
    _PAIR_QUOTED, _PAIR_BARE, _PAIR_INSIDE, _ARGUMENT, _ELEMENT, _ATTRIBUTE, _NAMED, _OPTION, _SQL, _SQL_BARE,
)  # fmt: skip

SYNTAXES: tuple[Syntax, ...] = (
    Syntax(
        "JSON web token",
        # base64 of an object in JSON begins so: with no blank, a blank, or the end of a line behind the brace
        (r"(?-i:(?:eyJ|eyAi|ewog|ew0K)[A-Za-z0-9_-]{14})",),
        "keyguard.generic.jwt",
    ),
    Syntax(
        "credentials in an HTTP header",
        (
            r"""\bbasic(?:[ \t]{1,4}|%20|\+)[a-z0-9+/_-]{8}""",
            rf"""\b{_SCHEME}(?:[ \t]{{1,4}}|%20)(?:token=)?["']?[a-z0-9._~+/-]{{16}}""",
            rf"""\b{KEY_HEADERS}{_BETWEEN}[a-z0-9._~+/-]{{16}}""",
        ),
        "keyguard.generic.authorization",
    ),
    Syntax("address", (r"""://[^\s:/@"'`<>]{0,64}:[^\s/"'`<>@{}]{3,120}@[\w\[]""",), "keyguard.generic.url_password"),
    Syntax("command", HEADS, "keyguard.generic.command_line"),
    Syntax("assignment", ASSIGNMENTS, "keyguard.generic.assignments.finder"),
)
