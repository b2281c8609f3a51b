"""Objects that are asked of git for a range: what is damaged, large or something else than it is said to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

import pytest

from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.history.ranges import objects
from keyguard.history.ranges.objects import RangeObjects
from keyguard.support.errors import GitError
from tests.helpers.seeing import inspector, key

LEAK = f"KEY={key()}\n".encode()
COMMIT = b"tree %b\nparent %b\nauthor A <a@b.c> 1700000000 +0100\ncommitter A <a@b.c> 1700000000 +0100\n\nwords\n" % (
    b"1" * 40,
    b"2" * 40,
)


class Content:
    """An object as git's answer; ``damaged`` after so many bytes."""

    def __init__(
        self, oid: str, data: bytes = b"", kind: bytes = b"blob", damaged: int = -1, problem: str = ""
    ) -> None:
        self.oid, self.kind, self.size, self.problem, self.detail = oid, kind, len(data), problem, "git says so"
        self._data, self._damaged = data, damaged

    def read(self, size: int = 8) -> bytes:
        piece, self._data = self._data[:size], self._data[size:]
        if self._damaged >= 0:
            self._damaged -= len(piece)
            if self._damaged < 0:
                raise GitError("holds something else than its id says")
        return piece


Store = Callable[..., RangeObjects]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Make the objects of a range out of these contents."""

    def make(*contents: Content, most: int | None = None) -> RangeObjects:
        known = {one.oid: one for one in contents}

        class Reader:
            def __init__(self, git: object, *, any_kind: bool) -> None:
                assert any_kind

            def blobs(self, oids: Iterable[str]) -> Iterator[Content]:
                return (known.get(oid) or Content(oid, problem="missing") for oid in oids)

            def close(self) -> None:
                pass

        monkeypatch.setattr(objects, "BlobReader", Reader)
        return RangeObjects(cast(IsolatedGit, None), inspector(), most)

    return make


def said(found: RangeObjects) -> list[tuple[str, str]]:
    """The gaps, by object."""
    return [(one.path.decode(), one.reason) for one in found.gaps()]


def test_a_commit_is_read_inspected_and_counted(store: Store) -> None:
    found = store(Content("a", COMMIT + LEAK, b"commit"))
    commit = found.commits(["a"])["a"]
    assert (commit.tree, commit.parents) == ("1" * 40, ("2" * 40,))
    assert (found.counts, found.size) == ({"commit": 1}, len(COMMIT + LEAK))
    number = found.number("a")
    assert (found.oid(number), found.kinds[number], len(found.hits[number].sightings)) == ("a", "commit", 1)
    assert said(found) == []


def test_what_cannot_be_read_is_a_gap_and_holds_nothing_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_LARGEST", 1000)
    found = store(
        Content("nonsense", b"no commit at all", b"commit"),
        Content("other", b"", b"tree"),
        Content("large", COMMIT + b"x" * 1000, b"commit"),
        Content("torn", COMMIT, b"commit", damaged=20),
        Content("whole", COMMIT, b"commit"),
    )
    assert list(found.commits(["gone", "nonsense", "other", "large", "torn", "whole"])) == ["whole"]
    assert said(found) == [
        ("object:gone", "missing"),
        ("object:large", "too-large"),
        ("object:nonsense", "corrupt"),
        ("object:other", "corrupt"),
        ("object:torn", "corrupt"),
    ]
    assert (found.missing, found.unreadable) == (1, 4)
    assert "is no commit" in {one.path: one.detail for one in found.gaps()}[b"object:other"]


def test_commits_beyond_the_range_are_no_gaps(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_LARGEST", 1000)
    found = store(
        Content("torn", COMMIT, b"commit", damaged=20),
        Content("large", COMMIT + b"x" * 1000, b"commit"),
        Content("tag", COMMIT, b"tag"),
        Content("whole", COMMIT + LEAK, b"commit"),
    )
    assert list(found.parent_commits(["gone", "torn", "large", "tag", "whole"])) == ["whole"]
    assert (said(found), found.hits, found.counts) == ([], {}, {})


@pytest.mark.parametrize("limit", [16 << 20, 10])
def test_a_damaged_file_is_a_gap_whether_it_is_read_whole_or_in_pieces(
    limit: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_LARGEST", limit)
    found = store(Content("torn", b"x" * 90 + LEAK, damaged=60), Content("whole", LEAK))
    found.blobs(["torn", "whole"])
    assert said(found) == [("object:torn", "corrupt")]
    assert found.counts == {"blob": 1}
    assert [found.oid(number) for number in found.hits] == ["whole"]


def test_a_file_beyond_the_range_tells_whether_a_key_was_there_and_nothing_else(store: Store) -> None:
    archive = b"PK\x03\x04" + b"\0" * 100
    found = store(
        Content("old", LEAK), Content("torn", LEAK, damaged=3), Content("zip", archive), Content("t", b"", b"tree")
    )
    for oid in ("old", "old", "torn", "zip", "t", "gone"):
        found.inspected(oid)
    assert [found.oid(number) for number in found.hits] == ["old"]
    assert (found.unread, found.placeholders, said(found)) == ({}, 0, [])


def test_what_stands_packed_in_a_file_of_the_range_is_noted(store: Store) -> None:
    found = store(Content("zip", b"PK\x03\x04" + b"\0" * 100))
    found.blobs(["zip"])
    assert set(found.unread) == {"zip"}


def test_files_that_are_larger_than_the_user_wants_are_listed_and_no_gap(store: Store) -> None:
    found = store(Content("large", LEAK + b"x" * 100), Content("small", LEAK), most=80)
    found.blobs(["large", "small"])
    assert [found.oid(number) for number in found.hits] == ["small"]
    assert [(one.path, one.gap) for one in found.too_large_files()] == [(b"object:large", False)]
    assert found.too_large(["large", "small"]) == {"large"}
    assert store(Content("large", LEAK)).too_large(["large"]) == set()


def test_of_many_gaps_the_first_are_named_and_the_others_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_MOST", 3)
    found = store()
    found.blobs([f"gone-{number}" for number in range(5)])
    assert [one.path for one in found.gaps()] == [b"object:gone-0", b"object:gone-1", b"object:gone-2", b"history"]
    assert found.gaps()[-1].detail == "2 more objects are missing or damaged"
    assert found.missing == 5


def test_an_object_can_be_read_once_more(store: Store) -> None:
    found = store(Content("a", LEAK))
    ((number, again),) = found.read([found.number("a")])
    assert found.oid(number) == "a"
    assert b"".join(again.pieces()) == LEAK
    found.close()
