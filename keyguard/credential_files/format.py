"""One kind of file: the paths and the content that it is known by, and the module that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from keyguard.model.judged_secret import JudgedSecret

#: (text, path as far as known, whether the path says that it is of the format) -> the secrets in it, in any order.
#: Linear in the text, raises for none. Where only a sign was found, the text may be anything that contains it.
Finder = Callable[[bytes, bytes, bool], "Iterator[JudgedSecret]"]

#: bytes up to which a text with a sign is read as a whole: readers take up to a quarter of a second for a megabyte
_LARGE = 512 << 10


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

    told_by_names: bool = False
    """Whether names of settings tell its secrets: then a text without such a name is not read."""

    def find(self, data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
        """Yield the secrets of a text. See :data:`Finder`."""
        if self.told_by_names:
            from keyguard.credential_files.gate import mentions_secret

            if not mentions_secret(data):
                return iter(())
        finder: Finder = import_module(self.module).find
        if named or len(data) <= _LARGE or not self.signs:
            return finder(data, path, named)
        from keyguard.credential_files.window import windows

        return (one for part in windows(data, self.signs) for one in part.placed(finder(part.data, path, False)))

    def is_quoted_in(self, path: bytes) -> bool:
        """Return whether a text of this format is a literal in a program: then its names are the program's as well."""
        if not self.told_by_names:
            return False
        from keyguard.generic.assignments.file_kinds import file_kind

        kind = file_kind(path)
        return kind.is_code and not any(pattern.endswith("." + kind.extension) for pattern in self.paths)
