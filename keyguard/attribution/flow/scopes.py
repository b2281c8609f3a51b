"""Decide whether a mention of a variable means the one that a key was assigned to."""

from __future__ import annotations

import re

from keyguard.attribution.evidence.dataflow import is_bound
from keyguard.support.regex import expression

#: bytes before a mention in which the brackets around it are searched
_REACH = 600
_BRACKET = expression(rb"[()\[\]{}]")
_PAIRS = {b")": b"(", b"]": b"[", b"}": b"{"}
#: the head of a list of parameters
_FUNCTION = expression(
    rb"(?:\b(?:def|function|func|fn|fun|sub|constructor|lambda|init|catch)\b[^()\r\n]{0,120}"
    rb"|\b(?:public|private|protected|internal|static|async|override|void|final)\b[^()=\r\n]{0,120}[ \t]\w+[ \t]*"
    rb"|[A-Z][\w<>\[\],.?]{0,60}[ \t]+\w+[ \t]*)$"
)
#: a type before the name of a parameter
_TYPED = expression(
    rb"[(,]\s*(?:(?:final|const|in|ref|out|readonly|private|public|protected)\s+){0,3}"
    rb"(?!return\b|await\b|new\b|not\b|in\b|and\b|or\b|typeof\b|yield\b|else\b)[A-Za-z_][\w<>\[\].?:]{0,60}"
    rb"(?:[ \t]+[*&$]?|[ \t]*[*&][ \t]*)$"
)
_AFTER_PARAMETER = expression(rb"[ \t]*(?:[,)=:?]|\r?\n)")
#: what follows an object that is taken apart
_TAKEN = expression(
    rb"\s{0,9}(?::[^=(){}]{0,80})?(?:=(?![=>])|(?:=[^=()]{0,40})?\)\s{0,9}(?::[^={}()]{0,60})?(?:=>|\{))"
)
#: what opens the body after a list of parameters
_BODY = expression(rb"[^()]{0,80}?(?:=>|\{|->|:[ \t]*(?:\r|\n|\Z))")


def is_rebound(text: bytes, mention: re.Match[bytes]) -> bool:
    """Whether the name is bound to something else there: by an assignment, in a loop, or as a parameter."""
    return is_bound(text, mention) or _is_parameter(text, mention) or _is_taken_apart(text, mention)


def _is_taken_apart(text: bytes, mention: re.Match[bytes]) -> bool:
    """Whether the name is taken from an object there: by an assignment, or as a parameter, over several lines."""
    before = text[max(0, mention.start() - _REACH) : mention.start()]
    if not re.search(rb"[{,]\s*$", before):
        return False
    depth = 0
    for one in re.compile(rb"[{}]").finditer(text, mention.end(), mention.end() + _REACH):
        depth += 1 if one.group() == b"{" else -1
        if depth < 0:
            return bool(_TAKEN.match(text, one.end()))
    return False


def _is_parameter(text: bytes, mention: re.Match[bytes]) -> bool:
    if not _AFTER_PARAMETER.match(text, mention.end()):
        return False
    before = text[max(0, mention.start() - _REACH) : mention.start()]
    opened = _opened(before)
    if opened < 0:
        return False
    head = before[:opened]
    line = head[head.rfind(b"\n") + 1 :]
    if _FUNCTION.search(line):
        closed = _closing(text, mention.end())
        return closed >= 0 and (bool(_BODY.match(text, closed)) or line.lstrip().startswith((b"def ", b"sub ")))
    return bool(_TYPED.search(before)) and not before.rstrip().endswith(b"new")


def _opened(before: bytes) -> int:
    """Return the offset of the innermost open bracket if it is a round one; -1 if it is none."""
    closed: list[bytes] = []
    for one in reversed([*_BRACKET.finditer(before)]):
        char = one.group()
        if char in _PAIRS:
            closed.append(_PAIRS[char])
        elif closed:
            if closed.pop() != char:
                return -1
        else:
            return one.start() if char == b"(" else -1
    return -1


def _closing(text: bytes, at: int) -> int:
    """Return the offset after the bracket that closes the one around ``at``; -1 if it is not near."""
    depth = 1
    for one in re.compile(rb"[()]").finditer(text, at, at + _REACH):
        depth += 1 if one.group() == b"(" else -1
        if not depth:
            return one.end()
    return -1


def is_in_scope(text: bytes, start: int, mention: int) -> bool:
    """Whether the block in which a name is assigned at ``start`` is still open at a later mention of it."""
    if mention < start:
        return False
    line = text.rfind(b"\n", 0, start) + 1
    indent = _indent(text[line : start + 1])
    between = text[text.find(b"\n", start) + 1 : mention] if b"\n" in text[start:mention] else b""
    if indent and any(one.strip() and _indent(one) < indent for one in between.split(b"\n")[:-1]):
        return False
    last = text[text.rfind(b"\n", 0, mention) + 1 : mention + 1]
    if indent and between and _indent(last) < indent:
        return False
    depth = 0
    for one in re.finditer(rb"[{}]", text[start:mention]):
        depth += 1 if one.group() == b"{" else -1
        if depth < 0:
            return False
    return True


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))
