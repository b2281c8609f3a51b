"""Environment files, recognised by their names: those that hold keys, and examples that show which keys are needed."""

from __future__ import annotations

from functools import cache

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.support.regex import expression

#: `tests`, `test-apps`, `testProjects` and `e2e_tests`, but not `latest`
_TESTS = expression(rb"(?:\A|[/_.-])[Tt]ests?(?=[/_.-]|[A-Z])[^/]*(?=/)|[a-z]Tests?/|(?:\A|[/_.-])[Tt]estsuite[^/]*/")

#: words in names of files that are there to be read or copied
_FOR_READERS = expression(rb"(?i)example|sample|template|\bdist\b|tmpl|schema|default|skel")


def is_env_file(name: bytes) -> bool:
    """Return whether a file of this name holds the environment of a program and is no example."""
    return tables.patterns("envfiles", "files", "names").fit(name) and not _is_other(name)


def holds_keys(path: bytes) -> bool:
    """Return whether keys are kept in a file of this path: an environment file, or the equivalent of a single tool."""
    return _keepers().fit(path) and not _is_other(path[path.rfind(b"/") + 1 :])


def may_hold_keys(path: bytes) -> bool:
    """Return whether a file of this path holds keys if nearly all of its lines are settings: a copy, a stage."""
    name = path[path.rfind(b"/") + 1 :]
    return _loose().fit(path) and not _is_other(name) and not _FOR_READERS.search(name)


def is_example(name: bytes) -> bool:
    """Return whether a file of this name is an example of an environment file."""
    return tables.patterns("envfiles", "files", "examples").fit(name)


def is_plain(path: bytes) -> bool:
    """Return whether it is ``.env`` itself, which every tool reads, and in which most people keep keys."""
    return path == b".env" or path.endswith(b"/.env")


def is_for_this_machine(path: bytes) -> bool:
    """Return whether it is ``.env`` or one of the files that tools read on one machine only: ``.env.local``."""
    name = path[path.rfind(b"/") + 1 :]
    return is_plain(path) or (name.startswith(b".env.") and name.endswith(b".local"))


def is_private(path: bytes) -> bool:
    """Return whether tools expect that nobody commits a file of this path, whatever it contains."""
    return tables.patterns("envfiles", "files", "private").fit(path)


def is_for_tests(path: bytes) -> bool:
    """Return whether the name or the folder says that the values were made up, for tests or examples."""
    places = tables.load("envfiles")["places"]
    name = path[path.rfind(b"/") + 1 :].lower().replace(b"_", b".").replace(b"-", b".")
    words = name.split(b".")
    return any(word.encode() in words for word in places["stages"]) or is_aside(path)


def is_aside(path: bytes) -> bool:
    """Return whether the file lies in a folder of tests or of third-party code."""
    aside = tables.load("envfiles")["places"]["aside"]
    return bool(patterns.in_folder(path, aside)) or _TESTS.search(path) is not None


@cache
def _keepers() -> Patterns:
    """Return all these patterns as one: every name in a project is matched against it."""
    files = tables.load("envfiles")["files"]
    return Patterns((*files["names"], *files["others"]))


@cache
def _loose() -> Patterns:
    files = tables.load("envfiles")["files"]
    return Patterns((*files["loose"], *files["full"]))


def _is_other(name: bytes) -> bool:
    return is_example(name) or tables.patterns("envfiles", "files", "neither").fit(name)
