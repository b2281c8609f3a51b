"""What a scan read and what it did not, and the configuration that was in effect."""

from __future__ import annotations

import msgspec

from keyguard.model.provenance import HistoryCoverage

#: reasons to skip that are neither a gap nor a choice of the user's: a scan opens no archives and no submodules
UNOPENED = frozenset(("container", "submodule"))


#: what stands between the path of a container and the path of something in it
SEPARATOR = b"!/"


class Unread(msgspec.Struct, frozen=True, array_like=True):
    """What is not read of one file, and why."""

    detail: str
    """The kind of thing, with more about it in parentheses; for a gap, the limit that is reached."""
    member: bytes = b""
    """Its path in the file, if that is a container; empty for the file itself."""
    digest: str = ""
    """For a gap: the SHA-256 of the file, in hex."""

    def at(self, path: bytes) -> Skipped:
        """Return the entry for a file with that path."""
        if self.digest:
            detail = f"{self.detail}; to accept it: keyguard accept sha256:{self.digest}"
            return Skipped(path=path, reason="over-budget", detail=detail, digest=self.digest)
        shown = path + SEPARATOR + self.member if self.member else path
        return Skipped(path=shown, reason="container", detail=self.detail, gap=False, member=self.member)


class Skipped(msgspec.Struct, frozen=True, order=True):
    """Something that was not read, and why.

    A gap makes the scan incomplete. The user's own choices are no gaps, nor is what a scan never opens (``UNOPENED``).
    """

    path: bytes
    reason: str
    """``unreadable``, ``vanished``, ``too-large``, ``excluded``, ``container``, …"""
    detail: str = ""
    """Details. For a reason in ``UNOPENED``: the kind of thing, with more about it in parentheses."""
    gap: bool = True
    member: bytes = b""
    """The end of the path behind ``SEPARATOR``, for something in a container."""
    digest: str = ""
    """Of a file that is not read whole since opening it takes too much: its SHA-256 in hex, by which it is accepted."""

    @property
    def file(self) -> bytes:
        """The path of the file, without the end that is in it."""
        return self.path[: -len(self.member) - len(SEPARATOR)] if self.member else self.path


class Configuration(msgspec.Struct, frozen=True):
    """The configuration that was in effect, and where it came from."""

    source: str = "defaults"
    """``work tree``, ``index``, ``base`` (of a change), ``tip`` (of a push), ``commit`` (named by the user), ``file``
    (named by the user), or ``defaults``: none was found, or none is trusted."""
    path: str = ""
    """The file's path, relative to the top of the repository if it is in git; empty if there is none."""
    ref: str = ""
    """The commit's name for people: ``origin/main``."""
    commit: str = ""
    """The commit whose configuration and markers are in effect, even if it has no configuration file."""
    changed: tuple[str, ...] = ()
    """The settings that the change itself modifies, without effect: ``ignore``, ``exclude``, …"""
    note: str = ""
    """A further remark, in one sentence."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What the scan covered. ``listed == read + skipped`` holds, where ``skipped`` counts gaps and choices."""

    scope: str
    """The requested scope in words: ``working tree``, ``staged changes``, …"""
    listed: int
    read: int
    skipped: int
    bytes: int
    rules: int
    #: (pack, number of rules) for each pack that the scanned repository's own configuration added
    added: tuple[tuple[str, int], ...] = ()
    #: the number of hygiene checks that ran; 0 if hygiene was not requested
    checks: int = 0
    engine: str
    complete: bool
    #: the number of listed files that a scan does not open, by kind: ``archive``, ``encrypted file``, ``submodule``, …
    unopened: dict[str, int] = {}
    history: HistoryCoverage | None = None
    """Set if the history of a repository was requested. Its objects are counted only there."""
