"""Read ``.keyguard.toml`` or ``[tool.keyguard]``: a project's defaults, which options override.

A configuration extends the built-in defaults. An unknown key is an error with a suggestion, so that a typo cannot
silently disable anything; no setting can leave a scan without rules.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from keyguard.config.keys import Config as Config
from keyguard.config.keys import PathSettings
from keyguard.config.rotation import Rotation, read_record
from keyguard.model.finding import Configuration
from keyguard.support import userdirs
from keyguard.support.errors import ConfigError, RuleError

#: a file that other programs use as well
SHARED = "pyproject.toml"
NAMES = (".keyguard.toml", "keyguard.toml", SHARED)
#: maximal size of a configuration in bytes
LIMIT = 1 << 20
#: what a configuration in git cannot add: its patterns and packs are relative to another folder
_OWN_ONLY = ("exclude", "paths", "rules", "trust_head")
#: errors of opening a link that must not be followed
_IS_LINK = (errno.ELOOP, errno.EMLINK)


_Table = TypeVar("_Table", bound=msgspec.Struct)


class Settings(msgspec.Struct, frozen=True):
    """A configuration and its origin; ``path`` is empty for the defaults."""

    config: Config
    path: str = ""
    trusted: bool = False
    """The user named it, and it is not part of what is scanned: its rule packs may replace rules."""
    rules_line: int = 0
    """The line that names rule packs."""
    origin: Configuration = Configuration()
    """How reports describe the origin."""
    packs: tuple[tuple[str, bytes], ...] = ()
    """Name and content of rule packs in a configuration read from git; they can only add rules."""
    further: tuple[tuple[str, Config], ...] = ()
    """The folder of a second configuration, of which ``exclude`` and ``paths`` apply as well."""
    accepted: Callable[[], bytes] | None = None
    """Returns the content of the accepted-findings file in effect; called only if there are findings."""

    def rule_paths(self) -> tuple[str, ...]:
        """Return the rule packs that may replace others, as absolute paths."""
        folder, names = self._packs()
        return tuple(os.path.join(folder, name) for name in names) if self.trusted else ()

    def added_packs(self) -> tuple[str, tuple[str, ...]]:
        """Return the folder of the configuration, and its rule packs that may only add rules."""
        folder, names = self._packs()
        return folder, () if self.trusted else names

    def _packs(self) -> tuple[str, tuple[str, ...]]:
        return os.path.dirname(os.path.abspath(self.path)), self.config.rules

    def excludes(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return folders, and the patterns that exclude files below them."""
        return tuple((folder, one.exclude) for folder, one in self._with_folders())

    def paths(self) -> tuple[tuple[str, PathSettings], ...]:
        """Return what holds for files below folders, each with the folder that its patterns are relative to."""
        return tuple((folder, setting) for folder, one in self._with_folders() for setting in one.paths)

    def for_hooks(self) -> Settings:
        """Return the same with what the table ``[hooks]`` decides differently."""
        own, hooks = self.config, self.config.hooks
        config = msgspec.structs.replace(
            own,
            fail_on=hooks.fail_on or own.fail_on,
            allow_incomplete=hooks.allow_incomplete or own.allow_incomplete,
        )
        return msgspec.structs.replace(self, config=config)

    def _with_folders(self) -> tuple[tuple[str, Config], ...]:
        return (os.path.dirname(os.path.abspath(self.path)), self.config), *self.further

    def with_more(self, more: Settings) -> Settings:
        """Return this configuration, completed by another one that was read from git.

        Tables and ``ignore`` are joined; else what this one leaves at its default comes from the other one.
        """
        own, other = self.config, more.config
        config = msgspec.structs.replace(
            _completed(own, other),
            ignore=(*own.ignore, *other.ignore),
            severity={**other.severity, **own.severity},
            hooks=_completed(own.hooks, other.hooks),
            revoked={**other.revoked, **own.revoked},
            **{name: getattr(own, name) for name in _OWN_ONLY},
        )
        further = (*self.further, *more._with_folders())
        return msgspec.structs.replace(self, config=config, packs=more.packs, further=further, origin=more.origin)

    def rotation(self) -> Rotation:
        """Return the project's requirements for key rotation."""
        return Rotation(self.config.max_key_age_days, read_record(self.config.revoked))


def _completed(own: _Table, other: _Table) -> _Table:
    """Return a table with the values of another one where it has the defaults."""
    usual = type(own)()
    unsaid = [name for name in own.__struct_fields__ if getattr(own, name) == getattr(usual, name)]
    return msgspec.structs.replace(own, **{name: getattr(other, name) for name in unsaid})


def find(start: str, explicit: str | None = None, *, isolated: bool = False) -> Settings:
    """Return the settings for a scan of ``start``: ``explicit``, ``$KEYGUARD_CONFIG``, or the nearest file upwards.

    The search ends at the root of the repository (where ``.git`` is). Raise ConfigError for an invalid file.
    """
    named = find_named(explicit)
    if named or isolated:
        return named or Settings(config=Config())
    return nearest(start)


def nearest(start: str) -> Settings:
    """Return the settings in the nearest file upwards, even if another is named. Raise ConfigError for an invalid
    file.
    """
    for folder in searched_folders(start):
        for name in NAMES:
            found = _load(os.path.join(folder, name), required=False)
            if found:
                return found
    return Settings(config=Config(), origin=Configuration("work tree"))


def searched_folders(start: str) -> Iterator[str]:
    """Yield the folders that are searched for a configuration, the nearest first."""
    folder = os.path.abspath(start if os.path.isdir(start) else os.path.dirname(start) or ".")
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return
        folder = parent


def find_named(explicit: str | None = None) -> Settings | None:
    """Return the configuration ``explicit`` or ``$KEYGUARD_CONFIG``; None if neither is given."""
    path = explicit or os.environ.get("KEYGUARD_CONFIG")
    if not path:
        return None
    named = _load(path, required=True) or Settings(Config(), path=path, origin=Configuration("file", path=path))
    return msgspec.structs.replace(named, trusted=not userdirs.is_scanned(path))


def parse(path: str, data: bytes, origin: Configuration, *, shown: str = "") -> Settings | None:
    """Return the settings in the content of a file; None for a pyproject.toml without our table.

    Error messages call the file ``shown``, or else ``path``. Raise ConfigError for invalid content.
    """
    embedded, shown = os.path.basename(path) == SHARED, shown or path
    if embedded and b"keyguard" not in data:
        return None
    from keyguard.config import problems
    from keyguard.support import dates, tomlfile

    table: object = None
    try:
        table = tomlfile.load(shown, data)
        if embedded:
            table = _below(_below(table, "tool"), "keyguard")
        if table is None:
            return None
        problems.check_keys(shown, data, table)
        config = msgspec.convert(table, Config)
    except RuleError as error:
        raise ConfigError(str(error)) from error
    except msgspec.ValidationError as error:
        raise ConfigError(problems.explain(shown, data, table, str(error))) from error
    for problem in problems.problems(config, max(int(time.time()), dates.now(os.environ))):
        raise ConfigError(problems.with_place(shown, data, problem))
    if config.trust_head and origin.source != "file":
        line = tomlfile.line_of(data, "trust-head")
        raise ConfigError(f"{shown}:{line}: trust-head: only a file that --config or KEYGUARD_CONFIG names can say so")
    return Settings(
        config=config, path=path, origin=origin, rules_line=tomlfile.line_of(data, "rules") if config.rules else 0
    )


def _load(path: str, *, required: bool) -> Settings | None:
    """Return the settings in a file; None if it does not exist or is a pyproject.toml without our table."""
    data = _read(path, required=required)
    if data is None:
        return None
    return parse(path, data, Configuration("file" if required else "work tree", path=path))


def _below(table: object, key: str) -> object:
    return table.get(key) if isinstance(table, dict) else None


def _read(path: str, *, required: bool) -> bytes | None:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        fd = os.open(path, flags if required else flags | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        if required or not _is_none(path, error):
            raise ConfigError(f"{path}: cannot be read: {_why(error)}") from error
        return None
    try:
        mode = os.fstat(fd).st_mode
        if stat.S_ISDIR(mode) and not required:
            return None
        if not stat.S_ISREG(mode):
            raise ConfigError(f"{path}: not a regular file")
        data = b""
        while len(data) <= LIMIT and (more := os.read(fd, LIMIT + 1)):
            data += more
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    finally:
        os.close(fd)
    if len(data) > LIMIT:
        raise ConfigError(f"{path}: larger than 1 MiB: not a configuration")
    return data


def _is_none(path: str, error: OSError) -> bool:
    """Return whether there is no configuration with that name: no file, or another program's file that is a link."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return True
    return error.errno in _IS_LINK and os.path.basename(path) == SHARED


def _why(error: OSError) -> str:
    if error.errno in _IS_LINK:
        return "a symbolic link, which is only followed if --config names it"
    return os.strerror(error.errno or errno.EIO)
