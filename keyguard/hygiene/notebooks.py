"""``key-in-notebook-output``: what a cell printed is saved with the notebook, long after the key left the code."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.expression import expression
from keyguard.hygiene import spots
from keyguard.hygiene.concerns import a_key, concerns
from keyguard.hygiene.infrastructure import severity_of
from keyguard.hygiene.project import Project
from keyguard.keeping import Violation
from keyguard.model import Sighting
from keyguard.sanitize import shown_path

#: parts of a cell, as the structure of the file has them: within strings their quotes are escaped
_PART = expression(rb"(?<!\\)\"(outputs|source|cell_type|attachments)\"[ \t]*:")


def key_in_notebook_output(project: Project) -> Iterator[Violation]:
    """One for each key that a notebook shows."""
    for path, keys in sorted(project.keys.items()):
        if path.endswith(b".ipynb") and path in project.files:
            shown = [one for one in keys if concerns(project, path, one) and _in_output(project, path, one)]
            for key in {one.fingerprint: one for one in reversed(shown)}.values():
                yield Violation(
                    check="key-in-notebook-output",
                    message=f"{a_key(project, key)} in what a cell of {shown_path(path)} printed",
                    spots=tuple(
                        spots.of_key(path, one.occurrence) for one in shown if one.fingerprint == key.fingerprint
                    ),
                    severity=severity_of(key),
                    key=key.fingerprint,
                )


CHECKS = (key_in_notebook_output,)


def _in_output(project: Project, path: bytes, key: Sighting) -> bool:
    content, at = project.read(path) or b"", project.offset(path, key)
    last = None
    for found in _PART.finditer(content, 0, at):
        last = found
    return last is not None and last[1] == b"outputs"
