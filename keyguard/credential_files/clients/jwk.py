"""JSON Web Keys with a private half, or symmetric ones: as a file, in a set, in a string, or as an object in a program.

The format is documented at https://www.rfc-editor.org/rfc/rfc7517 and https://www.rfc-editor.org/rfc/rfc7518#section-6
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import in_comment
from keyguard.credential_files.syntax.entry import text_of
from keyguard.generic.value_filters import dropped_by
from keyguard.model.judged_secret import JudgedSecret
from keyguard.rules.published_keys import is_published_key
from keyguard.support.regex import expression

_RULE = "jwk-private-key"
#: bytes before and behind the type of a key in which the rest of it is: an RSA key of 8192 bits has 12 kB
_REACH = 16 << 10
#: characters of a value that tell whether it is a placeholder
_HEAD = 43
#: names of members, and values in base64 for URLs; quotes may be escaped
_KIND = expression(
    rb"(?<![\w$])kty(?:\\{0,7}[\"'])?\s{0,9}(?:[:=]|=>)\s{0,9}\\{0,7}[\"'](?P<kind>RSA|EC|OKP|oct|AKP)\\{0,7}[\"']"
)
_MEMBER = expression(
    rb"(?<![\w$])(?P<name>d|k|priv)(?:\\{0,7}[\"'])?\s{0,9}(?:[:=]|=>)\s{0,9}\\{0,7}[\"']"
    rb"(?P<value>[A-Za-z0-9_-]{16,11000}={0,2})\\{0,7}[\"']"
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the private halves. See :data:`keyguard.credential_files.table.Finder`."""
    done = 0
    for kind in _KIND.finditer(data):
        low = max(done, kind.start() - _REACH)
        start = max(low, data.rfind(b"{", low, kind.start()), data.rfind(b"}", low, kind.start()))
        end = data.find(b"}", kind.end(), kind.end() + _REACH)
        end = end if end >= 0 else min(len(data), kind.end() + _REACH)
        is_symmetric = kind["kind"] == b"oct"
        members = _MEMBER.finditer(data, start, end)
        member = next((one for one in members if (one["name"] == b"k") is is_symmetric), None)
        if member and (found := _judged(member, symmetric=is_symmetric, comment=in_comment(data, kind.start()))):
            yield found
        done = kind.end()


def _judged(member: re.Match[bytes], *, symmetric: bool, comment: bool) -> JudgedSecret | None:
    """Return the secret in a member; None if that is a placeholder."""
    value = member["value"]
    # in longer random values there is some word by chance
    if dropped_by(text_of(value[:_HEAD])):
        return None
    reason = "a symmetric JSON Web Key" if symmetric else "the private half of a JSON Web Key"
    weak = is_published_key(value)
    reasons = (reason, "published with a standard or a library") if weak else (reason,)
    return JudgedSecret(*member.span("value"), _RULE, reasons, weak=weak, comment=comment, guessable=False)
