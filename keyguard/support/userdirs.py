"""The locations of this user's own files: configuration, journal, cache. What is scanned cannot influence them.

A path that is not absolute would be relative to the current folder, which usually is the scanned repository, so it is
ignored. If ``$HOME`` is missing, empty or relative, the home folder is the one in the password database. Nothing inside
the scanned repository, also through links, is ever the user's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

#: the name of the journal in the state folder
JOURNAL = "journal.jsonl"

#: (device, inode) of every folder that is scanned, and of every repository that holds one
_scanned: set[tuple[int, int]] = set()
_remarks: dict[str, None] = {}


@contextmanager
def apart_from(paths: Iterable[str]) -> Iterator[list[str]]:
    """Within the block, do not accept anything in these folders, or in the repositories around them, as the user's.

    Return a list that contains, after the block has ended, a sentence for each such file that was ignored.
    """
    said: list[str] = []
    before = set(_scanned)
    _scanned.update(_ids(paths))
    _remarks.clear()
    try:
        yield said
    finally:
        said += _remarks
        _remarks.clear()
        _scanned.clear()
        _scanned.update(before)


def config_file(environment: Mapping[str, str]) -> str:
    """Return ``$KEYGUARD_USER_CONFIG``, else ``keyguard/config.toml`` in the platform's folder; empty for none."""
    named = _named("KEYGUARD_USER_CONFIG", environment)
    return named or _usual(environment, "XDG_CONFIG_HOME", ".config", "APPDATA", "config.toml")


def state_folder(environment: Mapping[str, str]) -> str:
    """Return ``$KEYGUARD_STATE_DIR``, else ``keyguard`` in the platform's state folder; empty for none."""
    named = _named("KEYGUARD_STATE_DIR", environment, JOURNAL)
    usual = _usual(environment, "XDG_STATE_HOME", ".local/state", "LOCALAPPDATA", JOURNAL)
    return named or os.path.dirname(usual)


def cache_folder(environment: Mapping[str, str]) -> str:
    """Return ``$KEYGUARD_CACHE_DIR``, else ``keyguard`` in the platform's cache folder; empty for none."""
    named = _named("KEYGUARD_CACHE_DIR", environment)
    if named:
        return named
    if sys.platform == "darwin":
        return _apart(os.path.join(home(environment), "Library/Caches/keyguard")) if home(environment) else ""
    return os.path.dirname(_usual(environment, "XDG_CACHE_HOME", ".cache", "LOCALAPPDATA", ""))


def home(environment: Mapping[str, str]) -> str:
    """Return ``$HOME`` if it is absolute, else the folder in the password database; empty if there is none."""
    named = environment.get("HOME", "")
    return named if os.path.isabs(named) else _registered_home()


def folder(environment: Mapping[str, str], variable: str, below: str) -> str:
    """Return the folder of an XDG variable, else ``below`` in the home folder; empty for none."""
    named, own = environment.get(variable, ""), home(environment)
    if os.path.isabs(named):
        return named
    return os.path.join(own, below) if own else ""


def is_scanned(path: str) -> bool:
    """Whether the path, links resolved, is inside what is scanned or inside the repository around it."""
    if not _scanned:
        return False
    place = os.path.realpath(path)
    while _id(place) not in _scanned:
        if place == (place := os.path.dirname(place)):
            return False
    return True


def _named(variable: str, environment: Mapping[str, str], name: str = "") -> str:
    """Return the path in a variable of ours, empty if it cannot be the user's; that adds a remark."""
    path = environment.get(variable, "")
    if not path:
        return ""
    if not os.path.isabs(path):
        _remarks[f"{variable} is not an absolute path, so it is not used"] = None
        return ""
    if is_scanned(os.path.join(path, name)):
        _remarks[f"{variable} names a place in what is scanned, so it is not used"] = None
        return ""
    return path


def _usual(environment: Mapping[str, str], variable: str, below: str, windows: str, name: str) -> str:
    """Return the path of a file called ``name`` in the usual folder; an existing file that is ignored adds a remark."""
    if sys.platform == "win32":
        base = environment.get(windows, "")
        return _apart(os.path.join(base, f"keyguard/{name}")) if os.path.isabs(base) else ""
    if name:
        _note_relative(variable, environment.get(variable, ""), name)
        _note_relative("HOME", os.path.join(environment.get("HOME") or os.sep, below), name)
    base = folder(environment, variable, below)
    return _apart(os.path.join(base, f"keyguard/{name}")) if base else ""


def _note_relative(variable: str, base: str, name: str) -> None:
    path = os.path.join(base, f"keyguard/{name}")
    if base and not os.path.isabs(base) and os.path.lexists(path):
        _remarks[f"{variable} is not an absolute path: {path} is not read"] = None


def _apart(path: str) -> str:
    """Return the path, or the empty string if it is inside what is scanned."""
    if not is_scanned(path):
        return path
    if os.path.isfile(path):
        _remarks[f"{path} lies in what is scanned: it is not taken for this user's"] = None
    return ""


def _registered_home() -> str:
    try:
        import pwd

        found = pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, AttributeError, KeyError, OSError):
        return ""  # Windows, or a user who is in no database
    return found if os.path.isabs(found) else ""


def _ids(paths: Iterable[str]) -> set[tuple[int, int]]:
    """Return the (device, inode) pairs of the folders among the paths and of the repositories around them."""
    return {found for place in _roots(paths) if (found := _id(place))}


def _roots(paths: Iterable[str]) -> Iterator[str]:
    """Yield the folders among the paths and, for each path, the nearest folder around it with a ``.git``."""
    for path in paths:
        place = os.path.realpath(path)
        if os.path.isdir(place):
            yield place
        while not os.path.lexists(os.path.join(place, ".git")):
            if place == (place := os.path.dirname(place)):
                break
        else:
            yield place


def _id(path: str) -> tuple[int, int] | None:
    try:
        info = os.stat(path)
    except (OSError, ValueError):
        return None
    return info.st_dev, info.st_ino
