"""Secrets without a vendor's format in history: gated by content, judged under each path, placed where they came in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.calling import Inside
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

VALUE = "k3J" + "h9sLq2" * 2 + "MxZ8"
OTHER = "Wq7" + "zT4nBv" * 2 + "Lk2P"


@pytest.fixture
def told(repo: Repo) -> Repo:
    """A password that was removed, one that replaced another, and one of a test."""
    repo.write("app/settings.cfg", f"LOGIN_PASSWORD={VALUE}\n").write(
        "tests/login_test.cfg", f"LOGIN_PASSWORD={OTHER}x\n"
    )
    repo.write("notes.txt", "nothing\n").add().commit("first")
    repo.write("app/settings.cfg", f"LOGIN_PASSWORD={OTHER}\n").add().commit("second")
    repo.write("app/settings.cfg", "LOGIN_PASSWORD=${LOGIN_PASSWORD}\n").add().commit("third")
    return repo


def places(inside: Inside, repo: Repo, *options: str) -> list[tuple[str, str, bool]]:
    said = inside.scan("--history-only", *options, cwd=repo.path)
    found = said.document["findings"]
    return sorted(
        (place["path"], place["commit"], one["fails"])
        for one in found
        for place in one["occurrences"]
        if one["kind"] == "key"
    )


def test_each_value_is_placed_where_it_came_in(inside: Inside, told: Repo) -> None:
    second, first = told.oid("HEAD~1"), told.oid("HEAD~2")
    expected = sorted([("app/settings.cfg", first, True), ("app/settings.cfg", second, True)])
    assert places(inside, told) == expected
    # from the cache, which does not hold what identifies them within a run
    told.write("more.txt", "more\n").add().commit("fourth")
    assert places(inside, told) == expected
    assert places(inside, told, "--no-cache") == expected


def test_a_range_tells_the_same(inside: Inside, told: Repo) -> None:
    said = inside.scan("--range", "HEAD~2..HEAD", cwd=told.path)
    found = [place["path"] for one in said.document["findings"] for place in one["occurrences"] if one["kind"] == "key"]
    assert found == ["app/settings.cfg"]


def test_nothing_that_identifies_a_value_in_a_run_is_written(inside: Inside, told: Repo, cache: Path) -> None:
    said = inside.scan("--history-only", "-v", cwd=told.path)
    assert all(len(one["fingerprint"]) == 32 and "~" not in one["fingerprint"] for one in said.document["findings"])
    written = [path.read_bytes() for path in cache.rglob("*") if path.is_file()]
    assert written
    assert not any(VALUE.encode() in data or OTHER.encode() in data for data in written)


def test_what_is_set_aside_has_the_fingerprint_of_its_place(inside: Inside, tmp_path: Path) -> None:
    marks = []
    for number, value in enumerate(("tulip-77-rose", "maple-31-fern")):
        folder = tmp_path / str(number)
        (folder / "tests").mkdir(parents=True)
        (folder / "tests/login.cfg").write_text(f"LOGIN_PASSWORD={value}\n")
        said = inside.scan("-v", "--no-hygiene", ".", cwd=folder)
        [one] = said.document["findings"]
        assert one["severity"] == "info"
        marks.append(one["fingerprint"])
    assert marks[0] == marks[1]
