"""Determine where a key in a file name begins and ends.

A character next to it separates parts of the name, as ``_`` in ``backup_KEY.env``; in a text it would be part of an
identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.engine.compiled import Engine
from keyguard.engine.matcher import Matcher
from keyguard.engine.overlaps import Found
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Match

#: words and dates after a key whose alphabet includes the separators of names, in reverse: begun at each separator, an
#: expression for the text as it is would take quadratic time
_REVERSED_SUFFIX = re.compile(rb"(?:(?:[a-z]{2,}[A-Z]?|[0-9]{4,8})[-_])+")
#: also shorter ones, only if the key does not contain these characters itself
_SHORT_SUFFIX = re.compile(rb"[A-Za-z0-9]+((?:[-_](?:[A-Z]?[a-z]*|[0-9]{1,8}))+)\Z")
_BLANK = 0x20
#: how many beginnings of other keys within a key are tried
_MOST_NESTED = 4


def found_in(name: bytes, engine: Engine) -> Found:
    """Return the matches in a name, including keys that touch a character of a word."""
    hits = engine.prefilter.search(name)
    if not (hits.anchors or hits.encoded):
        return Found([], [])
    KNOWN.complete_for(name)
    return engine.matcher.confirm(divided(name, engine.matcher), hits)


def divided(name: bytes, matcher: Matcher) -> bytes:
    """Return the name with a blank in place of each character that touches a key, so that the usual rules apply.

    A key that was seen before has the same boundaries as there. Any other one must be between characters that are
    neither letters nor digits.
    """
    found = bytearray(name)
    for start, end in _spans(name, matcher):
        if start and (name[start - 1 : start].isalnum() or name[start - 1] == ord("_")):
            found[start - 1] = _BLANK
        if end < len(name) and (name[end : end + 1].isalnum() or name[end] in b"-_"):
            found[end] = _BLANK
    return bytes(found)


def _spans(name: bytes, matcher: Matcher) -> Iterator[tuple[int, int]]:
    """Yield the spans of keys, in order and disjoint."""
    matches = sorted(matcher.unbounded(name, nested=True), key=lambda one: (one.full_start, -one.full_end))
    last = 0
    for index, match in enumerate(matches):
        start = match.full_start
        if start < last:
            continue
        if known := KNOWN.length_at(name, match.start):
            last = match.start + known
        elif name[start - 1 : start].isalnum():
            continue
        else:
            nested = [one.full_start for one in matches[index + 1 :] if start < one.full_start < match.full_end]
            cuts = [cut for cut in _cuts(name, match, nested) if _is_whole(name[start:cut], matcher)]
            last = cuts[0] if cuts else match.full_end
        if known or not name[last : last + 1].isalnum():
            yield start, last


def _cuts(name: bytes, match: Match, nested: list[int]) -> Iterator[int]:
    """Yield the offsets where a key may end before its pattern does: at the next key, and before words.

    What begins within a key may be a part of it: ``live_`` in ``sk_live_`` is the prefix of another vendor.
    """
    for begin in list(dict.fromkeys(nested))[:_MOST_NESTED]:
        if name[begin - 1] in b"-_":
            yield begin - 1
    if match.full_end == match.end:
        if found := _SHORT_SUFFIX.match(name, match.body, match.end):
            yield found.start(1)
        elif found := _REVERSED_SUFFIX.match(name[match.body : match.end][::-1]):
            yield match.end - found.end()


def _is_whole(text: bytes, matcher: Matcher) -> bool:
    """Whether something that looks like a key is the whole text."""
    return any(one.full_start == 0 and one.full_end == len(text) for one in matcher.unbounded(text))
