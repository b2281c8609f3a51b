"""Tables of the user's own patterns, saved from scan to scan: to import pathspec takes a commit hook 9 ms."""

from __future__ import annotations

import os
from importlib.machinery import PathFinder

import msgspec

from keyguard import __version__
from keyguard.cache import directory
from keyguard.sources.gitignore.tables import Tables
from keyguard.support import digests

#: names of what is saved, also of what a process that died has left
FILES = r"\.?patterns-[0-9a-f]{32}\.msgpack(\.[0-9]+)?"
_KEPT = 16
#: changes with the form of what is saved
_FORM = 1


def read(text: bytes) -> Tables:
    """Return the rules in a text, from the cache if they are there."""
    name = _name(text)
    data = directory.read(name) if name else None
    if data is not None:
        try:
            return msgspec.msgpack.decode(data, type=Tables)
        except (msgspec.MsgspecError, ValueError):
            pass  # damaged: it is written anew
    from keyguard.sources.gitignore import translation

    found = translation.read(text)
    if name:
        directory.write(name, msgspec.msgpack.encode(found))
        directory.prune(FILES, _KEPT)
    return found


def _name(text: bytes) -> str:
    """Return the file for a text, and for what reads it; empty where pathspec is nowhere."""
    found = PathFinder.find_spec("pathspec")
    if found is None or not found.origin:
        return ""
    info = os.stat(found.origin)
    reader = f"{__version__} {_FORM} {info.st_ino} {info.st_size} {info.st_mtime_ns} {info.st_ctime_ns}\0"
    return f"patterns-{digests.new('sha256', reader.encode() + text).hexdigest()[:32]}.msgpack"
