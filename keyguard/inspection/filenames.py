"""Find keys in file names as in file contents, and mask them wherever a name is shown.

Messages about command-line arguments are masked as well: people paste keys where a name belongs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from keyguard.engine import compiled
from keyguard.engine.compiled import Engine
from keyguard.engine.prefilter import suspects
from keyguard.inspection.inspector import Inspector
from keyguard.masking.known_values import KNOWN
from keyguard.masking.secret import MASK, Secret, masked
from keyguard.model.finding import SEPARATOR, Blob, Configuration, Match, Sighting, Skipped, Snippet, Trace, Where
from keyguard.model.provenance import HistoryCoverage
from keyguard.support.errors import KeyguardError

if TYPE_CHECKING:
    from keyguard.masking.cut_values import CutValues

_RANDOM = r"[A-Za-z0-9+_=-]{24,}"
_IS_ID = "(?:KG-)?[0-9a-f]{4,64}"
#: for typed words: upper case, lower case and digits alternate at least once in this many characters on average
_TYPED = 6
_TAKE_IDS = ("verify", "revoke", "plan", "purge", "prove", "journal", "--range", "--since")


class Names:
    """Finds and masks keys in names. A name without a key costs next to nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._inspector = Inspector(engine, opens=False)
        self._known: set[bytes] = set()
        self._cut: CutValues | None = None
        #: cache: path -> masked path
        self._paths: dict[bytes, bytes] = {}

    def sightings(self, paths: Sequence[bytes], where: Where) -> Iterator[Sighting]:
        """Yield the keys in these paths, each path taken as a one-line text.

        A key in the name of a folder is reported only once.
        """
        known = self._known
        for path in self._suspects(paths):
            from keyguard.inspection.name_boundaries import found_in  # a commit that names no key needs none of it

            found = found_in(path, self._engine)
            ends = {_part_end(path, match.end) for match in found.matches}
            if not all(path[:end] in known for end in ends):
                known.update(path[:end] for end in ends)
                yield from self._inspector.inspect(Blob(path, where), path, found).sightings

    def hide_all(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        """Return the sightings with every known value masked in paths, ref names, people's names and snippets."""
        listed = [*sightings]
        # there is hardly ever anything to mask: all texts are searched at once
        names = {(one.occurrence.path, one.occurrence.trace and _names(one.occurrence.trace)) for one in listed}
        joined = b"\n".join({text for pair in names for text in pair if text})
        texts = {one.occurrence.snippet.text for one in listed}
        self._cut = KNOWN.cut_values()
        cut = self._cut is not None and any(self._cut.masked(text) != text for text in texts)
        beside = KNOWN.shows("\n".join(texts)) or cut
        if beside or KNOWN.has_weak or self.masked(joined) != joined:
            return [self.hide(one, beside=beside) for one in listed]
        return listed

    def hide(self, sighting: Sighting, *, beside: bool = True) -> Sighting:
        """Return one sighting with every known value masked.

        ``beside`` says whether the snippet has to be searched too.
        """
        place, name = sighting.occurrence, sighting.fingerprint
        path, member = (KNOWN.mask_own(name, self._shown(text)) for text in (place.file, place.member))
        path = path + SEPARATOR + member if member else path
        trace = place.trace and self._hide_in_trace(place.trace, name)
        snippet = self._covered_line(place.snippet) if beside else place.snippet
        if path == place.path and trace is place.trace and snippet == place.snippet:
            return sighting
        if path != place.path:
            KNOWN.rename(place.path, path)
        place = msgspec.structs.replace(place, path=path, member=member, trace=trace, snippet=snippet)
        return msgspec.structs.replace(sighting, occurrence=place)

    def _covered_line(self, snippet: Snippet) -> Snippet:
        """Return the snippet with every known value masked on both sides of its own key, and what is left of one at its
        ends.
        """
        start, end = snippet.start, snippet.end
        before, text, after = map(KNOWN.mask, (snippet.text[:start], snippet.text[start:end], snippet.text[end:]))
        if self._cut:
            before, after = map(self._cut.masked, (before, after))
        return Snippet(text=before + text + after, start=len(before), end=len(before) + len(text))

    def _shown(self, path: bytes) -> bytes:
        known = self._paths.get(path)
        if known is None:
            known = self._paths[path] = self.masked(path)
        return known

    def _hide_in_trace(self, trace: Trace, fingerprint: str) -> Trace:
        # an occurrence may have thousands of refs, hardly ever with a key in one: all are searched at once
        joined = _names(trace)
        hidden = KNOWN.mask_own(fingerprint, self._shown(joined))
        if hidden == joined:
            return trace
        author, *refs = hidden.decode("utf-8", "surrogateescape").split("\n")
        return msgspec.structs.replace(trace, author=author, refs=tuple(refs))

    def hide_in(self, skipped: Skipped) -> Skipped:
        """Return the entry with the keys in its path and its detail masked."""
        path, member = self._shown(skipped.path), self._shown(skipped.member)
        return msgspec.structs.replace(skipped, path=path, member=member, detail=self.masked_text(skipped.detail))

    def hide_in_configuration(self, said: Configuration) -> Configuration:
        """Return the configuration with the keys in its texts masked."""
        path, ref, note = map(self.masked_text, (said.path, said.ref, said.note))
        return msgspec.structs.replace(said, path=path, ref=ref, note=note)

    def hide_in_coverage(self, said: HistoryCoverage) -> HistoryCoverage:
        """Return the coverage with the keys in the requested range masked."""
        return msgspec.structs.replace(said, range=self.masked_text(said.range)) if said.range else said

    def masked(self, text: bytes) -> bytes:
        """Return the text with every known value masked, and everything that looks like a key, even inside a word."""
        KNOWN.complete_for(text)
        text = KNOWN.mask_bytes(text)
        text = self._covered(text, self._matches(text))
        # the matcher is not even imported if the prefilter has no hit: a commit hook shows names too
        return self._covered(text, self._engine.matcher.unbounded(text)) if self._engine.prefilter.hits(text) else text

    def masked_text(self, text: str) -> str:
        """Return ``masked`` for a string."""
        return self.masked(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def shapes(self, words: Iterable[str]) -> dict[str, str]:
        """Return word -> masked word, for the words that contain something that looks like a key."""
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
            if match.start < at:  # a match of a repository's own rule may overlap: one mask covers both
                pieces[-1], at = MASK.encode(), max(at, match.end)
                continue
            rule = self._engine.ruleset.rules[match.rules[0]]
            mask = masked(Secret(match.secret), match.body - match.start, guessable=rule.guessable)
            pieces += [text[at : match.start], mask.encode()]
            at = match.end
        return b"".join(pieces) + text[at:] if at else text

    def _matches(self, text: bytes) -> list[Match]:
        hits = self._engine.prefilter.search(text)
        return self._engine.matcher.confirm(text, hits).matches if hits.anchors or hits.encoded else []

    def _suspects(self, paths: Sequence[bytes]) -> list[bytes]:
        """Return the paths in which a rule could match, by one search over all of them."""
        return [paths[index] for index in suspects(self._engine.prefilter, paths)]


def mask_message(message: str, arguments: Sequence[str] = ()) -> str:
    """Return a message with every key masked, and every typed argument that looks random.

    If the rules cannot be loaded, everything that looks random is masked.
    """
    try:
        message = Names(compiled.load()).masked_text(message)
    except KeyguardError:
        message = re.sub(_RANDOM, MASK, message)
    for typed in _random_parts(arguments):
        message = message.replace(typed, MASK)
    return message


def _random_parts(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the parts of a command line that may be a key unknown to every rule; ids stay if a command takes ids."""
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


def _part_end(path: bytes, at: int) -> int:
    end = path.find(b"/", at)
    return end if end >= 0 else len(path)
