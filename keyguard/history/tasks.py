"""Pieces of work that cost about the same, and the processes that do them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar

import msgspec

from keyguard import workers
from keyguard.odb.pack import Pack
from keyguard.odb.store import Store
from keyguard.odb.vectors import Array, np

#: ranges of numbers, each of whole trees of a forest with one kind of object
Task = list[tuple[int, int]]
#: called with how much is done, and how much there is, in bytes of packs
Progress = Callable[[int, int], None]

#: for one process: many, so that none waits long for the last one
_TASKS = 32
#: bytes, unpacked, below which one process is faster than several
_LITTLE = 8 << 20

_Answer = TypeVar("_Answer")


class Plan(msgspec.Struct):
    """Tasks, and about how many bytes each of them unpacks. The largest come first."""

    tasks: list[Task] = []
    weights: list[int] = []


def planned(store: Store, kinds: Collection[int], jobs: int, packs: Iterable[int] | None = None) -> Plan:
    """All objects of these kinds in packs (all, or these), in at most so many tasks as workers take.

    Each task is about one pack.
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
    """Every tree of a forest with objects of these kinds: first number, the one behind its last, its cost, its kind."""
    forest = pack.forest
    roots = np.flatnonzero((forest.depths == 0) & np.isin(forest.kinds, list(kinds)))
    counts = forest.counts[roots]
    # a delta makes something about as large as its base; and each object costs a little, however small
    costs = (np.minimum(pack.sizes[roots], 1 << 40) + 2000) * counts
    return roots + start, roots + start + counts, costs, forest.kinds[roots]


def _add(plan: Plan, begins: Array, ends: Array, costs: Array, kind: Array, share: int) -> None:
    """Cut a pack into tasks; trees of one kind that stand side by side are one range."""
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


def shared(
    work: Callable[[Task], _Answer], answer: type[_Answer], plan: Plan, jobs: int, progress: Progress | None = None
) -> Iterator[tuple[Task, _Answer | None]]:
    """What ``work`` makes of each task, done by several processes where that pays; None where one died over it."""
    total, done = sum(plan.weights), 0

    def tell(index: int) -> None:
        nonlocal done
        done += plan.weights[index]
        if progress:
            progress(done, total)

    def do(index: int) -> bytes:
        return msgspec.msgpack.encode(work(plan.tasks[index]))

    if jobs > 1 and total > _LITTLE and len(plan.tasks) > 1 and workers.can_fork():
        try:
            answers = workers.fork_map(do, len(plan.tasks), jobs, tell)
        except OSError:
            pass
        else:
            for task, data in zip(plan.tasks, answers, strict=True):
                yield task, None if data is None else msgspec.msgpack.decode(data, type=answer)
            return
    for index, task in enumerate(plan.tasks):
        yield task, work(task)
        tell(index)
