"""What commits and tags say, the odd ones too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.odb.commits import CommitNotes, Commits, author_of, join_rows, target_of

WHO = b"A U Thor <author@example.com> 1767225600 +0130"


def commit(size: int = 20, parents: int = 1, author: bytes = WHO, more: bytes = b"") -> bytes:
    ids = [bytes([number + 1]) * size for number in range(parents)]
    head = b"tree " + (b"\xaa" * size).hex().encode() + b"\n"
    head += b"".join(b"parent " + oid.hex().encode() + b"\n" for oid in ids)
    return head + b"author " + author + b"\ncommitter " + WHO + b"\n" + more + b"\nmessage\n"


def noted(*commits: bytes, size: int = 20) -> Commits:
    notes = CommitNotes(size)
    for number, data in enumerate(commits):
        assert notes.add(number * 3, data)
    return join_rows([notes.rows()], size)


@pytest.mark.parametrize("size", [20, 32])
def test_columns_hold_what_commits_say(size: int) -> None:
    found = noted(commit(size, 0), commit(size, 3), commit(size, 1), size=size)
    assert found.numbers.tolist() == [0, 3, 6]
    assert found.trees.tolist() == [[0xAA] * size] * 3
    assert found.starts.tolist() == [0, 0, 3, 4]
    assert found.parents.tolist() == [[1] * size, [2] * size, [3] * size, [1] * size]
    assert found.times.tolist() == [1767225600] * 3
    assert found.zones.tolist() == [90] * 3


@pytest.mark.parametrize(
    ("author", "time", "zone"),
    [
        (b"A <a@b> 0 -0000", 0, 0),
        (b"A <a@b> 5 -0930", 5, -570),
        (b"A <a@b> 5 +9999", 5, 99 * 60 + 99),
        (b"A > B <a@b>> 7 +0100", 7, 60),
        (b" <> 8 +0000", 8, 0),
        (b"A <a@b> 999999999999999999 +0000", 999999999999999999, 0),
        (b"A <a@b> 9999999999999999999 +0000", 0, 0),
        (b"A <a@b> -1 +0000", 0, 0),
        (b"A <a@b> 5", 0, 0),
        (b"A <a@b> 5 UTC", 0, 0),
        (b"A <a@b>", 0, 0),
        (b"", 0, 0),
        (b"\xff\xfe <\xff> 9 +0000", 9, 0),
    ],
)
def test_odd_authors_cost_no_more_than_a_date(author: bytes, time: int, zone: int) -> None:
    found = noted(commit(author=author))
    assert (found.times.tolist(), found.zones.tolist(), len(found.parents)) == ([time], [zone], 1)


def test_further_headers_do_not_matter() -> None:
    signed = b"gpgsig -----BEGIN\n line\n\n -----END\nencoding latin-1\nmergetag object x\n parent " + b"9" * 40 + b"\n"
    assert noted(commit(more=signed)).parents.tolist() == [[1] * 20]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"tree\n",
        commit(32),
        commit().replace(b"tree aa", b"tree AA"),
        commit()[1:],
        b"tree " + b"a" * 41 + b"\n",
        b"tree " + b"a" * 40 + b"\nparent " + b"b" * 42 + b"\nauthor x\n",
        b"tree " + b"a" * 40 + b"\n" + (b"parent " + b"b" * 40 + b"\n") * 0x10000,
    ],
)
def test_what_cannot_be_understood_is_not_noted(data: bytes) -> None:
    notes = CommitNotes(20)
    assert not notes.add(1, data)
    assert notes.add(2, commit())
    assert join_rows([notes.rows()], 20).numbers.tolist() == [2]


@given(st.binary() | st.binary().map(lambda rest: b"tree " + b"a" * 40 + b"\n" + rest))
def test_any_commit_is_noted_or_is_not(data: bytes) -> None:
    notes = CommitNotes(20)
    whole = notes.add(7, data)
    # of one that is noted some may be left over
    assert join_rows([notes.rows()], 20).numbers.tolist() in ([7], [7] * whole)
    author_of(data)
    target_of(data, 20)


def test_notes_are_joined_in_order() -> None:
    parts = []
    for number in (4, 2):
        notes = CommitNotes(20)
        notes.add(number, commit(parents=number))
        parts.append(notes.rows())
    found = join_rows(parts, 20)
    assert found.numbers.tolist() == [4, 2]
    assert found.starts.tolist() == [0, 4, 6]
    assert np.array_equal(found.parents[4:], found.parents[:2])
    nothing = join_rows([], 20)
    assert (len(nothing.numbers), nothing.starts.tolist(), nothing.trees.shape) == (0, [0], (0, 20))


def test_an_author_is_name_and_address() -> None:
    assert author_of(commit()) == b"A U Thor <author@example.com>"
    assert author_of(commit(author=b"A > B <a@b>> 7 +0100")) == b"A > B <a@b>>"
    assert author_of(commit(author=b"nobody")) == b""
    assert author_of(b"no commit") == b""


@pytest.mark.parametrize(("size", "other"), [(20, 32), (32, 20)])
def test_a_tag_leads_to_an_id_of_the_right_length(size: int, other: int) -> None:
    def tag(digits: int) -> bytes:
        return b"object " + b"a" * digits + b"\ntype commit\ntag v1\n"

    assert target_of(tag(2 * size), size) == "a" * (2 * size)
    for digits in (2 * other, 41, 42, 0):
        assert target_of(tag(digits), size) == ""
    assert target_of(tag(2 * size)[1:], size) == ""
    assert target_of(tag(2 * size).replace(b"type", b"kind"), size) == ""
