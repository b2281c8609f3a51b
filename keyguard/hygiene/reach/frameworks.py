"""The frameworks that an application uses, and the conventions of each, from ``data/frameworks.toml``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.reach.applications import App
from keyguard.hygiene.reach.code import file_names
from keyguard.hygiene.reach.config_parser import option_pairs, option_values

#: configuration files, without their extensions, that define aliases
_ALIASING = (
    *(b"vite.config", b"nuxt.config", b"svelte.config", b"astro.config", b"next.config", b"vue.config", b"wxt.config"),
    *(b"webpack.config", b"webpack.common", b"webpack.base", b"rsbuild.config", b"electron.vite.config"),
    *(b"babel.config", b".babelrc", b".babelrc.js", b"metro.config", b"gatsby-node", b"quasar.config"),
    *(b"craco.config", b"vitest.config"),
)


#: how kinds of entry points end whose code nothing builds
SHIPS_WHOLE = ", which ships whole"


class Entries(NamedTuple):
    """A convention: paths of files that are entry points."""

    kind: str
    path: bytes
    """A regular expression, matched against the path inside the application."""
    removed: frozenset[bytes]


class Framework(NamedTuple):
    """One framework of the table."""

    name: str
    packages: frozenset[str]
    configs: frozenset[bytes]
    entries: tuple[Entries, ...]
    closed: tuple[bytes, ...]
    closed_anywhere: tuple[bytes, ...]
    aliases: dict[bytes, list[bytes]]
    use_client: bool
    """Whether ``"use client"`` in a file makes it an entry point."""

    def of(self, app: App) -> bool:
        """Return whether the application uses the framework."""
        if not self.packages and not self.configs:
            return True
        return not self.packages.isdisjoint(app.dependencies) or not self.configs.isdisjoint(app.configs)


class Entry(NamedTuple):
    """An entry point of client code."""

    path: bytes
    kind: str
    removed: frozenset[bytes] = frozenset()
    """Exports that the framework removes before it ships the file."""

    @property
    def whole(self) -> bool:
        """Whether nothing builds the code, so that all of it is shipped, with all that it imports."""
        return self.kind.endswith(SHIPS_WHOLE)


@cache
def table() -> tuple[Framework, ...]:
    """Return all frameworks. If two claim a file, the first wins."""
    return tuple(
        Framework(
            name=one["name"],
            packages=frozenset(one.get("packages", ())),
            configs=frozenset(name.encode() for name in one.get("configs", ())),
            entries=tuple(
                Entries(row["kind"], row["path"].encode(), frozenset(_encoded(row.get("removed", ()))))
                for row in one.get("entries", ())
            ),
            closed=tuple(_encoded(one.get("closed", ()))),
            closed_anywhere=tuple(_encoded(one.get("closed_anywhere", ()))),
            aliases={prefix.encode(): list(_encoded(folders)) for prefix, folders in one.get("aliases", {}).items()},
            use_client=one.get("use_client", False),
        )
        for one in tables.load("frameworks")["frameworks"]
    )


@cache
def config_names() -> frozenset[bytes]:
    """Return the names of configuration files, without their extensions, that mark a folder as an application."""
    return frozenset(name for one in table() for name in one.configs)


def used_by(app: App) -> tuple[Framework, ...]:
    """Return the frameworks that an application uses."""
    return tuple(one for one in table() if one.of(app))


def by_convention(app: App, used: Iterable[Framework]) -> Iterator[Entry]:
    """Yield the files that a convention makes entry points."""
    rows = [row for one in used for row in one.entries]
    code = (
        [path for path in app.files if file_names.extension(path) in file_names.READ and file_names.ships(path)]
        if rows
        else []
    )
    for path in code:
        inner = file_names.below(app.root, path) or b""
        row = next((row for row in rows if _compiled(row.path).fullmatch(inner)), None)
        if row is not None:
            yield Entry(path, row.kind, row.removed)


class ServerOnlyFiles:
    """The files that frameworks keep on the server by their paths."""

    def __init__(self, apps: Collection[App]) -> None:
        """``apps`` are all applications of the project."""
        everywhere = {one for app in apps for framework in used_by(app) for one in framework.closed_anywhere}
        self._all = [_compiled(one) for one in sorted(everywhere)]
        self._own = {
            app.root: [_compiled(one) for framework in used_by(app) for one in framework.closed] for app in apps
        }

    def __call__(self, home: bytes, path: bytes) -> bool:
        """Return whether the file stays on the server; ``home`` is the root of its application."""
        inner = file_names.below(home, path) or b""
        return any(one.fullmatch(inner) for one in (*self._own[home], *self._all))


def aliases(app: App) -> dict[bytes, list[bytes]]:
    """Return the import prefixes of an application, each with the folders that it means, relative to the root."""
    found: dict[bytes, list[bytes]] = {}
    for path in dict.fromkeys(app.configs[name] for name in _ALIASING if name in app.configs):
        for block in option_values(app.text(path), b"alias"):
            for prefix, texts in option_pairs(block):
                place = (
                    file_names.join(app.root, b"/".join(text.strip(b"/") for text in texts) or b".") if texts else None
                )
                if place is not None:
                    found.setdefault(_prefix(prefix), []).append(_prefix(place))
    for one in used_by(app):
        for prefix, folders in one.aliases.items():
            places = (file_names.join(app.root, folder or b".") for folder in folders)
            found.setdefault(prefix, []).extend(place for place in places if place is not None)
    return dict(sorted(found.items(), key=lambda row: (-len(row[0]), row[0])))


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


def _prefix(text: bytes) -> bytes:
    """Return an alias without its wildcard: ``@/*`` -> ``@``, ``vue$`` -> ``vue``."""
    return text.rstrip(b"*$").rstrip(b"/") or text


def _encoded(texts: Iterable[str]) -> Iterator[bytes]:
    return (one.encode() for one in texts)
