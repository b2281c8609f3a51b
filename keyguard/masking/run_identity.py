"""Identify values that people choose within one run, and where they are harmless by their place.

Stretching such a value takes milliseconds, and test data and documents hold hundreds of them. So while their paths are
not known they are told apart by a hash under a key that only this process and its workers have, and that is written
nowhere; and where they are set aside (in tests, in comments) the finding is about the place.
"""

from __future__ import annotations

import os

from keyguard.masking.secret import Secret, fingerprint_key
from keyguard.support import digests

#: made before workers are forked, so that they share it
_RUN_KEY = os.urandom(32)
#: what hashes of one run begin with, so that none passes for a fingerprint
_MARK = "~"


def run_identity(secret: Secret) -> str:
    """Return 31 characters that identify the value in this run alone."""
    return _MARK + digests.keyed(_RUN_KEY, secret.reveal())[:30]


def is_run_identity(identity: str) -> bool:
    """Whether it is no fingerprint, and may not leave the process."""
    return identity.startswith(_MARK)


def place_fingerprint(rule: str, path: bytes, name: str) -> str:
    """Return 32 hex digits that identify a place, and tell nothing of the value that stands there."""
    text = b"\0".join((b"place", rule.encode(), path, name.encode("utf-8", "surrogateescape")))
    return digests.keyed(fingerprint_key(), text)[:32]
