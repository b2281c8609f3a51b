"""Whose key is it? Thirty vendors write ``sk_live_``; what stands around a key tells them apart.

Evidence, strongest first: the key's own structure where it can be decoded; the name it is assigned to; a host in the
same statement; an import in the same file; the path; what is left by the shape alone. Two vendors with equal evidence,
or a name and a host that contradict each other, make it ambiguous: then the family's fallback speaks and names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from keyguard.engine import checksums
from keyguard.engine.page import Page
from keyguard.model import Attribution, Certainty, Confidence, Match, Rule, Vendor
from keyguard.rules import RuleSet
from keyguard.surroundings import REACH, Surroundings, surroundings

_STRUCTURE = "the key's own structure"
_NOISE = re.compile(rb"[_\-\s.]")
#: addresses name whom they belong to, and not the key behind them
_ADDRESS = re.compile(
    rb"[a-z]{2,10}://[^\s\"'`<>]*|[\w.+-]{1,64}@[\w.-]+|(?<![\w.-])(?:[\w-]{1,63}\.){1,9}(?:ai|com|io|jp|net|org)(?![\w-])"
)
_IDENTIFIER = re.compile(rb"[A-Za-z_$][\w$.-]{2,}")
_WORD = re.compile(rb"[a-z]{3,}")
#: so long a word is another key
_LONG = re.compile(rb"[\w+/-]{20,}")
#: words that stand between a name and its value without changing what the value is
_PLAIN = frozenset(
    b"bearer basic token string str new env key keys secret api value const let var val live test authorization header "
    b"headers getenv get set process default config options params sdk client create init from text char static final "
    b"public private password pass user auth data json true false null none the for prod production dev sandbox mode "
    b"setapikey apikey secretkey access credential credentials echo export and is environ setdefault optional quot "
    b"apos".split()
)
#: what may follow a vendor's name within a word that is all in one case
_SUFFIX = (
    rb"(?i:key|api|secret|token|sk|pk|live|test|client|auth|prod|dev|access|sdk|webhook|private|public|publishable|restricted"
    rb"|pass|cred|env|account|config)"
)
#: brackets that are closed again, and a name of its own that is given a value behind another value
_CLOSED = re.compile(rb"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_OPEN = re.compile(rb"[(\[{]")
_ANOTHER = re.compile(rb"[=:>]\s*[^\s=:,]+[\s,]+[\"']?[A-Za-z_$][\w$.-]*[\"']?\s*(?:=>|:=|[=:])")
#: several names that are given values at once: which is whose cannot be told
_SEVERAL = re.compile(
    rb"\s*(?:(?:const|let|var|my|local)\s+)?[\[(]?\s*[A-Za-z_$][\w$.]*(?:\s*,\s*[A-Za-z_$][\w$.]*)+\s*[\])]?\s*:?=(?![=>])"
)
_IMPORTS = re.compile(
    rb"(?m)^[^\r\n]{0,120}?(?:\b(?:import|require|from|use|using|include|gem|load)\b|<script)[^\r\n]{0,200}"
)
_HOST_BEFORE = re.compile(rb"[A-Za-z0-9-]")
_HOST_AFTER = re.compile(rb"[A-Za-z0-9-]|\.[A-Za-z0-9]")
#: the name in front of an e-mail address; that of a URL stands behind ``//`` or ``:``
_MAILBOX = re.compile(rb"(?<![\w.+/:-])[\w.+-]{1,64}@$")


class Evidence(NamedTuple):
    """One reason to believe in one vendor."""

    vendor: str
    why: str
    #: the key is what the name is given, not just something else on its line
    direct: bool = True


class Attributor:
    """Decides which of the rules that match a text speaks, from the text around it."""

    def __init__(self, ruleset: RuleSet) -> None:
        self._ruleset = ruleset
        self._imports: tuple[bytes, bytes] = (b"", b"")

    def attribute(self, match: Match, page: Page, path: bytes) -> Attribution | None:
        """The rule that speaks for this match, how certain its vendor is, who else it could be, and why.

        None where only rules match that prove nothing without context, and there is none: then it is no key.
        """
        rules = [self._ruleset.rules[index] for index in match.rules]
        if len(rules) == 1 and not rules[0].needs_context and not rules[0].fallback:
            return _alone(rules[0], match.secret)
        proven = [rule for rule in rules if _is_proven(rule, match.secret)]
        if len(proven) == 1:
            return _speaks(proven[0], Certainty.CERTAIN, _STRUCTURE)
        return self._by_context(proven or rules, match, page, path)

    def _by_context(self, rules: list[Rule], match: Match, page: Page, path: bytes) -> Attribution | None:
        vendors = {rule.vendor: self._ruleset.vendors[rule.vendor] for rule in rules if not rule.fallback}
        place = surroundings(*page.around(match.start, match.end, REACH, REACH))
        name, host = _by_name(vendors, place.before), _by_host(vendors, place.statement)
        if name and host and name.direct and name.vendor != host.vendor:
            return self._unclear(rules, [name, host])
        stranger = None if name and name.direct else self._stranger(rules, place, hosts=not host)
        if stranger:
            return self._unclear(rules, [stranger, *filter(None, [host])])
        for evidence in (name if name and name.direct else None, host):
            if evidence:
                return _speaks(_rule_of(rules, evidence.vendor), Certainty.CERTAIN, evidence.why)
        if name:
            return _speaks(_rule_of(rules, name.vendor), Certainty.LIKELY, name.why)
        beside = next(
            filter(None, (_by_words(vendors, text) for text in (place.after, *place.parents, place.block))), []
        )
        for found in (beside, self._by_import(vendors, page), _by_words(vendors, path, "in the path")):
            if len(found) == 1:
                return _speaks(_rule_of(rules, found[0].vendor), Certainty.LIKELY, found[0].why)
            if found:
                return self._unclear(rules, found)
        return self._by_shape(rules)

    def _stranger(self, rules: list[Rule], place: Surroundings, *, hosts: bool) -> Evidence | None:
        """A vendor that is plainly meant although its keys are known to look otherwise: older ones may not have."""
        family = next((rule.family for rule in rules if rule.fallback), "")
        known = {rule.vendor for rule in rules}
        others = {
            rule.vendor: self._ruleset.vendors[rule.vendor]
            for rule in (self._ruleset.rules if family else ())
            if rule.family == family and rule.vendor not in known
        }
        name = _by_name(others, place.before)
        return name if name and name.direct else _by_host(others, place.statement) if hosts else None

    def _by_shape(self, rules: list[Rule]) -> Attribution | None:
        """What is left without any evidence: a shape that only one vendor has, else the fallback, else nothing."""
        named = [rule for rule in rules if not rule.fallback]
        shaped = [rule for rule in named if not rule.needs_context]
        if len(shaped) == 1:
            return _speaks(shaped[0], Certainty.LIKELY, "the key's shape")
        if len(named) == len(rules) and not shaped:
            return None
        if len(named) == 1 and self._ruleset.vendors[named[0].vendor].common:
            return _speaks(named[0], Certainty.LIKELY, "the key's prefix")
        return self._unclear(rules, [])

    def _unclear(self, rules: list[Rule], found: Iterable[Evidence]) -> Attribution:
        """Nobody can be told: the fallback speaks. Candidates with evidence come first, then those with a shape."""
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
            because=tuple(one.why for one in evidence),
        )

    def _by_import(self, vendors: dict[str, Vendor], page: Page) -> list[Evidence]:
        if self._imports[0] is not page.head:
            self._imports = (page.head, b"\n".join(_IMPORTS.findall(page.head)).lower())
        lines = self._imports[1]
        found = {
            vendor.id: Evidence(vendor.id, f"import of {name}")
            for vendor in vendors.values()
            for name in vendor.imports
            if _is_word(lines, name.lower().encode())
        }
        return list(found.values())


def _alone(rule: Rule, secret: bytes) -> Attribution:
    if _is_proven(rule, secret):
        return _speaks(rule, Certainty.CERTAIN, _STRUCTURE)
    if rule.confidence is Confidence.HIGH:
        return _speaks(rule, Certainty.CERTAIN, "the key's prefix")
    return _speaks(rule, Certainty.LIKELY, "the words around it")


def _is_proven(rule: Rule, secret: bytes) -> bool:
    return rule.checksum in checksums.PROOFS and checksums.CHECKSUMS[rule.checksum](secret)


def _speaks(rule: Rule, certainty: Certainty, why: str) -> Attribution:
    return Attribution(rule=rule.id, vendor=rule.vendor, certainty=certainty, because=(why,))


def _rule_of(rules: list[Rule], vendor: str) -> Rule:
    return next(rule for rule in rules if rule.vendor == vendor)


# --- what stands around -------------------------------------------------------------------------------------------


def _by_name(vendors: dict[str, Vendor], before: bytes) -> Evidence | None:
    """The vendor whose name stands in an identifier before the key, nearest to it; a longer name beats its part."""
    text = _ADDRESS.sub(b" ", before)
    several = bool(_SEVERAL.match(text))
    best: tuple[int, int, Evidence] | None = None
    for vendor in vendors.values():
        for name in vendor.names:
            end, whole = _end_of_name(text, name)
            if end >= 0 and (best is None or (end, len(name)) > best[:2]):
                direct = whole and not several and _is_direct(text[end:])
                best = (end, len(name), Evidence(vendor.id, f"a name with {name!r} before it", direct=direct))
    return best[2] if best else None


def _end_of_name(text: bytes, name: str) -> tuple[int, bool]:
    """Where the last identifier that holds a vendor's name ends (-1: none does), and if the name is a word in it."""
    for found in reversed(list(_IDENTIFIER.finditer(text))):
        if name.encode() in _NOISE.sub(b"", found.group()).lower():
            return found.end(), bool(_as_word(name).search(found.group()))
    return -1, False


@lru_cache(maxsize=512)
def _as_word(name: str) -> re.Pattern[bytes]:
    """A vendor's name as a word or several words of an identifier: ``STRIPE_KEY``, ``myStripeKey``, not ``stripes``."""
    letters = b"[_.-]?".join(re.escape(char.encode()) for char in name)
    before = rb"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"
    after = rb"(?:(?![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?=" + _SUFFIX + rb"))"
    return re.compile(before + rb"(?i:" + letters + rb")" + after)


def _is_direct(between: bytes) -> bool:
    """Whether nothing but syntax and plain words stand between a name and the key: it is what the name stands for."""
    plain, count = between, 1
    while count:
        plain, count = _CLOSED.subn(b"0", plain)
    if not _OPEN.search(plain) and _ANOTHER.search(plain):
        return False
    return all(word in _PLAIN for word in _WORD.findall(_LONG.sub(b"", between).lower()))


def _by_host(vendors: dict[str, Vendor], statement: bytes) -> Evidence | None:
    text = statement.lower()
    found = {
        vendor.id: Evidence(vendor.id, f"host {host} in the same statement")
        for vendor in vendors.values()
        for host in vendor.hosts
        if _has_host(text, host.encode())
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _by_words(vendors: dict[str, Vendor], text: bytes, where: str = "beside it") -> list[Evidence]:
    """Vendors that are named anywhere in a text."""
    plain = _NOISE.sub(b"", text).lower()
    found = {
        vendor.id: Evidence(vendor.id, f"{name!r} {where}")
        for vendor in vendors.values()
        for name in vendor.names
        if name.encode() in plain
    }
    return list(found.values())


def _has_host(text: bytes, host: bytes) -> bool:
    at = text.find(host)
    while at >= 0:
        end = at + len(host)
        longer = (at and _HOST_BEFORE.match(text, at - 1)) or _HOST_AFTER.match(text, end)
        if not longer and not _MAILBOX.search(text, max(0, at - 66), at):
            return True
        at = text.find(host, at + 1)
    return False


def _is_word(text: bytes, name: bytes) -> bool:
    """Whether a package name stands in the text and not inside a longer one (``stripe`` is not ``stripes``)."""
    return bool(re.search(rb"(?<![A-Za-z0-9_@-])" + re.escape(name) + rb"(?![A-Za-z0-9_-])", text))
