"""Apply the policy for a change to a scan: the markers that count, and what the change would allow itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from keyguard.config.rotation import Rotation
from keyguard.engine.compiled import Engine
from keyguard.history.result import HistoryResult
from keyguard.inspection.filenames import Names
from keyguard.inspection.results import Results
from keyguard.model.finding import Run
from keyguard.policy.base_markers import BaseMarkers
from keyguard.policy.self_allowances import OwnSettings, add_allowances
from keyguard.policy.tip_markers import TipMarkers

if TYPE_CHECKING:
    from keyguard.hygiene.run import HygieneResult


class ChangePolicy(msgspec.Struct, frozen=True):
    """The markers of the base, or of what is pushed, and the change's own settings, if there are any."""

    judge: BaseMarkers | TipMarkers
    own: OwnSettings | None = None

    def filter_markers(self, parts: Iterable[Results | HistoryResult | None], engine: Engine | None = None) -> None:
        """Remove the markers that do not count, and extend those of what is pushed to its earlier commits.

        Without an engine, remove all that may not count, which takes no time.
        """
        for part in parts:
            if part is not None:
                part.sightings = self.judge.filtered(part.sightings, engine)

    def drop_hygiene_markers(self, kept: HygieneResult) -> HygieneResult:
        """Remove all markers of violations: a violation in a file cannot be looked up in another version of it.

        Those of what is pushed count.
        """
        if isinstance(self.judge, TipMarkers):
            return kept
        bare = [msgspec.structs.replace(one, suppression=None) for one in kept.violations]
        return msgspec.structs.replace(kept, violations=bare)

    def note_allowances(self, found: Run, engine: Engine, revoked: Rotation) -> Run:
        """Return the run, with findings that list the change's settings that would suppress them.

        ``revoked`` is the rotation that is in effect already.
        """
        if self.own is None:
            return found
        own = msgspec.structs.replace(self.own, path=Names(engine).masked_text(self.own.path))
        return add_allowances(found, own, revoked)
