"""Expand example templates into key-like texts, so that no key is ever written down in a rule pack.

``SENDMAILOS_API_KEY=sk_live_{alnum:32}`` becomes a line with a random key in it, the same one for the same seed on
every Python. Checksums and inner structures are valid; ``{{`` and ``}}`` are literal braces.
"""

from __future__ import annotations

import random
import re

from keyguard.rules.alphabets import ALPHABETS, draw
from keyguard.rules.structured_bodies import MAKERS
from keyguard.support.errors import RuleError
from keyguard.support.regex import expression

_TOKEN = expression(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def fill(template: str, seed: str) -> str:
    """Return the template with every directive replaced; equal seeds give equal texts.

    Raise RuleError for an unknown directive.
    """
    source = random.Random(seed)  # noqa: S311  (made-up keys, and the same ones every time)

    def replace(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None:
            raise RuleError(f"template {template!r}: a literal {found[0]!r} is written {found[0] * 2!r}")
        return _expand(found[1], source, template)

    return _TOKEN.sub(replace, template)


def directives() -> tuple[str, ...]:
    """Return the names that may be used in braces, sorted."""
    return tuple(sorted([*ALPHABETS, *MAKERS]))


def _expand(directive: str, source: random.Random, template: str) -> str:
    name, _, argument = directive.partition(":")
    if name in MAKERS:
        try:
            return MAKERS[name](source, argument)
        except ValueError as error:
            raise RuleError(f"template {template!r}: {directive!r}: no such argument") from error
    if name not in ALPHABETS:
        known = ", ".join(directives())
        raise RuleError(f"template {template!r}: unknown directive {directive!r}; there are {known}")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", argument):
        raise RuleError(f"template {template!r}: {directive!r} needs a length from 1 to 9999, as in {{{name}:32}}")
    return draw(source, ALPHABETS[name], int(argument))
