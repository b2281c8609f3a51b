"""Read a private key in PEM (RFC 7468, RFC 4716, OpenPGP's armor) out of whatever it is wrapped in.

A key is pasted into code, comments, quotes, diffs, JSON in JSON, XML and addresses; each of these writes the ends of
its lines in its own way, and puts something before and behind them. Without all that one key is one text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from keyguard.support.regex import expression

_BEGIN = expression(rb"-----BEGIN ([A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?)-----")
#: how the end of a line is written: as it is, escaped (in strings in strings, too), as an entity, by a constant
_LINE_END = expression(
    rb"\\{1,16}(?:r\\{1,16}n|[rn]|u000[aAdD]|u\{[aAdD]\}|x0[aAdD]|01[25])|&(?:amp;)?#(?:0{0,4}1[03]|[xX]0{0,4}[aAdD]);|&NewLine;"
    rb"|%(?:25){0,4}0[aAdD]|`r`n|`[rn]|<[bB][rR][ \t]?/?>|\r\n?|\n"
    rb"|\b(?:vb(?:CrLf|NewLine|Lf|Cr)|Environment\.NewLine|PHP_EOL|os\.linesep|(?i:chr?|char)\(1[03]\)|sLineBreak"
    rb"|System\.lineSeparator\(\))(?![\w=/])"
)
#: how the signs among the characters of base64 may be written
_SIGN = expression(rb"\\{1,16}/|(?:\\{1,16}u00|\\{1,16}x|%(?:25){0,4}|&#[xX])(2[bBfF]|3[dD]);?|&#(4[37]|61);")
_SIGNS = {b"2b": b"+", b"2f": b"/", b"3d": b"=", b"43": b"+", b"47": b"/", b"61": b"="}
_RUN = expression(rb"[+/]{0,3}[A-Za-z0-9][A-Za-z0-9+/]*={0,2}")
_HEADER = expression(
    rb"(?<![A-Za-z])(Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID|Subject): ?([^\"'`\\]{0,200})"
)
#: what is left out of a key that is shown
_ELIDED = (b"...", b"\xe2\x80\xa6", b"[snip", b"<snip")
#: characters of a full line, at least
_FULL = 32
_SSH_MAGIC = b"openssh-key-v1\0"
#: characters of a line, as the programs write it that make such keys
_WIDTH, _SSH_WIDTH = 64, 70


class PrivateKey(NamedTuple):
    """A private key as it is without its wrapping."""

    label: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """``Proc-Type`` and ``DEK-Info`` of a key with a pass phrase."""
    body: bytes
    """Base64 without the ends of lines."""
    locked: bool
    """Whether a pass phrase protects it."""

    @property
    def text(self) -> bytes:
        """The key as programs write it, up to the word ``END``: the same for one key in any wrapping."""
        width = _SSH_WIDTH if self.label.startswith(b"OPENSSH") else _WIDTH
        headers = b"".join(b"%b: %b\n" % one for one in self.headers)
        if headers or self.label.startswith(b"PGP"):
            headers += b"\n"
        lines = [self.body[at : at + width] for at in range(0, len(self.body), width)]
        return b"-----BEGIN %b-----\n%b%b\n-----END" % (self.label, headers, b"\n".join(lines))


def read(text: bytes) -> PrivateKey | None:
    """Return the key in a text from ``-----BEGIN`` to ``-----END``; None if there is none that decodes."""
    begin = _BEGIN.match(text)
    stop = text.rfind(b"-----END")
    if begin is None or stop < begin.end():
        return None
    inner = text[begin.end() : stop].rstrip(b"-")
    if any(sign in inner for sign in _ELIDED):
        return None
    label = begin[1]
    lines = plain_lines(inner)
    headers = tuple(found.group(1, 2) for line in lines if (found := _HEADER.search(line)))
    kept = tuple((name, value.strip()) for name, value in headers if name in (b"Proc-Type", b"DEK-Info"))
    for body in bodies([line for line in lines if not _HEADER.search(line)]):
        state = _state(label, kept, body)
        if state:
            return PrivateKey(label, kept, body, state == "locked")
    return None


def plain_lines(text: bytes) -> list[bytes]:
    """Return the lines of a text, whose ends and signs may be written as codes."""
    return _LINE_END.sub(b"\n", _SIGN.sub(_sign, text)).split(b"\n")


def _sign(found: re.Match[bytes]) -> bytes:
    return _SIGNS[(found[1] or found[2]).lower()] if found[1] or found[2] else b"/"


def bodies(lines: list[bytes], like: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Yield what the base64 of a key may be, given the lines between its marks, likeliest first.

    ``like`` are other lines of the same kind: few lines alone do not tell what stands before them.
    """
    signs = Counter(line.strip()[:1] for line in lines if len(line) >= _FULL)
    if signs[b"-"] and signs[b"+"]:  # a diff that replaces a key by another one
        for other in (b"-", b"+"):
            yield from bodies([line for line in lines if not line.lstrip().startswith(other)])
        return
    before = _before([*like, *lines])
    full = [line.lstrip() for line in (*like, *lines) if len(line) >= _FULL]
    # characters of base64 that are the sign of a comment or of a diff
    for sign in (b"//", b"++", b"+", b""):
        if all(line.startswith(before + sign) for line in full) or not sign:
            yield _joined(lines, before + sign)


def _joined(lines: list[bytes], before: bytes) -> bytes:
    """Return the base64 in lines that have something before it, the same in each, and something behind it."""
    runs: list[bytes] = []
    for number, line in enumerate(lines):
        rest = line.lstrip()
        if before and rest.startswith(before):
            rest = rest[len(before) :]
        words = rest.split()
        if len(words) > 1 and all(_RUN.fullmatch(word) for word in words) and (runs or len(words[0]) >= _FULL):
            runs += words  # blanks instead of line ends
            continue
        run = _longest(rest, strict=not number or (bool(before) and not line.lstrip().startswith(before)))
        if run:
            runs.append(run)
        if run.endswith(b"="):
            break
    return b"".join(runs)


def _before(lines: list[bytes]) -> bytes:
    """Return what stands before the base64 in the lines: quotes, signs of comments and diffs, parts of statements."""
    full = [line.lstrip() for line in lines if len(line) >= _FULL]
    first = next((line for line in full if _longest(line, strict=True)), b"")
    return first[: first.index(_longest(first, strict=True))] if first else b""


def _longest(line: bytes, *, strict: bool) -> bytes:
    """Return the longest run of base64 in a line; a ``strict`` one is as long as a full line, or the only one."""
    runs = _RUN.findall(line)
    longest = max(runs, key=len, default=b"")
    return longest if not strict or len(longest) >= _FULL or (len(runs) == 1 and len(longest) >= 4) else b""


def _state(label: bytes, headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> str:
    """Return ``open``, ``locked``, or the empty string if this is no private key."""
    raw = decoded(body)
    if len(raw) < 40:
        return ""
    named = dict(headers)
    locked = label.startswith(b"ENCRYPTED") or b"ENCRYPTED" in named.get(b"Proc-Type", b"")
    if label.startswith(b"OPENSSH"):
        if not raw.startswith(_SSH_MAGIC):
            return ""
        locked = not raw.startswith(b"\0\0\0\x04none", len(_SSH_MAGIC))
    elif raw[0] != 0x30 and not (label.startswith(b"PGP") and raw[0] & 0x80) and b"DEK-Info" not in named:
        return ""
    return "locked" if locked else "open"


def decoded(body: bytes) -> bytes:
    """Return the decoded base64, padded or not; empty if it is none."""
    plain = body.rstrip(b"=")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return b""
