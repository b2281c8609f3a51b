"""Everything that asks git, on repositories that are out to run code, to hide a file, or to have something written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from keyguard.git.layout.head import Head, read_head
from keyguard.git.layout.repository import discover
from keyguard.git.objects.blobs import read_blobs
from keyguard.git.process import child as child_module
from keyguard.git.process import sparse_index as sparse
from keyguard.git.process.opening import open_objects
from keyguard.git.worktree.changes import Change, staged_changes, unstaged_changes
from keyguard.git.worktree.files import Entry, tracked_and_untracked
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo, snapshot


class Seen(NamedTuple):
    head: Head
    staged: list[Change]
    unstaged: list[bytes]
    files: list[bytes]
    blobs: dict[bytes, bytes]


def look(path: Path) -> Seen:
    """All that can be asked about a repository, with the content of each index entry."""
    repository = discover(str(path))
    assert repository is not None
    entries = [entry for entry in tracked_and_untracked(repository) if isinstance(entry, Entry)]
    stored = [entry for entry in entries if entry.oid and entry.mode != 0o160000]
    with open_objects(repository) as git:
        contents = [content.problem.encode() or content.read() for content in read_blobs(git, [e.oid for e in stored])]
    return Seen(
        read_head(repository),
        staged_changes(repository),
        [change.path for change in unstaged_changes(repository)],
        [entry.path for entry in entries],
        {entry.path: content for entry, content in zip(stored, contents, strict=True)},
    )


@pytest.fixture
def target(repo: Repo, tmp_path: Path) -> Repo:
    """A repository with something of everything: staged, not staged, untracked, ignored, a submodule."""
    inner = Repo(tmp_path / "inner").write("x", "1").add().commit()
    repo.write("a", "one\n").write("b", "two\n").write(".gitignore", "*.log\n").add().commit()
    repo.git("submodule", "--quiet", "add", str(inner.path), "sub")
    repo.commit().write("a", "staged\n").add("a").write("b", "not staged\n").write("new", "").write("x.log", "")
    return repo.write("sub/x", "changed in the submodule")


def check(seen: Seen, repo: Repo) -> None:
    assert seen.staged == [Change(b"a", repo.oid(":a"), repo.oid("HEAD:a"), 0o100644)]
    assert seen.blobs[b"a"] == b"staged\n"
    assert seen.blobs[b"b"] == b"two\n"
    assert {b"b", b"new"} <= set(seen.unstaged)
    assert {b"a", b"b", b"new", b"sub", b".gitignore"} <= set(seen.files)
    assert b"x.log" not in seen.files


def arm(repo: Repo, script: Path) -> None:
    """Let everything in a repository's configuration and attributes run a script."""
    hooks = script.parent / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman", "pre-commit"):
        (hooks / name).unlink(missing_ok=True)
        (hooks / name).symlink_to(script)
    more = script.parent / "more.config"
    more.write_text(f'[diff "evil"]\n\ttextconv = {script}\n\tcommand = {script}\n[diff]\n\texternal = {script}\n')
    for key in (
        "core.pager",
        "core.editor",
        "core.askPass",
        "core.sshCommand",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "gpg.program",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "credential.helper",
        "merge.evil.driver",
        "trailer.x.command",
        "uploadpack.packObjectsHook",
        "remote.evil.uploadpack",
    ):
        repo.config(key, str(script))
    for command in ("ls-files", "cat-file", "diff-index", "diff-files"):
        repo.config(f"alias.{command}", f"!{script}")
    repo.config("include.path", str(more)).config("core.hooksPath", str(hooks)).config("log.showSignature", "true")
    repo.config("extensions.partialClone", "evil").config("remote.evil.promisor", "true")
    repo.config("remote.evil.url", f"ext::{script}").config("protocol.ext.allow", "always")
    repo.config("filter.evil.required", "true").config("core.untrackedCache", "true").config("diff.submodule", "diff")
    attributes = "* filter=evil diff=evil merge=evil text working-tree-encoding=UTF-16\n"
    git_dir = Path(os.fsdecode(repo.git("rev-parse", "--absolute-git-dir").strip()))
    (git_dir / "info").mkdir(exist_ok=True)
    (git_dir / "info/attributes").write_text(attributes)
    # last, since from here on git runs it each time
    repo.config("core.fsmonitor", str(script))


def test_nothing_that_a_repository_configures_is_run(
    target: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, script = tmp_path / "canary", tmp_path / "evil" / "script"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\necho "$0 $*" >>{canary}\n')
    script.chmod(0o755)
    target.write(".gitattributes", "* filter=evil diff=evil merge=evil\n")
    missing = target.oid("HEAD:b")
    expected = target.oid(":a"), target.oid("HEAD:a")
    arm(Repo(target.path / "sub", init=False), script)
    arm(target, script)
    (target.path / ".git/objects" / missing[:2] / missing[2:]).unlink()
    for name in ("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_PAGER", "GIT_PROXY_COMMAND"):
        monkeypatch.setenv(name, str(script))
    for name, value in (("COUNT", "1"), ("KEY_0", "core.fsmonitor"), ("VALUE_0", str(script))):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    canary.unlink(missing_ok=True)

    seen = look(target.path)

    assert not canary.exists(), canary.read_text()
    assert seen.staged == [Change(b"a", *expected, 0o100644)]
    assert seen.blobs[b"b"] == b"missing"
    assert {b"b", b"new", b".gitattributes"} <= set(seen.unstaged)
    # the trap is real: git itself walks into it
    target.git("status", check=False)
    assert canary.exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core.worktree", "/nowhere"),
        ("core.bare", "true"),
        ("core.excludesFile", "/dev/zero"),
        ("core.attributesFile", "/dev/zero"),
        ("core.repositoryFormatVersion", "99"),
        ("extensions.unheardOf", "true"),
        ("core.bigFileThreshold", "1"),
        ("core.ignoreStat", "true"),
        ("core.sparseCheckout", "true"),
        ("status.showUntrackedFiles", "no"),
        ("submodule.recurse", "true"),
        ("diff.ignoreSubmodules", "none"),
        ("diff.renames", "copies"),
        ("color.ui", "always"),
        ("core.quotePath", "true"),
        ("core.abbrev", "4"),
        ("index.skipHash", "true"),
    ],
)
def test_no_setting_changes_what_is_seen(target: Repo, key: str, value: str) -> None:
    expected = look(target.path)
    check(expected, target)
    with (target.path / ".git/config").open("a") as config:
        section, _, name = key.partition(".")
        config.write(f"[{section}]\n\t{name} = {value}\n")
    assert look(target.path) == expected


def test_a_broken_configuration_changes_nothing(target: Repo) -> None:
    expected = look(target.path)
    (target.path / ".git/config").write_bytes(b"[core\nnonsense \xff = [[[\n")
    assert look(target.path) == expected


def test_grafts_replacements_a_false_shallow_file_and_a_false_commit_graph_change_nothing(target: Repo) -> None:
    expected = look(target.path)
    target.git("replace", target.oid(":a"), target.oid("HEAD:a"))
    target.write(".git/info/grafts", f"{target.oid()}\n").write(".git/shallow", f"{target.oid()}\n")
    target.write(".git/objects/info/commit-graph", b"CGPH" + bytes(2000))
    target.write(".git/objects/pack/multi-pack-index", b"MIDX" + bytes(2000))
    assert look(target.path) == expected


def test_attributes_in_the_tree_hide_nothing(target: Repo) -> None:
    target.write(
        ".gitattributes", "* -diff -text binary export-ignore\na working-tree-encoding=UTF-16 ident eol=crlf\n"
    )
    check(look(target.path), target)


def test_a_last_commit_that_fills_all_memory_is_given_up_on(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = repo.write("a", "1").add().oid(":a")
    entries = f"100644 blob {blob}\ta\n040000 tree {bomb(repo, 6)}\tbomb\n"
    tree = repo.git("mktree", stdin=entries.encode()).decode().strip()
    repo.git("update-ref", "refs/heads/main", repo.git("commit-tree", "-m", "x", tree).decode().strip())
    monkeypatch.setattr(child_module, "MEMORY", 20 << 20)
    repository = discover(str(repo.path))
    assert repository is not None
    assert staged_changes(repository) == [Change(b"a", blob, "", 0o100644)]


def bomb(repo: Repo, depth: int) -> str:
    """The id of a tree that names 10 ** ``depth`` files."""
    inner = "100644 blob " + repo.git("hash-object", "-w", "--stdin").decode().strip()
    for _ in range(depth):
        entries = "".join(f"{inner}\tn{number}\n" for number in range(10))
        inner = "040000 tree " + repo.git("mktree", stdin=entries.encode()).decode().strip()
    return inner.split()[-1]


def test_an_index_that_stands_for_endlessly_many_files_is_an_error(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("in/a", "out/b", "other/c"):
        repo.write(name, "1")
    repo.add().commit()
    repo.git("sparse-checkout", "init", "--cone", "--sparse-index")
    repo.git("sparse-checkout", "set", "in")
    index = repo.path / ".git/index"
    old, new = bytes.fromhex(repo.oid("HEAD:out")), bytes.fromhex(bomb(repo, 10))
    data = index.read_bytes()[:-20].replace(old, new)
    assert new in data
    index.write_bytes(data + hashlib.sha1(data, usedforsecurity=False).digest())
    monkeypatch.setattr(sparse, "_MOST", 10_000)
    repository = discover(str(repo.path))
    assert repository is not None
    with pytest.raises(GitError, match="more than 10000 files"):
        staged_changes(repository)


def test_whose_repository_it_is_does_not_matter(target: Repo) -> None:
    expected = look(target.path)
    stranger = 4711 if os.geteuid() == 0 else os.geteuid()
    for path in [target.path, *target.path.rglob("*")]:
        os.chown(path, stranger, -1, follow_symlinks=False)
    # to git each file looks changed now, and may be
    assert look(target.path)._replace(unstaged=[]) == expected._replace(unstaged=[])
    # git itself refuses
    assert os.geteuid() != 0 or target.git("rev-parse", "HEAD", check=False) == b""


@pytest.mark.parametrize("kind", ["plain", "split", "sparse", "untracked-cache", "worktree", "packed"])
def test_nothing_in_the_target_is_written_and_no_time_changes(target: Repo, tmp_path: Path, kind: str) -> None:
    path = target.path
    if kind == "split":
        target.git("update-index", "--split-index")
        target.write("later", "x").add("later")
    elif kind == "sparse":
        target.git("sparse-checkout", "init", "--cone", "--sparse-index")
    elif kind == "untracked-cache":
        target.config("core.untrackedCache", "true").git("status")
    elif kind == "worktree":
        path = tmp_path / "linked"
        target.git("worktree", "add", "--quiet", str(path))
        Repo(path, init=False).write("a", "staged\n").add()
    elif kind == "packed":
        target.git("gc", "--quiet")
    # times in the past: what is touched shows, and files look changed to git, which refreshes its index then
    for one in [tmp_path, *tmp_path.rglob("*")]:
        os.utime(one, ns=(10**18, 10**18), follow_symlinks=False)
    before = snapshot(tmp_path)
    seen = look(path)
    assert snapshot(tmp_path) == before
    assert b"a" in [change.path for change in seen.staged]
    assert seen.blobs[b"a"] == b"staged\n"


def test_a_tree_that_cannot_be_written_is_read(target: Repo) -> None:
    expected = look(target.path)
    everything = [target.path, *target.path.rglob("*")]
    for path in everything:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
    seen = look(target.path)
    for path in everything:
        if path.is_dir():
            path.chmod(0o755)
    # a change of mode makes files look changed to git if it comes in another second
    assert seen._replace(unstaged=[]) == expected._replace(unstaged=[])
