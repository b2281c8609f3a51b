"""What the host that a password is for says about the password."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from keyguard.generic.known_defaults import is_local, is_sample
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

#: ``Data Source=.;``, ``Server=(localdb)``, and instances of either
_SQL_SERVER = expression(r"(?i)\(local(?:db)?\)|\.")


class Reach(NamedTuple):
    """Who can use a password there."""

    reason: str
    """A phrase; empty if the host is like any other."""
    confidence: Confidence = Confidence.HIGH
    weak: bool = False


_ANYBODY = Reach("")
_DOCUMENTS = Reach("the host is one that documents use", weak=True)
_LOCAL = Reach("the host is this machine, or has no public name", Confidence.MEDIUM)


def reach_of(hosts: Collection[str]) -> Reach:
    """Return who can use a password for these hosts; none at all says nothing."""
    if any(map(is_sample, hosts)):
        return _DOCUMENTS
    if hosts and all(is_local(host) or _SQL_SERVER.fullmatch(host) for host in hosts):
        return _LOCAL
    return _ANYBODY
