"""The syntaxes that join a name to the value of a password, a token or a key, as expressions for the prefilter.

They are only as exact as they must be to keep hits few: the reader of candidates reads each hit again, and tells names,
operators and quotes apart. Repeats are unbounded where something definite follows: Hyperscan is the faster for it.
"""

from __future__ import annotations

#: what names of passwords, tokens and keys contain, in the languages that people name things in
STEM = (
    "(?:pass|pwd|psw|secret|token|key|cred|auth|otp|seed|senha|kennwort|contrase|motdepasse|wachtwoord|parol|ticket"
    "|пароль|密码|口令|暗証|_pw|_pin|salt)"
)
#: the rest of a name: a suffix, then members
_REST = r"[\w.\-]*"
_BLANK = r"[ \t]*"
#: an operator between a name and its value, with a declared type before the equals sign
_OPERATOR = r"(?::=|=>|->|==?=?|!==?|:(?:[ \t]?[\w.<>\[\]?&]+[ \t]?=)?|\|\|=?|\?\?=?)"
#: a call or a list that begins before the value, then the prefix of a literal
_WRAP = r"(?:[\w.&:\[\]]*[({\[][ \t]?)?[bruf@LN]{0,2}"
#: the first byte of a value: no markup, and no interpolation
_FIRST = r"(?:[^\s\"'`<>(){}$%]|[$%][^\s\"'`<>({$%A-Za-z_])"
#: the other quotes may stand in it
_QUOTED = rf"(?:\\?\"{_FIRST}[^\s\"]{{3,}}\\?\"|\\?'{_FIRST}[^\s']{{3,}}\\?'|\\?`{_FIRST}[^\s\"'`]{{3,}}\\?`)"
_PLAIN = r"[^\s\"'`(){}\[\]<>;,|&\\]"
_BARE = r"(?:[^\s\"'`(){}\[\]<>$;,|&\\*#%]|[$%][^\s\"'`<>({$%A-Za-z_])" + _PLAIN + "{3,}"
_CLOSED_NAME = r"\\?[\"'`]?[\])]{0,2}"

_PAIR_QUOTED = _REST + _CLOSED_NAME + _BLANK + _OPERATOR + _BLANK + _WRAP + _QUOTED
_PAIR_BARE = _REST + r"[\"'`]?" + _BLANK + r"[:=][ \t]*" + _BARE + r"(?:[ \t]*\r?$|[ \t]+#)"
#: ``docker run -e NAME=value image``, ``?token=value&``
_PAIR_INSIDE = r"[\w\-]*=" + _BARE + _PLAIN + r"[ \t&\"'`;,]"
_ARGUMENT = _REST + _CLOSED_NAME + r"[ \t]?[(,][ \t]*" + _WRAP + _QUOTED
_ELEMENT = r"[\w.\-]*>[^<>\s]{4,}</"
_ATTRIBUTE = r"[\w.\-]*[\"'][ \t]+(?:value|content)[ \t]*=[ \t]*" + _QUOTED
#: ``name: DB_PASSWORD`` and ``value: …`` in the next line, or in the same object
_NAMED = (
    r"[\w.\-]*[\"']?[ \t]*,?[ \t]*(?:\r?\n)?[ \t]*[\"']?value[\"']?[ \t]*[:=][ \t]*"
    rf"(?:{_QUOTED}|{_BARE}[ \t]*\r?$)"
)
_OPTION = r"-" + STEM + r"[\w.\-]{0,24}[ \t=]+[\"']?[^\s\"'`<>(){}$%\-][^\s\"'`<>(){}]{3,}(?:[\s\"'`]|$)"
_SQL = r"(?:identified[ \t]+by|password)[ \t]+(?:password[ \t]+)?[\"'][^\s\"']{4,}[\"']"
_SQL_BARE = r"identified[ \t]+by[ \t]+[\w!@#$.]{4,}(?:[;\s]|$)"

#: one expression for what begins with the stem of a name: each that does costs 4 to 7 ms in 39 MB, whatever follows
_ASSIGNMENT = f"{STEM}(?:{_PAIR_QUOTED}|{_PAIR_BARE}|{_PAIR_INSIDE}|{_ARGUMENT}|{_ELEMENT}|{_ATTRIBUTE}|{_NAMED})"

EXPRESSIONS = (_ASSIGNMENT, _OPTION, _SQL, _SQL_BARE)
