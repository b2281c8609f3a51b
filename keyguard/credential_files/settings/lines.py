"""Secrets in files of which each line is a directive: by an expression for each directive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.settings.password_hashes import judged_hash
from keyguard.credential_files.settings.secrets import weak
from keyguard.generic.known_defaults import weak_reason
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression


class Directive(NamedTuple):
    """One kind of line."""

    pattern: re.Pattern[bytes]
    """The value is the last group; the group ``user`` may be the account's name. Linear in the text."""
    field: Field
    decode: Callable[[str], str | None] | None = None
    """What a value stands for that anyone can decode, None if it is not of that form."""
    owner: str = ""
    """Whose the hash is, if a value can be one: ``of an account of a router``."""


def line(pattern: bytes, field: Field, decode: Callable[[str], str | None] | None = None, owner: str = "") -> Directive:
    """Return a directive whose expression ignores case, and in which ``^`` and ``$`` match at line ends."""
    return Directive(expression(pattern, re.IGNORECASE | re.MULTILINE), field, decode, owner)


def secrets_in_lines(data: bytes, directives: Iterable[Directive]) -> Iterator[JudgedSecret]:
    """Yield the secrets of all lines that are one of the directives."""
    for one in directives:
        for found in one.pattern.finditer(data):
            user = (
                found["user"].decode("utf-8", "replace") if one.pattern.groupindex.get("user") and found["user"] else ""
            )
            start, end = found.span(found.lastgroup or 0)
            secret = _secret(one, data[start:end], (start, end), user, in_comment(data, start))
            if secret:
                yield secret


def _secret(one: Directive, written: bytes, span: tuple[int, int], user: str, comment: bool) -> JudgedSecret | None:
    value = written.decode("utf-8", "surrogateescape")
    if one.owner:
        found = judged_hash(value, span, one.owner, comment=comment)
        if found:
            return found
    if not one.decode:
        return judged(one.field, value, span, user=user, comment=comment)
    decoded = one.decode(value)
    if decoded is None:
        return None
    reason = weak_reason(decoded, user)
    found = JudgedSecret(*span, one.field.rule, (one.field.reason,), one.field.confidence, comment=comment)
    return weak(found, reason) if reason else found
