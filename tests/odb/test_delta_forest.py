"""The forest of deltas, against one that is grown naively."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keyguard.odb.delta_forest import Forest, build_forest, is_delta
from keyguard.odb.entry_headers import BLOB, COMMIT, OFS_DELTA, REF_DELTA, TAG, TREE, Headers

KINDS = (COMMIT, TREE, BLOB, TAG)


def planted(parents: list[int], kinds: list[int]) -> Forest:
    column = np.array(kinds, np.uint8)
    nothing = np.zeros(len(kinds), np.int64)
    return build_forest(Headers(column, nothing, nothing, nothing), np.array(parents, np.int64))


@st.composite
def entries(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """(parents, kinds): whole objects, deltas on anything, on nothing, in circles, and kinds that there are not."""
    count = draw(st.integers(0, 40))
    parents, kinds = [], []
    for number in range(count):
        near = st.integers(max(0, number - 5), number)
        parent = draw(st.sampled_from([-1, -1, -2]) | near | near | st.integers(0, count - 1))
        parents.append(parent)
        whole = st.sampled_from([*KINDS, *KINDS, 0, 5])
        kinds.append(draw(whole if parent == -1 else st.sampled_from([OFS_DELTA, REF_DELTA])))
    return parents, kinds


def root_of(parents: list[int], kinds: list[int], number: int) -> tuple[int, int]:
    """(the whole object at the end of the chain, how far it is), or (-1, 0)."""
    seen = [number]
    while parents[seen[-1]] >= 0:
        if parents[seen[-1]] in seen:
            return -1, 0
        seen.append(parents[seen[-1]])
    sound = parents[seen[-1]] == -1 and kinds[seen[-1]] in KINDS
    return (seen[-1], len(seen) - 1) if sound else (-1, 0)


@given(entries())
def test_a_forest_is_what_a_naive_one_is(one: tuple[list[int], list[int]]) -> None:
    parents, kinds = one
    forest = planted(parents, kinds)
    roots = [root_of(parents, kinds, number) for number in range(len(parents))]
    order = forest.order.tolist()
    sound = [number for number, (root, _) in enumerate(roots) if root >= 0]
    assert sorted(order) == sound
    assert forest.lost.tolist() == [number for number in range(len(parents)) if number not in sound]
    assert forest.kinds.tolist() == [kinds[roots[number][0]] for number in order]
    assert forest.depths.tolist() == [roots[number][1] for number in order]
    places = {number: place for place, number in enumerate(order)}
    assert forest.parents.tolist() == [places[parents[number]] if parents[number] >= 0 else -1 for number in order]
    for place, count in enumerate(forest.counts.tolist()):
        below = {place}
        for further in range(place + 1, len(order)):
            if int(forest.parents[further]) in below:
                below.add(further)
        assert below == set(range(place, place + count))


@given(entries())
def test_the_heaviest_delta_on_a_base_comes_last_and_only_it_is_called_last(one: tuple[list[int], list[int]]) -> None:
    forest = planted(*one)
    children: dict[int, list[int]] = {}
    for place, parent in enumerate(forest.parents.tolist()):
        children.setdefault(parent, []).append(place)
    for parent, those in children.items():
        weights = [int(forest.counts[place]) for place in those]
        if parent >= 0:
            assert max(weights) == weights[-1]
            assert forest.last[those].tolist() == [False] * (len(those) - 1) + [True]


def test_a_chain_may_be_very_long() -> None:
    count = 5000
    forest = planted([-1, *range(count - 1)], [BLOB] + [OFS_DELTA] * (count - 1))
    assert forest.depths.tolist() == list(range(count))
    assert forest.counts.tolist() == list(range(count, 0, -1))


def test_circles_of_any_length_are_lost_with_all_that_grows_out_of_them() -> None:
    for length in range(1, 9):
        circle = [(number + 1) % length for number in range(length)]
        forest = planted([*circle, 0, length, -1], [OFS_DELTA] * (length + 2) + [BLOB])
        assert forest.order.tolist() == [length + 2]
        assert forest.lost.tolist() == list(range(length + 2))


def test_deltas_are_two_kinds_of_entry() -> None:
    assert is_delta(np.arange(8)).tolist() == [False] * 6 + [True, True]
