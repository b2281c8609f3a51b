"""From rule packs to a matcher, by way of the cache: what was compiled once is loaded in a few milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from keyguard import __version__, privatedir, rules
from keyguard.engine import prefilter
from keyguard.engine.plan import Plan
from keyguard.engine.prefilter import Prefilter
from keyguard.errors import UsageError
from keyguard.rules import RuleSet

if TYPE_CHECKING:
    from keyguard.engine.matcher import Matcher

ENGINES = ("auto", "hyperscan", "python")
_KEPT = 4


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """What the cache holds for one set of packs and one version of everything that compiles them."""

    ruleset: RuleSet
    plan: Plan
    database: bytes


class Engine:
    """Rules ready to run. What confirms a match is imported when the prefilter first fires."""

    def __init__(self, ruleset: RuleSet, plan: Plan, filter_: Prefilter) -> None:
        self.ruleset = ruleset
        self.prefilter = filter_
        self._plan = plan
        self._matcher: Matcher | None = None

    @property
    def matcher(self) -> Matcher:
        """The matcher, made once."""
        if self._matcher is None:
            from keyguard.engine.matcher import Matcher

            self._matcher = Matcher(self.ruleset.rules, self._plan, self.prefilter)
        return self._matcher


def load(extra: Iterable[str] = (), engine: str = "auto", *, cached: bool = True) -> Engine:
    """The engine for the built-in packs and those in ``extra``.

    Raises ``RuleError`` for a broken pack, ``UsageError`` for an engine that is not here.
    """
    native = _is_native(engine)
    packs = rules.read_packs(extra)
    digest = rules.digest(packs, __version__, prefilter.FORMAT, prefilter.library_version() if native else "python")
    name = f"rules-{digest[:32]}.msgpack"
    found = _from_cache(name) if cached else None
    if found is None:
        found = _compile(rules.parse(packs))
    filter_, fresh = _prefilter(found, native)
    if fresh and cached:
        _to_cache(name, found, filter_)
    return Engine(found.ruleset, found.plan, filter_)


def build(ruleset: RuleSet, engine: str = "auto") -> Engine:
    """An engine for a set of rules made in memory; nothing is cached."""
    found = _compile(ruleset)
    return Engine(ruleset, found.plan, _prefilter(found, _is_native(engine))[0])


def _compile(ruleset: RuleSet) -> Compiled:
    from keyguard.engine import planning

    return Compiled(ruleset=ruleset, plan=planning.build(ruleset.rules), database=b"")


def _is_native(engine: str) -> bool:
    if engine not in ENGINES:
        raise UsageError(f"unknown engine {engine!r}: {', '.join(ENGINES)}")
    native = engine != "python" and prefilter.available()
    if engine == "hyperscan" and not native:
        raise UsageError("the engine 'hyperscan' is not installed here: leave it to 'auto'")
    return native


def _prefilter(found: Compiled, native: bool) -> tuple[Prefilter, bool]:
    """The prefilter, and whether it had to be compiled."""
    if not native:
        return prefilter.PythonPrefilter(found.plan.anchors), not found.database
    if found.database:
        try:
            return prefilter.HyperscanPrefilter(found.plan.anchors, found.database), False
        except prefilter.unusable():
            pass  # compiled on another kind of processor: the home folder is shared
    return prefilter.HyperscanPrefilter(found.plan.anchors), True


def _from_cache(name: str) -> Compiled | None:
    data = privatedir.read(name)
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=Compiled)
    except (msgspec.MsgspecError, ValueError):
        return None


def _to_cache(name: str, found: Compiled, filter_: Prefilter) -> None:
    database = filter_.dump() if isinstance(filter_, prefilter.HyperscanPrefilter) else b"python"
    privatedir.write(name, msgspec.msgpack.encode(msgspec.structs.replace(found, database=database)))
    privatedir.prune(r"\.?rules-[0-9a-f]{32}\.msgpack(\.[0-9]+)?", _KEPT)
