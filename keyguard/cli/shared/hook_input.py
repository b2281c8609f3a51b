"""Read what a push contains, as git or pre-commit pass it to a hook: standard input, arguments, environment."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from keyguard.history.ranges.request import PushedRef, Range
from keyguard.support.errors import UsageError

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
#: the most bytes that are read: more refs than anybody pushes
_MOST = 64 << 20


class RefUpdate(NamedTuple):
    """The update of one ref."""

    ref: str
    """Its name at the remote."""
    old: str
    new: str


def before_push(arguments: Sequence[str], environ: Mapping[str, str]) -> Range | None:
    """Return what ``git push`` is about to send, for a pre-push hook; None if it only deletes.

    ``arguments`` are the name of the remote and its URL.
    """
    if environ.get("PRE_COMMIT"):
        return _by_pre_commit(environ)
    lines = [_line(words[2], words[3], words[1]) for words in _words(4)]
    remote = arguments[0] if arguments else ""
    if not lines:
        # git has nothing to push, or the program that runs the hooks does not pass git's input on
        return _unpushed("HEAD", remote)
    return _sent(lines, remote)


def on_receive() -> Range | None:
    """Return what was pushed, for a pre-receive hook: ``old new ref`` on standard input. None if it only deletes."""
    return _received([_line(words[2], words[0], words[1]) for words in _words(3)])


def on_update(arguments: Sequence[str]) -> Range | None:
    """Return what was pushed, for an update hook: ``ref old new`` as arguments. None if it only deletes."""
    if len(arguments) != 3:
        raise UsageError("hook update: git gives it three arguments: a ref, its old and its new object id")
    return _received([_line(*arguments)])


def _by_pre_commit(environ: Mapping[str, str]) -> Range:
    """Return the range from pre-commit, which reads git's input itself and passes on the first ref of a push."""
    begin, end = environ.get("PRE_COMMIT_FROM_REF", ""), environ.get("PRE_COMMIT_TO_REF", "")
    remote = environ.get("PRE_COMMIT_REMOTE_NAME", "")
    if end:
        remotes = (remote,) if remote else ()
        specs = (f"{begin}..{end}" if begin else end,)
        return Range(specs=specs, names=_named_by(environ), remotes=remotes, label=_words_of(remote))
    found = _unpushed(environ.get("PRE_COMMIT_LOCAL_BRANCH", "") or "HEAD", remote)
    return msgspec.structs.replace(found, names=_named_by(environ))


def not_named(environ: Mapping[str, str]) -> tuple[list[str], str] | None:
    """Return the local branches and tags with commits that the remote lacks, as far as known, and its name.

    The one that pre-commit names is left out. Return None if not run by pre-commit.
    """
    if not environ.get("PRE_COMMIT"):
        return None
    from keyguard.history.ranges.run import repository_of
    from keyguard.history.ranges.unpushed_refs import unpushed_refs

    remote = environ.get("PRE_COMMIT_REMOTE_NAME", "")
    named = environ.get("PRE_COMMIT_LOCAL_BRANCH", ""), environ.get("PRE_COMMIT_TO_REF", "")
    return unpushed_refs(repository_of("."), remote, *named), remote


def _named_by(environ: Mapping[str, str]) -> tuple[str, ...]:
    name = environ.get("PRE_COMMIT_REMOTE_BRANCH", "")
    return (name,) if name else ()


def _unpushed(revision: str, remote: str) -> Range:
    return Range(specs=(revision,), remotes=(remote or "*",), label=_words_of(remote))


def _sent(lines: Sequence[RefUpdate], remote: str) -> Range | None:
    pushed = _set_by(lines)
    if not pushed:
        return None
    remotes = (remote,) if remote else ()
    return Range(pushed=pushed, names=_made_by(lines), known=_old(lines), remotes=remotes, label=_words_of(remote))


def _received(lines: Sequence[RefUpdate]) -> Range | None:
    pushed = _set_by(lines)
    if not pushed:
        return None
    return Range(pushed=pushed, names=_made_by(lines), known=_old(lines), refs=True, label="what was pushed")


def _words_of(remote: str) -> str:
    # a remote may be given by a URL, with a password in it, instead of a name
    named = remote and not any(mark in remote for mark in ":/@\\")
    return f"what is pushed to {remote}" if named else "what is pushed"


def _set_by(lines: Iterable[RefUpdate]) -> tuple[PushedRef, ...]:
    return tuple(PushedRef(line.ref, line.new) for line in lines if line.new.strip("0"))


def _made_by(lines: Iterable[RefUpdate]) -> tuple[str, ...]:
    """Return the names of new refs; those of existing refs are known."""
    return tuple(line.ref for line in lines if line.new.strip("0") and not line.old.strip("0"))


def _old(lines: Iterable[RefUpdate]) -> tuple[str, ...]:
    return tuple(line.old for line in lines)


def _line(ref: str, old: str, new: str) -> RefUpdate:
    if not _ID.fullmatch(old) or not _ID.fullmatch(new):
        raise UsageError("git says what is pushed by object ids, and these are none: is this run by git?")
    return RefUpdate(ref, old, new)


def _words(count: int) -> list[list[str]]:
    """Return the words of each line on standard input. Raise ``UsageError`` unless each has ``count`` words."""
    if sys.stdin is None or sys.stdin.closed:
        return []
    if sys.stdin.isatty():
        raise UsageError("this hook is run by git, which writes to it what is pushed")
    data = b""
    while piece := os.read(sys.stdin.fileno(), 1 << 16):
        data += piece
        if len(data) > _MOST:
            raise UsageError("standard input has no end: is this run by git?")
    lines = [line.split(" ") for line in os.fsdecode(data).split("\n") if line]
    if any(len(words) != count for words in lines):
        raise UsageError(f"standard input is not what git writes to this hook: lines of {count} words")
    return lines
