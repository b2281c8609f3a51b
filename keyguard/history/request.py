"""Which part of a history is asked for. Light: what asks for none need not load the rest."""

from __future__ import annotations

import msgspec


class Named(msgspec.Struct, frozen=True):
    """A ref as it will stand when a push is through."""

    name: str
    oid: str


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a history: all that what is included leads to, less what the excluded leads to."""

    specs: tuple[str, ...] = ()
    """As people write them: ``A..B``, ``A...B``, ``A``; together."""
    since: str = ""
    """A date, or a revision."""
    heads: bool = False
    """Include HEAD and all branches."""
    pushed: tuple[Named, ...] = ()
    """Include these."""
    names: tuple[str, ...] = ()
    """Names of refs that are new where they are pushed to: a key may be in one."""
    known: tuple[str, ...] = ()
    """Exclude these ids; those that are not here do not matter."""
    remotes: tuple[str, ...] = ()
    """Exclude the remote-tracking branches of these remotes; ``*``: of all."""
    refs: bool = False
    """Exclude all refs that there are."""
    borrowed: tuple[str, ...] = ()
    """Further object directories, as the quarantine of a push."""
    words: str = ""
    """What is asked for; where it is empty, what people wrote."""

    @property
    def said(self) -> str:
        """What is asked for, in words."""
        said = [self.words or ", ".join(self.specs) or ("HEAD and all branches" if self.heads else "")]
        if self.remotes and not self.words:
            said.append("less what remotes have")
        if self.since:
            said.append(f"since {self.since}")
        return " ".join(filter(None, said))
