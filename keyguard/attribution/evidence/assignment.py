"""Decide from the syntax whether a key is the value of a name before it, or the name is only mentioned."""

from __future__ import annotations

import re
from collections.abc import Collection

from keyguard.attribution.evidence.identifiers import (
    is_about_another,
    is_doubtful,
    is_neutral,
    is_neutral_prose,
    words_of,
)
from keyguard.support.regex import expression

#: syntax that assigns a value to a name
_JOIN = expression(rb"[\"'`\])\s]*(?::?=|=>|:|\(|\?\?|\|\||>|\.(?:unwrap_or(?:_else)?|unwrapOr|orElse|or_else)\s*\()")
_COMPARED = expression(rb"[\"'`\])\s]*(?:[=!]==?|<>|=~|!~|~=|<=|>=)(?!>)")
_COMPARING = expression(
    rb"(?i)(?:[=!]==?|<>|=~|!~|\b(?:is|in|eq|ne|like|not)|-(?:eq|ne|like)|(?:equals?|includes|contains|starts?_?with|matches)"
    rb"[?!]?\()[\s(]*[\"'`:]?$"
)
#: the field whose value a name is
_FIELD = expression(rb"(?<![\w$.-])[\d.-]*([A-Za-z_$][\w$.-]*)[\"'`\]]?\s*(?::|=>|=)\s*[\"'`]?$")
#: the function with the name among its arguments
_CALLED = expression(
    rb"(?<![\w$.:>-])[\d.:>-]*([A-Za-z_$][\w$.:>-]*)\s*[(\[]\s*(?:[^()\[\]\"'`]{0,40},\s*)?[bfru@$]{0,2}[\"'`]?-{0,2}$"
)
#: fields whose value is the name or the owner of another value
_FIELDS = frozenset(
    b"name key keys variable var env field label title id header provider vendor service gateway processor platform "
    b"type kind driver integration".split()
)
#: words in the names of functions that store or fetch a value under a name
_KEEPING = frozenset(
    b"get set put add define getenv setenv putenv env environ setdefault default config option options insert store "
    b"save register create update values value var variable constant const property properties string item header "
    b"str environment secret key keys param parameter cookie setting settings field fetch lookup require tuple pair "
    b"entry argument flag".split()
)
#: after a mentioned name: the key, as the next argument or field; in text without runs of blanks
_NEXT = expression(
    rb"[\"'`]? ?[\])]? ?[,; ] ?(?:[\"'`]?[A-Za-z_][\w-]*[\"'`]? ?[=:(>] ?)*(?:\\?[\"'`]){0,2}(?i:bearer |basic )?$"
)
#: the application that Elixir configures
_CONFIGURED = expression(rb"(?:^|\n)[ \t]*config[ \t]+(?::\w{1,40},[ \t]*)?:?$")
_BLANKS = expression(rb"\s+")
#: bytes of words in prose; and what cannot precede prose
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'- \t"
_JOINED = expression(rb"[\w=:/.+-]$")
#: the name to which what follows is assigned
#: directly, or by look-ups: ``key = os.getenv("``
_GIVEN = expression(
    rb"(?<![\w$.-])[\d.-]*([A-Za-z_$][\w$.-]*)[\"'\]]?\s*(?::=|=>|=|:)\s*(?:(?:new|await)\s+)?"
    rb"(?:[\w$.:]{1,80}[(\[{]\s?[\"'`]?){0,2}$"
)
#: a line that is a field or a section header, without runs of blanks
_KEYED = expression(rb"[- ]*[\"']?[A-Za-z_][\w.-]*[\"']? ?[:=] ?[{\[(]? ?| ?\[[\w. -]+\] ?")
#: words for something that replaces a vendor in tests
_STAND_IN = expression(rb"(?i)mock|emulat|simulat|fake|stub|dummy|stand-?in|nock\(|wiremock|httpretty|intercept")


def is_given(text: bytes, start: int, end: int) -> bool:
    """Whether what follows the text is assigned or passed to the name between the offsets."""
    if _COMPARED.match(text, end) or _COMPARING.search(text, 0, start):
        return False
    if is_prose(text, start, end):
        return False
    return bool(_JOIN.match(text, end)) or _is_said(text, start, end)


def is_prose(text: bytes, start: int, end: int) -> bool:
    """Whether a name is part of prose that may negate it or mean something else."""
    head = text[:start].rstrip(_LETTERS)
    run = text[len(head) : start]
    if _JOINED.search(head):
        run = run[len(run.split(maxsplit=1)[0]) :] if run.split() and not run[:1].isspace() else run
    words = words_of(run) if run.endswith((b" ", b"\t")) else []
    if not words:
        return False
    if len(words_of(text[start:end])) == 1 and text[start:end].isalpha():
        return not is_neutral_prose(words)
    return is_doubtful(words[-2:])


def _is_said(text: bytes, start: int, end: int) -> bool:
    """Whether a mentioned name is the name of the value after it: ``name: X, value: …``, ``get("X", …)``."""
    if not _NEXT.fullmatch(_BLANKS.sub(b" ", text[end:])):
        return not re.search(rb",", text[end:])
    if _CONFIGURED.search(text, 0, start):
        return True
    field = _FIELD.search(text, 0, start)
    if field:
        return all(word in _FIELDS for word in words_of(field[1]))
    called = _CALLED.search(text, 0, start)
    if called:
        words = words_of(called[1])
        return words[-2:] == [b"or", b"else"] or all(word in _KEEPING for word in words[-1:])
    return text[start - 1 : start] in (b'"', b"'") or b"," not in text[end:]


def assigned_name(text: bytes, start: int) -> bytes:
    """Return the name to which the value at an offset is assigned; empty if there is none."""
    found = _GIVEN.search(text, 0, start)
    return found[1] if found else b""


def is_held_by_another(text: bytes, start: int, own: Collection[str]) -> bool:
    """Whether what is called at an offset is assigned to a name of a company other than ``own``, or negated by it."""
    words = words_of(assigned_name(text, start))
    return is_about_another(words, own) or is_doubtful([word for word in words[:1] if not is_neutral([word])])


def is_under_another(parent: bytes, own: Collection[str]) -> bool:
    """Whether a line above a key is a field or section about another company, or negates what is below it."""
    return bool(_KEYED.fullmatch(_BLANKS.sub(b" ", parent))) and is_about_another(words_of(parent), own)


def has_stand_in(*texts: bytes) -> bool:
    """Whether one of the texts mentions a mock, emulator or the like in place of a vendor."""
    return any(_STAND_IN.search(text) for text in texts)
