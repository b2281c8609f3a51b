"""Drop most hits by looking at a few bytes: what is left is read and judged, which costs ten times as much.

Whatever is dropped here, the gates would drop as well, or the model would not be sure of it (a test compares them).
"""

from __future__ import annotations

from functools import lru_cache

from keyguard.generic.assignments.file_kinds import file_kind
from keyguard.generic.expressions import lines_around
from keyguard.support.regex import expression

#: words put together, as identifiers, paths and settings are: random characters have longer runs of letters, or digits
_WORD = rb"(?:[A-Z]?[a-z]{1,14}(?:[A-Z][a-z]{1,14}){0,4}|[A-Z]{1,14})"
_WORDS = expression(_WORD + rb"(?:[_./: -]{1,2}" + _WORD + rb"){0,12}")
_LONGEST_WORDS = 90
#: of passwords and of secrets, even a word may be one; in UTF-8
_GUESSABLE_LIST = "pass pwd psw secret kennwort contrase senha wachtwoord parol motdepasse _pw pin identified"
_GUESSABLE = tuple(f"{_GUESSABLE_LIST} пароль 密码 口令 暗証".encode().split())
_NAME = 120
_LINE = 300
#: a line of code without strings and comments that ends in an operator and a word
_BARE_PAIR = expression(
    rb"[ \t]*(?![#/*;%<-])[^\"'`<]*[\w\])][ \t]{0,24}(?<![-=])[:=][ \t]{0,24}[A-Za-z_@$&!(*][^\"'`\s<]*[ \t\r;,&#]*"
)


def is_hopeless(data: bytes, end: int, path: bytes) -> bool:
    """Whether the hit that ends at an offset is certainly no secret."""
    if path and file_kind(path).is_skipped:
        return True
    last = data[end - 1 : end]
    if last in (b'"', b"'", b"`"):
        opening = data.rfind(last, max(0, end - _LONGEST_WORDS), end - 1)
        if opening < 0 or not _is_words(data[opening + 1 : end - 1]):
            return False
        around = data[max(lines_around(data, end)[0], opening - _NAME) : end].lower()
        return not any(map(around.__contains__, _GUESSABLE))
    if not path or not file_kind(path).is_code:
        return False
    start = data.rfind(b"\n", max(0, end - _LINE), end - 1) + 1
    return start > 0 and _BARE_PAIR.fullmatch(data, start, end) is not None


@lru_cache(1 << 13)
def _is_words(text: bytes) -> bool:
    return _WORDS.fullmatch(text) is not None
