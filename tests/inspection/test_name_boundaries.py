"""Where a key in a name begins and ends."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

import pytest

from keyguard.engine.compiled import Engine
from keyguard.inspection.filenames import Names
from keyguard.masking.known_values import KNOWN
from keyguard.masking.secret import Secret, fingerprint, masked
from keyguard.masking.values import Value
from keyguard.model.finding import Where
from keyguard.rules import examples
from tests.helpers import seeing
from tests.helpers.checkout import made_up_key

KEY = made_up_key(21)
#: of formats of one length, of one with a checksum, and of one whose alphabet has the characters that divide names
TEMPLATES = {
    "aws-access-key-id": "AKIA{base32:16}",
    "sendmailos-key": "sk_live_{alnum:32}",
    "google-api-key": "AIza{alnum:35}",
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return seeing.engine()


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    KNOWN.clear()
    yield
    KNOWN.clear()


def note(key: str) -> None:
    """Have a key known, as if a text had held it."""
    secret = Secret(key.encode())
    KNOWN.note(Value(key.encode(), 8, masked(secret, 8, guessable=False), fingerprint(secret, guessable=False)))


def found(engine: Engine, *names: str) -> list[str]:
    """The fingerprints of what is in names."""
    return [one.fingerprint for one in Names(engine).sightings([name.encode() for name in names], Where.TREE)]


def prints(*keys: str) -> list[str]:
    return [fingerprint(Secret(key.encode()), guessable=False) for key in keys]


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "backup_{}.env",
        "fix/SENDMAILOS_{}",
        "a_b_{}_c",
        "{}_old",
        "x-{}-y",
        "2024_{}",
        "é_{}.txt",
        "_{}_",
        "a/b_{}/c.txt",
        "a__{}__b",
    ],
)
def test_a_key_that_touches_an_underscore_is_found_as_it_is(engine: Engine, around: str) -> None:
    for key in (KEY, *(examples.fill(template, "a name") for template in TEMPLATES.values())):
        assert found(engine, around.format(key)) == prints(key), around


@pytest.mark.parametrize("around", ["old{}", "{}x.txt", "backup_{}x.txt", "x{}y", "1{}"])
def test_a_key_that_touches_a_letter_is_found_where_it_is_known(engine: Engine, around: str) -> None:
    name = around.format(KEY)
    assert found(engine, name) != prints(KEY)
    KNOWN.clear()
    note(KEY)
    assert found(engine, name) == prints(KEY)
    note(KEY[:-4])  # of two that begin alike, the longer one
    assert found(engine, name) == prints(KEY)


def test_two_keys_in_one_name_are_two(engine: Engine) -> None:
    other = made_up_key(22)
    assert found(engine, f"a_{KEY}_{other}_b") == prints(KEY, other)
    assert found(engine, f"a_{KEY}/a_{other}", f"a_{KEY}/c", f"a_{KEY}/a_{other}/d") == prints(KEY, other)


def test_words_behind_a_key_whose_alphabet_divides_names_are_no_part_of_it(engine: Engine) -> None:
    rule = next(one for one in engine.ruleset.rules if one.id == "gitlab-pat")
    key = next(examples.fill(one, "b") for one in rule.examples)
    key = key[key.index("glpat-") :][:26]
    for around in ("{}_old", "backup_{}_old-version.txt", "{}-2024", "{}-Backup", "x_{}"):
        assert found(engine, around.format(key)) == prints(key), around


def test_words_that_could_be_read_in_two_ways_take_no_time(engine: Engine) -> None:
    """A step for each way would be 2**50 steps, which no test would live to see."""
    rng = random.Random(21)
    words = "".join("-" + "".join(rng.choices(string.ascii_lowercase, k=3)) for _ in range(50))
    assert len(found(engine, f"a_glcbt-eyJhbG{words}-AB1_b")) == 1


def test_what_lies_within_a_key_divides_nothing(engine: Engine) -> None:
    inner = examples.fill("AKIA{base32:16}", "c")
    outer = "sk_live_" + made_up_key(3)[8:12] + inner
    assert len(found(engine, f"x_{outer}")) <= 1
    assert prints(inner) != found(engine, f"x_{outer}")


def test_what_is_no_key_elsewhere_is_none_in_a_name(engine: Engine) -> None:
    for name in ("test_sk_live_helpers.py", "a_sk_test_your_key_here", f"a_{KEY[:20]}", "my_AKIAIOSFODNN7EXAMPLE.txt"):
        assert found(engine, name) == []
