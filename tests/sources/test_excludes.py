"""The user's own patterns: what they leave out, and what is said of those that cannot be obeyed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from keyguard.sources.excludes import Exclude, Excluded
from tests.helpers.calling import Inside
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

HARD = "*a" * 400
LEAK = f'key = "{made_up_key(7)}"\n'


def excluded(base: Path, *patterns: str) -> Excluded:
    return Excluded([Exclude(base=str(base), patterns=patterns)])


def test_a_path_is_seen_from_the_folder_of_the_patterns(tmp_path: Path) -> None:
    root = bytes(tmp_path.resolve())
    out = excluded(tmp_path / "t", "/a/*.txt", "!keep.txt", "b/")
    assert [out.covers(root + b"/t", path) for path in (b"a/b.txt", b"a/keep.txt", b"c/b/x", b"b", b"a/\xff.txt")] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert out.covers(root, b"t/a/b.txt")
    assert not out.covers(root, b"a/b.txt", shown=b"x/a/b.txt")


def test_files_of_one_folder_after_those_of_another(tmp_path: Path) -> None:
    root = bytes(tmp_path.resolve())
    out = excluded(tmp_path, "b/", "*.x")
    paths = [b"a/1", b"b/1", b"b/2", b"1", b"1.x", b"a/1.x", b"a/2", b"b/c/1", b"bb/1"]
    assert [out.covers(root, path) for path in paths] == [False, True, True, False, True, True, False, True, False]


def test_no_patterns_are_none(tmp_path: Path) -> None:
    assert not Excluded([])
    assert not excluded(tmp_path)
    assert excluded(tmp_path, "a").refused() == []


@pytest.mark.parametrize("where", ["typed", "configured"])
@pytest.mark.parametrize("what", ["tree", "staged", "range"])
def test_a_pattern_that_is_refused_is_named_and_a_gap(repo: Repo, inside: Inside, where: str, what: str) -> None:
    repo.write("old.txt", "").add().commit().write("a.txt", LEAK).write("b/c.txt", "").add()
    arguments = {"tree": ["--no-history"], "staged": ["--staged"], "range": ["--range", "HEAD~1..HEAD"]}[what]
    if what == "range":
        repo.commit()
    if where == "typed":
        arguments += ["--exclude", "*.txt", "--exclude", HARD]
    else:
        (repo.path / "kg.toml").write_text(f'exclude = ["*.txt", "{HARD}"]\n')
        arguments += ["--config", "kg.toml"]
    # a range counts objects, not the files that are left out
    scan = partial(inside, "scan", "-f", "json") if what == "range" else inside.scan
    said = scan(*arguments, cwd=repo.path)
    assert said.code == 2
    (gap,) = (one for one in said.document["skipped"] if one["gap"])
    assert (gap["path"], gap["reason"]) == ("exclude", "ignore-rules")
    assert gap["detail"].startswith("not obeyed: *a*a*a*a")
    assert gap["detail"].endswith("it is too complex")
    assert said.document["findings"] == []


def test_a_refused_rule_of_an_ignore_file_is_named_and_the_others_count(tmp_path: Path, inside: Inside) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / ".gitignore").write_text(f"*.log\n{HARD}\n")
    (folder / "a.log").write_text(LEAK)
    said = inside("scan", ".", cwd=folder)
    assert said.code == 2
    assert "not every ignore rule was obeyed" in said.err + said.out
    assert "*a*a*a" in said.err + said.out
    assert "were not read" not in said.err + said.out
    assert inside("scan", ".", "--allow-incomplete", cwd=folder).code == 0


def test_twenty_stars_do_not_hang_a_scan(tmp_path: Path, inside: Inside) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / ".gitignore").write_text("*a" * 30 + "\n" + "**/a/" * 12 + "\n" + "[a-z]*" * 60 + "!\n")
    (folder / ("a" * 250)).write_text("")
    (folder / ("a" * 249 + "b")).write_text(LEAK)
    assert inside("scan", ".", cwd=folder).code == 1
