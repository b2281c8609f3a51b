"""``keyguard hook pre-commit`` as a real git runs it: what a commit would add is what is scanned."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.helpers.calling import Inside, Keyguard, places
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo, snapshot

pytest_plugins = ("tests.helpers.commandline",)

LEAK = leaking_line(1)
OLD = leaking_line(2)


def install(repo: Repo, name: str = "pre-commit") -> None:
    """Make keyguard that hook of the repository."""
    script = repo.path / ".git" / "hooks" / name
    script.parent.mkdir(exist_ok=True)
    words = shlex.join([sys.executable, "-m", "keyguard", "hook", "pre-commit", "-f", "concise"])
    script.write_text(f"#!/bin/sh\nexec {words}\n")
    script.chmod(0o755)


def commits(repo: Repo, *arguments: str, cwd: Path | None = None) -> bool:
    """Whether git makes the commit."""
    here = Repo(cwd or repo.path, init=False)
    here.environment = repo.environment
    before = here.oid()
    here.git("commit", "--quiet", "--message=change", *arguments, check=False)
    return here.oid() != before


@pytest.fixture
def hooked(repo: Repo, kg: Keyguard) -> Repo:
    """A repository with a commit in which there is a key, whose hook is keyguard from now on."""
    repo.environment |= kg.env
    install(repo)
    return repo.write("app.py", "print('hello')\n").write("old.env", OLD).add().commit("first")


def test_a_commit_that_leaks_is_refused_and_a_clean_one_is_made(hooked: Repo) -> None:
    assert commits(hooked.write("app.py", "print('hi')\n").add())
    assert not commits(hooked.write("app.py", LEAK).add())
    assert not commits(hooked.write("new.py", LEAK).add())


def test_commit_a_is_scanned_by_the_index_that_git_makes_for_it(hooked: Repo) -> None:
    assert not commits(hooked.write("app.py", LEAK), "-a")
    assert commits(hooked.write("app.py", "print('hi')\n"), "-a")


def test_the_commit_of_a_file_is_scanned_and_what_else_is_staged_is_not(hooked: Repo) -> None:
    hooked.write("app.py", "print('hi')\n").write("new.py", LEAK).add("new.py")
    assert commits(hooked, "app.py")
    hooked.write("app.py", LEAK)
    assert not commits(hooked, "app.py")
    assert not commits(hooked, "--include", "app.py")


def test_an_amended_commit_is_scanned(hooked: Repo) -> None:
    assert not commits(hooked.write("app.py", LEAK).add(), "--amend")
    assert commits(hooked.write("app.py", "print('hi')\n").add(), "--amend")


def test_a_key_that_was_there_before_does_not_stop_a_commit(hooked: Repo) -> None:
    assert commits(hooked.write("old.env", f"# a comment\n{OLD}DEBUG=1\n").add())
    assert not commits(hooked.write("old.env", f"{OLD}OTHER_{OLD}").add())


def test_a_file_that_only_moves_does_not_stop_a_commit(hooked: Repo) -> None:
    hooked.git("mv", "old.env", "new.env")
    assert commits(hooked)


def test_a_first_commit_is_scanned(hooked: Repo, kg: Keyguard) -> None:
    hooked.git("checkout", "--quiet", "--orphan", "fresh")
    assert kg("hook", "pre-commit", cwd=hooked.path).code == 1
    hooked.git("rm", "--quiet", "--force", "--cached", "old.env")
    assert kg("hook", "pre-commit", cwd=hooked.path).code == 0


def test_a_merge_is_scanned(hooked: Repo) -> None:
    install(hooked, "pre-merge-commit")
    hooked.git("checkout", "--quiet", "-b", "side")
    hooked.write("settings.ini", LEAK).add().commit("leak")
    hooked.git("checkout", "--quiet", "main")
    hooked.write("readme.md", "text\n").add().commit("clean")
    before = hooked.oid()
    hooked.git("merge", "--quiet", "--no-edit", "side", check=False)
    assert hooked.oid() == before


def test_the_end_of_a_conflict_is_scanned(hooked: Repo) -> None:
    hooked.conflict("both.txt")
    assert not commits(hooked.write("both.txt", LEAK).add())
    assert commits(hooked.write("both.txt", "settled\n").add())


def test_a_commit_from_a_folder_within_is_scanned(hooked: Repo) -> None:
    hooked.write("sub/folder/a.txt", "nothing\n").add().commit()
    assert not commits(hooked.write("app.py", LEAK).add(), cwd=hooked.path / "sub" / "folder")
    hooked.write("sub/folder/a.txt", LEAK).write("app.py", "print()\n")
    assert not commits(hooked, "a.txt", cwd=hooked.path / "sub" / "folder")


def test_a_commit_in_a_linked_worktree_is_scanned(hooked: Repo, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", init=False)
    linked.write("app.py", LEAK).add()
    assert not commits(hooked, cwd=linked.path)
    assert not commits(hooked, "-a", cwd=linked.path)
    linked.write("app.py", "print('hi')\n").add()
    assert commits(hooked, cwd=linked.path)
    assert commits(hooked.write("app.py", "print('hi')\n").add())


def test_a_commit_with_a_git_dir_elsewhere_is_scanned(hooked: Repo, tmp_path: Path) -> None:
    (hooked.path / ".git").rename(tmp_path / "elsewhere.git")
    (hooked.path / ".git").write_text(f"gitdir: {tmp_path / 'elsewhere.git'}\n")
    assert not commits(hooked.write("app.py", LEAK).add())


def test_a_submodule_does_not_stop_a_commit(hooked: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other").write("key.txt", LEAK).add().commit()
    hooked.git("submodule", "--quiet", "add", str(other.path), "lib")
    assert commits(hooked)


def test_the_commit_that_is_made_is_what_was_there_to_be_committed(hooked: Repo, kg: Keyguard) -> None:
    hooked.write("app.py", "print('hi')\n").add()
    before = snapshot(hooked.path)
    assert kg("hook", "pre-commit", cwd=hooked.path).code == 0
    assert kg("hook", "pre-commit", "app.py", "old.env", cwd=hooked.path).code == 1
    assert snapshot(hooked.path) == before


def test_an_index_of_another_repository_is_not_taken_for_this_ones(hooked: Repo, kg: Keyguard, tmp_path: Path) -> None:
    hooked.write("app.py", LEAK).add()
    (tmp_path / "other.index").write_bytes(b"")
    said = kg("hook", "pre-commit", cwd=hooked.path, GIT_INDEX_FILE=str(tmp_path / "other.index"))
    assert said.code == 2
    assert "GIT_INDEX_FILE" in said.err


@pytest.mark.parametrize(
    "name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"]
)
def test_variables_of_git_lead_nowhere_else(hooked: Repo, kg: Keyguard, tmp_path: Path, name: str) -> None:
    hooked.write("app.py", LEAK).add()
    Repo(tmp_path / "other").write("a", "x").add().commit()
    assert kg("hook", "pre-commit", cwd=hooked.path, **{name: str(tmp_path / "other" / ".git")}).code == 1


# --- with names of files ------------------------------------------------------------------------------------------


def test_a_staged_name_stands_for_what_is_staged(hooked: Repo, kg: Keyguard) -> None:
    hooked.write("app.py", LEAK).add().write("app.py", "# taken out, not staged\n")
    said = kg("hook", "pre-commit", "-f", "json", "app.py", cwd=hooked.path)
    assert said.code == 1
    assert said.document["findings"][0]["occurrences"][0]["where"] == "index"


def test_any_other_name_stands_for_the_file(hooked: Repo, kg: Keyguard) -> None:
    said = kg("hook", "pre-commit", "-f", "json", "old.env", "app.py", cwd=hooked.path)
    assert said.code == 1
    assert places(said) == {"old.env"}
    assert said.document["coverage"]["listed"] == 2


def test_names_are_relative_to_where_one_is(hooked: Repo, kg: Keyguard) -> None:
    hooked.write("sub/a.env", LEAK).add()
    assert kg("hook", "pre-commit", "a.env", cwd=hooked.path / "sub").code == 1
    assert kg("hook", "pre-commit", "../old.env", cwd=hooked.path / "sub").code == 1
    assert kg("hook", "pre-commit", hooked.path / "old.env", cwd=hooked.path / "sub").code == 1


def test_many_names_are_all_read(hooked: Repo, kg: Keyguard) -> None:
    names = [f"many/{number}.txt" for number in range(300)]
    for name in names:
        hooked.write(name, "nothing\n")
    hooked.write("many/299.txt", LEAK).add().commit()
    said = kg("hook", "pre-commit", "-f", "json", *names, cwd=hooked.path)
    assert (said.code, said.document["coverage"]["read"]) == (1, 300)


def test_a_name_that_is_not_there_is_a_gap(hooked: Repo, kg: Keyguard) -> None:
    said = kg("hook", "pre-commit", "-f", "json", "gone.txt", "app.py", cwd=hooked.path)
    assert said.code == 2
    assert said.gaps == {"gone.txt": "vanished"}


def test_a_name_outside_the_repository_is_an_error(hooked: Repo, kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text(LEAK)
    said = kg("hook", "pre-commit", "../outside.txt", cwd=hooked.path)
    assert said.code == 2
    assert "outside of the repository" in said.err


def test_a_folder_is_a_gap_unless_it_is_a_submodule(hooked: Repo, kg: Keyguard, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other").write("key.txt", LEAK).add().commit()
    hooked.git("submodule", "--quiet", "add", str(other.path), "lib")
    hooked.write("folder/a.txt", LEAK)
    said = kg("hook", "pre-commit", "-f", "json", "lib", "folder", "app.py", cwd=hooked.path)
    assert said.code == 2
    assert said.gaps == {"folder": "not-a-file"}
    assert kg("hook", "pre-commit", "lib", "app.py", cwd=hooked.path).code == 0


def test_a_link_stands_for_the_text_of_its_target(hooked: Repo, kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text(LEAK)
    hooked.link("out.txt", str(tmp_path / "outside.txt")).link("key.txt", made_up_key(1)).add().commit()
    assert kg("hook", "pre-commit", "out.txt", cwd=hooked.path).code == 0
    assert kg("hook", "pre-commit", "key.txt", cwd=hooked.path).code == 1


def test_nothing_staged_is_said_aloud(hooked: Repo, kg: Keyguard) -> None:
    said = kg("hook", "pre-commit", cwd=hooked.path)
    assert said.code == 0
    assert "0 staged files" in said.out


def test_outside_a_repository_there_is_nothing_to_hook(kg: Keyguard, tmp_path: Path) -> None:
    for words in ([], ["a.txt"]):
        said = kg("hook", "pre-commit", *words, cwd=tmp_path)
        assert said.code == 2
        assert "not in a git repository" in said.err


def test_the_hook_draws_no_progress_bar_though_it_has_a_terminal(hooked: Repo, kg: Keyguard) -> None:
    for number in range(2100):
        hooked.write(f"many/{number}.txt", "nothing\n")
    names = [f"many/{number}.txt" for number in range(2100)]
    code, said = on_a_terminal(kg, ["hook", "pre-commit", *names], hooked.path, PRE_COMMIT="1")
    assert (code, said.count(b"\n"), b"scanning" in said, b"\x1b[?25l" in said) == (0, 1, False, False)


def on_a_terminal(kg: Keyguard, words: list[str], cwd: Path, **variables: str) -> tuple[int, bytes]:
    """How a call ended whose three streams are a terminal, and all that came out there."""
    import pty

    ours, theirs = pty.openpty()
    process = kg.start(*words, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, **{"TERM": "xterm", **variables})
    os.close(theirs)
    said = b""
    try:
        while data := os.read(ours, 1 << 16):
            said += data
    except OSError:
        pass
    os.close(ours)
    return process.wait(), said


# --- keys that were there before -------------------------------------------------------------------------------------


@pytest.fixture
def moving(tmp_path: Path) -> Repo:
    """A repository with an old key in a file of many lines."""
    text = "line\n" * 30 + leaking_line(1)
    return Repo(tmp_path / "moving").write("old/app.ini", text).write("other.txt", "x\n").add().commit("first")


def hook(inside: Inside, repo: Repo, *files: str) -> int:
    return inside("hook", "pre-commit", *files, cwd=repo.path).code


@pytest.mark.parametrize("named", [False, True])
def test_a_rename_that_adds_no_key_passes(inside: Inside, moving: Repo, named: bool) -> None:
    moving.file("new").mkdir()
    moving.git("mv", "old/app.ini", "new/app.ini")
    files = ("new/app.ini",) if named else ()
    assert hook(inside, moving, *files) == 0
    moving.write("new/app.ini", "quite\nanother\n" * 50 + leaking_line(1)).add()
    assert hook(inside, moving, *files) == 0
    moving.write("new/app.ini", leaking_line(1) + leaking_line(2)).add()
    assert hook(inside, moving, *files) == 1


def test_a_copy_of_a_key_is_new(inside: Inside, moving: Repo) -> None:
    moving.write("copy.ini", leaking_line(1)).add()
    assert hook(inside, moving) == 1
    moving.git("rm", "--quiet", "--cached", "old/app.ini")
    assert hook(inside, moving) == 0  # it only moved
    moving.write("third.ini", leaking_line(1)).add("third.ini")
    assert hook(inside, moving) == 1


def test_a_merge_is_not_refused_because_of_a_key_of_the_other_branch(inside: Inside, moving: Repo) -> None:
    moving.git("checkout", "--quiet", "-b", "feature")
    moving.write("feature.txt", "x\n").add().commit("feature")
    moving.git("checkout", "--quiet", "main")
    moving.write("main.ini", leaking_line(3)).write("other.txt", "x\n" + leaking_line(4)).add().commit("keys on main")
    moving.git("checkout", "--quiet", "feature")
    moving.git("merge", "--quiet", "--no-commit", "--no-ff", "main")
    assert hook(inside, moving) == 0
    moving.write("feature.txt", leaking_line(5)).add()
    assert hook(inside, moving) == 1
    moving.write("feature.txt", "x\n").add()
    assert hook(inside, moving) == 0
    moving.write("again.ini", leaking_line(3)).add()
    assert hook(inside, moving) == 1  # main has it once


# --- what a refusal says ----------------------------------------------------------------------------------------------


def test_a_refused_commit_says_in_five_lines_how_to_go_on(inside: Inside, moving: Repo) -> None:
    moving.write("new.env", leaking_line(7)).add()
    said = inside("hook", "pre-commit", cwd=moving.path)
    assert said.code == 1
    assert max(map(len, said.out.splitlines())) <= 80
    assert [line.split(":")[0] for line in said.out.replace("\n    ", " ").splitlines()] == [
        "critical[sendmailos-key]",
        " --> new.env",
        "to go on",
        "false alarm",
        "keyguard refuses this commit",
    ]
    assert "; 1 staged file, " in said.out
    assert inside("hook", "pre-commit", "new.env", cwd=moving.path).out == said.out
    moving.git(*said.out.partition("to go on: git ")[2].partition(",")[0].split())
    assert hook(inside, moving) == 0
    assert (
        "repository's history" not in inside("hook", "pre-commit", "-v", cwd=moving.write("a.env", LEAK).add().path).out
    )
    assert "refuses" not in inside("hook", "pre-commit", "--exit-zero", cwd=moving.path).out


def test_what_is_said_before_the_first_commit_works_as_well(inside: Inside, tmp_path: Path) -> None:
    fresh = Repo(tmp_path / "fresh").write("new.env", LEAK).add()
    said = inside("hook", "pre-commit", cwd=fresh.path)
    fresh.git(*said.out.partition("to go on: git ")[2].partition(",")[0].split())
    assert (said.code, hook(inside, fresh)) == (1, 0)


def test_a_false_alarm_ends_as_the_refusal_says(inside: Inside, moving: Repo) -> None:
    moving.write("new.env", leaking_line(7)).add()
    said = inside("hook", "pre-commit", cwd=moving.path).out.replace("\n    ", " ")
    marker = said.partition("false alarm: '")[2].partition("'")[0]
    moving.write("new.env", f"{leaking_line(7).rstrip()}  {marker}\n").add("new.env")
    assert hook(inside, moving) == 0
    moving.write("new.env", leaking_line(7)).add("new.env")
    words = said.partition(" or keyguard ")[2].partition(";")[0].split()
    assert inside(*words, cwd=moving.path).code == 0
    moving.add()
    assert hook(inside, moving) == 0


def test_files_that_are_not_staged_are_reported_in_full(inside: Inside, moving: Repo) -> None:
    said = inside("hook", "pre-commit", "old/app.ini", cwd=moving.path).out
    assert "= fix:" in said
    assert "; 1 named file, " in said


def test_a_refused_push_says_that_nothing_was_sent(inside: Inside, moving: Repo) -> None:
    line = f"refs/heads/main {moving.oid()} refs/heads/main {'0' * 40}\n"
    said = inside("hook", "pre-push", "origin", "file:///nowhere", cwd=moving.path, stdin=line.encode())
    assert said.code == 1
    assert "Nothing was sent yet: " in said.out
    assert "existing clones" not in said.out
