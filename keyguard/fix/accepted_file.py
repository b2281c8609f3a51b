"""The file of accepted findings of a project, as it is on disk: read, and written whole."""

from __future__ import annotations

import os
from collections.abc import Iterable

from keyguard.acceptance import PATH
from keyguard.acceptance.entry import Entry, parse, render
from keyguard.fix.files.folder import Blocked, Files
from keyguard.support.errors import UsageError

_NAME = os.fsencode(PATH)
_FOLDER, _, _FILE = PATH.rpartition("/")
#: so that entries of two branches come together without a conflict
_ATTRIBUTES = os.fsencode(f"{_FOLDER}/.gitattributes")
_UNION = f"{_FILE} merge=union\n".encode()


class AcceptedFile:
    """``.keyguard/accepted.toml`` below the top of a project."""

    def __init__(self, top: str) -> None:
        self._top = top

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries; none where there is no file. Raises ``ConfigError`` for a file that is broken,
        ``UsageError`` for one that cannot be read.
        """
        return parse(self._read(_NAME) or b"", PATH)

    def write(self, entries: Iterable[Entry]) -> None:
        """Put these entries in place of what is there. Raises ``UsageError`` where that cannot be done."""
        folder = os.path.join(self._top, _FOLDER)
        try:
            if not os.path.lexists(folder):
                os.mkdir(folder)
        except OSError as error:
            raise UsageError(f"{_FOLDER}: cannot be made: {error.strerror}") from error
        self._write(_NAME, render(entries).encode())
        attributes = self._read(_ATTRIBUTES) or b""
        if _UNION.strip() not in attributes.splitlines():
            self._write(_ATTRIBUTES, attributes + _UNION)

    def _read(self, path: bytes) -> bytes | None:
        files = Files(os.fsencode(os.path.realpath(self._top)))
        try:
            found = files.read(path)
        except Blocked as error:
            raise UsageError(f"{os.fsdecode(path)}: cannot be read: {error}") from error
        finally:
            files.close()
        return found.content if found else None

    def _write(self, path: bytes, content: bytes) -> None:
        old = self._read(path)
        if old == content:
            return
        files = Files(os.fsencode(os.path.realpath(self._top)))
        try:
            files.write(path, old, content)
        except Blocked as error:
            raise UsageError(f"{os.fsdecode(path)}: cannot be written: {error}") from error
        finally:
            files.close()
