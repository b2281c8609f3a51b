"""What a repository holds by name and size alone: paths of its objects, pointers into a store for large files, and what
git ignores in its work tree.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress

from keyguard.git.modes import GITLINK
from keyguard.git.objects import BlobReader
from keyguard.git.opening import open_index, open_shadow
from keyguard.git.repository import Repository
from keyguard.git.tips import read_tips

#: a pointer of git-lfs begins so, and is no larger
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_LARGEST_POINTER = 1024


def ignored(repository: Repository) -> list[bytes]:
    """Files and folders (with a ``/`` at their end) of the work tree that git ignores. GitError when git fails."""
    if not repository.top:
        return []
    with open_index(repository, work_tree=True) as shadow:
        listing = shadow.start("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        return [path for path in shadow.records(listing) if path.rstrip(b"/") != b".git"]


def submodules(repository: Repository) -> list[bytes]:
    """The paths at which the index names a commit of another repository. GitError when git fails."""
    if not repository.top:
        return []
    with open_index(repository) as shadow:
        records = shadow.records(shadow.start("ls-files", "-z", "--stage"))
        return [record.partition(b"\t")[2] for record in records if int(record.split(b" ", 1)[0], 8) == GITLINK]


def named_objects(repository: Repository) -> Iterator[bytes]:
    """A path of each file and folder to which a ref or a reflog leads, each object once. GitError when git fails."""
    # the index names blobs alone, which git would then list without the paths that commits have for them
    tips = dict.fromkeys(tip.oid for tip in read_tips(repository).tips if tip.reach != "index")
    with open_shadow(repository) as shadow:
        refs = "".join(f"{oid} refs/in/{at:08}\n" for at, oid in enumerate(tips))
        shadow.put("packed-refs", f"# pack-refs with: sorted \n{refs}".encode())
        listing = shadow.start("rev-list", "--objects", "--ignore-missing", "--glob=refs/in/*")
        for line in _lines(shadow.chunks(listing)):
            _, _, path = line.partition(b" ")
            if path:
                yield path


def pointers(repository: Repository) -> int:
    """How many blobs are pointers of git-lfs: the content is elsewhere. GitError when git fails."""
    with open_shadow(repository) as shadow:
        check = ("--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectsize) %(objectname)")
        small: list[str] = []
        for line in _lines(shadow.chunks(shadow.start("cat-file", *check))):
            kind, size, oid = line.split(b" ")
            if kind == b"blob" and len(_POINTER) < int(size) <= _LARGEST_POINTER:
                small.append(oid.decode("ascii"))
        return sum(1 for blob in BlobReader(shadow).blobs(small) if not blob.problem and _is_pointer(blob.read()))


def large_files(repository: Repository) -> int:
    """How many files the store of git-lfs beside the repository holds."""
    count, folders = 0, [os.path.join(repository.common_dir, "lfs", "objects")]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                mode = entry.stat(follow_symlinks=False).st_mode
                folders += [entry.path] if stat.S_ISDIR(mode) else []
                count += stat.S_ISREG(mode)
    return count


def remotes(repository: Repository) -> Sequence[str]:
    """The names of remotes of which the repository has branches."""
    names = {tip.name.split(b"/")[2] for tip in read_tips(repository).tips if tip.name.startswith(b"refs/remotes/")}
    return sorted(name.decode("utf-8", "backslashreplace") for name in names)


def _is_pointer(content: bytes) -> bool:
    return content.startswith(_POINTER)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for data in chunks:
        *whole, rest = (rest + data).split(b"\n")
        yield from whole
    if rest:
        yield rest
