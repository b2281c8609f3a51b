"""Keys to which nothing on the server leads: what does is said, nothing is rewritten, and that is no success."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo, snapshot
from tests.response.serving import KEY, Purging, Served, published

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A server that has never seen the key, and a clone of it."""
    folder = tmp_path_factory.mktemp("clean")
    work = Repo(folder / "work").write("a.txt", "a\n").add().commit("first")
    work.git("clone", "-q", "--bare", str(work.path), str(folder / "server.git"))
    work.git("clone", "-q", str(folder / "server.git"), str(folder / "mine"))
    return Served(Repo(folder / "server.git", init=False), Repo(folder / "mine", init=False), folder)


def with_key(repo: Repo) -> Repo:
    return repo.write("mail.env", leaking_line(1)).add().commit("key")


def reset(repo: Repo) -> None:
    with_key(repo).git("reset", "-q", "--hard", "HEAD~1")


def reflog(repo: Repo) -> None:
    reset(repo)
    repo.git("update-ref", "-d", "ORIG_HEAD")


def dangling(repo: Repo) -> None:
    reflog(repo)
    repo.git("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")


def stash(repo: Repo) -> None:
    repo.write("mail.env", leaking_line(1)).add().git("stash", "push", "-q")
    repo.write("b.txt", "b").add().git("stash", "push", "-q")


def index(repo: Repo) -> None:
    repo.write("mail.env", leaking_line(1)).add()
    repo.file("mail.env").unlink()


def branch(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "wip")
    with_key(repo)
    repo.git("checkout", "-q", "main")


def detached(repo: Repo) -> None:
    repo.git("checkout", "-q", "--detach")
    with_key(repo)


def tag(repo: Repo) -> None:
    reflog(repo)
    repo.git("tag", "-a", "-m", "mine", "v0", repo.git("rev-parse", "HEAD@{1}").strip())


def gone_branch(repo: Repo) -> None:
    reflog(repo)
    repo.git("update-ref", "refs/remotes/origin/old", repo.git("rev-parse", "HEAD@{1}").strip())


def stored(repo: Repo, content: str) -> str:
    """Put a file into the store of git-lfs, and a pointer to it on the server; the id of the object."""
    oid = hashlib.sha256(content.encode()).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"
    repo.write("big/mail.env", pointer).add().commit("a pointer")
    repo.git("push", "-q", "origin", "main")
    repo.write(f".git/lfs/objects/{oid[:2]}/{oid[2:4]}/{oid}", content)
    return oid


def lfs(repo: Repo) -> None:
    stored(repo, leaking_line(1))
    repo.write("big/mail.env", leaking_line(1))


def submodule(repo: Repo) -> None:
    inner = with_key(Repo(repo.path.parent / "inner"))
    repo.git("submodule", "--quiet", "add", str(inner.path), "libs/inner")
    repo.commit("a submodule")
    repo.git("push", "-q", "origin", "main")


def own_file(repo: Repo) -> None:
    repo.config("remote.other.url", f"https://user:{KEY}@example.org/x.git")


def uncommitted(repo: Repo) -> None:
    repo.write("mail.env", leaking_line(1))


CASES: list[tuple[Callable[[Repo], None], tuple[str, ...]]] = [
    (reset, ("ORIG_HEAD", "git update-ref -d ORIG_HEAD", "the reflog of HEAD", "git gc --prune=now")),
    (reflog, ("the reflog of HEAD", "git reflog expire")),
    (dangling, ("is dangling", "git gc --prune=now")),
    (stash, ("the stash: stash@{1}", "git stash drop 'stash@{1}'", "git gc --prune=now")),
    (index, ("the index: mail.env:1", "git restore --staged mail.env")),
    (branch, ("refs/heads/wip, which only this clone has so", "git rebase -i")),
    (detached, ("HEAD, which is on no branch", "git switch BRANCH")),
    (tag, ("refs/tags/v0", "git tag -d v0")),
    (gone_branch, ("refs/remotes/origin/old, which the server does not have", "git fetch --prune")),
    (lfs, ("Git LFS: big/mail.env:1:", "ask the host to remove")),
    (submodule, ("the submodule libs/inner", "--path libs/inner")),
    (own_file, (".git/config:", "a file of git's own")),
    (uncommitted, ("it is in files here", "mail.env:1")),
]


@pytest.mark.parametrize(("make", "words"), CASES, ids=lambda one: getattr(one, "__name__", ""))
def test_what_leads_to_a_key_is_said_and_nothing_is_done(
    make: Callable[[Repo], None], words: tuple[str, ...], inside: Inside, template: Served, tmp_path: Path
) -> None:
    there = template.copied(tmp_path)
    make(there.mine)
    case = Purging(inside, there)
    before, mine = there.refs(), snapshot(there.mine.path)
    said = case.purge("--execute")
    assert said.code == 1, said.out + said.err
    assert "nothing was rewritten" in said.out
    for word in words:
        assert word in said.out
    assert there.refs() == before
    assert snapshot(there.mine.path) == mine
    assert not (tmp_path / "mine-purged").exists()
    assert case.journal() == [], "that nothing was done is no success"


def test_a_key_that_only_a_pull_request_leads_to_is_the_hosts(inside: Inside, template: Served, tmp_path: Path) -> None:
    there = template.copied(tmp_path)
    branch(there.mine)
    there.mine.git("push", "-q", "origin", "wip:refs/pull/7/head")
    case = Purging(inside, there)
    said = case.purge("--execute")
    assert said.code == 1
    assert "refs/pull/7/head" in said.out


def test_what_only_this_clone_has_is_said_besides(inside: Inside, template: Served, tmp_path: Path) -> None:
    there = template.copied(tmp_path)
    with_key(there.mine).git("push", "-q", "origin", "main")
    there.mine.git("checkout", "-q", "-b", "wip")
    there.mine.write("b", "b").add().commit("on top of it")
    case = Purging(inside, there)
    done = case.purge("--execute")
    assert done.code == 0, done.out + done.err
    assert "besides, only here:" in done.out
    assert "refs/heads/wip, which only this clone has so" in done.out
    assert "refs/heads/main, which" not in done.out
    assert "on no branch" not in done.out
    assert published(done, there.server).returncode == 0
    assert there.refs().keys() == {"refs/heads/main"}


def test_an_object_of_git_lfs_is_named_beside_a_history(inside: Inside, template: Served, tmp_path: Path) -> None:
    there = template.copied(tmp_path)
    stored(there.mine, "x" * (5 << 20))
    oid = stored(there.mine, "x" * ((4 << 20) - 9) + leaking_line(1))
    pointer = there.mine.git("rev-parse", "HEAD:big/mail.env").decode().strip()
    with_key(there.mine).git("push", "-q", "origin", "main")
    case = Purging(inside, there)
    tried = case.purge()
    assert tried.code == 0, tried.out + tried.err
    assert f"not changed, in Git LFS: 1 object\n  the object {oid[:10]} in lfs/objects" in tried.out
    done = case.purge("--execute")
    assert done.code == 1, "the key is still in an object that no rewrite changes"
    assert f"Git LFS: the object {oid[:10]} in lfs/objects, for which the server has the pointer" in done.out
    assert f"git log --all --find-object={pointer}" in done.out
    assert case.journal() == ["still-there"]
    assert published(done, there.server).returncode == 0


def test_an_object_of_git_lfs_that_the_server_does_not_know_is_this_clones(
    inside: Inside, template: Served, tmp_path: Path
) -> None:
    there = template.copied(tmp_path)
    oid = "ab" * 32
    with_key(there.mine).git("push", "-q", "origin", "main")
    there.mine.write(f".git/lfs/objects/ab/ab/{oid}", leaking_line(1))
    case = Purging(inside, there)
    done = case.purge("--execute")
    assert done.code == 0, done.out + done.err
    assert f"the object {oid[:10]} in lfs/objects, for which the server has no pointer\n    git lfs prune" in done.out
    assert "not changed, in Git LFS" not in done.out
    assert case.journal() == ["purged"]
