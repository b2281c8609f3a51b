"""Pieces of work that cost about the same, and the processes that do them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import msgspec

from keyguard import workers
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


def planned(store: Store, kinds: Collection[int], jobs: int) -> Plan:
    """All packed objects of these kinds, in at most so many tasks as workers take."""
    begins, ends, costs = _trees(store, kinds)
    total = int(costs.sum())
    if not len(begins):
        return Plan()
    share = max(total // max(1, jobs * _TASKS), 1)
    cuts = np.flatnonzero(np.diff(np.minimum(np.cumsum(costs) // share, workers.MAX_TASKS - 1))) + 1
    plan = Plan()
    for low, high in zip([0, *cuts.tolist()], [*cuts.tolist(), len(begins)], strict=True):
        plan.tasks.append(_ranges(begins[low:high].tolist(), ends[low:high].tolist()))
        plan.weights.append(int(costs[low:high].sum()))
    order = sorted(range(len(plan.tasks)), key=lambda at: -plan.weights[at])
    return Plan([plan.tasks[at] for at in order], [plan.weights[at] for at in order])


def _trees(store: Store, kinds: Collection[int]) -> tuple[Array, Array, Array]:
    """Every tree of the forests with objects of these kinds: first number, the one behind its last, and its cost."""
    begins, ends, costs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for pack, start in zip(store.packs, store.starts, strict=False):
        forest = pack.forest
        roots = np.flatnonzero((forest.depths == 0) & np.isin(forest.kinds, list(kinds)))
        counts = forest.counts[roots]
        begins.append(roots + start)
        ends.append(roots + start + counts)
        # a delta makes something about as large as its base; and each object costs a little, however small
        costs.append((np.minimum(pack.sizes[roots], 1 << 40) + 1000) * counts)
    return np.concatenate(begins), np.concatenate(ends), np.concatenate(costs)


def _ranges(begins: list[int], ends: list[int]) -> Task:
    return list(zip(begins, ends, strict=True))


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
