"""Resolve candidates that overlap: decide which of them is the match."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate, islice, takewhile

import msgspec

from keyguard.model.finding import Match, Rule

#: matches in derived texts before another one of which that may be a piece
_NEAR = 8

#: the numbers of rules of one family that require the same of a match
Kind = tuple[int, ...]


class Found(msgspec.Struct, frozen=True):
    """The matches in a text, in order, and the spans of placeholders."""

    matches: list[Match]
    placeholders: list[tuple[int, int]]
    is_partial: bool = False
    """Whether some texts that are encoded in it were not searched, since they are too large."""


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """One rule or family over one span, before it is compared with its neighbours."""

    start: int
    end: int
    body: int
    rules: tuple[int, ...]
    """The rules of one family, or one rule."""
    full_start: int
    full_end: int


def resolve(data: bytes, candidates: list[Candidate], rules: tuple[Rule, ...], nobodys: frozenset[int]) -> list[Match]:
    """Return one match per key.

    Rules of one family share a match; otherwise the better rule wins over what it overlaps, and a rule with a vendor
    over one of ``nobodys``. A candidate loses to any better one that it overlaps, even if that one loses to a third: so
    the result depends on the neighbourhood alone, and not on where a page ends.
    """
    groups: dict[tuple[int, int, str], list[Candidate]] = {}
    for one in candidates:
        first = rules[one.rules[0]]
        groups.setdefault((one.start, one.end, first.family or first.id), []).append(one)
    ordered = [groups[key] for key in sorted(groups)]
    kinds = [tuple([one.rules for one in group]) for group in ordered]
    # many keys are found by the same rules
    best = {kind: _best(kind, rules, nobodys) for kind in {*kinds}}
    ranks = [_rank(group[0], *best[kind]) for group, kind in zip(ordered, kinds, strict=True)]
    together = {kind: tuple(sorted(rule for one in kind for rule in one)) for kind in best}
    lost: set[int] = set()
    for index, group in enumerate(ordered):
        for other in range(index + 1, len(ordered)):
            if ordered[other][0].start >= group[0].end:
                break
            lost.add(index if ranks[other] > ranks[index] else other)
    return [_merged(data, group, together[kinds[index]]) for index, group in enumerate(ordered) if index not in lost]


def _best(kinds: tuple[Kind, ...], rules: tuple[Rule, ...], nobodys: frozenset[int]) -> tuple[bool, int, int]:
    """The best of some rules: whether it has a vendor, how sure it is, and how early it comes."""
    return max((kind[0] not in nobodys, rules[rule].confidence.rank, -rule) for kind in kinds for rule in kind)


def _rank(one: Candidate, vendor: bool, sure: int, early: int) -> tuple[bool, int, int, int, int]:
    return vendor, sure, one.end - one.start, -one.start, early


def _merged(data: bytes, group: list[Candidate], rules: tuple[int, ...]) -> Match:
    first = group[0]
    return Match(
        start=first.start,
        end=first.end,
        body=first.body,
        secret=data[first.start : first.end],
        rules=rules,
        full_start=min([one.full_start for one in group]),
        full_end=max([one.full_end for one in group]),
    )


def outside_matches(spans: list[tuple[int, int]], matches: list[Match]) -> list[tuple[int, int]]:
    """Return the spans that overlap no match; matches are in order of their starts."""
    starts = [one.start for one in matches]
    farthest = [*accumulate((one.end for one in matches), max)]
    before = [bisect_left(starts, end) for _, end in spans]
    return [span for span, count in zip(spans, before, strict=True) if not count or farthest[count - 1] <= span[0]]


def with_judged(found: Found, judged: list[Match], rules: tuple[Rule, ...], nobodys: frozenset[int]) -> list[Match]:
    """Return the matches of patterns, and those of detectors that overlap neither these nor placeholders, in order.

    Where all that stands in a secret of a detector is a decoded one of nobody (a private key), the detector tells more
    of it, and the pattern what its value is: they are one match.
    """
    if not judged:
        return found.matches
    inner = [_inner(found.matches, one, nobodys) for one in judged]
    judged = [_with_inner(one, of, rules) if of else one for one, of in zip(judged, inner, strict=True)]
    within = {(one.start, one.end) for one in inner if one}
    matches = [one for one in found.matches if (one.start, one.end) not in within]
    pieces = (span for one in matches for span in one.pieces)
    taken = sorted([*((one.start, one.end) for one in matches), *pieces, *found.placeholders])
    ends = [*accumulate((end for _, end in taken), max)]
    free = [one for one in judged if not (at := bisect_left(taken, (one.end,))) or ends[at - 1] <= one.start]
    return sorted([*matches, *free], key=lambda one: one.start)


def _inner(matches: list[Match], outer: Match, nobodys: frozenset[int]) -> Match | None:
    """Return the only match within another one, if it is decoded and of nobody."""
    first = bisect_left(matches, outer.start, key=lambda one: one.start)
    found = [*takewhile(lambda one: one.start < outer.end, islice(matches, first, first + 2))]
    if len(found) != 1 or not found[0].way or found[0].end > outer.end or found[0].rules[0] not in nobodys:
        return None
    return found[0]


def _with_inner(one: Match, of: Match, rules: tuple[Rule, ...]) -> Match:
    """Return the match of a detector with the value that another one found in it."""
    judged = one.judged and one.judged._replace(guessable=rules[of.rules[0]].guessable)
    return one._replace(secret=of.secret, way=of.way, judged=judged)


def with_derived(found: Found, derived: Found) -> Found:
    """Return what was found in a text, and what was found in texts derived from it that is not the same again.

    A match of the text itself stays, unless it is a piece of a longer secret that only the derived text has in full.
    """
    plain = found.matches
    ends = [*accumulate((one.end for one in plain), max)]
    starts = [one.start for one in plain]
    added, pieces = dict[tuple[int, int, bytes], Match](), set[int]()
    for one in derived.matches:
        near = range(bisect_left(ends, one.start + 1), bisect_left(starts, one.end))
        over = [index for index in near if plain[index].end > one.start]
        if all(_is_piece(plain[index], one) for index in over):
            pieces.update(over)
            added.setdefault((one.start, one.end, one.secret), one)
    kept = [one for index, one in enumerate(plain) if index not in pieces]
    matches = sorted([*kept, *_without_pieces(added.values())], key=lambda one: (one.start, one.end))
    known = [(one.start, one.end) for one in matches]
    return Found(matches, sorted({*found.placeholders, *derived.placeholders} - {*known}))


def _without_pieces(derived: Iterable[Match]) -> list[Match]:
    """Return the matches in derived texts but those that are only the first part of another one: a line of it."""
    kept: list[Match] = []
    for one in sorted(derived, key=lambda one: (one.start, -one.end, -len(one.secret))):
        if not any(_is_piece(one, whole) for whole in kept[-_NEAR:]):
            kept.append(one)
    return kept


def _is_piece(one: Match, whole: Match) -> bool:
    """Whether a match is only a part of the secret of another one."""
    inside = whole.start <= one.start and one.end <= whole.end
    return inside and one.secret != whole.secret and one.secret in whole.secret
