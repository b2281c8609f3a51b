"""Files with credentials that stand in another text as base64: private keys, service accounts, kubeconfig, docker's.

That is how they get into variables of a pipeline, values of a chart and manifests. Such a text is known by its first
characters, since the files begin alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.clients import docker
from keyguard.credential_files.clouds import kubeconfig
from keyguard.credential_files.judging import in_comment
from keyguard.credential_files.syntax.encoded import from_base64
from keyguard.credential_files.syntax.entry import text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.rules.checksums import pem_open
from keyguard.support.regex import expression

_RULE = "private-key-encoded"
_KEY_REASON = "a private key in base64, without a pass phrase"
#: what the files begin with, then lines of base64 of which all but the last are long
_TEXT = expression(
    rb"(?<![A-Za-z0-9+/])(?:LS0tLS1CRUdJTiB[FPQSUR]|eyJ0eXBlIjo|eyJhdXRocyI6|ew(?:og|oJ|0KI|0KC)|YXBpVmVyc2lvbjogdjEK)"
    rb"(?:[A-Za-z0-9+/]{40,100}(?:\\n|\r?\n)[ \t]{0,60}){0,1000}[A-Za-z0-9+/]{20,60000}={0,2}"
)
_PEM = expression(
    rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\\"'.,:;()*#|>-]{64,11000}?-----END"
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the secrets. See :data:`keyguard.credential_files.format.Finder`."""
    for found in _TEXT.finditer(data):
        text = from_base64(text_of(found[0].replace(b"\\n", b""))) or b""
        judged = _judged(text)
        if judged:
            yield judged._replace(start=found.start(), end=found.end(), comment=in_comment(data, found.start()))


def _judged(text: bytes) -> JudgedSecret | None:
    """Return what a decoded file is as a secret, with its places in that file; None if it contains none."""
    key = _PEM.search(text)
    if key and pem_open(key[0]):
        return JudgedSecret(*key.span(), _RULE, (_KEY_REASON,), guessable=False)
    if b"auths" in text[:40]:
        return next(docker.find(text, b"", False), None)
    return next(kubeconfig.find(text, b"", False), None) if text.startswith(b"apiVersion") else None
