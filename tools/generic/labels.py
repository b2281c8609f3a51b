"""The second reading of labels: candidates that score as secrets, are not labelled as such, and were read again.

``labels.tsv`` holds one a line: the first 16 hex digits of the SHA-256 of repository, path, line and name, and the
verdict: 1 a secret (weak ones included), 0 none, - neither way. It holds no text of any repository.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from tools.generic.corpus import Row
from tools.generic.evaluation import Scored

_FILE = Path(__file__).with_name("labels.tsv")
_VERDICTS = {"1": 1, "0": 0, "-": None}
#: a little below ``medium``
_LEAST = -10


def identity(row: Row) -> str:
    """Return what stands for a candidate in the file."""
    parts = (row.repository.encode(), row.path, str(row.line).encode(), row.candidate.name.encode("utf-8", "replace"))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


@cache
def _verdicts() -> dict[str, int | None]:
    rows = (line.split("\t") for line in _FILE.read_text().splitlines() if line and not line.startswith("#"))
    return {identity_: _VERDICTS[verdict] for identity_, verdict in rows}


def read_again(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the verdicts of the second reading."""
    verdicts = _verdicts()
    found = []
    for row in rows:
        known = identity(row) in verdicts and row.truth == 0
        found.append(row._replace(truth=verdicts[identity(row)], labelled=True) if known else row)
    return found


def to_read(rows: Sequence[Row], positions: Mapping[int, int], scored: Scored) -> Iterator[str]:
    """Yield what scores as a secret and is not labelled as one: identity, score, place and line."""
    for number, at in sorted(positions.items(), key=lambda one: -scored.scores[one[1]]):
        row = rows[number]
        if row.truth == 0 and scored.scores[at] >= _LEAST:
            one = row.candidate
            shown = one.line[max(0, one.name_at - 40) :][:140].strip().replace("\n", "\\n").replace("\t", " ")
            place = f"{row.repository}\t{row.path.decode('utf-8', 'replace')[-40:]}:{row.line}"
            said = "F" if row.labelled else "U"
            yield f"{identity(row)}\t{scored.scores[at]:.0f}\t{said}\t{place}\t{one.value}\t{shown}"
