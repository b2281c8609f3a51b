"""What is about to be done, as people read it: a unified diff in which no secret can be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.fix.changes import Step, Write
from keyguard.fix.files import dotenv
from keyguard.fix.files.site import Site
from keyguard.inspection.filenames import Names
from keyguard.masking.secret import MASK
from keyguard.support.sanitize import shown, visible

_CONTEXT = 2
_WIDEST = 200
#: no change is larger: keys in so many lines after each other
_FARTHEST = 400
#: what looks random may be a secret that no rule knows
_RANDOM = re.compile(rb"(?<![A-Za-z0-9+/_=-])(?=[A-Za-z0-9+/_=-]*[0-9])[A-Za-z0-9+/_=-]{24,}")
#: what stands beside a key is often another, and in a form that no rule knows
_WORD = r"(?:auth|cred|key|passw|pwd|secret|token)\w{0,200}[\"']?[\])]?[ \t]*(?::=|=>|[:=])(?!=)[ \t]*"
#: a name of that kind says where the secret is, and not what
_NAME = r"(?-i:[A-Z]+(?:_[A-Z]+)+[)\]},; \t]*$)"
_SAID = re.compile(rf"({_WORD})(?!{_NAME})\S.*", re.IGNORECASE)
_QUOTED = re.compile(rf"({_WORD}([\"']))(?![^\"']*\*{{8}})[^\"']*[^\"' ](?=\2)", re.IGNORECASE)
_BREAK = re.compile(rb"\r\n|\n|\r")


def described(step: Step, site: Site) -> Iterator[str]:
    """The lines for a step."""
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
    """Lines of the old text, half open, and those of the new one that stand in their place."""

    old: int
    old_end: int
    new: int
    new_end: int


def _changes(old: list[str], new: list[str]) -> Iterator[_Change]:
    """Where the texts differ. ``difflib`` takes lines that are frequent for noise, and then shows all of a file."""
    at, there = 0, 0
    while at < len(old) or there < len(new):
        if old[at : at + 1] == new[there : there + 1]:
            at, there = at + 1, there + 1
            continue
        less, more = _until_same(old, new, at, there)
        yield _Change(at, at + less, there, there + more)
        at, there = at + less, there + more


def _until_same(old: list[str], new: list[str], at: int, there: int) -> tuple[int, int]:
    """How many lines to leave out on either side until the texts are the same again."""
    for total in range(1, _FARTHEST):
        for less in range(min(total, len(old) - at) + 1):
            more = total - less
            same = old[at + less : at + less + 2] == new[there + more : there + more + 2]
            if more <= len(new) - there and same:
                return less, more
    return len(old) - at, len(new) - there


def _groups(changes: Iterator[_Change]) -> Iterator[list[_Change]]:
    """Those together that are so near each other that the lines around them meet."""
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
    """A line that stays as it is, without what it says to be secret."""
    return _SAID.sub(rf"\1{MASK}", line)


def _without_quoted(line: str) -> str:
    """A line that changes, without what it says to be secret and has in quotes."""
    return _QUOTED.sub(rf"\1{MASK}", line)


def _lines(content: bytes, names: Names, *, private: bool) -> list[str]:
    masked = _RANDOM.sub(_shortened, names.masked(dotenv.masked(content) if private else content))
    lines = [line.decode("utf-8", "backslashreplace") for line in _BREAK.split(masked)]
    return lines[:-1] if lines[-1] == "" else lines


def _shortened(found: re.Match[bytes]) -> bytes:
    return found[0][:2] + MASK.encode()
