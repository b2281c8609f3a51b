"""Where keys are from, in random histories: what a naive reading of every commit comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from keyguard.history import tasks
from tests.helpers.repos import Repo
from tests.history.asking import line
from tests.history.packing import PACKINGS
from tests.history.surveying import Commit, Place, places, random_history, survey_of

Commits = Mapping[str, Commit]


def arrived(commits: Commits) -> set[Place]:
    """Each key, path and commit that has it and none of whose parents has."""
    return {
        Place(key, path, oid)
        for oid, one in commits.items()
        for key, path in one.held
        if not any((key, path) in commits[parent].held for parent in one.parents)
    }


def gone(commits: Commits, place: Place) -> set[str]:
    """Commits that have it not where all parents do."""
    held = (place.key, place.path)
    return {
        oid
        for oid, one in commits.items()
        if one.parents and held not in one.held and all(held in commits[parent].held for parent in one.parents)
    }


def before(commits: Commits, oid: str) -> set[str]:
    """A commit and all that it comes after."""
    seen, waiting = {oid}, [oid]
    while waiting:
        fresh = set(commits[waiting.pop()].parents) - seen
        seen |= fresh
        waiting += fresh
    return seen


@pytest.fixture(scope="module", params=range(6))
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, Commits]:
    """A random history, of which each test has a copy."""
    repo = Repo(tmp_path_factory.mktemp("random") / "r")
    return repo, random_history(repo, request.param)


def ids_of(repo: Repo, seen: Iterable[Place]) -> dict[Place, str]:
    """Return the ids of what lies at places."""
    known = list(seen)
    lines = "".join(f"{place.commit}:{place.path}\n" for place in known)
    found = repo.git("cat-file", "--batch-check=%(objectname)", stdin=lines.encode()).decode().split()
    return dict(zip(known, found, strict=True))


@pytest.mark.parametrize("packing", ["as-it-is", "depth-4095", "several", "loose", "duplicated"])
def test_a_random_history_is_read_as_a_naive_reading_has_it(
    tmp_path: Path, history: tuple[Repo, Commits], packing: str
) -> None:
    repo, commits = history[0].copy(tmp_path / "r"), history[1]
    if packing in PACKINGS:
        PACKINGS[packing](repo)
    found = survey_of(repo.path)
    assert found.skipped == []
    seen = places(found)
    expected = arrived(commits)
    assert len(expected) > 10
    assert set(seen) == expected

    heads = {ref: repo.oid(f"refs/heads/{ref}") for ref in ("main", "side", "topic") if _is_there(repo, ref)}
    head = before(commits, heads["main"])
    led = {ref: before(commits, oid) for ref, oid in heads.items()}
    ids = ids_of(repo, seen)
    for place, sighting in seen.items():
        trace = sighting.occurrence.trace
        assert trace
        after = {oid for oid in gone(commits, place) if place.commit in before(commits, oid)}
        assert trace.removed in (after or {""}) | ({""} if trace.at_head else set())
        if after & head and not trace.at_head:
            assert trace.removed in head
        assert trace.reach == ("head" if place.commit in head else "branch")
        assert trace.oid == ids[place]
        holding = {ref for ref, oid in heads.items() if (place.key, place.path) in commits[oid].held}
        if sum(one[:2] == place[:2] for one in seen) > 1:  # what is there now may be what came again
            holding = {ref for ref in holding if place.commit in led[ref] and not after & led[ref]}
        assert trace.at_head is ("main" in holding and place.commit in head)
        assert trace.refs == tuple(f"refs/heads/{ref}" for ref in sorted(holding))


def _is_there(repo: Repo, ref: str) -> bool:
    return bool(repo.git("for-each-ref", f"refs/heads/{ref}"))


@pytest.mark.parametrize("jobs", [2, 3])
def test_any_number_of_processes_comes_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    repo = Repo(tmp_path / "r")
    random_history(repo, 7)
    PACKINGS["several"](repo)
    alone = survey_of(repo.path)
    # however little there is to do
    monkeypatch.setattr(tasks, "_LITTLE", 0)
    shared = survey_of(repo.path, jobs)
    assert shared.coverage == alone.coverage
    assert sorted(map(repr, shared.sightings)) == sorted(map(repr, alone.sightings))
    assert alone.sightings


def test_a_file_and_its_copy_are_two_places(repo: Repo) -> None:
    """Whichever of both is written first, and whichever of the trees is stored as a delta on the other."""
    for number in range(40):
        repo.write(f"other{number}", f"{number}\n")
    repo.write("README", line("one")).add().commit("one")
    first = repo.oid()
    repo.write("Copy of README", line("one")).write("z", line("one")).add().commit("copied")
    second = repo.oid()
    (repo.path / "README").unlink()
    repo.add().commit("the copies stay")
    third = repo.oid()
    expected = {
        Place("one", "README", first): third,
        Place("one", "Copy of README", second): "",
        Place("one", "z", second): "",
    }
    for packing in ("loose", "one-pack", "depth-1", "depth-4095"):
        PACKINGS[packing](repo)
        seen = places(survey_of(repo.path))
        assert {place: one.occurrence.trace and one.occurrence.trace.removed for place, one in seen.items()} == expected


def test_a_name_that_ends_another_is_told_from_it(repo: Repo) -> None:
    for number in range(40):
        repo.write(f"other{number}", f"{number}\n")
    names = ["README", "Copy of README", "A Copy of README", "README", "of README"]
    expected = set()
    for before_, name in zip(["", *names], names, strict=False):
        if before_:
            (repo.path / before_).unlink()
        repo.write(name, line("one")).add().commit(name)
        expected.add(Place("one", name, repo.oid()))
    for packing in ("one-pack", "depth-1", "depth-4095"):
        PACKINGS[packing](repo)
        assert set(places(survey_of(repo.path))) == expected
