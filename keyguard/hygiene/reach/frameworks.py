"""The frameworks that an application uses, and what each is known for: a table in ``data/frameworks.toml``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.reach.code import names
from keyguard.hygiene.reach.layout import App
from keyguard.hygiene.reach.loose import block_after, pairs

#: configurations, without their endings, in which aliases stand
_ALIASING = (
    *(b"vite.config", b"nuxt.config", b"svelte.config", b"astro.config", b"next.config", b"vue.config", b"wxt.config"),
    *(b"webpack.config", b"webpack.common", b"webpack.base", b"rsbuild.config", b"electron.vite.config"),
    *(b"babel.config", b".babelrc", b".babelrc.js", b"metro.config", b"gatsby-node", b"quasar.config"),
    *(b"craco.config", b"vitest.config"),
)


class Entries(NamedTuple):
    """A convention: what begins a client by its path."""

    kind: str
    path: bytes
    """A regular expression."""
    removed: frozenset[bytes]


class Framework(NamedTuple):
    """One row of the table."""

    name: str
    packages: frozenset[str]
    configs: frozenset[bytes]
    entries: tuple[Entries, ...]
    closed: tuple[bytes, ...]
    closed_anywhere: tuple[bytes, ...]
    aliases: dict[bytes, list[bytes]]
    use_client: bool
    """Whether a client begins where a file says ``"use client"``."""

    def of(self, app: App) -> bool:
        """Whether the application uses it."""
        if not self.packages and not self.configs:
            return True
        return not self.packages.isdisjoint(app.dependencies) or not self.configs.isdisjoint(app.configs)


class Entry(NamedTuple):
    """Where a client begins."""

    path: bytes
    kind: str
    removed: frozenset[bytes] = frozenset()
    """Exports that are taken out before the file is shipped."""


@cache
def table() -> tuple[Framework, ...]:
    """All frameworks; of two that claim a file the first has it."""
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
    """The names of configurations, without their endings, that make a folder an application."""
    return frozenset(name for one in table() for name in one.configs)


def used_by(app: App) -> tuple[Framework, ...]:
    """The frameworks of an application."""
    return tuple(one for one in table() if one.of(app))


def by_convention(app: App, used: Iterable[Framework]) -> Iterator[Entry]:
    """The files that begin a client by where they lie."""
    rows = [row for one in used for row in one.entries]
    code = [path for path in app.files if names.extension(path) in names.READ and names.ships(path)] if rows else []
    for path in code:
        inner = names.below(app.root, path) or b""
        row = next((row for row in rows if _compiled(row.path).fullmatch(inner)), None)
        if row is not None:
            yield Entry(path, row.kind, row.removed)


class Closed:
    """Which files never leave the server, by where they lie."""

    def __init__(self, apps: Collection[App]) -> None:
        """``apps`` are all of the project."""
        everywhere = {one for app in apps for framework in used_by(app) for one in framework.closed_anywhere}
        self._all = [_compiled(one) for one in sorted(everywhere)]
        self._own = {
            app.root: [_compiled(one) for framework in used_by(app) for one in framework.closed] for app in apps
        }

    def __call__(self, home: bytes, path: bytes) -> bool:
        """``home`` is the root of the application that the file belongs to."""
        inner = names.below(home, path) or b""
        return any(one.fullmatch(inner) for one in (*self._own[home], *self._all))


def aliases(app: App) -> dict[bytes, list[bytes]]:
    """What imports of an application may begin with -> the folders, from the root of the project, that it means."""
    found: dict[bytes, list[bytes]] = {}
    for path in dict.fromkeys(app.configs[name] for name in _ALIASING if name in app.configs):
        for block in block_after(app.text(path), b"alias"):
            for prefix, texts in pairs(block):
                place = names.join(app.root, b"/".join(text.strip(b"/") for text in texts) or b".") if texts else None
                if place is not None:
                    found.setdefault(_prefix(prefix), []).append(_prefix(place))
    for one in used_by(app):
        for prefix, folders in one.aliases.items():
            places = (names.join(app.root, folder or b".") for folder in folders)
            found.setdefault(prefix, []).extend(place for place in places if place is not None)
    return dict(sorted(found.items(), key=lambda row: (-len(row[0]), row[0])))


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


def _prefix(text: bytes) -> bytes:
    """``@/*``, ``vue$`` -> what stands before."""
    return text.rstrip(b"*$").rstrip(b"/") or text


def _encoded(texts: Iterable[str]) -> Iterator[bytes]:
    return (one.encode() for one in texts)
