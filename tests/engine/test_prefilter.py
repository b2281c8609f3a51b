"""Both prefilters find every anchor, wherever it stands."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.engine import compiled, detectors, plan_builder, prefilter
from keyguard.engine.prefilter import HyperscanPrefilter, Prefilter, search_each, suspects
from keyguard.engine.python_prefilter import PythonPrefilter, _alternatives
from keyguard.rules.anchor import Anchor
from tests.engine.test_plan_builder import rule

DIGITS = b"0123456789"
ANCHORS = (
    Anchor(b"abc", False, (), (0, 0)),
    Anchor(b"abc", False, (DIGITS, DIGITS), (0, 0)),
    Anchor(b"aws", True, (), (0, 0)),
    Anchor(b"\x00\xff[", False, (), (0, 0)),
    Anchor(b"bcd", False, (bytes(range(256)),), (0, 0)),
)
ENGINES = [PythonPrefilter] + [HyperscanPrefilter] * prefilter.available()


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def found(request: pytest.FixtureRequest) -> Prefilter:
    """A prefilter of each kind over the same anchors."""
    made: Prefilter = request.param(ANCHORS)
    return made


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        (b"", []),
        (b"ab", []),
        (b"abc", [(0, 0)]),
        (b"ABC", []),
        (b"xabcabc", [(0, 1), (0, 4)]),
        (b"abc12", [(0, 0), (1, 0)]),
        (b"abc1", [(0, 0)]),
        (b"abc1x", [(0, 0)]),
        (b"AwS aws", [(2, 0), (2, 4)]),
        (b"\x00\xff[", [(3, 0)]),
        (b"abcd\n", [(0, 0), (4, 1)]),
        (b"abcd", [(0, 0)]),
        (b"\n" * 100_000 + b"abc", [(0, 100_000)]),
    ],
)
def test_every_anchor_is_found_where_it_stands(found: Prefilter, text: bytes, hits: list[tuple[int, int]]) -> None:
    assert sorted(found.hits(text)) == hits
    assert found.fires(text) is bool(hits)
    # and nothing is left over from the scan before
    assert found.hits(b"") == []


@given(texts=st.lists(st.text("abc1\n", max_size=8).map(str.encode), max_size=12))
@pytest.mark.parametrize("engine", ENGINES)
def test_one_look_at_many_misses_nothing_that_a_look_at_each_would_find(
    engine: Callable[..., Prefilter], texts: list[bytes]
) -> None:
    prefilter = engine(ANCHORS)
    alone = {number for number, text in enumerate(texts) if prefilter.hits(text)}
    together = suspects(prefilter, texts)
    assert alone <= set(together)
    assert together == sorted(set(together) & set(range(len(texts))))


def test_one_look_at_many_spares_the_others(found: Prefilter) -> None:
    assert suspects(found, []) == []
    assert suspects(found, [b"x", b"abc", b"", b"xaws", b"aw", b"s"]) == [1, 3]


def test_what_one_look_at_many_finds_is_what_a_look_at_each_finds() -> None:
    texts = [
        *(b"[default]", b"password: {}", b"db_password = '{}'", b"curl -u me:{} x", b'psk="{}', b'{}" x'),
        *(b"|", b" chpasswd", b"x-api-key:", b" {}", b"token:\n", b"  - {}", b"-----BEGIN", b"", b"sk_", b"live_{}"),
    ]
    value = b"Zk3J9sLq2MxZ81hTbW5cVd7R"
    filled = [text.replace(b"{}", value) for text in texts]
    prefilter = compiled.load().prefilter
    alone = {number: hits.places for number, text in enumerate(filled) if (hits := prefilter.search(text)).places}
    together = search_each(prefilter, filled)
    assert len(alone) >= 3
    assert {number: sorted(hits.places) for number, hits in together.items() if hits.places} == {
        number: sorted(places) for number, places in alone.items()
    }


def test_no_expression_matches_from_one_text_into_the_next() -> None:
    classes = [one for text in detectors.expressions() for one in re.findall(r"\[(?:\\.|[^\]\\])+\]|\\[sSwWdD]", text)]
    both = {one for one in classes if re.match(one.encode(), b"\n") and re.match(one.encode(), b"\0")}
    # two bytes within the header of a keystore, which are followed by more
    assert both == {r"[\x00-\xff]"}


def test_without_a_literal_that_ignores_case_nothing_is_folded() -> None:
    assert PythonPrefilter(ANCHORS[:1]).hits(b"ABCabc") == [(0, 3)]


@pytest.mark.skipif(not prefilter.available(), reason="there is no Hyperscan here")
def test_what_follows_a_literal_that_ignores_case_ignores_it_in_both() -> None:
    anchors = plan_builder.build_plan([rule("a", "(?P<secret>(?i:tok)[0-9a-f]{3})")]).anchors
    for text in (b"TOK0af", b"tok0AF", b"tok0xy"):
        assert sorted(HyperscanPrefilter(anchors).hits(text)) == sorted(PythonPrefilter(anchors).hits(text))


@pytest.mark.skipif(not prefilter.available(), reason="there is no Hyperscan here")
def test_a_database_can_be_written_down_and_read_back() -> None:
    again = HyperscanPrefilter(ANCHORS, HyperscanPrefilter(ANCHORS).dump())
    assert sorted(again.hits(b"abc12")) == [(0, 0), (1, 0)]


@pytest.mark.skipif(not prefilter.available(), reason="there is no Hyperscan here")
def test_a_database_that_is_none_is_refused_and_not_run() -> None:
    dump, _ = HyperscanPrefilter(ANCHORS).dump()
    for broken in (b"nonsense", dump[:-9], dump[:40], b"\xff" * len(dump)):
        with pytest.raises(prefilter.unusable()):
            HyperscanPrefilter(ANCHORS, (broken, b""))


def test_without_the_library_it_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert not prefilter.available()


@pytest.mark.skipif(not prefilter.available(), reason="there is no Hyperscan here")
def test_the_version_says_what_a_database_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prefilter.library_version()
    monkeypatch.setattr(prefilter, "FORMAT", 99)
    assert before != prefilter.library_version()
    assert prefilter.library_version().endswith("|99")


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("ab(?:c|d[|)]|(?:e|f))", ["ab(?:c)", "ab(?:d[|)])", "ab(?:(?:e|f))"]),
        ("a(?:b|c)d", ["a(?:b|c)d"]),
        (r"a(?:\)|\|b)", [r"a(?:\))", r"a(?:\|b)"]),
        ("(?:x|y)z(?:a)", ["(?:x|y)z(?:a)"]),
        ("a(b|c)", ["a(b|c)"]),
    ],
)
def test_the_alternatives_at_the_end_of_an_expression(expression: str, parts: list[str]) -> None:
    assert _alternatives(expression) == parts


def test_what_separates_texts_is_in_none_of_them() -> None:
    from tests.helpers.checkout import made_up_key
    from tests.helpers.seeing import engine

    text = f"KEY={made_up_key(5)[:-16]}".encode()
    together = search_each(engine().prefilter, [text, b"x", text + b"\n"])
    assert all(end <= len(text) for _, end in (*together[0].joins, *together[0].places))
    assert sorted(together[2].joins) == sorted(engine().prefilter.search(text + b"\n").joins)
