"""``hook-missing``: no hook and no CI job runs keyguard. Hooks are read, never run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, pairwise
from typing import NamedTuple

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.repository import Repository
from keyguard.git.layout.settings import hooks_path
from keyguard.hygiene.data import tables
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.model.violation import Violation
from keyguard.support import userdirs
from keyguard.support.errors import GitError
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown, shown_path

_NAME = expression(rb"\bkeyguard\b")
#: its name followed by a subcommand, alone or after whatever starts it
_COMMAND = expression(rb"keyguard(?:-lint\b|[\"']?[\s,]{1,20}[\"']?(?:scan|hook)\b)")
_ACTION = expression(rb"keyguard\S{0,100}@"), re.compile(rb"\buses:\s{0,20}\S{0,200}/\Z")
_HOOK = expression(rb"keyguard"), re.compile(rb"\bid:\s{0,20}[\"']?\Z")
#: bytes before its name that are looked at; occurrences of its name that are looked at in one file
_BEFORE, _MOST = 300, 1000
_COMMENT = expression(rb"(?:^|\s)(?:#|//)")
#: frameworks whose calls in a hook run what the project's configuration lists
_FRAMEWORK = expression(rb"\bpre-commit\b|\bprek\b|\blefthook\b|\bhusky\b")
_ITEM = expression(rb"(?m)^([ \t]*)-[ \t]")
_REVISION = expression(rb"\brev[\"']?\s*:\s*[\"']?([^\s\"'#,}]+)")
_HOOKS = ("pre-commit", "pre-push", "pre-merge-commit")
_LIMIT = 1 << 20


class _Place(NamedTuple):
    """A repository of the project, and the prefix of its files' paths."""

    repository: Repository
    prefix: bytes


def hook_missing(project: Project) -> Iterator[Violation]:
    """Yield one violation for each repository: its hook is not run, is not pinned, or is missing."""
    for place in _places(project):
        found = _shadowed(project, place) or _unpinned(project, place) or _missing(project, place)
        if found:
            yield found


CHECKS = (hook_missing,)


def _places(project: Project) -> Iterator[_Place]:
    """Yield the repositories whose top lies in the project; nested ones belong to somebody else."""
    found = {one.repository.top: one.repository for one in project.folders if one.repository and one.repository.top}
    for top, repository in sorted(found.items()):
        inner = os.path.relpath(os.fsencode(top), project.root)
        outside = inner == b".." or inner.startswith(b"../")
        if not outside and not any(top.startswith(other.rstrip("/") + "/") for other in found):
            yield _Place(repository, b"" if inner == b"." else inner + b"/")


# --- what there may be to say -----------------------------------------------------------------------------------------


def _shadowed(project: Project, place: _Place) -> Violation | None:
    """Return a violation if ``core.hooksPath`` keeps git from running the hook that calls keyguard.

    The folder that it names calls neither keyguard nor a framework that could.
    """
    elsewhere = hooks_path(place.repository)
    if not elsewhere or _is_called(_hooks_in(elsewhere, place), _FRAMEWORK):
        return None
    usual = _hooks_in(os.path.join(place.repository.common_dir, "hooks"), place)
    config = [path for path in _hook_files(project, place) if _calls(project.read(path) or b"")]
    if not config and not _is_called(usual):
        return None
    where = config[0] if config else _some_file(project, place)
    return Violation(
        check="hook-missing",
        message=f"core.hooksPath sends git to {shown(elsewhere)}, where keyguard is not called",
        spots=(spots.of_file(where),),
        because=(_overridden(where, place),),
        subject="shadowed",
        folder=place.prefix,
    )


def _overridden(where: bytes, place: _Place) -> str:
    folders = tables.load("lifecycle")["hooks"]["hook_folders"]
    if where[len(place.prefix) :].startswith(tuple(map(str.encode, folders))):
        return f"{shown_path(where)} calls it, and git runs no other hooks as long as core.hooksPath is set"
    return "git runs no hook from .git/hooks as long as core.hooksPath is set"


def _unpinned(project: Project, place: _Place) -> Violation | None:
    """Return a violation if the revision of the hook is a branch, so that machines run different versions."""
    for path in _pre_commit_configs(project, place):
        content = project.read(path) or b""
        for start, end in _items(content):
            found = _REVISION.search(content, start, end)
            if found and _calls(content[start:end]) and found[1].decode("utf-8", "replace") in _branches():
                name = shown(found[1].decode("utf-8", "replace"))
                return Violation(
                    check="hook-missing",
                    message=f"keyguard's hook is not pinned: rev {name} is a branch",
                    spots=(project.spot(path, *found.span(1)),),
                    because=("pre-commit does not follow a branch, and each machine has what it was when it came",),
                    subject="unpinned",
                )
    return None


def _missing(project: Project, place: _Place) -> Violation | None:
    """Return a violation if neither a file of the project nor a hook in this clone calls keyguard."""
    files = list(_files(project, place))
    folder = hooks_path(place.repository) or os.path.join(place.repository.common_dir, "hooks")
    if any(_calls(project.read(path) or b"") for path in files) or _is_called(_hooks_in(folder, place)):
        return None
    configs = _pre_commit_configs(project, place)
    where = (configs or files or [_some_file(project, place)])[0]
    return Violation(
        check="hook-missing",
        message="neither a hook nor a CI job of this repository calls keyguard",
        spots=(spots.of_file(where),),
        because=(f"looked at {', '.join(map(shown_path, files[:3])) or 'the hooks of git'}",) if files else (),
        subject="missing",
        folder=place.prefix,
    )


def _some_file(project: Project, place: _Place) -> bytes:
    """Return a file of the project to show the finding at: a page about it, else the first there is.

    Reports for code scanning name files of a checkout, which has no file of ``.git``.
    """
    listed = [path for path in project.files if path.startswith(place.prefix)]
    pages = [path for path in listed if path[len(place.prefix) :].lower().startswith(b"readme")]
    return min(pages or listed, default=place.prefix + b".git/hooks/pre-commit")


# --- where it could be called -----------------------------------------------------------------------------------------


def _files(project: Project, place: _Place) -> Iterator[bytes]:
    """Yield the files of the project that configure hooks and CI jobs."""
    yield from _hook_files(project, place)
    yield from _named(project, place, "files", "folders")


def _hook_files(project: Project, place: _Place) -> Iterator[bytes]:
    """Yield the files of the project that say which hooks git is to run, if it is told so."""
    yield from _named(project, place, "hook_files", "hook_folders")


def _named(project: Project, place: _Place, files: str, folders: str) -> Iterator[bytes]:
    lists = tables.load("lifecycle")["hooks"]
    names = [place.prefix + name.encode() for name in lists[files]]
    yield from (path for path in names if path in project.files)
    starts = tuple(place.prefix + name.encode() for name in lists[folders])
    yield from (path for path in project.files if path.startswith(starts))


def _pre_commit_configs(project: Project, place: _Place) -> list[bytes]:
    names = [place.prefix + b".pre-commit-config" + ending for ending in (b".yaml", b".yml")]
    return [path for path in names if path in project.files]


def _hooks_in(folder: str, place: _Place) -> Iterator[bytes]:
    """Yield the content of the hooks in a folder; for husky's ``_`` folder, also of those beside it."""
    if folder.startswith("~/"):
        folder = os.path.join(userdirs.home(os.environ) or "/", folder[2:])
    folder = os.path.join(place.repository.top, folder)
    around = [os.path.dirname(folder)] if os.path.basename(folder) == "_" else []
    for path in [os.path.join(one, name) for one in (folder, *around) for name in _HOOKS]:
        with suppress(GitError):
            yield read_control(path, _LIMIT) or b""


def _is_called(hooks: Iterator[bytes], also: re.Pattern[bytes] | None = None) -> bool:
    return any(_calls(text) or (also is not None and also.search(text)) for text in hooks)


def _calls(text: bytes) -> bool:
    """Return whether the text calls keyguard outside of a comment."""
    for found in islice(_NAME.finditer(text), _MOST):
        at = found.start()
        line = text[max(0, at - _BEFORE) : at].rpartition(b"\n")[2]
        called = _COMMAND.match(text, at) or any(
            after.match(text, at) and before.search(line) for after, before in (_ACTION, _HOOK)
        )
        if called and not _COMMENT.search(line):
            return True
    return False


def _items(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans of the entries under ``repos:``, which are the least indented items."""
    found = list(_ITEM.finditer(content))
    left = min((len(one[1]) for one in found), default=0)
    starts = [one.start() for one in found if len(one[1]) == left]
    yield from pairwise([*starts, len(content)])


def _branches() -> list[str]:
    names: list[str] = tables.load("lifecycle")["hooks"]["branches"]
    return names
