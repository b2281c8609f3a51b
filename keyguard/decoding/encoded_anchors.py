"""The literals that show that an anchor of a rule stands in base64 or in hex, for a database of their own.

A character of base64 depends on one or two bytes, so a text of three bytes or more has three different forms, by the
number of bytes before it in its group of three. Bytes of which only the class is known give characters of which a few
are possible: all combinations become literals as long as there are few of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import product

from keyguard.rules.anchor import Anchor

#: kinds of literals: base64, by the place in its group of four of the literal's last character; hex
HEX = 4
#: the least information in a literal, in bits, so that random text hardly ever contains it
_BITS = 26.0
#: the most literals for one form of an anchor
_MOST = 8
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URL_SAFE = {62: b"+-", 63: b"/_"}
_ANY = frozenset(range(256))

Classes = tuple[frozenset[int], ...]


def encoded_literals(anchors: Iterable[Anchor]) -> dict[bytes, int]:
    """Return the literals of all anchors, with their kinds; anchors that say too little in a form have none in it."""
    found: dict[bytes, int] = {}
    for text in dict.fromkeys(_classes(anchor) for anchor in anchors):
        for shift in range(3):
            for literal, kind in _base64_literals(text, shift):
                found.setdefault(literal, kind)
        for literal in _hex_literals(text):
            found.setdefault(literal, HEX)
    return found


def _classes(anchor: Anchor) -> Classes:
    """Return the possible bytes at each place of an anchor and its tail, as far as they are needed."""
    literal = (frozenset(bytes((byte,)).lower() + bytes((byte,)).upper()) for byte in anchor.literal)
    head = literal if anchor.nocase else (frozenset((byte,)) for byte in anchor.literal)
    return (*head, *map(frozenset, anchor.tail))[:12]


def _base64_literals(text: Classes, shift: int) -> Iterator[tuple[bytes, int]]:
    """Yield (literal, kind) where ``shift`` bytes stand before the text in its group."""
    chars = _base64_classes(text, shift)
    first, last = _best(chars, 64)
    for combination in product(*chars[first:last]) if last else ():
        yield bytes(combination), (last - 1) % 4


def _base64_classes(text: Classes, shift: int) -> list[bytes]:
    """Return the possible characters at each place, from the beginning of the group."""
    padded = (*[_ANY] * shift, *text, _ANY, _ANY)
    found = []
    for char in range(math.ceil((shift + len(text)) * 4 / 3)):
        byte, bit = divmod(char * 6, 8)
        high = {(value << bit & 255) >> 2 for value in padded[byte]}
        low = {value >> (10 - bit) for value in padded[byte + 1]} if bit > 2 else {0}
        values = {one | other for one in high for other in low}
        found.append(b"".join(_URL_SAFE.get(value) or _ALPHABET[value : value + 1] for value in sorted(values)))
    return found


def _hex_literals(text: Classes) -> Iterator[bytes]:
    """Yield the literals in lower and in upper case."""
    first, last = _best([bytes(chars) for chars in text], 256)
    for combination in product(*text[first:last]) if last else ():
        digits = bytes(combination).hex().encode()
        yield from {digits, digits.upper()}


def _best(places: list[bytes], size: int) -> tuple[int, int]:
    """Return the span of places with enough information and the fewest combinations; an empty one if there is none.

    ``size`` is the number of characters of the alphabet.
    """
    best = _MOST + 1, 0, 0
    for first in range(len(places)):
        count, bits = 1, 0.0
        for last in range(first, len(places)):
            count *= len(places[last])
            bits += math.log2(size) - math.log2(len(places[last]))
            if count > _MOST:
                break
            if bits >= _BITS:
                best = min(best, (count, first, last + 1))
                break
    return best[1:]
