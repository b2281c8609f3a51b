"""The services of a repository that holds several: folders with a manifest of their own."""

from __future__ import annotations

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.project import Project


def services(project: Project) -> list[bytes]:
    """Return the folders that are built or run on their own, sorted, without the root and without nested ones."""
    lists = tables.load("environments")["services"]
    manifests = tables.patterns("environments", "services", "manifests").among(project.files)
    folders = {path.rpartition(b"/")[0] for path in manifests if not patterns.in_folder(path, lists["aside"])}
    found: list[bytes] = []
    for folder in sorted(folders - {b""}, key=lambda one: one + b"/"):
        if not found or not folder.startswith(found[-1] + b"/"):
            found.append(folder)
    return found


def service_of(path: bytes, folders: list[bytes]) -> bytes:
    """Return the folder among ``folders`` that contains the file; empty if none does."""
    return next((folder for folder in folders if path.startswith(folder + b"/")), b"")
