"""The formats: the paths and the content that each is known by, and the module that reads it.

A format is read once a text, as a whole: if its path is known (``named``), or if one of its signs was found, since a
kubeconfig is one whatever it is called, and a blob in history has no name at first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from keyguard.credential_files.client_formats import CLIENT_FORMATS
from keyguard.credential_files.format import Format
from keyguard.credential_files.server_formats import SERVER_FORMATS

if TYPE_CHECKING:
    from keyguard.credential_files.names import PathTable

FORMATS: tuple[Format, ...] = (*CLIENT_FORMATS, *SERVER_FORMATS)


@cache
def _paths() -> PathTable[Format]:
    from keyguard.credential_files.names import PathTable  # what needs the signs alone is quicker without

    return PathTable((one.paths, one) for one in FORMATS)


def indices_named(paths: Sequence[bytes]) -> list[int]:
    """Return the indices of the paths that a format is known by."""
    return _paths().indices(paths)


def named(path: bytes) -> tuple[Format, ...]:
    """Return the formats that a path is known by; nearly always none."""
    return _paths().among(path)
