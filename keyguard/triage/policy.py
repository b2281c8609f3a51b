"""Which findings the user wants, and how severe they are: ``--select``, ``--ignore`` and the configuration."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from keyguard.model.finding import Severity
from keyguard.rules.loader import RuleSet
from keyguard.support.errors import UnknownRuleError, UsageError


class Policy(msgspec.Struct, frozen=True):
    """Which findings are wanted. Names are rule ids or prefixes of them in whole words; the longest match wins."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    inline: bool = True
    levels: dict[str, Severity] = {}
    """The severities that the configuration gives."""

    def names(self) -> tuple[str, ...]:
        """Return all names, each of which has to be that of a rule or a check."""
        return *self.select, *self.ignore, *self.levels

    def level_of(self, rule: str) -> Severity | None:
        """Return the severity that findings of this rule have by configuration; None if it says nothing."""
        return self.levels.get(max((name for name in self.levels if _fits(name, rule)), key=len, default=""))

    def wants(self, rule: str) -> bool:
        """Whether findings of this rule are reported."""
        selected = max((len(name) for name in self.select if _fits(name, rule)), default=-1)
        ignored = max((len(name) for name in self.ignore if _fits(name, rule)), default=-1)
        return selected > ignored if self.select else ignored < 0 or selected > ignored


def check_names(policy: Policy, ruleset: RuleSet, checks: Iterable[str] = (), also: Iterable[str] = ()) -> None:
    """Raise ``UsageError`` for a name, of the policy or a further one, that matches no rule and no check, or if no rule
    is left.
    """
    ids = [*(rule.id for rule in ruleset.rules), *checks]
    for name in (*policy.names(), *also):
        if not any(_fits(name, rule) for rule in ids):
            import difflib

            near = difflib.get_close_matches(name, ids, n=1)
            hint = f", did you mean {near[0]!r}?" if near else " (keyguard rules list shows them)"
            raise UnknownRuleError(name, hint)
    if not any(policy.wants(rule) for rule in ids):
        raise UsageError("--select and --ignore leave no rule: nothing could be found")


def _fits(name: str, rule: str) -> bool:
    return rule == name or rule.startswith(name + "-")
