"""The made-up files are what they say they are; what keyguard finds in them is measured beside this."""

from __future__ import annotations

import dataclasses

import pytest

from tests.generic.everyday import corpus
from tests.generic.everyday.kinds import Kind
from tests.generic.everyday.measure import Answer, Tally, tally
from tests.generic.everyday.texts import WRITTEN, render
from tests.helpers.seeing import engine

EVERY_KIND = (*corpus.POSITIVE, *corpus.NEGATIVE, *corpus.WEAK)


def test_the_same_seed_makes_the_same_files_whatever_other_kinds_there_are() -> None:
    few = list(corpus.samples(corpus.POSITIVE[3:5], 7, 4))
    assert few == [one for one in corpus.samples(corpus.POSITIVE, 7, 4) if one.kind in corpus.POSITIVE[3:5]]
    assert [one.text for one in few] != [one.text for one in corpus.samples(corpus.POSITIVE[3:5], 8, 4)]


def test_no_two_kinds_have_one_name() -> None:
    assert len({kind.name for kind in EVERY_KIND}) == len(EVERY_KIND)


@pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.name)
def test_a_kind_holds_a_secret_in_every_way_of_writing_or_in_none(kind: Kind) -> None:
    assert {"<<secret" in variant for variant in kind.variants} == {bool(kind.value)}
    for variant in kind.variants:
        for sample in corpus.samples([kind._replace(variants=(variant,))], 1, 2):
            assert len(sample.secrets) == variant.count("<<secret")
            assert b"<<" not in sample.text.replace(b"<<<", b"")
            assert all(sample.text[start:end].strip() for start, end in sample.secrets)


def test_a_span_is_the_value_as_it_is_written() -> None:
    rendered = render('Grüße {"a": "<<secret:json>>", "b": <<port>>}', lambda name: name, {"secret": 'x"y'})
    assert rendered.text.decode() == 'Grüße {"a": "x\\"y", "b": port}'
    ((start, end),) = rendered.spans
    assert rendered.text[start:end] == b'x\\"y'


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("camel", "dbRootPassword"),
        ("pascal", "DbRootPassword"),
        ("kebab", "db-root-password"),
        ("dotted", "db.root.password"),
    ],
)
def test_names_are_written_as_languages_write_them(written: str, text: str) -> None:
    assert WRITTEN[written]("DB_ROOT_PASSWORD") == text


def test_a_finding_counts_if_it_covers_the_secret() -> None:
    kind = Kind("k", ("p",), ("<<secret>>",), value="token")
    sample = corpus.Sample(kind, "p", b"x" * 40, ((10, 20), (30, 40)))
    counted = Tally()
    counted.add(sample, [Answer(8, 20, "r", True, False), Answer(30, 34, "r", True, False)])
    assert (counted.true, dict(counted.missed), dict(counted.false)) == (1, {"k": 1}, {"k": 1})
    assert (counted.precision, counted.recall, counted.f1) == (0.5, 0.5, 0.5)
    assert dataclasses.replace(counted, missed=counted.missed + counted.missed).recall == pytest.approx(1 / 3)


def test_a_private_key_is_found_and_an_empty_file_has_nothing_false() -> None:
    keys = [kind for kind in corpus.POSITIVE if kind.name == "private key"]
    tiers = tally(engine().matcher, corpus.samples(keys, 1, 3))
    assert (tiers.fails.recall, tiers.fails.precision) == (1.0, 1.0)
    assert tally(engine().matcher, [corpus.Sample(keys[0], "empty", b"", ())]).reported == Tally()
