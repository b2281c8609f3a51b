"""Secrets without a vendor's format in history: gated by content, judged under each path, placed where they came in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.calling import Inside
from tests.helpers.repos import Repo
from tests.helpers.seeing import key

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


def orphaned(repo: Repo, name: str, text: str, *folders: str) -> None:
    """Write a file, and a tree of each of these folders above it that nothing holds."""
    repo.write(name, text)
    for folder in folders:
        index = str(repo.path / ".git" / "aside")
        repo.git(f"--work-tree={folder}", "add", "-A", GIT_INDEX_FILE=index)
        repo.git("write-tree", GIT_INDEX_FILE=index)
        (repo.path / ".git" / "aside").unlink()


def test_a_folder_that_nothing_holds_is_completed_by_what_is_staged(inside: Inside, repo: Repo) -> None:
    repo.write("readme", "nothing\n").add().commit("first")
    orphaned(repo, "tests/login/names.cfg", f"LOGIN_PASSWORD={VALUE}\n", "tests", "tests/login")
    orphaned(repo, "app/login/other.cfg", f"LOGIN_PASSWORD={OTHER}\n", "app", "app/login")
    repo.git("add", "tests", "app")
    assert places(inside, repo) == [("app/login/other.cfg", "", True)]
    repo.write("tests/login/names.cfg", "x\n").write("app/login/other.cfg", "x\n").git("add", "tests", "app")
    assert places(inside, repo) == [("app/login/other.cfg", "", True)]


def test_where_folders_may_be_missing_nothing_without_a_vendor_fails(inside: Inside, repo: Repo) -> None:
    repo.write("readme", "nothing\n").add().commit("first")
    orphaned(repo, "tests/login/names.cfg", f"LOGIN_PASSWORD={VALUE}\n", "tests/login")
    repo.git("add", "tests")
    assert places(inside, repo) == []
    repo.git("read-tree", "HEAD")
    assert places(inside, repo) == [("names.cfg", "", False)]


def test_an_environment_file_counts_in_whatever_folder_it_was(inside: Inside, repo: Repo) -> None:
    repo.write("tests/.env", f"LOGIN_PASSWORD={VALUE}\n").add().commit("first")
    first = repo.oid("HEAD")
    repo.write("tests/.env", "").add().commit("second")
    assert places(inside, repo) == [("tests/.env", first, True)]


def test_what_names_set_aside_hides_nothing_beside_it(inside: Inside, repo: Repo) -> None:
    """Folders that are left out for one secret hold others, deeper down, that count; and so may other paths."""
    vendor = key(seed="aside")
    repo.write("tests/cfg/login.cfg", f"LOGIN_PASSWORD={VALUE}\n").write(
        "app/cfg/login.cfg", f"LOGIN_PASSWORD={VALUE}\n"
    )
    repo.write("tests/cfg/deep/er/key.py", f"KEY = '{vendor}'\n").write("tests/cfg/deep/.env", f"PASSWORD={OTHER}\n")
    repo.write("doc/readme.md", f"LOGIN_PASSWORD={OTHER}y\n").write("doc/only.cfg", f"LOGIN_PASSWORD={OTHER}z\n")
    repo.add().commit("first")
    first = repo.oid()
    expected = sorted({"app/cfg/login.cfg", "tests/cfg/deep/er/key.py", "tests/cfg/deep/.env"})
    assert sorted({path for path, _, _ in places(inside, repo)}) == expected
    # what nothing but an abandoned commit holds is left out in the same way
    repo.git("checkout", "-q", "--orphan", "other")
    repo.git("rm", "-rqf", ".")
    repo.write("notes.txt", "nothing\n").add().commit("second")
    repo.git("branch", "-D", "master", check=False)
    repo.git("branch", "-D", "main", check=False)
    found = places(inside, repo, "--no-cache")
    assert sorted({path for path, _, _ in found}) == expected
    assert {commit for _, commit, _ in found} == {first}


def test_a_delta_that_leaves_a_secret_as_it_is_has_it_and_one_that_takes_it_away_has_not(
    inside: Inside, repo: Repo
) -> None:
    lines = [f"line {number} of some text that says nothing at all" for number in range(400)]
    for number in range(6):
        lines[350] = f"version {number}"
        # the same text is a secret only behind the name of one
        lines[20] = f"{'LOGIN_PASSWORD=' if number in (0, 1, 2, 5) else 'checksum of '}{VALUE}"
        lines[100] = f"a word {VALUE} of prose" if number == 2 else "nothing"
        repo.write("app/settings.cfg", "\n".join(lines)).add().commit(f"{number}")
    commits = repo.git("log", "--reverse", "--format=%H").decode().split()
    expected = sorted(("app/settings.cfg", commits[number], True) for number in (0, 5))
    assert places(inside, repo, "--no-cache") == expected
    repo.git("repack", "-adfq", "--depth=50")
    assert places(inside, repo, "--no-cache") == expected
