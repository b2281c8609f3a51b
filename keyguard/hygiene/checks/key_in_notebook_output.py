"""``key-in-notebook-output``: the saved output of a notebook shows a key, perhaps long after the code lost it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from keyguard.hygiene.checks.key_in_infrastructure import by_fingerprint, severity_of
from keyguard.hygiene.keys.secret_keys import is_reported, key_title
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Sighting
from keyguard.model.violation import Violation
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

#: the fields of a cell in the structure of the file: inside strings their quotes are escaped
_PART = expression(rb"(?<!\\)\"(outputs|source|cell_type|attachments)\"[ \t]*:")


def key_in_notebook_output(project: Project) -> Iterator[Violation]:
    """Yield a violation for each key in a notebook's output."""
    for path, keys in sorted(project.keys.items()):
        if path.endswith(b".ipynb") and path in project.files:
            parts = [(one.start(), one[1]) for one in _PART.finditer(project.read(path) or b"")]
            shown = [one for one in keys if is_reported(project, path, one) and _in_output(project, path, one, parts)]
            for places in by_fingerprint(shown):
                key = places[0]
                yield Violation(
                    check="key-in-notebook-output",
                    message=f"{key_title(project, key)} in what a cell of {shown_path(path)} printed",
                    spots=tuple(spots.of_key(path, one.occurrence) for one in places),
                    severity=severity_of(key),
                    key=key.fingerprint,
                )


CHECKS = (key_in_notebook_output,)


def _in_output(project: Project, path: bytes, key: Sighting, parts: list[tuple[int, bytes]]) -> bool:
    """Return whether the last field that begins before a key is ``outputs``; ``parts`` are (offset, name), sorted."""
    before = bisect_left(parts, (project.offset(path, key), b""))
    return before > 0 and parts[before - 1][1] == b"outputs"
