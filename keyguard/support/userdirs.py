"""Where this user's own files are: his configuration, his journal, his cache. What is scanned has no say in it.

A path that is not absolute would lead into the current folder, which is mostly the repository that is scanned, so it
names nothing. Where ``$HOME`` is missing, empty or relative, the home folder is the one in the password database. What
lies in the scanned repository, by way of links too, is never the user's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

#: the file in the folder for state
JOURNAL = "journal.jsonl"

#: (device, inode) of every folder that is scanned, and of every repository that holds one
_scanned: set[tuple[int, int]] = set()
_remarks: dict[str, None] = {}


@contextmanager
def apart_from(paths: Iterable[str]) -> Iterator[list[str]]:
    """Within the block, nothing in these folders, or in the repositories that hold them, is the user's.

    Gives a list that holds, once the block has ended, a sentence for each thing of the user's that was passed over.
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
    """``$KEYGUARD_USER_CONFIG``, else ``keyguard/config.toml`` where the platform has it; empty for none."""
    named = _named("KEYGUARD_USER_CONFIG", environment)
    return named or _usual(environment, "XDG_CONFIG_HOME", ".config", "APPDATA", "config.toml")


def state_folder(environment: Mapping[str, str]) -> str:
    """``$KEYGUARD_STATE_DIR``, else ``keyguard`` where the platform keeps state; empty for none."""
    named = _named("KEYGUARD_STATE_DIR", environment, JOURNAL)
    usual = _usual(environment, "XDG_STATE_HOME", ".local/state", "LOCALAPPDATA", JOURNAL)
    return named or os.path.dirname(usual)


def cache_folder(environment: Mapping[str, str]) -> str:
    """``$KEYGUARD_CACHE_DIR``, else ``keyguard`` where the platform keeps caches; empty for none."""
    named = _named("KEYGUARD_CACHE_DIR", environment)
    if named:
        return named
    if sys.platform == "darwin":
        return _apart(os.path.join(home(environment), "Library/Caches/keyguard")) if home(environment) else ""
    return os.path.dirname(_usual(environment, "XDG_CACHE_HOME", ".cache", "LOCALAPPDATA", ""))


def home(environment: Mapping[str, str]) -> str:
    """``$HOME`` where that is absolute, else the folder in the password database; empty where neither says one."""
    named = environment.get("HOME", "")
    return named if os.path.isabs(named) else _registered_home()


def folder(environment: Mapping[str, str], variable: str, below: str) -> str:
    """The folder that a variable of the XDG specification names, else ``below`` in the home folder; empty for none."""
    named, own = environment.get(variable, ""), home(environment)
    if os.path.isabs(named):
        return named
    return os.path.join(own, below) if own else ""


def is_scanned(path: str) -> bool:
    """Whether the path, links resolved, lies in what is scanned, or in the repository that holds it."""
    if not _scanned:
        return False
    place = os.path.realpath(path)
    while _id(place) not in _scanned:
        if place == (place := os.path.dirname(place)):
            return False
    return True


def _named(variable: str, environment: Mapping[str, str], name: str = "") -> str:
    """What a variable of ours names, unless that cannot be the user's: then it is said."""
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
    """The path of a file called ``name`` in the usual folder; it is said where one that is there is passed over."""
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
    """The path, or nothing where it lies in what is scanned."""
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
    """Those of the folders among the paths, and of the repositories that hold them."""
    return {found for place in _roots(paths) if (found := _id(place))}


def _roots(paths: Iterable[str]) -> Iterator[str]:
    """The folders among the paths, and for each path the nearest folder around it in which there is a ``.git``."""
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
