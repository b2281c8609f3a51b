"""Whose a key is: what attribution says, and what it rests on."""

from __future__ import annotations

from enum import Enum

import msgspec

from keyguard.model.scales import Certainty, Environment


class Ground(str, Enum):
    """What an attribution rests on, the best first."""

    PROOF = "proof"
    """The key's own structure, or a prefix that nobody else has."""
    NAME = "name"
    """What it is given to, what it is passed to, or the host that it is sent to."""
    BESIDE = "beside"
    """What stands around it in its own file, or in its path."""
    PROJECT = "project"
    """Other files."""
    SHAPE = "shape"
    NOTHING = "nothing"
    CONTRADICTION = "contradiction"
    """Names or hosts of two vendors, of which either would have been enough."""


class Attribution(msgspec.Struct, frozen=True):
    """Whose key it is: the rule that speaks, how sure that is, who else it could be, and why."""

    rule: str
    vendor: str
    certainty: Certainty
    candidates: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    """Where it is ambiguous: the candidates for which there is evidence."""
    ground: Ground = Ground.PROOF
    environment: Environment = Environment.UNKNOWN
    """What it opens by what stands around it, where its prefix does not say."""
    possible: tuple[str, ...] = ()
    """Ids of all rules that it could be a key of; of those that are certain, none."""
