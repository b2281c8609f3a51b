"""Expand example templates into key-like texts, so that no key is ever written down in a rule pack.

``SENDMAILOS_API_KEY=sk_live_{alnum:32}`` becomes a line with a random key in it, the same one for the same seed on
every Python. Checksums and inner structures are valid; ``{{`` and ``}}`` are literal braces.
"""

from __future__ import annotations

import base64
import itertools
import json
import random
import re
import zlib
from collections.abc import Callable

from keyguard.rules.alphabets import ALNUM, ALPHABETS, DIGITS, LOWER, UPPER
from keyguard.support.errors import RuleError
from keyguard.support.regex import expression

_TOKEN = expression(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_MADE_UP = expression(r"(.)\1\1|example|sample|dummy|fake|test|your|here|todo|secret|dead|live|demo", re.IGNORECASE)
#: the encoded start of every macaroon that the package index issues, with the index's host name
_INDEX_MACAROON = base64.b64decode("AgEIcHlwaS5vcmc=")


def fill(template: str, seed: str) -> str:
    """Return the template with every directive replaced; equal seeds give equal texts.

    Raise RuleError for an unknown directive.
    """
    source = random.Random(seed)  # noqa: S311  (made-up keys, and the same ones every time)

    def replace(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None:
            raise RuleError(f"template {template!r}: a literal {found[0]!r} is written {found[0] * 2!r}")
        return _expand(found[1], source, template)

    return _TOKEN.sub(replace, template)


def directives() -> tuple[str, ...]:
    """Return the names that may be used in braces, sorted."""
    return tuple(sorted([*ALPHABETS, *_MAKERS]))


def _expand(directive: str, source: random.Random, template: str) -> str:
    name, _, argument = directive.partition(":")
    if name in _MAKERS:
        try:
            return _MAKERS[name](source, argument)
        except ValueError as error:
            raise RuleError(f"template {template!r}: {directive!r}: no such argument") from error
    if name not in ALPHABETS:
        known = ", ".join(directives())
        raise RuleError(f"template {template!r}: unknown directive {directive!r}; there are {known}")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", argument):
        raise RuleError(f"template {template!r}: {directive!r} needs a length from 1 to 9999, as in {{{name}:32}}")
    return _draw(source, ALPHABETS[name], int(argument))


def _draw(source: random.Random, alphabet: str, length: int) -> str:
    """Return random characters that no check takes for a placeholder, with a letter or digit at both ends."""
    while True:
        text = "".join(alphabet[source.randrange(len(alphabet))] for _ in range(length))
        if text[0].isalnum() and text[-1].isalnum() and (length < 6 or not _looks_made_up(text, alphabet)):
            return text


def _looks_made_up(text: str, alphabet: str) -> bool:
    """Whether a text has repeats, runs like ``abcd``, words, few distinct characters, or lacks a kind of character."""
    size = len(alphabet)
    usual = size * (1 - (1 - 1 / size) ** len(text))
    return (
        bool(_MADE_UP.search(text))
        or len(set(text)) < usual * 0.6
        or _has_run(text)
        or (len(text) >= 16 and any(set(kind) <= set(alphabet) and not set(kind) & set(text) for kind in _KINDS))
    )


_KINDS = (DIGITS, LOWER, UPPER)


def _has_run(text: str) -> bool:
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(text)]
    return any(a == b == c and abs(a) <= 1 for a, b, c in zip(steps, steps[1:], steps[2:], strict=False))


# --- bodies with an inner structure -------------------------------------------------------------------------------


def _uuid(source: random.Random, _: str) -> str:
    digits = _draw(source, ALPHABETS["hex"], 30)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-{digits[18:30]}"


def _based(number: int, alphabet: str, width: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits.rjust(width, "0")


def _count(argument: str, usual: int, least: int) -> int:
    """Return an optional length, ``usual`` if it is empty; ValueError if it is invalid."""
    if not re.fullmatch(r"[0-9]{0,4}", argument) or int(argument or usual) < least:
        raise ValueError(argument)
    return int(argument or usual)


def _with_crc(source: random.Random, argument: str) -> str:
    """Return base62 characters followed by six that are their CRC32."""
    body = _draw(source, ALNUM, _count(argument, 30, least=1))
    return body + _based(zlib.crc32(body.encode()), ALNUM, 6)


def _with_hex_crc(source: random.Random, argument: str) -> str:
    """Return base62 characters followed by their CRC32 in hex digits."""
    body = _draw(source, ALNUM, _count(argument, 40, least=1))
    return f"{body}{zlib.crc32(body.encode()):08x}"


def _gitlab_routable(source: random.Random, argument: str) -> str:
    """Return a complete routable token; its checksum covers the prefix, the argument or ``glpat-``."""
    base36 = DIGITS + LOWER
    payload = f"o:{_draw(source, base36, 2)}\np:{_draw(source, base36, 5)}\nu:{_draw(source, base36, 4)}".encode()
    encoded = _unpadded(source.randbytes(16) + payload + bytes((len(payload),)))
    head = f"{argument or 'glpat-'}{encoded}.01.{_based(len(encoded), base36, 2)}"
    return head + _based(zlib.crc32(head.encode()), base36, 7)


def _pypi(source: random.Random, _: str) -> str:
    """Return a complete upload token: a version 2 macaroon with one caveat."""

    def packet(kind: int, data: bytes) -> bytes:
        return bytes((kind, len(data))) + data

    caveat = packet(2, b'[3,"' + _uuid(source, "").encode() + b'"]') + b"\0"
    identifier = packet(2, _uuid(source, "").encode())
    macaroon = _INDEX_MACAROON + identifier + b"\0" + caveat + b"\0" + packet(6, source.randbytes(32))
    return "pypi-" + _unpadded(macaroon)


def _workos(source: random.Random, _: str) -> str:
    text = f"key_01{_draw(source, ALPHABETS['ulid'], 24)},{_draw(source, ALNUM, 25)}"
    return base64.b64encode(text.encode()).decode().rstrip("=")


def _clerk_publishable(source: random.Random, argument: str) -> str:
    words = f"{_draw(source, LOWER, 6)}-{_draw(source, LOWER, 5)}-{_draw(source, DIGITS, 2)}"
    host = argument or f"{words}.clerk.accounts.dev"
    return base64.b64encode(f"{host}$".encode()).decode()


def _stripe(source: random.Random, argument: str) -> str:
    """Return a current body: ``51``, the account's id, a random part, ``00`` ten characters from the end."""
    length = _count(argument, 99, least=13)
    return f"51{_draw(source, ALNUM, length - 12)}00{_draw(source, ALNUM, 8)}"


def _jwt(source: random.Random, argument: str) -> str:
    """Return a signed token; the argument is a list of claims, ``role=service_role,iss=supabase``."""
    claims = dict(pair.partition("=")[::2] for pair in argument.split(",") if pair)
    claims.setdefault("ref", _draw(source, LOWER, 20))
    issued = 1_700_000_000 + source.randrange(10**7)
    head, payload = ({"alg": "HS256", "typ": "JWT"}, {**claims, "iat": issued, "exp": issued + 315_576_000})
    parts = [_unpadded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, payload)]
    return ".".join([*parts, _draw(source, ALPHABETS["b64url"], 43)])


def _sentry(source: random.Random, _: str) -> str:
    """Return the payload and signature of an organisation token."""
    claims = {
        "iat": 1_700_000_000 + source.randrange(10**13) / 10**6,
        "url": "https://sentry.io",
        "region_url": f"https://{source.choice(('us', 'de'))}.sentry.io",
        "org": _draw(source, LOWER, 8),
    }
    payload = base64.b64encode(json.dumps(claims).encode()).decode()
    return f"{payload}_{_draw(source, ALPHABETS['base64'], 43)}"


def _bedrock(source: random.Random, argument: str) -> str:
    """Return the body of a long-term Bedrock key.

    It is base64 of its user's name and a secret, itself base64 of as many bytes as the argument says (57 by default).
    """
    name = f"BedrockAPIKey-{_draw(source, DIGITS + LOWER, 4)}-at-{_draw(source, DIGITS, 12)}"
    secret = base64.b64encode(source.randbytes(_count(argument, 57, least=30))).decode()
    return base64.b64encode(f"{name}:{secret}".encode()).decode()


def _bedrock_session(source: random.Random, _: str) -> str:
    """Return the body of a short-term Bedrock key: base64 of an address that is signed with a session's credentials."""
    scope = f"ASIA{_draw(source, ALPHABETS['base32'], 16)}%2F20260131%2Feu-west-1%2Fbedrock%2Faws4_request"
    times = "X-Amz-Date=20260131T120000Z&X-Amz-Expires=43200"
    query = f"Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&{times}"
    token = f"X-Amz-Security-Token={_draw(source, ALNUM, 360)}&X-Amz-Signature={_draw(source, ALPHABETS['hex'], 64)}"
    text = f"bedrock.amazonaws.com/?{query}&{token}&X-Amz-SignedHeaders=host&Version=1"
    return base64.b64encode(text.encode()).decode()


def _slack_rotating(source: random.Random, argument: str) -> str:
    """Return the body of a rotating Slack token.

    It is base64 of a version (the argument, ``3-1`` by default), three ids (four after a ``2``) and a digest.
    """
    version = argument or "3-1"
    ids = [_draw(source, DIGITS, 13) for _ in range(4 if version.startswith("2") else 3)]
    text = "-".join([version, *ids, _draw(source, ALPHABETS["hex"], 64)])
    return base64.b64encode(text.encode()).decode().rstrip("=")


def _grafana(source: random.Random, argument: str) -> str:
    """Return a Grafana cloud token: base64 of its claims; the argument is the name of the token."""
    claims = {
        "o": _draw(source, DIGITS, 6),
        "n": argument or f"{_draw(source, LOWER, 8)}-{_draw(source, LOWER, 6)}",
        "k": _draw(source, ALNUM, 24),
        "m": {"r": "us"},
    }
    return base64.b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode()


def _discord_id(source: random.Random, argument: str) -> str:
    """Return the start of a bot token: a numeric id with as many digits as the argument says (18 by default)."""
    return _unpadded(f"1{_draw(source, DIGITS, _count(argument, 18, least=2) - 1)}".encode())


def _pem(source: random.Random, argument: str, locked: bool = False) -> str:
    """Return a complete key file with that label; a ``locked`` one is marked as protected by a pass phrase."""
    label = argument or "PRIVATE KEY"
    headers, raw, width = "", b"\x30\x82\x02\x5c" + source.randbytes(604), 64
    if label.startswith("OPENSSH"):
        cipher = b"aes256-ctr" if locked else b"none"
        raw = b"openssh-key-v1\0" + len(cipher).to_bytes(4, "big") + cipher + source.randbytes(300)
        width = 70
    elif label.startswith("PGP"):
        headers, raw = "\n", b"\x95\x01\xfe\x04" + source.randbytes(500)
    elif locked:
        headers = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{_draw(source, ALPHABETS['HEX'], 32)}\n\n"
    body = base64.b64encode(raw).decode()
    lines = "\n".join(body[at : at + width] for at in range(0, len(body), width))
    return f"-----BEGIN {label}-----\n{headers}{lines}\n-----END {label}-----\n"


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


_MAKERS: dict[str, Callable[[random.Random, str], str]] = {
    "basic": lambda source, name: base64.b64encode(f"{name or 'user'}:{_draw(source, ALNUM, 16)}".encode()).decode(),
    "bedrock": _bedrock,
    "bedrock-session": _bedrock_session,
    "clerk-pk": _clerk_publishable,
    "crc": _with_crc,
    "crc-hex": _with_hex_crc,
    "discord-id": _discord_id,
    "encoded": lambda source, argument: base64.b64encode((argument + _draw(source, ALNUM, 18)).encode()).decode(),
    "github": _with_crc,
    "gitlab-routable": _gitlab_routable,
    "grafana": _grafana,
    "jwt": _jwt,
    "pem": _pem,
    "pem-encoded": lambda source, argument: base64.b64encode(_pem(source, argument).encode()).decode(),
    "pem-line": lambda source, argument: _pem(source, argument).replace("\n", "\\n"),
    "pem-locked": lambda source, argument: _pem(source, argument, locked=True),
    "pypi": _pypi,
    "sentry": _sentry,
    "slack-rotating": _slack_rotating,
    "stripe": _stripe,
    "uuid": _uuid,
    "workos": _workos,
}
