"""Workers answer for every piece of work once, and no death of any of them goes unnoticed or holds anything up."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keyguard.inspection.workers import MAX_TASKS, available_cpus, can_fork, fork_map
from tests.helpers.checkout import ROOT, run

pytestmark = pytest.mark.skipif(not can_fork(), reason="there are no workers here")


def double(index: int) -> bytes:
    return b"%d" % (2 * index)


def dying_at(*deadly: int, by: int = signal.SIGKILL) -> Callable[[int], bytes]:
    """Work that some tasks do not survive."""

    def work(index: int) -> bytes:
        if index in deadly:
            os.kill(os.getpid(), by)
        return double(index)

    return work


@pytest.fixture(autouse=True)
def _nothing_stays_behind() -> Iterator[None]:
    """No descriptor, and no child, not even a dead one."""
    before = sorted(map(str, Path("/proc/self/fd").iterdir()))
    yield
    assert sorted(map(str, Path("/proc/self/fd").iterdir())) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("jobs", [1, 2, 7])
@pytest.mark.parametrize("count", [1, 3, MAX_TASKS])
def test_every_task_is_answered_in_its_place(jobs: int, count: int) -> None:
    assert fork_map(double, count, jobs) == [double(index) for index in range(count)]
    taken: dict[int, bytes] = {}
    assert fork_map(double, count, jobs, taken.__setitem__) == [b""] * count
    assert taken == {index: double(index) for index in range(count)}


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("deadly", [(0,), (9,), (3, 4, 5), tuple(range(10))], ids=str)
def test_who_dies_loses_the_task_at_hand_and_no_other(jobs: int, deadly: tuple[int, ...]) -> None:
    found = fork_map(dying_at(*deadly), 10, jobs)
    assert found == [None if index in deadly else double(index) for index in range(10)]
    taken: dict[int, bytes] = {}
    assert fork_map(dying_at(*deadly), 10, jobs, taken.__setitem__) == [None if one is None else b"" for one in found]
    assert taken == {index: one for index, one in enumerate(found) if one is not None}


def test_an_error_in_the_work_is_a_death(capfd: pytest.CaptureFixture[str]) -> None:
    def work(index: int) -> bytes:
        if index == 2:
            raise MemoryError
        return double(index)

    assert fork_map(work, 4, 2) == [b"0", b"2", None, b"6"]
    assert capfd.readouterr() == ("", "")


def test_large_answers_arrive_whole() -> None:
    def work(index: int) -> bytes:
        return bytes([index]) * (3 << 20)

    assert fork_map(work, 5, 2) == [work(index) for index in range(5)]


def test_work_is_shared(tmp_path: Path) -> None:
    def work(index: int) -> bytes:
        (tmp_path / f"{index}.{os.getpid()}").touch()
        other = 1 - index
        while not list(tmp_path.glob(f"{other}.*")):  # either waits for the other: alone, one would wait for ever
            time.sleep(0.01)
        return b""

    fork_map(work, 2, 2)
    assert len({path.suffix for path in tmp_path.iterdir()}) == 2


@pytest.mark.parametrize("exception", [KeyboardInterrupt, ValueError])
def test_whatever_ends_the_parents_patience_ends_the_workers(exception: type[BaseException]) -> None:
    def interrupted(index: int, answer: bytes) -> None:
        raise exception

    def work(index: int) -> bytes:
        if index:
            time.sleep(1000)
        return b""

    with pytest.raises(exception):
        fork_map(work, 3, 3, interrupted)


def test_workers_take_no_notice_of_an_interrupt_that_the_parent_hears_too() -> None:
    assert fork_map(dying_at(1, by=signal.SIGINT), 3, 1) == [b"0", b"2", b"4"]
    assert fork_map(dying_at(1, by=signal.SIGTERM), 3, 1) == [b"0", None, b"4"]


INTERRUPTED_FORK = """
import os, signal, sys, time
from keyguard.inspection import workers
really = os.fork
def fork():
    pid = really()
    if pid:
        os.kill(os.getpid(), signal.SIGINT)
    return pid
workers.os.fork = fork
try:
    workers.fork_map(lambda index: time.sleep(1000), 2, 2)
except KeyboardInterrupt:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        print("interrupted, and alone")
"""


def test_a_signal_while_a_worker_is_started_waits_until_it_can_be_ended(tmp_path: Path) -> None:
    # a process of its own, since only in one with a single thread is it certain which thread hears the signal
    said = run(sys.executable, "-c", INTERRUPTED_FORK, env={"PYTHONPATH": str(ROOT)}, cwd=tmp_path)
    assert said == "interrupted, and alone\n"


INTERRUPTED_WAIT = """
import os, signal
from keyguard.inspection import workers
really = os.waitpid
def waitpid(pid, options):
    workers.os.waitpid = really
    os.kill(os.getpid(), signal.SIGINT)
    return really(pid, options)
workers.os.waitpid = waitpid
try:
    workers.fork_map(lambda index: b"", 2, 2)
except KeyboardInterrupt:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        print("interrupted, and alone")
"""


def test_a_signal_while_a_worker_is_waited_for_waits_too(tmp_path: Path) -> None:
    said = run(sys.executable, "-c", INTERRUPTED_WAIT, env={"PYTHONPATH": str(ROOT)}, cwd=tmp_path)
    assert said == "interrupted, and alone\n"


def test_one_worker_that_cannot_be_waited_for_keeps_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    really, failed = os.waitpid, list[int]()

    def waitpid(pid: int, options: int) -> tuple[int, int]:
        if not failed:
            failed.append(pid)
            raise OSError(5, "Input/output error")
        return really(pid, options)

    monkeypatch.setattr(os, "waitpid", waitpid)
    with pytest.raises(OSError, match="Input/output"):
        fork_map(double, 9, 4)


def test_workers_that_somebody_else_has_waited_for_have_answered_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.waitpid

    def waitpid(pid: int, options: int) -> tuple[int, int]:
        really(pid, options)
        raise ChildProcessError(10, "No child processes")

    monkeypatch.setattr(os, "waitpid", waitpid)
    assert fork_map(double, 9, 4) == [double(index) for index in range(9)]


def test_without_room_for_the_tasks_nothing_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(fd: int, data: bytes) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="Input/output"):
        fork_map(double, 9, 4)


def test_fewer_workers_than_asked_for_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    left = 1
    really = os.fork

    def fork() -> int:
        nonlocal left
        if not left:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        left -= 1
        return really()

    monkeypatch.setattr(os, "fork", fork)
    assert fork_map(double, 9, 4) == [double(index) for index in range(9)]
    with pytest.raises(BlockingIOError):
        fork_map(double, 9, 4)


def test_a_worker_that_cannot_be_replaced_leaves_its_tasks_without_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    really, forked = os.fork, list[int]()

    def fork() -> int:
        if forked:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        forked.append(1)
        return really()

    monkeypatch.setattr(os, "fork", fork)
    assert fork_map(dying_at(1), 4, 1) == [b"0", None, None, None]


def test_other_threads_are_no_reason_to_complain() -> None:
    """Python 3.12 warns when a process with threads forks, and warnings may be errors."""
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    try:
        assert fork_map(double, 2, 2) == [b"0", b"2"]
    finally:
        release.set()
        thread.join()


def test_there_is_always_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert available_cpus() >= 1
    monkeypatch.delattr(os, "sched_getaffinity")
    assert available_cpus() >= 1
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert available_cpus() == 1
