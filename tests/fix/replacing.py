"""What tests of replacements share: rows with ``§`` for the key and ``$X`` for its variable's name."""

from __future__ import annotations

from typing import NamedTuple

from keyguard.fix.code import replace_literal
from keyguard.fix.code.edits import Refused, Replaced
from tests.helpers.seeing import key

KEY = key()
VARIABLE = "SHOP_KEY"


class Row(NamedTuple):
    """A text, and what becomes of it; nothing where it stays as it is, for a reason that has these words in it."""

    why: str
    before: str
    after: str = ""
    reason: str = ""


def replaced(language: str, text: str) -> Replaced | Refused:
    """What becomes of the first ``§`` of a text."""
    content = text.replace("§", KEY).encode()
    start = content.index(KEY.encode())
    return replace_literal(language, content, (start, start + len(KEY)), VARIABLE)


def check(language: str, row: Row) -> None:
    """The row holds."""
    found = replaced(language, row.before)
    if row.after:
        assert isinstance(found, Replaced), found
        assert found.content.decode() == row.after.replace("§", KEY).replace("$X", VARIABLE)
    else:
        assert isinstance(found, Refused), found.content.decode()
        assert row.reason in found.reason
        assert KEY not in found.reason
