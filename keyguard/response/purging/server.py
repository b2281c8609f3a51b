"""Determine the server of a repository: its configuration only proposes one, and the user has to confirm it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from keyguard.git.layout.reader import GitDirReader
from keyguard.git.layout.remotes import Remote, remotes_of
from keyguard.git.layout.repository import Repository, open_git_dir
from keyguard.git.layout.settings import is_partial, settings_of
from keyguard.git.refs.tips import read_refs
from keyguard.response.purging import remote_address
from keyguard.response.purging.clone import Clone
from keyguard.response.purging.remote_address import Address
from keyguard.support.errors import GitError, UsageError

_USUAL = "origin"
#: the suffixes that git tries for a path, in this order
_ENDINGS = ("/.git", "", ".git/.git", ".git")
#: refs that only the repository itself uses
_OWN = (b"refs/remotes/", b"refs/stash", b"refs/bisect/", b"refs/worktree/", b"refs/rewritten/", b"refs/original/")


class Server(NamedTuple):
    """The source of the history that is rewritten, and the target of the push."""

    address: Address
    name: str
    """The remote's name; empty if the URL was typed, or there is no remote."""
    local: bool
    """Whether it is the user's repository itself, without a remote."""


def propose_server(repository: Repository, wanted: str) -> Server:
    """Return the server of a repository; ``wanted`` is the name of a remote, a URL, or empty.

    Raise ``UsageError`` if it is ambiguous, or its URL is not supported.
    """
    base = repository.top or repository.git_dir
    remotes = remotes_of(repository)
    named = next((one for one in remotes if one.name == wanted), None)
    if wanted and named is None:
        return Server(remote_address.parse(wanted, os.getcwd()), "", local=False)
    if not remotes:
        return Server(remote_address.parse(base, base), "", local=True)
    usual = [one for one in remotes if len(remotes) == 1 or one.name == _USUAL]
    remote = named or next(iter(usual), None)
    if remote is None:
        raise UsageError(f"there are {len(remotes)} remotes and none is {_USUAL}: choose one with --remote ADDRESS")
    return Server(_target(remote, base), remote.name, local=False)


def require_confirmation(server: Server, wanted: str, *, yes: bool, ask: Callable[[str], bool] | None) -> None:
    """Raise ``UsageError`` if the user has not confirmed the URL, by typing it or when asked."""
    if server.local or (yes and wanted and not server.name):
        return
    if ask is None:
        raise UsageError(
            "nobody is here to confirm where the history comes from and goes to, and the repository alone says it:"
            f" --remote {server.address.text} --yes"
        )
    if not ask(server.address.text):
        raise UsageError("not confirmed: nothing was asked, and nothing changed")


def check_whole(repository: Repository, what: str) -> None:
    """Raise ``GitError`` if a repository lacks history or objects on purpose: not all keys can be found then."""
    if repository.shallow:
        raise GitError(f"{what} is a shallow clone: what it lacks is not searched. {_COMPLETE}")
    if is_partial(repository, settings_of(repository, GitDirReader(repository))):
        raise GitError(f"{what} is a partial clone: what it lacks is not searched. {_COMPLETE}")


_COMPLETE = "Clone the server without --depth and --filter (or git fetch --unshallow), and purge there; nothing changed"


def clone_server(clone: Clone, server: Server, repository: Repository, network: Callable[[], dict[str, str]]) -> None:
    """Clone the server's repository. Raise ``GitError`` on failure, also if it is incomplete itself."""
    if server.address.protocol == "file":
        source = repository if server.local else _at(server.address.path)
        check_whole(source, "the server's repository")
        found = read_refs(source)
        gaps = [one.detail or one.reason for one in found.skipped if one.gap]
        if gaps:
            raise GitError(f"{server.address.text}: its refs cannot all be read: {gaps[0]}")
        refs = {tip.name: tip.oid for tip in found.tips if tip.name.startswith(b"refs/")}
        own = _OWN if source.top else ()
        clone.copy(source, [pair for pair in refs.items() if not pair[0].startswith(own)], _head(source))
    else:
        clone.fetch(server.address.text, network())
    if os.path.exists(os.path.join(clone.path, "shallow")):
        raise GitError("the server's repository is shallow itself: what it lacks cannot be rewritten")


def _target(remote: Remote, base: str) -> Address:
    """Return the address that a remote is pushed to: that one has to be rewritten."""
    urls = remote.push_urls or remote.urls
    if len(urls) > 1:
        raise UsageError(f"the remote has {len(urls)} addresses to push to: choose one with --remote ADDRESS")
    return remote_address.parse(urls[0], base)


def _at(path: str) -> Repository:
    for ending in _ENDINGS:
        with suppress(OSError):
            if found := open_git_dir(os.path.realpath(path + ending)):
                return found
    raise GitError(f"{path}: there is no repository, or it cannot be read")


def _head(repository: Repository) -> str:
    """Return the full name of the branch that HEAD is on; empty if there is none."""
    from keyguard.git.layout.control_files import read_control

    data = (read_control(os.path.join(repository.git_dir, "HEAD"), 8 << 10) or b"").strip()
    name = os.fsdecode(data[4:].strip()) if data.startswith(b"ref:") else ""
    return name if name.startswith("refs/heads/") and "\0" not in name else ""
