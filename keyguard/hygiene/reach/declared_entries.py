"""Entry points that code and scripts of package.json declare: routes, and what esbuild, rollup and others are given."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.hygiene.reach.applications import App
from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.config_parser import option_values, quoted_strings
from keyguard.hygiene.reach.file_lookup import ProjectFiles
from keyguard.hygiene.reach.frameworks import SHIPS_WHOLE, Entry
from keyguard.support.regex import expression

#: exports of a route of React Router that stay on the server
_REMOVED = frozenset((b"loader", b"action", b"headers", b"middleware", b"unstable_middleware"))
_ROUTES = tuple(b"app/routes" + ending for ending in (b".ts", b".js", b".mts", b".mjs"))
_COMMENT = expression(rb"/\*(?:[^*]|\*(?!/))*(?:\*/)?|(?<!:)//[^\r\n]*")
#: commands in scripts that build for browsers unless they say otherwise, and those that say when they do
_BUNDLER = expression(r"\b(?:esbuild|parcel|browserify|bun build|rspack|webpack)\b")
_FOR_ANY = expression(r"\b(?:rollup|rolldown|tsup|tsdown)\b")
_FOR_SERVER = expression(r"(?:platform|target)[= ](?:node|bun)|--node\b|format[= ]cjs")
_FOR_BROWSER = expression(r"\b(?:iife|umd|browser)\b")
_WORD = expression(r"[^\s\"'=;&|]+\.(?:[cm]?[jt]sx?|html?)")
#: the same in configurations, with the option that names the inputs
_CONFIGS = (
    *((name, b"entryPoints", False) for name in (b"esbuild.config", b"esbuild", b"build")),
    *((name, b"input", True) for name in (b"rollup.config", b"rolldown.config")),
)
_NODE = expression(rb"(?:platform|target)\s{0,9}:\s{0,9}[\"']node")
_BROWSER = expression(rb"[\"'](?:iife|umd)[\"']|\bbrowser\s{0,9}:\s{0,9}true|platform\s{0,9}:\s{0,9}[\"']browser")
#: what an import map of Rails pins: a folder, or a file
_PINNED = expression(
    rb"pin_all_from\s{0,9}\(?\s{0,9}[\"']([^\"'\r\n]{1,300})[\"']|pin\s{1,9}[\"']([^\"'\r\n]{1,300})[\"']"
)
_PINNED_KIND = "Rails import map" + SHIPS_WHOLE
_STORY = expression(rb"\.(?:stories|story)\.[^./]{1,6}\Z|(?:\A|/)\.storybook/(?:preview|manager)\.[^./]{1,6}\Z")
_MOST = 5000


def react_router(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the files that app/routes.ts names, relative to it."""
    for name in _ROUTES if "React Router" in used else ():
        path = file_names.join(app.root, name)
        if path is None or path not in files:
            continue
        for text in quoted_strings(_COMMENT.sub(b" ", app.text(path))):
            found = files.find(file_names.join(file_names.folder(path), text))
            if found is not None and found != path and file_names.extension(found) in file_names.READ:
                yield Entry(found, "React Router route", _REMOVED)


def scripts(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the files that scripts of package.json give to a bundler."""
    said = app.package.get("scripts")
    for command in said.values() if isinstance(said, dict) else ():
        for part in command.replace("&&", ";").split(";") if isinstance(command, str) else ():
            browser = _BUNDLER.search(part) or (_FOR_ANY.search(part) and _FOR_BROWSER.search(part))
            if browser and not _FOR_SERVER.search(part):
                for word in _WORD.findall(part):
                    found = files.find(file_names.join(app.root, word.encode("utf-8", "replace")))
                    if found is not None and _is_source(found):
                        yield Entry(found, "entry of a bundler")


def configurations(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the inputs that configurations of rollup and esbuild name, if they build for browsers."""
    for name, word, must_say in _CONFIGS:
        code = _COMMENT.sub(b" ", app.text(app.configs[name])) if name in app.configs else b""
        if code and not _NODE.search(code) and not (must_say and not _BROWSER.search(code)):
            texts = (text for block in option_values(code, word) for text in quoted_strings(block))
            for found in (files.find(file_names.join(app.root, text)) for text in texts):
                if found is not None and _is_source(found):
                    yield Entry(found, "entry of a bundler")


def importmap(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the files that the import map of a Rails application pins."""
    path = file_names.join(app.root, b"config/importmap.rb")
    if path is None or path not in files:
        return
    for folder, name in _PINNED.findall(app.text(path)):
        for base in (b"", b"app/javascript/", b"app/assets/javascripts/", b"vendor/javascript/"):
            place = file_names.join(app.root, base + (folder or name))
            if folder and place:
                yield from (Entry(one, _PINNED_KIND) for one in _below(files, place) if _is_source(one))
            elif place and (found := files.find(place)):
                yield Entry(found, _PINNED_KIND)


def stories(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the stories of Storybook, and what it loads beside them: its build is a web site."""
    if not any(one == "storybook" or one.startswith("@storybook/") for one in app.dependencies):
        return
    for path in app.files:
        if _STORY.search(path) and file_names.extension(path) in file_names.READ:
            yield Entry(path, "Storybook")


def extension_config(app: App, used: set[str], files: ProjectFiles) -> Iterator[Entry]:
    """Yield the files that the manifest of a browser extension names where code declares it (CRXJS)."""
    for path in app.files:
        if file_names.stem(path) == b"manifest.config":
            for text in quoted_strings(_COMMENT.sub(b" ", app.text(path))):
                found = files.find(file_names.join(file_names.folder(path), text.lstrip(b"/")))
                if found is not None and found != path and _is_source(found):
                    yield Entry(found, "browser extension")


def _below(files: ProjectFiles, folder: bytes) -> Iterator[bytes]:
    for count, path in enumerate(files.below(folder)):
        if count == _MOST:
            return
        yield path


def _is_source(path: bytes) -> bool:
    return file_names.extension(path) in file_names.READ and file_names.ships(path)
