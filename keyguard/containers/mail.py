"""Mail: the parts of messages that are encoded. What stands plain in one is read as text, like any file.

Format: RFC 5322 (header fields), RFC 2045 and 2046 (encodings, boundaries). A part ends where a line begins with ``--``
and a boundary that some header has named, so that the nesting of parts makes no difference.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from keyguard.containers.budget import Budget
from keyguard.containers.content import Content, Entry, slices
from keyguard.support.regex import expression

_ENCODING = expression(rb"(?im)^content-transfer-encoding:[ \t]*(base64|quoted-printable)\b")
_BOUNDARY = expression(rb'(?i)\bboundary[ \t]*=[ \t]*(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))')
_FILE = expression(rb'(?i)\b(?:file)?name\*?[ \t]*=[ \t]*(?:"([^"\r\n]{1,255})"|([^\s;"]{1,255}))')
_FIELD = expression(rb"[!-9;-~]{1,76}:|[ \t]|From ")
_TYPE = expression(rb"(?im)^content-type:[ \t]*text/html\b")
_BLANK = expression(rb"\r?\n\r?\n")


def read_mail(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the encoded parts of a message, or of all messages in a mailbox, decoded."""
    text = content.whole()
    boundaries = {b"--" + (one[1] or one[2]) for one in _BOUNDARY.finditer(text)}
    ends = (
        re.compile(b"^(?:" + b"|".join(map(re.escape, sorted(boundaries))) + b")", re.MULTILINE) if boundaries else None
    )
    for number, found in enumerate(_ENCODING.finditer(text), 1):
        budget.entry()
        start = _head_start(text, found.start())
        blank = _BLANK.search(text, found.end())
        if blank is None or not _is_head(text[found.start() : blank.start()]):
            continue
        end = ends.search(text, blank.end()) if ends else None
        body = text[blank.end() : end.start() if end else len(text)]
        budget.spend(len(body))
        data = _decoded(body, found[1].lower())
        yield Entry(_name(text[start : blank.start()], number), slices(data, 0, len(data)))


def _decoded(body: bytes, encoding: bytes) -> bytes:
    """Return a body decoded, as far as it is what it says."""
    if encoding == b"quoted-printable":
        return binascii.a2b_qp(body)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _head_start(text: bytes, at: int) -> int:
    """Return where the header fields around a place begin: behind the last blank line, at most 16 KiB before."""
    low = max(0, at - (16 << 10))
    return max(text.rfind(b"\n\n", low, at), text.rfind(b"\r\n\r\n", low, at), low - 1) + 1


def _is_head(text: bytes) -> bool:
    """Whether all lines are header fields."""
    return all(_FIELD.match(line) for line in text.splitlines() if line)


def _name(head: bytes, number: int) -> bytes:
    """Return the name of a part: that of the attached file, or its number."""
    names = [one[1] or one[2] for one in _FILE.finditer(head)]
    if names:
        return names[-1].rpartition(b"/")[2] or b"part-%d" % number
    return b"part-%d%b" % (number, b".html" if _TYPE.search(head) else b".txt")
