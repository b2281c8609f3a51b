"""Make up bodies of keys with a checksum or an inner structure, as the vendor would, for the templates of examples."""

from __future__ import annotations

import base64
import binascii
import json
import random
import re
import zlib
from collections.abc import Callable

from keyguard.rules.alphabets import ALNUM, ALPHABETS, DIGITS, LOWER, draw
from keyguard.rules.wallet_encodings import base58check, bech32

#: the encoded start of every macaroon that the package index issues, with the index's host name
_INDEX_MACAROON = base64.b64decode("AgEIcHlwaS5vcmc=")


def _uuid(source: random.Random, _: str) -> str:
    digits = draw(source, ALPHABETS["hex"], 30)
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
    body = draw(source, ALNUM, _count(argument, 30, least=1))
    return body + _based(zlib.crc32(body.encode()), ALNUM, 6)


def _with_hex_crc(source: random.Random, argument: str) -> str:
    """Return base62 characters followed by their CRC32 in hex digits."""
    body = draw(source, ALNUM, _count(argument, 40, least=1))
    return f"{body}{zlib.crc32(body.encode()):08x}"


def _atlassian(source: random.Random, argument: str) -> str:
    """Return a token with that prefix; it ends in the CRC32 of all before it."""
    head = f"{argument}{draw(source, ALPHABETS['b64url'], 172)}="
    return f"{head}{zlib.crc32(head.encode()):08X}"


def _grafana_account(source: random.Random, _: str) -> str:
    """Return what follows ``glsa_``: random characters, and the CRC32 of all before, lowest byte first."""
    body = draw(source, ALNUM, 32)
    return f"{body}_{zlib.crc32(f'glsa_{body}'.encode()).to_bytes(4, 'little').hex()}"


def _crc_apart(source: random.Random, argument: str) -> str:
    """Return lower-case letters and digits (32), ``_`` and their CRC32."""
    body = draw(source, ALPHABETS["lower-alnum"], _count(argument, 32, least=1))
    return f"{body}_{zlib.crc32(body.encode()):08x}"


def _extended_key(source: random.Random, argument: str) -> str:
    """Return a private key of BIP-32; the argument is its version, 8 hexadecimal digits (``xprv`` by default)."""
    version = bytes.fromhex(argument or "0488ade4")
    return base58check(version + bytes(9) + source.randbytes(32) + b"\0" + source.randbytes(32))


def _bech32_key(source: random.Random, argument: str) -> str:
    """Return a key with that name; 32 bytes, if no other number follows the name and a dot."""
    name, _, count = argument.partition(".")
    return bech32(name, source.randbytes(_count(count, 32, least=1)))


def _gitlab_routable(source: random.Random, argument: str) -> str:
    """Return a complete routable token; its checksum covers the prefix, the argument or ``glpat-``."""
    base36 = DIGITS + LOWER
    payload = f"o:{draw(source, base36, 2)}\np:{draw(source, base36, 5)}\nu:{draw(source, base36, 4)}".encode()
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
    text = f"key_01{draw(source, ALPHABETS['ulid'], 24)},{draw(source, ALNUM, 25)}"
    return base64.b64encode(text.encode()).decode().rstrip("=")


def _clerk_publishable(source: random.Random, argument: str) -> str:
    words = f"{draw(source, LOWER, 6)}-{draw(source, LOWER, 5)}-{draw(source, DIGITS, 2)}"
    host = argument or f"{words}.clerk.accounts.dev"
    return base64.b64encode(f"{host}$".encode()).decode()


def _stripe(source: random.Random, argument: str) -> str:
    """Return a current body: ``51``, the account's id, a random part, ``00`` ten characters from the end."""
    length = _count(argument, 99, least=13)
    return f"51{draw(source, ALNUM, length - 12)}00{draw(source, ALNUM, 8)}"


def _jwt(source: random.Random, argument: str) -> str:
    """Return a signed token; the argument is a list of claims, ``role=service_role,iss=supabase``."""
    claims = dict(pair.partition("=")[::2] for pair in argument.split(",") if pair)
    claims.setdefault("ref", draw(source, LOWER, 20))
    issued = 1_700_000_000 + source.randrange(10**7)
    head, payload = ({"alg": "HS256", "typ": "JWT"}, {**claims, "iat": issued, "exp": issued + 315_576_000})
    parts = [_unpadded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, payload)]
    return ".".join([*parts, draw(source, ALPHABETS["b64url"], 43)])


def _sentry(source: random.Random, _: str) -> str:
    """Return the payload and signature of an organisation token."""
    claims = {
        "iat": 1_700_000_000 + source.randrange(10**13) / 10**6,
        "url": "https://sentry.io",
        "region_url": f"https://{source.choice(('us', 'de'))}.sentry.io",
        "org": draw(source, LOWER, 8),
    }
    payload = base64.b64encode(json.dumps(claims).encode()).decode()
    return f"{payload}_{draw(source, ALPHABETS['base64'], 43)}"


def _bedrock(source: random.Random, argument: str) -> str:
    """Return the body of a long-term Bedrock key.

    It is base64 of its user's name and a secret, itself base64 of as many bytes as the argument says (57 by default).
    """
    name = f"BedrockAPIKey-{draw(source, DIGITS + LOWER, 4)}-at-{draw(source, DIGITS, 12)}"
    secret = base64.b64encode(source.randbytes(_count(argument, 57, least=30))).decode()
    return base64.b64encode(f"{name}:{secret}".encode()).decode()


def _bedrock_session(source: random.Random, _: str) -> str:
    """Return the body of a short-term Bedrock key: base64 of an address that is signed with a session's credentials."""
    scope = f"ASIA{draw(source, ALPHABETS['base32'], 16)}%2F20260131%2Feu-west-1%2Fbedrock%2Faws4_request"
    times = "X-Amz-Date=20260131T120000Z&X-Amz-Expires=43200"
    query = f"Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&{times}"
    token = f"X-Amz-Security-Token={draw(source, ALNUM, 360)}&X-Amz-Signature={draw(source, ALPHABETS['hex'], 64)}"
    text = f"bedrock.amazonaws.com/?{query}&{token}&X-Amz-SignedHeaders=host&Version=1"
    return base64.b64encode(text.encode()).decode()


def _slack_rotating(source: random.Random, argument: str) -> str:
    """Return the body of a rotating Slack token.

    It is base64 of a version (the argument, ``3-1`` by default), three ids (four after a ``2``) and a digest.
    """
    version = argument or "3-1"
    ids = [draw(source, DIGITS, 13) for _ in range(4 if version.startswith("2") else 3)]
    text = "-".join([version, *ids, draw(source, ALPHABETS["hex"], 64)])
    return base64.b64encode(text.encode()).decode().rstrip("=")


def _grafana(source: random.Random, argument: str) -> str:
    """Return a Grafana cloud token: base64 of its claims; the argument is the name of the token."""
    claims = {
        "o": draw(source, DIGITS, 6),
        "n": argument or f"{draw(source, LOWER, 8)}-{draw(source, LOWER, 6)}",
        "k": draw(source, ALNUM, 24),
        "m": {"r": "us"},
    }
    return base64.b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode()


def _discord_id(source: random.Random, argument: str) -> str:
    """Return the start of a bot token: a numeric id with as many digits as the argument says (18 by default)."""
    return _unpadded(f"1{draw(source, DIGITS, _count(argument, 18, least=2) - 1)}".encode())


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
        headers = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{draw(source, ALPHABETS['HEX'], 32)}\n\n"
    body = base64.b64encode(raw).decode()
    lines = "\n".join(_wrapped(body, width))
    return f"-----BEGIN {label}-----\n{headers}{lines}\n-----END {label}-----\n"


def _putty(source: random.Random, argument: str, locked: bool = False) -> str:
    """Return a key file of PuTTY, version 2 unless the argument is ``3``."""
    halves = b"\0\0\0\x0bssh-ed25519\0\0\0 " + source.randbytes(32), b"\0\0\0 " + source.randbytes(32)
    public, private = (_wrapped(base64.b64encode(half).decode()) for half in halves)
    return (
        f"PuTTY-User-Key-File-{argument or 2}: ssh-ed25519\nEncryption: {'aes256-cbc' if locked else 'none'}\n"
        f"Comment: deploy\nPublic-Lines: {len(public)}\n{chr(10).join(public)}\n"
        f"Private-Lines: {len(private)}\n{chr(10).join(private)}\nPrivate-MAC: {draw(source, ALPHABETS['hex'], 40)}\n"
    )


def _wrapped(text: str, width: int = 64) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def _nkey(source: random.Random, argument: str) -> str:
    """Return a seed of NATS; the argument is the letter of what it is for: ``U`` (a user, by default), ``A``, ``O``."""
    kind = (ord(argument or "U") - ord("A")) << 3
    raw = bytes((18 << 3 | kind >> 5, (kind & 31) << 3)) + source.randbytes(32)
    return base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("=")


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


MAKERS: dict[str, Callable[[random.Random, str], str]] = {
    "basic": lambda source, name: base64.b64encode(f"{name or 'user'}:{draw(source, ALNUM, 16)}".encode()).decode(),
    "bedrock": _bedrock,
    "bedrock-session": _bedrock_session,
    "clerk-pk": _clerk_publishable,
    "atlassian": _atlassian,
    "bech32-key": _bech32_key,
    "crc": _with_crc,
    "crc-apart": _crc_apart,
    "crc-hex": _with_hex_crc,
    "discord-id": _discord_id,
    "encoded": lambda source, argument: base64.b64encode((argument + draw(source, ALNUM, 18)).encode()).decode(),
    "github": _with_crc,
    "gitlab-routable": _gitlab_routable,
    "extended-key": _extended_key,
    "grafana": _grafana,
    "grafana-account": _grafana_account,
    "jwt": _jwt,
    "nkey": _nkey,
    "pem": _pem,
    "pem-encoded": lambda source, argument: base64.b64encode(_pem(source, argument).encode()).decode(),
    "pem-line": lambda source, argument: _pem(source, argument).replace("\n", "\\n"),
    "pem-locked": lambda source, argument: _pem(source, argument, locked=True),
    "putty": _putty,
    "putty-locked": lambda source, argument: _putty(source, argument, locked=True),
    "pypi": _pypi,
    "sentry": _sentry,
    "slack-rotating": _slack_rotating,
    "stripe": _stripe,
    "uuid": _uuid,
    "workos": _workos,
}
