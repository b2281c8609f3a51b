"""The display of a plan: unified diffs in which no secret is visible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.fix.files import dotenv
from keyguard.fix.files.site import Site
from keyguard.fix.plan import Step, Write
from keyguard.inspection.filenames import Names
from keyguard.masking.secret import MASK
from keyguard.support.sanitize import shown, visible

_CONTEXT = 2
_WIDEST = 200
#: lines: no change is larger, which would be keys on so many consecutive lines
_FARTHEST = 400
#: a random-looking word, which may be a secret that no rule knows
_RANDOM = re.compile(rb"(?<![A-Za-z0-9+/_=-])(?=[A-Za-z0-9+/_=-]*[0-9])[A-Za-z0-9+/_=-]{24,}")
#: an assignment to a secret's name: beside a key there often is another, in a form that no rule knows
_WORD = r"(?:auth|cred|key|passw|pwd|secret|token)\w{0,200}[\"']?[\])]?[ \t]*(?::=|=>|[:=])(?!=)[ \t]*"
#: a value that is a name of that kind says where the secret is, not what it is
_NAME = r"(?-i:[A-Z]+(?:_[A-Z]+)+[)\]},; \t]*$)"
_SAID = re.compile(rf"({_WORD})(?!{_NAME})\S.*", re.IGNORECASE)
_QUOTED = re.compile(rf"({_WORD}([\"']))(?![^\"']*\*{{8}})[^\"']*[^\"' ](?=\2)", re.IGNORECASE)
_BREAK = re.compile(rb"\r\n|\n|\r")


def described(step: Step, site: Site) -> Iterator[str]:
    """Yield the lines that show a step."""
    name = site.name(step.path)
    yield f"{name} {visible(site.names.masked_text(step.title))}"
    if isinstance(step, Write):
        yield from (f"  {line}" for line in _diff(step, name, site))


def _diff(step: Write, name: str, site: Site) -> Iterator[str]:
    old, new = (_lines(content, site.names, private=step.private) for content in (step.old or b"", step.new))
    lines = [f"--- {name if step.old is not None else '/dev/null'}", f"+++ {name}"]
    for group in _groups(_changes(old, new)):
        lines += _hunk(group, old, new)
    for line in lines:
        text = shown(line)
        yield text if len(text) <= _WIDEST else text[:_WIDEST] + "..."


class _Change(NamedTuple):
    """A half-open range of old lines, and the range of new lines that replaces it."""

    old: int
    old_end: int
    new: int
    new_end: int


def _changes(old: list[str], new: list[str]) -> Iterator[_Change]:
    """Yield where the texts differ. ``difflib`` takes frequent lines for noise, and then shows the whole file."""
    at, there = 0, 0
    while at < len(old) or there < len(new):
        if old[at : at + 1] == new[there : there + 1]:
            at, there = at + 1, there + 1
            continue
        less, more = _until_same(old, new, at, there)
        yield _Change(at, at + less, there, there + more)
        at, there = at + less, there + more


def _until_same(old: list[str], new: list[str], at: int, there: int) -> tuple[int, int]:
    """Return how many lines to skip on either side until the texts are equal again."""
    for total in range(1, _FARTHEST):
        for less in range(min(total, len(old) - at) + 1):
            more = total - less
            same = old[at + less : at + less + 2] == new[there + more : there + more + 2]
            if more <= len(new) - there and same:
                return less, more
    return len(old) - at, len(new) - there


def _groups(changes: Iterator[_Change]) -> Iterator[list[_Change]]:
    """Yield changes in groups whose context lines meet."""
    group: list[_Change] = []
    for change in changes:
        if group and change.old - group[-1].old_end > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk(group: list[_Change], old: list[str], new: list[str]) -> Iterator[str]:
    first, last = group[0], group[-1]
    before, after = min(_CONTEXT, first.old), min(_CONTEXT, len(old) - last.old_end)
    ranges = (_range(first.old - before, last.old_end + after), _range(first.new - before, last.new_end + after))
    yield "@@ -{} +{} @@".format(*ranges)
    at = first.old - before
    for change in group:
        yield from (f" {_without_values(line)}" for line in old[at : change.old])
        yield from (f"-{_without_quoted(line)}" for line in old[change.old : change.old_end])
        yield from (f"+{_without_quoted(line)}" for line in new[change.new : change.new_end])
        at = change.old_end
    yield from (f" {_without_values(line)}" for line in old[at : at + after])


def _range(start: int, end: int) -> str:
    count = end - start
    return f"{start + 1}" if count == 1 else f"{start + bool(count)},{count}"


def _without_values(line: str) -> str:
    """Return an unchanged line with the values of secret names masked."""
    return _SAID.sub(rf"\1{MASK}", line)


def _without_quoted(line: str) -> str:
    """Return a changed line with the quoted values of secret names masked."""
    return _QUOTED.sub(rf"\1{MASK}", line)


def _lines(content: bytes, names: Names, *, private: bool) -> list[str]:
    masked = _RANDOM.sub(_shortened, names.masked(dotenv.masked(content) if private else content))
    lines = [line.decode("utf-8", "backslashreplace") for line in _BREAK.split(masked)]
    return lines[:-1] if lines[-1] == "" else lines


def _shortened(found: re.Match[bytes]) -> bytes:
    return found[0][:2] + MASK.encode()
