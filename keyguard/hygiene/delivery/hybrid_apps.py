"""What apps of web technology take from their configuration: Expo, React Native, Capacitor and Cordova.

``extra`` of Expo's configuration is in every build (https://docs.expo.dev/guides/environment-variables/); the package
react-native-config writes a whole environment file into one; Capacitor copies its configuration, and Cordova
``config.xml``, into the apps.
"""

from __future__ import annotations

from functools import cached_property

from keyguard.credential_files.syntax import objects
from keyguard.hygiene.delivery.delivery import Delivery, outside
from keyguard.hygiene.delivery.dropped_code import of_code, of_markup, of_settings
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.npm_packages import packages
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.word_search import files_with
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

_EXPO = (b"app.json", b"app.config.js", b"app.config.ts", b"app.config.cjs", b"app.config.mjs")
_CAPACITOR = (b"capacitor.config.json", b"capacitor.config.ts", b"capacitor.config.js")
#: of Capacitor's configuration: what plugins read in the app
_PLUGINS = "plugins"
_WIDGET = expression(
    rb"<widget\b[^>]{0,2000}(?:xmlns:cdv|http://cordova\.apache\.org|phonegap|http://www\.w3\.org/ns/widgets)"
)
#: packages that write all of an environment file into an app
_WHOLE = ("react-native-config", "react-native-ultimate-config")
#: a package that writes the variables into an app that code imports
_IMPORTED = "react-native-dotenv"
_IMPORT = expression(rb"\bimport\s{0,9}\{([^{}]{1,2000})\}\s{0,9}from\s{0,9}[\"'](?:@env|react-native-dotenv)[\"']")
_CODE = (b".js", b".jsx", b".ts", b".tsx", b".mjs")
_SETTING = expression(rb"(?m)^[ \t]*(?:export[ \t]+)?([\w.-]{1,100})[ \t]*=[^\r\n]*")


class HybridApps:
    """Answers for one project; nothing is read before the first question."""

    def __init__(self, project: Project) -> None:
        """Take the project."""
        self._project = project

    def delivery(self, path: bytes) -> Delivery | None:
        """Return how an app delivers a file; None if none does."""
        name = path.rpartition(b"/")[2]
        if name in _EXPO and self._needs(path, ("expo",)):
            return self._of_objects(path, "extra", "extra of Expo's configuration, which is in the app")
        if name in _CAPACITOR and self._needs(path, ("@capacitor/core", "@capacitor/cli")):
            return self._of_objects(path, _PLUGINS, "Capacitor's configuration of plugins, which is in the app")
        data = self._project.read(path) or b"" if name == b"config.xml" or name.startswith(b".env") else b""
        if name == b"config.xml" and _WIDGET.search(data):
            return Delivery("Cordova's configuration, which is in the app", dropped=tuple(of_markup(data)))
        if name.startswith(b".env") and (package := self._needs(path, _WHOLE)):
            return Delivery(
                "an environment file that is written into an app",
                (f"package.json depends on {package}",),
                dropped=tuple(of_settings(data)),
            )
        if name.startswith(b".env") and self._needs(path, (_IMPORTED,)):
            spans = [line.span() for line in _SETTING.finditer(data) if line[1] in self._imported]
            how = "a variable that code of the app imports"
            return Delivery(how, server_spans=outside(spans, len(data))) if spans else None
        return None

    @cached_property
    def _imported(self) -> frozenset[bytes]:
        """The names of variables that code imports."""
        code = [path for path in self._project.files if path.endswith(_CODE)]
        found = set[bytes]()
        for path in files_with(self._project, code, (b"@env", _IMPORTED.encode())):
            for names in _IMPORT.findall(self._project.read(path) or b""):
                found.update(one.split()[0] for one in names.split(b",") if one.split())
        return frozenset(found)

    def _needs(self, path: bytes, names: tuple[str, ...]) -> str:
        """Return the first of the packages that the npm package around a file depends on; empty if none."""
        folder = path.rpartition(b"/")[0]
        found = next((one for one in packages(self._project) if one.folder == folder), None)
        return next((name for name in names if found and name in found.needs), "")

    def _of_objects(self, path: bytes, key: str, how: str) -> Delivery | None:
        """Return the delivery of the strings below a key of a configuration."""
        data = self._project.read(path) or b""
        spans = [one.span for one in objects.entries(data) if key in one.keys[:-1]]
        if not spans:
            return None
        because = f"{key} of {shown_path(path)}"
        return Delivery(how, (because,), server_spans=outside(spans, len(data)), dropped=tuple(of_code(data)))


@memoized
def hybrid_apps(project: Project) -> HybridApps:
    """Return the answers for a project."""
    return HybridApps(project)
