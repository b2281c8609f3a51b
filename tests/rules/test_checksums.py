"""Checksums and structures: what a vendor made passes, one wrong character does not, and nothing makes them raise."""

from __future__ import annotations

import base64
import json
import textwrap
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.rules.checksums import CHECKSUMS, PROOFS, REQUIRED
from keyguard.rules.examples import fill

LIVE = "sk_" + "live_"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def passes(check: str, secret: str | bytes) -> bool:
    return CHECKSUMS[check](secret.encode() if isinstance(secret, str) else secret)


def digits(number: int, alphabet: str, width: int) -> str:
    """A number in another base, by powers instead of remainders."""
    powers = [len(alphabet) ** power for power in range(width - 1, -1, -1)]
    return "".join(alphabet[number // power % len(alphabet)] for power in powers)


def segment(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def token(claims: object, head: object = None) -> str:
    """A signed token with these claims."""
    return f"{segment(head or {'alg': 'HS256'})}.{segment(claims)}.{fill('{b64url:43}', 'signature')}"


def with_another(text: str, at: int) -> str:
    """The text with another letter or digit at that place."""
    return text[:at] + ("b" if text[at] != "b" else "c") + text[at + 1 :]


# --- integrity ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("check", "prefix"), [("github-crc32", "ghp_"), ("npm-crc32", "npm_")])
def test_six_characters_at_the_end_are_the_crc32_of_thirty_before(check: str, prefix: str) -> None:
    body = fill("{alnum:30}", "crc")
    assert passes(check, prefix + body + digits(zlib.crc32(body.encode()), BASE62, 6))


def test_a_small_crc_is_padded_with_zeros() -> None:
    body = next(text for text in (f"{n:030d}" for n in range(200_000)) if zlib.crc32(text.encode()) < 62**4)
    crc = digits(zlib.crc32(body.encode()), BASE62, 6)
    assert crc.startswith("00")
    assert passes("github-crc32", "ghp_" + body + crc)


@given(seed=st.integers(), at=st.integers(min_value=4, max_value=39))
@settings(max_examples=60)
def test_one_wrong_character_breaks_the_crc(seed: int, at: int) -> None:
    key = "gho_" + fill("{github:30}", str(seed))
    assert passes("github-crc32", key)
    assert not passes("github-crc32", with_another(key, at))


def test_a_body_of_another_length_has_no_crc_to_judge() -> None:
    assert passes("github-crc32", "ghr_" + fill("{alnum:72}", "long"))
    assert passes("github-crc32", "ghs_" + fill("{digits:7}_{jwt:sub=1}", "app"))


def routable(prefix: str, *, version: str = "01.") -> str:
    """A routable token, made as GitLab's generator does."""
    body = base64.urlsafe_b64encode(bytes(range(16)) + b"o:1\np:2s" + bytes((8,))).decode().rstrip("=")
    head = f"{prefix}{body}.{version}{digits(len(body), BASE36, 2)}"
    return head + digits(zlib.crc32(head.encode()), BASE36, 7)


@pytest.mark.parametrize("prefix", ["glpat-", "gldt-", "glrt-t1_"])
@pytest.mark.parametrize("version", ["01.", ""])
def test_the_crc_of_a_routable_token_covers_its_prefix(prefix: str, version: str) -> None:
    key = routable(prefix, version=version)
    assert passes("gitlab-routable", key)
    assert not passes("gitlab-routable", with_another(key, len(prefix) + 3))
    assert not passes("gitlab-routable", "glft-" + key[len(prefix) :])


def test_an_older_gitlab_token_has_no_crc_to_judge() -> None:
    assert passes("gitlab-routable", "glpat-" + fill("{b64url:20}", "old"))


@pytest.mark.parametrize(
    ("check", "template", "first"),
    [
        ("atlassian-crc32", "{atlassian:ATATT3xFfGF0}", 12),
        ("grafana-crc32", "glsa_{grafana-account}", 5),
        ("zuplo-crc32", "zpka_{crc-apart:32}", 5),
        ("base58check", "{extended-key}", 4),
        ("bech32", "{bech32-key:nsec}", 5),
    ],
)
@given(seed=st.integers(), place=st.integers(min_value=0, max_value=10_000))
@settings(max_examples=20)
def test_one_wrong_character_anywhere_breaks_it(check: str, template: str, first: int, seed: int, place: int) -> None:
    key = fill(template, str(seed))
    assert passes(check, key)
    assert not passes(check, with_another(key, first + place % (len(key) - first)))


def test_the_crc_of_a_grafana_account_is_written_lowest_byte_first() -> None:
    body = "glsa_" + fill("{alnum:32}", "grafana")
    low_first = bytes(reversed(zlib.crc32(body.encode()).to_bytes(4, "big"))).hex()
    assert passes("grafana-crc32", f"{body}_{low_first}")
    assert passes("grafana-crc32", "glc_" + fill("{grafana}", "cloud")), "a token of the cloud has none to judge"


def test_an_atlassian_token_without_an_equals_sign_has_no_crc_to_judge() -> None:
    assert passes("atlassian-crc32", "ATBB" + fill("{alnum:24}{HEX:8}", "old"))


def test_keys_in_the_documents_that_define_the_encodings_pass() -> None:
    first = "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChk"
    assert passes("base58check", first + "VvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi")  # BIP-32, first vector
    assert passes("bech32", "nsec" + "1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5")  # NIP-19


def test_an_upload_token_is_a_whole_macaroon_of_a_known_index() -> None:
    key = fill("{pypi}", "upload")
    assert passes("pypi-macaroon", key)
    assert not passes("pypi-macaroon", key[:-4])
    assert not passes("pypi-macaroon", with_another(key, 8))
    assert not passes("pypi-macaroon", "pypi-" + fill("{b64url:120}", "upload"))


# --- structure ----------------------------------------------------------------------------------------------------


def test_a_workos_key_decodes_to_the_id_of_a_key() -> None:
    assert passes("workos-payload", LIVE + fill("{workos}", "w"))
    assert not passes("workos-payload", LIVE + fill("a2V5Xz{alnum:69}", "w"))
    assert not passes("workos-payload", LIVE + base64.b64encode(b"key_short,x").decode())


@pytest.mark.parametrize("host", [b"clerk.shop.app$", b"tame-owl-7.clerk.accounts.dev$"])
def test_a_publishable_clerk_key_decodes_to_a_host_and_a_dollar(host: bytes) -> None:
    encoded = base64.b64encode(host).decode()
    assert passes("clerk-publishable", "pk_" + "test_" + encoded)
    assert passes("clerk-publishable", "pk_" + "live_" + encoded.rstrip("="))


@pytest.mark.parametrize("text", [b"clerk.shop.app", b"no host$", b"$", b"localhost$", b"clerk.shop.app$$"])
def test_what_decodes_to_anything_else_is_no_clerk_key(text: bytes) -> None:
    assert not passes("clerk-publishable", "pk_" + "test_" + base64.b64encode(text).decode())


@pytest.mark.parametrize("kind", ["sk_", "rk_", "pk_"])
def test_a_current_stripe_key_has_its_account_and_its_mark(kind: str) -> None:
    key = kind + "test_" + fill("{stripe:99}", "s")
    assert passes("stripe-structure", key)
    assert not passes("stripe-structure", key + "x")
    assert not passes("stripe-structure", with_another(key, len(key) - 10))
    assert not passes("stripe-structure", with_another(key, 8))


def test_fifty_one_alone_does_not_make_a_stripe_key() -> None:
    assert not passes("stripe-structure", LIVE + fill("51{alnum:32}", "s"))


def test_the_role_in_a_token_tells_the_service_role_from_the_public_one() -> None:
    service, anon = (token({"iss": "supabase", "role": role}) for role in ("service_role", "anon"))
    assert (passes("supabase-service-role", service), passes("supabase-anon", service)) == (True, False)
    assert (passes("supabase-service-role", anon), passes("supabase-anon", anon)) == (False, True)


def test_the_oldest_tokens_of_supabase_name_nobody_and_are_valid_for_ten_years() -> None:
    claims = {"role": "service_role", "iat": 1_638_000_000, "exp": 1_953_576_000}
    assert passes("supabase-service-role", token(claims))
    assert passes("supabase-anon", token({**claims, "role": "anon"}))
    for changes in ({"exp": 1_638_003_600}, {"exp": "1953576000"}, {"iat": None}, {"sub": "7"}, {"role": "admin"}):
        other = token({**claims, **changes})
        assert not passes("supabase-service-role", other)
        assert not passes("supabase-anon", other)


def test_a_role_in_a_token_of_somebody_else_proves_nothing() -> None:
    stranger = token({"iss": "https://login.acme.dev", "role": "service_role"})
    assert passes("jwt", stranger)
    assert not passes("supabase-service-role", stranger)


@pytest.mark.parametrize(
    "text",
    [
        token({"a": 1}, head={"kid": 1}),
        token([1, 2]),
        "a.b.c",
        ".." + "a",
        token({"a": 1}) + ".d",
        "eyJ.eyJ.",
        "",
    ],
)
def test_three_parts_alone_do_not_make_a_token(text: str) -> None:
    assert not passes("jwt", text)


def test_a_sentry_token_names_its_organisation() -> None:
    assert passes("sentry-claims", "sntrys_" + fill("{sentry}", "s"))
    nameless = base64.b64encode(b'{"iat": 1}').decode()
    assert not passes("sentry-claims", f"sntrys_{nameless}_{fill('{base64:43}', 's')}")


@pytest.mark.parametrize(("text", "mixed"), [("abc1", False), ("ABC1", False), ("1234", False), ("aBc1", True)])
def test_mixed_case_needs_both_cases(text: str, mixed: bool) -> None:
    assert passes("mixed-case", text) is mixed


# --- private keys -------------------------------------------------------------------------------------------------

OPEN = fill("{pem:RSA PRIVATE KEY}", "open")
LOCKED = [
    fill("{pem-locked:RSA PRIVATE KEY}", "locked"),
    fill("{pem:ENCRYPTED PRIVATE KEY}", "locked"),
    fill("{pem-locked:OPENSSH PRIVATE KEY}", "locked"),
]


def as_python(pem: str) -> str:
    return " \\\n    ".join(f"'{line}\\n'" for line in pem.splitlines())[1:-3]


def as_java(pem: str) -> str:
    return ' +\n        "'.join(f'{line}\\n"' for line in pem.splitlines())


WRITTEN = {
    "file": OPEN,
    "crlf": OPEN.replace("\n", "\r\n"),
    "indented": textwrap.indent(OPEN, "    ").lstrip(),
    "json": OPEN.replace("\n", "\\n"),
    "json in json": OPEN.replace("\n", "\\\\n"),
    "python": as_python(OPEN),
    "java": as_java(OPEN),
    "one line": OPEN.replace("\n", " "),
}


@pytest.mark.parametrize("form", sorted(WRITTEN))
def test_a_private_key_is_one_however_it_is_written(form: str) -> None:
    assert passes("pem-open", WRITTEN[form])
    assert not passes("pem-locked", WRITTEN[form])


@pytest.mark.parametrize("pem", LOCKED, ids=["dek-info", "pkcs8", "openssh"])
def test_a_key_with_a_pass_phrase_is_told_apart(pem: str) -> None:
    assert passes("pem-locked", pem)
    assert not passes("pem-open", pem)


def pem(label: str, body: bytes) -> str:
    """A block with that label around a body in base64."""
    return f"-----BEGIN {label}-----\n{base64.encodebytes(body).decode()}-----END {label}-----\n"


@pytest.mark.parametrize(
    "text",
    [
        pem("CERTIFICATE", b"\x30" * 300),
        pem("PUBLIC KEY", b"\x30" * 300),
        pem("RSA PRIVATE KEY", b"not a key, only text that was encoded: " * 4),
        pem("OPENSSH PRIVATE KEY", b"\x30" * 300),
        pem("RSA PRIVATE KEY", b"\x30short"),
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE...\n-----END RSA PRIVATE KEY-----",
        OPEN.partition("-----END")[0],
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_what_is_no_private_key_is_neither_open_nor_locked(text: str) -> None:
    assert not passes("pem-open", text)
    assert not passes("pem-locked", text)


# --- all of them --------------------------------------------------------------------------------------------------


def test_the_sets_name_checks_that_exist() -> None:
    assert set(CHECKSUMS) >= REQUIRED
    # what may be something else altogether proves nothing by failing, so it has to be refused when it fails
    assert PROOFS - {"stripe-structure"} <= REQUIRED  # older keys of that vendor have no structure


STARTS = ["", "ghp_", "glpat-", "pypi-AgE", LIVE, "pk_" + "test_", "sntrys_", "eyJ", "-----BEGIN RSA PRIVATE KEY-----"]
DEEP = base64.urlsafe_b64encode(b"[" * 100_000).decode()
HUGE = base64.urlsafe_b64encode(b'{"alg":' + b"9" * 10_000 + b"}").decode()


@pytest.mark.parametrize("check", sorted(CHECKSUMS))
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=200))
def test_no_bytes_make_a_check_raise(check: str, start: str, rest: bytes) -> None:
    assert CHECKSUMS[check](start.encode() + rest) in (True, False)
    assert CHECKSUMS[check](start.encode() + base64.b64encode(rest)) in (True, False)


#: checks that have nothing to say of a text of another form
SILENT = {"github-crc32", "gitlab-routable", "npm-crc32", "mixed-case", "atlassian-crc32", "grafana-crc32"}


@pytest.mark.parametrize("check", sorted(CHECKSUMS))
@pytest.mark.parametrize("part", [DEEP, HUGE, "=" * 5000, "_" * 5000, "." * 5000], ids=["deep", "huge", "=", "_", "."])
def test_hostile_payloads_make_no_check_raise(check: str, part: str) -> None:
    for secret in (part, f"{part}.{part}.{part}", f"sntrys_{part}_{part}", LIVE + part, f"pypi-{part}"):
        assert not passes(check, secret) or check in SILENT


@pytest.mark.parametrize("kind", "UAONCX")
def test_seeds_of_nats_end_in_a_checksum(kind: str) -> None:
    seed = fill(f"{{nkey:{kind}}}", "seed").encode()
    assert seed[:2] == b"S" + kind.encode()
    assert passes("nkey", seed)
    assert not passes("nkey", seed[:20] + (b"A" if seed[20:21] != b"A" else b"B") + seed[21:])
    assert not passes("nkey", seed + b"1")
