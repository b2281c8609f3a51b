"""Keys in names of files: found as those in their content are, and masked wherever a name is shown.

The same goes for messages about what was typed: people paste keys where a name belongs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from keyguard.engine import compiled
from keyguard.engine.compiled import Engine
from keyguard.engine.prefilter import suspects
from keyguard.errors import KeyguardError
from keyguard.inspector import Inspector
from keyguard.model import Blob, Configuration, Match, Sighting, Skipped, Trace, Where
from keyguard.secrets import MASK, Secret, masked

_RANDOM = r"[A-Za-z0-9+_=-]{24,}"


class Names:
    """An engine for names. A name in which there is no key costs next to nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._inspector = Inspector(engine)
        self._known: set[bytes] = set()

    def sightings(self, paths: Sequence[bytes], where: Where) -> Iterator[Sighting]:
        """The keys in these paths, as if a path were the only line; one in a folder's name but once."""
        known = self._known
        for path in self._suspects(paths):
            ends = {_part_end(path, match.end) for match in self._matches(path)}
            if not all(path[:end] in known for end in ends):
                known.update(path[:end] for end in ends)
                yield from self._inspector.inspect(Blob(path, where), path).sightings

    def hide(self, sighting: Sighting) -> Sighting:
        """The same with the keys in its path masked, and those in the names of refs and people."""
        place = sighting.occurrence
        path, trace = self.masked(place.path), place.trace and self._hide_in_trace(place.trace)
        if path == place.path and trace is place.trace:
            return sighting
        return msgspec.structs.replace(sighting, occurrence=msgspec.structs.replace(place, path=path, trace=trace))

    def _hide_in_trace(self, trace: Trace) -> Trace:
        names = (trace.author, *trace.refs)
        # a place may have thousands of refs, and hardly ever is there a key in one: all are looked at in one go
        if not self._matches("\n".join(names).encode("utf-8", "surrogateescape")):
            return trace
        author, *refs = map(self.masked_text, names)
        return msgspec.structs.replace(trace, author=author, refs=tuple(refs))

    def hide_in(self, skipped: Skipped) -> Skipped:
        """The same with the keys in its path and its detail masked."""
        return msgspec.structs.replace(skipped, path=self.masked(skipped.path), detail=self.masked_text(skipped.detail))

    def hide_in_configuration(self, said: Configuration) -> Configuration:
        """The same with the keys in its texts masked."""
        path, ref, note = map(self.masked_text, (said.path, said.ref, said.note))
        return msgspec.structs.replace(said, path=path, ref=ref, note=note)

    def masked(self, text: bytes) -> bytes:
        """The text with every key in it masked."""
        pieces, at = list[bytes](), 0
        for match in self._matches(text):
            if match.start < at:  # a repository's own rule may find what overlaps: one mask for both, no part shown
                pieces[-1], at = MASK.encode(), max(at, match.end)
                continue
            rule = self._engine.ruleset.rules[match.rules[0]]
            mask = masked(Secret(match.secret), match.body - match.start, guessable=rule.guessable)
            pieces += [text[at : match.start], mask.encode()]
            at = match.end
        return b"".join(pieces) + text[at:] if at else text

    def masked_text(self, text: str) -> str:
        """The same of a text."""
        return self.masked(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def _matches(self, text: bytes) -> list[Match]:
        hits = self._engine.prefilter.hits(text)
        return self._engine.matcher.confirm(text, hits).matches if hits else []

    def _suspects(self, paths: Sequence[bytes]) -> list[bytes]:
        """Those in which a rule could match, by one look at all of them."""
        return [paths[index] for index in suspects(self._engine.prefilter, paths)]


def scrubbed(message: str) -> str:
    """A message with every key in it masked; where there are no rules to tell, with all that looks random masked."""
    try:
        names = Names(compiled.load())
    except KeyguardError:
        return re.sub(_RANDOM, MASK, message)
    return names.masked(message.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _part_end(path: bytes, at: int) -> int:
    end = path.find(b"/", at)
    return end if end >= 0 else len(path)
