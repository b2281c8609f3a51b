"""The blocks of code in a document, as Markdown tells them apart."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Block(NamedTuple):
    """What a reader would copy."""

    line: int
    """Number of its first line in the document, from 1."""
    kind: str
    """The word behind the fence; empty for a fence without, and for indented lines."""
    text: str

    @property
    def first(self) -> str:
        """Its first line."""
        return self.text.partition("\n")[0]


def blocks_of(path: Path) -> list[Block]:
    """Return all fenced and indented blocks of a document in order. Empty lines do not end an indented one."""
    found: list[Block] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        begin = at
        if lines[at].startswith("```"):
            at = lines.index("```", at + 1)
            found.append(Block(begin + 2, lines[begin][3:].strip(), _joined(lines[begin + 1 : at])))
        elif lines[at].startswith("    ") and not (begin and lines[begin - 1].strip()):
            while at + 1 < len(lines) and (lines[at + 1].startswith("    ") or not lines[at + 1].strip()):
                at += 1
            found.append(
                Block(begin + 1, "", _joined([line[4:] for line in lines[begin : at + 1]]).rstrip("\n") + "\n")
            )
        at += 1
    return found


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
