"""^C in every phase of a scan: it ends at once, with a report of what was found until then, and says what is lacking.

The moment is not a matter of time: the process sends the signal to itself when a phase has come so far.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo
from tests.history.asking import line
from tests.hostile.test_signals import PATIENCE, assert_adds_up, processes_of

pytest_plugins = ("tests.helpers.commandline",)

#: runs the command line; after so many calls of one function of ours (with a ``+``: in history), a signal arrives
PROGRAM = """
import importlib, os, signal, sys
from keyguard.scan import worklist
from keyguard.cli import main
from keyguard.history.full_scan import survey
from keyguard.history import tasks
worklist._FEW = worklist._BATCH = 2
tasks._LITTLE = 0
where, count, number, *words = sys.argv[1:]
module, owner, name = where.lstrip("+").split(":")
home = importlib.import_module(module)
home = getattr(home, owner) if owner else home
really, calls, begun = getattr(home, name), [], []
def watched(*args, **kwargs):
    if name == "fork_map":  # each answer counts
        work, tasks, jobs, take, *more = args
        return really(work, tasks, jobs, lambda index, answer: (take(index, answer), noted()), *more)
    found = really(*args, **kwargs)
    noted()
    return found
def noted():
    if begun or where == where.lstrip("+"):
        calls.append(name)
    if len(calls) == int(count) and os.getpid() == parent:
        os.kill(parent, int(number))
parent = os.getpid()
setattr(home, name, watched)
begin = survey._Survey._begin
survey._Survey._begin = lambda self, phase: (begun.append(phase), begin(self, phase))
sys.exit(main(words))
"""

#: files that are there now, and in history only
NOW, THEN = ("now-0", "now-1", "now-2"), tuple(f"then-{number}" for number in range(6))

#: phase -> what is called in it, and how often that has to happen
MOMENTS = {
    "files by workers": ("keyguard.scan.worklist:Worklist:_tell", 2),
    "file names": ("keyguard.inspection.filenames:Names:sightings", 1),
    "refs": ("keyguard.history.full_scan.run::read_tips", 1),
    "opening": ("keyguard.history.full_scan.survey::_open", 1),
    "contents": ("+keyguard.inspection.workers::fork_map", 2),
    "loose objects": ("keyguard.history.contents.inspection:ContentInspector:note", 2),
    "trees": ("keyguard.history.trees.rows:Connections:add", 1),
    "graph": ("keyguard.history.provenance.commit_graph:CommitGraph:reaches", 1),
    "lineage": ("keyguard.history.trees.ancestors:TreeAncestors:_level", 1),
    "placing": ("keyguard.history.provenance.occurrences:OccurrenceBuilder:_placed", 2),
    "accounting of history": ("keyguard.history.full_scan.survey:_Survey:_unreachable", 1),
    "own files": ("keyguard.history.full_scan.run::in_metadata_files", 1),
}


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys in files, in packed history, in loose objects, and in a commit's message."""
    repo = Repo(tmp_path_factory.mktemp("packed") / "repo")
    for name in THEN:
        repo.write("settings.env", line(name)).add().commit(f"brings {name}")
    repo.write("settings.env", "").add().commit(leaking_line(77))
    repo.git("gc", "--quiet")
    for name in NOW:
        repo.write(f"{name}.env", line(name)).add().commit()
    for number in range(20):
        repo.write(f"{number}.txt", f"{number}\n")
    repo.add().commit()
    return repo.path


class Ended(NamedTuple):
    """How a call ended, and its reports."""

    code: int
    err: str
    text: str
    document: dict[str, Any] | None
    sarif: dict[str, Any] | None

    @property
    def gaps(self) -> dict[str, str]:
        assert self.document is not None
        return {gap["path"]: gap["detail"] for gap in self.document["skipped"] if gap["reason"] == "interrupted"}

    @property
    def history(self) -> dict[str, Any]:
        assert self.document is not None
        found: dict[str, Any] = self.document["coverage"]["history"]
        return found

    @property
    def paths(self) -> set[str]:
        assert self.document is not None
        return {place["path"] for one in self.document["findings"] for place in one["occurrences"]}


def interrupted(kg: Keyguard, folder: Path, moment: tuple[str, int], *words: str | Path, number: int = 2) -> Ended:
    """A scan to which the signal comes at that moment. Nothing but reports is left."""
    where, count = moment
    temporary, out = folder / "temporary", folder / "out"
    temporary.mkdir()
    out.mkdir()
    formats = ["-f", "text", "-f", f"json={out / 'a.json'}", "-f", f"sarif={out / 'a.sarif'}"]
    program = [kg.command()[0], "-c", PROGRAM, where, str(count), str(number)]
    process = subprocess.Popen(
        [*program, "scan", "--jobs", "2", *formats, *map(str, words)],
        cwd=folder,
        env=kg.environment({"TMPDIR": str(temporary)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    text, err = process.communicate(timeout=PATIENCE)
    assert processes_of(process.pid) == []
    assert list(temporary.iterdir()) == []
    reports = [json.loads(path.read_text()) for path in sorted(out.iterdir())]
    return Ended(process.returncode, err.decode(), text.decode(), *(reports or [None, None]))


@pytest.mark.parametrize("phase", MOMENTS)
def test_in_every_phase_what_was_found_is_reported(kg: Keyguard, tmp_path: Path, packed: Path, phase: str) -> None:
    ended = interrupted(kg, tmp_path, MOMENTS[phase], packed, "--no-cache")
    assert (ended.code, ended.err) == (130, "")
    assert ended.document is not None
    assert ended.sarif is not None
    assert_adds_up(ended.document)
    assert ended.sarif["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert "incomplete: interrupted" in ended.text
    assert "history" in ended.gaps
    if phase not in ("files by workers", "file names"):
        assert {f"{name}.env" for name in NOW} <= ended.paths


def test_files_that_were_not_read_are_counted(kg: Keyguard, tmp_path: Path, packed: Path) -> None:
    ended = interrupted(kg, tmp_path, MOMENTS["files by workers"], packed, "--no-cache")
    assert ended.document is not None
    coverage = ended.document["coverage"]
    assert 0 < coverage["read"] < coverage["listed"] == 24
    unread = coverage["listed"] - coverage["read"]
    assert ended.gaps == {"working tree": f"{unread} of 24 files not read", "history": "nothing of it read"}
    assert coverage["skipped"] == unread


def test_objects_that_were_not_read_are_counted(kg: Keyguard, tmp_path: Path, packed: Path) -> None:
    ended = interrupted(kg, tmp_path, MOMENTS["loose objects"], packed, "--history-only", "--no-cache")
    assert 0 < ended.history["read"] < ended.history["listed"]
    assert ended.history["trees"] == 0 or ended.history["unread"] >= 1
    whole = f"{ended.history['unread']} of {ended.history['listed']} objects not read"
    assert ended.gaps == {"history": whole}
    assert len([path for path in ended.paths if path.startswith("blob:")]) >= len(THEN)
    assert any(path.startswith("commit:") for path in ended.paths)


def test_contents_that_came_before_it_are_not_lost(kg: Keyguard, tmp_path: Path, packed: Path) -> None:
    ended = interrupted(kg, tmp_path, MOMENTS["contents"], packed, "--history-only", "--no-cache")
    assert 0 < ended.history["read"] < ended.history["listed"]
    assert ended.history["trees"] == 0
    assert all(path.partition(":")[0] in ("blob", "commit") for path in ended.paths)


@pytest.mark.parametrize("phase", ["lineage", "placing"])
def test_without_provenance_a_hit_has_the_name_of_its_object(
    kg: Keyguard, tmp_path: Path, packed: Path, phase: str
) -> None:
    ended = interrupted(kg, tmp_path, MOMENTS[phase], packed, "--history-only", "--no-cache")
    assert ended.document is not None
    assert ended.history["unread"] == 0
    assert len(ended.document["findings"]) == len(NOW) + len(THEN) + 1
    assert ended.gaps == {"history": "not looked at to the end"}
    assert any(path.startswith("blob:") for path in ended.paths)
    for finding in ended.document["findings"]:
        assert [place["kind"] for place in finding["occurrences"] if place["where"] != "history"] == []


def test_when_all_is_read_the_report_is_whole(kg: Keyguard, tmp_path: Path, packed: Path) -> None:
    ended = interrupted(kg, tmp_path, ("keyguard.triage.findings::decide", 1), packed, "--no-cache")
    assert ended.document is not None
    assert (ended.code, ended.gaps, ended.document["coverage"]["complete"]) == (130, {}, True)
    assert {"settings.env", "now-0.env"} <= ended.paths


def test_before_anything_is_listed_there_is_nothing_to_report(kg: Keyguard, tmp_path: Path, packed: Path) -> None:
    ended = interrupted(kg, tmp_path, ("keyguard.engine.compiled::load", 1), packed)
    assert (ended.code, ended.text, ended.err, ended.document) == (130, "", "", None)


@pytest.mark.parametrize("phase", ["contents", "loose objects", "placing"])
def test_a_polite_kill_ends_without_a_report(kg: Keyguard, tmp_path: Path, packed: Path, phase: str) -> None:
    ended = interrupted(kg, tmp_path, MOMENTS[phase], packed, "--no-cache", number=15)
    assert (ended.code, ended.text, ended.err, ended.document) == (143, "", "", None)


@pytest.mark.parametrize("phase", ["contents", "trees", "lineage", "own files"])
def test_what_was_interrupted_is_not_remembered(tmp_path: Path, own_cache: Path, packed: Path, phase: str) -> None:
    kg = Keyguard(tmp_path, own_cache)
    assert interrupted(kg, tmp_path, MOMENTS[phase], packed, "--history-only").code == 130
    said, fresh = (kg("scan", "--history-only", "-f", "json", *more, packed) for more in ([], ["--no-cache"]))
    assert said.code == 1
    assert said.document == fresh.document


def test_what_was_not_waited_for_is_not_what_was_allowed(kg: Keyguard, tmp_path: Path, packed: Path) -> None:
    ended = interrupted(kg, tmp_path, MOMENTS["contents"], packed, "--no-cache", "--allow-incomplete", "--exit-zero")
    assert ended.code == 130
    assert ended.sarif is not None
    assert ended.sarif["runs"][0]["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize(
    "moment",
    [
        ("keyguard.history.ranges.objects:RangeObjects:_keep", 3),
        ("keyguard.history.ranges.commit_trees::RangeCommits", 1),
        ("keyguard.history.ranges.occurrences::with_place", 2),
    ],
    ids=["reading", "listed", "placing"],
)
def test_a_range_reports_what_was_found_too(
    kg: Keyguard, tmp_path: Path, packed: Path, moment: tuple[str, int]
) -> None:
    if moment[0].endswith("RangeCommits"):
        moment = ("keyguard.history.ranges.run::RangeCommits", 1)
    ended = interrupted(kg, tmp_path, moment, packed, "--range", "HEAD")
    assert (ended.code, ended.err) == (130, "")
    assert ended.document is not None
    assert_adds_up(ended.document)
    assert ended.gaps == {"history": "not looked at to the end"}
    if moment[1] == 2:
        assert len(ended.document["findings"]) == len(NOW) + len(THEN) + 1


def test_callers_of_the_library_hear_of_it_and_get_what_was_found(kg: Keyguard, tmp_path: Path, packed: Path) -> None:
    program = f"""
import signal
from keyguard.scan.run import Interrupted, ScanRequest, run_scan
from keyguard.support.progress import Progress
from keyguard.sources.listing import Ask
from keyguard.history import tasks
tasks._LITTLE = 0
def stop(step):
    if step.phase == "contents" and step.keys:
        signal.raise_signal(signal.SIGINT)
try:
    run_scan(ScanRequest(ask=Ask(paths=({str(packed)!r},)), history="only", cached=False, jobs=2), Progress(stop))
except KeyboardInterrupt as interrupt:
    assert isinstance(interrupt, Interrupted)
    print(len(interrupt.run.findings) > 0, interrupt.run.coverage.complete)
"""
    said = kg.python(program)
    assert (said.code, said.out) == (0, "True False\n"), said.err
