"""One key in each place where git can hold one: each is found, and what is said of it is right, packed or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history import planting
from tests.history.asking import History, ask, key, line, store_of
from tests.history.planting import Place, Planted


class Scanned(NamedTuple):
    planted: Planted
    seen: History
    dates: dict[str, str]


@pytest.fixture(scope="session", params=list(planting.VARIANTS))
def scanned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, asker: Keyguard) -> Scanned:
    planted = planting.plant(tmp_path_factory.mktemp(request.param), request.param)
    dates: dict[str, str] = {}
    for repo in (planted.repo, planted.inner):
        commits = [oid for oid, (kind, _) in store_of(repo.path).items() if kind == "commit"]
        shown = repo.git("log", "--no-walk=unsorted", "--stdin", "--format=%H %aI", stdin="\n".join(commits).encode())
        dates.update({row[:40]: row[41:] for row in shown.decode().splitlines()})
    return Scanned(planted, ask(asker, planted.repo.path), dates)


def as_expected(found: dict[str, Any], expected: list[Place]) -> Place:
    """What was reported, as a ``Place``; what is not to be looked at as it is expected there."""
    place = Place(**{name: found[name] for name in Place._fields if name != "refs"}, refs=tuple(found["refs"]))
    near = [one for one in expected if (one.kind, one.path, one.commit) == (place.kind, place.path, place.commit)]
    if near and not near[0].line:
        place = place._replace(line=0, column=near[0].column)
    return place if near and near[0].object else place._replace(object="")


@pytest.mark.parametrize("name", planting.names_of_keys())
def test_a_key_is_found_wherever_git_holds_it(scanned: Scanned, name: str) -> None:
    expected = scanned.planted.places[name]
    places = scanned.seen.places(name)
    assert places, f"{name} was not found"
    assert sorted(as_expected(place, expected) for place in places) == expected
    assert {place["where"] for place in places} == {"history"}


@pytest.mark.parametrize("name", planting.names_of_keys())
def test_its_dates_are_those_of_the_commits(scanned: Scanned, name: str) -> None:
    finding = scanned.seen.finding(name)
    places = finding["occurrences"]
    for place in places:
        assert place["author_date"] == scanned.dates.get(place["commit"], "")
        assert place["removed_date"] == scanned.dates.get(place["removed_in"], "")
    dates = [place["author_date"] for place in places if place["author_date"]]
    ends = [place["removed_date"] or place["author_date"] for place in places]
    # all are written at one offset from Greenwich, so that texts compare as instants do
    assert finding["first_seen"] == min(dates, default="")
    assert finding["last_seen"] == ("" if name == "kept" else max(ends))
    assert isinstance(finding["age_days"], int) is bool(dates)


def test_nothing_else_is_found_and_nothing_is_missing(scanned: Scanned) -> None:
    assert len(scanned.seen.document["findings"]) == len(scanned.planted.places)
    assert (scanned.seen.code, scanned.seen.gaps) == (1, set())
    assert scanned.seen.coverage["missing"] == 0


def test_what_was_read_is_all_there_is(scanned: Scanned) -> None:
    repo = scanned.planted.repo
    stores = [store_of(repo.path), store_of(repo.path / ".git/modules/module")]
    kinds = [kind for store in stores for kind, _ in store.values()]
    coverage = scanned.seen.coverage
    assert coverage["repositories"] == 2
    assert coverage["listed"] == coverage["read"] == len(kinds)
    for kind in ("commit", "tree", "blob", "tag"):
        assert coverage[f"{kind}s"] == kinds.count(kind), kind
    assert coverage["bytes"] == sum(size for store in stores for _, size in store.values())
    assert coverage["unreachable"] > 0
    assert not coverage["shallow"]
    assert not coverage["partial"]


def test_no_key_is_in_the_answer(scanned: Scanned) -> None:
    said = scanned.seen.said
    for name in scanned.planted.places:
        assert key(name)[8:-4] not in said.out + said.err, name


def test_the_report_is_the_same_again_and_with_another_number_of_workers(scanned: Scanned, asker: Keyguard) -> None:
    path = scanned.planted.repo.path
    for jobs in ("1", "3"):
        assert ask(asker, path, "--jobs", jobs).said.out == scanned.seen.said.out


def test_authors_are_told_if_asked_for(scanned: Scanned, asker: Keyguard) -> None:
    assert all("author" not in place for place in scanned.seen.places("deleted"))
    (place,) = ask(asker, scanned.planted.repo.path, "--show-authors").places("deleted")
    assert place["author"] == "A U Thor <author@example.com>"


def test_a_staged_file_before_the_first_commit_is_found(kg: Keyguard, tmp_path: Path) -> None:
    unborn = Repo(tmp_path / "unborn").write("unborn.env", line("unborn")).add()
    seen = ask(kg, unborn.path)
    (place,) = seen.places("unborn")
    assert (place["kind"], place["path"], place["commit"], place["reach"]) == ("blob", "unborn.env", "", "index")
    assert seen.code == 1


def test_history_and_tree_together_tell_a_key_once(scanned: Scanned, asker: Keyguard) -> None:
    said = asker.scan("--no-cache", scanned.planted.repo.path)
    found = History(said, said.document)
    assert len(found.document["findings"]) == len(scanned.planted.places)
    wheres = {place["where"] for place in found.places("kept")}
    assert wheres == {"tree", "history"}
    assert found.code == 1


def test_the_tree_alone_has_what_is_in_the_tree(scanned: Scanned, asker: Keyguard) -> None:
    said = asker.scan("--no-history", scanned.planted.repo.path)
    found = History(said, said.document)
    assert {place["path"] for one in found.document["findings"] for place in one["occurrences"]} == {
        "kept.env",
        "staged.env",
    }
    assert found.document["coverage"]["history"] is None
