"""What was done about keys, line after line, in a file that only grows: never a secret, and nothing is ever taken out.

``keyguard.userdirs`` says in which folder. A line is written in one go and has
reached the disk when ``append`` returns; several processes take turns.
"""

from __future__ import annotations

import getpass
import os
import socket
import stat
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone

import msgspec

from keyguard import __version__, userdirs
from keyguard.errors import KeyguardError
from keyguard.masking.known import KNOWN

try:
    import fcntl
except ImportError:  # no such locks on Windows: there a line is short enough to be written at once
    fcntl = None  # type: ignore[assignment]

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class JournalError(KeyguardError):
    """The journal cannot be written or read: what it would have to record is not done."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done, or tried."""

    action: str
    """``verify``, ``revoke`` (about to be sent), ``revoked`` (what came of it), ``purge``."""
    fingerprint: str
    id: str
    vendor: str
    outcome: str
    """Of ``verify`` a state; of ``revoked`` one of ``keyguard.response.revoking.OUTCOMES``; ``sent`` before that."""
    host: str = ""
    status: int = 0
    detail: str = ""
    time: str = ""
    """UTC, ISO 8601; set when it is written."""
    actor: str = ""
    """``user@machine``; set when it is written."""
    version: str = ""


class Journal:
    """One file of entries; without a folder there is none, and nothing can be written."""

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, userdirs.JOURNAL) if folder else ""

    def require_place(self) -> None:
        """Raise ``JournalError`` where no entry could be written, before anything is done that would need one."""
        if not self.path:
            raise JournalError("there is no place for the journal: let KEYGUARD_STATE_DIR name a folder of yours")

    def append(self, entry: Entry) -> Entry:
        """Write an entry, and wait until it is on the disk. Raises ``JournalError``."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
        self.require_place()
        # it can name a folder, or repeat what a vendor said
        detail = KNOWN.mask(entry.detail)
        whole = msgspec.structs.replace(entry, detail=detail, time=now, actor=_actor(), version=__version__)
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            fd = os.open(self.path, _FLAGS, 0o600)
            try:
                _write(fd, msgspec.json.encode(whole) + b"\n")
            finally:
                os.close(fd)
        except OSError as error:
            raise JournalError(f"{self.path}: cannot be written: {error.strerror}") from error
        return whole

    def entries(self) -> Iterator[Entry]:
        """All entries, the oldest first; a line that is damaged is passed over. Raises ``JournalError``."""
        if not self.path:
            return
        try:
            with open(self.path, "rb") as file:
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise JournalError(f"{self.path}: cannot be read: {error.strerror}") from error
        for line in filter(None, lines):
            try:
                yield msgspec.json.decode(line, type=Entry)
            except (msgspec.MsgspecError, ValueError):
                continue

    def inactive(self) -> dict[str, Entry]:
        """The keys of which the last that is known is that they are dead, by fingerprint."""
        found: dict[str, Entry] = {}
        for entry in self.entries():
            if entry.action == "verify" and entry.outcome == "active":
                found.pop(entry.fingerprint, None)
            elif (entry.action, entry.outcome) in _DEAD:
                found[entry.fingerprint] = entry
        return found


_DEAD = {("verify", "inactive"), ("revoked", "confirmed"), ("revoked", "already-inactive")}


def folder(environment: Mapping[str, str]) -> str:
    """Where the journal is, or would be; empty where there is no place for it."""
    return userdirs.state_folder(environment)


def _write(fd: int, line: bytes) -> None:
    info = os.fstat(fd)
    if not stat.S_ISREG(info.st_mode) or (hasattr(os, "getuid") and info.st_uid != os.getuid()):
        raise OSError(0, "it is no regular file of this user's")
    if fcntl is not None:
        fcntl.flock(fd, fcntl.LOCK_EX)
    # what was cut off by a crash stays a line of its own
    if os.fstat(fd).st_size and not _ends_a_line(fd):
        line = b"\n" + line
    while line:
        line = line[os.write(fd, line) :]
    os.fsync(fd)


def _ends_a_line(fd: int) -> bool:
    os.lseek(fd, -1, os.SEEK_END)
    return os.read(fd, 1) == b"\n"


def _actor() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid()) if hasattr(os, "getuid") else "unknown"
    return f"{user}@{socket.gethostname()}"
