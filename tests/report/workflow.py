"""Reads a log as the runner of GitHub Actions does, to see which lines of it act."""

from __future__ import annotations

import re
from typing import NamedTuple


class Command(NamedTuple):
    """A line that would act."""

    name: str
    properties: dict[str, str]
    data: str


def commands(log: str) -> list[Command]:
    """All lines of the log that the runner would not just show, whatever their name."""
    found = []
    for line in re.split(r"[\r\n]", log):
        stripped = line.lstrip()
        head, separator, data = stripped[2:].partition("::") if stripped.startswith("::") else ("", "", "")
        if separator:
            name, _, listed = head.partition(" ")
            pairs = (pair.partition("=") for pair in listed.split(",") if pair)
            found.append(Command(name, {key: _unescaped(value) for key, _, value in pairs}, _unescaped(data)))
        older = re.search(r"##(?:vso)?\[([^\]]*)\]", line)
        if older:
            found.append(Command(older[1], {}, line))
    return found


def _unescaped(text: str) -> str:
    for char in "\r\n:,%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text
