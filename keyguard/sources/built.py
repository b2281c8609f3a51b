"""The source for build output: what browsers download, in the folders that build tools write, ignored or not."""

from __future__ import annotations

import os
from collections.abc import Iterator

from keyguard.model.finding import Skipped
from keyguard.sources.listing import Ask, Folder, Listing, TreeFile, shown_below
from keyguard.sources.tree import shown_root
from keyguard.support.errors import UsageError

#: the folders, by the end of their paths
OUTPUT = (
    *(b"dist", b"build", b"out", b"www", b"_site", b"storybook-static", b".next/static", b".next/server/app"),
    *(b".next/server/pages", b".output/public", b".nuxt/dist/client", b".svelte-kit/output/client", b"public/build"),
    *(b".vercel/output/static", b"build/client", b"dist/client"),
)
#: what is downloaded
_ENDINGS = (
    *(b".html", b".htm", b".xhtml", b".js", b".mjs", b".css", b".json", b".map", b".txt", b".xml", b".svg"),
    *(b".webmanifest", b".rsc", b".wasm", b".bundle", b".hbc", b".jsbundle"),
)
#: installed packages, and what tools keep for themselves
_ASIDE = frozenset((b"node_modules", b".git", b".hg", b".svn", b"vendor", b"venv", b".venv", b"__pycache__", b"cache"))
_DEEPEST = 64


def listing(ask: Ask) -> Listing:
    """Return the files of the build output below the paths; of a path that contains none, all that could be served.

    ``UsageError`` for a path that does not exist, and where nothing was built below the current folder.
    """
    found = Listing(scope="build output")
    for path in ask.paths:
        if not os.path.isdir(path):
            raise UsageError(f"{path}: no such folder")
        root = os.fsencode(os.path.realpath(path))
        shown = shown_root(path, alone=len(ask.paths) == 1)
        files = list(_below(root, b"", found.skipped, shown, inside=_is_output(root)))
        if not files and os.path.realpath(path) != os.path.realpath("."):
            files = list(_below(root, b"", found.skipped, shown, inside=True))
        if not files:
            raise UsageError(
                f"{path}: no build output here; build the project first, or name the folder that is served"
            )
        found.folders.append(Folder(root, shown, [TreeFile(one) for one in sorted(files)]))
    return found


def _below(
    root: bytes, folder: bytes, skipped: list[Skipped], shown: bytes, *, inside: bool, depth: int = 0
) -> Iterator[bytes]:
    """Yield the files that browsers could download below a folder; only in output, unless it is ``inside`` of some."""
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            listed = sorted(entries, key=lambda one: one.name)
    except OSError as error:
        detail = os.strerror(error.errno or 0)
        skipped.append(Skipped(path=shown_below(shown, folder), reason="unreadable", detail=detail))
        return
    for entry in listed:
        path = folder + b"/" + entry.name if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _ASIDE and depth < _DEEPEST:
                yield from _below(root, path, skipped, shown, inside=inside or _is_output(path), depth=depth + 1)
        elif inside and entry.name.endswith(_ENDINGS) and entry.is_file(follow_symlinks=False):
            yield path


def _is_output(path: bytes) -> bool:
    return (b"/" + path).endswith(tuple(b"/" + one for one in OUTPUT))
