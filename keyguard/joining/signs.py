"""Signs that a text in a source is put together from pieces: expressions for the prefilter, with what each tells.

They are valid for Hyperscan and for ``re``, over bytes, and ignore case unless they say otherwise. Where two pieces
meet there is no blank in a key, which is rare enough in sources: one sign in 10 kB, measured over 80,000 files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

_CHARACTER = "[a-z0-9_+/=.~:-]"
_QUOTE, _OF_LITERAL = "[\"'`]", "[\"']"
_HTML_QUOTE = "&(?:quot|apos|#0?3[49]|#x2[27]);"
#: what a literal of an encoded key begins with, too
_FIRST = r"[a-z0-9_+/=.~:$%&\\-]"
_SEPARATOR = "(?:\"[_.-]?\"|'[_.-]?'|``)"

#: kinds of signs: two literals side by side; the end of a list that is joined; a call or a format that joins; a line
#: that goes on; a block of YAML; the beginning of a key at the end of a literal, or of a value without quotes; two
#: literals side by side in a source that is itself in a string, or in HTML
JOINT, LIST, CALL, CONTINUED, BLOCK, BEGINNING, UNQUOTED, ESCAPED_JOINT, HTML_JOINT = range(9)

#: what joins two literals, and what may stand before and behind it
_OPERATORS = r"\+\+?", r"\.\.?", "&", "<<", r"\|\|", "<>", "~", r"\^"
_OPERATOR = f"(?:{'|'.join(_OPERATORS)})"
_BLANKS = r"[\s\\_]{0,120}"
_BLANK = " ", r"\t", r"\n", r"\r", r"\\", "_"
_BEHIND_OPERATOR = f"{_OPERATOR}{_BLANKS}[a-z$@]{{0,2}}{_QUOTE}"
_SIDE_BY_SIDE = f"[a-z$@]{{0,2}}{_OF_LITERAL}"
#: what stands before a literal that begins where another one ends, in some language
_PREFIXES = "[a-z$@]", r"(?:[rfu]b|[fbu]r|rf|\$@|@\$)"


class Sign(NamedTuple):
    """One expression, and the kind of what it is a sign of."""

    kind: int
    expression: str


def _joints() -> Iterator[str]:
    """Yield the expressions for two literals side by side, in each of which two characters in the middle are known.

    Hyperscan looks for these. One expression for all it would follow through every byte, which doubles the time of a
    search.
    """
    for first, second in product("\"'", repeat=2):
        yield f"{_CHARACTER}{first}{_PREFIXES[0]}?{second}{_CHARACTER}"
        yield f"{_CHARACTER}{first}{_PREFIXES[1]}{second}{_CHARACTER}"
    for operator in _OPERATORS:
        yield f"{_CHARACTER}{_QUOTE}{operator}{_BLANKS}[a-z$@]{{0,2}}{_QUOTE}{_CHARACTER}"
    for blank in _BLANK:
        yield f"{_CHARACTER}{_OF_LITERAL}{blank}{_BLANKS}(?:{_BEHIND_OPERATOR}|{_SIDE_BY_SIDE}){_CHARACTER}"
        # nothing but blanks between two of these quotes joins no literals in any language
        yield f"{_CHARACTER}`{blank}{_BLANKS}{_BEHIND_OPERATOR}{_CHARACTER}"


#: all these in one, for ``re``
ONE_JOINT = (
    f"{_CHARACTER}(?:{_OF_LITERAL}(?:{'|'.join(_PREFIXES)})?{_OF_LITERAL}"
    f"|{_OF_LITERAL}[{''.join(_BLANK)}]{_BLANKS}(?:{_BEHIND_OPERATOR}|{_SIDE_BY_SIDE})"
    f"|{_QUOTE}{_BEHIND_OPERATOR}|`[{''.join(_BLANK)}]{_BLANKS}{_BEHIND_OPERATOR}){_CHARACTER}"
)

_SIGNS = (
    *(Sign(JOINT, expression) for expression in _joints()),
    Sign(
        LIST,
        rf"{_CHARACTER}{_QUOTE},?\s*[\])}}]{{1,2}}\s*(?:\.\s*(?:join|joined|concat|jointostring|mkstring)\b|-join)",
    ),
    Sign(CALL, rf"{_SEPARATOR}\.join\(\s*[\[(]\s*{_QUOTE}{_FIRST}"),
    Sign(CALL, rf"(?:implode|join)\(\s*{_SEPARATOR}\s*,\s*[\[(a-z]{{0,16}}\s*{_QUOTE}{_FIRST}"),
    Sign(CALL, rf"join\(\[\]string\{{\s*{_QUOTE}{_FIRST}"),
    Sign(CALL, rf"(?:concat!?|paste0|strcat|sprint)\(\s*{_QUOTE}{_FIRST}"),
    Sign(CALL, rf"{_CHARACTER}{_QUOTE}\)?\s*\.\s*(?:concat|append|plus|add|push_str)\(\s*{_QUOTE}{_FIRST}"),
    Sign(CALL, r"(?:%[sv@]|\{[0-9]?\}){2}"),
    Sign(ESCAPED_JOINT, rf"{_CHARACTER}\\{{1,8}}[\"'][\s+.&<>|~^\\_nrt]*[a-z$@]{{0,2}}\\{{1,8}}[\"']{_CHARACTER}"),
    Sign(HTML_JOINT, rf"{_CHARACTER}{_HTML_QUOTE}[\s+.<>|~^\\_]*[a-z$@]{{0,2}}{_HTML_QUOTE}{_CHARACTER}"),
    Sign(CONTINUED, rf"{_CHARACTER}\\\r?\n[ \t]*{_CHARACTER}"),
    Sign(
        BLOCK,
        r":[ \t]{1,4}[>|][0-9+-]{0,2}[ \t]{0,4}\r?\n[ \t]{1,40}"
        rf"{_CHARACTER}{{3,400}}\r?\n[ \t]{{1,40}}{_CHARACTER}{{6}}",
    ),
)
#: characters of the rest of a key whose beginning a literal is
_REST = "[a-z0-9_.+/=~:-]"
#: where a literal ends, or an expression in it begins
_END = r"[\"'`$#{{\\%]"


#: words that begin keys of some vendor, and thousands of other literals
_WORDS = frozenset(
    b"access api app as auth cli client dev key live main personal pk priv private prod pub public ruby secret service"
    b" sha256 stan standard sys test token user web".split()
)


def signs(beginnings: Iterable[bytes]) -> tuple[Sign, ...]:
    """Return the signs, given what keys begin with."""
    return *_SIGNS, *_beginning(beginnings)


def _beginning(beginnings: Iterable[bytes]) -> Iterator[Sign]:
    """Yield the signs of a literal that begins like a key, and has only characters of keys: one for all keys.

    Addresses are left out: they begin thousands of literals, and a password is hardly ever in their first piece.
    """
    heads = {one[: _least(one)] for one in beginnings if b"://" not in one and len(one) >= _least(one)}
    heads = {one for one in heads if not (one[:1].isdigit() or one.lower().rstrip(b"_-.") in _WORDS)}
    words = "|".join(_escaped(one) for one in sorted(heads))
    if words:
        yield Sign(BEGINNING, f"{_QUOTE}(?-i:{words}){_REST}*{_END}")
        yield Sign(UNQUOTED, rf"[a-z0-9_]=(?-i:{words}){_REST}*[\r\n;$ ]")


def _least(literal: bytes) -> int:
    """Return how much of a literal is enough to be no word: a word and three characters more, four of other capital
    letters, three of anything else.
    """
    word = next((at for at, byte in enumerate(literal) if not bytes((byte,)).isalpha()), len(literal))
    if word >= 3 and not literal[:word].isupper():
        return min(word + 3, max(len(literal), word + 1))
    return 4 if literal[:3].isalpha() else 6 if literal.startswith(b"---") else 3


def _escaped(text: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text)
