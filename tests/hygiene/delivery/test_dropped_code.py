"""What a release build leaves out is told in one pass, however the text is made."""

from __future__ import annotations

import pytest

from keyguard.hygiene.delivery import android, server_templates
from keyguard.hygiene.delivery.dropped_code import DEBUG, of_code
from keyguard.hygiene.project import balanced_blocks

GUARD = b"if (BuildConfig.DEBUG) {"


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The brackets whose end was looked for."""
    real, tried = balanced_blocks.block_end, list[int]()

    def counted(text: bytes, start: int) -> int:
        tried.append(start)
        return real(text, start)

    monkeypatch.setattr(balanced_blocks, "block_end", counted)
    return tried


def test_a_block_that_is_not_closed_is_tried_once(tried: list[int]) -> None:
    found = [one for one in of_code(GUARD * 2000) if one.why == DEBUG]
    assert len(found) == 2000
    assert len(tried) == 1


def test_blocks_inside_another_are_not_tried_again(tried: list[int]) -> None:
    assert sum(one.why == DEBUG for one in of_code((GUARD * 50 + b"}" * 50 + b"\n") * 20)) == 1000
    assert len(tried) == 20


def test_statements_of_gradle_are_read_once(tried: list[int]) -> None:
    assert len(list(android._statements(b"buildConfigField(" * 2000))) == 2000
    assert len(tried) == 1
    tried.clear()
    spans = list(android._statements(b'resValue("string",\n  "a", "b")\nmanifestPlaceholders["a"] = "b"\nc\n'))
    assert spans == [(0, 30), (31, 62)]
    assert len(tried) == 2


def test_a_statement_without_brackets_goes_on_behind_a_comma() -> None:
    assert list(android._statements(b'buildConfigField "String",\n  "A",\n  "b"\nc\n')) == [(0, 39)]
    assert len(list(android._statements(b"resValue,\n" * 50_000))) == 50_000


def test_calls_that_print_are_tried_once(tried: list[int]) -> None:
    server_templates.delivery(b"a.php", b"<html><?php " + b"wp_localize_script(" * 2000)
    assert len(tried) == 1
