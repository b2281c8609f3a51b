"""Repositories that bite, seen from the command line: none of their code runs, nothing in them is touched or hidden."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.calling import Inside, Keyguard, places
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo, snapshot

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def kg(inside: Inside) -> Inside:
    """No process for each call: there are many."""
    return inside


LEAK = leaking_line(1)

#: every kind of scan that looks at a repository
SCANS = [
    ["scan"],
    ["scan", "--all-files"],
    ["scan", "--staged"],
    ["scan", "--changes"],
    ["scan", "sub", "staged.env"],
    ["scan", "--jobs", "2", "--exclude", "x"],
    ["hook", "pre-commit"],
    ["hook", "pre-commit", "staged.env", "sub/tracked.env"],
]


def trap(repo: Repo, mark: Path) -> None:
    """Configure everything by which git runs a program; each leaves a mark."""
    script = mark.parent / "trap"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >> {mark}\nexit 0\n')
    script.chmod(0o755)
    for key in (
        *("core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.askPass", "core.editor", "core.pager"),
        *("diff.external", "diff.x.textconv", "diff.x.command", "filter.x.clean", "filter.x.smudge"),
        *("filter.x.process", "merge.x.driver", "credential.helper", "sequence.editor", "alias.ls-files"),
        *("alias.cat-file", "alias.diff-index", "uploadpack.packObjectsHook", "remote.origin.uploadpack"),
        *("pager.ls-files", "interactive.diffFilter", "gpg.program"),
    ):
        repo.config(key, str(script))
    repo.config("alias.diff-files", f"!{script}").config("filter.x.required", "true")
    repo.config("core.hooksPath", str(mark.parent / "hooks")).config("extensions.partialClone", "origin")
    repo.config("remote.origin.url", f"ext::{script} %S").config("protocol.ext.allow", "always")
    repo.config("remote.origin.promisor", "true").config("core.attributesFile", str(mark.parent / "attributes"))
    (mark.parent / "attributes").write_text("* filter=x diff=x merge=x\n")
    (mark.parent / "more").write_text(f"[core]\n\tfsmonitor = {script}\n")
    repo.config("include.path", str(mark.parent / "more")).config("core.excludesFile", str(mark.parent / "all"))
    (mark.parent / "all").write_text("*\n")
    for name in ("post-index-change", "reference-transaction", "pre-commit", "post-checkout", "fsmonitor-watchman"):
        for hooks in (mark.parent / "hooks", repo.path / ".git" / "hooks"):
            hooks.mkdir(exist_ok=True)
            shutil.copy(script, hooks / name)


@pytest.fixture
def busy(repo: Repo) -> Repo:
    """A repository with everything that can be scanned: tracked, staged, changed, new, ignored, deleted."""
    repo.write(".gitattributes", "* filter=x diff=x merge=x\n").write(".gitignore", "*.log\n")
    repo.write("sub/tracked.env", LEAK).write("sub/changed.txt", "x\n").write("deleted.env", leaking_line(2))
    repo.add().commit().write("staged.env", leaking_line(3)).add().write("sub/changed.txt", leaking_line(4))
    repo.write("new.env", leaking_line(5)).write("x.log", leaking_line(6)).remove("deleted.env")
    os.utime(repo.file("sub/tracked.env"), (1, 1))  # so that git, were it asked, would look again and filter
    return repo


@pytest.mark.parametrize("words", SCANS, ids=" ".join)
def test_no_code_of_the_repository_runs(kg: Keyguard, busy: Repo, tmp_path: Path, words: list[str]) -> None:
    expected = kg(*words, "-f", "json", cwd=busy.path)
    assert expected.code == 1
    (tmp_path / "traps").mkdir()
    trap(busy, tmp_path / "traps" / "mark")
    assert kg(*words, "-f", "json", cwd=busy.path) == expected
    assert not (tmp_path / "traps" / "mark").exists()


def test_the_traps_do_work(busy: Repo, tmp_path: Path) -> None:
    (tmp_path / "traps").mkdir()
    trap(busy, tmp_path / "traps" / "mark")
    busy.git("status", check=False)
    assert (tmp_path / "traps" / "mark").exists()


@pytest.mark.parametrize("words", SCANS, ids=" ".join)
def test_the_target_is_as_it_was_byte_for_byte(kg: Keyguard, busy: Repo, words: list[str]) -> None:
    before = snapshot(busy.path)
    assert kg(*words, cwd=busy.path).code == 1
    assert snapshot(busy.path) == before


@pytest.mark.parametrize("words", SCANS, ids=" ".join)
def test_what_cannot_be_written_to_is_scanned_as_well(kg: Keyguard, busy: Repo, words: list[str]) -> None:
    expected = kg(*words, "-f", "json", cwd=busy.path)
    here = busy.path
    script = f"mount --bind {here} {here} && mount -o remount,ro,bind {here} && cd {here} && touch x"
    if subprocess.run(["unshare", "-rm", "sh", "-c", f"{script} 2>/dev/null; test $? = 1"], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    line = kg.line(*words, "-f", "json")
    said = kg.shell(f"unshare -rm sh -c '{script} 2>/dev/null; {line.replace(chr(39), '')}'")
    assert said == expected


# --- what repositories hide ---------------------------------------------------------------------------------------


def attributes(repo: Repo) -> None:
    repo.write(".gitattributes", "* -diff -text binary export-ignore linguist-generated\n")


def sparse(repo: Repo) -> None:
    repo.git("sparse-checkout", "set", "--cone", "nothing")


def unwatched(repo: Repo) -> None:
    repo.git("update-index", "--assume-unchanged", "leak.env")


def skipped(repo: Repo) -> None:
    repo.git("update-index", "--skip-worktree", "leak.env")
    repo.remove("leak.env")


def gone(repo: Repo) -> None:
    repo.remove("leak.env")


def locked(repo: Repo) -> None:
    (repo.path / ".git" / "index.lock").touch()


def foreign(repo: Repo) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    for path in [repo.path, *repo.path.rglob("*")]:
        os.lchown(path, 12345, 12345)


def lying_config(repo: Repo) -> None:
    repo.config("core.worktree", "/nonexistent").config("core.bare", "true").config("core.ignoreCase", "true")


def broken_config(repo: Repo) -> None:
    (repo.path / ".git" / "config").write_text("[core\nnonsense")


def unknown_extension(repo: Repo) -> None:
    repo.config("core.repositoryFormatVersion", "1").config("extensions.nobodyKnows", "true")


def odd_modules(repo: Repo) -> None:
    repo.write(".gitmodules", '[submodule "../../x"]\n\tpath = leak.env\n\turl = ext::sh -c x\n\tupdate = !touch x\n')


def split(repo: Repo) -> None:
    repo.git("update-index", "--split-index")


def untracked_cache(repo: Repo) -> None:
    repo.git("update-index", "--untracked-cache", check=False)
    repo.git("status")


def replaced(repo: Repo) -> None:
    oid = repo.git("hash-object", "-w", "--stdin", stdin=b"harmless").decode().strip()
    repo.git("replace", "--force", repo.oid("HEAD:leak.env"), oid)
    repo.remove("leak.env")


def marked(repo: Repo) -> None:
    repo.write("leak.env.txt", "nothing").git("add", "--intent-to-add", "leak.env.txt")


@pytest.mark.parametrize(
    "hide",
    [
        *(
            attributes,
            sparse,
            unwatched,
            skipped,
            gone,
            locked,
            foreign,
            lying_config,
            broken_config,
            unknown_extension,
        ),
        *(odd_modules, split, untracked_cache, replaced, marked),
    ],
)
def test_a_tracked_key_is_found_whatever_git_was_told(kg: Keyguard, repo: Repo, hide: Callable[[Repo], None]) -> None:
    repo.write("leak.env", LEAK).write("readme.md", "x").add().commit()
    hide(repo)
    said = kg.scan(cwd=repo.path)
    assert said.code == 1, said.err
    assert places(said) == {"leak.env"}


@pytest.mark.parametrize(
    "hide", [attributes, locked, foreign, lying_config, broken_config, unknown_extension, odd_modules]
)
def test_a_staged_key_is_found_whatever_git_was_told(kg: Keyguard, repo: Repo, hide: Callable[[Repo], None]) -> None:
    repo.write("readme.md", "x").add().commit().write("leak.env", LEAK).add()
    hide(repo)
    for words in (
        ["scan", "--staged"],
        ["scan", "--changes"],
        ["hook", "pre-commit"],
        ["hook", "pre-commit", "leak.env"],
    ):
        said = kg(*words, "-f", "json", cwd=repo.path)
        assert said.code == 1, said.err
        assert places(said) == {"leak.env"}


@pytest.mark.parametrize("name", [".gitignore", ".gitattributes", ".gitmodules", ".git/config", ".git/info/exclude"])
@pytest.mark.parametrize("kind", ["pipe", "link to a device", "folder", "binary"])
def test_odd_control_files_neither_hang_nor_hide(kg: Keyguard, repo: Repo, name: str, kind: str) -> None:
    repo.write("leak.env", LEAK).add("leak.env").commit()
    place = repo.file(name)
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "link to a device":
        place.symlink_to("/dev/zero")
    elif kind == "folder":
        place.mkdir()
    else:
        place.write_bytes(bytes(range(256)))
    for words in ([], ["--staged"], ["--changes"], ["--all-files"]):
        said = kg.scan(*words, cwd=repo.path)
        assert said.code in ((1, 2) if words in ([], ["--all-files"]) else (0, 2)), said.err
        assert "Traceback" not in said.err
        if words in ([], ["--all-files"]):
            assert places(said) == {"leak.env"}


def test_an_object_store_of_others_is_not_read_in_silence(kg: Keyguard, repo: Repo, tmp_path: Path) -> None:
    repo.write("a.env", LEAK).add().commit().remove("a.env")
    shutil.move(repo.path / ".git" / "objects", tmp_path / "objects")
    (repo.path / ".git" / "objects" / "info").mkdir(parents=True)
    said = kg.scan(cwd=repo.path)
    assert (said.code, said.gaps.pop("a.env")) == (2, "unreadable")


def test_sha256_repositories_are_scanned(kg: Keyguard, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "sha256", "--object-format=sha256").write("a.env", LEAK).add().commit()
    repo.remove("a.env").write("b.env", leaking_line(2)).add("b.env")
    assert places(kg.scan(cwd=repo.path)) == {"a.env", "b.env"}
    assert places(kg.scan("--staged", cwd=repo.path)) == {"b.env"}
