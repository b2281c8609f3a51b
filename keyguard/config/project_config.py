"""Read ``.keyguard.toml`` or ``[tool.keyguard]``: a project's defaults, which options override.

A configuration extends the built-in defaults. An unknown key is an error with a suggestion, so that a typo cannot
silently disable anything; no setting can leave a scan without rules.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from keyguard.config.rotation import Rotation, read_record
from keyguard.model.finding import Configuration, Severity
from keyguard.support import userdirs
from keyguard.support.errors import ConfigError, RuleError

#: a file that other programs use as well
SHARED = "pyproject.toml"
NAMES = (".keyguard.toml", "keyguard.toml", SHARED)
#: maximal size of a configuration in bytes
LIMIT = 1 << 20
#: errors of opening a link that must not be followed
_IS_LINK = (errno.ELOOP, errno.EMLINK)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The settings of a configuration file. Paths are relative to the file."""

    #: rule ids (or the words they begin with) that alone are reported
    select: tuple[str, ...] = ()
    #: rule ids (or the words they begin with) that are not reported
    ignore: tuple[str, ...] = ()
    #: patterns in the manner of .gitignore: files that are not scanned, listed as excluded
    exclude: tuple[str, ...] = ()
    #: files larger than this are not scanned, listed as too large
    max_size: str = ""
    #: least severity that fails the run
    fail_on: str = "low"
    #: further rule packs, files or folders
    rules: tuple[str, ...] = ()
    #: days after which a key that is in use is to be replaced; 0: never
    max_key_age_days: Annotated[int, msgspec.Meta(ge=0)] = 90
    #: ids or fingerprints of keys that were revoked, each with the date
    revoked: dict[str, Any] = {}
    #: in a hook on a server: the configuration and the comments of HEAD count as well (only where ``--config`` names
    #: the file)
    trust_head: bool = False


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
    further: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The folder and ``exclude`` of a second configuration that applies as well."""
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
        return (os.path.dirname(os.path.abspath(self.path)), self.config.exclude), *self.further

    def with_more(self, more: Settings) -> Settings:
        """Return this configuration, completed by another one that was read from git; lists are joined."""
        own, other, usual = self.config, more.config, Config()
        config = msgspec.structs.replace(
            own,
            select=own.select or other.select,
            ignore=(*own.ignore, *other.ignore),
            max_size=own.max_size or other.max_size,
            fail_on=other.fail_on if own.fail_on == usual.fail_on else own.fail_on,
            max_key_age_days=(
                other.max_key_age_days if own.max_key_age_days == usual.max_key_age_days else own.max_key_age_days
            ),
            revoked={**other.revoked, **own.revoked},
        )
        further = (*self.further, *more.excludes())
        return msgspec.structs.replace(self, config=config, packs=more.packs, further=further, origin=more.origin)

    def rotation(self) -> Rotation:
        """Return the project's requirements for key rotation."""
        return Rotation(self.config.max_key_age_days, read_record(self.config.revoked))


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
    folder = os.path.abspath(start if os.path.isdir(start) else os.path.dirname(start) or ".")
    while True:
        for name in NAMES:
            found = _load(os.path.join(folder, name), required=False)
            if found:
                return found
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return Settings(config=Config(), origin=Configuration("work tree"))
        folder = parent


def find_named(explicit: str | None = None) -> Settings | None:
    """Return the configuration ``explicit`` or ``$KEYGUARD_CONFIG``; None if neither is given."""
    path = explicit or os.environ.get("KEYGUARD_CONFIG")
    if not path:
        return None
    named = _load(path, required=True) or Settings(Config(), path=path, origin=Configuration("file", path=path))
    return msgspec.structs.replace(named, trusted=not userdirs.is_scanned(path))


def parse_size(text: str) -> int | None:
    """Return the bytes in ``500k``, ``20MB`` or a number; None for an empty text. Raise ConfigError for anything
    else.
    """
    plain = text.strip().lower().removesuffix("b").removesuffix("i")
    factor = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}.get(plain[-1:], 1)
    digits = plain[:-1] if factor > 1 else plain
    if not text.strip():
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise ConfigError(f"{text!r} is not a size: write 500k, 20M or a number of bytes")
    return int(digits) * factor


def parse_severity(text: str) -> Severity:
    """Return the severity with that name. Raise ConfigError for an unknown one."""
    try:
        return Severity[text.upper()]
    except KeyError:
        labels = ", ".join(severity.label for severity in Severity)
        raise ConfigError(f"{text!r} is not a severity: {labels}") from None


def parse(path: str, data: bytes, origin: Configuration, *, shown: str = "") -> Settings | None:
    """Return the settings in the content of a file; None for a pyproject.toml without our table.

    Error messages call the file ``shown``, or else ``path``. Raise ConfigError for invalid content.
    """
    embedded, shown = os.path.basename(path) == SHARED, shown or path
    if embedded and b"keyguard" not in data:
        return None
    from keyguard.support import tomlfile

    try:
        table: object = tomlfile.load(shown, data)
        if embedded:
            table = _below(_below(table, "tool"), "keyguard")
        if table is None:
            return None
        tomlfile.check_table(shown, data, table, Config)
        config = msgspec.convert(table, Config)
        parse_size(config.max_size)
        parse_severity(config.fail_on)
        read_record(config.revoked)
    except RuleError as error:
        raise ConfigError(str(error)) from error
    except ConfigError as error:
        raise ConfigError(f"{shown}: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(tomlfile.explain_table(shown, data, str(error))) from error
    if config.trust_head and origin.source != "file":
        raise ConfigError(f"{shown}: trust-head: only a file that --config or KEYGUARD_CONFIG names can say so")
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
