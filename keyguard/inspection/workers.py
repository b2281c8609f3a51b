"""Worker processes that share what the parent has compiled: forked, fed by numbers, answering in bytes.

With each answer goes what the worker has seen of values since the last one, so that they are masked here as well.

Not ``multiprocessing``: importing that takes longer than most scans. A worker that dies (killed, out of memory) loses
only the piece of work it was at; another takes its place, and the caller is told which piece that was.
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

from keyguard.masking.known_values import KNOWN
from keyguard.masking.values import Value

_TASK = struct.Struct("<I")
#: which task, and how long its answer is and the values after it
_HEADER = struct.Struct("<III")
#: task numbers are written ahead into one pipe, which may hold no more than a page
MAX_TASKS = 1024
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def available_cpus() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether work can be shared out here at all."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def fork_map(
    work: Callable[[int], bytes],
    count: int,
    jobs: int,
    take: Callable[[int, bytes], None] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> list[bytes | None]:
    """``work(i)`` for every i below ``count``, done by forked processes; None where the process died over it.

    ``count`` is at most ``MAX_TASKS``. ``take`` is handed every i with its answer as it comes, so that ^C loses nothing
    that was answered; the list then holds an empty one in its place. ``meanwhile`` is done here while they work. Raises
    OSError where not a single worker can be started. Workers are killed and reaped however this ends.
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
    """The workers, by the pipe that each of them answers through, and what they have answered so far."""

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
        """Start so many workers, or as many as can be had."""
        for _ in range(jobs):
            try:
                self._spawn()
            except OSError:
                if not self._pids:
                    raise
                break

    def collect(self) -> None:
        """Fill in results until every worker has closed its end."""
        while self._pids:
            for pipe, _ in self._poller.poll():
                data = os.read(pipe, 1 << 20)
                if data:
                    self._buffers[pipe] += data
                    self._take(self._buffers[pipe])
                elif self._reap(pipe):
                    self._replace()

    def end(self) -> None:
        """Kill and reap what still runs; an impatient second ^C waits until that is done."""
        with _undisturbed(), contextlib.ExitStack() as stack:  # the failure of one keeps no other from its end
            _close(self._tasks)
            for pipe, pid in self._pids.items():
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                stack.callback(self._reap, pipe)

    def _spawn(self) -> None:
        out, into = os.pipe()
        inherited = [*self._pids, out]
        # until the worker is on our list, a signal would leave it behind, or raise in it what is meant for us
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
        """One in place of a worker that died; it goes on with what nobody has taken yet."""
        self._deaths += 1
        if self._deaths <= len(self.results):
            try:
                self._spawn()
            except OSError:
                return  # the others go on; without any, what is left has no answer

    def _reap(self, pipe: int) -> bool:
        """Take a worker that has ended off the list, not before it is waited for; whether it died before its time."""
        with _undisturbed():
            status = _wait(self._pids[pipe])
            del self._pids[pipe], self._buffers[pipe]
            self._poller.unregister(pipe)
            _close(pipe)
        return status != 0

    def _take(self, buffer: bytearray) -> None:
        """Move whole answers from a worker's buffer to their places."""
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
    """Within, ^C and SIGTERM wait."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait(pid: int) -> int:
    """How a process ended; 0 also where somebody else has waited for it: what it answered is known all the same."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, 0)[1]
    return 0


def _fork() -> int:
    """As ``os.fork``, which on 3.12 warns of other threads: what they may hold, a worker does not ask for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _live(work: Callable[[int], bytes], tasks: int, into: int, others: list[int]) -> NoReturn:
    """A worker's whole life; never returns."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends us
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        for other in others:
            _close(other)
        KNOWN.fresh()  # the parent has those
        while len(task := os.read(tasks, _TASK.size)) == _TASK.size:
            (index,) = _TASK.unpack(task)
            data = work(index)
            seen = KNOWN.fresh()
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
