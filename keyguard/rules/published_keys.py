"""Private keys that everybody has: test vectors of standards and of cryptographic libraries, keys of their manuals.

``data/published_keys.txt`` has the digests of those in the tests and documents of OpenSSL, LibreSSL, BoringSSL (with
Wycheproof's), OpenSSH, Go, Python, rustls, libssh2, Mina, paramiko, phpseclib, Netty, gRPC, Vagrant, Twisted, NATS, the
libraries for JSON Web Tokens (with those of RFC 7515 to 8037) and others.
"""

from __future__ import annotations

import os
from functools import cache

from keyguard.support import digests

_FILE = os.path.join(os.path.dirname(__file__), "data", "published_keys.txt")
#: hex digits of a SHA-256 that are kept
_DIGITS = 16


def is_published_key(value: bytes) -> bool:
    """Whether a private key, as it is without its wrapping, is one of them."""
    return digests.new("sha256", value).hexdigest()[:_DIGITS] in _published()


@cache
def _published() -> frozenset[str]:
    with open(_FILE, encoding="ascii") as file:
        return frozenset(file.read().split())
