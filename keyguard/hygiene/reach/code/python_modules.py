"""Resolve the imports of a Python module to files of its project."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

#: bytes that are scanned: imports are at the beginning of a module, or in a function near it
_LOOKED_AT = 256 << 10
_FROM = expression(
    rb"(?m)^[ \t]*from[ \t]{1,9}(\.{0,9})([\w.]{0,200})[ \t]{1,9}import[ \t]{0,9}"
    rb"(\([^()]{1,3000}\)|(?:[^\r\n\\]|\\\r?\n){1,1000})"
)
_IMPORT = expression(rb"(?m)^[ \t]*import[ \t]+([\w., \t]{1,500})")
_COMMENT = expression(rb"#[^\r\n]*")


class PythonImport(NamedTuple):
    """An imported file."""

    path: bytes
    names: tuple[tuple[bytes, bytes], ...]
    """The names that are imported from it, each with the one that it gets."""
    bound: bytes
    """The name that the module itself gets; empty if it gets none."""


def python_imports(path: bytes, data: bytes, files: Container[bytes]) -> Iterator[PythonImport]:
    """Yield what the module imports from other files of its project."""
    data = data[:_LOOKED_AT]
    for found in _FROM.finditer(data):
        names = [*_names(found[3])]
        parents = [*_folders(path, len(found[1]))]
        for parent in parents:
            base = _joined(parent, found[2])
            for name, alias in names:
                if target := _module(_joined(base, name), files):
                    yield PythonImport(target, (), alias)
            if target := _module(base, files):
                yield PythonImport(target, tuple(names), b"")
    for found in _IMPORT.finditer(data):
        for name, alias in _names(found[1]):
            for parent in _folders(path, 0):
                if target := _module(_joined(parent, name), files):
                    yield PythonImport(target, (), alias if alias != name else name.rpartition(b".")[2])


def _names(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names in a list of imports, each with the one that it gets."""
    for part in _COMMENT.sub(b"", text).replace(b"\\", b" ").strip(b"() \t\r\n").split(b","):
        words = part.split()
        if words:
            yield words[0], words[2] if len(words) == 3 and words[1] == b"as" else words[0]


def _folders(path: bytes, dots: int) -> Iterator[bytes]:
    """Yield the folders in which a module is looked for: by its dots, or all folders above the importing file."""
    folder = path.rpartition(b"/")[0]
    if dots:
        for _ in range(dots - 1):
            folder = folder.rpartition(b"/")[0]
        yield folder
        return
    yield folder
    while folder:
        folder = folder.rpartition(b"/")[0]
        yield folder


def _joined(folder: bytes, module: bytes) -> bytes:
    parts = module.replace(b".", b"/")
    return b"/".join(one for one in (folder, parts) if one)


def _module(path: bytes, files: Container[bytes]) -> bytes:
    """Return the file of a module; empty if it is none of the project's."""
    return next((one for one in (path + b".py", path + b"/__init__.py") if one in files), b"")
