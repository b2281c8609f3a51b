"""The byte sequences in which a key can occur, and their replacements."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from keyguard.masking.secret import MASK, Secret

#: the encodings that a scan reads; in all others, a key has the same bytes as in UTF-8
CODECS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


class Replacement(NamedTuple):
    """One key in one encoding, or in one text that it is written in."""

    old: bytes
    new: bytes
    key: int
    """The index of the key."""
    codec: str


class Replacements:
    """All byte sequences for some keys. Its ``repr`` shows none of them."""

    def __init__(self, secrets: Sequence[tuple[str, Secret]], written: Sequence[Collection[bytes]] = ()) -> None:
        """``secrets`` are the keys with their ids: ``REMOVED-`` and the id, valid in any name, replace each.

        ``written`` are, for each of them, the texts in which it is encoded.
        """
        found = [
            form for number, (name, secret) in enumerate(secrets) for form in _forms(number, name, secret.reveal())
        ]
        for number, texts in enumerate(written):
            found += [Replacement(text, _replacement(secrets[number][0]).encode(), number, "utf-8") for text in texts]
        # longest first: one may be part of another
        self.all = sorted(found, key=lambda form: -len(form.old))
        self._plain = [form for form in self.all if b"\0" not in form.old]
        self.longest = max((len(form.old) for form in self.all), default=0)

    def __repr__(self) -> str:
        return "Forms(********)"

    def of(self, data: bytes) -> list[Replacement]:
        """Return the sequences that can occur in ``data``."""
        return self.all if b"\0" in data else self._plain

    def keys_in(self, data: bytes) -> set[int]:
        """Return the indices of the keys in ``data``."""
        return {form.key for form in self.of(data) if form.old in data}

    def named_in(self, name: bytes) -> bool:
        """Whether a name contains a key."""
        return any(form.old in name for form in self._plain)

    def replaced(self, data: bytes) -> bytes:
        """Return ``data`` with every key replaced."""
        for form in self.of(data):
            data = data.replace(form.old, form.new)
        return data

    def hidden(self, name: bytes) -> bytes:
        """Return a name with every key masked, for display."""
        for form in self._plain:
            name = name.replace(form.old, MASK.encode())
        return name

    def lines(self, data: bytes) -> list[tuple[int, str]]:
        """Return each line of a text with a key, as (number from 1, replacement)."""
        found: dict[tuple[int, str], None] = {}
        for form in self.of(data):
            line, at = 1, 0
            for match in re.finditer(re.escape(form.old), data):
                codec, start = _aligned(form.codec, match.start())
                line, at = line + _breaks(data, at, start, codec), start
                found[line, form.new.decode(form.codec)] = None
            # do not count it again in a shorter sequence or in another byte order
            data = data.replace(form.old, b"\0" * len(form.old))
        return sorted(found)


def _replacement(name: str) -> str:
    return f"REMOVED-{name}"


def _forms(number: int, name: str, value: bytes) -> list[Replacement]:
    new = _replacement(name)
    forms = [Replacement(value, new.encode(), number, "utf-8")]
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return forms
    return forms + [Replacement(text.encode(codec), new.encode(codec), number, codec) for codec in CODECS[1:]]


def _aligned(codec: str, start: int) -> tuple[str, int]:
    """Return the byte order of a text and its aligned offset: one byte off, the bytes are valid in the other order."""
    width = len("\n".encode(codec))
    if codec.endswith("-le") and start % width == width - 1:
        return codec.replace("-le", "-be"), start - width + 1
    return codec, start


def _breaks(data: bytes, start: int, end: int, codec: str) -> int:
    """Return the number of line breaks from ``start`` to ``end``, of characters aligned with ``end``."""
    line_break = "\n".encode(codec)
    if len(line_break) == 1:
        return data.count(line_break, start, end)
    found = re.compile(b"(?=%s)" % re.escape(line_break), re.DOTALL).finditer(data, start, end)
    return sum((end - match.start()) % len(line_break) == 0 for match in found)
