"""The attribution of a key: which vendor issued it, how certain that is, and on what evidence."""

from __future__ import annotations

from enum import Enum

import msgspec

from keyguard.model.scales import Certainty, Environment


class Ground(str, Enum):
    """The kind of evidence that an attribution rests on, strongest first."""

    PROOF = "proof"
    """The key's own structure, or a prefix that only one vendor uses."""
    NAME = "name"
    """The name that the key is assigned to, the call that it is passed to, or the host that it is sent to."""
    BESIDE = "beside"
    """The text around the key in its own file, or the file's path."""
    PROJECT = "project"
    """Evidence in other files of the project."""
    SHAPE = "shape"
    NOTHING = "nothing"
    CONTRADICTION = "contradiction"
    """Names or hosts of two vendors, either of which alone would have been sufficient."""


class Attribution(msgspec.Struct, frozen=True):
    """The rule and vendor chosen for a key, how certain the choice is, the other candidates, and the reasons."""

    rule: str
    vendor: str
    certainty: Certainty
    candidates: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    """If ambiguous: the candidates for which there is evidence."""
    ground: Ground = Ground.PROOF
    environment: Environment = Environment.UNKNOWN
    """The environment that the surrounding text indicates, if the key's prefix does not."""
    possible: tuple[str, ...] = ()
    """Ids of every rule that the key could belong to; empty if the attribution is certain."""
