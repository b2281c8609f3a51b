"""The deployment stage of a place in a project: the nouns that the detection returns."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Stage(str, Enum):
    """The deployment stage in which a file is used."""

    DEVELOPMENT = "development"
    TEST = "test"
    CI = "ci"
    EXAMPLE = "example"
    STAGING = "staging"
    PRODUCTION = "production"


class StageJudgment(NamedTuple):
    """The stage of a place, if it can be told."""

    stage: Stage | None
    why: str = ""
    """The reason, for messages: ``file name .env.development``."""
    firm: bool = False
    """Whether the stage is stated, and not only a convention."""
