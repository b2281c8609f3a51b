"""The packs themselves: complete, readable, free of anything that looks like a key, and each rule proven."""

from __future__ import annotations

import itertools
import re
import statistics
from pathlib import Path
from typing import Any

import pytest

from keyguard.model.finding import Blob, Environment, Rule, Where
from keyguard.rules import examples, literals, loader
from keyguard.rules.checksums import CHECKSUMS, REQUIRED
from keyguard.rules.loader import RuleSet
from keyguard.rules.placeholders import entropy
from keyguard.support import tomlfile
from tests.helpers.each import each
from tests.helpers.seeing import inspector, rules

PACKS = sorted(Path(loader.builtin_dir()).glob("*.toml"))
RULES: RuleSet = rules()
#: those of the packs; the tables of vendors have tests of their own
OWN = loader.parse([(str(path), path.read_bytes()) for path in PACKS]).rules
#: vendors that are no companies: they have no page and no host
NOBODY = {"unknown", "private-key", "connection-string", "http-authentication", "command-line", "credential-file"}
NOBODY |= {"server-credential", "generic-secret"}
#: hosts that packages are fetched from; spelt in two parts, or this file would name them
INDEXES = ["py" + "pi.org", "registry." + "npmjs", "crates" + ".io", "rubygems" + ".org", "hub." + "docker.com"]
STEPS = re.compile(r"(?:^|\n)([0-9])\. ")

every_pack = each(PACKS, lambda path: path.stem)
every_rule = each(OWN, lambda rule: rule.id)
every_pattern = each([one for one in OWN if one.pattern], lambda rule: rule.id)


def load(path: Path) -> dict[str, Any]:
    return tomlfile.load(path.name, path.read_bytes())


def found_in(text: str, path: str = "example") -> list[str]:
    """The ids of the rules that speak, in order of place."""
    seen = inspector().inspect(Blob(path=path.encode(), where=Where.STDIN), text.encode())
    return [sighting.attribution.rule for sighting in seen.sightings]


# --- files --------------------------------------------------------------------------------------------------------


@every_pack
def test_a_pack_is_named_after_its_vendor(path: Path) -> None:
    expected = "unknown" if path.stem == "generic" else path.stem
    assert load(path)["vendor"]["id"] == expected


def test_no_id_is_given_twice() -> None:
    ids = [rule["id"] for path in PACKS for rule in load(path)["rules"]]
    assert len(ids) == len(set(ids)) == len(OWN)
    assert len(RULES.rules) == len(set(RULES.by_id()))


@every_pack
def test_a_pack_opens_no_page_but_by_https_and_names_no_package_index(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [host for host in INDEXES if host in text]
    vendor = load(path)["vendor"]
    for url in [vendor.get("url", ""), vendor.get("rotation", "")]:
        assert re.fullmatch(r"https://[\w.-]+\.[a-z]+(?:/\S*)?", url) or vendor["id"] in NOBODY


@every_pack
def test_the_words_of_a_vendor_are_written_as_they_are_compared(path: Path) -> None:
    vendor = load(path)["vendor"]
    for name in vendor.get("names", []):
        assert re.fullmatch(r"[a-z0-9]{3,}", name), name
    for host in vendor.get("hosts", []):
        assert re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", host), host
    assert len(vendor.get("names", [])) >= 1 or vendor["id"] in NOBODY


@every_pack
def test_nothing_in_a_pack_looks_like_a_key(path: Path) -> None:
    assert found_in(path.read_text(encoding="utf-8")) == []


# --- rules --------------------------------------------------------------------------------------------------------


@every_rule
def test_a_rule_says_what_it_finds_why_that_matters_and_what_to_do(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Za-z][\w .,()/-]{4,60}", rule.title), rule.title
    for text in (rule.description, rule.remedy):
        assert text == text.strip()
        assert text.endswith((".", ".)"))
        assert "  " not in text
    steps = [int(step) for step in STEPS.findall(rule.remedy)]
    assert steps == list(range(1, len(steps) + 1))
    public = set(rule.severity.values()) == {"info"} and Environment.PUBLISHABLE.value in rule.severity
    assert public or len(steps) >= 2, "a remedy is steps in order"
    assert rule.references or rule.fallback
    assert all(url.startswith("https://") for url in rule.references)
    assert not rule.rotation or rule.rotation.startswith("https://")
    if rule.family == "whsec" and not rule.fallback:
        assert "webhook" in rule.rotation, "a page about keys says nothing about the secrets of webhooks"


@every_rule
def test_a_rule_has_its_severities_for_the_environments_it_tells(rule: Rule) -> None:
    assert "default" in rule.severity
    assert set(rule.environments) <= set(rule.severity)
    for prefixes in rule.environments.values():
        assert prefixes
        assert all(prefixes)


@every_rule
def test_a_rule_that_shares_its_form_says_how_it_is_told_from_the_others(rule: Rule) -> None:
    assert not (rule.fallback or rule.needs_context) or rule.family
    if rule.needs_context:
        vendor = RULES.vendor_of(rule)
        assert vendor.names or vendor.hosts or vendor.imports


@every_pattern
def test_a_rule_has_a_secret_with_a_body_in_it_and_stays_far_from_the_limits(rule: Rule) -> None:
    compiled_pattern = re.compile(rule.pattern.encode())
    assert {"secret", "body"} <= set(compiled_pattern.groupindex)
    assert literals.max_width(rule.pattern) <= literals.MAX_WIDTH
    assert literals.choices(rule.pattern) <= literals.MAX_CHOICES
    assert not re.search(r"(?<!\\)[*+](?![^\[\]]*\])", re.sub(r"\(\?P?[<:=!i]", "(", rule.pattern)), "bound the repeat"


@every_rule
def test_sample_keys_are_kept_as_digests(rule: Rule) -> None:
    assert all(re.fullmatch(r"[0-9a-f]{64}", sample) for sample in rule.samples)


@every_rule
def test_a_rule_brings_two_examples_and_two_counterexamples_at_least(rule: Rule) -> None:
    assert len(set(rule.examples)) >= 2
    assert len(set(rule.non_examples)) >= 2


@every_rule
def test_an_example_is_found_as_its_rule_alone_whatever_the_key_in_it(rule: Rule) -> None:
    for example, number in itertools.product(rule.examples, range(4)):
        assert found_in(examples.fill(example, f"{rule.id} {number}"), rule.example_path) == [rule.id], example


@every_rule
def test_a_counterexample_is_not_found_as_that_rule(rule: Rule) -> None:
    for example, number in itertools.product(rule.non_examples, range(4)):
        assert rule.id not in found_in(examples.fill(example, f"{rule.id} {number}"), rule.example_path), example


def bodies_of(rule: Rule, count: int) -> list[bytes]:
    """Random parts of keys that the rule's examples are filled with."""
    pattern = re.compile(rule.pattern.encode())
    texts = (examples.fill(rule.examples[n % len(rule.examples)], f"body {n}") for n in range(count))
    return [found["body"] for text in texts if (found := pattern.search(text.encode()))]


@each([rule for rule in RULES.rules if rule.entropy], lambda rule: rule.id)
def test_no_random_key_falls_below_the_least_entropy_of_its_rule(rule: Rule) -> None:
    measured = [entropy(body) for body in bodies_of(rule, 300)]
    assert len(measured) == 300
    assert statistics.mean(measured) - 5 * statistics.stdev(measured) > rule.entropy


@each([rule for rule in RULES.rules if rule.checksum], lambda rule: rule.id)
def test_the_keys_in_the_examples_of_a_rule_pass_its_check(rule: Rule) -> None:
    assert rule.checksum in CHECKSUMS
    pattern = re.compile(rule.pattern.encode())
    checked = [
        CHECKSUMS[rule.checksum](found["secret"])
        for example in rule.examples
        for found in pattern.finditer(examples.fill(example, "check").encode())
    ]
    assert len(checked) >= len(rule.examples)
    assert any(checked) if rule.checksum == "stripe-structure" else all(checked)  # older keys have no structure


def test_checks_that_decide_what_a_text_is_are_all_in_use() -> None:
    used = {rule.checksum for rule in RULES.rules}
    assert REQUIRED - used <= {"jwt"}


# --- the families that matter most --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("SENDMAILOS_API_KEY=sk_live_{alnum:32}", "sendmailos-key"),
        ("STRIPE_SECRET_KEY=sk_live_{alnum:24}", "stripe-key"),
        ("key = 'sk_live_{stripe:99}'", "stripe-key"),
        ("key = 'rk_test_{stripe:99}'", "stripe-restricted-key"),
        ("CLERK_SECRET_KEY=sk_test_{alnum:42}", "clerk-key"),
        ("PAYSTACK_SECRET_KEY=sk_live_{hex:40}", "paystack-key"),
        ("PAYJP_SECRET_KEY=sk_test_{hex:24}", "payjp-key"),
        ("MAGIC_SECRET_KEY=sk_live_{HEX:16}", "magic-key"),
        ("KORAPAY_SECRET_KEY=sk_live_{alnum:40}", "korapay-key"),
        ("WORKOS_API_KEY=sk_test_{workos}", "workos-key"),
        ("HIGHNOTE_API_KEY=sk_test_{workos}", "highnote-key"),
        ("SEND0_API_KEY=sk_live_{alnum:32}", "send0-key"),
        ("SECRET=sk_live_{alnum:32}", "sk-key"),
        ("SECRET=sk_prod_{alnum:32}", "sk-key"),
    ],
)
def test_one_form_of_key_is_told_by_its_context(template: str, expected: str) -> None:
    assert found_in(examples.fill(template, "family")) == [expected]


def test_the_address_of_a_signed_link_is_no_leak_of_an_access_key() -> None:
    link = "https://a.s3.amazonaws.com/b?X-Amz-Credential=AKIA{base32:16}%2F20240101%2Feu-west-1%2Fs3%2Faws4_request"
    assert found_in(examples.fill(link, "link")) == []
    assert found_in(examples.fill("AWS_ACCESS_KEY_ID=AKIA{base32:16}", "link")) == ["aws-access-key-id"]
