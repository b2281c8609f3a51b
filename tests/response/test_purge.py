"""``keyguard purge``, with a real server: nothing changes on it but what held the key."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest

from keyguard.cli.shared import scan_command
from tests.containers.packing import zipped
from tests.helpers.calling import Inside, Said
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo, snapshot
from tests.response.serving import KEY, Purging, Served, objects_with, published, pushes, refs_of, served

pytest_plugins = ("tests.helpers.commandline",)

HELD = {"refs/heads/main", "refs/heads/feature", "refs/heads/hotfix", "refs/tags/v2", "refs/tags/light"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Served:
    return served(tmp_path_factory.mktemp("served"))


@pytest.fixture
def there(template: Served, tmp_path: Path) -> Served:
    return template.copied(tmp_path)


@pytest.fixture
def purging(inside: Inside, there: Served) -> Purging:
    return Purging(inside, there)


def line_of(said: Said, start: str) -> str:
    """The one line that begins so."""
    (line,) = (line for line in said.out.splitlines() if line.startswith(start))
    return line


def test_the_server_keeps_everything_but_the_key(purging: Purging, there: Served) -> None:
    before, mine = there.refs(), snapshot(there.mine.path)
    tried = purging.purge()
    assert tried.code == 0, tried.err
    done = purging.purge("--execute")
    assert done.code == 0, done.out + done.err
    assert there.refs() == before, "nothing is pushed"
    assert snapshot(there.mine.path) == mine, "and nothing changes in the user's repository"
    pushed = published(done, there.server)
    assert pushed.returncode == 0, pushed.stderr
    after = there.refs()
    assert after.keys() == before.keys(), "nothing is deleted, and nothing of mine is published"
    assert {name for name in before if after[name] != before[name]} == HELD
    held = {name: oid for name, oid in after.items() if not name.startswith("refs/pull/")}
    for name in list(after):
        if name not in held:
            there.server.git("update-ref", "-d", name)
    assert not objects_with(there.server, KEY.encode())
    # what does not descend from the commit with the key is what it was
    for name in ("refs/heads/before", "refs/heads/beside", "refs/heads/clean", "refs/tags/v1"):
        assert after[name] == before[name]
    log = there.server.git("log", "--format=%s", "hotfix").decode().splitlines()
    assert log[0] == "hot"
    assert len(log) == 7
    assert there.server.git("show", "feature:feature.txt") == b"a colleague's\n"
    assert purging.journal() == ["purged"]


def test_what_is_announced_is_what_is_done(purging: Purging, there: Served) -> None:
    before = there.refs()
    tried, done = purging.purge(), purging.purge("--execute")
    announced = tried.out.partition("this was tried")[0]
    assert announced
    assert done.out.startswith(announced)
    assert "rewritten: 5 commits of 9, 5 refs:" in announced
    assert "signatures lost: 1 commit, 1 tag" in announced
    assert "refs of the host's own, which no push changes: 2" in announced
    assert "refs/pull/8/head" not in announced
    first = line_of(tried, "first changed commits: ").partition(": ")[2]
    assert first == there.server.oid("v2^{commit}"), "it is the commit that brought the key"
    (command,) = pushes(done)
    assert not pushes(tried)
    assert " --atomic " in command
    assert all(f"--force-with-lease={name}:{before[name]}" in command for name in HELD)
    assert not any(word in command for word in ("--mirror", "--delete", "--force ", "wip", "pull/", "--all"))
    published(done, there.server)
    clone = Repo(there.folder / "mine-purged/clone.git", init=False)
    assert refs_of(clone) == {name: oid for name, oid in there.refs().items() if "pull/" not in name}


def test_a_push_by_somebody_else_in_between_is_not_lost(purging: Purging, there: Served) -> None:
    done = purging.purge("--execute")
    other = there.another("other")
    other.write("new.txt", "new\n").add().commit("new")
    other.git("push", "-q", "origin", "main")
    before = there.refs()
    assert published(done, there.server).returncode != 0
    assert there.refs() == before, "all or nothing"


def test_the_address_has_to_be_confirmed(purging: Purging, there: Served) -> None:
    before = there.refs()
    for words in ((), ("--yes",), ("--remote", "origin", "--yes"), ("--remote", str(there.server.path))):
        said = purging("purge", purging.id, "--execute", *words)
        assert said.code == 2, words
        assert f"--remote {there.server.path} --yes" in said.err
    assert there.refs() == before
    assert not (there.folder / "mine-purged").exists()


@pytest.mark.parametrize("partial", [False, True], ids=["shallow", "partial"])
def test_a_clone_that_lacks_something_is_refused(partial: bool, inside: Inside, there: Served, tmp_path: Path) -> None:
    how = ("--filter=blob:none",) if partial else ("--depth=1",)
    there.server.config("uploadpack.allowFilter", "true")
    there.server.git("clone", "-q", *how, "-b", "light", "--", f"file://{there.server.path}", str(tmp_path / "some"))
    case = Purging(inside, Served(there.server, Repo(tmp_path / "some", init=False), tmp_path))
    before = there.refs()
    said = case.purge("--execute")
    assert said.code == 2
    assert "mail.env" in said.out, "what leads to it is said"
    assert ("partial" if partial else "shallow") in said.err
    assert there.refs() == before
    assert not case.journal()


def test_what_stands_at_head_afterwards_is_said_before(purging: Purging, there: Served) -> None:
    there.mine.git("checkout", "-q", "-b", "again", "origin/main")
    wide = f"x\n\n{KEY}\n".encode("utf-16")
    there.mine.write("app.py", f"import os\n\nkey = '{KEY}'\n").write("wide.txt", wide).add().commit("again")
    there.mine.git("push", "-q", "origin", "again:main")
    said = purging.purge()
    assert "still in the files of main (HEAD)" in said.out
    assert f"  app.py:3: REMOVED-{purging.id}" in said.out
    assert f"  wide.txt:3: REMOVED-{purging.id}" in said.out
    assert "mail.env:" not in said.out
    assert f"nothing says that {purging.id} was revoked" in said.out
    assert said.out.index("app.py:3") < said.out.index("rewritten:")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-32-le", "utf-32"])
def test_a_copy_in_wide_characters_is_replaced(codec: str, inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "wide").write("a.txt", f"name\nSENDMAILOS_API_KEY={KEY} äöü\n".encode(codec)).add().commit()
    repo.write("b.txt", leaking_line(1)).add().commit()
    case = Purging(inside, Served(repo, repo, tmp_path))
    done = case("purge", case.id, "--execute")
    assert done.code == 0, done.out + done.err
    clone = Repo(tmp_path / "wide-purged/clone.git", init=False)
    text = clone.git("show", "main:a.txt").decode(codec)
    assert text == f"name\nSENDMAILOS_API_KEY=REMOVED-{case.id} äöü\n"


def test_the_text_that_a_key_is_encoded_in_is_replaced(inside: Inside, tmp_path: Path) -> None:
    coded = base64.b64encode(f"{KEY}".encode()).decode().rstrip("=")
    repo = Repo(tmp_path / "coded").write("s.yaml", f"kind: Secret\ndata:\n  KEY: {coded}\n").add().commit()
    repo.write("b.txt", leaking_line(1)).add().commit()
    case = Purging(inside, Served(repo, repo, tmp_path))
    done = case("purge", case.id, "--execute")
    assert done.code == 0, done.out + done.err
    clone = Repo(tmp_path / "coded-purged/clone.git", init=False)
    assert clone.git("show", "main:s.yaml").decode() == f"kind: Secret\ndata:\n  KEY: REMOVED-{case.id}\n"


def test_what_is_left_is_said_with_its_place(inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo(tmp_path / "left").write("wide.txt", leaking_line(1).encode("utf-16")).write("a.txt", leaking_line(1))
    repo.add().commit()
    case = Purging(inside, Served(repo, repo, tmp_path))
    monkeypatch.setattr("keyguard.response.purging.replacements.CODECS", ("utf-8",))
    done = case("purge", case.id, "--execute")
    assert done.code == 1
    assert "still in the clone, in a form that is not replaced:" in done.out
    assert f"{case.id}: wide.txt:1:" in done.out
    assert "a.txt:1:20" not in done.out
    assert "no object of the clone holds it" not in done.out
    assert case.journal() == ["still-there"]


def test_an_archive_is_left_as_it_is_and_named(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "packed").write("in/a.zip", zipped({"b.env": leaking_line(1).encode()})).add().commit()
    case = Purging(inside, Served(repo, repo, tmp_path))
    done = case("purge", case.id, "--execute")
    assert done.code == 1
    assert "nothing was rewritten" in done.out
    assert "  git filter-repo --invert-paths --path in/a.zip\n" in done.out
    repo.write("b.env", leaking_line(1)).add().commit()
    done = case("purge", case.id, "--execute")
    assert done.code == 1
    assert f"  {case.id}: in/a.zip!/b.env:1:" in done.out
    assert "  git filter-repo --invert-paths --path in/a.zip\n" in done.out
    assert case.journal()[-1] == "still-there"


def test_a_name_that_holds_the_key_is_not_shown_and_not_pushed(purging: Purging, there: Served) -> None:
    there.mine.git("push", "-q", "origin", f"origin/main:refs/heads/fix_{KEY}")
    there.mine.git("checkout", "-q", "origin/main")
    there.mine.write(f"backup_{KEY}.env", "x").add().commit("a name")
    there.mine.git("push", "-q", "origin", "HEAD:refs/heads/named")
    before = there.refs()
    done = purging.purge("--execute")
    assert done.code == 1, "a push cannot mend the name of a branch"
    assert "refs/heads/fix_********: its name holds a key" in done.out
    assert published(done, there.server).returncode == 0
    after = there.refs()
    assert after[f"refs/heads/fix_{KEY}"] == before[f"refs/heads/fix_{KEY}"]
    assert f"backup_REMOVED-{purging.id}.env" in there.server.git("ls-tree", "--name-only", "named").decode()


def test_a_key_that_is_only_in_a_name_is_purged(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r").write("a", "a").add().commit("first")
    repo.write(f"{KEY}.txt", "a").add().commit("second")
    case = Purging(inside, Served(repo, repo, tmp_path))
    done = case("purge", case.id, "--execute")
    assert done.code == 0, done.out + done.err
    clone = Repo(tmp_path / "r-purged/clone.git", init=False)
    assert clone.git("ls-tree", "--name-only", "main").decode().split() == [f"REMOVED-{case.id}.txt", "a"]
    assert clone.oid("main~1") == repo.oid("main~1")


def test_without_a_remote_the_repository_is_its_own_server(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r").write("a", "a").add().commit("first")
    repo.write("mail.env", leaking_line(1)).add().commit("key").write("b", "b").add().commit("more")
    case = Purging(inside, Served(repo, repo, tmp_path))
    done = case("purge", case.id, "--execute")
    assert done.code == 0, done.out + done.err
    assert "there is no remote" in done.out
    old = repo.oid("HEAD~2")
    repo.write("b", "not yet committed")
    assert published(done, repo).returncode != 0, "what is not committed is not lost"
    repo.git("checkout", "-q", "b")
    pushed = published(done, repo)
    assert pushed.returncode == 0, pushed.stderr
    assert repo.oid("HEAD~2") == old
    assert repo.file("mail.env").read_text() == f"SENDMAILOS_API_KEY=REMOVED-{case.id}\n"
    assert not repo.git("status", "--porcelain")


@pytest.mark.parametrize("bare", [False, True], ids=["work-tree", "bare"])
def test_an_empty_tree_has_a_history(bare: bool, inside: Inside, tmp_path: Path) -> None:
    repo = work = Repo(tmp_path / "w").write("mail.env", leaking_line(1)).add().commit("key")
    work.git("rm", "-q", "mail.env")
    work.commit("empty")
    if bare:
        repo = Repo(tmp_path / "r", "--bare")
        work.git("push", "-q", str(repo.path), "main")
    case = Purging(inside, Served(repo, repo, tmp_path))
    done = case("purge", case.id, "--execute")
    assert done.code == 0, done.out + done.err
    assert published(done, repo).returncode == 0
    assert refs_of(repo).keys() == {"refs/heads/main"}
    assert made_up_key(1).encode() not in repo.git("log", "-p", "--all")


@pytest.mark.parametrize(("typed", "agrees"), [("yes", True), ("no", False), ("", False)])
def test_on_a_terminal_the_address_is_shown_and_confirmed(
    typed: str, agrees: bool, purging: Purging, there: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_command, "is_terminal", lambda stream: stream is sys.stdin)
    said = purging("purge", purging.id, stdin=f"{typed}\n")
    assert said.code == (0 if agrees else 2)
    assert f"its server is {there.server.path}\n" in said.err
    assert ("rewritten: " in said.out) is agrees
