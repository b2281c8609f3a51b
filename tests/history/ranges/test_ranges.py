"""A part of a history: all that its commits bring is found, however short it stood, and nothing that was there."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest

from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.refs.revisions import RawObject, Revisions
from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo
from tests.history.asking import History, key, line


def asked(kg: Keyguard, repo: Repo, *words: str) -> History:
    """What ``keyguard scan`` says of a range; the answer adds up."""
    said = kg("scan", "-f", "json", *words, repo.path)
    found = History(said, said.document)
    found.adds_up()
    return found


def between(kg: Keyguard, repo: Repo, *ranges: str) -> History:
    """The same with ``--range`` before each."""
    return asked(kg, repo, *(word for one in ranges for word in ("--range", one)))


def keys(found: History, *names: str) -> set[str]:
    """Those of these keys that were found; no others were."""
    there = {name for name in names if found.places(name)}
    assert len(found.document["findings"]) == len(there)
    return there


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with an old key."""
    made = Repo(tmp_path / "repo").write("old.env", line("old")).write("app.py", "print()\n").add().commit("first")
    made.git("tag", "base")
    return made


def test_a_key_that_came_and_went_within_the_range_is_found(repo: Repo, kg: Keyguard) -> None:
    repo.write("new.env", line("brief")).add().commit("in")
    brought = repo.oid()
    repo.remove("new.env").add().commit("out")
    (place,) = between(kg, repo, "base..").places("brief")
    assert (place["path"], place["commit"], place["removed_in"]) == ("new.env", brought, repo.oid())
    assert (place["at_head"], place["reach"], place["refs"]) == (False, "head", [])


def test_a_key_older_than_the_range_is_not(repo: Repo, kg: Keyguard) -> None:
    repo.write("old.env", line("old") + "MORE=1\n").add().commit("changed beside it")
    found = between(kg, repo, "base..")
    assert (found.code, keys(found, "old"), found.coverage["blobs"]) == (0, set(), 1)


def test_a_key_beside_an_old_one_is(repo: Repo, kg: Keyguard) -> None:
    repo.write("old.env", line("old") + line("new")).add().commit("one more")
    assert keys(between(kg, repo, "base.."), "old", "new") == {"new"}


@pytest.mark.parametrize("more", ["", "# and changed on the way\n"], ids=["as it is", "with a change"])
def test_a_file_that_moves_brings_nothing(repo: Repo, kg: Keyguard, more: str) -> None:
    repo.git("mv", "old.env", "elsewhere.env")
    repo.write("elsewhere.env", line("old") + more).add().commit("moved")
    repo.write("sub/deep.env", line("old") + more).remove("elsewhere.env").add().commit("again")
    found = between(kg, repo, "base..")
    assert (found.code, keys(found, "old")) == (0, set())


def test_a_folder_that_moves_is_not_read_again(repo: Repo, kg: Keyguard) -> None:
    for number in range(20):
        repo.write(f"a/b/{number}.txt", f"{number}\n")
    repo.add().commit("many")
    repo.git("mv", "a", "c")
    repo.commit("moved")
    assert between(kg, repo, "HEAD~1..").coverage["blobs"] == 0


def test_a_file_that_moves_to_another_folder_is_not_read_again(repo: Repo, kg: Keyguard) -> None:
    repo.write("a/x.txt", "x\n").write("a/y.txt", "y\n").write("b/z.txt", "z\n").add().commit("some")
    repo.git("mv", "a/x.txt", "b/x.txt")
    repo.commit("moved")
    assert between(kg, repo, "HEAD~1..").coverage["blobs"] == 0


def test_a_key_that_came_in_the_range_and_moved_is_at_both_places(repo: Repo, kg: Keyguard) -> None:
    repo.write("one.env", line("new")).add().commit("in")
    repo.git("mv", "one.env", "two.env")
    repo.commit("moved")
    one, two = sorted(between(kg, repo, "base..").places("new"), key=lambda place: str(place["path"]))
    assert (one["path"], one["removed_in"], two["path"], two["at_head"]) == ("one.env", repo.oid(), "two.env", True)
    assert two["refs"] == ["refs/heads/main"]


def test_a_key_that_is_copied_is_at_a_new_place(repo: Repo, kg: Keyguard) -> None:
    repo.write("copy.env", line("old")).add().commit("copied")
    assert between(kg, repo, "base..").paths("old") == {"copy.env"}


def test_a_key_that_comes_back_is_new(repo: Repo, kg: Keyguard) -> None:
    repo.remove("old.env").add().commit("out")
    repo.git("tag", "without")
    repo.write("old.env", line("old")).add().commit("in again")
    assert keys(between(kg, repo, "without.."), "old") == {"old"}


def test_a_commit_that_is_made_anew_brings_nothing_anew(repo: Repo, kg: Keyguard) -> None:
    repo.git("branch", "before")
    repo.write("new.env", line("new")).add().git("commit", "--quiet", "--amend", "--message=other")
    assert keys(between(kg, repo, "before.."), "old", "new") == {"new"}


def test_what_only_a_merge_brings_is_found_and_what_it_joins_is_not(repo: Repo, kg: Keyguard) -> None:
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write("side.env", line("side")).add().commit("side")
    repo.git("checkout", "--quiet", "main")
    repo.write("main.env", line("main")).add().commit("main")
    repo.git("merge", "--quiet", "--no-commit", "side")
    repo.write("evil.env", line("evil")).add().commit("merged")
    assert keys(between(kg, repo, "HEAD^1..HEAD", "^side"), "side", "main", "evil") == {"evil"}
    assert keys(between(kg, repo, "HEAD^1.."), "side", "main", "evil") == {"side", "evil"}
    assert keys(between(kg, repo, "HEAD^2.."), "side", "main", "evil") == {"main", "evil"}
    assert keys(between(kg, repo, "base.."), "side", "main", "evil", "old") == {"side", "main", "evil"}


def test_a_merge_that_takes_an_old_key_from_one_side_brings_nothing(repo: Repo, kg: Keyguard) -> None:
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write("side.txt", "text\n").add().commit("side")
    repo.git("checkout", "--quiet", "main")
    repo.write("main.env", line("main")).add().commit("main")
    repo.git("merge", "--quiet", "--no-edit", "side")
    assert keys(between(kg, repo, "HEAD^1.."), "main", "old") == set()
    # that of the other side is old as well, and not read
    assert between(kg, repo, "HEAD^2..").coverage["blobs"] == 1


def test_both_sides_of_three_dots_and_several_ranges(repo: Repo, kg: Keyguard) -> None:
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write("side.env", line("side")).add().commit("side")
    repo.git("checkout", "--quiet", "main")
    repo.write("main.env", line("main")).add().commit("main")
    assert keys(between(kg, repo, "main..side"), "side", "main", "old") == {"side"}
    assert keys(between(kg, repo, "main...side"), "side", "main", "old") == {"side", "main"}
    assert keys(between(kg, repo, "base..side", "base..main"), "side", "main", "old") == {"side", "main"}
    assert keys(between(kg, repo, "side"), "side", "main", "old") == {"side", "old"}
    assert keys(between(kg, repo, "^base"), "side", "main", "old") == {"main"}


def test_ends_without_a_common_ancestor(repo: Repo, kg: Keyguard) -> None:
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.write("other.env", line("other")).add().commit("other")
    assert keys(between(kg, repo, "main...other"), "old", "other") == {"old", "other"}


@pytest.mark.parametrize("spec", ["HEAD...", "...HEAD", "HEAD..", "@...HEAD", "..@"])
def test_a_range_from_head_to_head_is_refused(repo: Repo, kg: Keyguard, spec: str) -> None:
    said = kg.scan("--range", spec, cwd=repo.path)
    assert said.code == 2
    assert f"--range {spec}: nothing is in it, since both ends are HEAD" in said.err


def test_messages_tags_and_names_of_the_range_are_read(repo: Repo, kg: Keyguard) -> None:
    repo.write(f"in/{key('name')}.txt", "text\n").add().commit(f"a message with {key('message')}")
    repo.git("tag", "-a", "-m", f"a tag with {key('tag')}", "v1")
    found = between(kg, repo, "base..v1")
    assert keys(found, "name", "message", "tag") == {"name", "message", "tag"}
    assert found.paths("message") == {f"commit:{repo.oid()}"}
    assert found.paths("tag") == {f"tag:{repo.oid('v1^{tag}')}"}
    assert [place["kind"] for place in found.places("name")] == ["name"]
    repo.write(f"in/{key('name')}.txt", "changed\n").add().commit("again")
    assert keys(between(kg, repo, "v1.."), "name", "message", "tag") == set()


def test_a_tag_on_a_blob_or_a_tree_is_read(repo: Repo, kg: Keyguard) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", stdin=line("blob").encode()).decode().strip()
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tin.env\n".encode()).decode().strip()
    repo.git("tag", "-a", "-m", "odd", "odd", blob)
    assert between(kg, repo, "odd").paths("blob") == {f"blob:{blob}"}
    assert between(kg, repo, tree).paths("blob") == {"in.env"}


def test_what_no_remote_has(repo: Repo, kg: Keyguard, tmp_path: Path) -> None:
    clone = Repo(tmp_path / "clone", init=False)
    clone.git("clone", "--quiet", str(repo.path), ".")
    clone.git("checkout", "--quiet", "-b", "side")
    clone.write("side.env", line("side")).add().commit("side")
    clone.git("checkout", "--quiet", "main")
    assert keys(asked(kg, clone, "--not-remotes"), "side", "old") == {"side"}
    clone.git("push", "--quiet", "origin", "side")
    assert asked(kg, clone, "--not-remotes").coverage["commits"] == 0


def test_since_a_date_or_a_commit(repo: Repo, kg: Keyguard) -> None:
    repo.write("new.env", line("new")).add().git(
        "commit", "--quiet", "-m", "new", GIT_COMMITTER_DATE="2026-03-01T00:00:00Z"
    )
    for since in ("2026-02-01", "2026-02-28T23:59:59Z", "base", "HEAD~1"):
        assert keys(asked(kg, repo, "--since", since), "new", "old") == {"new"}, since
    assert keys(asked(kg, repo, "--since", "2020-01-01"), "new", "old") == {"new", "old"}
    assert asked(kg, repo, "--since", "2026-04-01").coverage["commits"] == 0
    assert kg("scan", "--since", "no date", repo.path).code == 2


def test_a_commit_with_an_old_date_hides_none_behind_it(repo: Repo, kg: Keyguard) -> None:
    repo.write("new.env", line("new")).add().git(
        "commit", "--quiet", "-m", "new", GIT_COMMITTER_DATE="2026-03-01T00:00:00Z"
    )
    repo.git("commit", "--quiet", "--allow-empty", "-m", "old", GIT_COMMITTER_DATE="2001-01-01T00:00:00Z")
    assert keys(asked(kg, repo, "--since", "2026-02-01"), "new", "old") == {"new"}


def test_a_shallow_clone_is_a_gap_where_it_ends_within_the_range(repo: Repo, kg: Keyguard, tmp_path: Path) -> None:
    for number in range(3):
        repo.write("app.py", f"{number}\n").add().commit(str(number))
    clone = Repo(tmp_path / "clone", init=False)
    clone.git("clone", "--quiet", "--depth=2", f"file://{repo.path}", ".")
    within = between(kg, clone, "HEAD")
    assert (within.code, within.reasons, within.coverage["shallow"]) == (2, {"history": "shallow"}, True)
    clear = between(kg, clone, "HEAD~1..")
    assert (clear.code, clear.coverage["commits"]) == (0, 1)


def test_a_file_that_calls_a_history_shallow_hides_nothing(repo: Repo, kg: Keyguard) -> None:
    repo.write("new.env", line("new")).add().commit("in")
    repo.remove("new.env").add().commit("out")
    repo.commit("last")
    (repo.path / ".git" / "shallow").write_text(repo.oid() + "\n")
    (repo.path / ".git" / "info" / "grafts").write_text(repo.oid() + "\n")
    assert keys(between(kg, repo, "base.."), "new", "old") == {"new"}


def test_a_missing_parent_and_a_missing_file_are_gaps(repo: Repo, kg: Keyguard) -> None:
    repo.write("new.txt", "to be lost\n").add().commit("in")
    lost = repo.oid("HEAD:new.txt")
    repo.write("key.env", line("new")).add().commit("more")
    (repo.path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    found = between(kg, repo, "base..")
    assert (found.code, found.reasons, keys(found, "new", "old")) == (2, {f"object:{lost}": "missing"}, {"new"})
    parent = repo.oid("HEAD~1")
    (repo.path / ".git" / "objects" / parent[:2] / parent[2:]).unlink()
    assert between(kg, repo, "base..").reasons == {"history": "unreadable"}


def test_a_tree_that_unfolds_to_more_files_than_any_disk_holds_is_read(repo: Repo, kg: Keyguard) -> None:
    entry = repo.git("hash-object", "-w", "--stdin", stdin=b"small\n").decode().strip()
    kind = "100644 blob"
    for _ in range(12):
        rows = "".join(f"{kind} {entry}\td{number}\n" for number in range(12))
        entry, kind = repo.git("mktree", stdin=rows.encode()).decode().strip(), "040000 tree"
    bomb = repo.git("commit-tree", "-m", "bomb", "-p", "HEAD", entry).decode().strip()
    found = between(kg, repo, f"HEAD..{bomb}")
    assert (found.code, found.coverage["trees"], found.coverage["blobs"]) == (0, 12, 1)


def test_a_long_range_is_told_from_everything(repo: Repo, kg: Keyguard, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("brief.env", line("brief")).add().commit(f"a message with {key('message')}")
    repo.remove("brief.env").add().commit("out")
    repo.git("mv", "old.env", "elsewhere.env")
    repo.commit("moved")
    repo.git("tag", "-a", "-m", f"a tag with {key('tag')}", "v1")
    repo.git("tag", "-a", "-m", f"another with {key('other')}", "v2")
    short = between(kg, repo, "base..v1")
    monkeypatch.setattr("keyguard.history.ranges.long_ranges._COMMIT", 1 << 40)
    long = between(kg, repo, "base..v1")
    names = ("brief", "message", "tag", "other", "old")
    assert keys(long, *names) == keys(short, *names) == {"brief", "message", "tag"}
    for name in ("brief", "message"):
        assert long.places(name) == short.places(name)
    assert long.coverage["range"] == "base..v1, told from everything"


def test_a_sha256_repository(tmp_path: Path, kg: Keyguard) -> None:
    repo = Repo(tmp_path / "r", "--object-format=sha256").write("a", "a\n").add().commit("first")
    repo.write("sub/new.env", line("new")).add().commit("second")
    assert between(kg, repo, "HEAD~1..").paths("new") == {"sub/new.env"}


def test_authors_are_named_if_asked_for(repo: Repo, kg: Keyguard) -> None:
    repo.write("new.env", line("new")).add().commit("in")
    (place,) = asked(kg, repo, "--range", "base..", "--show-authors").places("new")
    assert place["author"] == "A U Thor <author@example.com>"


def test_the_range_is_said_in_words(repo: Repo, kg: Keyguard) -> None:
    repo.commit("empty")
    assert between(kg, repo, "base..").coverage["range"] == "base.."
    assert "history (base..): 1 commit" in kg("scan", "--range", "base..", cwd=repo.path).out


def test_a_range_in_a_linked_worktree_a_bare_repository_and_a_folder_within(
    repo: Repo, kg: Keyguard, tmp_path: Path
) -> None:
    repo.write("sub/new.env", line("new")).add().commit("in")
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    for place in (tmp_path / "linked", tmp_path / "bare.git", repo.path / "sub"):
        assert kg("scan", "--range", "base..", "-f", "concise", cwd=place).code == 1, place


@pytest.mark.parametrize("more", [("--staged",), ("--changes",), ("--all-files",), ("--no-history",), ("--stdin",)])
def test_a_range_of_files_makes_no_sense(repo: Repo, kg: Keyguard, more: tuple[str, ...]) -> None:
    said = kg("scan", "--range", "base..", *more, cwd=repo.path)
    assert (said.code, "look at no files" in said.err) == (2, True)


@pytest.mark.parametrize(
    "text", ["nowhere..", "base..nowhere", "..", "HEAD~9", "HEAD^3", ":/first", "HEAD@{1}", "abcdef1"]
)
def test_what_is_not_there_is_an_error_that_says_what_is(repo: Repo, kg: Keyguard, text: str) -> None:
    said = kg("scan", "--range", text, cwd=repo.path)
    assert (said.code, said.out) == (2, "")
    assert "revision" in said.err or "give a branch" in said.err


def test_outside_a_repository_there_is_no_range(kg: Keyguard, tmp_path: Path) -> None:
    said = kg("scan", "--range", "HEAD", cwd=tmp_path)
    assert (said.code, "not in a git repository" in said.err) == (2, True)


def test_a_tag_on_hundreds_of_tags_is_followed_to_its_commit(repo: Repo, kg: Keyguard) -> None:
    repo.write("new.env", line("new")).add().commit("new")
    oid = repo.oid()
    for number in range(300):
        text = (
            f"object {oid}\ntype {'tag' if number else 'commit'}\ntag t{number}\ntagger A <a> 1 +0000\n\nm\n".encode()
        )
        data = b"tag %d\0" % len(text) + text
        oid = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        path = repo.path / ".git/objects" / oid[:2] / oid[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(data, 1))
    repo.git("update-ref", "refs/tags/deep", oid)
    for asked_for in ("base..deep", "deep"):
        found = between(kg, repo, asked_for)
        assert found.code == 1
        assert found.places("new")
        assert found.coverage["tags"] == 300


def test_each_tag_is_read_once_however_many_names_lead_to_it() -> None:
    """Else a chain of tags that all have a name of their own would take time by the square of its length."""
    ids = [f"{number:040x}" for number in range(1, 2001)]
    tags = {oid: RawObject(b"tag", b"object %s\ntype tag\n" % ids[at + 1].encode()) for at, oid in enumerate(ids[:-1])}
    asked_for: list[str] = []

    class Known(Revisions):
        def read(self, oid: str) -> RawObject | None:
            asked_for.append(oid)
            return tags.get(oid, RawObject(b"commit", b""))

    known = Known(IsolatedGit(""), [])
    tags_seen: dict[str, None] = {}
    for oid in reversed(ids):
        found = known.peel(oid, tags_seen)
        tags_seen |= dict.fromkeys(found.tags)
        assert (found.oid, found.kind) == (ids[-1], b"commit")
        assert len(found.tags) <= 1
    assert len(asked_for) == len(ids)
    assert known.peel(ids[0]).tags == ids[:-1]
    tags[ids[-1]] = RawObject(b"tag", b"object %s\ntype tag\n" % ids[0].encode())
    assert Known(IsolatedGit(""), []).peel(ids[5]).kind == b"", "tags that are put on each other lead nowhere"
