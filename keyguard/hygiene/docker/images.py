"""Which files of a context are in the image in the end: through stages, and what one copies from another."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from keyguard.hygiene.docker import ignorefile
from keyguard.hygiene.docker.dockerfile import Copy, Stage
from keyguard.hygiene.paths.globs import Fits

#: places in one image besides those of the context: a stage may copy all of another to several, and so may the next
_MOST_PLACES = 1000
_REMOTE = ("http://", "https://", "git@", "ssh://", "git://")


class Arrival(NamedTuple):
    """A file in an image."""

    name: str
    """In the context."""
    copy: Copy
    """What took it out of the context."""


def arrivals(stages: Sequence[Stage], names: Collection[str], targets: Collection[str] = ()) -> list[Arrival]:
    """The files among ``names`` that are in the image: that of the last stage, or of the ``targets`` if they exist."""
    # by place and name: two files that come to one place are both in a layer
    images: list[dict[tuple[str, str], Arrival]] = []
    for stage in stages:
        base = _numbered(stages[: len(images)], stage.base)
        image = dict(images[base]) if base is not None else {}
        for copy in stage.copies:
            if not copy.stage:
                there = {(name, name): Arrival(name, copy) for name in names}
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
    """The last stage of this name, or of this number."""
    number = next((at for at in range(len(stages) - 1, -1, -1) if stages[at].name == name), None)
    return int(name) if number is None and name.isdecimal() and int(name) < len(stages) else number


def _places(copy: Copy, name: str) -> Iterator[str]:
    """Where a copy puts a file; paths are without the first slash. Nowhere if it does not copy it."""
    parts = name.split("/")
    for source in copy.sources:
        if source.startswith(_REMOTE) or (copy.excluded and _excluded(copy.excluded, parts)):
            continue
        wanted = posixpath.normpath("/" + source).lstrip("/")
        # from the top down: what is copied first is what is around it
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
    # here two stars are one and one
    while "**" in source:
        source = source.replace("**", "*")
    return ignorefile.fitting(source)


def _excluded(patterns: Sequence[str], parts: Sequence[str]) -> bool:
    rules = _rules("\n".join(patterns))
    return any(ignorefile.leaves_out(rules, "/".join(parts[at:]).encode("utf-8", "surrogateescape")) for at in (0, -1))


@lru_cache(maxsize=16)
def _rules(lines: str) -> list[ignorefile.Pattern]:
    return ignorefile.patterns(lines.encode("utf-8", "surrogateescape"))
