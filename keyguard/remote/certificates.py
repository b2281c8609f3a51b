"""Whose certificates are believed: those of the user's own file, else of this system. No environment has a say in it.

``ssl.create_default_context`` reads ``SSLKEYLOGFILE`` (and writes there what opens every connection), and with the
default paths ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``: whoever can set a variable would be believed, or read along.
"""

from __future__ import annotations

import os
import ssl
import sys

from keyguard.remote.errors import RequestError
from keyguard.support.regular_file import require_regular

#: where systems keep certificates, for a library that was built for another system than the one that it is on
_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
)


def tls_context(ca_file: str) -> ssl.SSLContext:
    """A context for a client that checks certificates and names, from TLS 1.2 on; by the certificates in a file, or, if
    that is empty, by those of the system.

    Raises ``OSError`` where the file cannot be read, and ``RequestError`` where the system has no certificates.
    """
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    if sys.version_info >= (3, 13):  # as strict as the default of this version
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
    """Load what OpenSSL was built to look for; where there is none of that, what the system is known to have."""
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
    """Whether there are certificates under the hashes of their names, by which alone OpenSSL finds them."""
    try:
        return any(name.rpartition(".")[2].isdigit() for name in os.listdir(folder))
    except OSError:
        return False


def _load_stores(context: ssl.SSLContext) -> None:
    """Load what Windows trusts for servers."""
    if sys.platform == "win32":
        for store in ("CA", "ROOT"):
            for data, kind, trust in ssl.enum_certificates(store):
                if kind == "x509_asn" and (trust is True or ssl.Purpose.SERVER_AUTH.oid in trust):
                    context.load_verify_locations(cadata=data)
