"""The values that this process has seen, stored for one purpose: no text that leaves the process may contain one.

Workers send the values that they see with each answer, in memory; they are never written. Values that an earlier scan
found, and that the cache knows only by fingerprint, are read again when a name could contain one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyguard.masking.cut_values import CutValues
    from keyguard.masking.masker import Masker
    from keyguard.masking.values import Shapes, Value

#: values are told apart by so many characters first; of shorter ones no name tells that they are meant
_BEGIN = 12


class KnownValues:
    """The values seen so far by this process and its workers."""

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

    def text_of(self, fingerprint: str) -> bytes | None:
        """Return the value with this fingerprint, or this identity in the run; None if it is not known."""
        value = self._values.get(fingerprint)
        return None if value is None else value.text

    def clear(self) -> None:
        """Forget everything, at the start of another command line."""
        vars(self).update(vars(KnownValues()))

    # --- what is seen -------------------------------------------------------------------------------------------

    def note(self, value: Value) -> None:
        """Add a value."""
        if value.fingerprint not in self._values:
            self._values[value.fingerprint] = value
            self._fresh.append(value)
            self._clean = ""
            if self._made and not _is_weak(value):
                self._made.add(value)

    def take_new(self) -> list[Value]:
        """Return the values added since the last call, for the process that gave us work."""
        found, self._fresh = self._fresh, []
        return found

    def defer(self, read: Callable[[], None]) -> None:
        """Register ``read``, which adds values that are not at hand; it is called when a name could contain one."""
        self._later.append(read)

    def complete(self) -> None:
        """Add all values whose reading was deferred."""
        later, self._later = self._later, []
        for read in later:
            read()

    def complete_for(self, text: bytes) -> None:
        """Add the values whose reading was deferred, if the text could contain one of them."""
        if self._later:
            from keyguard.masking.values import looks_random

            if looks_random(text.decode("latin-1")):
                self.complete()

    @property
    def has_weak(self) -> bool:
        """Whether there are values that are masked only in names of their own finding."""
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

    def exempt(self, ids: Callable[[], Iterable[str]]) -> None:
        """Register ``ids``, which returns ids of keys and objects to leave as they are, even if equal to a value."""
        self._ids.append(ids)

    def _spared(self) -> set[str]:
        while self._ids:
            self._public.update(self._ids.pop()())
        return self._public

    def rename(self, actual: bytes, shown: bytes) -> None:
        """Record that the path ``actual``, which contains a value, is displayed as ``shown``."""
        self._actual.setdefault(shown, {})[actual] = None

    def actual_paths(self, shown: bytes) -> tuple[bytes, ...]:
        """Return the paths displayed in this form: itself, unless a value was masked in it. For opening files."""
        return tuple(self._actual.get(shown, (shown,)))

    # --- masking ------------------------------------------------------------------------------------------------

    def mask(self, text: str) -> str:
        """Return the text with every value in it masked, in whatever form it occurs."""
        looked_at = self._clean and text.startswith(self._clean) and text[len(self._clean) :] in ("", "\n")
        return text if looked_at or not self._values else self._masker().masked(text)

    def mask_bytes(self, text: bytes) -> bytes:
        """Return ``mask`` for bytes."""
        return self.mask(text.decode("latin-1")).encode("latin-1") if self._values else text

    def shows(self, text: str) -> bool:
        """Whether there is something to mask. If not, the text is not examined again when it is written."""
        if self._values and self._masker().masked(text) != text:
            return True
        self._clean = text
        return False

    def cut_values(self) -> CutValues | None:
        """Return what masks the rest of a value at the ends of a text; None if there are no values."""
        from keyguard.masking.cut_values import CutValues

        found = [value.text for value in self._values.values() if not _is_weak(value)]
        return CutValues(found) if found else None

    def mask_own(self, fingerprint: str, text: bytes) -> bytes:
        """Return a name in one finding without the value of that finding, however short the value is."""
        value = self._values.get(fingerprint)
        if value is None or value.text not in text or not _is_weak(value):
            return text
        from keyguard.masking.values import is_ordinary

        letters = rb"[A-Za-z0-9]"
        alone = re.escape(value.text)
        if is_ordinary(value.text):  # inside another word it is not the value
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
    from keyguard.masking.values import is_weak  # a commit without a key does not need it

    return is_weak(value)


#: the values of this process
KNOWN = KnownValues()
