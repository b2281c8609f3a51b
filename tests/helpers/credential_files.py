"""What the table of credential files finds in a text, and values that nobody uses anywhere."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from string import ascii_letters, digits, hexdigits

from keyguard.credential_files.format import Format
from keyguard.credential_files.table import FORMATS, named
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence

Found = list[tuple[str, str]]


def made_up(seed: int, length: int = 20, letters: str = ascii_letters + digits) -> str:
    """A random word, always the same for a seed; it begins with a letter and contains a digit."""
    chosen = random.Random(f"{seed} {length}")
    return "q" + "".join(chosen.choices(letters, k=length - 2)) + "7"


def in_hex(seed: int, length: int) -> str:
    """Random digits of base 16, in lower case."""
    return "".join(random.Random(seed).choices(hexdigits.lower()[:16], k=length))


def by_path(path: str, text: str | bytes) -> Found:
    """What the formats find that a path is known by: rules and values, in the order of the text.

    Behind a rule stand ``~`` for medium confidence, ``?`` for a weak value, ``#`` for one in a comment.
    """
    return _found(named(path.encode()), text, path, named=True)


def by_sign(text: str | bytes) -> Found:
    """What the formats find of which the text has a sign, where no path is known."""
    data = text.encode() if isinstance(text, str) else text
    return _found([one for one in FORMATS if has_sign(one, data)], text, "", named=False)


def has_sign(one: Format, data: bytes) -> bool:
    """Whether one of a format's signs is in a text, by the meaning that Hyperscan gives to them."""
    flags = re.IGNORECASE | re.MULTILINE
    return any(re.search(sign.encode(), data, flags) for sign in one.signs)


def _found(formats: Iterable[Format], text: str | bytes, path: str, *, named: bool) -> Found:
    data = text.encode() if isinstance(text, str) else text
    secrets: dict[tuple[int, int], JudgedSecret] = {}
    for one in formats:
        for secret in one.find(data, path.encode(), named):
            secrets.setdefault((secret.start, secret.end), secret)
    return [(_marked(one), data[one.start : one.end].decode()) for one in sorted(secrets.values())]


def _marked(secret: JudgedSecret) -> str:
    assert secret.reasons
    medium = secret.confidence is not Confidence.HIGH
    return secret.rule + "~" * medium + "?" * secret.weak + "#" * secret.comment
