"""Names of revisions are told as git tells them."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyguard.git.layout.repository import discover
from keyguard.git.process.opening import open_objects
from keyguard.git.refs.revisions import Revisions
from keyguard.git.refs.tips import read_refs
from keyguard.support.errors import UsageError
from tests.helpers.repos import Repo


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Branches, tags on tags, a merge, remotes, and names that mean several things."""
    made = Repo(tmp_path_factory.mktemp("revisions") / "r").write("a", "a\n").add().commit("first")
    made.git("checkout", "--quiet", "-b", "side/way")
    made.commit("side")
    made.git("checkout", "--quiet", "main")
    made.commit("second")
    made.git("merge", "--quiet", "--no-ff", "--no-edit", "side/way")
    made.git("tag", "light", "HEAD~1")
    made.git("tag", "-a", "-m", "one", "v1.0")
    made.git("tag", "-a", "-m", "two", "v2.0", "v1.0")
    made.git("branch", "both", "HEAD~1")
    made.git("tag", "both", "HEAD")
    made.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    made.git("update-ref", "refs/remotes/origin/dev", "HEAD~2")
    made.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/dev")
    made.git("update-ref", "refs/odd/one", "HEAD^2")
    made.git("pack-refs", "--all")
    return made


@pytest.fixture
def revisions(repo: Repo) -> Iterator[Revisions]:
    found = discover(str(repo.path))
    assert found
    with open_objects(found) as git:
        yield Revisions(git, read_refs(found).tips)


NAMES = [
    *("HEAD", "@", "main", "side/way", "heads/main", "refs/heads/main", "tags/v1.0"),
    *("v1.0", "v2.0", "light", "both", "origin", "origin/main", "origin/dev"),
    *("refs/remotes/origin/main", "odd/one", "HEAD~", "HEAD~0", "HEAD~1", "HEAD~2", "HEAD^"),
    *("HEAD^0", "HEAD^1", "HEAD^2", "HEAD^2~1", "HEAD~1^1", "@~1", "@^2"),
    *("v2.0^{}", "v2.0^{commit}", "v1.0~1", "v2.0^2", "main^{commit}~1"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_what_git_takes_it_for(repo: Repo, revisions: Revisions, name: str) -> None:
    assert revisions.find(name) == repo.oid(name)
    assert revisions.commit(name) == repo.oid(f"{name}^{{commit}}")


def test_an_id_may_be_short(repo: Repo, revisions: Revisions) -> None:
    whole = repo.oid()
    for text in (whole, whole[:12], whole[:7], whole.upper(), f"v1.0-3-g{whole[:9]}"):
        assert revisions.find(text) == whole


@pytest.mark.parametrize(
    "name", ["", "nowhere", "HEAD~4", "HEAD^3", "HEAD~x", "main^{tree}", "main~99999999", "../HEAD"]
)
def test_what_is_not_there_is_an_error(revisions: Revisions, name: str) -> None:
    with pytest.raises(UsageError, match="unknown revision"):
        revisions.find(name)


def test_an_error_says_what_there_is(revisions: Revisions) -> None:
    with pytest.raises(UsageError, match=r"there is HEAD, both, main, side/way"):
        revisions.find("nowhere")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("nowhere", ""),
        ("last week", ""),
        # a complete clone of a CI server has no branch but the one that is tested
        ("upstream/main", "fetch-depth: 0 (GitLab: GIT_DEPTH: 0), and $CI_MERGE_REQUEST_DIFF_BASE_SHA"),
    ],
)
def test_only_where_a_branch_of_a_remote_is_missing_does_an_error_speak_of_ci(
    revisions: Revisions, name: str, advice: str
) -> None:
    with pytest.raises(UsageError) as caught:
        revisions.find(name)
    assert ("in CI" in str(caught.value), advice in str(caught.value)) == (bool(advice), True)


@pytest.mark.parametrize("name", ["origin/main", "nowhere", "HEAD~2", "HEAD^1", "HEAD~1"])
def test_in_a_shallow_clone_an_error_says_how_to_get_the_rest(repo: Repo, tmp_path: Path, name: str) -> None:
    repo.git("clone", "--quiet", "--depth=1", "--branch=main", f"file://{repo.path}", str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone", init=False)
    clone.git("update-ref", "-d", "refs/remotes/origin/main")
    found = discover(str(clone.path))
    assert found
    tips = read_refs(found)
    with open_objects(found) as git, pytest.raises(UsageError, match=r"fetch-depth: 0 \(GitLab: GIT_DEPTH: 0\)"):
        Revisions(git, tips.tips, shallow=bool(tips.shallow)).commit(name)


def test_an_id_that_a_shallow_clone_lacks_is_told_in_the_same_way(repo: Repo, tmp_path: Path) -> None:
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", str(tmp_path / "clone"))
    found = discover(str(tmp_path / "clone"))
    assert found
    with open_objects(found) as git, pytest.raises(UsageError, match=r"missing \(shallow clone: fetch-depth: 0"):
        Revisions(git, read_refs(found).tips, shallow=True).commit(repo.oid("HEAD~1"))


def starting_as(oid: str, digits: int = 4) -> bytes:
    """The content of a file whose id begins as another does."""
    for number in itertools.count():
        data = b"%d" % number
        found = hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
        if found.startswith(oid[:digits]) and found != oid:
            return data
    raise AssertionError


def test_the_beginning_of_an_id_means_a_commit_where_a_file_has_the_same(repo: Repo, revisions: Revisions) -> None:
    head = repo.oid()
    other = repo.git("hash-object", "-w", "--stdin", stdin=starting_as(head)).decode().strip()
    assert other[:4] == head[:4]
    assert revisions.find(head[:4]) == head


def test_the_beginning_of_several_ids_is_refused(repo: Repo, revisions: Revisions) -> None:
    file = repo.oid("HEAD:a")
    repo.git("hash-object", "-w", "--stdin", stdin=starting_as(file))
    with pytest.raises(UsageError, match=f"'{file[:4]}' is the beginning of 2 ids: give more of it"):
        revisions.find(file[:4])
