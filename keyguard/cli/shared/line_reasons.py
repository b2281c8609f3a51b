"""The text of ``keyguard explain --why FILE:LINE``."""

from __future__ import annotations

import os
import textwrap

from keyguard.engine.compiled import Engine
from keyguard.inspection.filenames import Names
from keyguard.inspection.line_verdicts import LineVerdict, line_verdicts
from keyguard.support.errors import UsageError
from keyguard.support.regular_file import read_regular
from keyguard.support.sanitize import shown, shown_path

_WIDTH = 100
#: larger files are not read as one text
_LARGEST = 64 << 20


def line_reasons(place: str, engine: Engine) -> str:
    """Return what each value on a line is taken for and why, wrapped. ``place`` is ``FILE:LINE``.

    Raise UsageError if there is no such line.
    """
    name, _, number = place.rpartition(":")
    if not name or not number.isascii() or not number.isdigit() or not 0 < len(number) <= 9 or not int(number):
        raise UsageError(f"{shown(place)!r}: not FILE:LINE, as in config/settings.py:12")
    data, line = _content(name), int(number)
    lines = len(data.splitlines())
    if line > lines:
        raise UsageError(f"{shown(name)} has {lines} line{'s' * (lines != 1)}, so there is no line {line}")
    path = os.fsencode(os.path.normpath(name))
    head = f"{shown_path(Names(engine).masked(path))}:{line}"
    found = line_verdicts(engine, path, data, line)
    if not found:
        return f"{head}: no secret: no value here has the form of a key, or a name that says that it is one"
    return "\n".join([head, *(line for one in found for line in ("", *_paragraph(one)))])


def _content(name: str) -> bytes:
    try:
        data = read_regular(name, _LARGEST + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown(name)}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > _LARGEST:
        raise UsageError(f"{shown(name)}: larger than {_LARGEST >> 20} MB")
    return data


def _paragraph(one: LineVerdict) -> list[str]:
    """Return the lines about one value."""
    lines = [f"column {one.column} to {one.end_column}, {shown(one.subject)}: {one.answer}"]
    for step in one.steps:
        lines += textwrap.wrap(shown(step), _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    return lines
