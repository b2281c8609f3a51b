"""What the prefilter searches for to find anchors of rules in encoded form, and the kinds of its hits."""

from __future__ import annotations

import msgspec

#: kinds of hits: base64, by the place in its group of four of the last character (0 to 3), and the others
HEX, PERCENT, BACKSLASH, HTML, QUOTED_PRINTABLE = range(4, 9)
#: an anchor as it is, without the classes of characters behind it: a code, or the end of a line, may be among those
PLAIN = 9


class EncodedAnchors(msgspec.Struct, frozen=True, array_like=True):
    """Literals and expressions, and the kind of hit that each of them is."""

    literals: tuple[bytes, ...] = ()
    kinds: bytes = b""
    expressions: tuple[str, ...] = ()
    kinds_of_expressions: bytes = b""


#: of an engine that searches for plain anchors only
NONE = EncodedAnchors()
