"""What reads an environment file: dependencies, compose files and code that show that one exists, or will."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from keyguard.engine.compiled import Engine
from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles.contents import says_secret
from keyguard.hygiene.envfiles.names import holds_keys, is_aside, is_for_tests
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import variable_names
from keyguard.hygiene.project.memoize import memoized
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.settings import settings
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.support.regex import expression

_ENV_FILE = expression(
    rb"(?m)^[ \t]*(?:- )?env_file[ \t]*:[ \t]*(?P<here>[^\r\n#]*)(?P<more>(?:\r?\n[ \t]*- [^\r\n]*)*)"
)
_LISTED = expression(
    rb"(?<![\w./-])(?:path[ \t]{0,9}:[ \t]{0,9})?[\"']?"
    rb"(?P<path>[\w.-][\w./-]{0,400})[\"']?[ \t]{0,40}(?=,|\]|$|#|\r|\n)"
)
#: the part of a file name that marks an example
_EXAMPLE = expression(
    rb"[._-]?(?:example|sample|template|dist|tpl|tmpl|defaults|schema|skel|j2)(?:\.env\Z|(?=\.(?:json|toml|tfvars)\Z|\Z))"
)
#: what stands before a library's own name in its manifest
_NAMED = rb"(?:\"name\"\s*:\s*|^name\s*=\s*|^module[ \t]+|\.name\s*=\s*|Specification\.new[ (]+)"
#: characters: shorter words occur in too many names
_SHORT = 4
#: bytes of a code file that are searched: a program's entry point is not longer
_LONGEST = 256 << 10
_MOST = 300


class Reader(NamedTuple):
    """One place that shows that an environment file is read."""

    file: bytes
    """The path of the environment file."""
    path: bytes
    start: int
    end: int
    """The span that shows it, in bytes."""
    why: str
    weak: bool = False
    """Whether it would read the file only if it existed."""


@memoized
def readers(project: Project) -> list[Reader]:
    """Return all readers, those nearest to the root first."""
    found = {*_manifests(project), *_compose(project), *_code(project), *_examples(project)}
    libraries = _libraries(project)
    ours = [one for one in found if not any(one.path.startswith(folder) for folder in libraries)]
    return sorted(ours, key=lambda one: (one.path.count(b"/"), one.path, one.file, one.start))


def _beside(path: bytes, name: str) -> bytes:
    return os.path.normpath(path[: path.rfind(b"/") + 1] + name.encode())


def _libraries(project: Project) -> list[bytes]:
    """Return the folders of libraries that read such files on behalf of others."""
    named = re.compile(rb"(?m)%s[\"']?(?:%s)[\"']?\s*(?:,|$)" % (_NAMED, _words()))
    paths = patterns.of(tuple(tables.load("envfiles")["libraries"]["manifests"])).among(project.files)
    return [path[: path.rfind(b"/") + 1] for path in paths if named.search(project.read(path) or b"")]


@cache
def _words() -> bytes:
    words = (word for table in tables.load("envfiles")["readers"] if table["file"] == ".env" for word in table["words"])
    return "|".join(map(re.escape, sorted({*words}))).encode()


def _manifests(project: Project) -> Iterator[Reader]:
    for table in tables.load("envfiles")["readers"]:
        words = tuple(map(str.encode, table["words"]))
        for path in patterns.of(tuple(table["manifests"])).among(project.files):
            content = b"" if is_aside(path) else project.read(path) or b""
            found = any(word in content for word in words) and _form(table["form"], words).search(content)
            if found:
                start, end = found.span("word")
                why = f"{found['word'].decode()} is a dependency"
                # a folder of requirement files belongs to the program around it
                home = path.replace(b"requirements/", b"")
                yield Reader(_beside(home, table["file"]), path, start, end, why, weak=table.get("weak", False))


@cache
def _form(form: str, words: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """Return the pattern that finds one of the words in a manifest; compiled late, because few projects contain any."""
    choices = b"|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(form.encode().replace(b"{}", b"(?P<word>%s)" % choices))


def _compose(project: Project) -> Iterator[Reader]:
    for path in patterns.of(tuple(tables.load("envfiles")["compose"]["names"])).among(project.files):
        if is_aside(path):
            continue
        for found in _ENV_FILE.finditer(project.read(path) or b""):
            for group in ("here", "more"):
                for one in _LISTED.finditer(found[group]):
                    name = _beside(path, one["path"].decode())
                    if holds_keys(name) and not name.startswith(b"../"):
                        at = found.start(group) + one.start("path")
                        yield Reader(name, path, at, at + len(one["path"]), "env_file of a compose file")


def _examples(project: Project) -> Iterator[Reader]:
    """Yield example files that are there to be copied: the real file is sure to appear."""
    for path in tables.patterns("envfiles", "files", "examples").among(project.files):
        folder, name = path[: path.rfind(b"/") + 1], path[path.rfind(b"/") + 1 :]
        real = _EXAMPLE.sub(b"", name) or b".env"
        real = b".env" if real == b"env" else real
        wanted = holds_keys(folder + real) and not is_for_tests(folder + real)
        # a file without secrets may be committed
        if wanted and any(map(says_secret, settings(path, project.read(path) or b""))):
            yield Reader(folder + real, path, 0, 1, "it is there to be copied")


def _code(project: Project) -> Iterator[Reader]:
    """Yield the readers in files where a program is likely to begin, so that few files are read."""
    code = tables.load("envfiles")["code"]
    names = [f"{name}{ending}".encode() for name in code["names"] for ending in code["endings"]]
    paths = [path for name in names for path in project.by_name.get(name, ())]
    near = sorted(path for path in paths if path.count(b"/") <= code["deepest"] and not is_aside(path))
    calls, reads, words = _calls(), _reads(), _vendor_words(project.engine)
    for path in near[:_MOST]:
        content = (project.read(path) or b"")[:_LONGEST]
        found = calls.search(content)
        if found:
            yield Reader(b".env", path, *found.span(), "it is loaded here")
            continue
        found = next((one for one in reads.finditer(content) if _is_vendor_key(one[1], words)), None)
        if found:
            yield Reader(b".env", path, *found.span(1), f"{found[1].decode()} is read from the environment")


@cache
def _calls() -> re.Pattern[bytes]:
    return re.compile("|".join(map(re.escape, tables.load("envfiles")["code"]["calls"])).encode())


@cache
def _reads() -> re.Pattern[bytes]:
    """Return the pattern that matches a read of a variable, with its name as the group."""
    before = "|".join(map(re.escape, tables.load("envfiles")["code"]["reads"]))
    return re.compile(f"(?:{before})([A-Z][A-Z0-9_]{{3,60}})".encode())


@lru_cache(maxsize=1)
def _vendor_words(engine: Engine) -> list[str]:
    """Return the words in variable names that tell a vendor whose keys programs read from the environment."""
    others = tables.load("envfiles")["code"]["ci"]
    vendors = engine.ruleset.vendors.values()
    return sorted({word for one in vendors if one.id not in others for word in one.names if len(word) > _SHORT})


def _is_vendor_key(name: bytes, words: list[str]) -> bool:
    squeezed = name.replace(b"_", b"").decode().lower()
    says = variable_names.secrecy(name.decode()) is not Secrecy.NONE
    return says and any(squeezed.startswith(word) for word in words)
