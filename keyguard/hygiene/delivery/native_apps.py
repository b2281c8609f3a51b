"""What is compiled into other programs that users install: Tauri's part in Rust, .NET MAUI and Xamarin, Unity.

https://v2.tauri.app/start/project-structure/, https://learn.microsoft.com/dotnet/maui/fundamentals/single-project,
https://docs.unity3d.com/Manual/SpecialFolders.html
"""

from __future__ import annotations

from functools import cached_property

from keyguard.hygiene.delivery.delivery import Delivery
from keyguard.hygiene.delivery.dropped_code import of_code
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

_TAURI = (b"tauri.conf.json", b"tauri.conf.json5", b"Tauri.toml")
_UNITY = b"ProjectSettings/ProjectVersion.txt"
#: folders of Unity of which nothing is in a build
_EDITOR = expression(rb"(?:\A|/)(?:Editor|Tests|Editor Default Resources|Gizmos)/")
_DOTNET = expression(
    rb"<UseMaui>\s{0,9}true|net\d{1,2}\.\d-(?:android|ios|maccatalyst|windows10)|Xamarin\.(?:iOS|Android|Forms)"
)
_TESTS = expression(rb"(?:\A|/)(?:tests|benches|examples)/|\A[^/]{0,100}(?:Tests?|\.Test)/")


class NativeApps:
    """Answers for one project; nothing is read before the first question."""

    def __init__(self, project: Project) -> None:
        """Take the project."""
        self._project = project

    def delivery(self, path: bytes) -> Delivery | None:
        """Return how a program delivers a file; None if none does."""
        how, folder = "", b""
        if path.endswith(b".rs"):
            how, folder = "code of a Tauri app", self._around(path, self._tauri)
        elif path.endswith(b".cs"):
            how, folder = "code of a Unity player", self._around(path, self._unity)
            if not _inside(path, folder).startswith(b"Assets/") or _EDITOR.search(path):
                how, folder = "code of a .NET app", self._around(path, self._dotnet)
        if not folder or _TESTS.search(_inside(path, folder)):
            return None
        because = f"{shown_path(b'./' if folder == b'/' else folder)} is built into an app"
        return Delivery(how, (because,), dropped=tuple(of_code(self._project.read(path) or b"")))

    def _around(self, path: bytes, folders: frozenset[bytes]) -> bytes:
        """Return the innermost of the folders that contains a file, with a slash behind it; ``/`` for the root."""
        folder = path
        while folder:
            folder = folder[: folder[:-1].rfind(b"/") + 1]
            if (folder or b"/") in folders:
                return folder or b"/"
        return b""

    @cached_property
    def _tauri(self) -> frozenset[bytes]:
        found = (path for name in _TAURI for path in self._project.by_name.get(name, ()))
        return frozenset(path[: path.rfind(b"/") + 1] or b"/" for path in found)

    @cached_property
    def _unity(self) -> frozenset[bytes]:
        named = self._project.by_name.get(b"ProjectVersion.txt", ())
        return frozenset(path[: -len(_UNITY)] or b"/" for path in named if path.endswith(_UNITY))

    @cached_property
    def _dotnet(self) -> frozenset[bytes]:
        """The folders with a project for phones."""
        return frozenset(
            path[: path.rfind(b"/") + 1] or b"/"
            for name, paths in self._project.by_name.items()
            if name.endswith(b".csproj")
            for path in paths
            if _DOTNET.search(self._project.read(path) or b"")
        )


def _inside(path: bytes, folder: bytes) -> bytes:
    return path if folder == b"/" else path[len(folder) :]


@memoized
def native_apps(project: Project) -> NativeApps:
    """Return the answers for a project."""
    return NativeApps(project)
