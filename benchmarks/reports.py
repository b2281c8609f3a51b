"""Runs one scan with two keyguards and compares what they say: exit code, standard error and three reports.

Nothing is left out of the comparison but the fields in ``LEFT_OUT``: reports hold no times and no durations of the run,
and ages are counted to the same moment in both.
"""

from __future__ import annotations

import difflib
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from keyguard.engine import compiled
from keyguard.inspection.inspector import Inspector
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Blob, Where

#: fields of the reports that are not compared: which version of keyguard wrote them; ``[*]`` is any item of a list
LEFT_OUT = frozenset({"json.summary.version"})
LEFT_OUT |= {f"sarif.runs[*].tool.driver.{name}" for name in ("version", "semanticVersion")}
#: seconds after which a scan is ended, which counts as a difference even where both took so long
PATIENCE = 900
_SHOWN = 300
_MISSING = "(nothing)"


class Program(NamedTuple):
    """A keyguard, and the folder for what it remembers."""

    command: str
    cache: Path


class Answer(NamedTuple):
    """What one scan said."""

    code: int
    """As the process ended; None of the codes that keyguard knows if the time was over."""
    said: str
    text: str
    reports: dict[str, Any]
    """The JSON and SARIF reports that were written, by format."""

    @property
    def findings(self) -> int:
        """How many there are in the JSON report."""
        document = self.reports.get("json")
        return len(document["findings"]) if isinstance(document, dict) else 0


def ask(program: Program, folder: Path, arguments: Sequence[str], env: Mapping[str, str], scratch: Path) -> Answer:
    """Scan ``folder`` from within; the reports are written into ``scratch``, which is emptied before."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    files = {name: scratch / name for name in ("json", "sarif")}
    reports = [f"--format={name}={path}" for name, path in files.items()]
    try:
        done = subprocess.run(
            [program.command, "scan", "--verbose", "--format=text", *reports, *arguments],
            cwd=folder,
            env={**env, "KEYGUARD_CACHE_DIR": str(program.cache)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(-1, f"took longer than {PATIENCE} s", "", {})
    written = {name: _parsed(path) for name, path in files.items() if path.exists()}
    return Answer(done.returncode, _decoded(done.stderr), _decoded(done.stdout), written)


def differences(before: Answer, after: Answer, left_out: Set[str] = LEFT_OUT) -> list[str]:
    """Lines that say what is not the same, with every key masked; empty if nothing differs."""
    found = []
    before, after = (one._replace(reports=_without(left_out, "", one.reports)) for one in (before, after))
    if before.code != after.code or before.code < 0:
        found.append(f"exit code: {before.code} != {after.code}")
    found += _lines_apart("standard error", before.said, after.said)
    found += _lines_apart("text", before.text, after.text)
    found += _values_apart("", before.reports, after.reports)
    return [masked(line)[:_SHOWN] for line in found]


def masked(text: str) -> str:
    """The text with what any rule takes for a key masked: a bug may be that a report shows one."""
    Inspector(compiled.load()).inspect(Blob(b"difference", Where.TREE), text.encode())
    return KNOWN.mask(text)


def _lines_apart(name: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        yield from (f"{name}: {line}" for line in lines if not line.startswith(("---", "+++", "@@")))


def _values_apart(place: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            inner = f"{place}.{name}" if place else name
            yield from _values_apart(inner, before.get(name, _MISSING), after.get(name, _MISSING))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items_apart(place, before, after)
    else:
        yield f"{place}: {_short(before)} != {_short(after)}"


def _items_apart(place: str, before: list[Any], after: list[Any]) -> Iterator[str]:
    if len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _values_apart(f"{place}[{index}]", one, other)
        return
    ours, theirs = (Counter(json.dumps(item, sort_keys=True) for item in items) for items in (before, after))
    yield from (f"{place}: only before: {item}" for item in (ours - theirs).elements())
    yield from (f"{place}: only after: {item}" for item in (theirs - ours).elements())


def _without(left_out: Set[str], place: str, value: Any) -> Any:
    """A report without some fields."""
    if isinstance(value, list):
        return [_without(left_out, f"{place}[*]", item) for item in value]
    if isinstance(value, dict):
        places = {name: f"{place}.{name}" if place else name for name in value}
        return {name: _without(left_out, places[name], value[name]) for name in value if places[name] not in left_out}
    return value


def _short(value: Any) -> str:
    return json.dumps(value, sort_keys=True)[: _SHOWN // 3]


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        return f"not JSON: {error}"


def _decoded(data: bytes) -> str:
    return data.decode(errors="backslashreplace")
