"""Texts that are made to take long: what is decoded of them stays within limits, and grows with the text alone."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Collection, Iterator

import pytest

from keyguard.decoding import texts
from keyguard.decoding.derived_text import DerivedText
from tests.helpers.seeing import engine, key

KEY = key("sk_live_{alnum:32}", "hostile").encode()
BEGIN = base64.b64encode(b"sk_live_1")
LINE = base64.b64encode(b"sk_live_1" + b"x" * 21)

Shape = Callable[[int], bytes]


def bomb(size: int) -> bytes:
    return base64.b64encode(gzip.compress(bytes(size), mtime=0))


def deep(depth: int) -> bytes:
    text = KEY
    for _ in range(depth):
        text = base64.b64encode(text)
    return text


SHAPES: dict[str, Shape] = {
    "one run": lambda size: base64.b64encode(b"sk_live_1 " * (size // 14)),
    "many runs": lambda size: (BEGIN + b" ") * (size // 13),
    "runs with signs": lambda size: (BEGIN + b"/") * (size // 13),
    "lines": lambda size: (LINE + b"\n") * (size // 41),
    "lines in a string": lambda size: (LINE + b"\\n") * (size // 42),
    "hex": lambda size: b"sk_live_1".hex().encode() * (size // 18),
    "percent": lambda size: b"%73%6b" * (size // 6),
    "percent of percent": lambda size: b"%2573" * (size // 5),
    "backslashes": lambda size: b"\\" * size,
    "escapes": lambda size: b"\\u0073" * (size // 6),
    "HTML": lambda size: b"&amp;#115;" * (size // 10),
    "anchors with codes": lambda size: b"sk_live_%20" * (size // 11),
    "anchors with lines": lambda size: b"sk_live_a=\n" * (size // 11),
    "zlib headers": lambda size: (b" eJw" + b"a" * 44) * (size // 48),
    "bombs": lambda size: (bomb(1 << 21) + b" ") * (size // 2800),
    "bombs of bombs": lambda size: base64.b64encode(gzip.compress(bomb(1 << 23), mtime=0)) * (size // 500),
    "very deep": lambda size: deep(14) + b" " * size,
}


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the texts that are derived."""
    sizes, usual = list[int](), texts.derived_texts

    def counted(
        data: bytes, anchors: Collection[tuple[int, int]], encoded: Collection[tuple[int, int]], *, inner: bool
    ) -> Iterator[DerivedText]:
        for text in usual(data, anchors, encoded, inner=inner):
            sizes.append(len(text.text))
            yield text

    monkeypatch.setattr("keyguard.engine.derived_matches.derived_texts", counted)
    return sizes


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_decoded_grows_with_the_text_alone(shape: str, decoded: list[int]) -> None:
    spent = []
    for size in (20_000, 40_000):
        decoded.clear()
        engine().matcher.find(SHAPES[shape](size))
        spent.append((len(decoded), sum(decoded)))
    (few, little), (many, much) = spent
    assert many <= 2.2 * few + 8
    # beyond the limit no text is searched, and the one that exceeds it is the last one
    assert much <= min(2.2 * little + (1 << 20), 16 * 60_000 + (6 << 20))


def test_a_key_behind_a_bomb_is_found() -> None:
    text = bomb(1 << 22) + b" " + base64.b64encode(KEY) + b"\n"
    assert [match.secret for match in engine().matcher.find(text).matches] == [KEY]


def test_a_compressed_text_is_read_up_to_its_limit() -> None:
    for padding, found in ((1000, [KEY]), (2 << 20, [])):
        text = base64.b64encode(gzip.compress(b" " * padding + KEY, mtime=0))
        assert [match.secret for match in engine().matcher.find(text).matches] == found


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(gzip.compress(KEY, mtime=0))[:-44],
        base64.b64encode(gzip.compress(KEY, mtime=0)[:12] + b"nonsense, and nothing that can be unpacked"),
        b" eJwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        b"%",
        b"%7",
        b"\\u00",
        b"&#x;",
        b"&#1114112;&#x110000;" * 8,
        b"\\ud800" * 9,
        b"\\u{110000}\\UFFFFFFFF" + b"\\x73" * 9,
        b"sk_live_=",
        BEGIN[:7],
        BEGIN + b"\n",
        b"=\n" * 40,
    ],
)
def test_what_is_cut_off_or_damaged_does_no_harm(text: bytes) -> None:
    for data in (text, base64.b64encode(text), b"a\n" + text):
        assert engine().matcher.find(data).matches == []
