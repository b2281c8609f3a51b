"""The formats: the paths and the content that each is known by, and the module that reads it.

A format is read once a text, as a whole: if its path is known (``named``), or if one of its signs was found, since a
kubeconfig is one whatever it is called, and a blob in history has no name at first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import NamedTuple

from keyguard.credential_files.names import PathTable
from keyguard.model.judged_secret import JudgedSecret

#: (text, path as far as known, whether the path says that it is of the format) -> the secrets in it, in any order.
#: Linear in the text, raises for none. Where only a sign was found, the text may be anything that contains it.
Finder = Callable[[bytes, bytes, bool], Iterator[JudgedSecret]]


class Format(NamedTuple):
    """One kind of file."""

    name: str
    """What it is, for reports: ``netrc file``."""
    module: str
    """Dotted name of the module with the function ``find`` (a :data:`Finder`), imported when it is needed."""
    paths: tuple[str, ...] = ()
    """See :class:`~keyguard.credential_files.names.PathTable`: ``.netrc``, ``.docker/config.json``, ``*.tfstate``."""
    signs: tuple[str, ...] = ()
    """Expressions as in :mod:`keyguard.generic.expressions`, each a sign that a text contains such a document."""

    def find(self, data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
        """Yield the secrets of a text. See :data:`Finder`."""
        finder: Finder = import_module(self.module).find
        return finder(data, path, named)


FORMATS: tuple[Format, ...] = (
    Format(
        "netrc file",
        "keyguard.credential_files.clients.netrc",
        paths=(".netrc", "_netrc", "netrc"),
        signs=(r"\bmachine\s{1,9}\S{1,100}\s{1,9}login\s{1,9}\S{1,100}\s{1,9}password\s{1,9}\S",),
    ),
)


@cache
def _paths() -> PathTable[Format]:
    return PathTable((one.paths, one) for one in FORMATS)


def named(path: bytes) -> tuple[Format, ...]:
    """Return the formats that a path is known by; nearly always none."""
    return _paths().among(path)
