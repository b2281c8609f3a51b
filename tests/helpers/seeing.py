"""What the core makes of a text, without files and without the command line; and keys to put into texts."""

from __future__ import annotations

import functools

from keyguard.engine import compiled, prefilter
from keyguard.engine.compiled import Engine
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Sighting, Where
from keyguard.rules import examples, loader
from keyguard.rules.loader import RuleSet

__all__ = ["engine", "in_pieces", "inspector", "key", "rules", "see"]

ANY = "sk_live_{alnum:32}"


def key(template: str = ANY, seed: str = "") -> str:
    """A made-up key, the same one for the same seed."""
    return examples.fill(template, f"{template}/{seed}")


@functools.cache
def rules() -> RuleSet:
    """All rules, parsed once for all tests of a process: it takes 0.2 s."""
    return loader.parse(loader.read_packs())


def engine(kind: str = "auto") -> Engine:
    """All rules, ready to run."""
    return _engine("hyperscan" if kind == "auto" and prefilter.available() else kind)


@functools.cache
def _engine(kind: str) -> Engine:
    return compiled.build(rules(), kind)


@functools.cache
def inspector(kind: str = "auto") -> Inspector:
    """The same, with what turns matches into sightings."""
    return Inspector(engine(kind))


def see(text: str | bytes, path: bytes = b"example", kind: str = "auto") -> list[Sighting]:
    """All sightings in a text that is read at once, in order of place."""
    data = text.encode() if isinstance(text, str) else text
    return inspector(kind).inspect(Blob(path=path, where=Where.STDIN), data).sightings


def in_pieces(data: bytes, size: int, path: bytes = b"example") -> list[Sighting]:
    """The same for a text that comes in pieces."""
    pieces = iter([*(data[at : at + size] for at in range(0, len(data), size)), b""])
    return inspector().inspect_stream(Blob(path=path, where=Where.STDIN), lambda: next(pieces, b"")).sightings
