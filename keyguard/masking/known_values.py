"""The values that this process has seen, kept for one purpose: that no text which leaves it holds one of them.

Workers hand on what they see with each answer, in memory; nothing of it is ever written. What an earlier scan found,
and the cache holds without its value, is read again when a name could hold it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyguard.masking.masker import Masker
    from keyguard.masking.values import Shapes, Value

#: values are told apart by so many characters first; of shorter ones no name tells that they are meant
_BEGIN = 12


class KnownValues:
    """What was seen so far, by this process and its workers."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        self._fresh: list[Value] = []
        self._later: list[Callable[[], None]] = []
        self._ids: list[Callable[[], Iterable[str]]] = []
        self._public: set[str] = set()
        self._actual: dict[bytes, dict[bytes, None]] = {}
        self._made: Masker | None = None
        #: values by how they begin, and how many there were when they were put there
        self._begun: tuple[dict[bytes, list[bytes]], int] = {}, 0
        self._clean = ""
        self.shapes: Shapes | None = None

    def __contains__(self, fingerprint: str) -> bool:
        return fingerprint in self._values

    def clear(self) -> None:
        """Forget everything: another command line begins."""
        vars(self).update(vars(KnownValues()))

    # --- what is seen -------------------------------------------------------------------------------------------

    def note(self, value: Value) -> None:
        """Take in a value."""
        if value.fingerprint not in self._values:
            self._values[value.fingerprint] = value
            self._fresh.append(value)
            self._clean = ""
            if self._made and not _is_weak(value):
                self._made.add(value)

    def fresh(self) -> list[Value]:
        """What was noted since this was last asked: for the process that gave us work."""
        found, self._fresh = self._fresh, []
        return found

    def later(self, read: Callable[[], None]) -> None:
        """``read`` notes values that are not at hand; it is called when a name could hold one."""
        self._later.append(read)

    def complete(self) -> None:
        """Have everything noted that was put off."""
        later, self._later = self._later, []
        for read in later:
            read()

    def complete_for(self, text: bytes) -> None:
        """The same, where the text could hold one of them."""
        if self._later:
            from keyguard.masking.values import looks_random

            if looks_random(text.decode("latin-1")):
                self.complete()

    @property
    def has_weak(self) -> bool:
        """Whether there are values that are masked in names of their own finding alone."""
        return any(map(_is_weak, self._values.values()))

    def length_at(self, text: bytes, at: int) -> int:
        """Return the length of the longest value that stands at that place of a text; 0 where none does."""
        begun, count = self._begun
        if count != len(self._values):
            begun.clear()
            for value in self._values.values():
                begun.setdefault(value.text[:_BEGIN], []).append(value.text)
            self._begun = begun, len(self._values)
        return max((len(one) for one in begun.get(text[at : at + _BEGIN], ()) if text.startswith(one, at)), default=0)

    # --- what is public -----------------------------------------------------------------------------------------

    def spare(self, ids: Callable[[], Iterable[str]]) -> None:
        """``ids`` gives names of keys and objects that stay as they are, even where a value looks the same."""
        self._ids.append(ids)

    def _spared(self) -> set[str]:
        while self._ids:
            self._public.update(self._ids.pop()())
        return self._public

    def rename(self, actual: bytes, shown: bytes) -> None:
        """A path that holds a value is ``shown`` in another form."""
        self._actual.setdefault(shown, {})[actual] = None

    def actual(self, shown: bytes) -> tuple[bytes, ...]:
        """The paths that are shown in this form: itself, unless a value was masked in it. For those who open files."""
        return tuple(self._actual.get(shown, (shown,)))

    # --- masking ------------------------------------------------------------------------------------------------

    def mask(self, text: str) -> str:
        """The text with every value in it masked, in whatever form it stands there."""
        looked_at = self._clean and text.startswith(self._clean) and text[len(self._clean) :] in ("", "\n")
        return text if looked_at or not self._values else self._masker().masked(text)

    def mask_bytes(self, text: bytes) -> bytes:
        """The same of bytes."""
        return self.mask(text.decode("latin-1")).encode("latin-1") if self._values else text

    def shows(self, text: str) -> bool:
        """Whether there is something to mask. If not, what was looked at here need not be when it is written."""
        if self._values and self._masker().masked(text) != text:
            return True
        self._clean = text
        return False

    def mask_own(self, fingerprint: str, text: bytes) -> bytes:
        """A name of one finding without the value of that finding, however short that is."""
        value = self._values.get(fingerprint)
        if value is None or value.text not in text or not _is_weak(value):
            return text
        from keyguard.masking.values import is_ordinary

        letters = rb"[A-Za-z0-9]"
        alone = re.escape(value.text)
        if is_ordinary(value.text):  # within another word it is not what was meant
            alone = rb"(?<!" + letters + rb")" + alone + rb"(?!" + letters + rb")"
        return re.sub(alone, lambda _: value.mask.encode(), text)

    def _masker(self) -> Masker:
        if self._made is None:
            from keyguard.masking.masker import Masker

            self._made = Masker(self._reshaped, self._spared)
            for value in self._values.values():
                if not _is_weak(value):
                    self._made.add(value)
        return self._made

    def _reshaped(self, words: Iterable[str]) -> Mapping[str, str]:
        return self.shapes(words) if self.shapes else {}


def _is_weak(value: Value) -> bool:
    from keyguard.masking.values import is_weak  # a commit without a key has no use for it

    return is_weak(value)


#: of this process
KNOWN = KnownValues()
