"""Path mappings in tsconfig.json and jsconfig.json: ``paths``, ``baseUrl``, ``extends`` and ``references``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.config_parser import lenient_json
from keyguard.hygiene.reach.file_lookup import ProjectFiles

_NAMES = (b"tsconfig.json", b"jsconfig.json", b"tsconfig.app.json", b"tsconfig.base.json")
#: configurations that one includes, by ``extends`` and ``references``
_LIMIT = 20
_PATTERNS = 500


class Pattern(NamedTuple):
    """One entry of ``paths``: ``"@/*": ["./src/*"]``."""

    before: bytes
    after: bytes
    wild: bool
    targets: tuple[bytes, ...]
    """Relative to the root of the project, with one ``*`` if ``wild``."""


class PathMappings:
    """The path mappings of a project; each folder's are read once."""

    def __init__(
        self, files: ProjectFiles, read: Callable[[bytes], bytes | None], package: Callable[[bytes], bytes | None]
    ) -> None:
        """``package`` returns the file that a package's name means."""
        self._files, self._read, self._package = files, read, package
        self._known: dict[bytes, tuple[Pattern, ...]] = {}
        self._scopes: dict[bytes, bytes] = {}

    def targets(self, folder: bytes, text: bytes) -> Iterator[bytes]:
        """Yield the paths that an import in a folder may mean, the likeliest first."""
        for one in self._patterns(folder):
            if one.wild and len(text) >= len(one.before) + len(one.after):
                if text.startswith(one.before) and text.endswith(one.after):
                    middle = text[len(one.before) : len(text) - len(one.after)]
                    yield from (target.replace(b"*", middle, 1) for target in one.targets)
            elif not one.wild and text == one.before:
                yield from one.targets

    def scope(self, folder: bytes) -> bytes:
        """Return the innermost folder around this one that has a configuration, or the root."""
        found = self._scopes.get(folder)
        if found is None:
            here = not folder or any(folder + b"/" + name in self._files for name in _NAMES)
            found = self._scopes[folder] = folder if here else self.scope(file_names.folder(folder))
        return found

    def _patterns(self, folder: bytes) -> tuple[Pattern, ...]:
        found = self._known.get(folder)
        if found is None:
            found = self._known[folder] = self._find(folder)
        return found

    def _find(self, folder: bytes) -> tuple[Pattern, ...]:
        patterns = []
        for name in _NAMES:
            path = folder + b"/" + name if folder else name
            if path in self._files:
                patterns += list(self._of(path, seen=set()))
        # the longest prefix is the most specific; of equal ones the first that was found
        ours = tuple(sorted(patterns[:_PATTERNS], key=lambda one: (one.wild, -len(one.before))))
        return ours or (self._patterns(file_names.folder(folder)) if folder else ())

    def _of(self, path: bytes, seen: set[bytes]) -> Iterator[Pattern]:
        if path in seen or len(seen) >= _LIMIT:
            return
        seen.add(path)
        config = lenient_json(self._read(path))
        if not isinstance(config, dict):
            return
        yield from _own(config, file_names.folder(path))
        for other in self._others(config, file_names.folder(path)):
            yield from self._of(other, seen)

    def _others(self, config: dict[str, Any], folder: bytes) -> Iterator[bytes]:
        """Yield the configurations that one extends, and those that it references."""
        above = config.get("extends")
        parts = config.get("references")
        texts = [above] if isinstance(above, str) else above if isinstance(above, list) else []
        parts = [one.get("path") for one in parts if isinstance(one, dict)] if isinstance(parts, list) else []
        for text in (one.encode("utf-8", "replace") for one in [*texts, *parts] if isinstance(one, str)):
            base = file_names.join(folder, text) if text.startswith(b".") or text in map(_encoded, parts) else None
            tries = (base, base and base + b".json", base and base + b"/tsconfig.json")
            found = next((one for one in tries if one and one in self._files), None) or self._package(text)
            if found is not None:
                yield found


def _own(config: dict[str, Any], folder: bytes) -> Iterator[Pattern]:
    options = config.get("compilerOptions")
    if not isinstance(options, dict):
        return
    base = options.get("baseUrl")
    root = file_names.join(folder, _clean(base)) if isinstance(base, str) else folder
    if root is None:
        return
    paths = options.get("paths")
    for key, values in paths.items() if isinstance(paths, dict) else ():
        listed = values if isinstance(values, list) else [values]
        targets = [file_names.join(root, _clean(value)) for value in listed if isinstance(value, str)]
        before, wild, after = key.encode("utf-8", "replace").partition(b"*")
        yield Pattern(before, after, bool(wild), tuple(one for one in targets if one is not None))
    if isinstance(base, str):
        yield Pattern(b"", b"", True, ((root + b"/*") if root else b"*",))


def _clean(path: str) -> bytes:
    return path.replace("${configDir}", ".").encode("utf-8", "replace")


def _encoded(value: Any) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else b""
