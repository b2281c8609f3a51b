"""The nesting depth of keys and values in a TOML file, measured from its tokens alone, before the file is parsed.

``tomllib`` keeps a table for each prefix of a dotted key: for 32 KB of ``a.a.a…`` it takes 1.5 GB.
"""

from __future__ import annotations

import re

from keyguard.support.regex import expression

#: dots in one key, containers around a value, and dots of all keys in one file: people write up to ten, a few,
#: and some hundreds, respectively
MOST_DOTS, MOST_LEVELS, MOST_DOTS_IN_ALL = 50, 50, 10_000
#: strings, comments and structural characters; an unterminated string extends to the end
_TOKEN = expression(
    rb'"""(?:[^"\\]+|\\.|"(?!""))*(?:"{3,5})?|' + rb"'''(?:[^']+|'(?!''))*(?:'{3,5})?"
    rb'|"(?:[^"\\\n]+|\\[^\n])*"?|' + rb"'[^'\n]*'?|\#[^\n]*|[\[\]{},=.\n]",
    re.DOTALL,
)
_OPENING, _CLOSING = (b"[", b"{"), (b"]", b"}")


def find_excess(data: bytes) -> tuple[int, str] | None:
    """Return the line where a file exceeds a limit, and which limit, in words; None if it exceeds none."""
    levels: list[bytes] = []
    in_key, dots, dots_in_all = True, 0, 0
    for found in _TOKEN.finditer(data):
        token = found.group()
        if token == b"." and in_key:
            dots, dots_in_all = dots + 1, dots_in_all + 1
            if dots > MOST_DOTS:
                return _line(data, found), f"a key of more than {MOST_DOTS} parts"
            if dots_in_all > MOST_DOTS_IN_ALL:
                return _line(data, found), f"more than {MOST_DOTS_IN_ALL:,} parts of dotted keys"
        elif token == b"=":
            in_key = False
        elif token == b"\n":
            in_key, dots = not levels or (in_key and levels[-1] == b"{"), 0
        elif token == b",":
            in_key, dots = bool(levels) and levels[-1] == b"{", 0
        elif token in _OPENING and not (in_key and not levels):
            levels.append(token)
            in_key, dots = token == b"{", 0
            if len(levels) > MOST_LEVELS:
                return _line(data, found), f"more than {MOST_LEVELS} values inside each other"
        elif token in _CLOSING and levels:
            levels.pop()
            in_key = False
    return None


def _line(data: bytes, found: re.Match[bytes]) -> int:
    return data.count(b"\n", 0, found.start()) + 1
