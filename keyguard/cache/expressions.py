"""Compiled regular expressions, kept between runs: a scan with hits uses two hundred, which take 40 ms to compile."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from keyguard import __version__
from keyguard.cache import directory
from keyguard.support import digests, regex

#: pattern of the names of cache files, including those that a crashed process left behind
FILES = r"\.?expressions-[0-9a-f]{32}\.msgpack(\.[0-9]+)?"
_KEPT = 2


@cache
def restore() -> bool:
    """Have expressions taken from the cache; return whether it holds any."""
    data = directory.read(_name())
    if data is None:
        return False
    with suppress(ValueError):
        regex.restore(data)
        return True
    return False


def keep() -> None:
    """Store the expressions of all modules that are loaded, and take them from there."""
    if directory.folder(make=True) is not None and (data := regex.encoded()):
        directory.write(_name(), data)
        directory.prune(FILES, _KEPT)
        regex.restore(data)


def _name() -> str:
    digest = digests.new("sha256", f"{regex.version()} {__version__}".encode()).hexdigest()
    return f"expressions-{digest[:32]}.msgpack"
