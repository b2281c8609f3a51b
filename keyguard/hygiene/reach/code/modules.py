"""Files of a project as modules, each parsed once and only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from keyguard.hygiene.reach.code import blocks, names, syntax
from keyguard.hygiene.reach.code.lexer import looked_through
from keyguard.hygiene.reach.code.module import Import, Module, Shipped, without

#: bytes that are parsed in one project: beyond, files are only looked through
_BUDGET = 3_000_000
_TYPESCRIPT = frozenset((b".ts", b".mts", b".cts", b".tsx"))


class Loaded(NamedTuple):
    """A file: all that is in it, and what of that is shipped."""

    module: Module
    shipped: Shipped


class Modules:
    """Answers for files of a project; every answer is kept."""

    def __init__(
        self,
        read: Callable[[bytes], bytes | None],
        removed: Mapping[bytes, frozenset[bytes]],
        inside: Callable[[bytes, bytes], object],
    ) -> None:
        """``removed``: the exports of a file that never leave the server; ``inside``: whether, in a file, a text means
        another of the project."""
        self._read, self._removed, self._inside = read, removed, inside
        self._known: dict[bytes, Loaded] = {}
        self._budget = _BUDGET

    @property
    def exhausted(self) -> bool:
        """Whether no more bytes are parsed."""
        return self._budget <= 0

    def load(self, path: bytes) -> Loaded:
        """The file as a module; one without imports where it is no code."""
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._load(path)
        return found

    def _load(self, path: bytes) -> Loaded:
        ending = names.extension(path)
        data = (self._read(path) if ending in names.READ else None) or b""
        if ending == b".astro":
            return self._astro(data)
        if ending in names.MIXED and ending != b".mdx":
            module = self._mixed(data, list(blocks.scripts(data)))
        else:
            module = self._parsed(data, ending in _TYPESCRIPT, ending not in (b".ts", b".mts", b".cts"))
        # what belongs to packages leads nowhere, and whether it is used need not be found out
        module = module._replace(imports=tuple(one for one in module.imports if self._inside(path, one.text)))
        return Loaded(module, without(module, self._removed.get(path, frozenset())))

    def _parsed(self, data: bytes, typescript: bool, jsx: bool) -> Module:
        self._budget -= len(data)
        found = syntax.parse(data, typescript=typescript, jsx=jsx) if self._budget > 0 else None
        return found or looked_through(data[: syntax.LIMIT])

    def _mixed(self, data: bytes, scripts: list[blocks.Block]) -> Module:
        """All scripts of a file as one module, of which nothing can be left out: what uses it is no script."""
        typescript = any(one.typescript for one in scripts)
        found = self._parsed(blocks.only(data, scripts), typescript, jsx=not typescript) if scripts else Module()
        sources = tuple(Import(one.source, at=one.start) for one in scripts if one.source)
        return found._replace(imports=found.imports + sources, whole=True, uses=None)

    def _astro(self, data: bytes) -> Loaded:
        """The scripts, and the components that the browser runs; what is before them stays at the server."""
        front = blocks.front(data)
        module = self._mixed(data, [one for one in blocks.scripts(data) if not front or one.start >= front.end])
        if front is None:
            return Loaded(module, Shipped(module.imports))
        islands = blocks.islands(data)
        server = self._parsed(blocks.only(data, [front]), typescript=True, jsx=False)
        sent = tuple(one for one in server.imports if one.local in islands or (islands and not server.parsed))
        return Loaded(module, Shipped(module.imports + sent, ((front.start, front.end),)))
