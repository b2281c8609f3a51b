"""What is compiled into an Android app: the code, assets and resources of its modules, and what Gradle writes.

The folders are those of https://developer.android.com/build#sourcesets, those of multiplatform modules are from
https://kotlinlang.org/docs/multiplatform-discover-project.html; ``buildConfigField`` and ``resValue`` are from
https://developer.android.com/build/gradle-tips.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from keyguard.hygiene.delivery.delivery import Delivery, Dropped, Span, outside
from keyguard.hygiene.delivery.dropped_code import DEBUG, of_code, of_markup, of_settings
from keyguard.hygiene.project.balanced_blocks import block_ends
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

_BUILD_FILES = (b"build.gradle", b"build.gradle.kts")
#: a plugin that builds for Android, applied on this line
_PLUGIN = expression(
    rb"(?m)^(?![ \t]*//)(?![^\r\n]{0,300}\bapply[ \t(]+false)[^\r\n]{0,300}?"
    rb"(?:com\.android\.(?:application|library|dynamic-feature)|kotlin[-.(\"']{1,2}android"
    rb"|(?:alias|id)[ \t]{0,9}\(?[ \t]{0,9}[\"']?[\w.]{0,80}android[\w.]{0,80})"
)
#: targets of a multiplatform module that are apps
_TARGET = expression(rb"\b(?:androidTarget|androidLibrary|iosX64|iosArm64|iosSimulatorArm64)\b")
_MANIFEST = b"AndroidManifest.xml"
_CODE = (b".kt", b".java")
#: statements that write a value into an app
_WRITES = expression(rb"\b(?:buildConfigField|resValue|manifestPlaceholders)\b")
_BRACKET = expression(rb"[(\[]")
#: lines of a statement without brackets
_MOST_LINES = 9
_OTHER_PLUGIN = expression(rb"com\.github\.gmazzo\.buildconfig")
_DEBUG_BLOCK = expression(
    rb"(?:\bdebug|\b(?:getByName|named|maybeCreate|create)[ \t]*\([ \t]*[\"']debug[\"'][ \t]*\))[ \t]*\{"
)
#: a variable of a script, and what it is assigned
_ASSIGNED = expression(
    rb"\b(?:def|val|var|String|ext\.|extra\.)[ \t]*(\w{1,80})(?:[ \t]*:[ \t]*\w{1,40}\??)?[ \t]*=[ \t]*"
    rb"([^\r\n]{1,400})"
)
_WORD = expression(rb"[A-Za-z_][\w.-]{1,100}")
_SETTING = expression(rb"(?m)^[ \t]*(?:export[ \t]+)?([\w.-]{1,100})[ \t]*[=:]")
_SETTINGS = (b".properties", b".env")
#: a plugin that writes all of a file into an app: https://github.com/google/secrets-gradle-plugin
_SECRETS_PLUGIN = expression(rb"secrets-gradle-plugin|secretsGradlePlugin|secrets[.-]gradle")
_SECRETS_FILE = expression(
    rb"(?:propertiesFileName|defaultPropertiesFileName)[ \t]*=[ \t]*[\"']([^\"'\r\n]{1,200})[\"']"
)
_LOCAL = b"local.properties"
_MULTIPLATFORM = frozenset((b"commonMain", b"androidMain", b"iosMain", b"appleMain", b"nativeMain", b"mobileMain"))


class _Write(NamedTuple):
    """A statement of a Gradle script that writes a value into an app."""

    path: bytes
    span: Span
    words: frozenset[bytes]
    """The names in it, and in what its variables are assigned."""


class AndroidApps:
    """Answers for one project; nothing is read before the first question."""

    def __init__(self, project: Project) -> None:
        """Take the project."""
        self._project = project

    def delivery(self, path: bytes) -> Delivery | None:
        """Return how an app delivers a file; None if none does."""
        if path.endswith((b".gradle", b".gradle.kts")):
            return self._of_script(path)
        if path.endswith(_SETTINGS) or path.rpartition(b"/")[2].startswith(b".env"):
            return self._of_settings(path)
        module = self._module(path) if b"src/" in path or b"assets/" in path or b"res/" in path else None
        return self._of_source(path, path[len(module) :]) if module is not None else None

    def _module(self, path: bytes) -> bytes | None:
        """Return the folder of the module with a slash behind it; empty for the root."""
        folder = path
        while folder:
            folder = folder[: folder[:-1].rfind(b"/") + 1]
            if folder in self._modules:
                return folder
        return None

    @cached_property
    def _modules(self) -> frozenset[bytes]:
        """The folders of modules that are built for Android, each with a slash behind it; empty for the root."""
        found = set[bytes]()
        for name in _BUILD_FILES:
            for path in self._project.by_name.get(name, ()):
                said = self._project.read(path) or b""
                if _PLUGIN.search(said) or _TARGET.search(said):
                    found.add(path[: len(path) - len(name)])
        for path in self._project.by_name.get(_MANIFEST, ()):
            folder = path[: len(path) - len(_MANIFEST)]
            found.add(folder.removesuffix(b"src/main/") if folder.endswith(b"src/main/") else folder)
        return frozenset(found)

    def _of_source(self, path: bytes, inside: bytes) -> Delivery | None:
        source_set, rest = _source_set(inside)
        if b"test" in source_set.lower() or (source_set.endswith(b"Main") and source_set not in _MULTIPLATFORM):
            return None
        kind = _kind(rest)
        if not kind:
            return None
        data = self._project.read(path) or b""
        debug = source_set == b"debug" or source_set.endswith(b"Debug")
        left_out = [Dropped(0, len(data) + 1, DEBUG)] if debug else _left_out(path, data)
        return Delivery(
            kind,
            (f"{shown_path(path[: len(path) - len(inside)] or b'./')} is built for Android",),
            dropped=tuple(left_out),
        )

    def _of_script(self, path: bytes) -> Delivery | None:
        data = self._project.read(path) or b""
        spans = [one.span for one in self._writes if one.path == path]
        if not spans:
            return None
        starts = (found.end() - 1 for found in _DEBUG_BLOCK.finditer(data))
        debug = (Dropped(start, end, DEBUG) for start, end in block_ends(data, starts))
        return Delivery(
            "a value that Gradle writes into an Android app",
            (),
            server_spans=outside(spans, len(data)),
            dropped=(*debug, *of_code(data)),
        )

    def _of_settings(self, path: bytes) -> Delivery | None:
        if not self._modules:
            return None
        data = self._project.read(path) or b""
        if path in self._secret_files or path.rpartition(b"/")[2] in self._secret_files:
            return Delivery("a file that a Gradle plugin writes into an Android app", dropped=tuple(of_settings(data)))
        lines = list(_SETTING.finditer(data))
        uses = {line: use for line in lines if (use := self._use_of(line[1]))}
        if not uses:
            return None
        spans = [(line.start(), _line_end(data, line.end())) for line in uses]
        first = next(iter(uses.values()))
        number = (self._project.read(first.path) or b"").count(b"\n", 0, first.span[0]) + 1
        return Delivery(
            "a property that Gradle writes into an Android app",
            (f"{shown_path(first.path)}, line {number}, writes it",),
            server_spans=outside(spans, len(data)),
            dropped=tuple(of_settings(data)),
        )

    def _use_of(self, name: bytes) -> _Write | None:
        return next((one for one in self._writes if name in one.words), None)

    @cached_property
    def _writes(self) -> list[_Write]:
        return list(self._find_writes()) if self._modules else []

    def _find_writes(self) -> Iterator[_Write]:
        for path in sorted(self._scripts()):
            data = self._project.read(path) or b""
            if _OTHER_PLUGIN.search(data):
                continue
            assigned = {found[1]: _words(found[2]) for found in _ASSIGNED.finditer(data)}
            for span in _statements(data):
                words = set(_words(data[slice(*span)]))
                words.update(word for name in words & assigned.keys() for word in assigned[name])
                yield _Write(path, span, frozenset(words))

    def _scripts(self) -> Iterator[bytes]:
        for name, paths in self._project.by_name.items():
            if name.endswith((b".gradle", b".gradle.kts")):
                yield from paths

    @cached_property
    def _secret_files(self) -> frozenset[bytes]:
        """The names of files, all of which the secrets plugin writes into an app."""
        found = set[bytes]()
        for path in self._scripts():
            data = self._project.read(path) or b""
            if _SECRETS_PLUGIN.search(data) and _PLUGIN.search(data):
                found |= {_LOCAL, *(one[1].rpartition(b"/")[2] for one in _SECRETS_FILE.finditer(data))}
        return frozenset(found)


@memoized
def android_apps(project: Project) -> AndroidApps:
    """Return the answers for a project."""
    return AndroidApps(project)


def _source_set(inside: bytes) -> tuple[bytes, bytes]:
    """Return the source set of a file in a module, and its path in that: the main one, where there are no sets."""
    parts = inside.split(b"/", 2)
    if parts[0] == b"src" and len(parts) == 3 and parts[2].startswith(_FOLDERS):
        return parts[1], parts[2]
    return b"main", inside


_FOLDERS = (b"java/", b"kotlin/", b"assets/", b"res/", b"resources/", b"composeResources/", _MANIFEST)


def _kind(rest: bytes) -> str:
    if rest.startswith((b"java/", b"kotlin/", b"src/")) and rest.endswith(_CODE):
        return "code of an Android app"
    if rest.startswith((b"assets/", b"resources/", b"composeResources/", b"res/raw/")):
        return "a file in an Android app"
    if rest == _MANIFEST or (rest.startswith((b"res/values", b"res/xml/")) and rest.endswith(b".xml")):
        return "a resource of an Android app"
    return ""


def _left_out(path: bytes, data: bytes) -> Iterator[Dropped]:
    if path.endswith(_CODE):
        return of_code(data)
    return of_markup(data) if path.endswith(b".xml") else iter(())


def _statements(data: bytes) -> Iterator[Span]:
    """Yield the calls and assignments that write a value: to the bracket that closes them, or to the end of a line.

    A line that ends with a comma goes on.
    """
    found = [(one, _whole_line_end(data, one.end())) for one in _WRITES.finditer(data)]
    brackets = [bracket.start() for one, end in found if (bracket := _BRACKET.search(data, one.end(), end))]
    closed = iter((*block_ends(data, brackets), (len(data) + 1, 0)))
    start, stop = next(closed)
    for one, end in found:
        while start < one.end():
            start, stop = next(closed)
        yield one.start(), max(end, stop) if start < end else end


def _whole_line_end(data: bytes, at: int) -> int:
    """Return the end of a line, or of the last of a few lines behind it, if those before it end with a comma."""
    end = _line_end(data, at)
    for _ in range(_MOST_LINES):
        if not data[at:end].rstrip().endswith(b",") or end >= len(data):
            break
        at, end = end + 1, _line_end(data, end + 1)
    return end


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end


def _words(text: bytes) -> frozenset[bytes]:
    return frozenset(part for word in _WORD.findall(text) for part in (word, word.rpartition(b".")[2]))
