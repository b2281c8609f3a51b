"""Ask git which paths it would ignore, by which rule, and whether other clones have that rule.

``git check-ignore`` answers: first with only the ``.gitignore`` files of the tree; then, for paths that no rule
matches, with ``.git/info/exclude`` and the user's own excludes, which are local to this machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.repository import Repository
from keyguard.git.layout.settings import user_settings
from keyguard.git.process.isolated_git import CPU_LIMIT, IsolatedGit
from keyguard.git.process.opening import open_index
from keyguard.support import userdirs
from keyguard.support.errors import GitError

_LIMIT = 1 << 20
_INFO = b".git/info/exclude"
#: fields of each answer: source, line, pattern, path
_FIELDS = 4
#: git reads these paths as patterns and rejects literal ones, so a path with a leading ``:`` needs a prefix
_COMMAND = ("--no-literal-pathspecs", "check-ignore", "--stdin", "-z", "--verbose", "--non-matching", "--no-index")
#: bytes of a request that fit every pipe
_REQUEST = 4096


class IgnoreVerdict(NamedTuple):
    """git's answer about one path."""

    ignored: bool = False
    local_only: bool = False
    """The rule is local to this clone or user: git elsewhere does not apply it."""
    source: bytes = b""
    """The file with the rule that decided, relative to the top; empty if no rule matches."""
    line: int = 0
    pattern: bytes = b""


def verdicts(repository: Repository, paths: Sequence[bytes]) -> dict[bytes, IgnoreVerdict]:
    """Return the verdict on each path, relative to the top. Paths need not exist, and tracked files are treated like
    others.

    Raise GitError if git fails.
    """
    if not paths:
        return {}
    with open_index(repository, work_tree=True) as git:
        found = dict(_asked(git, paths))
        left = [path for path in paths if not found[path].source]
        own = _machine_excludes(repository) if left else []
        if any(rules.strip() for _, rules in own):
            os.makedirs(os.path.join(git.path, "info"), exist_ok=True)
            git.put("info/exclude", b"".join(rules + b"\n" for _, rules in own))
            found.update((path, _of_machine(verdict, own)) for path, verdict in _asked(git, left))
    return found


def _asked(git: IsolatedGit, paths: Sequence[bytes]) -> Iterator[tuple[bytes, IgnoreVerdict]]:
    """Yield each path with its verdict, in as many requests as needed."""
    child = git.start(*_COMMAND, cpu_limit=CPU_LIMIT)
    git.run_check()
    for request in _requests(paths):
        child.write(b"".join((b"./" if path.startswith(b":") else b"") + path + b"\0" for path in request))
        answer = b""
        while answer.count(b"\0") < _FIELDS * len(request):
            if not (data := child.read(1 << 16)):
                child.end()  # raises an error that says why
                raise GitError("git check-ignore gave no answer")
            answer += data
        fields = answer.split(b"\0")
        for at, path in enumerate(request):
            source, line, pattern = fields[_FIELDS * at : _FIELDS * at + 3]
            ignored = bool(source) and not pattern.startswith(b"!")
            yield path, IgnoreVerdict(ignored, source=source, line=int(line or 0), pattern=pattern)
    git.stop(child)


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


def _of_machine(verdict: IgnoreVerdict, own: Sequence[tuple[bytes, bytes]]) -> IgnoreVerdict:
    """Return a verdict by local rules with the name and line of the file that they came from."""
    line = verdict.line
    for name, rules in own:
        lines = rules.count(b"\n") + 1
        if 0 < line <= lines:
            return verdict._replace(local_only=verdict.ignored, source=name, line=line)
        line -= lines
    return verdict


def _machine_excludes(repository: Repository) -> list[tuple[bytes, bytes]]:
    """Return (name, rules) of the user's excludes, then of the clone's: later ones win, as in git."""
    found = []
    for name, path in ((b"", _user_excludes()), (_INFO, os.path.join(repository.common_dir, "info", "exclude"))):
        with suppress(GitError):  # an unreadable file has no effect here, though it may for the user's git
            rules = read_control(path, _LIMIT) if path else None
            found.append((name or os.fsencode(path), rules or b""))
    return found


def _user_excludes() -> str:
    """Return the file that the user's configuration names, else git's default; either may be a link."""
    home, folder = userdirs.home(os.environ), userdirs.folder(os.environ, "XDG_CONFIG_HOME", ".config")
    named = os.fsdecode(user_settings().get(b"core.excludesfile", b""))
    if named.startswith("~/"):
        named = os.path.join(home, named[2:])
    path = named or (os.path.join(folder, "git", "ignore") if folder else "")
    return os.path.realpath(path) if os.path.isabs(path) and not userdirs.is_scanned(path) else ""
