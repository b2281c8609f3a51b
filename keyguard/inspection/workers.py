"""Worker processes that share the parent's compiled rules: forked, given task numbers, answering with bytes.

Each answer carries the values that the worker has seen since the last one, so that the parent masks them as well.

Not ``multiprocessing``: importing that takes longer than most scans. A worker that dies (killed, out of memory) loses
only its current task; another worker replaces it, and the caller learns which task was lost.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import struct
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import NoReturn

import msgspec

from keyguard.masking import run_identity as _shared_with_workers  # noqa: F401  (its key is made before the fork)
from keyguard.masking.known_values import KNOWN
from keyguard.masking.values import Value

_TASK = struct.Struct("<I")
#: number of the task, size of its answer, size of the values after it
_HEADER = struct.Struct("<III")
#: all task numbers are written into one pipe in advance, and a pipe may hold no more than a page
MAX_TASKS = 1024
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def available_cpus() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether worker processes are possible on this platform."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def fork_map(
    work: Callable[[int], bytes],
    count: int,
    jobs: int,
    take: Callable[[int, bytes], None] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> list[bytes | None]:
    """Return ``work(i)`` for every i below ``count``, computed by forked processes; None where a process died.

    ``count`` is at most ``MAX_TASKS``. ``take`` gets every i with its answer as it arrives, so that ^C loses no
    answer; the list then has an empty one in its place. ``meanwhile`` runs here while they work. Raise OSError if
    not a single worker can be started. Workers are killed and reaped in every case.
    """
    pool = _Pool(work, count, take)
    try:
        gc.freeze()
        pool.start(min(jobs, count))
        if meanwhile:
            meanwhile()
        pool.collect()
    finally:
        gc.unfreeze()
        pool.end()
    return pool.results


class _Pool:
    """The workers, by the pipe that each of them answers through, and the answers so far."""

    def __init__(self, work: Callable[[int], bytes], count: int, take: Callable[[int, bytes], None] | None) -> None:
        self.results: list[bytes | None] = [None] * count
        self._work, self._hand = work, take
        self._deaths = 0
        self._pids: dict[int, int] = {}
        self._buffers: dict[int, bytearray] = {}
        self._poller = select.poll()
        self._tasks, into = os.pipe()
        try:
            os.write(into, b"".join(map(_TASK.pack, range(count))))
        except OSError:
            _close(self._tasks)
            raise
        finally:
            _close(into)

    def start(self, jobs: int) -> None:
        """Start ``jobs`` workers, or as many as the system allows."""
        for _ in range(jobs):
            try:
                self._spawn()
            except OSError:
                if not self._pids:
                    raise
                break

    def collect(self) -> None:
        """Read answers until every worker has closed its pipe."""
        while self._pids:
            for pipe, _ in self._poller.poll():
                data = os.read(pipe, 1 << 20)
                if data:
                    self._buffers[pipe] += data
                    self._take(self._buffers[pipe])
                elif self._reap(pipe):
                    self._replace()

    def end(self) -> None:
        """Kill and reap the remaining workers; a second ^C waits until that is done."""
        with _undisturbed(), contextlib.ExitStack() as stack:  # a failure at one must not save the others
            _close(self._tasks)
            for pipe, pid in self._pids.items():
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                stack.callback(self._reap, pipe)

    def _spawn(self) -> None:
        out, into = os.pipe()
        inherited = [*self._pids, out]
        # until the worker is on our list, a signal would orphan it, or raise in the worker instead of in us
        with _undisturbed():
            try:
                self._pids[out] = _fork() or _live(self._work, self._tasks, into, inherited)
                self._buffers[out] = bytearray()
                self._poller.register(out, select.POLLIN | select.POLLHUP)
            except OSError:
                _close(out)
                raise
            finally:
                _close(into)

    def _replace(self) -> None:
        """Start a worker in place of one that died; it continues with the tasks that nobody has taken."""
        self._deaths += 1
        if self._deaths <= len(self.results):
            try:
                self._spawn()
            except OSError:
                return  # the others continue; without any, the remaining tasks get no answer

    def _reap(self, pipe: int) -> bool:
        """Wait for a worker that has ended, remove it from the list, and return whether it died prematurely."""
        with _undisturbed():
            status = _wait(self._pids[pipe])
            del self._pids[pipe], self._buffers[pipe]
            self._poller.unregister(pipe)
            _close(pipe)
        return status != 0

    def _take(self, buffer: bytearray) -> None:
        """Move complete answers from a worker's buffer to their places."""
        at = 0
        while len(buffer) - at >= _HEADER.size:
            index, size, more = _HEADER.unpack_from(buffer, at)
            end = at + _HEADER.size + size
            if len(buffer) < end + more:
                break
            answer = bytes(buffer[at + _HEADER.size : end])
            at = end + more
            for value in msgspec.msgpack.decode(buffer[end:at], type=list[Value]) if more else ():
                KNOWN.note(value)
            if self._hand:
                self._hand(index, answer)
                answer = b""
            self.results[index] = answer
        del buffer[:at]


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Block SIGINT and SIGTERM within the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait(pid: int) -> int:
    """Return the exit status of a process; 0 also if somebody else has waited for it: its answers are known anyway."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, 0)[1]
    return 0


def _fork() -> int:
    """Call ``os.fork`` without the warning of 3.12 about other threads: a worker does not need what they may hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _live(work: Callable[[int], bytes], tasks: int, into: int, others: list[int]) -> NoReturn:
    """Run a worker until the tasks end; never returns."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and kills us
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        for other in others:
            _close(other)
        KNOWN.take_new()  # the parent has these values already
        while len(task := os.read(tasks, _TASK.size)) == _TASK.size:
            (index,) = _TASK.unpack(task)
            data = work(index)
            seen = KNOWN.take_new()
            values = msgspec.msgpack.encode(seen) if seen else b""
            _write(into, _HEADER.pack(index, len(data), len(values)) + data + values)
        status = 0
    finally:
        os._exit(status)


def _close(fd: int) -> None:
    with contextlib.suppress(OSError):
        os.close(fd)


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
