"""The journal of what was done about keys: an append-only file of JSON lines without secrets.

``keyguard.support.userdirs`` chooses the folder. Each line is written at once and has reached the disk when ``append``
returns; several processes take turns.
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
except ImportError:  # Windows has no such locks: a line is short enough to be written at once there
    fcntl = None  # type: ignore[assignment]

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class JournalError(KeyguardError):
    """The journal cannot be written or read; the action that it would record is not done."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One action that was done, or attempted."""

    action: str
    """``verify``, ``revoke`` (about to be sent), ``revoked`` (its outcome), ``purge``."""
    fingerprint: str
    id: str
    vendor: str
    outcome: str
    """For ``verify`` a state; for ``revoked`` one of ``keyguard.response.revocation.OUTCOMES``; before, ``sent``."""
    host: str = ""
    """The host of the request, sent or not."""
    whose: str = ""
    """The basis on which the vendor was known at that time: one of ``WHOSE``."""
    status: int = 0
    detail: str = ""
    time: str = ""
    """UTC, ISO 8601; set on writing."""
    actor: str = ""
    """``user@machine``; set on writing."""
    version: str = ""


#: whether an entry counts; whether the second entry, which says that the key is dead, overrides the first
Counts = Callable[[Entry], bool]
Settles = Callable[[Entry, Entry], bool]
#: the basis for the vendor: certain evidence; an answer that only the issuer gives; the user's statement alone
WHOSE = ("certain", "recognised", "named")
#: the bases that count even if the evidence is gone, or was never sufficient
_KNOWN = frozenset(["certain", "recognised"])


def counts_for_vendor(entry: Entry, vendor: str) -> bool:
    """Whether an entry is a statement of the vendor whose key it is.

    ``vendor`` is the vendor by certain evidence available now; empty if nothing is certain.
    """
    return entry.vendor == vendor if vendor else entry.whose in _KNOWN


class Journal:
    """One journal file; without a folder there is none, and nothing can be written."""

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, userdirs.JOURNAL) if folder else ""

    def require_place(self) -> None:
        """Raise ``JournalError`` if no entry could be written, before anything is done that needs one."""
        if not self.path:
            raise JournalError("there is no place for the journal: let KEYGUARD_STATE_DIR name a folder of yours")

    def append(self, entry: Entry) -> Entry:
        """Write an entry, and wait until it is on the disk. Raise ``JournalError`` on failure."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
        self.require_place()
        # the detail may name a folder, or quote a vendor's id
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
        """Yield all entries, oldest first; a damaged line is skipped. Raise ``JournalError`` on failure."""
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
        """Return fingerprint -> entry for the keys that are known to be dead; see ``deciding_entries``."""
        return {
            name: entry for name, entry in deciding_entries(self.entries(), counts, settles).items() if is_dead(entry)
        }


_DEAD = {("verify", "inactive"), ("revoked", "confirmed"), ("revoked", "already-inactive")}
_ALIVE = {("verify", "active"), ("revoked", "still-active")}


def is_dead(entry: Entry) -> bool:
    """Whether an entry says that the vendor that was asked no longer accepts its key."""
    return (entry.action, entry.outcome) in _DEAD


def is_alive(entry: Entry) -> bool:
    """Whether an entry says that its key is accepted."""
    return (entry.action, entry.outcome) in _ALIVE


def deciding_entries(
    entries: Iterable[Entry], counts: Counts | None = None, settles: Settles | None = None
) -> dict[str, Entry]:
    """Return fingerprint -> the latest entry that decides whether the key is dead or alive.

    An entry that the key is dead has to count. It overrides an earlier one that the key is alive only if it ``settles``
    that: a key that one server rejects may be valid at another. Without these functions every entry counts, and
    overrides.
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
    """Whether the key is known to be this vendor's, by evidence or by its answer at this host."""
    return any(
        one.fingerprint == fingerprint
        and one.vendor == vendor
        and one.whose in _KNOWN
        and (one.host == host or one.whose == "certain")
        for one in entries
    )


def folder(environment: Mapping[str, str]) -> str:
    """Return the folder of the journal; empty if there is no place for it."""
    return userdirs.state_folder(environment)


def _write(fd: int, line: bytes) -> None:
    info = os.fstat(fd)
    if not stat.S_ISREG(info.st_mode) or (hasattr(os, "getuid") and info.st_uid != os.getuid()):
        raise OSError(0, "it is no regular file of this user's")
    if fcntl is not None:
        fcntl.flock(fd, fcntl.LOCK_EX)
    # a line that a crash has truncated remains a line of its own
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
