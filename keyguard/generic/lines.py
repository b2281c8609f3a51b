"""The line of a hit: its span, whether it is a comment or text for readers, and what a value is worth."""

from __future__ import annotations

import re
from functools import lru_cache

from keyguard.generic.expressions import REACH
from keyguard.generic.known_defaults import KNOWN_DEFAULT, weak_reason
from keyguard.generic.value_filters import dropped_by
from keyguard.rules.placeholders import entropy, is_placeholder
from keyguard.support.regex import expression

# a dash needs a blank behind it: lines of a long command begin with options
_COMMENT = expression(
    rb"[ \t]*(?:#(?!(?:define|if|elif|include|pragma|undef)\b)|//|/?\*(?![\w/])|--[ \t]|;|<!--|>>>|rem[ \t]|::[ \t]"
    rb"|%[ \t%])",
    re.IGNORECASE,
)
_TRAILING = expression(rb"[ \t](?:#|//|--)[ \t]")
_PROSE = expression(
    rb"(?i)\.(?:md|mdx|markdown|rst|adoc|asciidoc|rdoc|textile|pod)$|(?:^|/)(?:readme|changelog|changes|install)[^/]*$"
    rb"|(?:^|/)(?:rfc|draft)[-_]?[\w.-]{1,80}\.(?:txt|xml|html?)$"
)
#: placeholders in other languages: "password", "your password"
_PASSWORD_ELSEWHERE = expression(r"密码|密碼|口令|パスワード|비밀번호|(?i:парол|contraseña|mot_?de_?passe|kennwort)")
_DOTTED = expression(r"[A-Za-z_$]+\d{0,3}(?:\.[A-Za-z_$]+\d{0,3})+")
#: shorter passwords are told from nothing
_SHORTEST = 4
_CAMEL = expression(r"[A-Za-z]?[a-z]+(?:[A-Z][a-z]+)*\d{0,3}")


def line_of(data: bytes, at: int) -> tuple[int, int]:
    """Return the span of the line at an offset, cut off ``REACH`` bytes before and after it."""
    first, last = max(0, at - REACH), min(len(data), at + REACH)
    start = max(data.rfind(b"\n", first, at), data.rfind(b"\r", first, at)) + 1 or first
    end = data.find(b"\n", at, last)
    if end < 0:
        end = last
    elif data[end - 1 : end] == b"\r" and end > at:
        end -= 1
    return start, end


def is_comment(data: bytes, at: int, path: bytes) -> bool:
    """Whether an offset is in a comment, or in a file that people read."""
    if is_prose(path):
        return True
    start, _ = line_of(data, at)
    return bool(_COMMENT.match(data, start, at) or _TRAILING.search(data, start, at))


@lru_cache(1024)
def is_prose(path: bytes) -> bool:
    """Whether a file is text for readers, by its name."""
    return _PROSE.search(path) is not None


def text_of(value: bytes) -> str:
    """Return the value as text; bytes that are no UTF-8 are replaced."""
    return value.decode("utf-8", "replace")


@lru_cache(2048)
def is_no_secret(value: str) -> bool:
    """Whether a password that a person may have chosen is none: a word, a reference, a placeholder, ciphertext."""
    return dropped_by(value) is not None or is_placeholder(value.encode("utf-8", "surrogateescape"), chosen=True)


@lru_cache(2048)
def is_no_token(value: str) -> bool:
    """Whether what stands in a token's place is none; tokens are random, so that words in them are a sign."""
    return dropped_by(value) is not None or is_placeholder(value.encode("utf-8", "surrogateescape"))


def judge(password: str, user: str = "") -> str | None:
    """Return why a password is weak, an empty text if it is not, and None if it is no password at all."""
    reason, dropped = weak_reason(password, user), dropped_by(password)
    if _PASSWORD_ELSEWHERE.search(password):
        return None
    if not reason:
        return None if len(password) < _SHORTEST or is_no_secret(password) else ""
    # a default may read like a request to change it
    return reason if dropped is None or (dropped.name == "placeholder" and reason == KNOWN_DEFAULT) else None


def randomness(token: str) -> str:
    """Return why a token looks random, as a phrase; empty if it does not."""
    digits = sum(map(str.isdigit, token))
    if not digits or _CAMEL.fullmatch(token) or _DOTTED.fullmatch(token) or is_no_token(token) or "/" in token[:1]:
        return ""
    bits = entropy(token.encode())
    if bits < 3.0 or token.isdigit():
        return ""
    return f"{len(token)} characters, {bits:.1f} bits each"
