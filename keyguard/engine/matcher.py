"""Prefilter, then confirm: from a text to the matches in it.

The prefilter says where a rule could match; there, and only there, ``re`` decides. An anchor whose distance from the
start of the match is known costs one anchored attempt; others are searched for in a window as wide as the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache

import msgspec

from keyguard.engine.overlaps import Candidate, Kind, apart, resolve
from keyguard.engine.plan import Lead, Plan
from keyguard.engine.prefilter import Prefilter
from keyguard.model.finding import Match, Rule
from keyguard.rules.loader import RuleSet
from keyguard.support import digests

#: how far past a window a look-ahead may want to see
_SLACK = 64
#: what stands before the length of a string: in compiled Python the kind of string, in Java the length's upper half
_COUNTED = b"\x00zZ\xda\xfa"
#: and before one of four bytes, of which three are zero
_LONG = b"stua\xf3\xf4\xf5\xe1"


class Found(msgspec.Struct, frozen=True):
    """What a text holds: matches in order, and the spans that only look like keys."""

    matches: list[Match]
    placeholders: list[tuple[int, int]]


class Matcher:
    """Rules, ready to run. Patterns are compiled when they are first needed."""

    def __init__(self, ruleset: Callable[[], RuleSet], plan: Plan, prefilter: Prefilter) -> None:
        """``ruleset`` is asked when a pattern first matches."""
        self.prefilter = prefilter
        self._load = ruleset
        self._plan = plan
        self._compiled: dict[int, re.Pattern[bytes]] = {}
        self._grouped: dict[int, tuple[Kind, ...]] = {}
        #: the same without boundaries
        self._bare: dict[int, re.Pattern[bytes]] = {}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that the plan numbers."""
        return self._load().rules

    @cached_property
    def _added(self) -> frozenset[int]:
        """The numbers of the rules that the scanned repository brought."""
        added = self._load().added
        return frozenset(index for index, rule in enumerate(self.rules) if rule.id in added)

    @cached_property
    def _nobodys(self) -> frozenset[int]:
        """The numbers of the rules that say nothing of a vendor: passwords in addresses, private keys."""
        vendors = self._load().vendors
        return frozenset(index for index, rule in enumerate(self.rules) if vendors[rule.vendor].is_nobody)

    @cached_property
    def _samples(self) -> frozenset[str]:
        """What vendors publish: what one of them does is no key of another's either. What a scanned repository calls
        a sample is one for its own rule alone.
        """
        known = (rule for index, rule in enumerate(self.rules) if index not in self._added)
        return frozenset(sample for rule in known for sample in rule.samples)

    def find(self, data: bytes) -> Found:
        """All matches in a text, sorted by place."""
        hits = self.prefilter.hits(data)
        return self.confirm(data, hits) if hits else Found([], [])

    def confirm(self, data: bytes, hits: list[tuple[int, int]]) -> Found:
        """The matches among what the prefilter found."""
        found = self._matches(data, hits)
        if not found:
            return Found([], [])
        candidates: list[Candidate] = []
        placeholders: set[tuple[int, int]] = set()
        judged: dict[tuple[int, bytes, int], tuple[list[Kind], list[Kind]]] = {}
        for form, match in found:
            span = match.span("secret")
            body = max(match.start("body"), span[0]) if "body" in match.re.groupindex else span[0]
            asked = form, match["secret"], body - span[0]
            if asked not in judged:  # one key may stand in a text a hundred thousand times
                real = [kind for kind in self._kinds(form) if self._is_rule(kind[0], match)]
                judged[asked] = real, [kind for kind in real if not self._is_placeholder(kind[0], match, body)]
            real, genuine = judged[asked]
            if real and not genuine:
                placeholders.add(span)
            candidates += [Candidate(*span, body, kind, *match.span()) for kind in genuine]
        matches = self._settled(data, candidates)
        return Found(matches, apart(sorted(placeholders), matches))

    def _settled(self, data: bytes, candidates: list[Candidate]) -> list[Match]:
        """The matches that candidates come to. Those of added rules compete among themselves alone: what they find
        stands beside what known rules find, or with it where it is the very same text.
        """
        sides = ([one for one in candidates if (one.rules[0] in self._added) is side] for side in (False, True))
        known, added = (resolve(data, side, self.rules, self._nobodys) for side in sides)
        if not added:
            return known
        found = {(one.start, one.end): one for one in known}
        for one in added:
            same = found.get((one.start, one.end))
            found[one.start, one.end] = same._replace(also=same.also + one.rules) if same else one
        return [found[span] for span in sorted(found)]

    def unbounded(self, data: bytes, *, nested: bool = False) -> list[Match]:
        """Return what looks like a key also within a word, the longest at each place: for masking, since it need not be
        one. The matches are apart and in order, unless those within others (``nested``) are wanted, too.
        """
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

    def _unbounded_at(self, data: bytes, lead: Lead, at: int, last: Match | None) -> Match | None:
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
        if all(self._is_placeholder(kind[0], match, body) for kind in self._kinds(lead.form)):
            return None
        return Match(first, stop, body, match["secret"], rules, *match.span())

    def _matches(self, data: bytes, hits: list[tuple[int, int]]) -> list[tuple[int, re.Match[bytes]]]:
        """Each distinct match of a form, once."""
        seen: set[tuple[int, int]] = set()
        found: list[tuple[int, re.Match[bytes]]] = []
        for anchor, at in sorted(set(hits), key=lambda hit: (hit[1], hit[0])):
            for lead in self._plan.leads[anchor]:
                match = self._match_at(data, lead.form, at, lead.before)
                if match is not None and (lead.form, match.start()) not in seen:
                    seen.add((lead.form, match.start()))
                    found.append((lead.form, match))
        return found

    def _match_at(self, data: bytes, form: int, at: int, before: tuple[int, int]) -> re.Match[bytes] | None:
        """The match of a form that has the anchor at ``at`` where it should be."""
        pattern = self._compiled.get(form) or self._compile(form)
        least, most = before
        if least == most:
            start = at - least
            # nearly always: hits are many
            if start < 5 or (data[start - 1] and data[start - 2] not in _COUNTED):
                return pattern.match(data, start) if start >= 0 else None
            return _match_from(pattern, data, start)
        place, stop = max(0, at - most), at - least
        end = at + self._plan.forms[form].width + _SLACK
        while place <= stop:
            match = pattern.search(data, place, end)
            if match is None or match.start() > stop:
                return None
            place = match.start() + 1
            counted = _match_from(pattern, data, match.start()) if _length_before(data, match.start()) else match
            if counted and counted.end() > at:
                return counted
        return None

    def _kinds(self, form: int) -> tuple[Kind, ...]:
        """The rules of a form."""
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
        return found

    def _compile(self, form: int) -> re.Pattern[bytes]:
        pattern = self._compiled[form] = re.compile(self._plan.forms[form].pattern.encode())
        return pattern

    def _is_rule(self, index: int, match: re.Match[bytes]) -> bool:
        check = self.rules[index].checksum
        if not check:
            return True
        from keyguard.rules import checksums

        return check not in checksums.REQUIRED or checksums.CHECKSUMS[check](match["secret"])

    def _is_placeholder(self, index: int, match: re.Match[bytes], body: int) -> bool:
        # most texts in which an anchor stands hold no match, and most commits no other text
        from keyguard.engine.placeholders import is_placeholder, is_spelled

        rule, secret = self.rules[index], match["secret"]
        random = secret[body - match.start("secret") :]
        if is_placeholder(random, rule.placeholders, rule.entropy, chosen=rule.guessable):
            return True
        if not (rule.checksum or rule.spelled) and is_spelled(random):
            return True
        samples = rule.samples if index in self._added and rule.samples else self._samples
        return bool(samples) and (_digest(secret) in samples or _digest(secret) in self._samples)


def _match_from(pattern: re.Pattern[bytes], data: bytes, start: int) -> re.Match[bytes] | None:
    """The match that begins there. Where a string's length stands before it, it ends with the string, since the next
    one may follow at once; and behind a letter that is no length it is a part of a word.
    """
    match, length = pattern.match(data, start), _length_before(data, start)
    if not length:
        return match
    counted = pattern.match(data, start, start + length)
    if counted and counted.span("secret") == (start, start + length):
        return counted
    return None if data[start - 1 : start].isalnum() else match


def _length_before(data: bytes, start: int) -> int:
    """The number that the bytes before a string of compiled code stand for; 0 if it can be none."""
    if start < 5:
        return 0
    if data[start - 3 : start] == b"\0\0\0" and data[start - 5] in _LONG:
        return data[start - 4]
    return data[start - 1] if data[start - 2] in _COUNTED else 0


@lru_cache(maxsize=1024)
def _digest(secret: bytes) -> str:
    return digests.new("sha256", secret).hexdigest()
