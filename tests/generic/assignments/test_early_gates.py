"""What is dropped at a glance would be dropped by the gates, or is nothing that the model is sure of."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from keyguard.generic.assignments.candidates import read
from keyguard.generic.assignments.early_gates import is_hopeless
from keyguard.generic.assignments.gates import dropped
from keyguard.generic.assignments.scoring import confidence
from keyguard.model.scales import Confidence

NAMES = ("password", "api_key", "token", "DB_PASS", "author", "key", "clientSecret", "auth.seed", "пароль", "--pin")
VALUES = (
    "primary_key", "users.name", "application/json", "read:org", "Marcia", "tulip", "supersecret", "Authorization",
    "not found", "self.token", "os.environ", "token", "user", "x" * 40, "a" * 9 + "1", "qwZkLmPvRtYxBnHs",
)  # fmt: skip
FORMS = ('{} = "{}"', "{}: '{}'", "{}={}", "{}: {}", "  {} := `{}`", '"{}": "{}"', "# {} = {}", 'f("{}", "{}")')
PATHS = (b"", b"src/a.py", b"app/b.ts", b"c.yml", b".env", b"d.go")


def random_value(random: Random) -> str:
    letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789+/_-."
    return "".join(random.choices(letters, k=random.randint(20, 44)))


@pytest.mark.parametrize("path", PATHS)
def test_nothing_that_could_be_a_secret_is_dropped_at_a_glance(path: bytes) -> None:
    random = Random(14)
    values = [*VALUES, *(random_value(random) for _ in range(60))]
    hopeless = 0
    for name, value, form in product(NAMES, values, FORMS):
        line = f"before\n{form.format(name, value)}\nafter".encode()
        for end in range(line.index(b"\n") + 2, line.rindex(b"\n") + 1):
            if is_hopeless(line, end, path):
                hopeless += 1
                one = read(line, end, path)
                # a word alone is neither a key nor a token, whatever the model makes of it
                sure = one is not None and one.value != "Marcia" and confidence(one) is Confidence.HIGH
                assert not sure or (one is not None and dropped(one) is not None), (line, end)
    assert hopeless


def test_a_glance_costs_the_same_whatever_stands_around() -> None:
    text = b"\n" + b"a=" * 100_000 + b'token: "users.name"'
    assert is_hopeless(text, len(text), b"a.yml")
    assert not is_hopeless(text, 100_001, b"a.py")
