"""Recognise a key as the fallback of a variable: ``process.env.STRIPE_KEY || 'K'``, ``os.getenv('STRIPE_KEY', 'K')``.

It is the value of the variable where nothing else is between them; not where the variable is another argument of the
same call, nor where the variables of two vendors are tried one after the other.
"""

from __future__ import annotations

from keyguard.attribution.evidence.identifiers import words_of
from keyguard.support.regex import expression

_ACCESS = (
    rb"(?:(?:process|import\.meta|Bun)\.env\.\w{1,80}"
    rb"|(?:(?:process|import\.meta|Bun)\.env|os\.environ|ENV|\$_ENV|\$_SERVER)\[\s?[\"']\w{1,80}[\"']\s?\]"
    rb"|(?:os\.environ\.get|(?:os\.)?getenv|System\.get_env|Deno\.env\.get|env|ENV\.fetch)\(\s?[\"'][\w.]{1,80}[\"']\s?\))"
)
#: a variable of the environment that is read
ACCESS = expression(rb"(?<![\w$.])" + _ACCESS)
#: a variable and ``||``, with a string or another variable after it: elsewhere ``||`` begins another statement or
#: condition
_OR = expression(rb"(?<![\w$.!])(" + _ACCESS + rb"\s{0,4})\|\|(?=\s{0,4}(?:[\"'`]|$|" + _ACCESS + rb"))")
#: after a name in quotes: the brackets around it are closed, and another argument begins
_CLOSED = expression(rb"[\"'`]\s?[\])]\s?,")
#: the call whose argument is a look-up of a name
_AROUND = expression(rb"([A-Za-z_$][\w$.:]{0,80})\(\s?[\w$.:]{1,80}[(\[]\s?[\"'`]?$")
#: words in the names of functions that return the first of their arguments that is set
_FIRST = frozenset(b"or coalesce first firstof default empty nonempty null nil ifnull nvl".split())
#: a variable, and what separates it from the next one that is tried
_TRIED = expression(
    rb"([\w$.]{3,80})[\"'`]?\s?[\])]?\s{0,4}(?:,|\?\?|\?:|//|\|\||\bor\b)\s{0,4}[\w$.:]{0,80}[(\[{]?\s?[\"'`]?$"
)

#: so many variables that are tried are looked at
_MOST = 8


def joined(line: bytes) -> bytes:
    """Return the line with ``??`` in place of each ``||`` before the fallback of a variable: of the same length."""
    return _OR.sub(rb"\1??", line) if b"||" in line else line


def is_other_argument(text: bytes, start: int, end: int) -> bool:
    """Whether what follows the text is another argument beside the look-up of the name between the offsets."""
    if not _CLOSED.match(text, end):
        return False
    around = _AROUND.search(text, max(0, start - 250), start)
    return not (around and any(word in _FIRST for word in words_of(around[1])[-1:]))


def tried_before(text: bytes, start: int) -> bytes:
    """Return the variables for which the name at an offset is the fallback, separated by blanks."""
    found, at = list[bytes](), start
    while (before := _TRIED.search(text, max(0, at - 250), at)) and len(found) < _MOST:
        found.append(before[1])
        at = before.start()
    return b" ".join(found)
