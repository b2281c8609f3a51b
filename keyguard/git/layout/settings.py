"""Read settings of a repository that say how it is stored. They are used to know what to expect, not obeyed."""

from __future__ import annotations

import os
from contextlib import suppress

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.reader import GitDirReader
from keyguard.git.layout.repository import Repository
from keyguard.support import userdirs
from keyguard.support.errors import GitError

_LIMIT = 8 << 20


def settings_of(repository: Repository, reader: GitDirReader) -> dict[bytes, bytes]:
    """Return ``section.key`` in lower case -> its last value, from the repository's own configuration, without
    subsections.
    """
    return parse_settings(reader.read(os.path.join(repository.common_dir, "config"), _LIMIT) or b"")


def parse_settings(data: bytes) -> dict[bytes, bytes]:
    """Parse the text of a configuration file in the same way."""
    found, section = {}, b""
    for line in data.split(b"\n"):
        line = line.strip()
        if line.startswith(b"["):
            name, _, line = line[1:].partition(b"]")
            section = name.strip().split(b" ")[0].split(b"\t")[0].lower()
        key, _, value = line.partition(b"=")
        value = value.partition(b"#")[0].partition(b";")[0].strip().strip(b'"')
        found[b"%s.%s" % (section, key.strip().lower())] = value
    return found


def user_settings() -> dict[bytes, bytes]:
    """Return the same for the user's own configuration, whose files may be links; empty if they cannot be read."""
    home, folder = userdirs.home(os.environ), userdirs.folder(os.environ, "XDG_CONFIG_HOME", ".config")
    found: dict[bytes, bytes] = {}
    for path in [os.path.join(*place) for place in ((folder, "git", "config"), (home, ".gitconfig")) if place[0]]:
        if userdirs.is_scanned(path):
            continue
        with suppress(GitError):
            found |= parse_settings(read_control(os.path.realpath(path), _LIMIT) or b"")
    return found


def hooks_path(repository: Repository) -> str:
    """Return the folder that core.hooksPath names, as written; empty if git uses the repository's own hooks."""
    with suppress(GitError):
        own = parse_settings(read_control(os.path.join(repository.common_dir, "config"), _LIMIT) or b"")
        return os.fsdecode(own.get(b"core.hookspath") or user_settings().get(b"core.hookspath", b""))
    return ""


def is_partial(repository: Repository, settings: dict[bytes, bytes]) -> bool:
    """Return whether objects may be missing on purpose, because a promisor remote has them (partial clone)."""
    keys = (b"extensions.partialclone", b"remote.promisor", b"remote.partialclonefilter")
    if any(settings.get(key, b"false").lower() not in (b"", b"false", b"no", b"off", b"0") for key in keys):
        return True
    try:
        with os.scandir(os.path.join(repository.objects, "pack")) as packs:
            return any(pack.name.endswith(".promisor") for pack in packs)
    except OSError:
        return False
