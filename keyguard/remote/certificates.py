"""The TLS context and its trusted certificates: the user's own file, else the system's. No environment variable counts.

``ssl.create_default_context`` reads ``SSLKEYLOGFILE`` (and writes session keys there) and, with the default paths,
``SSL_CERT_FILE`` and ``SSL_CERT_DIR``: whoever can set a variable could impersonate vendors, or read along.
"""

from __future__ import annotations

import os
import ssl
import sys

from keyguard.remote.errors import RequestError
from keyguard.support.regular_file import require_regular

#: the usual certificate files of systems, for a library that was built for another system
_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
)


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Return a client context that verifies certificates and names, from TLS 1.2 on.

    It trusts the certificates in ``ca_file``, or, if that is empty, the system's. Raise ``OSError`` if the file cannot
    be read, ``RequestError`` if the system has no certificates.
    """
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    if sys.version_info >= (3, 13):  # as strict as this version's default
        found.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    if ca_file:
        require_regular(ca_file)
        found.load_verify_locations(cafile=ca_file)
    elif sys.platform == "win32":
        _load_stores(found)
    else:
        _load_system(found)
    return found


def _load_system(context: ssl.SSLContext) -> None:
    """Load the certificates where OpenSSL was built to look, else a file where systems have them."""
    paths = ssl.get_default_verify_paths()
    file, folder = paths.openssl_cafile, paths.openssl_capath
    files = [file] if _is_file(file) else []
    folders = [folder] if os.path.isabs(folder) and _holds_certificates(folder) else []
    if not files and not folders:
        files = [path for path in _FILES if _is_file(path)][:1]
    if not files and not folders:
        raise RequestError("this system has no certificates to check others with: ca-file can name some")
    for path in files:
        context.load_verify_locations(cafile=path)
    for path in folders:
        context.load_verify_locations(capath=path)


def _is_file(path: str) -> bool:
    return os.path.isabs(path) and os.path.isfile(path)


def _holds_certificates(folder: str) -> bool:
    """Whether the folder has certificates under the hashes of their names, the only ones that OpenSSL finds."""
    try:
        return any(name.rpartition(".")[2].isdigit() for name in os.listdir(folder))
    except OSError:
        return False


def _load_stores(context: ssl.SSLContext) -> None:
    """Load the certificates that Windows trusts for servers."""
    if sys.platform == "win32":
        for store in ("CA", "ROOT"):
            for data, kind, trust in ssl.enum_certificates(store):
                if kind == "x509_asn" and (trust is True or ssl.Purpose.SERVER_AUTH.oid in trust):
                    context.load_verify_locations(cadata=data)
