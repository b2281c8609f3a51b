"""What keys are called in the environment."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.fix import variable_names
from keyguard.model.finding import Environment, Rule
from tests.helpers.each import each
from tests.helpers.seeing import rules

RULES = rules()
VALID = re.compile(r"[A-Z][A-Z0-9_]*")


def named(rule: str, before: str) -> str:
    one = RULES.by_id()[rule]
    return variable_names.suggested(before.encode(), one, RULES.vendor_of(one))


@pytest.mark.parametrize(
    ("rule", "before", "name"),
    [
        ("sendmailos-key", 'const apiKey = "', "SENDMAILOS_API_KEY"),
        ("sendmailos-key", "", "SENDMAILOS_API_KEY"),
        ("sendmailos-key", 'headers = {"Authorization": "Bearer ', "SENDMAILOS_API_KEY"),
        ("sendmailos-key", "  sendmailosMasterKey: '", "SENDMAILOS_MASTER_KEY"),
        ("sendmailos-key", 'NEXT_PUBLIC_SENDMAILOS_KEY = "', "SENDMAILOS_KEY"),
        ("stripe-key", 'stripe.api_key = "', "STRIPE_SECRET_KEY"),
        ("stripe-key", "'stripe_secret' => '", "STRIPE_SECRET"),
        ("stripe-key", 'private static final String STRIPE_LIVE_KEY = "', "STRIPE_LIVE_KEY"),
        ("stripe-key", "const stripeKey: string | undefined = `", "STRIPE_KEY"),
        ("stripe-key", 'stripeKey :=\n    "', "STRIPE_KEY"),
        ("stripe-key", 'path = "', "STRIPE_SECRET_KEY"),
        ("postgres-url", 'DATABASE_URL = "postgres://shop:', "DATABASE_PASSWORD"),
        ("postgres-url", 'connect("postgres://shop:', "DATABASE_PASSWORD"),
        ("postgres-url", 'REPORTS_DSN = "postgres://shop:', "REPORTS_PASSWORD"),
        ("sk-key", 'acmeToken = "', "ACME_TOKEN"),
        ("sk-key", 'x = "', "API_KEY"),
    ],
)
def test_names(rule: str, before: str, name: str) -> None:
    assert named(rule, before) == name


@each(RULES.rules, lambda rule: rule.id)
def test_every_rule_knows_a_name(rule: Rule) -> None:
    name = variable_names.valid(variable_names.usual(rule, RULES.vendor_of(rule)))
    assert VALID.fullmatch(name)


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("PATH", "APP_PATH"),
        ("LD_PRELOAD", "APP_LD_PRELOAD"),
        ("PYTHONPATH", "APP_PYTHONPATH"),
        ("PATH_TOKEN", "PATH_TOKEN"),
        ("2FA_KEY", "APP_2FA_KEY"),
        ("VITE_KEY", "KEY"),
        ("é", "APP_"),
        ("A" * 99, "A" * 60),
    ],
)
def test_names_that_mean_something_else(name: str, valid: str) -> None:
    assert variable_names.valid(name) == valid


@given(st.binary(max_size=60), st.sampled_from(RULES.rules))
def test_whatever_stands_before_it_the_name_is_valid(before: bytes, rule: Rule) -> None:
    assert VALID.fullmatch(variable_names.suggested(before, rule, RULES.vendor_of(rule)))


def test_other_names_say_which_environment_first() -> None:
    assert variable_names.alternatives("K", Environment.TEST)[:2] == ["K_TEST", "K_2"]
    assert variable_names.alternatives("K_TEST", Environment.TEST)[0] == "K_TEST_2"
    assert variable_names.alternatives("K", Environment.UNKNOWN)[0] == "K_2"
