"""Variables of a server's environment and configuration that a template prints into a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keyguard.hygiene.delivery.server_templates import Kind, tags
from keyguard.support.regex import expression

_QUOTED = rb"[ \t]{0,9}[\"']([A-Za-z_][\w.-]{1,100})[\"']"
#: look-ups of one variable in the languages of templates, and settings in capitals
_READ = expression(
    rb"\b(?:env|getenv|get_env!?|config|ENV\.fetch|os\.environ\.get|os\.getenv|dig)\("
    + _QUOTED
    + rb"|(?:\$_ENV|\$_SERVER|\bENV|\bprocess\.env|\bos\.environ|\bconfig|\bsettings|\bConfiguration)\["
    + _QUOTED
    + rb"|\b(?:process\.env|config|settings|import\.meta\.env)\.([A-Z][A-Z0-9_]{2,100})\b"
    + rb"|\b(?:Rails\.application\.credentials|credentials|Rails\.configuration)((?:\.[a-z_]\w{0,60}){1,6})"
)
_WHOLE = expression(
    rb"(?i)(?:(?:stringify|json_encode)[ \t]{0,9}\([ \t]{0,9}(?:process\.env|\$_ENV|os\.environ)(?![\w.\[])"
    rb"|\bENV\.(?:to_h|to_hash|to_json)\b)"
)


class Printed(NamedTuple):
    """A variable that is printed; the name is empty if it is the whole environment."""

    name: str
    """In capitals, with underscores for dots."""
    start: int
    end: int


def printed_variables(path: bytes, data: bytes) -> Iterator[Printed]:
    """Yield the variables that the tags of a template print, in order."""
    for tag in tags(path, data):
        if tag.kind is not Kind.PRINT:
            continue
        for found in _READ.finditer(data, tag.start, tag.end):
            name = next(filter(None, found.groups())).decode("utf-8", "replace").strip(".")
            yield Printed(name.replace(".", "_").replace("-", "_").upper(), *found.span())
        for found in _WHOLE.finditer(data, tag.start, tag.end):
            yield Printed("", *found.span())
