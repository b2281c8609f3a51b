"""Find the matches in a text: prefilter, then confirm.

The prefilter says where a rule could match; only there ``re`` decides. An anchor at a known distance from the start of
the match costs one anchored attempt; others are searched for in a window as wide as the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from keyguard.credential_files import table
from keyguard.engine.match_plan import AnchorUse, Plan
from keyguard.engine.overlaps import Candidate, Found, Kind, outside_matches, resolve, with_judged
from keyguard.engine.prefilter import Hits, Prefilter
from keyguard.engine.secret_tests import SecretTests
from keyguard.engine.string_lengths import COUNTED, length_before, match_from
from keyguard.model.finding import Match, Rule
from keyguard.rules.loader import RuleSet

if TYPE_CHECKING:
    from keyguard.engine.derived_matches import DerivedMatches
    from keyguard.engine.detectors import Detectors

#: bytes beyond a window that a look-ahead may examine
_SLACK = 64


class Matcher:
    """Rules ready to match. Patterns are compiled on first use."""

    def __init__(self, ruleset: Callable[[], RuleSet], plan: Plan, prefilter: Prefilter) -> None:
        """``ruleset`` is called when a pattern first matches."""
        self.prefilter = prefilter
        self._load = ruleset
        self._plan = plan
        #: patterns by their form, with what has to stand before them and without
        self._whole: dict[int, re.Pattern[bytes]] = {}
        self._compiled: dict[int, re.Pattern[bytes]] = {}
        #: what has to stand before some pattern -> that, and at which places of a text it does
        self._lefts: dict[str, tuple[re.Pattern[bytes], dict[int, bool]]] = {}
        self._grouped: dict[int, tuple[Kind, ...]] = {}
        #: the number of what the rules of a kind ask of a text, apart from their checksum
        self._tests: dict[Kind, int] = {}
        #: the patterns without boundaries
        self._bare: dict[int, re.Pattern[bytes]] = {}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, by their number in the plan."""
        return self._load().rules

    @cached_property
    def _added(self) -> frozenset[int]:
        """The numbers of the rules from the scanned repository."""
        added = self._load().added
        return frozenset(index for index, rule in enumerate(self.rules) if rule.id in added)

    @cached_property
    def _nobodys(self) -> frozenset[int]:
        """The numbers of the rules without a vendor: passwords in URLs, private keys."""
        vendors = self._load().vendors
        return frozenset(index for index, rule in enumerate(self.rules) if vendors[rule.vendor].is_nobody)

    @cached_property
    def _check(self) -> SecretTests:
        return SecretTests(self.rules, self._added)

    @cached_property
    def _detectors(self) -> Detectors:
        from keyguard.engine.detectors import Detectors

        return Detectors(self.rules)

    @cached_property
    def _derived(self) -> DerivedMatches:
        from keyguard.engine.derived_matches import DerivedMatches

        uses = enumerate(zip(self._plan.anchors, self._plan.leads, strict=True))
        beginnings = {
            at: (anchor.literal, *anchor.tail)
            for at, (anchor, leads) in uses
            if not anchor.nocase and any(one.before == (0, 0) for one in leads)
        }
        return DerivedMatches(self.prefilter, self.matched, beginnings)

    def find(self, data: bytes, path: bytes | None = None, hits: Hits | None = None) -> Found:
        """Return all matches in a text, sorted by place; those of detectors only with a path, which may be empty.

        ``hits`` are those of the prefilter, if they are known.
        """
        return self.confirm(data, self.prefilter.search(data) if hits is None else hits, path)

    def is_anchored(self, hits: Hits) -> bool:
        """Return whether an anchor is in the text that was confirmed last, with these hits, or in one derived from it.

        What begins like an encoded anchor, and is none when it is decoded, is in many texts.
        """
        return bool(hits.anchors or (hits.encoded and self._derived.anchored))

    def may_be_anchored(self, data: bytes, hits: Hits) -> bool:
        """Return whether an anchor is in a text with these hits, or begins in what is encoded in it."""
        return bool(hits.anchors or (hits.encoded and self._derived.genuine(data, hits.encoded)))

    def promising(self, data: bytes, places: Sequence[tuple[int, int]]) -> bool:
        """Return whether a detector could find a secret in a text of which ``data`` is an excerpt."""
        return self._detectors.promising(data, places)

    def has_sign(self, places: Sequence[tuple[int, int]]) -> bool:
        """Return whether a place is the sign of a format, which is parsed as a whole."""
        return self._detectors.has_sign(places)

    def confirm(self, data: bytes, hits: Hits, path: bytes | None = None) -> Found:
        """Return the matches among the hits of the prefilter; those of detectors only with a path."""
        found = self.matched(data, hits.anchors) if hits.anchors else Found([], [])
        if hits.encoded or hits.joins or hits.anchors:
            found = self._derived.added_to(found, data, hits)
        if path is None or not (hits.places or (path and table.named(path))):
            return found
        judged = self._detectors.find(data, hits.places, path)
        matches = with_judged(found, judged, self.rules, self._nobodys)
        return Found(matches, found.placeholders, found.is_partial)

    def matched(self, data: bytes, hits: list[tuple[int, int]]) -> Found:
        """Return the matches of patterns among the hits of the prefilter."""
        found = self._matches(data, hits)
        if not found:
            return Found([], [])
        candidates: list[Candidate] = []
        placeholders: set[tuple[int, int]] = set()
        judged: dict[tuple[int, bytes, int], tuple[list[Kind], list[Kind]]] = {}
        tested: dict[tuple[int, bytes, int], bool] = {}
        for form, match in found:
            span = match.span("secret")
            body = max(match.start("body"), span[0]) if "body" in match.re.groupindex else span[0]
            asked = form, match["secret"], body - span[0]
            if asked not in judged:  # one key may occur a hundred thousand times in a text
                judged[asked] = self._judged(match, body, asked, tested)
            real, genuine = judged[asked]
            if real and not genuine:
                placeholders.add(span)
            candidates += [Candidate(*span, body, kind, *match.span()) for kind in genuine]
        matches = self._settled(data, candidates)
        return Found(matches, outside_matches(sorted(placeholders), matches))

    def _judged(
        self,
        match: re.Match[bytes],
        body: int,
        asked: tuple[int, bytes, int],
        tested: dict[tuple[int, bytes, int], bool],
    ) -> tuple[list[Kind], list[Kind]]:
        """The rules of a form whose checksum is right, and of these the ones to which it is no placeholder; ``asked``
        is the form, the text that it matches, and where the random part begins in that.

        ``tested`` holds what was found out of the same text: of the thirty rules of a prefix most ask the same of it.
        """
        real, genuine = list[Kind](), list[Kind]()
        form, secret, offset = asked
        for kind in self._kinds(form):
            if self.rules[kind[0]].checksum and not self._check.is_rule(kind[0], match):
                continue
            real.append(kind)
            test = self._tests[kind], secret, offset
            found = tested.get(test)
            if found is None:
                found = tested[test] = self._check.is_placeholder(kind[0], match, body)
            if not found:
                genuine.append(kind)
        return real, genuine

    def _settled(self, data: bytes, candidates: list[Candidate]) -> list[Match]:
        """Return the matches that result from the candidates.

        Candidates of added rules compete only among themselves: their matches are reported next to those of known
        rules, or merged with them if the span is the same.
        """
        sides = ([one for one in candidates if (one.rules[0] in self._added) is side] for side in (False, True))
        known, added = (
            [one._replace(secret=self._check.value(one.rules[0], one.secret)) for one in found]
            for found in (resolve(data, side, self.rules, self._nobodys) for side in sides)
        )
        if not added:
            return known
        found = {(one.start, one.end): one for one in known}
        for one in added:
            same = found.get((one.start, one.end))
            found[one.start, one.end] = same._replace(also=same.also + one.rules) if same else one
        return [found[span] for span in sorted(found)]

    def unbounded(self, data: bytes, *, nested: bool = False) -> list[Match]:
        """Return what starts like a key, even inside a word: for masking, since it need not be a key."""
        found = list[Match]()
        for anchor, at in sorted(set(self.prefilter.hits(data)), key=lambda hit: hit[1]):
            for lead in self._plan.leads[anchor]:
                last = found[-1] if found and not nested else None
                match = self._unbounded_at(data, lead, at, last)
                if match and last and match.full_start == last.full_start:
                    found[-1] = max(last, match, key=lambda one: one.end)
                elif match:
                    found.append(match)
        return found

    def _unbounded_at(self, data: bytes, lead: AnchorUse, at: int, last: Match | None) -> Match | None:
        """Return the match of a lead that begins where the ``last`` one does, or behind it."""
        rules, (least, most) = self._plan.forms[lead.form].rules, lead.before
        start = at - most
        if not last or start != last.full_start:
            start = max(start, last.end if last else 0)
        if start > at - least:
            return None
        pattern = self._bare.get(lead.form)
        if pattern is None:
            pattern = self._bare[lead.form] = re.compile(self.rules[rules[0]].pattern.encode())
        match = pattern.match(data, start)
        if match is None and least < most:
            match = pattern.search(data, start, at + self._plan.forms[lead.form].width + _SLACK)
        if match is None or match.start() > at - least:
            return None
        first, stop = match.span("secret")
        body = max(match.start("body"), first) if "body" in pattern.groupindex else first
        if all(self._check.is_placeholder(kind[0], match, body) for kind in self._kinds(lead.form)):
            return None
        return Match(first, stop, body, match["secret"], rules, *match.span())

    def _matches(self, data: bytes, hits: list[tuple[int, int]]) -> list[tuple[int, re.Match[bytes]]]:
        """Return each distinct match of a form once."""
        seen: set[tuple[int, int]] = set()
        found: list[tuple[int, re.Match[bytes]]] = []
        for _, known in self._lefts.values():
            known.clear()
        for anchor, at in sorted(set(hits), key=lambda hit: (hit[1], hit[0])):
            for lead in self._plan.leads[anchor]:
                match = self._match_at(data, lead.form, at, lead.before)
                if match is not None and (lead.form, match.start()) not in seen:
                    seen.add((lead.form, match.start()))
                    found.append((lead.form, match))
        return found

    def _match_at(self, data: bytes, form: int, at: int, before: tuple[int, int]) -> re.Match[bytes] | None:
        """Return the match of a form with the anchor at ``at``; None if there is none."""
        least, most = before
        if least == most:
            start = at - least
            if start < 0 or not self._begins(form, data, start):
                return None
            pattern = self._compiled.get(form) or self._compile(form)
            # the usual case, kept fast: there are many hits
            if start < 5 or (data[start - 1] and data[start - 2] not in COUNTED):
                return pattern.match(data, start)
            return match_from(pattern, data, start)
        pattern = self._whole.get(form) or self._compile_whole(form)
        place, stop = max(0, at - most), at - least
        end = at + self._plan.forms[form].width + _SLACK
        while place <= stop:
            match = pattern.search(data, place, end)
            if match is None or match.start() > stop:
                return None
            place = match.start() + 1
            counted = match_from(pattern, data, match.start()) if length_before(data, match.start()) else match
            if counted and counted.end() > at:
                return counted
        return None

    def _kinds(self, form: int) -> tuple[Kind, ...]:
        """Return the rules of a form, grouped by what they require of a match."""
        found = self._grouped.get(form)
        if found is None:
            kinds: dict[tuple[object, ...], list[int]] = {}
            for index in self._plan.forms[form].rules:
                rule = self.rules[index]
                samples = rule.samples if index in self._added else ()
                test = rule.guessable, rule.placeholders, rule.entropy, rule.checksum, samples
                whose = rule.family or rule.id, index in self._added, index in self._nobodys
                kinds.setdefault((*whose, *test), []).append(index)
            found = self._grouped[form] = tuple(map(tuple, kinds.values()))
            self._tests.update((kind, self._check.number(kind[0])) for kind in found)
        return found

    def _begins(self, form: int, data: bytes, start: int) -> bool:
        """Whether what has to stand before a form stands before a place; looked at once for all that begin there."""
        left = self._plan.forms[form].left
        if not left:
            return True
        if left not in self._lefts:
            self._lefts[left] = re.compile(left.encode()), {}
        pattern, known = self._lefts[left]
        found = known.get(start)
        if found is None:
            found = known[start] = pattern.match(data, start) is not None
        return found

    def _compile(self, form: int) -> re.Pattern[bytes]:
        return self._compiled.setdefault(form, re.compile(self._plan.forms[form].pattern.encode()))

    def _compile_whole(self, form: int) -> re.Pattern[bytes]:
        found = self._plan.forms[form]
        return self._whole.setdefault(form, re.compile((found.left + found.pattern).encode()))
