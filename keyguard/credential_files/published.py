"""Secrets that manuals and tutorials publish, and that are copied from there, by their digests."""

from __future__ import annotations

from keyguard.credential_files.syntax.entry import bytes_of
from keyguard.support import digests

#: first 16 hex digits of the SHA-256 of each
_DIGESTS = frozenset(
    (
        "3354cfcf65c7b2e6",  # the key that a tutorial of JSON web tokens with Spring signs with
        "ea1ca3e25b35a51e",  # the private key in the manual of wg(8)
    )
)


def is_published(value: str) -> bool:
    """Whether a value is one of them."""
    return digests.new("sha256", bytes_of(value)).hexdigest()[:16] in _DIGESTS
