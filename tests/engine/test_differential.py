"""The engine in pure Python and the one with Hyperscan find equal things, in texts that are made to tell them apart."""

from __future__ import annotations

import functools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyguard.engine import prefilter
from keyguard.model.finding import Rule
from keyguard.rules.examples import fill
from tests.helpers.each import each
from tests.helpers.seeing import engine, rules, see

pytestmark = pytest.mark.skipif(not prefilter.available(), reason="there is no Hyperscan here to compare with")

GLUE = [
    b"", b" ", b"\n", b"\r\n", b'"', b"'", b":", b"=", b"_", b"-", b".", b"/", b"@", b"\\n", b"%3D", b"\0", b"\xff\xfe",
    b"\x80", b"\xc3\xa9", b"\x1b[32m", b"a", b"7", b"task_", b"\\u003d", b",",
]  # fmt: skip


@functools.cache
def examples() -> tuple[str, ...]:
    """What the rules themselves bring."""
    return tuple(example for rule in rules().rules for example in (*rule.examples, *rule.non_examples))


@functools.cache
def literal_texts() -> list[bytes]:
    plan = engine().plan
    exact = [anchor.literal + bytes(tail[0] for tail in anchor.tail) for anchor in plan.anchors]
    return exact + [text.upper() for text in exact] + [anchor.literal for anchor in plan.anchors]


@st.composite
def pieces(draw: st.DrawFn) -> bytes:
    """An example, the beginning or the end of one, the literal of an anchor, or one of them many times."""
    kind = draw(st.sampled_from(["example", "head", "tail", "literal", "noise", "repeat"]))
    if kind == "noise":
        return draw(st.binary(max_size=40))
    if kind == "literal":
        return draw(st.sampled_from(literal_texts()))
    if kind == "repeat":
        return draw(st.sampled_from(literal_texts())) * draw(st.integers(2, 60))
    text = fill(draw(st.sampled_from(examples())), str(draw(st.integers(0, 50)))).encode()
    cut = draw(st.integers(0, len(text)))
    return text if kind == "example" else text[:cut] if kind == "head" else text[cut:]


texts = st.lists(st.tuples(pieces(), st.sampled_from(GLUE)).map(b"".join), min_size=1, max_size=8).map(b"".join)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts)
def test_both_engines_find_the_same(text: bytes) -> None:
    one, other = engine("hyperscan"), engine("python")
    assert set(one.prefilter.hits(text)) == set(other.prefilter.hits(text))
    assert one.matcher.find(text) == other.matcher.find(text)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts, st.sampled_from(["utf-8", "utf-16", "utf-16-be", "utf-32-le"]))
def test_both_engines_see_the_same_in_any_encoding(text: bytes, codec: str) -> None:
    data = text.decode("latin-1").encode(codec)
    assert see(data, kind="hyperscan") == see(data, kind="python")


@each(rules().rules, lambda rule: rule.id)
def test_both_engines_prove_every_rule(rule: Rule) -> None:
    for example in (*rule.examples, *rule.non_examples):
        text = fill(example, rule.id).encode()
        assert engine("hyperscan").matcher.find(text) == engine("python").matcher.find(text)


def test_both_engines_agree_on_noise_that_holds_every_literal() -> None:
    source = random.Random(7)
    literals = literal_texts()
    for _ in range(40):
        text = b"".join(
            source.choice(literals) + source.randbytes(source.randrange(30)) for _ in range(source.randrange(200))
        )
        assert set(engine("hyperscan").prefilter.hits(text)) == set(engine("python").prefilter.hits(text))
        assert engine("hyperscan").matcher.find(text) == engine("python").matcher.find(text)
