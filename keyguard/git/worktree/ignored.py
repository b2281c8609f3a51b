"""Which paths git would ignore, by which rule, and whether that rule travels with the repository.

git itself answers, in a shadow: first with the ``.gitignore`` files of the tree alone, then, for what those say nothing
about, with ``.git/info/exclude`` and this user's own excludes, which nobody else has.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from keyguard.git.layout.control import read_control
from keyguard.git.layout.repository import Repository
from keyguard.git.layout.settings import user_settings
from keyguard.git.process.opening import open_index
from keyguard.git.process.shadow import EFFORT, Shadow
from keyguard.support import userdirs
from keyguard.support.errors import GitError

_LIMIT = 1 << 20
_INFO = b".git/info/exclude"
#: the answer to each path: source, line, pattern, path
_FIELDS = 4
#: git takes its paths for patterns here: no literal ones, it says, and one that begins with ``:`` would be magic
_COMMAND = ("--no-literal-pathspecs", "check-ignore", "--stdin", "-z", "--verbose", "--non-matching", "--no-index")
#: bytes of a request that fit every pipe
_REQUEST = 4096


class Verdict(NamedTuple):
    """What git says of one path."""

    ignored: bool = False
    here_only: bool = False
    """The rule is one of this clone or this user: nobody else's git obeys it."""
    source: bytes = b""
    """The file of the rule that decided, relative to the top; nothing where no rule speaks of the path."""
    line: int = 0
    pattern: bytes = b""


def verdicts(repository: Repository, paths: Sequence[bytes]) -> dict[bytes, Verdict]:
    """The verdict on each path, relative to the top; a path need not exist, and being tracked plays no part.

    Raises GitError when git fails.
    """
    if not paths:
        return {}
    with open_index(repository, work_tree=True) as shadow:
        found = dict(_asked(shadow, paths))
        left = [path for path in paths if not found[path].source]
        own = _machine_excludes(repository) if left else []
        if any(rules.strip() for _, rules in own):
            os.makedirs(os.path.join(shadow.path, "info"), exist_ok=True)
            shadow.put("info/exclude", b"".join(rules + b"\n" for _, rules in own))
            found.update((path, _of_machine(verdict, own)) for path, verdict in _asked(shadow, left))
    return found


def _asked(shadow: Shadow, paths: Sequence[bytes]) -> Iterator[tuple[bytes, Verdict]]:
    """Each path with its verdict, asked in as many requests as it takes."""
    git = shadow.start(*_COMMAND, effort=EFFORT)
    shadow.prove()
    for request in _requests(paths):
        git.write(b"".join((b"./" if path.startswith(b":") else b"") + path + b"\0" for path in request))
        answer = b""
        while answer.count(b"\0") < _FIELDS * len(request):
            if not (data := git.read(1 << 16)):
                git.end()  # says why
                raise GitError("git check-ignore gave no answer")
            answer += data
        fields = answer.split(b"\0")
        for at, path in enumerate(request):
            source, line, pattern = fields[_FIELDS * at : _FIELDS * at + 3]
            ignored = bool(source) and not pattern.startswith(b"!")
            yield path, Verdict(ignored, source=source, line=int(line or 0), pattern=pattern)
    shadow.stop(git)


def _requests(paths: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch, size = list[bytes](), 0
    for path in paths:
        if batch and size + len(path) + 3 > _REQUEST:
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += len(path) + 3
    if batch:
        yield batch


def _of_machine(verdict: Verdict, own: Sequence[tuple[bytes, bytes]]) -> Verdict:
    """The verdict by the rules of this machine, under the name and line of the file that they came from."""
    line = verdict.line
    for name, rules in own:
        lines = rules.count(b"\n") + 1
        if 0 < line <= lines:
            return verdict._replace(here_only=verdict.ignored, source=name, line=line)
        line -= lines
    return verdict


def _machine_excludes(repository: Repository) -> list[tuple[bytes, bytes]]:
    """(name, rules) of the user's own excludes, then of the clone's: what comes later wins, as in git."""
    found = []
    for name, path in ((b"", _user_excludes()), (_INFO, os.path.join(repository.common_dir, "info", "exclude"))):
        with suppress(GitError):  # what cannot be read hides nothing here, though it may for the user's git
            rules = read_control(path, _LIMIT) if path else None
            found.append((name or os.fsencode(path), rules or b""))
    return found


def _user_excludes() -> str:
    """The file that the user's configuration names, else the one that git looks for; either may be a link."""
    home, folder = userdirs.home(os.environ), userdirs.folder(os.environ, "XDG_CONFIG_HOME", ".config")
    named = os.fsdecode(user_settings().get(b"core.excludesfile", b""))
    if named.startswith("~/"):
        named = os.path.join(home, named[2:])
    path = named or (os.path.join(folder, "git", "ignore") if folder else "")
    return os.path.realpath(path) if os.path.isabs(path) and not userdirs.is_scanned(path) else ""
