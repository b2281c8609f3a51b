"""The rules of a ``.gitignore`` as git obeys them, byte for byte, and in time linear in the name.

A rule becomes an ``re`` in which what stands between two stars is taken where it first fits, and never tried elsewhere:
that is always enough, and so no rule can make a scan hang. (A look-ahead that is then consumed stands in for an atomic
group, which Python has only from 3.11 on.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from keyguard.support.regex import expression

#: rules, and stars, of one file: to translate more takes longer than to read what they could hide
MOST = 5000

_TOKEN = expression(
    rb"(?P<plain>[^\\*?\[/]+)|(?P<stars>\*+)|(?P<any>\?)|(?P<cut>\\?/)|\\(?P<escaped>.)|(?P<set>\[)", re.DOTALL
)
_NAMED = expression(rb"\[:([^\]]*):\]")
_SETS = {
    b"alnum": b"A-Za-z0-9",
    b"alpha": b"A-Za-z",
    b"blank": b" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": b"0-9",
    b"graph": b"!-~",
    b"lower": b"a-z",
    b"print": b" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb" \t\n\r",
    b"upper": b"A-Z",
    b"xdigit": b"A-Fa-f0-9",
}


#: what stands between two slashes, cut at its stars; None for ``**``: any number of folders
_Part = list[bytes] | None


class _Kind(NamedTuple):
    """What the rules of one run have in common."""

    negated: bool
    only_folders: bool
    by_name: bool
    """Only the last part of a path is looked at."""


class _Run(NamedTuple):
    """Rules of one kind that follow each other: those without wildcards, and the others joined into one pattern."""

    kind: _Kind
    plain: frozenset[bytes]
    pattern: re.Pattern[bytes] | None


class Ignores:
    """The rules of one file, for paths below the folder that it lies in."""

    def __init__(self, text: bytes) -> None:
        """ValueError for more than ``MOST`` rules or stars."""
        lines = [line for raw in text.removeprefix(b"\xef\xbb\xbf").split(b"\n") if (line := _trimmed(raw))]
        if max(len(lines), text.count(b"*")) > MOST:
            raise ValueError(f"more than {MOST} rules or stars")
        grouped: list[tuple[_Kind, list[bytes]]] = []
        for kind, rule in map(_rule, lines):
            if not grouped or grouped[-1][0] != kind:
                grouped.append((kind, []))
            grouped[-1][1].append(rule)
        self._runs = [_run(kind, rules) for kind, rules in reversed(grouped)]

    def verdict(self, path: bytes, *, folder: bool) -> bool | None:
        """Whether the last rule that fits ignores this path; None where none fits. Folders around it do not count."""
        name = path.rpartition(b"/")[2]
        for kind, plain, pattern in self._runs:
            subject = name if kind.by_name else path
            if kind.only_folders and not folder:
                continue
            if subject in plain or (pattern is not None and pattern.fullmatch(subject)):
                return not kind.negated
        return None

    def covers(self, path: bytes) -> bool:
        """Whether a file is ignored, by itself or with a folder around it."""
        at = path.find(b"/")
        while at >= 0:
            if self.verdict(path[:at], folder=True):
                return True
            at = path.find(b"/", at + 1)
        return bool(self.verdict(path, folder=False))


def _trimmed(line: bytes) -> bytes:
    """A line as git takes it: nothing for a comment, and no spaces at the end unless escaped."""
    line = line.removesuffix(b"\r").partition(b"\0")[0]
    if line.startswith(b"#"):
        return b""
    kept = line.rstrip(b" ")
    escapes = len(kept) - len(kept.rstrip(b"\\"))
    return kept + b" " if escapes % 2 and kept != line else kept


def _rule(line: bytes) -> tuple[_Kind, bytes]:
    rule = line.removeprefix(b"!")
    body = rule.removesuffix(b"/")
    kind = _Kind(negated=rule != line, only_folders=body != rule, by_name=b"/" not in body)
    return kind, body.removeprefix(b"/")


def _run(kind: _Kind, rules: list[bytes]) -> _Run:
    plain = frozenset(rule for rule in rules if rule and not re.search(rb"[*?\[\\]", rule))
    groups = (b"g%d" % number for number in count())
    patterns = []
    for rule in rules:
        if rule and rule not in plain:
            try:
                patterns.append(_pattern(_parts(rule, by_name=kind.by_name), groups))
            except ValueError:
                continue  # to git, too, it fits nothing
    return _Run(kind, plain, re.compile(b"|".join(patterns), re.DOTALL) if patterns else None)


def _parts(rule: bytes, *, by_name: bool) -> list[_Part]:
    """What stands between slashes, translated; ValueError for a rule that can never fit."""
    parts: list[_Part] = []
    pieces, deep, at = [b""], False, 0
    while at < len(rule):
        token = _TOKEN.match(rule, at)
        if token is None:
            raise ValueError("a backslash at the end")
        at = token.end()
        if token["stars"]:
            deep = pieces == [b""] and len(token["stars"]) > 1 and not by_name
            pieces.append(b"")
        elif token["cut"]:
            parts.append(None if deep and pieces == [b"", b""] else pieces)
            pieces, deep = [b""], False
        elif token["set"]:
            found, at = _set(rule, at)
            pieces[-1] += found
        else:
            pieces[-1] += b"[^/]" if token["any"] else re.escape(token["plain"] or token["escaped"])
    return [*parts, None if deep and pieces == [b"", b""] else pieces]


def _set(rule: bytes, at: int) -> tuple[bytes, int]:
    """A set in brackets whose inside begins at ``at``, as a pattern, and where it ends; ValueError if it does not."""
    negated = rule[at : at + 1] in (b"!", b"^")
    at += negated
    members, before, first = b"", -1, True
    while first or rule[at : at + 1] != b"]":
        first = False
        named = _NAMED.match(rule, at)
        if named:
            if named[1] not in _SETS:
                raise ValueError("a class that git does not know")
            members, before, at = members + _SETS[named[1]], -1, named.end()
        elif rule[at : at + 1] == b"-" and before >= 0 and rule[at + 1 : at + 2] not in (b"", b"]"):
            last, at = _member(rule, at + 1)
            members += b"\\x%02x-\\x%02x" % (before, last) if before <= last else b""
            before = -1
        else:
            before, at = _member(rule, at)
            members += b"\\x%02x" % before
    if negated:
        return b"[^/%b]" % members, at + 1
    return b"(?!/)[%b]" % members if members else b"(?!)", at + 1


def _member(rule: bytes, at: int) -> tuple[int, int]:
    """One byte of a set, which may be escaped, and where the next begins."""
    at += rule[at : at + 1] == b"\\"
    if at >= len(rule):
        raise ValueError("a set without an end")
    return rule[at], at + 1


def _pattern(parts: list[_Part], groups: Iterator[bytes]) -> bytes:
    """The parts of a whole path put together; each name in ``groups`` is used once."""
    chunks: list[list[bytes]] = [[]]
    for part in parts:
        if part is None:
            chunks.append([])
        else:
            chunks[-1].append(_within(part, groups))
    head, *others = chunks
    if not others:
        return b"/".join(head)
    *middle, tail = others
    between = (_first(b"(?:[^/]+/)*?%b/" % b"/".join(chunk), next(groups)) for chunk in middle if chunk)
    return b"".join((*(part + b"/" for part in head), *between, b"(?:[^/]+/)*" + b"/".join(tail) if tail else b".+"))


def _within(pieces: list[bytes], groups: Iterator[bytes]) -> bytes:
    """One part: its pieces with stars between them."""
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    return first + b"".join(_first(b"[^/]*?" + piece, next(groups)) for piece in middle) + b"[^/]*" + last


def _first(pattern: bytes, group: bytes) -> bytes:
    """The pattern where it first fits, and nowhere else."""
    return b"(?=(?P<%b>%b))(?P=%b)" % (group, pattern, group)
