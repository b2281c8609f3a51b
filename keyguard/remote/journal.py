"""What was done about keys, line after line, in a file that only grows: never a secret, and nothing is ever taken out.

``keyguard.support.userdirs`` says in which folder. A line is written in one go and has
reached the disk when ``append`` returns; several processes take turns.
"""

from __future__ import annotations

import getpass
import os
import socket
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone

import msgspec

from keyguard import __version__
from keyguard.masking.known_values import KNOWN
from keyguard.support import userdirs
from keyguard.support.errors import KeyguardError
from keyguard.support.regular_file import read_regular

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
    """Of ``verify`` a state; of ``revoked`` one of ``keyguard.response.revocation.OUTCOMES``; ``sent`` before that."""
    host: str = ""
    """Who was asked, or would have been."""
    whose: str = ""
    """How it was known then that the key is the vendor's: one of ``WHOSE``."""
    status: int = 0
    detail: str = ""
    time: str = ""
    """UTC, ISO 8601; set when it is written."""
    actor: str = ""
    """``user@machine``; set when it is written."""
    version: str = ""


#: whether an entry counts; whether the second one, by which a key is dead, takes back the first
Counts = Callable[[Entry], bool]
Settles = Callable[[Entry, Entry], bool]
#: by the evidence; by the vendor's own answer, which no other would have given; by what the user said, and nothing else
WHOSE = ("certain", "recognised", "named")
#: those that count where the evidence is gone, or was never enough
_KNOWN = frozenset(["certain", "recognised"])


def counts_for_vendor(entry: Entry, vendor: str) -> bool:
    """Whether an entry is the word of the vendor whose key it is.

    ``vendor`` is who that is for certain by the evidence there is now; empty where nothing is certain.
    """
    return entry.vendor == vendor if vendor else entry.whose in _KNOWN


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
            lines = read_regular(self.path).split(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise JournalError(f"{self.path}: cannot be read: {error.strerror}") from error
        for line in filter(None, lines):
            try:
                yield msgspec.json.decode(line, type=Entry)
            except (msgspec.MsgspecError, ValueError):
                continue

    def inactive(self, counts: Counts | None = None, settles: Settles | None = None) -> dict[str, Entry]:
        """The keys of which it is known that they are dead, by fingerprint, with the entry that says so: see
        ``standing``.
        """
        return {
            name: entry for name, entry in deciding_entries(self.entries(), counts, settles).items() if is_dead(entry)
        }


_DEAD = {("verify", "inactive"), ("revoked", "confirmed"), ("revoked", "already-inactive")}
_ALIVE = {("verify", "active"), ("revoked", "still-active")}


def is_dead(entry: Entry) -> bool:
    """Whether an entry says that its key is dead at the vendor that was asked."""
    return (entry.action, entry.outcome) in _DEAD


def is_alive(entry: Entry) -> bool:
    """Whether an entry says that its key is taken."""
    return (entry.action, entry.outcome) in _ALIVE


def deciding_entries(
    entries: Iterable[Entry], counts: Counts | None = None, settles: Settles | None = None
) -> dict[str, Entry]:
    """The entry that says last whether a key is dead or alive, by fingerprint.

    That it is dead is known by an entry that counts. It takes back an earlier one by which the key was alive only if it
    ``settles`` that: what one server does not take, another still can. Both are everything where nothing is said.
    """
    found: dict[str, Entry] = {}
    alive: dict[str, list[Entry]] = {}
    for entry in entries:
        if is_alive(entry):
            found[entry.fingerprint] = entry
            alive.setdefault(entry.fingerprint, []).append(entry)
        elif is_dead(entry) and (counts is None or counts(entry)):
            left = [one for one in alive.get(entry.fingerprint, ()) if settles is not None and not settles(one, entry)]
            alive[entry.fingerprint] = left
            found[entry.fingerprint] = left[-1] if left else entry
    return found


def is_vendor_known(entries: Iterable[Entry], fingerprint: str, vendor: str, host: str) -> bool:
    """Whether it was known before that a key is this vendor's, by the evidence or by its answer at this host."""
    return any(
        one.fingerprint == fingerprint
        and one.vendor == vendor
        and one.whose in _KNOWN
        and (one.host == host or one.whose == "certain")
        for one in entries
    )


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
