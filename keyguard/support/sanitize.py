"""Make text that others wrote safe to display. Everything for a terminal, a log or a report passes through here.

Three things must have no effect: characters that control a terminal, characters that hide or reorder text, and what a
CI runner takes for a command. Runners look for ``::`` after leading space, but for ``##[`` and ``##vso[`` anywhere in
a line.
"""

from __future__ import annotations

import re

#: C0, DEL and C1; soft hyphen; invisible marks that set the direction or join; line and paragraph separators;
#: byte order mark; interlinear marks; lone surrogates; tags. Written out, since ``unicodedata`` changes with Python.
_C0 = r"\x00-\x1f"
_UNSEEN = (
    r"\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f"
)
# patterns as strings, not compiled: a clean commit has no text that needs them
_HIDDEN = rf"[{_C0}{_UNSEEN}]|#(?=#\w*\[)"
_COMMAND = r"(\s*):(?=:|\Z)"
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TAB = "    "
_JSON_HIDDEN = rf"[{_UNSEEN}]|#(?=#)"


def shown(text: str) -> str:
    """Return the text with every character visible, safe anywhere in a line, including its start."""
    text = visible(text)
    return re.sub(_COMMAND, r"\1\\x3a", text, count=1) if ":" in text and re.match(_COMMAND, text) else text


def shown_path(path: bytes) -> str:
    r"""Return ``shown`` for a file name; bytes that are not UTF-8 become ``\\xNN``, whatever the locale."""
    return shown(path.decode("utf-8", "backslashreplace"))


def visible(text: str) -> str:
    """Return the text with every character visible, for use after other text on the same line."""
    if text.isascii() and text.isprintable() and "##" not in text:
        return text
    return re.sub(_HIDDEN, _escape, text)


def visible_span(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Return a source line made visible, tabs as four spaces, and the range ``start:end`` adjusted to it."""
    if text.isascii() and text.isprintable() and "##" not in text:
        return text, start, end
    pieces: list[str] = []
    copied = grown = 0
    new_start, new_end = start, end
    for match in re.finditer(_HIDDEN, text):
        escape = _TAB if match[0] == "\t" else _escape(match)
        pieces += (text[copied : match.start()], escape)
        copied = match.end()
        grown += len(escape) - 1
        new_start = start + grown if copied <= start else new_start
        new_end = end + grown if copied <= end else new_end
    return "".join(pieces) + text[copied:], new_start, new_end


def visible_json(text: str) -> str:
    r"""Return an equivalent JSON document with every unsafe character written as ``\\uXXXX``."""
    if text.isascii() and "##" not in text and "\x7f" not in text:
        return text
    return re.sub(_JSON_HIDDEN, _escape_json, text)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if code < 0x100:
        return _SHORT.get(char) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape_json(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
