"""Decide whether a key is a placeholder: samples, templates, sequences and words are not findings.

Every test here must pass a random body in any alphabet that vendors use: a placeholder that is reported is noise, a
real key that is dropped is a leak. The bounds were chosen by counting over random bodies (see the tests).
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Collection
from functools import lru_cache
from operator import sub

from keyguard.support.regex import expression

#: long enough that a random body contains one by chance less than once in a hundred million
_WORDS = expression(
    rb"placeholder|change_?me|changethis|redacted|replace_?(?:me|this|with|your)|your_?(?:api|secret|live|test|own|key|token)"
    rb"|insert_?(?:your|here)|_?key_?here|example|sample_?key|dummy_?key|fake_?key|not_?a_?real|notareal|my_?secret_?key"
    rb"|do_?not_?(?:use|commit)|todo_?replace|abcdefgh|xxxxxx|qwertyui|12345678|87654321|deadbeef|00000000|lorem_?ipsum",
    re.IGNORECASE,
)
#: one case throughout; with the test for vowels, two in a million random bodies of 16 characters pass for words
_SNAKE = expression(
    rb"[a-z]{1,24}[0-9]{0,3}(?:[_-](?:[a-z]{1,24}[0-9]{0,3}|[0-9]{1,2}))+"
    rb"|[A-Z]{1,24}[0-9]{0,3}(?:[_-](?:[A-Z]{1,24}[0-9]{0,3}|[0-9]{1,2}))+"
)
_SEPARATORS = expression(rb"[_.-]+")
#: whole segments of a body that indicate a placeholder
_SEGMENTS = frozenset(
    b"your yours my key keys here test tests testing example sample demo dummy fake mock foo bar baz todo none null "
    b"secret token password live prod abc xyz xxx xxxx aaa value string insert replace".split()
)
_SHORT = 16
#: the longest period of a repetitive body
_PERIOD = 32
#: the differences between neighbouring characters of a sequence
_NEIGHBOURS = frozenset((-1, 0, 1))
_URLSAFE = bytes.maketrans(b"-_", b"+/")


@lru_cache(maxsize=1024)
def entropy(text: bytes) -> float:
    """Return the Shannon entropy in bits per character; 0 for the empty text."""
    counts = [text.count(byte) for byte in set(text)]
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def is_placeholder(
    body: bytes, words: Collection[str] = (), least_entropy: float = 0.0, *, chosen: bool = False
) -> bool:
    """Whether the random part of a key is clearly not random.

    A value that a person may have ``chosen`` contains words, and is a placeholder only if one makes up half of it.
    """
    return (
        _has_word(body, words)
        or _is_made_up(body, chosen=chosen)
        or (least_entropy > 0 and entropy(body) < least_entropy)
    )


def _has_word(body: bytes, words: Collection[str]) -> bool:
    """Whether the body contains one of the words, in any case."""
    if not words:
        return False
    lowered = body.lower()
    return any(word in lowered for word in _lowered(tuple(words)))


@lru_cache(maxsize=256)
def _lowered(words: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(word.encode().lower() for word in words)


# cached: up to thirty rules ask about the same body
@lru_cache(maxsize=1024)
def _is_made_up(body: bytes, *, chosen: bool) -> bool:
    """Return the part of ``is_placeholder`` that is the same for every rule: no own words, no least entropy."""
    return (
        not body
        or any(not chosen or len(found[0]) * 2 >= len(body) for found in _WORDS.finditer(body))
        or _is_words(body)
        or _is_monotonous(body)
        or _is_sequence(body)
        or _is_periodic(body)
    )


@lru_cache(maxsize=1024)
def is_spelled(body: bytes) -> bool:
    """Whether the body is base64 of plain text, so encoded words; structured keys may be that too."""
    plain = body.rstrip(b"=").translate(_URLSAFE)
    if len(plain) < 22 or not plain.isascii():
        return False
    try:
        raw = base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return False
    return all(32 <= byte < 127 for byte in raw)


def _is_words(body: bytes) -> bool:
    """Whether the body is words in snake or kebab case, or mostly words like ``your`` and ``key``."""
    if _SNAKE.fullmatch(body) and _is_speakable(body):
        return True
    segments = [segment for segment in _SEPARATORS.split(body.lower()) if segment]
    known = sum(len(segment) for segment in segments if segment in _SEGMENTS)
    return len(segments) > 1 and known * 2 >= sum(map(len, segments))


def _is_speakable(body: bytes) -> bool:
    """Whether at least a quarter of the letters are vowels."""
    letters = body.translate(None, b"0123456789_-")
    return len(letters) <= 4 * (len(letters) - len(letters.translate(None, b"aeiouAEIOU")))


def _is_monotonous(body: bytes) -> bool:
    """Whether the body has few distinct characters, or one that makes up more than half of it."""
    most = max(body.count(byte) for byte in set(body))
    distinct = len(set(body))
    return most * 2 > len(body) or (len(body) >= _SHORT and distinct <= 4)


def _is_sequence(body: bytes) -> bool:
    """Whether three quarters of the characters follow the neighbour, or the one before it, in the alphabet.

    Examples: ``abcd1234``, ``a1b2c3d4``.
    """
    return len(body) >= 12 and any(
        sum(map(_NEIGHBOURS.__contains__, map(sub, body[step:], body))) * 4 >= (len(body) - step) * 3 for step in (1, 2)
    )


def _is_periodic(body: bytes) -> bool:
    """Whether the body repeats a short text, the last time perhaps in part: ``abc1abc1abc1abc1ab``."""
    longest = min(len(body) // 2, _PERIOD) if len(body) >= _SHORT else 0
    return any(body.startswith(body[period:]) for period in range(1, longest + 1))
