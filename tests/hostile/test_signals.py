"""^C, a polite kill, an impolite one: it ends soon, quietly, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.calling import Keyguard, adds_up, filler
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

#: what a test waits at most for something to happen; it is no measure of speed
PATIENCE = 60.0


def processes_of(session: int) -> list[int]:
    """Those that still run in a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def children_of(pid: int) -> list[int]:
    """Its processes, by number."""
    try:
        return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that takes a while to scan, with more than one process."""
    repo = Repo(tmp_path_factory.mktemp("large") / "repo")
    text = filler(20_000)
    for number in range(3000):
        repo.write(f"{number % 50}/{number}.txt", text)
    # each of them keeps one worker busy
    for number in range(4):
        repo.write(f"{number}/huge.bin", (filler(1 << 20) + leaking_line(number).encode()) * 150)
    return repo.path


def start(kg: Keyguard, temporary: Path, large: Path) -> subprocess.Popen[bytes]:
    """A scan that has begun to read, with its own folder for what is temporary."""
    temporary.mkdir()
    process = kg.start("scan", large, "--jobs", "2", "-f", f"json={temporary / 'out.json'}", TMPDIR=str(temporary))
    wait_for(lambda: len(readers_of(process.pid)) == 2)
    return process


def readers_of(pid: int) -> list[int]:
    """Its workers: those of its processes that run the same program."""
    found = []
    for child in children_of(pid):
        try:
            if Path(f"/proc/{child}/exe").resolve() == Path(f"/proc/{pid}/exe").resolve():
                found.append(child)
        except OSError:
            continue
    return found


def wait_for(happened: object) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if callable(happened) and happened():
            return
        time.sleep(0.005)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("everyone", [False, True], ids=["parent", "terminal"])
def test_a_scan_ends_when_it_is_told_to(
    kg: Keyguard, tmp_path: Path, large: Path, number: int, code: int, everyone: bool
) -> None:
    process = start(kg, tmp_path / "temporary", large)
    told = time.monotonic()
    (os.killpg if everyone else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - told < 5
    assert (process.returncode, out, err) == (code, b"", b"")
    assert processes_of(process.pid) == []
    assert_reported(tmp_path / "temporary", wanted=number == signal.SIGINT)


def assert_reported(temporary: Path, *, wanted: bool) -> None:
    """Nothing is left but, if it is wanted, a report of what was found, which says that there is more."""
    assert [path.name for path in temporary.iterdir()] == ["out.json"] * wanted
    if wanted:
        document = json.loads((temporary / "out.json").read_text())
        assert [gap["reason"] for gap in document["skipped"] if gap["gap"]] == ["interrupted"] * 2  # files, history
        assert_adds_up(document)


def assert_adds_up(document: dict[str, Any]) -> None:
    """A scan that was interrupted says so, and how much is lacking."""
    coverage, history = document["coverage"], document["coverage"]["history"]
    assert coverage["listed"] == coverage["read"] + coverage["skipped"]
    assert coverage["complete"] is False
    if history:
        lacking = history["missing"] + history["unreadable"] + history["unread"]
        assert history["listed"] == history["read"] + lacking
        assert history["read"] == sum(history[kind] for kind in ("commits", "trees", "blobs", "tags"))


def test_impatience_changes_nothing(kg: Keyguard, tmp_path: Path, large: Path) -> None:
    process = start(kg, tmp_path / "temporary", large)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert processes_of(process.pid) == []
    assert_reported(tmp_path / "temporary", wanted=True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_waiting_for_input_ends_when_it_is_told_to(kg: Keyguard, tmp_path: Path, number: int, code: int) -> None:
    (tmp_path / "temporary").mkdir()
    ours, theirs = os.pipe()
    process = kg.start("scan", "--stdin", stdin=ours, TMPDIR=str(tmp_path / "temporary"))
    os.close(ours)
    os.write(theirs, b"some ")
    wait_for(lambda: is_reading(process.pid))
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    os.close(theirs)
    assert (process.returncode, out, err) == (code, b"", b"")
    assert list((tmp_path / "temporary").iterdir()) == []


def is_reading(pid: int) -> bool:
    """Whether it waits for standard input, after all has been imported: what was sent is gone."""
    try:
        return Path(f"/proc/{pid}/wchan").read_text() in ("pipe_read", "anon_pipe_read") or _in_read(pid)
    except OSError:
        return False


def _in_read(pid: int) -> bool:
    try:
        words = Path(f"/proc/{pid}/syscall").read_text().split()
    except OSError:
        return False
    return words[:2] == ["0", "0x0"]


@pytest.mark.parametrize("moment", range(12))
def test_whenever_it_is_told_nothing_stays_behind(kg: Keyguard, tmp_path: Path, moment: int) -> None:
    repo = Repo(tmp_path / "repo").write("a.env", leaking_line(1)).add().commit().write("a.env", leaking_line(2)).add()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = kg.start("scan", "--staged", cwd=repo.path, TMPDIR=str(temporary))
    if moment % 2:
        wait_for(lambda: any(temporary.iterdir()) or process.poll() is not None)
        time.sleep(moment * 0.001)
    else:
        time.sleep(0.02 * moment)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in (143, -signal.SIGTERM, 1)
    assert b"Traceback" not in err or moment < 6, "only while Python itself starts may it be Python that complains"
    assert processes_of(process.pid) == []
    assert list(temporary.iterdir()) == []


def test_a_worker_that_is_killed_costs_nothing(kg: Keyguard, tmp_path: Path, large: Path) -> None:
    process = start(kg, tmp_path / "temporary", large)
    os.kill(readers_of(process.pid)[0], signal.SIGKILL)
    process.communicate(timeout=PATIENCE * 2)
    document = json.loads((tmp_path / "temporary" / "out.json").read_text())
    adds_up(document)
    lost = [one["path"] for one in document["skipped"]]
    assert len(document["findings"]) + len(lost) >= 4
    assert process.returncode == (2 if lost else 1)
    assert processes_of(process.pid) == []


def test_a_scan_that_is_killed_leaves_no_workers(kg: Keyguard, tmp_path: Path, large: Path) -> None:
    process = start(kg, tmp_path / "temporary", large)
    process.kill()
    process.communicate(timeout=PATIENCE)
    wait_for(lambda: processes_of(process.pid) == [])


def test_in_somebody_elses_process_signals_are_put_back(tmp_path: Path, kg: Keyguard) -> None:
    program = """
import os, signal
from keyguard.cli import main
before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
from keyguard.cli import command_table as commands
def interrupted(options):
    os.kill(os.getpid(), signal.SIGTERM)
    return 0
commands.run = interrupted
assert main(["scan"]) == 143
assert before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
signal.signal(signal.SIGTERM, signal.SIG_IGN)
assert main(["scan"]) == 0
print("as before")
"""
    done = subprocess.run(
        [kg.command()[0], "-c", program], cwd=tmp_path, env=kg.env, capture_output=True, text=True, check=False
    )
    assert done.stdout == "as before\n", done.stderr


@pytest.mark.parametrize("words", [("scan", "--staged"), ("scan", "--jobs", "2"), ("hook", "pre-commit")], ids=" ".join)
def test_who_starts_us_may_ignore_the_end_of_processes(kg: Keyguard, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Some supervisors do, and it is inherited; then the system keeps nobody's exit code for us."""
    repo = Repo(tmp_path / "repo").write("a.env", leaking_line(1))
    for number in range(2000 if "--jobs" in words else 0):
        repo.write(f"{number}.txt", "nothing\n")
    repo.add()
    process = kg.start(
        *words, "-f", "concise", cwd=repo.path, preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    )
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (1, b"")
    assert out.startswith(b"a.env:1:")


def test_who_ignores_a_signal_goes_on_ignoring_it(kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing\n")
    ours, theirs = os.pipe()
    process = kg.start("scan", "--stdin", stdin=ours, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    os.close(ours)
    os.write(theirs, b"some ")
    wait_for(lambda: is_reading(process.pid))
    process.send_signal(signal.SIGINT)
    os.close(theirs)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_a_process_that_is_killed_leaves_no_memory_on_disk(kg: Keyguard) -> None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if not hard or not Path("/proc/self/limits").exists():
        pytest.skip("nothing is written here anyway, or it cannot be seen")
    allow = partial(resource.setrlimit, resource.RLIMIT_CORE, (hard, hard))
    started = kg.start("scan", "--stdin", "-f", "json", preexec_fn=allow)
    assert started.stdin
    assert started.stdout
    limits = Path(f"/proc/{started.pid}/limits")
    until = time.monotonic() + PATIENCE
    while _core_size(limits) != "0" and time.monotonic() < until:
        time.sleep(0.02)
    assert _core_size(limits) == "0"
    started.communicate(b"", timeout=PATIENCE)


def _core_size(limits: Path) -> str:
    line = next(line for line in limits.read_text().splitlines() if line.startswith("Max core file size"))
    return line.split()[4]


def test_a_signal_that_is_raised_where_exceptions_are_ignored_is_sent_again(kg: Keyguard) -> None:
    script = """
import os, signal, sys, time, weakref
from keyguard import cli
def run(arguments):
    class Held: pass
    held = Held()
    kept = weakref.ref(held, lambda _: os.kill(os.getpid(), signal.SIGTERM))
    del held
    for _ in range(500):
        time.sleep(0.01)
    return 0
cli._run = run
sys.exit(cli.main([]))
"""
    told = time.monotonic()
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=PATIENCE, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (143, b"", b"")
    assert time.monotonic() - told < 4
