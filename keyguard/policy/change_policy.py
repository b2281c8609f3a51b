"""What decides over one scan of a change: whose markers count, and what the change would allow itself."""

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

if TYPE_CHECKING:
    from keyguard.hygiene.run import HygieneResult


class ChangePolicy(msgspec.Struct, frozen=True):
    """A judge of markers, and what the change sets for itself, if anything."""

    judge: BaseMarkers
    own: OwnSettings | None = None

    def on_markers(self, parts: Iterable[Results | HistoryResult | None], engine: Engine | None = None) -> None:
        """Take away the markers that do not count; without an engine, which takes no time, all of them."""
        for part in parts:
            if part is not None:
                part.sightings = self.judge.judged(part.sightings, engine)

    def on_hygiene(self, kept: HygieneResult) -> HygieneResult:
        """The same for checks: what is wrong in a file as a whole cannot be looked up in another version of it."""
        bare = [msgspec.structs.replace(one, suppression=None) for one in kept.violations]
        return msgspec.structs.replace(kept, violations=bare)

    def on_findings(self, found: Run, engine: Engine, revoked: Rotation) -> Run:
        """The same run, in which findings say by what the change would allow them; ``revoked`` counts already."""
        if self.own is None:
            return found
        own = msgspec.structs.replace(self.own, path=Names(engine).masked_text(self.own.path))
        return add_allowances(found, own, revoked)
