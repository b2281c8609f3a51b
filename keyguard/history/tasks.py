"""Divide the objects of a store into tasks of similar cost, and run them in several processes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import msgspec

from keyguard.inspection import workers
from keyguard.odb.arrays import Array, np
from keyguard.odb.pack import Pack
from keyguard.odb.store import Store

if TYPE_CHECKING:
    from keyguard.support.progress import Progress

#: ranges of object numbers; each range consists of whole delta trees with one kind of object
Task = list[tuple[int, int]]

#: tasks for each process: many, so that no process waits long for the last task
_TASKS = 32
#: uncompressed bytes below which one process is faster than several
_LITTLE = 8 << 20

_Answer = TypeVar("_Answer")


class Plan(msgspec.Struct):
    """Tasks, and roughly how many bytes each of them decompresses. The largest tasks come first."""

    tasks: list[Task] = []
    weights: list[int] = []


def plan_tasks(store: Store, kinds: Collection[int], jobs: int, packs: Iterable[int] | None = None) -> Plan:
    """Divide all objects of these kinds into at most as many tasks as ``workers`` accepts.

    Each task lies within one pack. ``packs`` selects packs by their place in the store; None means all of them.
    """
    plan = Plan()
    wanted = range(len(store.packs)) if packs is None else packs
    columns = [_trees(store.packs[at], store.starts[at], kinds) for at in wanted]
    total = sum(int(costs.sum()) for _, _, costs, _ in columns)
    share = max(total // max(1, jobs * _TASKS), 1)
    for begins, ends, costs, kind in columns:
        if len(begins):
            _add(plan, begins, ends, costs, kind, share)
    order = sorted(range(len(plan.tasks)), key=lambda at: -plan.weights[at])
    return Plan([plan.tasks[at] for at in order], [plan.weights[at] for at in order])


def _trees(pack: Pack, start: int, kinds: Collection[int]) -> tuple[Array, Array, Array, Array]:
    """Return an array each of the first number, the end, the cost and the kind of every delta tree with objects of
    these kinds.
    """
    forest = pack.forest
    roots = np.flatnonzero((forest.depths == 0) & np.isin(forest.kinds, list(kinds)))
    counts = forest.counts[roots]
    # the result of a delta is about as large as its base; and each object has a small fixed cost
    costs = (np.minimum(pack.sizes[roots], 1 << 40) + 2000) * counts
    return roots + start, roots + start + counts, costs, forest.kinds[roots]


def _add(plan: Plan, begins: Array, ends: Array, costs: Array, kind: Array, share: int) -> None:
    """Cut a pack into tasks; adjacent delta trees of one kind become one range."""
    parts = np.minimum(np.cumsum(costs) // share, workers.MAX_TASKS // 2)
    new_task = np.append(True, np.diff(parts) > 0)
    new_range = new_task | np.append(True, begins[1:] != ends[:-1]) | np.append(True, kind[1:] != kind[:-1])
    firsts = np.flatnonzero(new_range)
    lasts = np.append(firsts[1:], len(begins)) - 1
    weights = np.add.reduceat(costs, firsts)
    rows = zip(begins[firsts].tolist(), ends[lasts].tolist(), weights.tolist(), new_task[firsts].tolist(), strict=True)
    for begin, end, weight, fresh in rows:
        if fresh and len(plan.tasks) < workers.MAX_TASKS:
            plan.tasks.append([])
            plan.weights.append(0)
        plan.tasks[-1].append((begin, end))
        plan.weights[-1] += weight


def run_tasks(
    work: Callable[[Task], _Answer],
    answer: type[_Answer],
    plan: Plan,
    jobs: int,
    progress: Progress | None = None,
    keys: Callable[[_Answer], Iterable[str]] = lambda _: (),
    prepare: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Task, _Answer | None]]:
    """Yield each task with what ``work`` returns for it, or None if a worker process died during it.

    Several processes share the tasks if there is enough work. ``keys`` returns the fingerprints in an answer, for
    progress; ``prepare`` is called before processes are forked. On ^C, yield all answers received so far, then raise
    KeyboardInterrupt.
    """
    if progress:
        progress.expect(sum(plan.weights))

    def tell(index: int, found: _Answer) -> None:
        if progress:
            progress.advance(plan.weights[index], keys(found))

    if jobs > 1 and sum(plan.weights) > _LITTLE and len(plan.tasks) > 1 and workers.can_fork():
        prepare()
        try:
            answers, interrupt = _forked(work, answer, plan, jobs, tell)
        except OSError:
            pass
        else:
            yield from ((plan.tasks[index], found) for index, found in answers)
            if interrupt:
                raise interrupt
            return
    for index, task in enumerate(plan.tasks):
        found = work(task)
        yield task, found
        tell(index, found)


def _forked(
    work: Callable[[Task], _Answer],
    answer: type[_Answer],
    plan: Plan,
    jobs: int,
    tell: Callable[[int, _Answer], None],
) -> tuple[list[tuple[int, _Answer | None]], KeyboardInterrupt | None]:
    """Return the answers of the worker processes, and the KeyboardInterrupt that stopped them early, if one did.

    Raise OSError if no worker can be started.
    """
    found: dict[int, _Answer | None] = {}

    def do(index: int) -> bytes:
        return msgspec.msgpack.encode(work(plan.tasks[index]))

    def take(index: int, data: bytes) -> None:
        found[index] = one = msgspec.msgpack.decode(data, type=answer)
        tell(index, one)

    try:
        workers.fork_map(do, len(plan.tasks), jobs, take)
    except KeyboardInterrupt as interrupt:
        return [(index, found[index]) for index in sorted(found)], interrupt
    return [(index, found.get(index)) for index in range(len(plan.tasks))], None


def mark(read: Array, which: Array, task: Task) -> None:
    """Set ``read`` for the objects in the ranges of ``task`` that ``which`` selects; both are bool arrays, one element
    per object.
    """
    for begin, end in task:
        read[begin:end] |= which[begin:end]
