"""Values and files made up from a seed, so that no key is written down."""

from __future__ import annotations

import random
import string

ALPHANUMERIC = string.ascii_letters + string.digits


def random_value(seed: str, size: int = 24, alphabet: str = ALPHANUMERIC) -> str:
    """A value as generators make them: with a digit, a small and a capital letter if the alphabet has them."""
    source = random.Random(seed)
    while True:
        value = "".join(source.choice(alphabet) for _ in range(size))
        kinds = {(one.isdigit(), one.isupper()) for one in value}
        if len(kinds) == len({(one.isdigit(), one.isupper()) for one in alphabet}):
            return value
