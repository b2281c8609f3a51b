"""What is about to be done, as people read it: a unified diff in which no secret can be seen."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from keyguard.names import Names
from keyguard.remedy import dotenv
from keyguard.remedy.changes import Step, Write
from keyguard.remedy.site import Site
from keyguard.sanitize import shown, visible
from keyguard.secrets import MASK

_CONTEXT = 2
_WIDEST = 200
#: what looks random may be a secret that no rule knows
_RANDOM = re.compile(rb"(?=[A-Za-z0-9+/_=-]*[0-9])[A-Za-z0-9+/_=-]{24,}")
#: what stands beside a key is often another, and in a form that no rule knows
_WORD = r"(?:auth|cred|key|passw|pwd|secret|token)\w*[\"']?[\])]?[ \t]*(?::=|=>|[:=])(?!=)[ \t]*"
_SAID = re.compile(rf"({_WORD})\S.*", re.IGNORECASE)
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
    before = name if step.old is not None else "/dev/null"
    for line in difflib.unified_diff(old, new, before, name, n=_CONTEXT, lineterm=""):
        text = shown(_hidden(line))
        yield text if len(text) <= _WIDEST else text[:_WIDEST] + "..."


def _hidden(line: str) -> str:
    """The line without values that it says to be secret: of one that stays as it is all, of another those in quotes."""
    if line.startswith(" "):
        return _SAID.sub(rf"\1{MASK}", line)
    return line if line.startswith(("--- ", "+++ ", "@@ ")) else _QUOTED.sub(rf"\1{MASK}", line)


def _lines(content: bytes, names: Names, *, private: bool) -> list[str]:
    masked = _RANDOM.sub(_shortened, names.masked(dotenv.masked(content) if private else content))
    lines = [line.decode("utf-8", "backslashreplace") for line in _BREAK.split(masked)]
    return lines[:-1] if lines[-1] == "" else lines


def _shortened(found: re.Match[bytes]) -> bytes:
    return found[0][:2] + MASK.encode()
