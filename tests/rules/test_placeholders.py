"""Stand-ins are told from keys: a table of what people write instead of a key, and counts over what vendors issue."""

from __future__ import annotations

import random

import pytest

from keyguard.rules.alphabets import ALPHABETS
from keyguard.rules.placeholders import entropy, is_placeholder, is_spelled
from tests.helpers.seeing import key, see

#: bodies that nobody takes for a key
STAND_INS = [
    "your_api_key", "your_api_key_here", "your_live_key", "your_test_key", "YOUR_SECRET_KEY", "YourApiKeyGoesHere1",
    "REPLACEWITHYOURKEY12345", "replace_me_please", "changeme123456789", "master_key_goes_in", "insert_here_your_own",
    "placeholder12345", "PLACEHOLDERPLACEHOLDER", "EXAMPLEKEY123456", "thisisanexample00", "redacted_redacted",
    "do_not_commit_this", "not_a_real_key_at_all", "fakekey1a2b3c4d5e6f", "dummy_key_for_tests", "lorem_ipsum_dolor",
    "xxxxxxxxxxxxxxxxxxxxxxxx", "XXXXXXXXXXXXXXXX", "aaaaaaaaaaaaaaaaaaaaaaaa", "0000000000000000", "1111222211112222",
    "----------------", "________________", "abababababababab", "aaaaaaaaaaaaaaaabcdefg",
    "1234567890123456", "123456789012345678901234", "0123456789abcdef", "abcdefghijklmnopqrstuvwx", "zyxwvutsrqponmlk",
    "abcdef1234567890abcdef", "a1b2c3d4e5f6g7h8i9j0", "A1B2C3D4E5F6G7H8", "1a2b3c4d5e6f7a8b9c0d", "aabbccddeeffgghhii",
    "qwertyuiopasdfgh", "deadbeefdeadbeef", "abc1abc1abc1abc1", "abc1abc1abc1abc1ab", "k3yk3yk3yk3yk3yk3y",
    "get_user_by_id_v2", "should_return_http2_error", "queue_xmit_nested_locked", "process_payment_intents",
    "GET_USER_BY_ID_V2", "key-for-local-testing", "key_key_key_key_k1", "test.test.test.test", "my_secret_value_123",
    "foo_bar_baz_foo_bar", "",
]  # fmt: skip
#: and bodies that look a little like it
KEYS = [
    "4eC8Hq1yjWDarktT7zdo7dc2", "a8f5f167f44f4964e6c998dee827110c", "Yw9mK2test7Zq4Lp0", "b9_Qx7-Lr2vT5_mK8s", "AKQ3LVN7ZRD5WXTB",
    "9f86d081884c7d65", "fox_9Kd83jsLq02mZpR", "live_4Hs8Kq2Lm9Zx7Wv1", "aB3dE5fG7hJ9kL1mN2pQ", "zq_xw_vk_jh_gf_ds1",
]  # fmt: skip


@pytest.mark.parametrize("body", STAND_INS)
def test_what_people_write_instead_of_a_key_is_a_stand_in(body: str) -> None:
    assert is_placeholder(body.encode())


@pytest.mark.parametrize("body", KEYS)
def test_what_is_random_enough_is_a_key(body: str) -> None:
    assert not is_placeholder(body.encode())


#: digits alone are no body of any vendor's: sequences in them come about by chance
@pytest.mark.parametrize("name", sorted(set(ALPHABETS) - {"digits"}))
def test_of_thousands_of_random_bodies_of_any_alphabet_none_is_thrown_away(name: str, thorough: bool) -> None:
    alphabet = ALPHABETS[name].encode()
    source = random.Random(f"{name} bodies")
    lengths = random.Random(f"{name} lengths").choices(
        [16, 20, 24, 27, 32, 36, 40, 48, 64, 99], k=20_000 if thorough else 5_000
    )
    bodies = (bytes(source.choices(alphabet, k=length)) for length in lengths)
    assert [body for body in bodies if is_placeholder(body)] == []


@pytest.mark.parametrize("name", ["alnum", "b64url", "base64", "hex", "upper-alnum"])
def test_no_random_body_is_text_in_base64(name: str) -> None:
    alphabet = ALPHABETS[name].encode()
    source = random.Random(f"{name} spelled")
    assert not any(
        is_spelled(bytes(source.choices(alphabet, k=length))) for length in range(22, 62) for _ in range(100)
    )


@pytest.mark.parametrize(
    "body", ["dGhlIHF1aWNrIGJyb3duIGZveA==", "dGhlIHF1aWNrIGJyb3duIGZveA", "Pz8_Pz8-Pz8_Pz8_Pz8_Pz8_"]
)
def test_plain_text_in_base64_is_spelled(body: str) -> None:
    assert is_spelled(body.encode())


@pytest.mark.parametrize("body", ["dGhlIHF1aWNr", "a" * 25, "\xe9" * 24, "AAECAwQFBgcICQoLDA0ODxAREhM="])
def test_what_is_short_or_no_base64_or_no_text_is_not_spelled(body: str) -> None:
    assert not is_spelled(body.encode())


def test_a_word_in_what_a_person_has_chosen_does_not_make_it_a_stand_in() -> None:
    body = b"Marguerite12345678"
    assert is_placeholder(body)
    assert not is_placeholder(body, chosen=True)
    assert is_placeholder(b"db-replace-me", chosen=True)
    assert [one.attribution.rule for one in see(f"mongodb+srv://shop:{body.decode()}@cluster0.ab1cd.mongodb.net")] == [
        "mongodb-url"
    ]


def test_a_rule_may_know_more_words_and_ask_for_more_entropy() -> None:
    body = b"Zk82mQwelcomeX71pR4"
    assert not is_placeholder(body, (), 0.0)
    assert is_placeholder(body, ("other", "WelCome"), 0.0)
    assert is_placeholder(b"aabbaabbccaabbcc", (), 2.0)
    assert not is_placeholder(body, (), 3.5)


@pytest.mark.parametrize(("text", "bits"), [(b"", 0), (b"aaaa", 0), (b"abab", 1), (b"abcd", 2), (bytes(range(256)), 8)])
def test_entropy_is_in_bits_a_character(text: bytes, bits: float) -> None:
    assert entropy(text) == pytest.approx(bits)


# --- whole lines, as they stand in people's code ------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["sk_live_", "sk_test_", "pk_live_", "rk_live_", "whsec_"])
@pytest.mark.parametrize(
    "body",
    [
        "...", "\u2026", "*****", "xxxx", "<key>", "<your-api-key>", "${KEY}", "$KEY", "{{ key }}", "{key}", "%s", "#{key}",
        "[A-Za-z0-9]{24}", "[0-9a-zA-Z]+", "\\w+", "your_api_key_here", "your_test_key", "REPLACEWITHYOURKEY12345",
        "abcdefghijklmnopqrstuvwxyz", "1234567890", "1234567890abcdefghijkl", "get_user_by_id_v2", "XXXXXXXXXXXXXXXXXXXXXXXX",
    ],
)  # fmt: skip
def test_stand_ins_are_no_findings(prefix: str, body: str) -> None:
    for line in (f"STRIPE_KEY={prefix}{body}", f'key: "{prefix}{body}"', f"if key.startswith('{prefix}'): # {body}"):
        assert see(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "STRIPE_KEY=process.env.STRIPE_SECRET_KEY",
        "stripe.api_key = os.environ['STRIPE_SECRET_KEY']",
        "SENDMAILOS_API_KEY=${SENDMAILOS_LIVE_KEY}",
        "AKIAIOSFODNN7" + "EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
        "pattern = r'sk_(live|test)_[A-Za-z0-9]{24,99}'",
        "int sk_test_run_all_suites_now(void);",
        "postgres://user:password@localhost/db",
        "task_test_" + "4Hs8Kq2Lm9Zx7Wv1Bd5c",
    ],
)
def test_code_about_keys_is_no_finding(line: str) -> None:
    assert see(line) == []


def test_the_same_lines_with_keys_in_them_are() -> None:
    for prefix in ("sk_live_", "sk_test_", "pk_live_", "rk_live_", "whsec_"):
        assert len(see(f"STRIPE_KEY={prefix}{key('{alnum:32}')}")) == 1
