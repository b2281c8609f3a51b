"""Pieces of work that cost about the same, and the processes that do them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import msgspec

from keyguard.inspection import workers
from keyguard.odb.pack import Pack
from keyguard.odb.store import Store
from keyguard.odb.vectors import Array, np

if TYPE_CHECKING:
    from keyguard.support.progress import Progress

#: ranges of numbers, each of whole trees of a forest with one kind of object
Task = list[tuple[int, int]]

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
    work: Callable[[Task], _Answer],
    answer: type[_Answer],
    plan: Plan,
    jobs: int,
    progress: Progress | None = None,
    keys: Callable[[_Answer], Iterable[str]] = lambda _: (),
) -> Iterator[tuple[Task, _Answer | None]]:
    """What ``work`` makes of each task, done by several processes where that pays; None where one died over it.

    ``keys`` are the fingerprints in an answer. ^C comes out of this after all that was answered before it.
    """
    if progress:
        progress.expect(sum(plan.weights))

    def tell(index: int, found: _Answer) -> None:
        if progress:
            progress.advance(plan.weights[index], keys(found))

    if jobs > 1 and sum(plan.weights) > _LITTLE and len(plan.tasks) > 1 and workers.can_fork():
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
    """The answers to all tasks, or to some, and then what interrupted the others. OSError where there is no worker."""
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
    """Note in ``read`` that those in these ranges were read that ``which`` says; both bool, one an object."""
    for begin, end in task:
        read[begin:end] |= which[begin:end]
