"""What each value on one line that could be a secret is taken for, and why: for ``keyguard explain --why``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keyguard.engine.compiled import Engine
from keyguard.engine.page import Page
from keyguard.inspection.filenames import Names
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Sighting, Where
from keyguard.triage import samples


class LineVerdict(NamedTuple):
    """One value on the line. No text contains any part of it."""

    column: int
    """1-based, in characters, as in reports."""
    end_column: int
    subject: str
    """The id of the rule that finds it, or the name that it is assigned to."""
    answer: str
    """What it is taken for: ``secret, confidence high``; ``no secret``."""
    steps: tuple[str, ...]
    """What led to the answer, strongest first."""


def line_verdicts(engine: Engine, path: bytes, data: bytes, line: int) -> list[LineVerdict]:
    """Return the verdicts on a line, counted from 1, in the order of their columns."""
    blob = Blob(path, Where.TREE)
    sightings = [one for one in Inspector(engine).inspect(blob, data).sightings if _is_on(one, line)]
    judged = {(one.column, one.end_column): one for one in _candidates(engine, data, path, line)}
    found = []
    for one in sightings:
        place = one.occurrence
        why = judged.pop((place.column, place.end_column), None)
        found.append(_of_sighting(one, why.steps if why else ()))
    found += [one for one in judged.values() if not any(_overlaps(one, sighting) for sighting in sightings)]
    found += _placeholders(engine, data, line)
    return sorted(found)


def _is_on(one: Sighting, line: int) -> bool:
    return one.occurrence.line <= line <= one.occurrence.end_line


def _overlaps(one: LineVerdict, sighting: Sighting) -> bool:
    return one.column < sighting.occurrence.end_column and sighting.occurrence.column < one.end_column


def _of_sighting(one: Sighting, steps: tuple[str, ...]) -> LineVerdict:
    """Return the verdict on what a scan finds; ``steps`` are those of the model, if it was asked."""
    place, rule = one.occurrence, one.attribution.rule
    answer, set_aside = f"secret, {one.attribution.certainty.value} to be of {one.attribution.vendor}", ""
    if one.judged is not None:
        set_aside = samples.aside_reason(one)
        answer = f"{'informational' if set_aside else 'secret'}, confidence {one.judged.value}"
    said = [*one.attribution.because, *([f"set aside: {set_aside}"] if set_aside else [])]
    return LineVerdict(place.column, place.end_column, rule, answer, (*said, *steps))


def _candidates(engine: Engine, data: bytes, path: bytes, line: int) -> Iterator[LineVerdict]:
    """Yield what gates, filters and the model say about each name and value on the line."""
    from keyguard.generic.assignments.finder import judge_line

    page, names = Page.of(data), Names(engine)
    for one in judge_line(data, line, path):
        _, column, _, end_column = page.span(one.start, one.end)
        yield LineVerdict(column, end_column, names.masked_text(one.name), one.answer, one.steps)


def _placeholders(engine: Engine, data: bytes, line: int) -> Iterator[LineVerdict]:
    """Yield the values on the line that have the form of a key and stand for none."""
    page = Page.of(data)
    for start, end in engine.matcher.find(data).placeholders:
        at, column, _, end_column = page.span(start, end)
        if at == line:
            steps = ("it has the form of a key, and repeats itself, counts up or says that it is a sample",)
            yield LineVerdict(column, end_column, "a placeholder", "no secret", steps)
