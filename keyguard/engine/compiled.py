"""Compile rule packs into an engine, or load it from the cache, which takes a few milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from keyguard import __version__
from keyguard.cache import directory
from keyguard.decoding.encoded_anchors import EncodedAnchors
from keyguard.engine import detectors, prefilter
from keyguard.engine.prefilter import Prefilter
from keyguard.rules import loader
from keyguard.rules.loader import AddedPack, RuleSet
from keyguard.support.errors import UsageError

if TYPE_CHECKING:
    from keyguard.engine.match_plan import Plan
    from keyguard.engine.matcher import Matcher

ENGINES = ("auto", "hyperscan", "python")
#: pattern of the names of cache files, including those that a crashed process left behind
FILES = r"\.?rules-[0-9a-f]{32}\.msgpack(\.[0-9]+)?"
_KEPT = 4


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """The cache entry for one set of packs and one version of everything that compiles them."""

    #: how many rules there are
    count: int
    #: a ``RuleSet``, still encoded: most scans find nothing and do not need it
    ruleset: msgspec.Raw
    #: a ``Plan``, still encoded
    plan: msgspec.Raw
    #: the width of each of its anchors
    widths: tuple[int, ...]
    #: of Hyperscan; empty until the first scan
    database: bytes
    #: the same for the literals of encoded anchors, and the kinds of hits of literals and of expressions
    encoded: bytes
    kinds: tuple[bytes, bytes]
    #: (name of a pack of the scanned repository, how many rules it added)
    added: tuple[tuple[str, int], ...] = ()


class Engine:
    """Rules ready to run. The matcher is imported when the prefilter has its first hit."""

    def __init__(
        self,
        found: Compiled,
        filter_: Prefilter,
        packs: tuple[str, ...] = (),
        added: tuple[AddedPack, ...] = (),
        stamp: str = "",
    ) -> None:
        """``packs`` and ``added`` are those besides the built-in ones, in case the cached form is damaged."""
        self.prefilter = filter_
        #: a name for these rules and the code that runs them; empty for rules made in memory
        self.stamp = stamp
        #: how many rules there are
        self.count = found.count
        self.opens = True
        """Whether containers are to be opened, and what is in them inspected."""
        self._found = found
        #: (name of a pack of the scanned repository, how many rules it added)
        self.added = found.added
        self._packs = packs, added

    @cached_property
    def ruleset(self) -> RuleSet:
        """The rules and their vendors."""
        try:
            return _decoded(self._found)
        except (msgspec.MsgspecError, ValueError):
            packs, added = self._packs
            return loader.parse(loader.read_packs(packs), added)

    @cached_property
    def plan(self) -> Plan:
        """The plan: patterns, anchors, and the anchors of each pattern."""
        try:
            return _plan(self._found)
        except (msgspec.MsgspecError, ValueError):
            from keyguard.engine import plan_builder

            return plan_builder.build_plan(self.ruleset.rules)

    @cached_property
    def matcher(self) -> Matcher:
        """The matcher, created once."""
        from keyguard.engine.matcher import Matcher

        return Matcher(lambda: self.ruleset, self.plan, self.prefilter)


def load(
    extra: Iterable[str] = (), engine: str = "auto", *, added: Iterable[AddedPack] = (), cached: bool = True
) -> Engine:
    """Return the engine for the built-in packs, those in ``extra``, and those ``added`` by the scanned repository.

    Raise ``RuleError`` for an invalid pack, ``UsageError`` for an engine that is not installed.
    """
    native = _is_native(engine)
    packs, own = tuple(extra), tuple(added)
    stamp = _stamp(packs, own, native) if cached else ""
    name = _file_name(stamp)
    found = _from_cache(name, native) if stamp else None
    if found is None:
        found = _compile(loader.parse(loader.read_packs(packs), own))
    filter_, fresh = _prefilter(found, native)
    if fresh and stamp:
        databases = filter_.dump() if isinstance(filter_, prefilter.HyperscanPrefilter) else (b"python", b"")
        _to_cache(name, found, databases)
    return Engine(found, filter_, packs, own, stamp)


def rules(extra: Iterable[str] = ()) -> RuleSet:
    """Return the rules of the built-in packs and of those in ``extra``, for a command that scans nothing.

    Parsing all packs takes 0.15 s of processor time, so they come from the cache; if they are not in it, they are
    stored for the next scan, which adds the database. Raise ``RuleError`` for an invalid pack.
    """
    packs = tuple(extra)
    native = _is_native("auto")
    name = _file_name(_stamp(packs, (), native))
    found = _from_cache(name, native)
    if found is not None:
        with suppress(msgspec.MsgspecError, ValueError):
            return _decoded(found)
    ruleset = loader.parse(loader.read_packs(packs))
    if directory.folder(make=True) is not None:
        _to_cache(name, _compile(ruleset), (b"", b""))
    return ruleset


def build(ruleset: RuleSet, engine: str = "auto") -> Engine:
    """Return an engine for a rule set made in memory; nothing is cached."""
    found = _compile(ruleset)
    return Engine(found, _prefilter(found, _is_native(engine))[0])


def _compile(ruleset: RuleSet) -> Compiled:
    from collections import Counter

    from keyguard.engine import plan_builder

    plan = plan_builder.build_plan(ruleset.rules)
    return Compiled(
        count=len(ruleset.rules),
        ruleset=msgspec.Raw(msgspec.msgpack.encode(ruleset)),
        plan=msgspec.Raw(msgspec.msgpack.encode(plan)),
        widths=tuple(anchor.width for anchor in plan.anchors),
        database=b"",
        encoded=b"",
        kinds=(plan.encoded.kinds, plan.encoded.kinds_of_expressions),
        added=tuple(sorted(Counter(ruleset.added.values()).items())),
    )


def _is_native(engine: str) -> bool:
    if engine not in ENGINES:
        raise UsageError(f"unknown engine {engine!r}: {', '.join(ENGINES)}")
    native = engine != "python" and prefilter.available()
    if engine == "hyperscan" and not native:
        raise UsageError("the engine 'hyperscan' is not installed here: leave it to 'auto'")
    return native


def _prefilter(found: Compiled, native: bool) -> tuple[Prefilter, bool]:
    """Return the prefilter, and whether it had to be compiled."""
    if not native:
        plan = _plan(found)
        from keyguard.engine.python_prefilter import PythonPrefilter

        return PythonPrefilter(plan.anchors, plan.expressions, plan.encoded, plan.signs), not found.database
    if found.database:
        try:
            kinds, coded = found.kinds
            encoded = EncodedAnchors(kinds=kinds, kinds_of_expressions=coded)
            return prefilter.HyperscanPrefilter((), (found.database, found.encoded), found.widths, (), encoded), False
        except prefilter.unusable():
            pass  # compiled for another kind of processor: the home folder may be shared between machines
    plan = _plan(found)
    return prefilter.HyperscanPrefilter(
        plan.anchors, expressions=plan.expressions, encoded=plan.encoded, signs=plan.signs
    ), True


def _stamp(packs: tuple[str, ...], added: tuple[AddedPack, ...], native: bool) -> str:
    """Return a name for these packs and for all code that compiles them."""
    library = prefilter.library_version() if native else "python"
    return loader.stamp(packs, __version__, library, detectors.stamp(), added=added)


def _file_name(stamp: str) -> str:
    return f"rules-{stamp[:32]}.msgpack"


def _decoded(found: Compiled) -> RuleSet:
    return msgspec.msgpack.decode(found.ruleset, type=RuleSet)


def _plan(found: Compiled) -> Plan:
    from keyguard.engine.match_plan import Plan

    return msgspec.msgpack.decode(found.plan, type=Plan)


def _from_cache(name: str, native: bool) -> Compiled | None:
    data = directory.read(name)
    if data is None:
        return None
    try:
        found = msgspec.msgpack.decode(data, type=Compiled)
        if not native:  # it is needed at once
            _plan(found)
        return found
    except (msgspec.MsgspecError, ValueError):
        return None


def _to_cache(name: str, found: Compiled, databases: tuple[bytes, bytes]) -> None:
    kept = msgspec.structs.replace(found, database=databases[0], encoded=databases[1])
    directory.write(name, msgspec.msgpack.encode(kept))
    directory.prune(FILES, _KEPT)
