"""The formats of an inventory: text, JSON and CSV. None contains a key."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from keyguard.inventory.rows import Row
from keyguard.model.finding import Run
from keyguard.report import Style
from keyguard.report.json_objects import Object, coverage_object, path_names, skipped_object, to_json
from keyguard.report.phrases import NO_VENDOR, counted, number, prose
from keyguard.report.summary import covered, gap_lines
from keyguard.support import dates
from keyguard.support.sanitize import shown_path

SCHEMA = "keyguard-inventory/1"

_COLUMNS = (
    "id",
    "fingerprint",
    "rule",
    "vendor",
    "environment",
    "masked",
    "where",
    "path",
    "line",
    "places",
    "first_seen",
    "last_seen",
    "age_days",
    "last_rotated",
    "shared_files",
    "shared_packages",
    "shared_environments",
    "verdict",
    "verdict_day",
)
#: characters that begin a formula for spreadsheets
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEADINGS = ("id", "whose", "for", "key", "where", "places", "since", "days", "rotated", "shared", "verdict", "place")


def render_text(found: Sequence[Row], run: Run, out: TextIO) -> None:
    """Write a table for people, a line for each key, and the coverage."""
    if found:
        table = [_HEADINGS, *map(_cells, found)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        wanted = [at for at in range(len(widths)) if any(line[at] for line in table[1:])]
        for line in table:
            out.write("  ".join(line[at].ljust(widths[at]) for at in wanted).rstrip() + "\n")
        out.write("\n")
    for said in [*gap_lines(run, Style()), *([""] if run.skipped and not run.coverage.complete else [])]:
        out.write(said + "\n")
    out.write(f"{_counts(found)}; {covered(run)}\n")


def render_json(found: Sequence[Row], run: Run, out: TextIO) -> None:
    """Write one document, as docs/inventory.md describes it."""
    document = {
        "schema": SCHEMA,
        "keys": [_object(row) for row in found],
        "skipped": [skipped_object(skipped) for skipped in run.skipped],
        "coverage": coverage_object(run),
    }
    out.write(to_json(document, indent=2) + "\n")


def render_csv(found: Sequence[Row], run: Run, out: TextIO) -> None:
    """Write a table for spreadsheets, in which no cell is a formula."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in found:
        writer.writerow([_harmless(str(cell)) for cell in _record(row)])


#: name -> function that writes it
FORMATS: dict[str, Callable[[Sequence[Row], Run, TextIO], None]] = {
    "text": render_text,
    "json": render_json,
    "csv": render_csv,
}


def _counts(found: Sequence[Row]) -> str:
    """Return ``7 keys: 3 in files, 1 ignored, 3 history``."""
    if not found:
        return "no keys found"
    wheres = [row.where for row in found]
    parts = [f"{number(wheres.count(word))} {_WHERES[word]}" for word in _WHERES if word in wheres]
    return f"{counted(len(found), 'key')}: {', '.join(parts)}"


_WHERES = {
    "files": "in files",
    "ignored": "in files that git ignores",
    "head": "at HEAD",
    "staged": "staged",
    "history": "in history only",
    "local": "only in this clone",
    "dangling": "dangling",
}


def _cells(row: Row) -> tuple[str, ...]:
    """Return the cells under ``_HEADINGS``."""
    verdict = " ".join(filter(None, (row.known.verdict, row.known.day)))
    return (
        row.id,
        prose(row.title if row.vendor_name == NO_VENDOR else row.vendor_name),
        "" if row.environment == "unknown" else row.environment,
        prose(row.masked),
        row.where,
        number(row.places),
        dates.day(row.first_seen),
        "" if row.age_days is None else number(row.age_days),
        dates.day(row.last_rotated),
        _shared(row),
        verdict,
        f"{shown_path(row.path)}:{row.line}",
    )


def _shared(row: Row) -> str:
    parts = [counted(len(row.shared_files), "more file")] if row.shared_files else []
    parts += [", ".join(shown_path(one) or "top" for one in row.shared_packages)] if row.shared_packages else []
    parts += [" and ".join(row.shared_environments)] if row.shared_environments else []
    return "; ".join(parts)


def _object(row: Row) -> Object:
    return {
        "id": row.id,
        "fingerprint": row.fingerprint,
        "rule": row.rule,
        "title": row.title,
        "vendor": row.vendor,
        "vendor_name": row.vendor_name,
        "environment": row.environment,
        "masked": row.masked,
        "where": row.where,
        **path_names(row.path),
        "line": row.line,
        "places": row.places,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "age_days": row.age_days,
        "last_rotated": row.last_rotated,
        "shared_with": {
            "files": [path_names(path) for path in row.shared_files],
            "packages": [path_names(path) for path in row.shared_packages],
            "environments": list(row.shared_environments),
        },
        "verdict": row.known.verdict,
        "verdict_day": row.known.day,
    }


def _record(row: Row) -> Iterable[object]:
    """Yield the cells under ``_COLUMNS``; several values in one cell are separated by semicolons."""
    yield from (row.id, row.fingerprint, row.rule, row.vendor, row.environment, row.masked, row.where)
    yield from (shown_path(row.path), row.line, row.places, row.first_seen, row.last_seen)
    yield from ("" if row.age_days is None else row.age_days, row.last_rotated)
    yield from ("; ".join(map(shown_path, paths)) for paths in (row.shared_files, row.shared_packages))
    yield from ("; ".join(row.shared_environments), row.known.verdict, row.known.day)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
