"""What may be disclosed about a secret: a fingerprint, a mask, an id. The value itself never is.

The fingerprint is a keyed hash of the value alone (not of the rule, the path or the line), so that it survives edits,
renames and better attribution. Its key is public unless ``KEYGUARD_FINGERPRINT_KEY`` is set: that is enough for
random tokens, which nobody can guess. Passwords that people choose are stretched first.
"""

from __future__ import annotations

import os

from keyguard.masking import MASK as MASK
from keyguard.support import digests

_SHOWN = 4
_PEM = b"-----BEGIN "
_STRETCH = 20_000
_DEFAULT_KEY = b"keyguard fingerprint v1"


class Secret:
    """A value that cannot be displayed by accident: only ``reveal`` returns it, which is easy to grep for."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(********)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not written anywhere")

    def __eq__(self, other: object) -> bool:
        import hmac

        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(self._value)

    def reveal(self) -> bytes:
        """Return the value. Callers must not print, log or store it."""
        return self._value


def fingerprint(secret: Secret, *, guessable: bool, key: bytes | None = None) -> str:
    """Return 32 hex digits that identify the value; equal values have equal fingerprints under one key."""
    key = fingerprint_key() if key is None else key
    value = secret.reveal()
    if guessable:
        import hashlib

        value = hashlib.pbkdf2_hmac("sha256", value, key, _STRETCH)
    return digests.keyed(key, value)[:32]


def fingerprint_key() -> bytes:
    """Return the key of fingerprints."""
    return os.fsencode(os.environ.get("KEYGUARD_FINGERPRINT_KEY", "")) or _DEFAULT_KEY


def masked(secret: Secret, body: int, *, guessable: bool) -> str:
    """Return the public prefix, a mask of fixed width, and the last four characters if enough remains hidden.

    ``body`` is the offset of the random part. A private key shows its first line.
    """
    value = secret.reveal()
    if guessable:
        return MASK
    if value.startswith(_PEM):
        return _printable(value[: value.find(b"-----", len(_PEM)) + 5].decode("ascii", "replace")) + MASK
    prefix = value[:body].decode("ascii", "replace") if body <= 24 else ""
    hidden = len(value) - body
    tail = value[-_SHOWN:].decode("ascii", "replace") if hidden >= 16 else ""
    return _printable(prefix) + MASK + _printable(tail)


def short_id(fingerprint: str, length: int = 6) -> str:
    """Return the id that a user types for a finding: ``KG-7f3a9c``."""
    return f"KG-{fingerprint[:length]}"


def _printable(text: str) -> str:
    return "".join(char if 32 <= ord(char) < 127 else "?" for char in text)
