"""What is built into an app for Apple's systems: what a project of Xcode compiles or copies, what Info.plist takes.

``project.pbxproj`` lists ``NAME in Sources`` and ``NAME in Resources``; since Xcode 16 it may name whole folders
(``PBXFileSystemSynchronizedRootGroup``). Settings in ``.xcconfig`` files reach an app as ``$(NAME)`` in Info.plist:
https://developer.apple.com/documentation/xcode/adding-a-build-configuration-file-to-your-project.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from keyguard.hygiene.delivery.delivery import Delivery, Dropped, outside
from keyguard.hygiene.delivery.dropped_code import DEBUG, of_code, of_markup
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

_PROJECT = b"project.pbxproj"
_CODE = (b".swift", b".m", b".mm", b".h", b".c", b".cpp")
_RESOURCES = (b".plist", b".json", b".strings", b".xml", b".txt", b".pem", b".p12", b".html", b".js")
_CONFIG = b".xcconfig"
_MEMBER = expression(rb"/\* ([^*\r\n]{1,200}) in (?:Sources|Resources) \*/")
_FOLDER = expression(
    rb"(?s)isa = PBXFileSystemSynchronizedRootGroup;.{0,2000}?\bpath = (?:\"([^\"\r\n]{1,300})\"|([^;\s]{1,300}));"
)
#: written by hand where the project of Xcode is generated: by XcodeGen, by Tuist
_GENERATORS = {b"project.yml": expression(rb"(?m)^targets:"), b"Project.swift": expression(rb"\bProjectDescription\b")}
_PACKAGE, _PLATFORM = b"Package.swift", expression(rb"\.(?:iOS|watchOS|tvOS|visionOS)\(")
_TESTS = expression(rb"(?:\A|/)[^/]{0,100}(?:Tests?|Mocks|Specs)/|(?:\A|/)(?:Pods|Carthage|DerivedData|\.build)/")
_PLIST = (b"Info.plist", b"-Info.plist")
_REFERENCE = expression(rb"\$[({]([A-Za-z_]\w{0,100})[)}:]")
_SETTING = expression(rb"(?m)^[ \t]*([A-Za-z_]\w{0,100})(?:\[[^\]\r\n]{0,100}\])*[ \t]*=[^\r\n]*")
_COMMENT = expression(rb"(?m)(?<![:/])//[^\r\n]*")
_GENERATED_PLIST = expression(rb"\bINFOPLIST_KEY_\w{1,80} = ([^;\r\n]{1,300});")


class _App(NamedTuple):
    """A folder with a project of Xcode, or with what one is generated from."""

    folder: bytes
    """With a slash behind it; empty for the root."""
    members: frozenset[bytes]
    """The names of files that are compiled or copied."""
    folders: tuple[bytes, ...]
    """Folders of which all files are, each with a slash behind it."""
    whole: bool = False
    """Whether nothing tells which files are, so that all count."""

    def builds(self, path: bytes) -> bool:
        """Return whether a file in the folder is compiled or copied."""
        if not path.startswith(self.folder):
            return False
        inside, name = path[len(self.folder) :], path.rpartition(b"/")[2]
        return self.whole or name in self.members or inside.startswith(self.folders)


class AppleApps:
    """Answers for one project; nothing is read before the first question."""

    def __init__(self, project: Project) -> None:
        """Take the project."""
        self._project = project

    def delivery(self, path: bytes) -> Delivery | None:
        """Return how an app delivers a file; None if none does."""
        if path.endswith(_CONFIG):
            return self._of_config(path)
        is_code = path.endswith(_CODE)
        if not (is_code or path.endswith(_RESOURCES)) or _TESTS.search(path):
            return None
        app = next((one for one in self._apps if one.builds(path)), None)
        if app is None or (app.whole and not is_code):
            return None
        data = self._project.read(path) or b""
        what = "code of an app" if is_code else "a file in an app"
        where = f"{shown_path(app.folder or b'./')} is built for Apple's systems"
        return Delivery(f"{what} for Apple's systems", (where,), dropped=tuple(_left_out(path, data)))

    def _of_config(self, path: bytes) -> Delivery | None:
        """Return the delivery of the settings that an Info.plist takes."""
        data = self._project.read(path) or b""
        spans = [found.span() for found in _SETTING.finditer(data) if found[1] in self._taken]
        if not spans:
            return None
        name = path.rpartition(b"/")[2].lower()
        debug = (Dropped(0, len(data) + 1, DEBUG),) if b"debug" in name else ()
        comments = (Dropped(*found.span(), "it stands in a comment") for found in _COMMENT.finditer(data))
        return Delivery(
            "a setting that Info.plist takes into an app",
            (),
            server_spans=outside(spans, len(data)),
            dropped=(*debug, *comments),
        )

    @cached_property
    def _taken(self) -> frozenset[bytes]:
        """The names of settings that a property list of an app refers to."""
        found = set[bytes]()
        for name, paths in self._project.by_name.items():
            if name.endswith(_PLIST):
                for path in paths:
                    found.update(_REFERENCE.findall(self._project.read(path) or b""))
        for path in self._project.by_name.get(_PROJECT, ()):
            for value in _GENERATED_PLIST.findall(self._project.read(path) or b""):
                found.update(_REFERENCE.findall(value))
        return frozenset(found)

    @cached_property
    def _apps(self) -> list[_App]:
        return sorted(self._find_apps(), key=lambda one: (one.whole, -len(one.folder)))

    def _find_apps(self) -> Iterator[_App]:
        for path in self._project.by_name.get(_PROJECT, ()):
            data = self._project.read(path) or b""
            folder = path.rpartition(b"/")[0].rpartition(b"/")[0]
            folders = {(one or other).strip(b"/") + b"/" for one, other in _FOLDER.findall(data)}
            yield _App(folder + b"/" if folder else b"", frozenset(_MEMBER.findall(data)), tuple(sorted(folders)))
        for name, sign in (*_GENERATORS.items(), (_PACKAGE, _PLATFORM)):
            for path in self._project.by_name.get(name, ()):
                if sign.search(self._project.read(path) or b""):
                    yield _App(path[: len(path) - len(name)], frozenset(), (), whole=True)


@memoized
def apple_apps(project: Project) -> AppleApps:
    """Return the answers for a project."""
    return AppleApps(project)


def _left_out(path: bytes, data: bytes) -> Iterator[Dropped]:
    if path.endswith(_CODE):
        return of_code(data)
    return of_markup(data) if path.endswith((b".plist", b".xml")) else iter(())
