"""The same input gives the same report, byte for byte: on every run, by any number of processes, with either engine."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.helpers.calling import FORMATS, Inside, Keyguard, filler
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def kg(inside: Inside) -> Inside:
    """No process for each call: there are many."""
    return inside


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough files to be shared out, with keys, some of them the same, and gaps."""
    return planted(Repo(tmp_path_factory.mktemp("tree") / "repo"), files=1600, large=1 << 20)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with less to read: the engine in Python takes some seconds for a megabyte."""
    return planted(Repo(tmp_path_factory.mktemp("few") / "repo"), files=500, large=1 << 16)


def planted(repo: Repo, files: int, large: int) -> Path:
    rng = random.Random(1)
    for number in range(files):
        text = leaking_line(number % 40) * rng.randint(1, 3) if number % 13 == 0 else "nothing\n"
        repo.write(f"{rng.randint(0, 30)}/{number}.env", text)
    repo.write("large.txt", filler(large) + leaking_line(99).encode())
    repo.write("broken/.git/x", "").write("broken/b.env", leaking_line(98)).add("0", "1", "2")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},broken")
    os.mkfifo(repo.file("pipe"))
    return repo.path


def reports(kg: Keyguard, tree: Path, folder: Path, *words: str, **variables: str) -> dict[str, str]:
    """Every report on the tree."""
    folder.mkdir()
    files = [word for name in FORMATS for word in ("-f", f"{name}={folder / name}")]
    assert kg("scan", *words, *files, cwd=tree, **variables).code == 2
    return {name: (folder / name).read_text() for name in FORMATS}


def test_every_report_is_the_same_every_time(kg: Keyguard, tree: Path, tmp_path: Path) -> None:
    first = reports(kg, tree, tmp_path / "first", "--jobs", "1")
    assert all(len(report) > 1000 for report in first.values())
    for jobs, seed in (("1", "1"), ("2", "2"), ("4", "3")):
        assert reports(kg, tree, tmp_path / seed, "--jobs", jobs, PYTHONHASHSEED=seed) == first


def test_either_engine_finds_the_same(kg: Keyguard, few: Path, tmp_path: Path) -> None:
    found = [reports(kg, few, tmp_path / name, "--engine", name) for name in ("auto", "python")]
    for name in FORMATS:
        assert found[0][name].replace('"hyperscan"', '"python"') == found[1][name]


def test_the_order_in_which_a_folder_is_listed_does_not_matter(kg: Keyguard, tree: Path, tmp_path: Path) -> None:
    names = sorted(path.relative_to(tree) for path in tree.rglob("*.env"))[:300]
    said = []
    for order in (1, 2):
        random.Random(order).shuffle(names)
        folder = tmp_path / str(order)
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((tree / name).read_bytes())
        said.append(kg("scan", "-f", "json", cwd=folder))
    assert said[0] == said[1]


def test_how_git_keeps_its_objects_does_not_matter(kg: Keyguard, repo: Repo) -> None:
    for number in range(50):
        repo.write(f"{number}.env", leaking_line(number))
    repo.add()
    loose = kg("scan", "--staged", "-f", "json", cwd=repo.path)
    repo.commit().git("repack", "-adq")
    repo.git("update-ref", "-d", "HEAD")
    assert kg("scan", "--staged", "-f", "json", cwd=repo.path) == loose
    assert len(loose.document["findings"]) == 50


def test_paths_may_be_given_in_any_order(kg: Keyguard, tree: Path) -> None:
    assert kg.scan("0", "1", "large.txt", cwd=tree) == kg.scan("large.txt", "1", "0", cwd=tree)
