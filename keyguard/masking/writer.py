"""A text stream that masks every known value: all output passes through one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from keyguard.masking.known_values import KNOWN

#: the number of characters that are examined at once
_TOGETHER = 1 << 16


class MaskingWriter:
    """A text stream in front of another one; writes pass through with every known value masked.

    Complete lines are buffered until there are enough of them, or until ``flush``.
    """

    def __init__(self, out: TextIO, *, at_once: bool = False) -> None:
        """``at_once`` disables buffering."""
        self._out = out
        self._limit = 0 if at_once else _TOGETHER
        self._held: list[str] = []
        self._size = 0

    def write(self, text: str) -> int:
        """Write a text; errors of the underlying stream pass through."""
        self._held.append(text)
        self._size += len(text)
        if self._size > self._limit and (text.endswith("\n") or not self._limit):
            self._pass_on()
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Write everything that is buffered."""
        self._pass_on()
        self._out.flush()

    def _pass_on(self) -> None:
        if self._held:
            text = "".join(self._held)
            self._held, self._size = [], 0
            self._out.write(KNOWN.mask(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)


@contextmanager
def masked_streams() -> Iterator[None]:
    """Within the block, standard output and standard error mask every known value, whoever writes to them."""
    ours: dict[str, tuple[object, object]] = {}
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None:
            ours[name] = (stream, MaskingWriter(cast(TextIO, stream), at_once=True))
            setattr(sys, name, ours[name][1])
    try:
        yield
    finally:
        for name, (stream, masking) in ours.items():
            if getattr(sys, name) is masking:  # else somebody has replaced it
                setattr(sys, name, stream)
