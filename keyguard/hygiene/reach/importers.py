"""Find out under which names a file knows another one that it imports, and what it takes from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from keyguard.hygiene.reach.applications import Applications
from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.code.python_modules import python_imports
from keyguard.hygiene.reach.code.specifiers import specifiers
from keyguard.hygiene.reach.file_lookup import ProjectFiles
from keyguard.hygiene.reach.frameworks import aliases, config_names
from keyguard.hygiene.reach.import_resolver import Resolver

#: bytes before a specifier in which the names are that are bound
_BEFORE = 600
_WORD = re.compile(rb"[A-Za-z_$][\w$]*")
_START = re.compile(rb"(?m)^[ \t]*(?:import|export|const|let|var)\b|[;\n](?=[^\n]{0,200}\brequire\b)")
_ALIAS = re.compile(rb"(?<![\w$])([A-Za-z_$][\w$]{0,99})\s{0,9}(?:\bas\b|:)\s{0,9}([A-Za-z_$][\w$]{0,99})")


class Importers:
    """The imports between the files of one project."""

    def __init__(self, paths: Collection[bytes], read: Callable[[bytes], bytes | None]) -> None:
        """``paths`` are all files, relative to the root; ``read`` returns the content of one, or None."""
        self._files = ProjectFiles(paths)
        self._read = read
        self._made: Resolver | None = None

    def bindings(self, path: bytes, target: bytes) -> dict[bytes, bytes]:
        """Return the names that a file binds by importing another one: name there -> name in the file.

        Names of the whole module are among the values; empty if it does not import it.
        """
        data = self._read(path) or b""
        found: dict[bytes, bytes] = {}
        if path.endswith(b".py"):
            for one in python_imports(path, data, self._files):
                if one.path == target:
                    found.update(one.names)
                    if one.bound:
                        found[one.bound] = one.bound
            return found
        ending = file_names.extension(path)
        if ending not in file_names.READ:
            return {}
        for text in specifiers(data, ending in file_names.MIXED):
            if target in self._resolver.resolve(path, text):
                found.update(_bound(data, text))
        return found

    @property
    def _resolver(self) -> Resolver:
        if self._made is None:
            applications = Applications(self._files, self._read, config_names())
            self._made = Resolver(self._files, applications, self._read, aliases)
        return self._made


def bindings(
    paths: Collection[bytes], read: Callable[[bytes], bytes | None]
) -> Callable[[bytes, bytes], dict[bytes, bytes]]:
    """Return what finds the names that one file of a project binds by importing another: ``Importers.bindings``."""
    return Importers(paths, read).bindings


def _bound(data: bytes, specifier: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the words of the statements that import a specifier, each as a name and what it gets."""
    for found in re.compile(rb"[\"'`]" + re.escape(specifier) + rb"[\"'`]").finditer(data):
        before = data[max(0, found.start() - _BEFORE) : found.start()]
        starts = [one.start() for one in _START.finditer(before)]
        statement = before[starts[-1] if starts else 0 :]
        renamed = dict(_ALIAS.findall(statement))
        for word in _WORD.findall(statement):
            yield word, renamed.get(word, word)
