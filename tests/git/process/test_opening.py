from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.git.layout import alternates as alternates_module
from keyguard.git.layout.alternates import alternates
from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.repository import Repository, discover
from keyguard.git.process.blocking_files import find_blocking_file
from keyguard.git.process.opening import open_index, open_objects
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo


def found(repo: Repo) -> Repository:
    repository = discover(str(repo.path))
    assert repository is not None
    return repository


def test_a_control_file_is_read_whole_and_a_missing_one_or_a_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 3_000_000)
    assert read_control(str(tmp_path / "file"), 3_000_000) == b"x" * 3_000_000
    assert read_control(str(tmp_path / "missing"), 10) is None
    assert read_control(str(tmp_path / "file" / "below"), 10) is None
    assert read_control(str(tmp_path), 10) is None


@pytest.mark.parametrize("kind", ["large", "link", "pipe", "device", "endless", "long"])
def test_what_cannot_be_a_control_file_is_an_error_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    if kind == "large":
        path.write_bytes(b"x" * 101)
    elif kind == "link":
        path.symlink_to("/etc/passwd")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = {"device": Path("/dev/zero"), "endless": Path("/proc/self/pagemap"), "long": path / ("x" * 5000)}[kind]
    with pytest.raises(GitError, match=path.name[:20]):
        read_control(str(path), 100)


def test_a_read_that_fails_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="cannot be read"):
        read_control("/proc/self/mem", 100)


def test_borrowed_stores_are_listed_through_each_other_and_circles_end(tmp_path: Path) -> None:
    stores = [tmp_path / name / "objects" for name in "abcd"]
    for store in stores:
        (store / "info").mkdir(parents=True)
    a, b, c, d = map(str, stores)
    (stores[0] / "info/alternates").write_text(f"# comment\n\n../../b/objects\n/missing\n{b}\n")
    (stores[1] / "info/alternates").write_text(f"{c}\n{d}\n")
    (stores[2] / "info/alternates").write_text(f"{a}\n{c}")
    assert alternates(a) == (b, c, d)
    assert alternates(d) == ()


_QUOTES = {
    "plain": "{path}\n",
    "quoted": '"{path}"\n',
    "without a line's end": '"{path}"',
    "escaped": '"{octal}"\n',
    "after a comment": '# "x\n"{path}"\n',
    "before another": '"/nowhere"\n"{path}"\n',
    "broken quotes before it": '"/nowhere\\q\n{path}\n',
}


@pytest.mark.parametrize("form", _QUOTES)
@pytest.mark.parametrize("name", ["store", 'with "quotes" and \\', "with a\nline", "ünicode"])
def test_borrowed_stores_are_those_that_git_takes_from_the_list(tmp_path: Path, form: str, name: str) -> None:
    other = Repo(tmp_path / name).write("a", "one\n").add()
    repo = Repo(tmp_path / "repo")
    path = str(other.path / ".git/objects")
    octal = "".join(f"\\{byte:03o}" for byte in os.fsencode(path))
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    plain = form in ("plain", "broken quotes before it")
    text = _QUOTES[form].format(path=path if plain else escaped, octal=octal)
    (repo.path / ".git/objects/info/alternates").write_text(text)
    taken = not repo.git("cat-file", "--batch-check", stdin=other.oid(":a").encode()).endswith(b" missing\n")
    assert alternates(str(repo.path / ".git/objects")) == ((path,) if taken else ())
    assert taken or "\n" in name


def test_a_chain_of_borrowed_stores_is_followed_as_far_as_git_does_and_no_further(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}/info").mkdir(parents=True)
        (tmp_path / f"{number}/info/alternates").write_text(f"../{number + 1}\n")
    assert alternates(str(tmp_path / "0")) == tuple(str(tmp_path / str(number)) for number in range(1, 7))


@pytest.mark.parametrize("kind", ["pipe", "link", "huge", "many"])
def test_a_list_of_stores_that_git_would_trip_over_keeps_git_away(
    repo: Repo, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repo.path / ".git/objects/info/alternates"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/dev/zero")
    elif kind == "huge":
        path.write_bytes(b"/x\n" * 500_000)
    else:
        monkeypatch.setattr(alternates_module, "_MOST", 3)
        path.write_text("".join(f"{folder}\n" for folder in ("/", "/dev", "/etc", "/usr")))
    with pytest.raises(GitError, match="objects"):
        open_objects(found(repo))


def test_only_what_a_split_index_is_based_on_is_copied(repo: Repo) -> None:
    repo.write("a", "").add().git("update-index", "--split-index")
    (base,) = repo.path.glob(".git/sharedindex.*")
    for name in ("sharedindex.old", "sharedindex." + "1" * 40, "sharedindex.XXXXXX"):
        repo.write(f".git/{name}", "x")
    with open_index(found(repo)) as git:
        copied = [path.name for path in Path(git.path).glob("sharedindex.*")]
    assert copied == [base.name]


def test_a_damaged_base_of_a_split_index_is_an_error(repo: Repo) -> None:
    repo.write("a", "").add().git("update-index", "--split-index")
    (base,) = repo.path.glob(".git/sharedindex.*")
    base.chmod(0o600)
    base.write_bytes(base.read_bytes()[:-1] + b"!")
    with pytest.raises(GitError, match=r"sharedindex.*damaged"):
        open_index(found(repo))


def test_a_git_directory_that_vanished_is_an_error(repo: Repo) -> None:
    with pytest.raises(GitError, match="cannot be read"):
        open_index(found(repo)._replace(git_dir="/nowhere"))


def test_objects_can_be_read_though_the_index_is_damaged(repo: Repo) -> None:
    repo.write("a", "content").add()
    oid = repo.oid(":a")
    repo.write(".git/index", "nonsense")
    with open_objects(found(repo)) as git:
        assert git.run("cat-file", "blob", oid) == b"content"


def test_traps_are_seen_where_git_would_step_into_them_and_only_there(tmp_path: Path) -> None:
    tree, objects = tmp_path / "tree", tmp_path / "objects"
    (tree / "deep/er/.git/refs").mkdir(parents=True)
    (objects / "ab").mkdir(parents=True)
    for harmless in (tree / "pipe", tree / "deep/er/.git/refs/HEAD"):
        os.mkfifo(harmless)
    (tree / ".gitignore").write_text("")
    (tree / "deep/.gitignore").symlink_to("missing")
    (objects / "ab/cd").write_text("")
    assert find_blocking_file(str(tree), str(objects)) == ""
    assert find_blocking_file("", str(tmp_path / "missing")) == ""
    (tree / "deep/er/.gitattributes").symlink_to("/dev/zero")
    assert find_blocking_file(str(tree), str(objects)) == f"{tree}/deep/er/.gitattributes is not a regular file"
    os.mkfifo(objects / "ab/ef")
    assert find_blocking_file(str(tree), str(objects)) == f"{objects}/ab/ef is not a regular file"
    assert find_blocking_file("", str(objects)) != ""


def test_the_search_for_traps_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / ".gitignore")
    monkeypatch.setattr("keyguard.git.process.blocking_files.LIMIT", -1.0)
    assert find_blocking_file(str(tmp_path), "") == ""
