"""Checksums, and structures that only one vendor's keys have: what a key alone reveals about itself.

Each check is a pure, total function over the whole secret, linear in its length. A failed check means that the vendor
never issued this text, except for the checks in ``REQUIRED``: there it means that the text is something else.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable
from typing import Any

from keyguard.rules import private_keys, putty_keys
from keyguard.rules.wallet_encodings import is_base58check, is_bech32
from keyguard.support.regex import expression

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE36 = b"0123456789abcdefghijklmnopqrstuvwxyz"
_ROUTABLE = expression(rb"([a-z]{2,10}-[A-Za-z0-9_-]{27,300}\.(?:[0-9a-z]{2}\.)?[0-9a-z]{2})([0-9a-z]{7})")
_WORKOS = expression(rb"key_[0-9A-HJKMNP-TV-Z]{26},[A-Za-z0-9]{20,30}")
_HOST = expression(rb"(?:[A-Za-z0-9-]{1,63}\.){1,9}[A-Za-z]{2,24}\$")
_STRIPE = expression(rb"[srp]k_(?:live|test)_51[A-Za-z0-9]{87}00[A-Za-z0-9]{8}")
_UUID = expression(rb"_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
#: the validity of a project's keys, in seconds
_TEN_YEARS = 315_576_000
#: header, version, location (field 1): the start of every macaroon of the public package indexes
_MACAROONS = tuple(base64.b64decode(start) for start in ("AgEIcHlwaS5vcmc=", "AgENdGVzdC5weXBpLm9yZw=="))
#: claims in the payload of a Sentry organisation token
_OF_SENTRY = frozenset(("org", "region_url"))


def decode64(text: bytes) -> bytes:
    """Return the decoded base64 text (either alphabet, padded or not); empty if it is invalid."""
    plain = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return b""


def _claims(segment: bytes) -> dict[str, Any]:
    """Return the JSON object in a base64 segment; empty if there is none."""
    try:
        found = json.loads(decode64(segment))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _based(number: int, digits: bytes, width: int) -> bytes:
    text = b""
    while number:
        number, rest = divmod(number, len(digits))
        text = digits[rest : rest + 1] + text
    return text.rjust(width, b"0")


def crc_of_base62(secret: bytes) -> bool:
    """Whether ``xxx_`` is followed by 30 base62 characters and their CRC32; True for a body of another length."""
    body = secret[4:]
    return len(body) != 36 or body[30:] == _based(zlib.crc32(body[:30]), _BASE62, 6)


def crc_of_all(secret: bytes) -> bool:
    """Whether an Atlassian token ends in the CRC32 of all before it, ``=`` included; True for one without ``=``."""
    return secret[-9:-8] != b"=" or secret[-8:] == b"%08X" % zlib.crc32(secret[:-8])


def crc_of_grafana(secret: bytes) -> bool:
    """Whether ``glsa_…_`` is followed by the CRC32 of what is before the last ``_``, lowest byte first."""
    head, _, check = secret.rpartition(b"_")
    return not secret.startswith(b"glsa_") or check == zlib.crc32(head).to_bytes(4, "little").hex().encode()


def crc_of_middle(secret: bytes) -> bool:
    """Whether the last of three parts is the CRC32 of the one before it, in hexadecimal digits."""
    body, _, check = secret.partition(b"_")[2].rpartition(b"_")
    return check == b"%08x" % zlib.crc32(body)


def gitlab_routable(secret: bytes) -> bool:
    """Whether the CRC32 at the end of a routable token, over its prefix too, is right; True for other tokens."""
    found = _ROUTABLE.fullmatch(secret)
    return not found or found[2] == _based(zlib.crc32(found[1]), _BASE36, 7)


def index_macaroon(secret: bytes) -> bool:
    """Whether it is a macaroon of a public package index: starts with its host, is complete, ends with a signature."""
    raw = decode64(secret.partition(b"-")[2])
    return raw.startswith(_MACAROONS) and len(raw) > 60 and raw[-34:-32] == b"\x06\x20"


def workos_payload(secret: bytes) -> bool:
    """Whether the body is base64 of ``key_<ULID>,<random>``."""
    return bool(_WORKOS.fullmatch(decode64(secret[8:])))


def clerk_publishable(secret: bytes) -> bool:
    """Whether the body is base64 of a host name and ``$``."""
    return bool(_HOST.fullmatch(decode64(secret[8:])))


def stripe_structure(secret: bytes) -> bool:
    """Whether it has a current Stripe body: 99 characters, an account's id first, ``00`` ten from the end."""
    return bool(_STRIPE.fullmatch(secret))


def uuid_body(secret: bytes) -> bool:
    """Whether a UUID follows the prefix."""
    return bool(_UUID.search(secret))


def jwt(secret: bytes) -> bool:
    """Whether it is a JWT: three parts, the first of which names the algorithm."""
    parts = secret.split(b".")
    return len(parts) == 3 and "alg" in _claims(parts[0]) and bool(_claims(parts[1]))


def supabase_service_role(secret: bytes) -> bool:
    """Whether it is a Supabase JWT whose role bypasses row-level security."""
    return _supabase_role(secret) == "service_role"


def supabase_anon(secret: bytes) -> bool:
    """Whether it is a Supabase JWT that is meant to be public."""
    return _supabase_role(secret) == "anon"


def _supabase_role(secret: bytes) -> object:
    """Return the role in a Supabase token, else None.

    The token names a project or its issuer; one of 2021 has only a role and a validity of ten years.
    """
    claims = _claims(secret.split(b".")[1]) if jwt(secret) else {}
    named = "ref" in claims or str(claims.get("iss", "")).startswith("supabase")
    begins, ends = claims.get("iat"), claims.get("exp")
    bare = claims.keys() == {"role", "iat", "exp"} and isinstance(begins, int) and ends == begins + _TEN_YEARS
    return claims.get("role") if named or bare else None


def sentry_claims(secret: bytes) -> bool:
    """Whether it is a Sentry organisation token: its payload names an organisation, or its region."""
    return not _claims(secret.split(b"_")[1]).keys().isdisjoint(_OF_SENTRY) if secret.count(b"_") >= 2 else False


def mixed_case(secret: bytes) -> bool:
    """Whether it has lower- and upper-case letters: a hex digest has only one of them."""
    return secret != secret.lower() and secret != secret.upper()


def pem_open(secret: bytes) -> bool:
    """Whether it is a PEM private key whose body decodes and that no pass phrase protects."""
    return _pem_state(secret) == "open"


def pem_locked(secret: bytes) -> bool:
    """Whether it is a PEM private key whose body decodes and that a pass phrase protects."""
    return _pem_state(secret) == "locked"


def _pem_state(secret: bytes) -> str:
    """Return ``open``, ``locked``, or the empty string if it is no private key."""
    key = private_keys.read(secret)
    return "" if key is None else "locked" if key.locked else "open"


def putty_open(secret: bytes) -> bool:
    """Whether it is a private key in PuTTY's format that no pass phrase protects."""
    key = putty_keys.read(secret)
    return key is not None and not key.locked


def putty_locked(secret: bytes) -> bool:
    """Whether it is a private key in PuTTY's format that a pass phrase protects."""
    key = putty_keys.read(secret)
    return key is not None and key.locked


def putty_unwrapped(secret: bytes) -> bytes:
    """Return a private key in PuTTY's format as it is without what it is wrapped in."""
    key = putty_keys.read(secret)
    return key.text if key else secret


def nkey_seed(secret: bytes) -> bool:
    """Whether it is a seed of NATS: base32 of two bytes of kinds, 32 random ones, and the CRC16 of these."""
    try:
        raw = base64.b32decode(secret + b"=" * (-len(secret) % 8))
    except binascii.Error:
        return False
    return binascii.crc_hqx(raw[:-2], 0).to_bytes(2, "little") == raw[-2:]


def unwrapped(secret: bytes) -> bytes:
    """Return a private key as it is without what it is wrapped in."""
    key = private_keys.read(secret)
    return key.text if key else secret


CHECKSUMS: dict[str, Callable[[bytes], bool]] = {
    "atlassian-crc32": crc_of_all,
    "base58check": is_base58check,
    "bech32": is_bech32,
    "clerk-publishable": clerk_publishable,
    "github-crc32": crc_of_base62,
    "grafana-crc32": crc_of_grafana,
    "gitlab-routable": gitlab_routable,
    "jwt": jwt,
    "mixed-case": mixed_case,
    "nkey": nkey_seed,
    "npm-crc32": crc_of_base62,
    "pem-locked": pem_locked,
    "pem-open": pem_open,
    "putty-locked": putty_locked,
    "putty-open": putty_open,
    "pypi-macaroon": index_macaroon,
    "sentry-claims": sentry_claims,
    "stripe-structure": stripe_structure,
    "supabase-anon": supabase_anon,
    "supabase-service-role": supabase_service_role,
    "uuid-body": uuid_body,
    "workos-payload": workos_payload,
    "zuplo-crc32": crc_of_middle,
}

#: what makes one text of the forms in which a secret with such a checksum is written
UNWRAPPED: dict[str, Callable[[bytes], bytes]] = {
    **dict.fromkeys(("pem-locked", "pem-open"), unwrapped),
    **dict.fromkeys(("putty-locked", "putty-open"), putty_unwrapped),
}

#: passing proves the vendor
PROOFS: frozenset[str] = frozenset(
    {"clerk-publishable", "sentry-claims", "stripe-structure", "supabase-anon", "supabase-service-role"}
)

#: passing indicates the vendor if nothing contradicts it: one vendor's keys have this structure, others' could
TELLING: frozenset[str] = frozenset({"uuid-body"})

#: passing leaves only the vendors whose keys have this structure, whatever names are near the key
NARROWING: frozenset[str] = TELLING | {"workos-payload"}

#: failing means that the text is something else, and not a damaged key
REQUIRED: frozenset[str] = frozenset(
    {"clerk-publishable", "jwt", "mixed-case", "nkey", "pem-locked", "pem-open"}
    | {"putty-locked", "putty-open", "sentry-claims"}
    | {"supabase-anon", "supabase-service-role", "workos-payload"}
)
