"""Is everything that ``git log --all -p -m`` shows as added, and that a rule matches, among keyguard's findings?

    keyguard scan --history-only -f json=report.json ../git
    python -m benchmarks.independent ../git report.json

The reading is git's own: its walk, its deltas, its diffs, and nothing of keyguard's but the rules. Every piece of added
lines is looked at for itself, so a key that only the lines around it make one is not asked for. Keys are compared by
fingerprint, and places by fingerprint and path. What is missing is named by its mask. Exit code 1 if anything is.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from keyguard.engine import compiled
from keyguard.inspection.inspector import Inspector
from keyguard.model.finding import Blob, Sighting, Where

_PIECE = 1 << 22
_FILE, _HUNK, _COMMIT = b"\ndiff --git ", b"\n@@ ", b"\ncommit "
_LOG = (
    *(
        "--no-replace-objects",
        "-c",
        "core.quotePath=false",
        "-c",
        "log.showSignature=false",
        "log",
        "--all",
        "-p",
        "-m",
    ),
    *("--text", "--no-textconv", "--no-ext-diff", "--full-history", "--no-renames", "--no-color", "--unified=0"),
    *("--full-index", "--src-prefix=a/", "--dst-prefix=b/", "--format=commit %H"),
)
_PATH = re.compile(rb'^\+\+\+ (?:b/([^\t\n]*)|"b/((?:[^"\\\n]|\\.)*)")', re.MULTILINE)
_INDEX = re.compile(rb"^index ([0-9a-f]+\.\.[0-9a-f]+)", re.MULTILINE)
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPES = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v", strict=True))


class Change(NamedTuple):
    """What one commit did to one file, against one of its parents."""

    commit: str
    path: bytes
    versions: bytes
    """Object ids of the file before and after."""
    added: list[bytes]
    """The added lines of each hunk, one text each."""


class Seen(NamedTuple):
    """A key that the log shows."""

    rule: str
    masked: str
    commit: str
    path: bytes


class Reading:
    """What was found in a log: keys by fingerprint, and where."""

    def __init__(self) -> None:
        self.keys: dict[str, Seen] = {}
        self.places: dict[tuple[str, bytes], Seen] = {}
        self.changes = self.bytes = 0

    def add(self, sighting: Sighting, change: Change) -> None:
        """Another place of a key."""
        seen = Seen(sighting.attribution.rule, sighting.masked, change.commit, change.path)
        self.keys.setdefault(sighting.fingerprint, seen)
        self.places.setdefault((sighting.fingerprint, change.path), seen)


def parse(read: Callable[[int], bytes]) -> Iterator[Change]:
    """The changes in the output of ``git log``. No line of a file can look like one that starts a commit or a file."""
    commit = ""
    for block in _blocks(read):
        head, *hunks = block.split(_HUNK)
        if hunks:
            path, versions = _PATH.search(head), _INDEX.search(head)
            yield Change(
                commit, _name(path) if path else b"", versions[1] if versions else b"", [_added(hunk) for hunk in hunks]
            )
        if (at := block.rfind(_COMMIT)) >= 0:
            commit = block[at + len(_COMMIT) :].split(b"\n", 1)[0].decode("ascii")


def read_log(repository: Path, inspector: Inspector) -> Reading:
    """Everything that the log of all refs shows; the same two versions of a file are compared once."""
    reading, known = Reading(), set[bytes]()
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(["git", "-C", str(repository), *_LOG], stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None  # noqa: S101
        for change in parse(process.stdout.read):
            if change.versions and change.versions in known:
                continue
            known.add(change.versions)
            reading.changes += 1
            for text in change.added:
                reading.bytes += len(text)
                for sighting in inspector.inspect(Blob(change.path, Where.HISTORY), text).sightings:
                    reading.add(sighting, change)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "git log")
    return reading


def reported(report: Any) -> tuple[set[str], set[tuple[str, bytes]]]:
    """Fingerprints in a JSON report, and places; what was suppressed was found, too."""
    places = {(key["fingerprint"], _path(place)) for key in report["findings"] for place in key["occurrences"]}
    places |= {(key["fingerprint"], _path(key)) for key in report["summary"]["suppressed"]}
    return {fingerprint for fingerprint, _ in places}, places


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    kept = b"\n"
    while data := read(_PIECE):
        *whole, kept = (kept + data).split(_FILE)
        yield from whole
    yield kept


def _added(hunk: bytes) -> bytes:
    return b"\n".join([line[1:] for line in hunk.split(b"\n") if line.startswith(b"+")])


def _name(found: re.Match[bytes]) -> bytes:
    if found[1] is not None:
        return found[1]
    return _ESCAPED.sub(lambda escape: bytes([_value(escape[1])]), found[2])


def _value(escape: bytes) -> int:
    return int(escape, 8) if len(escape) == 3 else _ESCAPES.get(escape[0], escape[0])


def _path(place: Any) -> bytes:
    if "path_base64" in place:
        return base64.b64decode(place["path_base64"])
    return str(place["path"]).encode()


def _say_missing(what: str, seen: dict[Any, Seen], there: set[Any]) -> int:
    """Prints how many there are and which of them are missing; how many those are."""
    missing = [one for key, one in seen.items() if key not in there]
    print(f"{what}: {len(seen):,} compared, {len(missing):,} missing")
    for one in missing:
        print(f"  {one.rule} {one.masked} in {one.path.decode(errors='backslashreplace')!r} by {one.commit}")
    return len(missing)


def main(argv: Sequence[str] | None = None) -> int:
    """Reads, compares and says; 1 if anything is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, metavar="REPO")
    parser.add_argument("report", type=Path, metavar="REPORT", help="what keyguard wrote with -f json=REPORT")
    parser.add_argument("--engine", default="auto", choices=compiled.ENGINES, help="of keyguard's (%(default)s)")
    asked = parser.parse_args(argv)
    keys, places = reported(json.loads(asked.report.read_text(encoding="utf-8")))
    started = time.perf_counter()
    reading = read_log(asked.repository, Inspector(compiled.load(engine=asked.engine)))
    took = time.perf_counter() - started
    size, changes = reading.bytes / 1e6, reading.changes
    print(f"git log shows {size:,.0f} MB of added lines in {changes:,} changes of files, read in {took:.0f} s")
    missing = _say_missing("keys", reading.keys, keys) + _say_missing("places", reading.places, places)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
