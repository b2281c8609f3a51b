"""Environment files, told by their names: those that hold keys, and those that show others which ones are needed."""

from __future__ import annotations

from functools import cache

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.support.regex import expression

#: `tests`, `test-apps`, `testProjects`, `e2e_tests`, and not `latest`
_TESTS = expression(rb"(?:\A|[/_.-])[Tt]ests?(?=[/_.-]|[A-Z])[^/]*(?=/)|[a-z]Tests?/|(?:\A|[/_.-])[Tt]estsuite[^/]*/")


def is_env_file(name: bytes) -> bool:
    """Whether a file of this name holds the environment of a program, and is no example of one."""
    return tables.patterns("envfiles", "files", "names").fit(name) and not _is_other(name)


def holds_keys(path: bytes) -> bool:
    """Whether keys are kept in a file of this path: an environment file, or its like for a single tool."""
    return _keepers().fit(path) and not _is_other(path[path.rfind(b"/") + 1 :])


def is_example(name: bytes) -> bool:
    """Whether a file of this name shows others what such a file needs."""
    return tables.patterns("envfiles", "files", "examples").fit(name)


def is_plain(path: bytes) -> bool:
    """Whether it is the file that every tool reads, in which some have defaults and most have keys."""
    return path == b".env" or path.endswith(b"/.env")


def is_private(path: bytes) -> bool:
    """Whether tools mean that nobody commits a file of this path, whatever is in it."""
    return tables.patterns("envfiles", "files", "private").fit(path)


def is_for_tests(path: bytes) -> bool:
    """Whether the name or the folder says that what is in there was made up, for tests or for readers."""
    places = tables.load("envfiles")["places"]
    name = path[path.rfind(b"/") + 1 :].lower().replace(b"_", b".").replace(b"-", b".")
    words = name.split(b".")
    return any(word.encode() in words for word in places["stages"]) or is_aside(path)


def is_aside(path: bytes) -> bool:
    """Whether the file lies in a folder of tests, or of what others wrote."""
    aside = tables.load("envfiles")["places"]["aside"]
    return bool(patterns.in_folder(path, aside)) or _TESTS.search(path) is not None


@cache
def _keepers() -> Patterns:
    """All such files in one: every name in a project is held against it."""
    files = tables.load("envfiles")["files"]
    return Patterns((*files["names"], *files["others"]))


def _is_other(name: bytes) -> bool:
    return is_example(name) or tables.patterns("envfiles", "files", "neither").fit(name)
