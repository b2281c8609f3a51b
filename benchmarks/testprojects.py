"""The projects that tests make up: runs the tests and keeps the folders that they leave."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: what keyguard remembers, which tests keep in folders of their own
_CACHE = re.compile(r"(known|rules|expressions|hygiene)-\w+\.(sqlite3|msgpack)(-\w+)?")

#: bytes of the files of a project; what is larger was made up to be too large, and is not compared
_LARGEST = 50 << 20


def leave_projects(tests: Sequence[str], folder: Path) -> list[Path]:
    """Run ``tests`` of this checkout below ``folder``, which they must not exist in yet; the projects they made.

    Raises CalledProcessError if a test fails. Of projects with the same content, only the first is returned.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--basetemp", str(folder)]
    # nothing is removed after a test that passed
    command += ["-o", "tmp_path_retention_policy=all", "-o", "tmp_path_retention_count=1", "--", *tests]
    subprocess.run(command, cwd=ROOT, check=True, stdout=2)
    return different(projects_in(folder))


def projects_in(folder: Path) -> Iterator[Path]:
    """The repositories in each folder of a test, or that folder itself if it has files and no repository."""
    for test in sorted(folder.iterdir()):
        if test.is_symlink() or not test.is_dir():
            continue
        if repositories := list(_repositories(test)):
            yield from repositories
        elif any(path.is_file() and not _CACHE.fullmatch(path.name) for path in _walk(test)):
            yield test


def different(projects: Iterator[Path]) -> list[Path]:
    """The projects without those that repeat an earlier one, and without those that are too large."""
    found: dict[str, Path] = {}
    for project in projects:
        digest = _digest(project)
        if digest:
            found.setdefault(digest, project)
    return list(found.values())


def _repositories(folder: Path) -> Iterator[Path]:
    for path, folders, names in os.walk(folder):
        bare = {"objects", "refs"} <= set(folders) and "HEAD" in names
        if bare or ".git" in folders or ".git" in names:
            folders.clear()
            yield Path(path)
        folders.sort()


def _walk(folder: Path) -> Iterator[Path]:
    for path, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(path, name) for name in sorted([*names, *folders]))


def _digest(project: Path) -> str:
    """A digest of names, modes and contents; of the index, which holds times, only that it is there."""
    digest, size = hashlib.sha256(), 0
    for path in _walk(project):
        try:
            info = path.lstat()
            data = b""
            if stat.S_ISLNK(info.st_mode):
                data = os.fsencode(path.readlink())
            elif stat.S_ISREG(info.st_mode):
                size += info.st_size
                if size > _LARGEST:
                    return ""
                if not path.match(".git/index"):
                    data = path.read_bytes()
        except OSError:
            continue  # unreadable on purpose
        digest.update(b"%b\0%o\0%d\0%b" % (os.fsencode(path.relative_to(project)), info.st_mode, len(data), data))
    return digest.hexdigest()
