"""Taking a file out of the index of the user's own repository, by git itself: it stays on disk, and in history.

git works in a directory of ours, where it sees that index, the work tree and the commit that is checked out, and no
configuration, hook or attribute of the repository: those can name programs, and git would run them.
"""

from __future__ import annotations

import os
import stat

from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_for_change
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown


def untrack(repository: Repository, path: bytes) -> None:
    """``git rm --cached``; the path is relative to the top. Raises ``GitError`` with what git says."""
    index = repository.index_file
    try:
        mode = stat.S_IMODE(os.stat(index).st_mode)
        with open_for_change(repository) as git:
            child = git.start("rm", "--cached", "--quiet", "--", os.fsdecode(path), folder=repository.top)
            try:
                for _ in git.chunks(child):
                    pass
            except GitError as error:
                said = child.stderr.decode("utf-8", "backslashreplace").strip().partition("\n")[0]
                raise GitError(shown(said or str(error))) from error
        if stat.S_IMODE(os.stat(index).st_mode) != mode:  # those of a shared repository may be others' to write, too
            os.chmod(index, mode)
    except OSError as error:
        raise GitError(f"{shown(index)}: {error.strerror}") from error
