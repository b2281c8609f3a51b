"""Words put together are no keys of a shape that many vendors share; random bodies are, all but one in 10,000."""

from __future__ import annotations

import random

import pytest

from keyguard.engine.word_shapes import is_wordy
from keyguard.rules.alphabets import ALPHABETS
from tests.helpers.seeing import key, see

WORDS = [
    "mockedStripeCheckoutSession2024", "2023_q4_report_final", "2023-q4-report-final", "createCustomerPortalSession",
    "getPaymentIntentForUser", "my_very_long_variable_name", "StripeWebhookHandlerV2", "quarterly_report_2024_01_15",
    "Q3FinancialReport2023", "payment_integration_2024", "REPORT_FINAL_2024_V2", "webhook_2024_events_handler",
    "stripeCustomerPortalURLBuilder", "UserAuthenticationToken2", "invoices-2023-12-31-final", "backup_20240131_database",
    "customer_export_2024Q1", "integrationTestFixture01", "keyForLocalDevelopment", "my-photo-from-vacation-2019",
    "webhookEndpointSecretKey", "IMG_20230412_screenshot", "20231204_093012", "2023-10-04_12-30-45",
]  # fmt: skip
PREFIXES = ["sk_live_", "sk_test_", "rk_live_", "sk_prod_", "sk_dev_"]
LENGTHS = (16, 20, 24, 27, 32, 43, 64)


@pytest.mark.parametrize("body", WORDS)
def test_words_are_told_by_their_structure(body: str) -> None:
    assert is_wordy(body.encode())


@pytest.mark.parametrize("body", WORDS)
def test_no_rule_takes_words_for_a_key(body: str) -> None:
    for prefix in PREFIXES:
        assert see(f"name = '{prefix + body}'") == []
        assert see(f"open('{prefix + body}.pdf')") == []
    assert see(f"x = 'whsec_{body}'") == []


def test_a_password_that_a_person_chose_is_made_of_words() -> None:
    assert see(f"postgres://app:{WORDS[3]}9@db.internal/app")


@pytest.mark.parametrize(
    "body",
    [
        "4eC8Hq1yjWDarktT7zdo7dc2",
        "a8f5f167f44f4964e6c998dee827110c",
        "b9_Qx7-Lr2vT5_mK8s",
        "550e8400-e29b-41d4-a716-4466",
    ],
)
def test_what_is_random_is_not(body: str) -> None:
    assert not is_wordy(body.encode())


@pytest.mark.parametrize(
    "template", ["sk_live_{alnum:24}", "sk_test_{b64url:43}", "whsec_{base64:32}", "sk_live_{lower-alnum:32}"]
)
def test_a_key_is_still_found(template: str) -> None:
    assert see(f"name = '{key(template)}'")


#: letters of one case alone are no body of any vendor's
@pytest.mark.parametrize("name", sorted(set(ALPHABETS) - {"digits", "lower", "upper", "letters"}))
def test_at_most_one_random_body_in_ten_thousand_is_taken_for_words(name: str, thorough: bool) -> None:
    alphabet, source = ALPHABETS[name].encode(), random.Random(f"{name} words")
    count = 200_000 if thorough else 2_000
    for length in LENGTHS:
        taken = sum(is_wordy.__wrapped__(bytes(source.choices(alphabet, k=length))) for _ in range(count))
        assert taken <= max(count // 10_000, 2 if count < 10_000 else 0), length
