"""Add evidence from other files of a project to attributions, with what is known of the imports between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from keyguard.attribution.project_evidence import add_project_evidence
from keyguard.engine.compiled import Engine
from keyguard.hygiene.reach.importers import bindings
from keyguard.inspection.filenames import Names
from keyguard.model.finding import Sighting
from keyguard.sources.listing import Folder


def with_other_files(
    folders: Sequence[Folder],
    sightings: list[Sighting],
    engine: Engine,
    held: Callable[[int, bytes], bytes | None],
) -> list[Sighting]:
    """Return the sightings, uncertain ones with evidence from other files; ``held`` as in ``add_project_evidence``."""
    return add_project_evidence(folders, sightings, engine, Names(engine).masked, held, bindings)
