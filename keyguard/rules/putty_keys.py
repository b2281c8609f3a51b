"""Read a private key in PuTTY's format (``.ppk``, versions 2 and 3) out of whatever it is wrapped in.

The format is documented at https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html
"""

from __future__ import annotations

from typing import NamedTuple

from keyguard.rules.private_keys import bodies, decoded, plain_lines
from keyguard.support.regex import expression

_FIELD = expression(rb"(?<![A-Za-z])(Encryption|Public-Lines|Private-Lines): ?([a-z0-9-]{1,20})")
#: characters of a line
_WIDTH = 64
#: lines of the private half, at most: an RSA key of 16,384 bits has 112
_MOST_LINES = 200
#: bytes of the private half of the smallest key: Ed25519's 32, and their length
_LEAST = 32


class PuttyKey(NamedTuple):
    """A private key as it is without its wrapping."""

    body: bytes
    """Base64 of the private half without the ends of lines."""
    locked: bool
    """Whether a pass phrase protects it."""

    @property
    def text(self) -> bytes:
        """A file with the private half alone: the same for one key in any wrapping, and in both versions if open."""
        lines = [self.body[at : at + _WIDTH] for at in range(0, len(self.body), _WIDTH)]
        encryption = b"aes256-cbc" if self.locked else b"none"
        return b"PuTTY-User-Key-File-2: key\nEncryption: %b\nPublic-Lines: 0\nPrivate-Lines: %d\n%b\nPrivate-MAC" % (
            *(encryption, len(lines)),
            b"\n".join(lines),
        )


def read(text: bytes) -> PuttyKey | None:
    """Return the key in a text from ``PuTTY-User-Key-File`` to ``Private-MAC``; None if there is none."""
    lines = plain_lines(text.removesuffix(b"Private-MAC"))
    fields = {found[1]: (at, found[2]) for at, line in enumerate(lines) if (found := _FIELD.search(line))}
    if len(fields) < 3 or not fields[b"Private-Lines"][1].isdigit():
        return None
    if not 0 < int(fields[b"Private-Lines"][1]) <= _MOST_LINES:
        return None
    # they may be more where a line has two ends, one of them written as a constant
    private = lines[fields[b"Private-Lines"][0] + 1 :]
    # the lines of the public half tell what stands before those of the private one, which may be a single one
    public = lines[fields[b"Public-Lines"][0] + 1 : fields[b"Private-Lines"][0]]
    locked = fields[b"Encryption"][1] != b"none"
    for body in bodies(private, public):
        raw = decoded(body)
        # each part of an open one begins with its length in four bytes
        if len(raw) >= _LEAST and (locked or not raw[0]):
            return PuttyKey(body, locked)
    return None
