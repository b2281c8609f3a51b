"""Turn the matches in a page into sightings: attribution, place, mask, and the marker that would suppress each.

The result is safe to print, to store and to send to another process. The values themselves are only recorded in
memory, so that they can be masked wherever else they occur.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from keyguard.attribution.attributor import Attributor
from keyguard.attribution.evidence.assignment import assigned_name
from keyguard.attribution.evidence.context import REACH
from keyguard.engine import decode
from keyguard.engine.location import MatchLocations, Origin
from keyguard.engine.matcher import Matcher
from keyguard.engine.overlaps import Found
from keyguard.engine.page import PAGE, Page, Pager, pages
from keyguard.engine.prefilter import Hits
from keyguard.inspection.identities import Identities, note, note_written
from keyguard.inspection.occurrence_limit import OccurrenceLimit
from keyguard.masking.secret import Secret, masked
from keyguard.model.finding import (
    Attribution,
    Blob,
    Certainty,
    Environment,
    JudgedSecret,
    Match,
    Occurrence,
    Rule,
    Sighting,
    Suppression,
)
from keyguard.rules import checksums
from keyguard.rules.loader import RuleSet
from keyguard.triage.markers import Marker, applies, markers
from keyguard.triage.sample_words import sample_word


class _Seen(NamedTuple):
    """Sightings, and the number of placeholders found with them."""

    sightings: list[Sighting]
    placeholders: int

    def plus(self, more: _Seen) -> _Seen:
        return _Seen(self.sightings + more.sightings, self.placeholders + more.placeholders)


class SightingFinder:
    """Finds the sightings in texts, and caches the fingerprints of this run."""

    def __init__(self, ruleset: RuleSet, matcher: Matcher) -> None:
        self._ruleset = ruleset
        self._rules = ruleset.by_id()
        self._matcher = matcher
        self._attributor = Attributor(ruleset)
        self._identities = Identities()
        self.doubtful = self.partial = False
        """Whether, since they were last set to False, any attribution could change with the path; and whether in any
        text more is encoded than is decoded."""

    def secret(self, fingerprint: str) -> Secret | None:
        """Return the value with that fingerprint if it was seen: for callers that act on a key, never for reports."""
        return self._identities.secret(fingerprint)

    def sight(
        self, blob: Blob, read: Callable[[int], bytes], found: Found | None = None, hits: Hits | None = None
    ) -> tuple[list[Sighting], int]:
        """Return all sightings in a text that ``read`` returns in pieces, and the number of placeholders.

        ``found`` is the matcher's result and ``hits`` the prefilter's, if known; ``found`` only for one without NULs.
        """
        codec = decode.sniff(first := _first(read))
        if codec:
            return self._sight_decoded(blob, read, first, codec)
        seen, repeats = _Seen([], 0), OccurrenceLimit()
        for page in pages(read, first):
            here, there = (found, hits) if page.whole else (None, None)
            seen = seen.plus(self._sight_page(blob, page, repeats, hashed=True, found=here, hits=there))
        return repeats.with_counts(seen.sightings), seen.placeholders

    def _sight_decoded(self, blob: Blob, read: Callable[[int], bytes], first: bytes, codec: str) -> _Seen:
        """Return the sightings in a text in UTF-16 or UTF-32, and those in its raw bytes: a mark proves nothing."""
        raw, order = Pager(), codec[-2:]
        raw.add(first)

        def read_and_keep(size: int) -> bytes:
            data = read(size)
            raw.add(data)
            return data

        seen, behind = _Seen([], 0), _Seen([], 0)
        repeats, others = OccurrenceLimit(), OccurrenceLimit()
        for page in pages(decode.transcoder(read_and_keep, codec, first)):
            seen = seen.plus(self._sight_page(blob, page, repeats, hashed=False))
            while raw.wanting() <= 0:
                behind = behind.plus(self._sight_page(blob, raw.cut(final=False), others, hashed=False, order=order))
        behind = behind.plus(self._sight_page(blob, raw.cut(final=True), others, hashed=False, order=order))
        known = {one.fingerprint for one in seen.sightings}
        own = [one for one in others.with_counts(behind.sightings) if one.fingerprint not in known]
        return _Seen([*repeats.with_counts(seen.sightings), *own], seen.placeholders)

    def _sight_page(
        self,
        blob: Blob,
        page: Page,
        repeats: OccurrenceLimit,
        *,
        hashed: bool,
        order: str = "",
        found: Found | None = None,
        hits: Hits | None = None,
    ) -> _Seen:
        sightings, placeholders = list[Sighting](), 0
        known: set[tuple[int, bytes]] = set()
        for text, origin in self._texts(page, order):
            here = self._matcher.find(text.data, blob.path, None if origin else hits) if found is None else found
            self.partial = self.partial or here.is_partial
            placeholders += sum(_fresh(start, text) for start, _ in here.placeholders)
            places = MatchLocations(blob, text, here.matches, origin, hashed=hashed) if here.matches else None
            if places is not None:
                fresh = self._fresh_ones(text, here.matches, places, known)
                sightings += self._sightings(blob, text, here.matches, places, fresh, repeats)
        return _Seen(sightings, placeholders)

    def _texts(self, page: Page, order: str) -> Iterator[tuple[Page, Origin | None]]:
        """Yield the page itself and, if it contains NULs, the wide strings in it, of one byte order if it is known."""
        yield page, None
        if b"\0" not in page.data or not self._matcher.prefilter.hits(page.data.translate(None, b"\0")):
            return
        for run in decode.wide_runs(page.data, order):
            text = Page.of(run.text)
            text.fresh = _fresh_part(page, run)
            yield text, Origin(page, run)

    def _fresh_ones(
        self, page: Page, matches: list[Match], places: MatchLocations, known: set[tuple[int, bytes]]
    ) -> Iterator[int]:
        """Yield the indices of the matches that this page has to report and that are not ``known`` yet."""
        for index, match in enumerate(matches):
            # a wide string that is valid in both byte orders is read in both, but its keys count once
            if (same := (places.offset(index), match.secret)) not in known:
                known.add(same)
                if _fresh(match.start, page):
                    yield index

    def _sightings(
        self,
        blob: Blob,
        page: Page,
        matches: list[Match],
        places: MatchLocations,
        fresh: Iterable[int],
        repeats: OccurrenceLimit,
    ) -> Iterator[Sighting]:
        noted, hidden = self._noted(matches, page), self._overlapping(matches)
        held: dict[int, Attribution] = {}
        for index in fresh:
            match, here = matches[index], noted.get(index, [])
            if repeats.is_counted(match, here):
                continue
            attribution = self._attributor.attribute(match, page, blob.path)
            self.doubtful = self.doubtful or attribution is None or attribution.certainty is not Certainty.CERTAIN
            if attribution is not None:
                held[index] = attribution
                repeats.record(match, here)
        places.prepare(held)
        for index, attribution in held.items():
            match, here, place = matches[index], noted.get(index, []), partial(places.occurrence, index)
            sighting = self._sighting(match, attribution, here, place, page, hidden=index in hidden)
            repeats.record_sighting(match, here, sighting)
            yield sighting

    def _noted(self, matches: list[Match], page: Page) -> dict[int, list[Marker]]:
        """Return index of match -> markers that cover it.

        Matches of rules from the scanned repository are separate: they take no marker from another key, and give none.
        """
        added = self._ruleset.added
        groups = [[*range(len(matches))]]
        if added:
            own = [self._ruleset.rules[match.rules[0]].id in added for match in matches]
            groups = [[number for number in groups[0] if own[number] is kind] for kind in (False, True)]
        return {
            numbers[index]: found
            for numbers in groups
            for index, found in markers([matches[number] for number in numbers], page).items()
        }

    def _overlapping(self, matches: list[Match]) -> set[int]:
        """Return the indices of matches to mask completely: rules of the scanned repository that overlap others.

        Otherwise a pack could make reports show a key in pieces.
        """
        if not self._ruleset.added:
            return set()
        added = [self._ruleset.rules[match.rules[0]].id in self._ruleset.added for match in matches]
        found, end = set[int](), -1
        for index, match in enumerate(matches):
            behind = matches[index + 1] if index + 1 < len(matches) else None
            if added[index] and (match.start < end or (behind and behind.start < match.end)):
                found.add(index)
            end = max(end, match.end)
        return found

    def _sighting(
        self,
        match: Match,
        attribution: Attribution,
        noted: Sequence[Marker],
        place: Callable[[str], Occurrence],
        page: Page,
        *,
        hidden: bool,
    ) -> Sighting:
        rule, judged = self._rules[attribution.rule], match.judged
        guessable = judged.guessable if judged and match.way else rule.guessable or bool(judged and judged.guessable)
        secret = Secret(match.secret)
        body = match.body - match.start
        mask = masked(secret, body, guessable=guessable or hidden)
        occurrence, called = place(mask), _name(match, page) if guessable else ""
        sample, aside, run = sample_word(match, page), _aside(judged) if judged else "", ""
        if judged:
            name, run = self._identities.of_judged(
                secret, occurrence, rule.id, called, guessable=guessable, aside=bool(aside or sample)
            )
        else:
            name = self._identities.of_value(secret, guessable=guessable)
        note(secret, body, mask, run or name, guessable=guessable)
        written = page.data[match.start : match.end]
        if written != match.secret:
            note_written(written, run or name)
            for start, end in match.pieces:
                if (piece := page.data[start:end]) not in match.secret[:body]:
                    note_written(piece, run or name)
        check = checksums.CHECKSUMS.get(rule.checksum)
        return Sighting(
            fingerprint=name,
            masked=mask,
            attribution=attribution,
            environment=_environment(rule, match, attribution),
            malformed=check is not None and rule.checksum not in checksums.PROOFS and not check(match.secret),
            occurrence=occurrence,
            suppression=_suppression(noted, rule.id),
            also=tuple(sorted(self._ruleset.rules[number].id for number in match.also)),
            spared={id: found for id in attribution.possible if noted and (found := _suppression(noted, id))},
            name=called,
            sample=sample,
            judged=judged.confidence if judged else None,
            aside=aside,
            guessable=guessable,
            run_identity=run,
        )


def _name(match: Match, page: Page) -> str:
    """Return the identifier that the value is given; empty where there is none."""
    low, _ = page.line_span(match.full_start, REACH)
    line = page.data[low : match.full_start].rstrip(b"\"'` \t")
    return assigned_name(line, len(line)).decode("utf-8", "replace")


def _aside(judged: JudgedSecret) -> str:
    """Return why a secret without a vendor's format is only informational; empty if it is not."""
    if judged.weak:
        return "a well-known default, a sample, in doubt, or not valid any more"
    return "in a comment or in text for readers" if judged.comment else ""


def _environment(rule: Rule, match: Match, attribution: Attribution) -> Environment:
    """Return the environment by the key's prefix, or else by its context."""
    told = rule.environment_of(match.secret)
    return attribution.environment if told is Environment.UNKNOWN else told


def _suppression(noted: Sequence[Marker], rule: str) -> Suppression | None:
    """Return the suppression by the first marker that applies to the rule; None if there is none."""
    return next((found for marker in noted if (found := applies(marker, rule))), None)


def _first(read: Callable[[int], bytes]) -> bytes:
    """Return the beginning of a text, long enough to determine its encoding."""
    first = read(PAGE)
    while len(first) < decode.LOOK and (more := read(PAGE)):
        first += more
    return first


def _fresh_part(page: Page, run: decode.WideRun) -> tuple[int, int]:
    """Return the range of characters of a wide string that the page has to report."""
    first, last = ((place - run.start + run.width - 1) // run.width for place in page.fresh)
    return max(0, first), max(0, last)


def _fresh(start: int, page: Page) -> bool:
    return page.fresh[0] <= start < page.fresh[1]
