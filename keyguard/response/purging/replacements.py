"""The bytes in which a key can stand, and what stands in their place afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from keyguard.masking.secret import MASK, Secret

#: what a scan reads a text in: keys of other encodings are in the bytes of UTF-8, too
CODECS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


class Replacement(NamedTuple):
    """One key in one encoding."""

    old: bytes
    new: bytes
    key: int
    """The number of the key."""
    codec: str


class Replacements:
    """All forms of some keys. No ``repr`` of it shows one."""

    def __init__(self, secrets: Sequence[tuple[str, Secret]]) -> None:
        """Each key with its id: ``REMOVED-`` and the id replace it, which names of refs and of files may have, too."""
        found = [
            form for number, (name, secret) in enumerate(secrets) for form in _forms(number, name, secret.reveal())
        ]
        # the longest first: one may be part of another
        self.all = sorted(found, key=lambda form: -len(form.old))
        self._plain = [form for form in self.all if b"\0" not in form.old]
        self.longest = max((len(form.old) for form in self.all), default=0)

    def __repr__(self) -> str:
        return "Forms(********)"

    def of(self, data: bytes) -> list[Replacement]:
        """The forms of which one can stand in ``data``."""
        return self.all if b"\0" in data else self._plain

    def keys_in(self, data: bytes) -> set[int]:
        """The numbers of the keys that stand in ``data``."""
        return {form.key for form in self.of(data) if form.old in data}

    def named_in(self, name: bytes) -> bool:
        """Whether a key stands in a name."""
        return any(form.old in name for form in self._plain)

    def replaced(self, data: bytes) -> bytes:
        """``data`` with something else in place of every key."""
        for form in self.of(data):
            data = data.replace(form.old, form.new)
        return data

    def hidden(self, name: bytes) -> bytes:
        """A name with a mask in place of every key: for showing it."""
        for form in self._plain:
            name = name.replace(form.old, MASK.encode())
        return name

    def lines(self, data: bytes) -> list[tuple[int, str]]:
        """Each line of a text that holds a key, counted from 1, and what will stand there instead."""
        found: dict[tuple[int, str], None] = {}
        for form in self.of(data):
            line, at = 1, 0
            for match in re.finditer(re.escape(form.old), data):
                codec, start = _aligned(form.codec, match.start())
                line, at = line + _breaks(data, at, start, codec), start
                found[line, form.new.decode(form.codec)] = None
            # what has been counted is in no shorter form, and in no other byte order
            data = data.replace(form.old, b"\0" * len(form.old))
        return sorted(found)


def _forms(number: int, name: str, value: bytes) -> list[Replacement]:
    new = f"REMOVED-{name}"
    forms = [Replacement(value, new.encode(), number, "utf-8")]
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return forms
    return forms + [Replacement(text.encode(codec), new.encode(codec), number, codec) for codec in CODECS[1:]]


def _aligned(codec: str, start: int) -> tuple[str, int]:
    """The byte order in which a text stands, and where: one byte off, the same bytes can be read in the other order."""
    width = len("\n".encode(codec))
    if codec.endswith("-le") and start % width == width - 1:
        return codec.replace("-le", "-be"), start - width + 1
    return codec, start


def _breaks(data: bytes, start: int, end: int, codec: str) -> int:
    """How many line breaks there are from ``start`` to ``end``, of characters that are aligned with ``end``."""
    line_break = "\n".encode(codec)
    if len(line_break) == 1:
        return data.count(line_break, start, end)
    found = re.compile(b"(?=%s)" % re.escape(line_break), re.DOTALL).finditer(data, start, end)
    return sum((end - match.start()) % len(line_break) == 0 for match in found)
