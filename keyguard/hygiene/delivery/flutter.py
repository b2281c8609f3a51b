"""What is compiled into a Flutter app: the code that its entry points import, its assets, and definitions of the build.

Formats: https://docs.flutter.dev/tools/pubspec (assets), https://dart.dev/tools/pub/pubspec,
https://dart.dev/language/libraries (imports, exports, parts).
``--dart-define-from-file`` is an option of ``flutter build``; the package ``envied`` writes environment files into
code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import cached_property
from posixpath import normpath
from typing import NamedTuple

from keyguard.credential_files.syntax import yaml
from keyguard.hygiene.delivery.delivery import Delivery, Dropped, outside
from keyguard.hygiene.delivery.dropped_code import of_code, of_settings
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.word_search import files_with
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

_PUBSPEC = b"pubspec.yaml"
_DIRECTIVE = expression(rb"(?m)^[ \t]*(?:import|export|part)[ \t]+(?!of\b)([^;]{1,600});")
_QUOTED = expression(rb"[\"']([^\"'\r\n]{1,300})[\"']")
_MAIN = expression(rb"lib/(?:[\w/]{1,200}/)?main(?:_(?P<stage>\w{1,60}))?\.dart")
_DEVELOPMENT = frozenset((b"dev", b"development", b"debug", b"local", b"mock", b"test"))
_DEFINE = expression(rb"--dart-define(?:=|[ \t]+|[\"'],[ \t\r\n]*[\"'])[\"']?[A-Za-z_]\w{0,100}=")
_VALUE_END = expression(rb"[\s\"']")
_FROM_FILE = b"--dart-define-from-file"
_FILE = expression(rb"--dart-define-from-file(?:=|[ \t]+|[\"'],[ \t\r\n]{0,99}[\"'])[\"']?([\w./-]{1,200})")
_BUILDS = patterns.of(
    (
        *("Makefile", "*.mk", "*.sh", "*.ps1", "*.bat", "justfile", "Justfile", "Fastfile", "launch.json"),
        *("tasks.json", "*.yml", "*.yaml", "*.xml", "package.json", "Taskfile*"),
    )
)
_ENVIED = expression(rb"@Envied\((?:[^()]{0,300}?\bpath[ \t]*:[ \t]*[\"']([^\"'\r\n]{1,200})[\"'])?")


class _Package(NamedTuple):
    """A folder with a ``pubspec.yaml``."""

    folder: bytes
    """With a slash behind it; empty for the root."""
    name: bytes
    flutter: bool
    assets: tuple[bytes, ...]
    """Files, and folders with a slash behind them, relative to the folder."""


class FlutterApps:
    """Answers for one project; nothing is read before the first question."""

    def __init__(self, project: Project) -> None:
        """Take the project."""
        self._project = project

    def delivery(self, path: bytes) -> Delivery | None:
        """Return how an app delivers a file; None if none does."""
        if not any(one.flutter for one in self._packages):
            return None
        package = next((one for one in self._packages if one.flutter and path.startswith(one.folder)), None)
        if path.endswith(b".dart"):
            return self._of_code(path, package)
        data = self._project.read(path) or b""
        if package and _is_asset(path[len(package.folder) :], package.assets):
            because = f"{shown_path(package.folder + _PUBSPEC)} lists it as an asset"
            return Delivery("an asset of a Flutter app", (because,))
        if path in self._defined:
            because = f"{shown_path(self._defined[path])} hands it to the build"
            return Delivery(
                "a file that a build writes into a Flutter app", (because,), dropped=tuple(of_settings(data))
            )
        spans = [(found.start(), _value_end(data, found.end())) for found in _DEFINE.finditer(data)]
        if spans:
            return Delivery("a definition for the build of a Flutter app", server_spans=outside(spans, len(data)))
        return None

    def _of_code(self, path: bytes, package: _Package | None) -> Delivery | None:
        if package is None or not path.startswith(package.folder + b"lib/"):
            return None
        reached = self._reached
        if path not in reached:
            return None
        steps = [path]
        while (before := reached[steps[-1]]) is not None:
            steps.append(before)
        entry = _MAIN.fullmatch(steps[-1][len(package.folder) :])
        because = " -> ".join(map(shown_path, reversed(steps)))
        data = self._project.read(path) or b""
        dropped = list(of_code(data))
        if entry and entry["stage"] in _DEVELOPMENT:
            dropped.append(Dropped(0, len(data) + 1, f"only builds for development begin at {shown_path(steps[-1])}"))
        said = f"reached from {because}" if len(steps) > 1 else f"{because} is where it begins"
        return Delivery("code of a Flutter app", (said,), dropped=tuple(dropped))

    @cached_property
    def _packages(self) -> list[_Package]:
        """The packages, the innermost first."""
        found = (self._package(path) for path in self._project.by_name.get(_PUBSPEC, ()))
        return sorted(found, key=lambda one: -len(one.folder))

    def _package(self, path: bytes) -> _Package:
        name, flutter, assets = b"", False, list[bytes]()
        for one in yaml.entries(self._project.read(path) or b""):
            if one.comment:
                continue
            value = one.value.encode("utf-8", "surrogateescape")
            if one.keys == ("name",):
                name = value
            elif one.keys == ("dependencies", "flutter", "sdk"):
                flutter = True
            elif one.keys[:2] == ("flutter", "assets") and (len(one.keys) == 3 or one.keys[3] == "path"):
                assets.append(value)
        return _Package(path[: len(path) - len(_PUBSPEC)], name, flutter, tuple(assets))

    @cached_property
    def _reached(self) -> Mapping[bytes, bytes | None]:
        """The files of code that are compiled -> the file that imports them; None for those where an app begins."""
        entries = [path for one in self._packages if one.flutter for path in self._entries(one)]
        found: dict[bytes, bytes | None] = dict.fromkeys(entries)
        waiting = deque(entries)
        while waiting:
            path = waiting.popleft()
            for target in self._imports(path):
                if target not in found:
                    found[target] = path
                    waiting.append(target)
        return found

    def _entries(self, package: _Package) -> list[bytes]:
        """Return where the code of a package begins: those of development last; of a library, all that is public."""
        start = package.folder + b"lib/"
        code = [path for path in self._project.files if path.startswith(start) and path.endswith(b".dart")]
        mains = {path: found for path in code if (found := _MAIN.fullmatch(path[len(package.folder) :]))}
        if mains:
            return sorted(mains, key=lambda path: (mains[path]["stage"] in _DEVELOPMENT, path))
        return sorted(path for path in code if not path.startswith(start + b"src/"))

    def _imports(self, path: bytes) -> Iterator[bytes]:
        """Yield the listed files that a file of code imports, exports or is made of."""
        for directive in _DIRECTIVE.finditer(self._project.read(path) or b""):
            for named in _QUOTED.findall(directive[1]):
                target = self._resolve(path, named)
                if target in self._project.files:
                    yield target

    def _resolve(self, path: bytes, named: bytes) -> bytes:
        if named.startswith(b"package:"):
            name, _, rest = named[8:].partition(b"/")
            package = next((one for one in self._packages if one.name == name), None)
            return package.folder + b"lib/" + rest if package else b""
        if b":" in named:
            return b""
        return normpath(path.rpartition(b"/")[0] + b"/" + named)

    @cached_property
    def _defined(self) -> Mapping[bytes, bytes]:
        """The files with settings that a build writes into an app -> the file that says so."""
        return dict(self._find_defined())

    def _find_defined(self) -> Iterator[tuple[bytes, bytes]]:
        for path in files_with(self._project, _BUILDS.among(self._project.files), (_FROM_FILE,)):
            for found in _FILE.finditer(self._project.read(path) or b""):
                yield from ((target, path) for target in self._named(path, found[1]))
        code = [path for path in self._reached if path.endswith(b".dart")]
        for path in files_with(self._project, code, (b"@Envied",)):
            for found in _ENVIED.finditer(self._project.read(path) or b""):
                yield from ((target, path) for target in self._named(path, found[1] or b".env"))

    def _named(self, path: bytes, named: bytes) -> Iterator[bytes]:
        """Yield the listed file that a build means by a path: relative to a package, or to the root."""
        for folder in dict.fromkeys((*(one.folder for one in self._packages if path.startswith(one.folder)), b"")):
            target = normpath(folder + named)
            if target in self._project.files:
                yield target
                return


@memoized
def flutter_apps(project: Project) -> FlutterApps:
    """Return the answers for a project."""
    return FlutterApps(project)


def _is_asset(inside: bytes, assets: tuple[bytes, ...]) -> bool:
    """Return whether an entry means the file: itself, or its folder, without folders in it."""
    folder = inside[: inside.rfind(b"/") + 1]
    return any(one == inside or (one.endswith(b"/") and one.removeprefix(b"./") == folder) for one in assets)


def _value_end(data: bytes, at: int) -> int:
    found = _VALUE_END.search(data, at)
    return found.start() if found else len(data)
