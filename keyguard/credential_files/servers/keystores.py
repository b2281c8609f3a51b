"""Keystores and password safes, by their first bytes: JKS, JCEKS, BKS, PKCS #12, KeePass, GnuPG.

Their content is encrypted with a password, often a short one, which can be guessed offline. Documented at
https://docs.oracle.com/en/java/javase/21/docs/specs/security/standard-names.html#keystore-types (JKS, JCEKS),
https://www.rfc-editor.org/rfc/rfc7292 (PKCS #12), https://keepass.info/help/kb/kdbx.html
and https://www.rfc-editor.org/rfc/rfc9580 (OpenPGP)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.credential_files.settings.secrets import weak
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "keystore"
#: bytes that are enough to tell one file from another
_SPAN = 256


class _Kind(NamedTuple):
    """One kind of file."""

    start: re.Pattern[bytes]
    reason: str
    #: the least size of a file with a key in it
    size: int = 200


def _kind(start: bytes, reason: str, size: int = 200) -> _Kind:
    return _Kind(expression(start, re.DOTALL), reason, size)


_KINDS = (
    _kind(rb"\xfe\xed\xfe\xed\0\0\0[\1\2]\0\0", "a Java keystore with a key"),
    _kind(rb"\xce\xce\xce\xce\0\0\0[\1\2]\0\0", "a JCEKS keystore with a key"),
    _kind(rb"\0\0\0[\1\2]\0\0\0\x14.{20}\0\0..\x04", "a keystore of Bouncy Castle"),
    _kind(
        rb"\x30(?:\x82..|\x83...|\x84....|\x80)\x02\x01\x03\x30"
        rb"(?:\x82..|\x80|\x83...)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x01\x02]",
        "a PKCS #12 file, which usually contains a private key",
    ),
    _kind(rb"\x03\xd9\xa2\x9a[\x65-\x67]\xfb\x4b\xb5", "a database of KeePass"),
    _kind(
        rb"(?:\x95[\x01-\x0f].|\x94.|\xc5[\xc0-\xdf].|\xc5\xff....)[\x04-\x06].{4}[\x01-\x03\x11\x12\x13\x16\x19\x1b]",
        "a secret key ring of OpenPGP",
    ),
)
#: names of stores of certificates to trust; the alias of the key of Android's debugging
_TRUST = expression(rb"trust|cacerts", re.IGNORECASE)
_ANDROID = b"androiddebugkey"
#: first bytes of stores of Java, which may contain nothing but certificates
_JAVA = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
#: one key of GnuPG's agent
_AGENT = expression(rb"(?:\AKey: |\A)\((?:\d{1,3}:)?(?P<kind>protected-|shadowed-)?private-key\b")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield one secret for a store or key. See :data:`keyguard.credential_files.table.Finder`."""
    for kind in _KINDS:
        if len(data) >= kind.size and kind.start.match(data):
            yield from _store(data, path, kind.reason)
            return
    agent = _AGENT.match(data) if named else None
    if agent and agent["kind"] != b"shadowed-":
        yield _file(data, "a private key of GnuPG" if agent["kind"] else "a private key of GnuPG without a pass phrase")


def _store(data: bytes, path: bytes, reason: str) -> Iterator[JudgedSecret]:
    """Yield a store, unless it contains only certificates to trust, as far as that can be told."""
    if (data[:4] in _JAVA and not _has_java_key(data)) or _TRUST.search(path.rpartition(b"/")[2]):
        return
    found = _file(data, reason)
    is_debug = _ANDROID in data[:_SPAN]
    yield (
        weak(found, "the key that Android's build makes for debugging, whose password is known") if is_debug else found
    )


def _has_java_key(data: bytes) -> bool:
    """Whether a store of Java has an entry that is a private or a secret key, not only certificates to trust."""
    with_type = data[7] == 2
    at = 12
    for _ in range(int.from_bytes(data[8:12], "big")):
        tag = data[at : at + 4]
        if tag in (b"\0\0\0\1", b"\0\0\0\3"):
            return True
        if tag != b"\0\0\0\2":
            return False
        at += 4 + 2 + int.from_bytes(data[at + 4 : at + 6], "big") + 8
        at += 2 + int.from_bytes(data[at : at + 2], "big") if with_type else 0
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    return False


def _file(data: bytes, reason: str) -> JudgedSecret:
    return JudgedSecret(0, min(len(data), _SPAN), _RULE, (reason,), guessable=False)
