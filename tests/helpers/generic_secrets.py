"""Secrets without a vendor's format, found in a text as the engine finds them, and made-up passwords to find."""

from __future__ import annotations

import random
import re
import string
from functools import cache
from importlib import import_module

from keyguard.generic.expressions import SYNTAXES
from keyguard.model.judged_secret import JudgedSecret


@cache
def expressions(module: str) -> tuple[re.Pattern[bytes], ...]:
    """The expressions of a finder, as the plain prefilter runs them."""
    texts = [text for one in SYNTAXES if one.module == module for text in one.expressions]
    assert texts, module
    return tuple(re.compile(text.encode(), re.IGNORECASE | re.MULTILINE) for text in texts)


def secrets_in(module: str, text: str | bytes, path: str = "example") -> list[JudgedSecret]:
    """What a module of ``keyguard.generic`` finds in a text, in order and once each."""
    data = text.encode() if isinstance(text, str) else text
    full = f"keyguard.generic.{module}"
    find = import_module(full).find
    ends = sorted({found.end() for pattern in expressions(full) for found in pattern.finditer(data)})
    return sorted({secret for end in ends for secret in find(data, end, path.encode())})


def values_in(module: str, text: str, path: str = "example") -> list[str]:
    """The values of these secrets."""
    data = text.encode()
    return [data[one.start : one.end].decode() for one in secrets_in(module, text, path)]


def made_up(length: int = 14, seed: int = 0) -> str:
    """Letters and digits, random, with all three kinds among them."""
    source = random.Random(seed + length)
    while True:
        text = "".join(source.choices(string.ascii_letters + string.digits, k=length))
        if re.search("[a-z]", text) and re.search("[A-Z]", text) and re.search("[0-9]", text) and text[0].isalpha():
            return text
