"""Keys that a source puts together from pieces are found as one key, at the place of the first piece."""

from __future__ import annotations

import random

import pytest

from keyguard.engine import compiled
from tests.helpers.seeing import engine, key
from tests.joining.splits import SPLITS, Split

KEY = key("sk_live_{alnum:32}", "joined")
KINDS = {
    "stripe-like": "sk_live_{alnum:32}",
    "aws-access-key-id": "AKIA{base32:16}",
    "github-pat": "{github:ghp_}",
    "anthropic-key": "sk-ant-api03-{b64url:93}AA",
    "slack-bot-token": "xoxb-{digits:12}-{digits:12}-{alnum:24}",
}


def pieces_of(text: str, source: random.Random) -> tuple[str, str, str]:
    """Cut a text in three; the first piece has as much of a key as the shortest sign needs."""
    first, second = sorted(source.sample(range(4, len(text) - 1), 2))
    return text[:first], text[first:second], text[second:]


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: split.name)
def test_a_split_key_is_found_as_one_key_at_its_first_piece(split: Split) -> None:
    source = random.Random(split.name)
    kind = compiled.ENGINES[1:][source.randrange(2)] if split.together else "auto"
    for cuts in [(8, 20), *(sorted(source.sample(range(8, 38), 2)) for _ in range(3))]:
        pieces = KEY[: cuts[0]], KEY[cuts[0] : cuts[1]], KEY[cuts[1] :]
        text = f"first line\n{split.write(*pieces)}"
        found = engine(kind).matcher.find(text.encode(), b"").matches
        assert [one.secret.decode() for one in found] == [KEY], (cuts, text)
        (match,) = found
        assert text[match.start :].startswith(pieces[0])
        assert "".join(text[start:end] for start, end in match.pieces) == KEY
        assert text[: match.end].endswith(pieces[2]) or not split.together
