"""The part of a history that a scan was asked for.

Imports nothing but msgspec: a scan without a range need not load the rest of this package.
"""

from __future__ import annotations

import msgspec


class PushedRef(msgspec.Struct, frozen=True):
    """A ref as a push is about to set it."""

    name: str
    oid: str


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a history: everything reachable from what is included, less everything reachable from what is
    excluded.
    """

    specs: tuple[str, ...] = ()
    """As users write them: ``A..B``, ``A...B``, ``A``; all of them together."""
    since: str = ""
    """A date or a revision."""
    heads: bool = False
    """Include HEAD and all branches."""
    pushed: tuple[PushedRef, ...] = ()
    """Include these refs."""
    names: tuple[str, ...] = ()
    """Names of refs that are new to the remote: the names themselves may contain a key."""
    known: tuple[str, ...] = ()
    """Exclude these ids; those that are not in the repository are ignored."""
    remotes: tuple[str, ...] = ()
    """Exclude the remote-tracking branches of these remotes; ``*`` means all remotes."""
    refs: bool = False
    """Exclude every existing ref."""
    borrowed: tuple[str, ...] = ()
    """Additional object directories, such as the quarantine of a push."""
    label: str = ""
    """How messages name the range; if empty, the specs as the user wrote them."""

    @property
    def description(self) -> str:
        """Return what messages and the coverage call the range."""
        description = [self.label or ", ".join(self.specs) or ("HEAD and all branches" if self.heads else "")]
        if self.remotes and not self.label:
            description.append("less what remotes have")
        if self.since:
            description.append(f"since {self.since}")
        return " ".join(filter(None, description))
