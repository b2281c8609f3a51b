"""Keys in names of files: found as those in their content are, and masked wherever a name is shown.

The same goes for messages about what was typed: people paste keys where a name belongs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from keyguard.engine import compiled
from keyguard.engine.compiled import Engine
from keyguard.engine.prefilter import suspects
from keyguard.inspection.inspector import Inspector
from keyguard.masking.known import KNOWN
from keyguard.masking.secret import MASK, Secret, masked
from keyguard.model.finding import Blob, Configuration, Match, Sighting, Skipped, Snippet, Trace, Where
from keyguard.model.provenance import HistoryCoverage
from keyguard.support.errors import KeyguardError

_RANDOM = r"[A-Za-z0-9+_=-]{24,}"
_IS_ID = "(?:KG-)?[0-9a-f]{4,64}"
#: of what is typed: a capital, a small letter or a digit beside another kind at least once in so many characters
_TYPED = 6
_TAKE_IDS = ("verify", "revoke", "plan", "purge", "prove", "journal", "--range", "--since")


class Names:
    """An engine for names. A name in which there is no key costs next to nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._inspector = Inspector(engine)
        self._known: set[bytes] = set()
        #: paths that were masked already
        self._paths: dict[bytes, bytes] = {}

    def sightings(self, paths: Sequence[bytes], where: Where) -> Iterator[Sighting]:
        """The keys in these paths, as if a path were the only line; one in a folder's name but once."""
        known = self._known
        for path in self._suspects(paths):
            from keyguard.inspection.name_boundaries import found_in  # a commit that names no key needs none of it

            found = found_in(path, self._engine)
            ends = {_part_end(path, match.end) for match in found.matches}
            if not all(path[:end] in known for end in ends):
                known.update(path[:end] for end in ends)
                yield from self._inspector.inspect(Blob(path, where), path, found).sightings

    def hide_all(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        """The same with every value masked in their paths, in the names of refs and people, and beside them."""
        listed = [*sightings]
        # hardly ever is there anything to hide: all are looked at in one go
        names = {(one.occurrence.path, one.occurrence.trace and _names(one.occurrence.trace)) for one in listed}
        joined = b"\n".join({text for pair in names for text in pair if text})
        beside = KNOWN.shows("\n".join({one.occurrence.snippet.text for one in listed}))
        if beside or KNOWN.has_weak or self.masked(joined) != joined:
            return [self.hide(one, beside=beside) for one in listed]
        return listed

    def hide(self, sighting: Sighting, *, beside: bool = True) -> Sighting:
        """The same of one; ``beside``: whether the lines that are shown have to be looked at, too."""
        place, name = sighting.occurrence, sighting.fingerprint
        path = KNOWN.mask_own(name, self._shown(place.path))
        trace = place.trace and self._hide_in_trace(place.trace, name)
        snippet = _covered_line(place.snippet) if beside else place.snippet
        if path == place.path and trace is place.trace and snippet == place.snippet:
            return sighting
        if path != place.path:
            KNOWN.rename(place.path, path)
        place = msgspec.structs.replace(place, path=path, trace=trace, snippet=snippet)
        return msgspec.structs.replace(sighting, occurrence=place)

    def _shown(self, path: bytes) -> bytes:
        known = self._paths.get(path)
        if known is None:
            known = self._paths[path] = self.masked(path)
        return known

    def _hide_in_trace(self, trace: Trace, fingerprint: str) -> Trace:
        # a place may have thousands of refs, and hardly ever is there a key in one: all are looked at in one go
        joined = _names(trace)
        hidden = KNOWN.mask_own(fingerprint, self._shown(joined))
        if hidden == joined:
            return trace
        author, *refs = hidden.decode("utf-8", "surrogateescape").split("\n")
        return msgspec.structs.replace(trace, author=author, refs=tuple(refs))

    def hide_in(self, skipped: Skipped) -> Skipped:
        """The same with the keys in its path and its detail masked."""
        return msgspec.structs.replace(skipped, path=self._shown(skipped.path), detail=self.masked_text(skipped.detail))

    def hide_in_configuration(self, said: Configuration) -> Configuration:
        """The same with the keys in its texts masked."""
        path, ref, note = map(self.masked_text, (said.path, said.ref, said.note))
        return msgspec.structs.replace(said, path=path, ref=ref, note=note)

    def hide_in_coverage(self, said: HistoryCoverage) -> HistoryCoverage:
        """The same with the keys in the range masked, as it was asked for."""
        return msgspec.structs.replace(said, range=self.masked_text(said.range)) if said.range else said

    def masked(self, text: bytes) -> bytes:
        """The text with every known value in it masked, and with all that looks like a key, whatever it touches."""
        KNOWN.complete_for(text)
        text = KNOWN.mask_bytes(text)
        text = self._covered(text, self._matches(text))
        # what confirms a match is not even loaded where there is none: a commit hook has names to show, too
        return self._covered(text, self._engine.matcher.unbounded(text)) if self._engine.prefilter.hits(text) else text

    def masked_text(self, text: str) -> str:
        """The same of a text."""
        return self.masked(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def shapes(self, words: Iterable[str]) -> dict[str, str]:
        """Those of some words in which something looks like a key, with that masked."""
        listed = [*words]
        texts = [word.encode("utf-8", "surrogatepass") for word in listed]
        found = {}
        for index in suspects(self._engine.prefilter, texts):
            text = self._covered(texts[index], self._engine.matcher.unbounded(texts[index]))
            if text != texts[index]:
                found[listed[index]] = text.decode("utf-8", "surrogatepass")
        return found

    def _covered(self, text: bytes, matches: Iterable[Match]) -> bytes:
        pieces, at = list[bytes](), 0
        for match in matches:
            if match.start < at:  # a repository's own rule may find what overlaps: one mask for both, no part shown
                pieces[-1], at = MASK.encode(), max(at, match.end)
                continue
            rule = self._engine.ruleset.rules[match.rules[0]]
            mask = masked(Secret(match.secret), match.body - match.start, guessable=rule.guessable)
            pieces += [text[at : match.start], mask.encode()]
            at = match.end
        return b"".join(pieces) + text[at:] if at else text

    def _matches(self, text: bytes) -> list[Match]:
        hits = self._engine.prefilter.hits(text)
        return self._engine.matcher.confirm(text, hits).matches if hits else []

    def _suspects(self, paths: Sequence[bytes]) -> list[bytes]:
        """Those in which a rule could match, by one look at all of them."""
        return [paths[index] for index in suspects(self._engine.prefilter, paths)]


def scrubbed(message: str, arguments: Sequence[str] = ()) -> str:
    """A message with every key in it masked, and what was typed where a name belongs and looks random; where there are
    no rules to tell, all that looks random.
    """
    try:
        message = Names(compiled.load()).masked_text(message)
    except KeyguardError:
        message = re.sub(_RANDOM, MASK, message)
    for typed in _random_parts(arguments):
        message = message.replace(typed, MASK)
    return message


def _random_parts(arguments: Sequence[str]) -> Iterator[str]:
    """What in a command line could be a key that no rule knows; ids stay where a command takes ids."""
    from keyguard.masking.values import is_random

    takes_ids = bool({*_TAKE_IDS} & {*arguments})
    for word in arguments:
        if not os.path.lexists(word):
            for found in re.findall(r"[A-Za-z0-9+/_=-]{16,}", word):
                part = found.strip("=-")
                if is_random(part, _TYPED) and not (takes_ids and re.fullmatch(_IS_ID, part)):
                    yield part


def _names(trace: Trace) -> bytes:
    return "\n".join((trace.author, *trace.refs)).encode("utf-8", "surrogateescape")


def _covered_line(snippet: Snippet) -> Snippet:
    """The same with every value masked that stands beside the one that it is about."""
    before, text, after = (
        KNOWN.mask(part)
        for part in (
            snippet.text[: snippet.start],
            snippet.text[snippet.start : snippet.end],
            snippet.text[snippet.end :],
        )
    )
    return Snippet(text=before + text + after, start=len(before), end=len(before) + len(text))


def _part_end(path: bytes, at: int) -> int:
    end = path.find(b"/", at)
    return end if end >= 0 else len(path)
