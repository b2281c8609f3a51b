"""Private keys that everybody has are known by their digests, and no others are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keyguard.rules import published_keys
from keyguard.rules.examples import fill
from keyguard.rules.private_keys import read
from keyguard.support import digests
from tests.helpers.seeing import engine


def test_what_is_published_is_a_list_of_digests_in_order() -> None:
    lines = Path(published_keys._FILE).read_text(encoding="ascii").splitlines()
    assert lines == sorted(set(lines))
    assert len(lines) > 4000
    assert all(re.fullmatch("[0-9a-f]{16}", line) for line in lines)


def test_a_published_key_counts_as_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    text = fill("{pem:EC PRIVATE KEY}", "published")
    key = read(text.encode())
    assert key
    assert len(engine().matcher.find(text.encode()).matches) == 1
    digest = digests.new("sha256", key.text).hexdigest()[:16]
    monkeypatch.setattr(published_keys, "_published", lambda: frozenset({digest}))
    wrapped = "\n".join(f"# {line}" for line in text.splitlines())
    for written in (text, wrapped):
        found = engine().matcher.find(written.encode())
        assert (found.matches, len(found.placeholders)) == ([], 1)
