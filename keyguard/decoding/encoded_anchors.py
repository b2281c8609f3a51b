"""What the prefilter searches for to find anchors of rules in encoded form, and the kinds of its hits."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from keyguard.support.regex import expression

#: kinds of hits: base64, by the place in its group of four of the last character (0 to 3), and the others
HEX, PERCENT, BACKSLASH, HTML, QUOTED_PRINTABLE = range(4, 9)
#: an anchor as it is, without the classes of characters behind it: a code, or the end of a line, may be among those
PLAIN = 9
#: a code of a single character among the classes behind an anchor, of which there are 16 at most
_CODED = expression(
    rb"[!+./:=\w~-]{0,16}?(?:%[0-9A-Fa-f]{2}|\\[xuU0-3\"'\\/nrtbf]|&(?:#|amp;|lt;|gt;|quot;|apos;)"
    rb"|=(?:[0-9A-F]{2}|[ \t]*\r?\n))"
)


class EncodedAnchors(msgspec.Struct, frozen=True, array_like=True):
    """Literals and expressions, and the kind of hit that each of them is."""

    literals: tuple[bytes, ...] = ()
    kinds: bytes = b""
    expressions: tuple[str, ...] = ()
    kinds_of_expressions: bytes = b""


#: of an engine that searches for plain anchors only
NONE = EncodedAnchors()


def with_codes(data: bytes, hits: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the hits, which are (kind, offset of the end), but those of an anchor as it is with no code behind it."""
    return [(kind, end) for kind, end in hits if kind != PLAIN or _CODED.match(data, end)]
