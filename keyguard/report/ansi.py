"""Text on terminals: colours and hyperlinks as escape codes, columns, and lines wrapped at the width."""

from __future__ import annotations

from keyguard.model.finding import Severity
from keyguard.report import Style
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

BOLD = "1"
DIM = "2"
GREEN = "1;32"
YELLOW = "1;33"
RED = "1;31"
BLUE = "1;34"

#: white on red, for what nobody may overlook
ALARM = "1;97;41"

SEVERITY_COLOR = {
    Severity.CRITICAL: ALARM,
    Severity.HIGH: RED,
    Severity.MEDIUM: YELLOW,
    Severity.LOW: "1;36",
    Severity.INFO: BLUE,
}
#: the same where a filled background would be too strong
CARET_COLOR = {**SEVERITY_COLOR, Severity.CRITICAL: RED}
#: lines are wrapped no narrower: a narrower terminal breaks them itself
_NARROWEST = 40
#: colours (SGR) and the two ends of a link (OSC 8), which take no column
_INVISIBLE = expression(r"\x1b\[[\d;]{0,20}m|\x1b\]8;;[^\x1b]{0,2000}\x1b\\")


def paint(text: str, color: str, style: Style) -> str:
    """Return the text in that colour, which is given as SGR parameters."""
    return f"\x1b[{color}m{text}\x1b[0m" if style.color and text else text


def link(text: str, url: str, style: Style) -> str:
    """Return the text as a hyperlink (OSC 8), if ``url`` is a plain web address."""
    if not style.links or not url.startswith(("https://", "http://")):
        return text
    if not (url.isascii() and url.isprintable()) or " " in url:
        return text
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"


def cells(text: str) -> int:
    """Return the number of terminal columns that the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def wrapped(line: str, style: Style, indent: str = "  ") -> list[str]:
    """Return a line, which may have colours and links, as lines that fit the terminal.

    It is broken only between words; all lines but the first begin with ``indent``.
    """
    room = max(style.width, _NARROWEST) if style.width else 0
    if not room or _columns(line) <= room:
        return [line]
    found: list[str] = []
    words, width = [""], -1
    for word in line.split(" "):
        columns = _columns(word)
        # an arrow or a bullet is not left alone
        if width + 1 + columns > room and width > len(indent):
            found.append(" ".join(words))
            # what was harmless in the middle of a line may not be so at its start
            words, width = [indent + (word if "\x1b" in word else shown(word))], len(indent) + columns
        else:
            words, width = ([*words, word] if width >= 0 else [word]), width + 1 + columns
    return [*found, " ".join(words)]


def _columns(text: str) -> int:
    return cells(_INVISIBLE.sub("", text) if "\x1b" in text else text)
