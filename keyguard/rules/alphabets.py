"""The alphabets of tokens, by the names that templates and shapes use, and random texts of them."""

from __future__ import annotations

import itertools
import random
import re

from keyguard.support.regex import expression

DIGITS = "0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()
ALNUM = DIGITS + UPPER + LOWER

#: the members of each
ALPHABETS = {
    "alnum": ALNUM,
    "base32": UPPER + "234567",
    "base32-lower": LOWER + "234567",
    "base58": re.sub("[0OIl]", "", ALNUM),
    "base64": ALNUM + "+/",
    "b64url": ALNUM + "-_",
    "bech32": DIGITS[2:] + "0ACDEFGHJKLMNPQRSTUVWXYZ",
    "digits": DIGITS,
    "HEX": DIGITS + "ABCDEF",
    "hex": DIGITS + "abcdef",
    "Hex": DIGITS + "abcdefABCDEF",
    "letters": LOWER + UPPER,
    "lower": LOWER,
    "lower-alnum": DIGITS + LOWER,
    "segments": ALNUM + "_-.",
    "ulid": re.sub("[ILOU]", "", DIGITS + UPPER),
    "upper": UPPER,
    "upper-alnum": DIGITS + UPPER,
    "word": ALNUM + "_",
}
#: the same as the classes of ``re`` have them
CLASSES = {
    "alnum": "A-Za-z0-9",
    "base32": "A-Z2-7",
    "base32-lower": "a-z2-7",
    "base58": "1-9A-HJ-NP-Za-km-z",
    "base64": "A-Za-z0-9+/",
    "b64url": "A-Za-z0-9_-",
    "bech32": "02-9AC-HJ-NP-Z",
    "digits": "0-9",
    "HEX": "0-9A-F",
    "hex": "0-9a-f",
    "Hex": "0-9a-fA-F",
    "letters": "A-Za-z",
    "lower": "a-z",
    "lower-alnum": "0-9a-z",
    "segments": "A-Za-z0-9_.-",
    "ulid": "0-9A-HJKMNP-TV-Z",
    "upper": "A-Z",
    "upper-alnum": "0-9A-Z",
    "word": "A-Za-z0-9_",
}

_MADE_UP = expression(r"(.)\1\1|example|sample|dummy|fake|test|your|here|todo|secret|dead|live|demo", re.IGNORECASE)


def draw(source: random.Random, alphabet: str, length: int) -> str:
    """Return random characters that no check takes for a placeholder, with a letter or digit at both ends."""
    while True:
        text = "".join(alphabet[source.randrange(len(alphabet))] for _ in range(length))
        if text[0].isalnum() and text[-1].isalnum() and (length < 6 or not _looks_made_up(text, alphabet)):
            return text


def _looks_made_up(text: str, alphabet: str) -> bool:
    """Whether a text has repeats, runs like ``abcd``, words, few distinct characters, or lacks a kind of character."""
    size = len(alphabet)
    usual = size * (1 - (1 - 1 / size) ** len(text))
    return (
        bool(_MADE_UP.search(text))
        or len(set(text)) < usual * 0.6
        or _has_run(text)
        or (len(text) >= 16 and any(set(kind) <= set(alphabet) and not set(kind) & set(text) for kind in _KINDS))
    )


_KINDS = (DIGITS, LOWER, UPPER)


def _has_run(text: str) -> bool:
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(text)]
    return any(a == b == c and abs(a) <= 1 for a, b, c in zip(steps, steps[1:], steps[2:], strict=False))
