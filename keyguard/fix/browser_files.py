"""Files that reach a browser or a phone, judged by the whole project, whatever part of it is to be changed."""

from __future__ import annotations

import os
from collections.abc import Collection

from keyguard import sources
from keyguard.fix.files.site import Site
from keyguard.hygiene.delivery.client_delivery import deliveries
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.run import projects
from keyguard.sources.listing import Ask


def browser_files(site: Site, paths: Collection[bytes]) -> set[bytes]:
    """Return those of the paths that are delivered, whichever checks the user selects, ignores or suppresses.

    Raise ``GitError`` if git cannot list the project.
    """
    if not paths:
        return set()
    with sources.started("tree", Ask(paths=(os.fsdecode(site.top),))) as listed:
        found: set[bytes] = set()
        for folders in projects(listed()):
            project = Project(folders, [], [], site.engine)
            try:
                found.update(deliveries(project, [path for path in paths if path in project.files]))
            finally:
                project.close()
        return found
