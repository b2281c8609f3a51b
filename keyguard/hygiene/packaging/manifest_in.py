"""``MANIFEST.in``: the files that setuptools adds to a source distribution besides modules.

Its commands add files and remove them again: the last one that matches a file decides. They are no patterns of a
``.gitignore``, so pathspec cannot read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from keyguard.hygiene.paths import globs
from keyguard.hygiene.paths.globs import Fits

#: folders that setuptools always removes
_PRUNED = re.compile(r"(?:^|/)(?:build|RCS|CVS|\.svn|\.hg|\.git|\.bzr|_darcs)/")


def taken(content: bytes, name: str) -> int:
    """Return the line of the command that adds the file; 0 if none does, or if a later one removes it."""
    line = 0
    for number, adds, tests in _known_commands(content):
        if any(test(name) for test in tests):
            line = number if adds else 0
    return 0 if _PRUNED.search(name) else line


@lru_cache(maxsize=4)
def _known_commands(content: bytes) -> tuple[tuple[int, bool, list[Fits]], ...]:
    return tuple(_commands(content))


def _commands(content: bytes) -> Iterator[tuple[int, bool, list[Fits]]]:
    """Yield (line, whether it adds, tests) of each command."""
    for number, line in globs.affordable(_joined(content)):
        command, *words = line.split() or [""]
        if command == "include":
            yield number, True, [glob(word.replace("**", "*")) for word in words]
        elif command == "exclude":
            yield number, False, [glob(word) for word in words]
        elif command in ("global-include", "global-exclude"):
            yield number, command == "global-include", [_anywhere(word) for word in words]
        elif command in ("recursive-include", "recursive-exclude") and len(words) > 1:
            folder = words[0].strip("/")
            yield number, command == "recursive-include", [_below(folder, word) for word in words[1:]]
        elif command in ("graft", "prune"):
            yield number, command == "graft", [_below(word.strip("/"), "*") for word in words]


def _joined(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, joined with the lines that a trailing backslash continues."""
    start, pieces = 1, list[str]()
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
        text = line.partition("#")[0].rstrip()
        pieces.append(text.removesuffix("\\"))
        if not text.endswith("\\"):
            yield start, " ".join(pieces)
            start, pieces = number + 1, []


def glob(word: str, *, hidden: bool = True) -> Fits:
    """Return the matcher of a glob: ``*`` and ``?`` match within a name, ``**`` matches any folders.

    Without ``hidden``, names that begin with a dot match only patterns that begin with one.
    """
    parts = [part for part in word.split("/") if part != "."]
    made = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        visible = "" if hidden or part.startswith(".") else r"(?!\.)"
        if part == "**":
            # matched as characters, not as folders: there are many folders, but characters are all of one kind
            made += ".*" if last else "(?:" + visible + (globs.VISIBLE if visible else r"[^\0]") + "*/)?"
        else:
            made += visible + _part(part) + ("" if last else "/")
    try:
        return globs.fitting(made + r"\Z")
    except re.error:
        return lambda name: name == word


def _anywhere(word: str) -> Fits:
    return glob("**/" + word)


def _below(folder: str, word: str) -> Fits:
    return glob(f"{folder}/**/{word}" if folder not in ("", ".") else "**/" + word)


def _part(text: str) -> str:
    made = re.escape(text).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.sub(r"\\\[(\\?!)?(.+?)\\\]", lambda found: f"[{'^' if found[1] else ''}{found[2]}]", made)
