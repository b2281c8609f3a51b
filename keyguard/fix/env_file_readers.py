"""The lines of compose files, images and CI jobs that read an environment file, which a new clone will lack."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice

from keyguard import sources
from keyguard.fix.files.site import Site
from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.sources.listing import Ask

#: lines of one file that are named
_MOST = 20


def lines_that_read(site: Site, path: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the file and number of each line that names the file at ``path``.

    Raise ``GitError`` if git cannot list the site.
    """
    name = path[path.rfind(b"/") + 1 :]
    named = re.compile(rb"(?<![\w.-])" + re.escape(name) + rb"(?![\w-]|\.\w)")
    lists = tables.load("browser")["sources"]
    kinds = patterns.of((*tables.load("envfiles")["compose"]["names"], *lists["ci"], *lists["docker"]))
    with sources.started("tree", Ask(paths=(os.fsdecode(site.top),))) as listed:
        files = [file.path for folder in listed().folders for file in folder.files]
    for reader in kinds.among(files):
        content = site.content(reader) or b""
        for found in islice(named.finditer(content), _MOST):
            yield reader, content.count(b"\n", 0, found.start()) + 1
