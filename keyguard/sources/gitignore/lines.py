r"""Lines of a ``.gitignore``, rewritten so that pathspec reads in them what git does (gitignore(5), git's wildmatch.c).

pathspec 1.1 differs from git 2.39 in the following, and each is decided here as git decides it:

- pathspec strips any white space from the end of a line; in Latin-1, that includes the second byte of ``à`` in UTF-8.
  git strips spaces only, and one ``\r``.
- pathspec takes a backslash in a class for itself, knows no ``[:alpha:]``, splits a path at a slash in a class, lets
  ``[!a]`` match a slash, and stops at a class whose range is reversed. Here a class becomes the set of its bytes.
- pathspec refuses the whole list for a backslash at the end of a line; git ignores the line.
- pathspec takes ``***`` for a star; git takes it for ``**``.

Paths and lines are bytes of any encoding, so each byte is one character (Latin-1). A line feed, which ends a line here
and in expressions, becomes a character that no byte stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from keyguard.support.regex import expression

#: stands for a line feed in a name
_LINE_FEED = "\u010a"
#: is in no name, so it can stand first in a class, where ``!``, ``^`` and ``]`` mean something else
_NOTHING = "\u0100"

_WILD = expression(rb"[*?\[\\]")
_TOKEN = expression(
    rb"(?P<plain>[^\\*?\[/]+)|(?P<stars>\*+)|(?P<any>\?)|(?P<cut>\\?/)|\\(?P<escaped>.)|(?P<set>\[)", re.DOTALL
)
#: what means something to pathspec in the text of a name, and white space, which it strips from the end
_SPECIAL = expression(r"[*?\[\]\\!#]")
_SPACE = expression(r"\s")
_NAMED = expression(rb"\[:([^\]]*):\]")
_CLASSES = {
    b"alnum": rb"[A-Za-z0-9]",
    b"alpha": rb"[A-Za-z]",
    b"blank": rb"[ \t]",
    b"cntrl": rb"[\x00-\x1f\x7f]",
    b"digit": rb"[0-9]",
    b"graph": rb"[!-~]",
    b"lower": rb"[a-z]",
    b"print": rb"[ -~]",
    b"punct": rb"[!-/:-@\[-`{-~]",
    b"space": rb"[ \t\n\r]",
    b"upper": rb"[A-Z]",
    b"xdigit": rb"[A-Fa-f0-9]",
}
#: in this order at the end of a class: there none of them means anything, not even ``[`` before a colon
_LAST = "^!\\[-"
#: what is written apart from the ranges of a class, or in none
_APART = b"\0\n/]^!\\[-"
_RUN = expression(rb"\x01+")
_INVERTED = bytes((1,)) + bytes(255)


class Line(NamedTuple):
    """A line that is a rule."""

    number: int
    """In the file, from 1."""
    source: bytes
    """As it stands there."""
    negated: bool
    folders_only: bool
    by_name: bool
    """Whether it is for the last part of a path, at any depth, not for the whole path."""
    literal: bool
    """Whether it has no wildcard: then ``text`` is the very name or path."""
    text: str
    """What pathspec is given, without ``!`` and without a slash at the end."""
    degree: int
    """``re`` takes a time that grows with this power of the length of a path; 0 for a literal."""


#: what stands between two slashes, cut at its stars; None for ``**``: any number of folders
_Segment = list[str] | None


def as_text(path: bytes) -> str:
    """Return a path in the form that rules match."""
    text = path.decode("latin-1")
    return text.replace("\n", _LINE_FEED) if "\n" in text else text


def read(text: bytes) -> Iterator[Line]:
    """Yield the rules of an ignore file, in order; a line that can match nothing is none."""
    for number, raw in enumerate(text.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if (trimmed := _trimmed(raw)) and (line := _line(number, trimmed)):
            yield line


def _trimmed(line: bytes) -> bytes:
    """Return a line as git takes it: nothing for a comment, and no spaces at the end unless escaped."""
    line = line.removesuffix(b"\r").partition(b"\0")[0]
    if line.startswith(b"#"):
        return b""
    kept = line.rstrip(b" ")
    escapes = len(kept) - len(kept.rstrip(b"\\"))
    return kept + b" " if escapes % 2 and kept != line else kept


def _line(number: int, source: bytes) -> Line | None:
    rule = source.removeprefix(b"!")
    body = rule.removesuffix(b"/")
    by_name, negated, folders_only = b"/" not in body, rule != source, body != rule
    body = body.removeprefix(b"/")
    if not body:
        return None
    if not _WILD.search(body):
        return Line(number, source, negated, folders_only, by_name, True, as_text(body), 0)
    try:
        segments = _segments(body, by_name=by_name)
    except ValueError:
        return None  # to git, too, it matches nothing
    if [""] in segments:
        return None  # two slashes side by side are in no path
    return Line(number, source, negated, folders_only, *_rewritten(segments, by_name=by_name))


def _rewritten(segments: list[_Segment], *, by_name: bool) -> tuple[bool, bool, str, int]:
    """Return whether the rule is for names, that it is no literal, the text for pathspec, and the degree."""
    kept = [one for at, one in enumerate(segments) if one is not None or at == 0 or segments[at - 1] is not None]
    if kept == [None]:
        kept, by_name = [["", ""]], True
    elif len(kept) == 2 and kept[0] is None:
        kept, by_name = kept[1:], True
    everything = kept[-1] is None  # below a folder: what follows the last slash is any name
    words = ["**" if one is None else "*".join(one) for one in kept] + (["*"] if everything else [])
    choices = max(1, sum(one is None for one in kept) - everything) + sum(map(_choices, kept[:-1]))
    last = kept[-1] or [""]
    # a star at the very end takes the rest, whatever it is
    choices += _choices(last[:-1] if len(last) > 1 and not last[-1] else last)
    if by_name:
        # pathspec has another form for a star alone
        return True, False, "?*" if words == ["*"] else words[0], choices
    return False, False, "/" + "/".join(words), choices


def _choices(segment: _Segment) -> int:
    """Return how many stars of a segment can stand in different places: the last one is where the others leave it."""
    return max(0, len(segment) - 2) if segment else 0


def _segments(rule: bytes, *, by_name: bool) -> list[_Segment]:
    """Return what stands between slashes, in the words of pathspec; ValueError for a rule that can match nothing."""
    segments: list[_Segment] = []
    pieces, deep, at = [""], False, 0
    while at < len(rule):
        token = _TOKEN.match(rule, at)
        if token is None:
            raise ValueError("a backslash at the end")
        at = token.end()
        if token["stars"]:
            deep = pieces == [""] and len(token["stars"]) > 1 and not by_name
            pieces.append("")
        elif token["cut"]:
            if deep and pieces == ["", ""]:
                # behind an escaped slash, git wants at least one folder
                segments += [None] if token["cut"] == b"/" else [None, ["", ""]]
            else:
                segments.append(pieces)
            pieces, deep = [""], False
        elif token["set"]:
            members, at = _members(rule, at)
            pieces[-1] += _class(members)
        else:
            pieces[-1] += "?" if token["any"] else _plain(as_text(token["plain"] or token["escaped"]))
    return [*segments, None if deep and pieces == ["", ""] else pieces]


def _plain(text: str) -> str:
    """Return characters that stand for themselves, in the words of pathspec."""
    return _SPACE.sub(r"[\g<0>]", _SPECIAL.sub(r"\\\g<0>", text))


def _members(rule: bytes, at: int) -> tuple[bytes, int]:
    """Return a class whose inside begins at ``at``, and where it ends; ValueError if it does not.

    A class is a byte for each value of a byte: 1 for those in it.
    """
    negated = rule[at : at + 1] in (b"!", b"^")
    at += negated
    found, before, first = bytearray(256), -1, True
    while first or rule[at : at + 1] != b"]":
        first = False
        named = _NAMED.match(rule, at)
        if named:
            for one in _named(named[1]):
                found[one] = 1
            before, at = -1, named.end()
        elif rule[at : at + 1] == b"-" and before >= 0 and rule[at + 1 : at + 2] not in (b"", b"]"):
            last, at = _member(rule, at + 1)
            found[before : last + 1] = bytes((1,)) * (last + 1 - before)
            before = -1
        else:
            before, at = _member(rule, at)
            found[before] = 1
    return bytes(found).translate(_INVERTED) if negated else bytes(found), at + 1


def _member(rule: bytes, at: int) -> tuple[int, int]:
    """Return one byte of a class, which may be escaped, and where the next begins."""
    at += rule[at : at + 1] == b"\\"
    if at >= len(rule):
        raise ValueError("a class without an end")
    return rule[at], at + 1


@lru_cache(maxsize=16)
def _named(name: bytes) -> bytes:
    """Return the bytes in a class with a name."""
    if name not in _CLASSES:
        raise ValueError("a class that git does not know")
    return b"".join(re.findall(_CLASSES[name], bytes(range(256))))


@lru_cache(maxsize=4096)
def _class(members: bytes) -> str:
    """Return a class, of which a slash is never one, in the words of pathspec."""
    mask = bytearray(members)
    for one in _APART:
        mask[one] = 0
    made = "]" if members[ord("]")] else _NOTHING
    made += _LINE_FEED if members[ord("\n")] else ""
    for run in _RUN.finditer(mask):
        first, last = chr(run.start()), chr(run.end() - 1)
        made += first if first == last else f"{first}-{last}"
    return f"[{made}{''.join(one for one in _LAST if members[ord(one)])}]"
