"""Decide which vendor issued a key. Thirty vendors use ``sk_live_``; the surrounding text tells them apart.

Evidence, strongest first: the key's own structure, if it can be decoded; the name that the key is assigned to; a host
in the same statement; the use of its variable; the text next to it; imports and hosts in the same file; the path; the
shape alone. If two vendors have equal evidence, or a name and a host contradict each other, the attribution is
ambiguous: the rule of the family's fallback applies and lists them. ``keyguard.attribution.project_evidence`` adds
evidence from other files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from keyguard.attribution.answers import STRUCTURE, alone, certain, ids, is_proven, likely, narrowed, rule_of
from keyguard.attribution.evidence.candidates import Candidates, NamedCandidates
from keyguard.attribution.evidence.context import Context
from keyguard.attribution.evidence.dataflow import demote_stand_ins
from keyguard.attribution.evidence.environments import environment_near, master_key_reason
from keyguard.attribution.evidence.file_heads import FileHead
from keyguard.attribution.evidence.request_targets import request_target
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors, by_host, by_name, by_words, in_path
from keyguard.attribution.evidence.written_forms import WrittenForms
from keyguard.attribution.flow.destinations import Destinations
from keyguard.attribution.structure.frames import Frame
from keyguard.attribution.structure.heads import is_argument_of_other
from keyguard.attribution.structure.key_context import KeyContext
from keyguard.attribution.structure.owners import structural_owner
from keyguard.engine.page import Page
from keyguard.model.finding import Attribution, Certainty, Environment, Ground, Match, Rule
from keyguard.rules import checksums
from keyguard.rules.loader import RuleSet
from keyguard.support.regex import expression

#: after a key that is compared, or only decides what is passed
_TESTED = expression(rb"[\"'`]?\s*(?:&&|[=!]==?|\?(?![.?:]))")


class Attributor:
    """Chooses one of the rules that match a text, by the evidence around it."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset
        self._rules = ruleset.by_id()
        self._with_modes = {rule.vendor for rule in ruleset.rules if {"live", "test"} <= rule.environments.keys()}
        self._written = WrittenForms()
        self._companies: dict[tuple[int, ...], Candidates] = {}
        self._path: tuple[bytes, Collection[str], list[Evidence]] = b"", (), []
        self._unknown: dict[tuple[str, ...], Attribution] = {}
        self._head = FileHead(b"")
        self._destinations = Destinations()

    def attribute(self, match: Match, page: Page, path: bytes) -> Attribution | None:
        """Return the chosen rule, the certainty of its vendor, the other candidates, and the reasons.

        Return None if all matching rules need context and there is none: then the text is no key.
        """
        found = self._inside(match, path) if match.inside[0] else None
        found = found or self._attributed(match, page, path)
        if found is None or not match.way:
            return found
        return msgspec.structs.replace(found, because=(*found.because, self._written.reason(match, page)))

    def _inside(self, match: Match, path: bytes) -> Attribution | None:
        """Return what the derived text says that the key was found in; None if that names no vendor."""
        text, start = match.inside
        end = start + len(match.secret)
        inner = match._replace(
            start=start,
            end=end,
            body=start + match.body - match.start,
            full_start=start,
            full_end=end,
            way=(),
            pieces=(),
        )
        found = self._attributed(inner._replace(inside=(b"", 0)), Page.of(text), path)
        return found if found and found.certainty is not Certainty.AMBIGUOUS and found.vendor else None

    def _attributed(self, match: Match, page: Page, path: bytes) -> Attribution | None:
        if match.judged is not None:
            return certain(self._ruleset.rules[match.rules[0]], *match.judged.reasons, ground=Ground.SHAPE)
        company = self._company(match.rules)
        rules = company.rules
        if len(rules) == 1 and not rules[0].needs_context and not rules[0].fallback:
            return alone(rules[0], match.secret)
        proven = [rule for rule in company.provable if is_proven(rule, match.secret)]
        if len(proven) == 1:
            return certain(proven[0], STRUCTURE, ground=Ground.PROOF)
        place = KeyContext(match, page, path)
        if proven or company.narrowing:
            rules = proven or narrowed(rules, match.secret)
        found = self._by_context(rules, place)
        return self._with_more(found, place) if found else None

    def _company(self, numbers: tuple[int, ...]) -> Candidates:
        if numbers not in self._companies:
            rules = [self._ruleset.rules[number] for number in numbers]
            self._companies[numbers] = Candidates(rules, self._ruleset)
        return self._companies[numbers]

    def _near(self, rules: list[Rule], place: KeyContext) -> NamedCandidates:
        """Return the candidate vendors that are mentioned near a key."""
        numbers, match = place.match.rules, place.match
        company = self._company(numbers)
        if rules is not company.rules:
            left = {rule.id for rule in rules}
            company = self._company(tuple(one for one in numbers if self._ruleset.rules[one].id in left))
        near = NamedCandidates(company, company.nearby.at(place.page, match.start, match.end))
        place.alone = not (near or near.others)
        return near

    def _with_more(self, found: Attribution, place: KeyContext) -> Attribution:
        """Return the attribution with the environment that the context indicates, and a note on a master key."""
        match, page = place.match, place.page
        rule = self._rules[found.rule]
        told, opens, why = rule.environment_of(match.secret), Environment.UNKNOWN, ""
        if told is Environment.UNKNOWN and not rule.environments and rule.vendor in self._with_modes:
            opens, why = environment_near(page.data, match.start, place.surroundings)
        elif told is Environment.LIVE and found.certainty is not Certainty.AMBIGUOUS:
            why = master_key_reason(self._ruleset.vendors[rule.vendor], place.surroundings)
        if not why:
            return found
        return msgspec.structs.replace(found, environment=opens, because=(*found.because, why))

    def _by_context(self, rules: list[Rule], place: KeyContext) -> Attribution | None:
        vendors = self._near(rules, place)
        name, host = _named(vendors, place), request_target(vendors, place.around.statement)
        uses, strangers = self._uses(vendors, place)
        found = [one for one in (name, host) if one and one.direct]
        used = [one for one in uses if one.direct]
        named = [*found, *used, *([host] if host and not host.direct else [])]
        if strangers or ((found or used) and len({one.vendor for one in named}) > 1):
            return self._unclear(rules, [*strangers, *named], Ground.CONTRADICTION)
        direct = bool(name and name.direct)
        if not direct and (stranger := _stranger(vendors, place.around, hosts=not host)):
            return self._unclear(rules, [stranger, *named], Ground.CONTRADICTION)
        for evidence in (*found, *used):
            if vendors.several and (owner := self._owner(place)) and owner.vendor != evidence.vendor:
                return self._unclear(rules, [evidence, *([owner] if owner.vendor else [])], Ground.CONTRADICTION)
            return certain(rule_of(rules, evidence.vendor), evidence.why, ground=Ground.NAME)
        owner = self._owner(place)
        if owner and self._agrees(owner, rules, name, host):
            return certain(rule_of(rules, owner.vendor), owner.why, ground=Ground.NAME)
        mentioned = uses if host is None or any(one.vendor == host.vendor for one in uses) else [*uses, host]
        for several in chain([mentioned], self._beside(vendors, name, place)):
            if len(several) == 1:
                return likely(rules, several[0].vendor, several[0].why, Ground.BESIDE)
            if several:
                return self._unclear(rules, several, Ground.BESIDE)
        return self._by_shape(rules, place.match.rules)

    def _beside(self, vendors: NamedCandidates, name: Evidence | None, place: KeyContext) -> Iterator[list[Evidence]]:
        """Yield weaker evidence from the key's own file, nearest first: it need not be about the key."""
        around = place.around
        if self._head.text is not place.page.head:
            self._head = FileHead(place.page.head)
        if name:
            others = [one for one in by_words(vendors, around.before, "before it") if one.vendor != name.vendor]
            yield [name, *others]
        for text in (around.after, *around.parents, around.block) if vendors else ():
            yield by_words(vendors, text)
        yield self._head.imports(vendors.everyone)
        yield self._in_path(vendors, place.path)
        yield self._head.hosts(vendors.everyone)
        yield self._head.words(vendors.everyone)

    def _uses(self, vendors: NamedCandidates, place: KeyContext) -> tuple[list[Evidence], list[Evidence]]:
        """Return the candidates to which the key goes, and direct evidence for vendors whose keys look different."""
        company = self._company(place.match.rules)
        there = company.nearby.on(place.page)
        if not there:
            return [], []
        found = self._destinations.of({id: one for id, one in company.known.items() if id in there}, place)
        uses = [one for one in found if one.vendor in vendors.everyone]
        return uses, [one for one in found if one.direct and one.vendor not in vendors.everyone]

    def _owner(self, place: KeyContext) -> Evidence | None:
        """Return the vendor that what the key stands in, or what stands beside it, is about."""
        company = self._company(place.match.rules)
        if not company.nearby.on(place.page):
            return None
        named = {id: company.known[id] for id in company.nearby.among(place.window.text)}
        return structural_owner(named, place.window, place.frames, place.name, place.page.head) if named else None

    @staticmethod
    def _agrees(owner: Evidence, rules: list[Rule], *others: Evidence | None) -> bool:
        """Whether a vendor is a candidate, and no other evidence is for another one."""
        return any(rule.vendor == owner.vendor for rule in rules) and all(
            one.vendor == owner.vendor for one in others if one
        )

    def _in_path(self, vendors: NamedCandidates, path: bytes) -> list[Evidence]:
        if self._path[:2] != (path, vendors.everyone.keys()):
            self._path = path, vendors.everyone.keys(), in_path(vendors.everyone, path)
        return self._path[2]

    def _by_shape(self, rules: list[Rule], numbers: tuple[int, ...]) -> Attribution | None:
        """Attribute without evidence: to the only vendor with this shape, else the fallback, else None.

        The answer is the same for all keys that the same rules match, unless their structure leaves fewer of these.
        """
        company = self._company(numbers)
        if rules is not company.rules:
            return self._told_by_shape(rules)
        if not company.shapes:
            company.shapes.append(self._told_by_shape(rules))
        return company.shapes[0]

    def _told_by_shape(self, rules: list[Rule]) -> Attribution | None:
        named = [rule for rule in rules if not rule.fallback]
        shaped = [rule for rule in named if not rule.needs_context]
        if len(shaped) == 1 and shaped[0].checksum in checksums.TELLING:
            return certain(shaped[0], STRUCTURE, ground=Ground.PROOF)
        if len(shaped) == 1:
            return likely(rules, shaped[0].vendor, "the key's shape", Ground.SHAPE)
        if len(named) == len(rules) and not shaped:
            return None
        if len(named) == 1 and self._ruleset.vendors[named[0].vendor].common:
            return likely(rules, named[0].vendor, "the key's prefix", Ground.SHAPE)
        possible = ids(rules)
        if possible not in self._unknown:
            self._unknown[possible] = self._unclear(rules, [], Ground.NOTHING)
        return self._unknown[possible]

    def _unclear(self, rules: list[Rule], found: Iterable[Evidence], ground: Ground) -> Attribution:
        """Return an ambiguous attribution to the fallback.

        Candidates with evidence come first, then those whose shape matches.
        """
        evidence = list(found)
        speaker = next((rule for rule in rules if rule.fallback), rules[0])

        def order(rule: Rule) -> tuple[bool, bool, bool, str]:
            told = any(rule.vendor == one.vendor for one in evidence)
            return (not told, rule.needs_context, not self._ruleset.vendors[rule.vendor].common, rule.vendor)

        others = sorted((rule for rule in rules if not rule.fallback), key=order)
        return Attribution(
            rule=speaker.id,
            vendor=speaker.vendor,
            certainty=Certainty.AMBIGUOUS,
            candidates=tuple(dict.fromkeys([*(one.vendor for one in evidence), *(rule.vendor for rule in others)])),
            because=tuple(dict.fromkeys(one.why for one in evidence)),
            named=tuple(dict.fromkeys(one.vendor for one in evidence)),
            ground=ground,
            possible=ids(rules),
        )


def proven_vendors(ruleset: RuleSet, rule: str, secret: bytes) -> list[str]:
    """Return the vendors whose keys alone have the structure of this secret, in the family of a rule; else none."""
    family = next((one.family for one in ruleset.rules if one.id == rule), "")
    alike = [one for one in ruleset.rules if family and one.family == family and not one.fallback]
    for few in (checksums.PROOFS, checksums.NARROWING):
        found = [one for one in alike if one.checksum in few and checksums.CHECKSUMS[one.checksum](secret)]
        if found:
            return [*dict.fromkeys(one.vendor for one in found)]
    return []


def _named(vendors: Vendors, place: KeyContext) -> Evidence | None:
    found = by_name(vendors, place.around.before)
    if (
        found
        and found.direct
        and (_TESTED.match(place.around.after) or (not found.joined and _is_reported(place.frames)))
    ):
        return found._replace(direct=False)
    return demote_stand_ins(vendors, found, place.around) if found else None


def _is_reported(frames: Sequence[Frame]) -> bool:
    """Whether a key is in an object that is passed to a function which may only report it."""
    if not frames or frames[0].kind != b"{" or frames[0].head:
        return False
    return bool(frames[0].lead) and is_argument_of_other(frames[1:])


def _stranger(vendors: NamedCandidates, place: Context, *, hosts: bool) -> Evidence | None:
    """Return evidence for a vendor whose known keys look different: older keys may not."""
    if not vendors.others:
        return None
    name = by_name(vendors.others, place.before)
    return name if name and name.direct else by_host(vendors.others, place.statement) if hosts else None
