"""Loads files of a project as modules; each is parsed once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from keyguard.hygiene.reach.code import file_names, parser, script_blocks
from keyguard.hygiene.reach.code.fallback_parser import scan_module
from keyguard.hygiene.reach.code.module import Import, Module, Shipped, without

#: bytes that are parsed in one project: files beyond that are only scanned as text
_BUDGET = 3_000_000
_TYPESCRIPT = frozenset((b".ts", b".mts", b".cts", b".tsx", b".gts"))


class Loaded(NamedTuple):
    """A file: everything in it, and what of that is shipped."""

    module: Module
    shipped: Shipped


class ModuleLoader:
    """Loads modules and keeps them."""

    def __init__(
        self,
        read: Callable[[bytes], bytes | None],
        removed: Mapping[bytes, frozenset[bytes]],
        inside: Callable[[bytes, bytes], object],
    ) -> None:
        """``read`` returns the content of a file, or None.

        ``removed`` are the exports of a file that stay on the server; ``inside`` tells whether the text of an import in
        a file means another file of the project.
        """
        self._read, self._removed, self._inside = read, removed, inside
        self._known: dict[bytes, Loaded] = {}
        self._budget = _BUDGET

    @property
    def exhausted(self) -> bool:
        """Return whether the budget for parsing is used up."""
        return self._budget <= 0

    def text(self, path: bytes) -> bytes:
        """Return the content of a file; empty if there is none."""
        return self._read(path) or b""

    def load(self, path: bytes) -> Loaded:
        """Return the file as a module; one without imports if it is no code."""
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._load(path)
        return found

    def _load(self, path: bytes) -> Loaded:
        ending = file_names.extension(path)
        data = (self._read(path) if ending in file_names.READ else None) or b""
        if ending == b".astro":
            return self._astro(data)
        if ending in file_names.MIXED and ending != b".mdx":
            module = self._mixed(data, list(script_blocks.scripts(data)))
        else:
            module = self._parsed(data, ending in _TYPESCRIPT, ending not in (b".ts", b".mts", b".cts"))
        # imports of packages lead nowhere, so their uses need not be found
        module = module._replace(imports=tuple(one for one in module.imports if self._inside(path, one.text)))
        return Loaded(module, without(module, self._removed.get(path, frozenset())))

    def _parsed(self, data: bytes, typescript: bool, jsx: bool) -> Module:
        self._budget -= len(data)
        found = parser.parse(data, typescript=typescript, jsx=jsx) if self._budget > 0 else None
        return found or scan_module(data[: parser.LIMIT])

    def _mixed(self, data: bytes, scripts: list[script_blocks.Block]) -> Module:
        """Return all scripts of a file as one module. Nothing can be removed from it, because its markup uses it."""
        typescript = any(one.typescript for one in scripts)
        found = self._parsed(script_blocks.only(data, scripts), typescript, jsx=not typescript) if scripts else Module()
        sources = tuple(Import(one.source, at=one.start) for one in scripts if one.source)
        return found._replace(imports=found.imports + sources, whole=True, uses=None)

    def _astro(self, data: bytes) -> Loaded:
        """Return the scripts, and the components that the browser hydrates; the frontmatter stays on the server."""
        front = script_blocks.front(data)
        module = self._mixed(data, list(script_blocks.scripts(data, front.end if front else 0)))
        if front is None:
            return Loaded(module, Shipped(module.imports))
        islands, printed = script_blocks.islands(data), script_blocks.printed(data, front.end)
        server = self._parsed(script_blocks.only(data, [front]), typescript=True, jsx=False)
        sent = tuple(
            one
            for one in server.imports
            if one.local in islands or one.local in printed or (islands and not server.parsed)
        )
        return Loaded(module, Shipped(module.imports + sent, tuple(_unprinted(server, front, printed))))


def _unprinted(server: Module, front: script_blocks.Block, printed: frozenset[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the spans of a frontmatter without the values that are printed into the page."""
    at = front.start
    for one in server.statements:
        if not one.declares.isdisjoint(printed):
            yield at, one.start
            at = one.end
    yield at, front.end
