"""Projects as dictionaries, and what is asked of them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from keyguard.hygiene.reach.client_paths import ClientPath, client_paths

Project = Mapping[str, str]


def package(*dependencies: str, **fields: object) -> str:
    """A package.json that asks for some packages."""
    return json.dumps({"name": "shop", "dependencies": dict.fromkeys(dependencies, "1.0.0"), **fields})


def paths_to(files: Project, *wanted: str) -> dict[str, ClientPath]:
    """The ways to the wanted files, or to all that are there."""
    contents = {path.encode(): text.encode() for path, text in files.items()}
    found = client_paths(contents, contents.get, [path.encode() for path in wanted or files])
    return {path.decode(): way for path, way in found.items()}


def path_to(files: Project, wanted: str) -> str:
    """The kind of the entry and the steps to one file in a line; empty when nothing leads there."""
    found = paths_to(files, wanted).get(wanted)
    return f"{found.kind}: {' > '.join(step.decode() for step in found.steps)}" if found else ""
