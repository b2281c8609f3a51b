"""Wrap lines at the width of the terminal, also lines with colours and links in them."""

from __future__ import annotations

from keyguard.report import Style
from keyguard.report.snippet import cells
from keyguard.support.regex import expression

#: narrower terminals get longer lines, which they break themselves
_NARROWEST = 40
#: colours (SGR) and the two ends of a link (OSC 8), which take no column
_INVISIBLE = expression(r"\x1b\[[\d;]{0,20}m|\x1b\]8;;[^\x1b]{0,2000}\x1b\\")


def wrapped(line: str, style: Style, indent: str = "  ") -> list[str]:
    """Return a line as lines that fit the terminal; one line if its width is unlimited.

    It is broken between words only; all lines but the first begin with ``indent``.
    """
    room = max(style.width, _NARROWEST) if style.width else 0
    if not room or _columns(line) <= room:
        return [line]
    found, current = [], ""
    for word in line.split(" "):
        longer = f"{current} {word}" if current else word
        if current.strip() and _columns(longer) > room:
            found.append(current)
            longer = indent + word
        current = longer
    return [*found, current]


def _columns(text: str) -> int:
    return cells(_INVISIBLE.sub("", text))
