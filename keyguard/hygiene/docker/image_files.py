"""The files of a build context that end up in the image, through its stages and the copies between them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from keyguard.hygiene.docker import dockerignore
from keyguard.hygiene.docker.dockerfile import Copy, Stage
from keyguard.hygiene.paths.globs import Fits

#: paths in one image besides those of the context: a stage may copy another one to several, and so may the next
_MOST_PLACES = 1000
_REMOTE = ("http://", "https://", "git@", "ssh://", "git://")


class ImageFile(NamedTuple):
    """A file in an image."""

    name: str
    """Its path in the context."""
    copy: Copy
    """The instruction that copied it out of the context."""


def image_files(stages: Sequence[Stage], names: Collection[str], targets: Collection[str] = ()) -> list[ImageFile]:
    """Return the files among ``names`` that are in the image of the last stage, or of the ``targets`` that exist."""
    # keyed by path and name: two files that are copied to one path are both in a layer
    images: list[dict[tuple[str, str], ImageFile]] = []
    for stage in stages:
        base = _numbered(stages[: len(images)], stage.base)
        image = dict(images[base]) if base is not None else {}
        for copy in stage.copies:
            if not copy.stage:
                there = {(name, name): ImageFile(name, copy) for name in names}
            else:
                number = _numbered(stages[: len(images)], copy.stage)
                there = images[number] if number is not None else {}
            come = (((put, one[1]), there[one]) for one in there for put in _places(copy, one[0]))
            image.update(islice(come, max(0, _MOST_PLACES + len(names) - len(image))))
        images.append(image)
    wanted = [number for name in targets if (number := _numbered(stages, name.lower())) is not None]
    found = (one for number in wanted or [-1] for _, one in sorted(images[number].items())) if images else ()
    return list(dict.fromkeys(found))


def _numbered(stages: Sequence[Stage], name: str) -> int | None:
    """Return the index of the last stage of this name, or number; None if there is none."""
    number = next((at for at in range(len(stages) - 1, -1, -1) if stages[at].name == name), None)
    return int(name) if number is None and name.isdecimal() and int(name) < len(stages) else number


def _places(copy: Copy, name: str) -> Iterator[str]:
    """Yield the paths, without a leading slash, to which a copy writes a file; none if it does not copy it."""
    parts = name.split("/")
    for source in copy.sources:
        if source.startswith(_REMOTE) or (copy.excluded and _excluded(copy.excluded, parts)):
            continue
        wanted = posixpath.normpath("/" + source).lstrip("/")
        # from the top down: the outermost folder that matches is copied
        for depth in range(len(parts) + 1):
            if _is(wanted, "/".join(parts[:depth])):
                yield _put(copy.target, parts, depth)
                break


def _put(target: str, parts: Sequence[str], depth: int) -> str:
    if depth < len(parts):
        return posixpath.normpath(posixpath.join(target, *parts[depth:])).lstrip("/")
    return (target + parts[-1] if target.endswith("/") else target).lstrip("/")


def _is(source: str, name: str) -> bool:
    if not any(char in source for char in "*?[\\"):
        return source == name
    fits = _fits(source)
    return bool(name) and fits is not None and fits(name)


@lru_cache(maxsize=256)
def _fits(source: str) -> Fits | None:
    # in a source of ``COPY``, two stars mean the same as one
    while "**" in source:
        source = source.replace("**", "*")
    return dockerignore.fitting(source)


def _excluded(patterns: Sequence[str], parts: Sequence[str]) -> bool:
    rules = _rules("\n".join(patterns))
    return any(
        dockerignore.leaves_out(rules, "/".join(parts[at:]).encode("utf-8", "surrogateescape")) for at in (0, -1)
    )


@lru_cache(maxsize=16)
def _rules(lines: str) -> list[dockerignore.Pattern]:
    return dockerignore.patterns(lines.encode("utf-8", "surrogateescape"))
