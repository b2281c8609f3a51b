"""A key is found whatever stands before and behind it, and never inside a longer word: for every rule with a prefix."""

from __future__ import annotations

import functools
import marshal
import re
from itertools import product
from typing import NamedTuple

import pytest

from keyguard.masking.secret import Secret, fingerprint
from keyguard.model.finding import Match, Rule
from keyguard.rules import literals
from keyguard.rules.examples import fill
from tests.helpers.each import each
from tests.helpers.seeing import engine, key, see

#: what the peers stumble over, and what they do not
BEHIND = [
    '"', ":", "<", "&", ",", ")", ".", "@", "]", "}", "/", "%22", ";", "'", "`", "\\n", "\\r\\n", "\r\n", "\n", "\r", " ",
    "\t", "\0", "", "|", "?", "#", "!", "\\", "_ ", "- ", "*", "</key>", "&quot;", "\x1b[0m", "\u00e9", "\u3002", "\xff",
]  # fmt: skip
BEFORE = [
    '"', "'", "`", "=", ":", ">", "(", "/", "@", "-", "+", " _", "__", "*", "[", "{", "<", ",", ";", "|", "#", "$", "~",
    "\\n", "\\t", "\\r\\n", '\\"', "%3D", "%22", "\\u003d", "\\x3d", "\\075", "=3D", "\\033[32m", "\x1b[32m", "\x1b[0m",
    "\x1b[m", "\x1b[1;31m", "\x1b[38;5;196m", "\r\n", "\n", "\t", "\0", "", "&#61;", "Bearer ", "\u00e9", "\u3000",
]  # fmt: skip
WORDS = ["a", "Z", "7", "g", "task_", "live_", "egy_", "my_", "x9_", "ask", "dataA", "0"]


class Sample(NamedTuple):
    """A rule, its number, and a key out of its own examples."""

    rule: Rule
    number: int
    secret: bytes


@functools.cache
def samples() -> list[Sample]:
    """One of each rule whose pattern begins with its secret, and that with a literal."""
    found = []
    for index, rule in enumerate(engine().ruleset.rules):
        anchors = literals.anchors(rule.pattern)
        if rule.pattern.startswith("(?P<secret>") and anchors and all(one.before == (0, 0) for one in anchors):
            found.append(Sample(rule, index, _own_key(rule, index)))
    return found


def _own_key(rule: Rule, index: int) -> bytes:
    text = fill(rule.examples[0], rule.id).encode()
    return next(match.secret for match in engine().matcher.find(text).matches if index in match.rules)


def found_at(sample: Sample, before: str, behind: str) -> list[Match]:
    """The matches of that rule which begin where its key does."""
    text = before.encode() + sample.secret + behind.encode("latin-1" if behind == "\xff" else "utf-8")
    start = len(before.encode())
    matches = engine().matcher.find(text).matches
    return [match for match in matches if sample.number in match.rules and match.start == start]


def is_longer(sample: Sample, match: Match) -> bool:
    """Whether what follows could as well belong to the key, which nobody can tell."""
    return match.secret.startswith(sample.secret) and bool(re.fullmatch(sample.rule.pattern.encode(), match.secret))


every_sample = each(samples(), lambda sample: sample.rule.id)
#: but not of kinds that are looked for only where no character of base64 touches them: they lose ``/KEY`` and ``\x1b[mKEY``
every_open = each([one for one in samples() if one.rule.boundary != "isolated"], lambda sample: sample.rule.id)
every_word = each([one for one in samples() if one.rule.boundary in ("token", "strict")], lambda sample: sample.rule.id)


def test_most_rules_are_prefix_rules() -> None:
    assert len(samples()) >= 100


@every_open
def test_a_key_is_found_whatever_follows_it(sample: Sample) -> None:
    missed = []
    for behind in BEHIND:
        found = found_at(sample, 'x = "', behind)
        if not (found and (found[0].secret == sample.secret or is_longer(sample, found[0]))):
            missed.append(behind)
    assert missed == []


@every_open
def test_a_key_is_found_whatever_precedes_it(sample: Sample) -> None:
    missed = [before for before in BEFORE if not found_at(sample, before, '"')]
    assert missed == []


@every_sample
def test_a_key_ends_where_it_ends(sample: Sample) -> None:
    """Of all that may follow, a quote belongs to no key."""
    (found,) = found_at(sample, '"', '"')
    assert found.secret == sample.secret
    assert found.start <= found.body < found.end


@every_word
def test_a_key_is_not_found_inside_a_longer_word(sample: Sample) -> None:
    assert [word for word in WORDS if found_at(sample, f" {word}", '"')] == []


@every_word
def test_a_key_with_more_letters_behind_it_is_another_key_or_none(sample: Sample) -> None:
    for more in ("a", "Z", "0"):
        assert [found for found in found_at(sample, " ", more) if not is_longer(sample, found)] == []


@each([one for one in samples() if one.rule.boundary == "strict"], lambda sample: sample.rule.id)
def test_a_strict_rule_does_not_cut_a_longer_token_at_a_hyphen(sample: Sample) -> None:
    for more in ("-a", "_7", "-Z"):
        assert [found for found in found_at(sample, " ", more) if not is_longer(sample, found)] == []


# --- compiled code, in which the length of a string stands before it and the next one behind it ---------------------


@every_open
def test_a_key_in_compiled_python_is_found_and_ends_with_its_string(sample: Sample) -> None:
    # its length takes four bytes in the older version, and one in the newer: of 95 that is "_", and above 255 none
    if len(sample.secret) == ord("_") or len(sample.secret) > 255:
        return
    for behind, version in product(("zoo", "9 lives", ""), (2, 4)):
        code = compile(f"KEY = {sample.secret.decode()!r}\nTEXT = {behind!r}", "settings.py", "exec")
        compiled = marshal.dumps(code, version)
        found = [match.secret for match in engine().matcher.find(compiled).matches if sample.number in match.rules]
        assert found == [sample.secret], (behind, version)


@pytest.mark.parametrize("template", ["sk_live_{stripe:99}", "sk_test_{hex:40}", "sk_live_{alnum:42}"])
def test_a_key_in_compiled_java_is_found(template: str) -> None:
    secret = key(template).encode()
    text = b"\x07\x00\x01\x01\x00\x06stripe\x01" + len(secret).to_bytes(2, "big") + secret + b"\x0c\x00\x07"
    assert bytes((len(secret),)).isalnum(), "or it is found without all this"
    assert [match.secret for match in engine().matcher.find(text).matches] == [secret]


@pytest.mark.parametrize("kind", [b"\0", b"z", b"Z", b"\xda", b"\xfa"])
def test_a_letter_that_is_no_length_makes_it_a_word(kind: bytes) -> None:
    secret, before = key("sk_live_{alnum:42}").encode(), b"\1\2\3\4" + kind
    found = {chr(byte) for byte in b"2AZakz" if engine().matcher.find(before + bytes((byte,)) + secret + b'"').matches}
    assert found == {chr(len(secret))}


# --- the table on which the peers find 47 to 65 of 96 -------------------------------------------------------------

FAMILIES = {
    "stripe": "sk_live_{stripe:99}",
    "openai": "sk-proj-{alnum:60}T3BlbkFJ{alnum:60}",
    "anthropic": "sk-ant-api03-{b64url:93}AA",
    "gcp": "AIza{b64url:35}",
    "github": "ghp_{github}",
    "gitlab": "glpat-{alnum:20}",
    "slack": "xoxb-{digits:12}-{digits:13}-{alnum:24}",
    "pypi": "{pypi}",
    "shopify": "shpat_{hex:32}",
    "npm": "npm_{crc}",
    "sendgrid": "SG.{b64url:22}.{b64url:43}",
    "digitalocean": "dop_v1_{hex:64}",
}
PLACES = {
    "quote": 'k = "KEY"',
    "curl -u": "curl -u KEY: https://api.example",
    "xml": "<k>KEY</k>",
    "query": "https://example.org/?k=KEY&z=1",
    "csv": "a,KEY,b",
    "call": "f(KEY)",
    "full stop": "It is KEY. Then",
    "userinfo": "https://KEY@host/path",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_table_of_twelve_families_in_eight_places(family: str, place: str) -> None:
    secret = key(FAMILIES[family], place)
    found = see(PLACES[place].replace("KEY", secret))
    assert [one.fingerprint for one in found] == [fingerprint(Secret(secret.encode()), guessable=False)]
