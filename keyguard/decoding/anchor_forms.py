"""What shows that an anchor of a rule stands in a text in an encoded form: literals and expressions for the prefilter.

A character of base64 depends on one or two bytes, so a text has three forms in it, by the number of bytes before it in
its group of three. The characters in the middle of each depend on the text alone, and five of them occur by chance once
in a thousand million. The same is done again for base64 and hex of base64 and hex. Deeper, the forms are those of what
stands at the start of an encoded text, as nobody encodes a larger one as often as that.

Where every character is written as a code (``%73``, ``\\u0073``) no anchor is needed: eight codes in a row are rare.
Where only special characters are, the anchors that contain one show it; other anchors stand there as they are.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from keyguard.decoding.encoded_anchors import (
    BACKSLASH,
    HEX,
    HTML,
    PERCENT,
    PLAIN,
    QUOTED_PRINTABLE,
    EncodedAnchors,
)
from keyguard.rules.anchor import Anchor

#: characters of base64 that make a literal, and those that are enough where there are no more
_WIDTH, _NARROW = 5, 4
#: bytes of an anchor that are encoded
_HEAD = 6
#: how often base64 is applied to what stands at the start of a text
_DEEPEST = 5
#: anchors of three bytes of which there are more (digits in base64, of one rule) count only at the start of a group
_SIBLINGS = 32
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
#: how compressed texts begin: the header that ``gzip`` writes, with and without a name
_COMPRESSED = b"\x1f\x8b\x08\x00", b"\x1f\x8b\x08\x08"
#: how codes begin, for those that are in base64
_CODES = (
    *(b"\\u00", b"\\u{", b"&#x", b"&amp;#"),
    *(b"%%25%d" % digit for digit in range(2, 8)),
    *(b"\\x%d" % digit for digit in range(2, 8)),
    *(b"\\%02o" % digits for digits in range(5, 16)),
    *(b"&#%d" % digit for digit in (1, *range(3, 10))),
)
#: the same in base64, for what is encoded again, and how what ``zlib`` writes begins there
_COMPRESSED_IN_BASE64 = b"H4sIA", b"H4sIC", b"eJw", b"eJx", b"eJy", b"eJz", b"eNo", b"eNp", b"eNq", b"eNr"
_DIGITS = b"0123456789abcdefABCDEF"
#: anchors that are words: codes among what follows them are not looked for, as they stand in most files
_IN_MOST_FILES = frozenset(
    b"api- api_ API- API_KEY ext_ http:// https:// ion_ key- key_ live_ private_ public_ secret_ standard_ test_"
    b"".split()
)


def encoded_anchors(anchors: Collection[Anchor], rare: AbstractSet[Anchor] = frozenset()) -> EncodedAnchors:
    """Return what shows that one of the anchors stands in a text in an encoded form; most anchors have them all.

    Those that are ``rare`` have those in base64 or hex that is applied once: others would cost more than they find.
    """
    families = Counter((anchor.tail, anchor.nocase) for anchor in anchors if len(anchor.literal) == _NARROW - 1)
    found: dict[bytes, int] = {}
    for anchor in anchors:
        many = len(anchor.literal) == _NARROW - 1 and families[anchor.tail, anchor.nocase] > _SIBLINGS
        for text in _cases(anchor):
            forms = _once(text[:_HEAD]) if anchor in rare else _forms(text, only_first=many)
            for literal, kind in (*forms, *_special_forms(text)):
                found.setdefault(literal, kind)
            if len(text) >= _NARROW and anchor.tail and not anchor.nocase and text not in _IN_MOST_FILES:
                found.setdefault(text, PLAIN)
    for text in _CODES:
        found.update((*_base64_forms(text), *_hex_forms(text)))
    for text in _COMPRESSED:
        found.update((*_first_forms(text), *_hex_forms(text)))
    for text in _COMPRESSED_IN_BASE64:
        found.update((*_base64_forms(text), *_hex_forms(text)))
    expressions = [*_expressions()]
    return EncodedAnchors(
        literals=tuple(found),
        kinds=bytes(found.values()),
        expressions=tuple(text for text, _ in expressions),
        kinds_of_expressions=bytes(kind for _, kind in expressions),
    )


def _cases(anchor: Anchor) -> Iterable[bytes]:
    """Return the literal of an anchor as it is written: if case is ignored, in lower or in upper case or in words."""
    text = anchor.literal
    return dict.fromkeys((text, text.upper(), text.capitalize())) if anchor.nocase else (text,)


# --- base64 and hex -----------------------------------------------------------------------------------------------


def _forms(text: bytes, *, only_first: bool) -> Iterator[tuple[bytes, int]]:
    """Yield (literal, kind) for all forms in base64 and in hex; with ``only_first``, for a text at its start."""
    head = text[:_HEAD]
    yield from _first_forms(head)
    if only_first:
        return
    for literal, kind in (*_base64_forms(head), *_hex_forms(head)):
        yield literal, kind
        yield from _base64_forms(literal)
        yield from _hex_forms(literal)
    yield from _base64_forms(b"".join(bytes((byte, 0)) for byte in text[:_NARROW]))
    yield from _broken_forms(text)


def _once(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield (literal, kind) for the forms in base64 and in hex, each applied once and on one line."""
    yield from _base64_forms(text)
    yield from _hex_forms(text)


def _broken_forms(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the forms in base64 of which one is whole if the end of a line stands within another one: that of bytes
    further behind, or those with the end of a line in them.
    """
    if len(text) >= 2 * _HEAD - 3:
        yield from _base64_forms(text[_HEAD - 3 :][:_HEAD])
        return
    for literal, kind in _base64_forms(text[:_HEAD]):
        for at in range(1, len(literal)):
            yield from ((literal[:at] + end + literal[at:], kind) for end in (b"\n",))


def _first_forms(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the forms of what stands at the start of a text that is encoded in base64 once or several times."""
    for _ in range(_DEEPEST):
        text = base64.b64encode(text)[: len(text) * 4 // 3]
        width = min(_WIDTH, len(text))
        for literal in _alphabets(text[:width]):
            yield literal, (width - 1) % 4


def _base64_forms(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the forms of a text of three bytes or more that is encoded in base64 with others before and behind it."""
    for shift in range(3):
        padded = base64.b64encode(bytes(shift) + text + b"\0\0\0")
        first, last = -(-shift * 4 // 3), (shift + len(text)) * 4 // 3
        if last - first >= _NARROW:
            last = min(last, first + _WIDTH)
            literals = [padded[first:last]]
        elif shift == 1:  # the character before depends on the byte before as well
            low = _ALPHABET.index(padded[first - 1]) & 15
            literals = [_ALPHABET[high << 4 | low :][:1] + padded[first:last] for high in range(4)]
        else:  # the character behind depends on the byte behind as well, which is ASCII
            high = _ALPHABET.index(padded[last])
            last += 1
            literals = [padded[first : last - 1] + _ALPHABET[high | low :][:1] for low in (0, 1)]
        for literal in literals:
            for one in _alphabets(literal):
                yield one, (last - 1) % 4


def _alphabets(literal: bytes) -> Iterable[bytes]:
    """Return a literal in base64 in the standard alphabet and in the one for URLs."""
    return dict.fromkeys((literal, literal.translate(_URL_SAFE)))


def _hex_forms(text: bytes) -> Iterator[tuple[bytes, int]]:
    digits = text[:_NARROW].hex().encode()
    yield digits, HEX
    yield digits.upper(), HEX


# --- codes --------------------------------------------------------------------------------------------------------


def _special_forms(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield (literal, kind) for an anchor in which only special characters are written as codes, each in all ways."""
    for kind, special, written in _WRITTEN:
        places = [at for at, byte in enumerate(text) if byte in special]
        if places:
            yield _with_codes(text, places, written), kind


def _with_codes(text: bytes, places: list[int], written: str) -> bytes:
    """Return the text up to its first code if enough stands before that, else all of it."""
    end = places[0] + 1 if places[0] >= _NARROW - 1 else len(text)
    return b"".join(written.format(text[at]).encode() if at in places else text[at : at + 1] for at in range(end))


#: kind, the characters that are written as codes, and how
_WRITTEN = (
    *((PERCENT, b":/+= $|@!,;?&()*'", code) for code in ("%{:02X}", "%{:02x}", "%25{:02X}", "%25{:02x}")),
    *((BACKSLASH, b"/+=", code) for code in ("\\u{:04x}", "\\u{:04X}", "\\x{:02x}", "\\x{:02X}")),
    (BACKSLASH, b"/", "\\{:c}"),
    *((HTML, b"/+=", code) for code in ("&#x{:x};", "&#x{:X};", "&#{:d};")),
)


def _expressions() -> Iterator[tuple[str, int]]:
    """Yield (expression, kind); they are at least as long as what nobody writes by chance."""
    digits = "[2-7][0-9A-Fa-f]"
    yield f"(?:%{digits}){{8}}", PERCENT
    yield f"(?:%25{digits}){{8}}", PERCENT
    yield rf"(?:\\{{1,8}}x{digits}){{8}}", BACKSLASH
    yield rf"(?:\\{{1,8}}u00{digits}){{8}}", BACKSLASH
    yield rf"(?:\\{{1,8}}u\{{{digits}\}}){{8}}", BACKSLASH
    yield r"(?:\\{1,8}[01][0-7]{2}){8}", BACKSLASH
    yield f"(?:&(?:amp;)?#[xX]0{{0,2}}{digits};){{8}}", HTML
    yield "(?:&(?:amp;)?#0?[0-9]{2,3};){8}", HTML
    yield "(?:=[2-7][0-9A-F]){8}", QUOTED_PRINTABLE
    # base64 of codes of three bytes, which have the same period as its groups, and hex of them
    yield "(?:(?:25|3[Dd])3[2-7](?:3[0-9]|[46][1-6])){8}", HEX
    code = b"%=", b"234567", _DIGITS
    for period in (code, (*code[1:], code[0]), (code[2], *code[:2])):
        yield _base64_expression(period), 3
    # a zlib stream at the start of a run: the header has three likely second bytes. With ten characters more, Hyperscan
    # would compile an automaton for all expressions that takes twice the time
    yield "(?:^|[^A-Za-z0-9+/_-])e(?:J[w-z]|N[o-r]|A[E-H]|F[4-7])[A-Za-z0-9+/_-]{21}", 3


def _base64_expression(period: Sequence[bytes]) -> str:
    """Return an expression for eight groups of base64 of a text with these bytes at three places in turn."""
    one, two, three = period
    values = (
        {byte >> 2 for byte in one},
        {(byte & 3) << 4 | other >> 4 for byte in one for other in two},
        {(byte & 15) << 2 | other >> 6 for byte in two for other in three},
        {byte & 63 for byte in three},
    )
    classes = ("".join(chr(_ALPHABET[value]) for value in sorted(chars)) for chars in values)
    return f"(?:{''.join(f'[{chars}]' for chars in classes)}){{8}}"
