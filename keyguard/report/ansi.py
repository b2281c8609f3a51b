"""Colours and hyperlinks for terminals; with both off, text is unchanged."""

from __future__ import annotations

from keyguard.model.finding import Severity
from keyguard.report import Style

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
