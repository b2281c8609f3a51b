"""Taking a file out of the index of the user's own repository, by git itself: it stays on disk, and in history."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from keyguard.errors import GitError
from keyguard.git.repository import Repository
from keyguard.sanitize import shown


def untrack(repository: Repository, path: bytes) -> None:
    """``git rm --cached``; the path is relative to the top. Raises ``GitError`` with what git says."""
    try:
        import git
    except ImportError as error:  # it looks for git when it is imported
        raise GitError(f"git cannot be run: {shown(str(error))}") from error
    try:
        with _no_other_repository(), git.Repo(repository.top) as own:
            own.git.update_environment(GIT_LITERAL_PATHSPECS="1")
            own.git.rm("--cached", "--quiet", "--", os.fsdecode(path))
    except git.GitCommandError as error:
        said = str(error.stderr).strip().removeprefix("stderr: ").strip("'\n ")
        raise GitError(shown(said.partition("\n")[0]) or "git rm failed") from error
    except git.GitError as error:
        raise GitError(f"git cannot be run here: {type(error).__name__}") from error


@contextmanager
def _no_other_repository() -> Iterator[None]:
    """Without what tells git of another repository: a hook that calls us has it set to its own."""
    known = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX")
    before = {name: os.environ.pop(name) for name in known if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(before)
