"""``source-map-delivered``: browsers can download the source of a program, in the source maps of its build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from keyguard.hygiene.delivery.source_maps import has_sources
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.model.violation import Violation


def source_map_delivered(project: Project) -> Iterator[Violation]:
    """Yield a violation for each folder of build output with source maps that contain the source."""
    maps = defaultdict[bytes, list[bytes]](list)
    for path in project.files if project.built else ():
        if path.endswith(b".map") and has_sources(project.read(path) or b""):
            maps[path.rpartition(b"/")[0]].append(path)
    for folder, paths in sorted(maps.items()):
        count = f"{len(paths)} source maps contain" if len(paths) > 1 else "a source map contains"
        yield Violation(
            check="source-map-delivered",
            message=f"{count} the source of the program",
            spots=(spots.of_file(paths[0]),),
            folder=folder + b"/" if folder else b"",
        )


CHECKS = (source_map_delivered,)
