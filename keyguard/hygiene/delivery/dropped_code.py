"""What a release build of an app leaves out: comments, and code for debug builds alone."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.hygiene.delivery.delivery import Dropped
from keyguard.hygiene.project.balanced_blocks import block_ends
from keyguard.support.regex import expression

COMMENT = "it stands in a comment"
DEBUG = "only debug builds contain it"
#: comments, and the strings in which none can begin; what is not closed ends with its line, or with the text
_TOKEN = expression(
    rb"(?s)(?P<comment>//[^\r\n]*|/\*(?:.*?\*/|.*))"
    rb"|\"\"\"(?:.*?\"\"\"|.*)|'''(?:.*?'''|.*)|\"(?:[^\"\\\r\n]|\\.)*\"?|'(?:[^'\\\r\n]|\\.)*'?"
)
_MARKUP_COMMENT = expression(rb"(?s)<!--(?:.*?-->|.*)")
_HASH_COMMENT = expression(rb"(?m)^[ \t]*[#!;][^\r\n]*")
#: conditions that are false in a release build: of Gradle's constant, of Flutter's
_CONDITION = expression(rb"\bif[ \t]{0,9}\([ \t]{0,9}(?:BuildConfig\.DEBUG|kDebugMode)[ \t]{0,9}\)[ \t\r\n]{0,99}")
#: directives of Swift and the C family
_DIRECTIVE = expression(
    rb"(?m)^[ \t]*#[ \t]*(?P<word>if|ifdef|ifndef|elseif|elif|else|endif)\b(?P<condition>[^\r\n]{0,300})"
)
#: without white space
_DEBUG_ONLY = expression(rb"\(?(?:defined\(?)?(?:DEBUG|targetEnvironment\(simulator\))[)=1]*")
_STATEMENT = expression(rb"[^;\r\n]*")


def of_code(data: bytes) -> Iterator[Dropped]:
    """Yield the comments and debug code of a file in Kotlin, Java, Swift, Objective-C, Dart or Gradle's languages."""
    for found in _TOKEN.finditer(data):
        if found["comment"] is not None:
            yield Dropped(*found.span(), COMMENT)
    conditions = list(_CONDITION.finditer(data))
    blocks = dict(block_ends(data, (one.end() for one in conditions if data.startswith(b"{", one.end()))))
    for found in conditions:
        end = blocks.get(found.end()) or _STATEMENT.match(data, found.end()).end()  # type: ignore[union-attr]
        yield Dropped(found.start(), end, DEBUG)
    yield from _directives(data)


def of_markup(data: bytes) -> Iterator[Dropped]:
    """Yield the comments of XML: resources and property lists are compiled without them."""
    return (Dropped(*found.span(), COMMENT) for found in _MARKUP_COMMENT.finditer(data))


def of_settings(data: bytes) -> Iterator[Dropped]:
    """Yield the comments of files with lines ``NAME=value``."""
    return (Dropped(*found.span(), COMMENT) for found in _HASH_COMMENT.finditer(data))


def _directives(data: bytes) -> Iterator[Dropped]:
    """Yield the branches of ``#if`` that only debug builds take."""
    open_: list[int | None] = []
    for found in _DIRECTIVE.finditer(data):
        word = found["word"]
        if word.startswith(b"if"):
            condition = b"".join(found["condition"].partition(b"//")[0].split())
            debug = word != b"ifndef" and _DEBUG_ONLY.fullmatch(condition) is not None
            open_.append(found.end() if debug else None)
            continue
        if not open_:
            continue
        start = open_.pop()
        if start is not None:
            yield Dropped(start, found.start(), DEBUG)
        if word != b"endif":
            open_.append(None)
