"""The entry points through which an application's code gets into a browser or onto a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from keyguard.hygiene.reach import declared_entries
from keyguard.hygiene.reach.applications import App
from keyguard.hygiene.reach.code import file_names, script_blocks
from keyguard.hygiene.reach.config_parser import lenient_json, option_values, quoted_strings
from keyguard.hygiene.reach.file_lookup import ProjectFiles
from keyguard.hygiene.reach.frameworks import SHIPS_WHOLE, Entry, Framework, by_convention, config_names
from keyguard.support.regex import expression

#: HTML pages that are read in one application: more are generated documentation
_PAGES = 2000
_PAGE = frozenset((b".html", b".htm", b".ejs", b".hbs"))
#: code that browsers run as it is
_PLAIN = frozenset((b".js", b".mjs"))
_EXTENSION_BUILDERS = frozenset(
    ("@crxjs/vite-plugin", "vite-plugin-web-extension", "vite", "webpack", "parcel", "rollup")
)
_TESTED = frozenset((b"test", b"tests", b"testing", b"spec", b"specs", b"fixtures"))
_ROUTES = 5000
_ROUTED = (b"vite.config", b"quasar.config", b"vue.config")
#: plug-ins of Vite, and the folders that they search
_PLUGINS = (
    (b"vite-plugin-pages", b"src/pages"),
    (b"unplugin-vue-router", b"src/pages"),
    (b"vite-plugin-vue-layouts", b"src/layouts"),
    (b"vite-plugin-vue-meta-layouts", b"src/layouts"),
    (b"unplugin-vue-components", b"src/components"),
    (b"@tanstack/router-plugin", b"src/routes"),
    (b"@tanstack/router-vite-plugin", b"src/routes"),
)
#: the options that name entry points; Vite's own ``entry`` is that of a library
_INPUTS = (
    (b"vite.config", (b"input",)),
    (b"electron.vite.config", (b"input", b"entry")),
    (b"rsbuild.config", (b"entry",)),
)
_SERVER_TARGET = expression(rb"target\s*:\s*[\"'](?:node|electron-main|async-node)")
_SERVER_BUILD = expression("server|node|nest|js:|test|jest|lint")
#: the calls of webpack-chain, Encore and Mix that add an entry point
_ADDED = expression(rb"\.(?:addEntry|addStyleEntry|js|ts|react|vue)\(([^()]{1,600})\)")


def entry_points(app: App, used: Iterable[Framework], files: ProjectFiles) -> Iterator[Entry]:
    """Yield all entry points of an application, the most specific kinds first."""
    used = tuple(used)
    yield from by_convention(app, used)
    for find in _FINDERS:
        yield from find(app, {one.name for one in used}, files)


def _pages(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the scripts of HTML files, and the files themselves, which may contain a script."""
    pages = [path for path in app.files if file_names.extension(path) in _PAGE and _is_shown(path)]
    built = bool(app.dependencies) or not config_names().isdisjoint(app.configs)
    for page in sorted(pages, key=lambda path: (path.count(b"/"), path))[:_PAGES]:
        shown = file_names.last(page).decode("utf-8", "backslashreplace")
        for block in script_blocks.scripts(app.text(page)):
            found = _of_page(app, files, page, block.source) if block.source else None
            if found is not None:
                plain = not built and file_names.extension(found) in _PLAIN
                yield Entry(found, f"script of {shown}" + (SHIPS_WHOLE if plain else ""))
        yield Entry(page, "web page")


def _is_shown(path: bytes) -> bool:
    """Return whether a page is shown to users, not only to tests."""
    return file_names.ships(path) and _TESTED.isdisjoint(path.split(b"/"))


def _of_page(app: App, files: ProjectFiles, page: bytes, text: bytes) -> bytes | None:
    """Return the file that a URL in a page means: below the page, or below the folders that a server serves."""
    address = text.partition(b"?")[0].partition(b"#")[0]
    if not address.startswith(b"/"):
        return files.find(file_names.join(file_names.folder(page), address))
    roots = dict.fromkeys((file_names.folder(page), app.root))
    places = (file_names.join(root, served + address[1:]) for root in roots for served in (b"", b"public/", b"static/"))
    return next(filter(None, map(files.find, places)), None)


def _inputs(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the inputs that Vite's configuration names."""
    for name, words in _INPUTS:
        if name in app.configs:
            yield from _named(app, files, _values(app.text(app.configs[name]), words), "Vite entry")


def _routes(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the files that Vite's plug-ins turn into routes, layouts and components without an import."""
    for name in _ROUTED:
        code = app.text(app.configs[name]) if name in app.configs else b""
        folders = [folder for plugin, folder in _PLUGINS if plugin in code]
        if folders:
            folders += _values(code, (b"dirs", b"layoutsDirs", b"pagesDirs", b"routesFolder"))
        for folder in dict.fromkeys(file_names.join(app.root, text) for text in folders):
            for path in islice(files.below(folder), _ROUTES) if folder else ():
                if file_names.extension(path) in file_names.READ and file_names.ships(path):
                    yield Entry(path, "route or component of Vite")


def _webpack(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the entries that webpack's configuration names; without any, webpack uses src/index.js."""
    for name in sorted(app.configs):
        if name.startswith((b"webpack.", b"rspack.config")) and b"." in name.partition(b".")[2]:
            code = app.text(app.configs[name])
            if _SERVER_TARGET.search(code):
                continue
            texts = list(_values(code, (b"entry",)))
            texts += [text for call in _ADDED.findall(code) for text in quoted_strings(call)]
            yield from _named(app, files, texts or [b"./src/index.js"], "webpack entry")


def _angular(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the main, browser and script files that angular.json or project.json name."""
    for name in (b"angular.json", b"project.json", b"workspace.json"):
        for options in _options(lenient_json(app.text(app.configs[name]))) if name in app.configs else ():
            texts: list[Any] = [options.get("main"), options.get("browser")]
            texts += options["scripts"] if isinstance(options.get("scripts"), list) else []
            named = [one.encode("utf-8", "replace") for one in texts if isinstance(one, str)]
            yield from _named(app, files, named, "Angular entry" if "Angular" in used else "application entry")


def replacements(app: App, files: ProjectFiles) -> Iterator[tuple[bytes, bytes]]:
    """Yield Angular's ``fileReplacements`` as (the file that is imported, the file that is shipped instead)."""
    found = lenient_json(app.text(app.configs[b"angular.json"])) if b"angular.json" in app.configs else None
    for table in _tables(found, 0):
        old, new = table.get("replace"), table.get("with")
        if isinstance(old, str) and isinstance(new, str):
            paths = [files.find(file_names.join(app.root, one.encode("utf-8", "replace"))) for one in (old, new)]
            if paths[0] and paths[1]:
                yield paths[0], paths[1]


def _options(config: Any) -> Iterator[dict[str, Any]]:
    for table in _tables(config, 0):
        executor = table.get("builder", table.get("executor"))
        options = table.get("options")
        if isinstance(executor, str) and isinstance(options, dict) and not _SERVER_BUILD.search(executor):
            yield options


def _tables(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 8:
        return
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _tables(one, depth + 1)


def _main(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the main file of package.json, if the program is an app that is shipped to users."""
    main = app.package.get("main")
    for name, kind in (("Electron", "Electron app, which ships whole"), ("React Native", "React Native app")):
        if name in used and isinstance(main, str):
            yield from _named(app, files, [main.encode("utf-8", "replace")], kind)


def _extensions(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the scripts that the manifest.json of a browser extension names."""
    for path in app.files:
        if file_names.last(path) == b"manifest.json" and file_names.ships(path):
            manifest = lenient_json(app.text(path))
            if isinstance(manifest, dict) and "manifest_version" in manifest:
                for text in _texts(manifest, 0):
                    found = files.find(
                        file_names.join(file_names.folder(path), text.encode("utf-8", "replace").lstrip(b"/"))
                    )
                    if found is not None and file_names.extension(found) in file_names.READ:
                        built = file_names.extension(found) not in _PLAIN or not _EXTENSION_BUILDERS.isdisjoint(
                            app.dependencies
                        )
                        yield Entry(found, "browser extension" + ("" if built else SHIPS_WHOLE))


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 8:
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from _texts(one, depth + 1)


def _values(code: bytes, words: Iterable[bytes]) -> Iterator[bytes]:
    """Return the strings in the values of all options of these names."""
    return (text for word in words for block in option_values(code, word) for text in quoted_strings(block))


def _named(app: App, files: ProjectFiles, texts: Iterable[bytes], kind: str) -> Iterator[Entry]:
    """Yield entry points for the files that a configuration names, relative to the application or to the project."""
    for text in texts:
        places = (file_names.join(app.root, text.lstrip(b"/")), file_names.join(b"", text.lstrip(b"/")))
        found = next(filter(None, map(files.find, places)), None)
        if found is not None and file_names.extension(found) in file_names.READ:
            yield Entry(found, kind)


_FINDERS: tuple[Callable[[App, set[str], ProjectFiles], Iterator[Entry]], ...] = (
    _main,
    _pages,
    _inputs,
    _routes,
    _webpack,
    _angular,
    _extensions,
    declared_entries.react_router,
    declared_entries.scripts,
    declared_entries.configurations,
    declared_entries.importmap,
    declared_entries.stories,
    declared_entries.extension_config,
)
