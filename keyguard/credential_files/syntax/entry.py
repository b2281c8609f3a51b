"""What a reader returns: a value, the keys that lead to it, and the bytes it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: keys that lead to a value; what lies deeper is read as if it lay at this depth
DEEPEST = 64


class Entry(NamedTuple):
    """One value of a file."""

    keys: tuple[str, ...]
    """The keys that lead to it, outermost first, its own name last; an item of a list has its index, in digits."""
    value: str
    """The value without quotes, escapes decoded; bytes that are not UTF-8 are kept as surrogates."""
    start: int
    end: int
    """The span of the value as it is written, in bytes, without quotes."""
    group: int
    """The same number for all values of one section, mapping, list or element, and for no others."""
    comment: bool = False
    """Whether it stands in a comment."""

    @property
    def name(self) -> str:
        """Its own name: the last key."""
        return self.keys[-1] if self.keys else ""

    @property
    def span(self) -> tuple[int, int]:
        """Where the value stands."""
        return self.start, self.end


def by_group(entries: Iterable[Entry]) -> dict[int, dict[str, Entry]]:
    """Return group -> (name in lower case -> entry), in order; the last of equal names counts."""
    found: dict[int, dict[str, Entry]] = {}
    for one in entries:
        found.setdefault(one.group, {})[one.name.lower()] = one
    return found


def fits(keys: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether the end of the keys fits a pattern in lower case, in which ``*`` is any one key."""
    if len(keys) < len(pattern):
        return False
    tail = keys[len(keys) - len(pattern) :]
    return all(want in ("*", have.lower()) for want, have in zip(pattern, tail, strict=True))


def text_of(value: bytes) -> str:
    """Return the text of bytes that are written as they are; what is not UTF-8 is kept as surrogates."""
    return value.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """Return the bytes of a text from :func:`text_of`; half of a surrogate pair, which an escape can be, is kept."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
