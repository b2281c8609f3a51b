"""Hooks of a real ``git push``, on the side that sends and on the side that receives."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

LEAK = leaking_line(1)
ZERO = "0" * 40


class Pushed(NamedTuple):
    """How a push went."""

    accepted: bool
    said: str


class Pair(NamedTuple):
    """A repository, and a bare one that it pushes to."""

    repo: Repo
    server: Repo

    def push(self, *words: str, **variables: str) -> Pushed:
        """What git said of a push; no key is in it."""
        done = subprocess.run(
            ["git", "push", *(words or ("origin", "HEAD"))],
            cwd=self.repo.path,
            env=self.repo.environment | variables,
            capture_output=True,
            check=False,
            timeout=60,
        )
        said = (done.stdout + done.stderr).decode()
        # git itself names the refs that are pushed
        lines = (line for line in said.splitlines() if not line.startswith("remote: error: hook declined"))
        ours = "".join(line for line in lines if made_up_key(1) not in " ".join(words) or "remote: " in line)
        assert made_up_key(1) not in ours
        assert "internal error" not in said
        return Pushed(done.returncode == 0, said)

    def there(self, ref: str) -> str:
        """What a ref is on the server; nothing where it is none."""
        return self.server.git("rev-parse", "--quiet", "--verify", ref, check=False).decode().strip()


def install(folder: Path, name: str, *words: str) -> None:
    """Make keyguard a hook of the git directory."""
    script = folder / "hooks" / name
    script.parent.mkdir(exist_ok=True)
    script.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-m", "keyguard", "hook", name, *words])} "$@"\n')
    script.chmod(0o755)


@pytest.fixture
def pair(tmp_path: Path, kg: Keyguard) -> Pair:
    """One commit on both sides, with a key in it that everybody knows, and no hooks."""
    server = Repo(tmp_path / "server.git", "--bare")
    repo = Repo(tmp_path / "repo").write("app.py", "print()\n").write("old.env", leaking_line(2)).add().commit("first")
    repo.environment |= kg.env
    repo.git("remote", "add", "origin", str(server.path))
    repo.git("push", "--quiet", "--set-upstream", "origin", "main")
    return Pair(repo, server)


@pytest.fixture(params=["pre-receive", "update"])
def guarded(pair: Pair, request: pytest.FixtureRequest) -> Pair:
    """The server refuses keys."""
    install(pair.server.path, request.param)
    return pair


# --- on a server --------------------------------------------------------------------------------------------------


def test_a_clean_push_is_accepted_and_one_that_leaks_is_refused(guarded: Pair) -> None:
    guarded.repo.write("app.py", "print('hi')\n").add().commit("clean")
    assert guarded.push().accepted
    before = guarded.repo.oid()
    guarded.repo.write("new.env", LEAK).add().commit("leak")
    pushed = guarded.push()
    assert (pushed.accepted, guarded.there("main")) == (False, before)
    assert "new.env:1" in pushed.said


def test_a_key_that_was_taken_out_before_the_push_is_refused(guarded: Pair) -> None:
    guarded.repo.write("new.env", LEAK).add().commit("in")
    guarded.repo.remove("new.env").add().commit("out")
    assert not guarded.push().accepted


def test_a_new_branch_brings_only_what_is_new(guarded: Pair) -> None:
    guarded.repo.git("checkout", "--quiet", "-b", "side")
    guarded.repo.write("app.py", "print('hi')\n").add().commit("clean")
    assert guarded.push().accepted
    guarded.repo.write("new.env", LEAK).add().commit("leak")
    assert not guarded.push("origin", "HEAD:refs/heads/other").accepted
    assert guarded.there("other") == ""


def test_a_forced_push_is_looked_at_too(guarded: Pair) -> None:
    guarded.repo.git("commit", "--quiet", "--amend", "--message=other")
    assert guarded.push("--force", "origin", "main").accepted
    guarded.repo.write("new.env", LEAK).add().git("commit", "--quiet", "--amend", "--message=leak")
    assert not guarded.push("--force", "origin", "main").accepted


def test_a_branch_can_be_deleted_and_that_is_said(guarded: Pair) -> None:
    assert guarded.push("origin", "HEAD:refs/heads/side").accepted
    pushed = guarded.push("origin", ":side")
    assert (pushed.accepted, guarded.there("side")) == (True, "")
    assert "only deletes" in pushed.said


def test_tags_are_looked_at(guarded: Pair) -> None:
    guarded.repo.git("tag", "-a", "-m", "clean", "v1")
    assert guarded.push("origin", "v1").accepted
    guarded.repo.git("tag", "-a", "-m", f"with {made_up_key(1)}", "v2")
    assert not guarded.push("origin", "v2").accepted
    blob = guarded.repo.git("hash-object", "-w", "--stdin", stdin=LEAK.encode()).decode().strip()
    guarded.repo.git("tag", "v3", blob)
    assert not guarded.push("origin", "v3").accepted
    assert guarded.there("v3") == ""


def test_several_refs_at_once(guarded: Pair) -> None:
    guarded.repo.git("branch", "clean")
    guarded.repo.write("new.env", LEAK).add().commit("leak")
    pushed = guarded.push("--atomic", "origin", "clean", "main", ":refs/heads/nothing", "HEAD:refs/heads/more")
    assert not pushed.accepted
    assert guarded.there("more") == ""


def test_a_first_push_into_an_empty_repository(tmp_path: Path, kg: Keyguard) -> None:
    server = Repo(tmp_path / "server.git", "--bare")
    install(server.path, "pre-receive")
    repo = Repo(tmp_path / "repo").write("new.env", LEAK).add().commit("leak")
    repo.environment |= kg.env
    repo.git("remote", "add", "origin", str(server.path))
    assert not Pair(repo, server).push("origin", "main").accepted
    repo.write("new.env", "clean\n").add().git("commit", "--quiet", "--amend", "--message=clean")
    assert Pair(repo, server).push("origin", "main").accepted


def test_a_push_into_a_repository_with_a_work_tree(pair: Pair, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    install(other.path / ".git", "pre-receive")
    assert not pair.push(str(other.path), "main:refs/heads/side").accepted
    pair.repo.git("rm", "--quiet", "old.env")
    pair.repo.git("commit", "--quiet", "--amend", "--message=clean")
    assert pair.push(str(other.path), "main:refs/heads/side").accepted


def test_many_objects_come_in_a_pack(guarded: Pair) -> None:
    for number in range(150):
        guarded.repo.write(f"many/{number}.txt", f"{number}\n")
    guarded.repo.write("many/leak.env", LEAK).add().commit("many")
    assert not guarded.push().accepted
    guarded.repo.remove("many/leak.env").add().git("commit", "--quiet", "--amend", "--message=many")
    assert guarded.push().accepted


def test_gitlab_is_told_in_the_words_that_it_shows(guarded: Pair) -> None:
    guarded.repo.write("app.py", "print('hi')\n").add().commit("clean")
    clean = guarded.push(GL_ID="key-1", GL_PROTOCOL="ssh")
    assert (clean.accepted, "GL-HOOK-ERR" in clean.said) == (True, False)
    guarded.repo.write("new.env", LEAK).add().commit("leak")
    pushed = guarded.push(GL_ID="key-1", GL_PROTOCOL="ssh")
    assert not pushed.accepted
    said = [row for row in pushed.said.splitlines() if row.startswith("remote: ") and row.strip() != "remote:"]
    ours = [row for row in said if "GL-HOOK-ERR: " in row]
    assert len(ours) == 3
    assert "new.env:1" in ours[1]


def test_a_gap_refuses_a_push(guarded: Pair, kg: Keyguard) -> None:
    said = kg("hook", "pre-receive", cwd=guarded.server.path, stdin=f"{ZERO} {'1' * 40} refs/heads/x\n".encode())
    assert (said.code, "missing" in said.out) == (2, True)
    said = kg(
        "hook", "pre-receive", cwd=guarded.server.path, stdin=f"{ZERO} {'1' * 40} refs/heads/x\n".encode(), GL_ID="1"
    )
    assert (said.code, said.out.count("GL-HOOK-ERR: ")) == (2, 2)


@pytest.mark.parametrize("name", ["GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY"])
def test_a_quarantine_elsewhere_is_not_taken_over(pair: Pair, kg: Keyguard, tmp_path: Path, name: str) -> None:
    other = Repo(tmp_path / "other").write("a", "a\n").add().commit()
    line = f"{ZERO} {other.oid()} refs/heads/x\n".encode()
    said = kg("hook", "pre-receive", cwd=pair.server.path, stdin=line, **{name: str(other.path / ".git/objects")})
    assert (said.code, name in said.err) == (2, True)
    borrowed = str(other.path / ".git/objects")
    said = kg("hook", "pre-receive", cwd=pair.server.path, stdin=line, GIT_ALTERNATE_OBJECT_DIRECTORIES=borrowed)
    assert (said.code, "missing" in said.out) == (2, True)


@pytest.mark.parametrize(
    "line", ["nonsense\n", f"{ZERO} {ZERO}\n", "a b refs/heads/x\n", f"{ZERO} HEAD refs/heads/x\n"]
)
def test_what_git_never_writes_is_an_error(pair: Pair, kg: Keyguard, line: str) -> None:
    assert kg("hook", "pre-receive", cwd=pair.server.path, stdin=line.encode()).code == 2


def test_a_hook_run_by_hand_does_not_wait_for_lines(pair: Pair, kg: Keyguard) -> None:
    import pty

    ours, theirs = pty.openpty()
    for hook in ("pre-receive", "pre-push"):
        said = kg("hook", hook, cwd=pair.repo.path, stdin=theirs)
        assert (said.code, "run by git" in said.err) == (2, True)
    os.close(ours)
    os.close(theirs)


def test_nobody_who_listens_lets_nothing_through(guarded: Pair, kg: Keyguard) -> None:
    guarded.repo.write("new.env", LEAK).add().commit("leak")
    line = f"{guarded.repo.oid('HEAD~1')} {guarded.repo.oid()} refs/heads/main\n"
    with Path("/dev/full").open("wb") as full:
        said = kg("hook", "pre-receive", cwd=guarded.repo.path / ".git", stdin=line.encode(), stdout=full)
    assert said.code == 2


@pytest.mark.parametrize("commits", [0, 1])
@pytest.mark.parametrize("kind", ["heads", "tags"])
def test_a_key_in_the_name_of_a_new_ref_is_refused(guarded: Pair, kind: str, commits: int) -> None:
    if commits:
        guarded.repo.commit("clean")
    name = f"refs/{kind}/fix/{made_up_key(1)}"
    assert not guarded.push("origin", f"HEAD:{name}").accepted
    assert guarded.there(name) == ""


def test_a_ref_with_such_a_name_can_be_moved_and_deleted(pair: Pair) -> None:
    name = f"refs/heads/{made_up_key(1)}"
    pair.repo.git("push", "--quiet", "origin", f"HEAD:{name}")
    install(pair.server.path, "pre-receive")
    pair.repo.commit("clean")
    assert pair.push("origin", f"HEAD:{name}").accepted
    assert pair.push("origin", f":{name}").accepted


# --- before a push ------------------------------------------------------------------------------------------------


@pytest.fixture
def careful(pair: Pair) -> Pair:
    """Who pushes has the hook."""
    install(pair.repo.path / ".git", "pre-push", "-f", "concise")
    return pair


def test_a_leak_is_not_sent_and_a_clean_commit_is(careful: Pair) -> None:
    careful.repo.write("app.py", "print('hi')\n").add().commit("clean")
    pushed = careful.push()
    assert pushed.accepted
    assert "what is pushed to origin): 1 commit" in pushed.said
    careful.repo.write("new.env", LEAK).add().commit("in")
    careful.repo.remove("new.env").add().commit("out")
    pushed = careful.push()
    assert not pushed.accepted
    assert "new.env:1" in pushed.said


def test_a_new_branch_sends_what_the_remote_has_not(careful: Pair) -> None:
    careful.repo.git("checkout", "--quiet", "-b", "side")
    careful.repo.commit("clean")
    assert careful.push("origin", "side").accepted
    careful.repo.write("new.env", LEAK).add().commit("leak")
    assert not careful.push("origin", "side").accepted
    assert careful.push("--no-verify", "origin", "side").accepted
    assert careful.push("origin", "side:again").accepted


def test_a_first_push_sends_everything(careful: Pair, tmp_path: Path) -> None:
    Repo(tmp_path / "other.git", "--bare")
    careful.repo.git("remote", "add", "other", str(tmp_path / "other.git"))
    pushed = careful.push("other", "main")
    assert not pushed.accepted
    assert "old.env:1" in pushed.said
    assert not careful.push(str(tmp_path / "other.git"), "main").accepted


def test_what_is_not_pushed_does_not_matter(careful: Pair) -> None:
    careful.repo.git("branch", "clean")
    careful.repo.write("new.env", LEAK).add().commit("leak")
    assert careful.push("origin", "clean").accepted
    assert not careful.push("origin", "clean", "main").accepted
    assert careful.push("origin", ":clean").accepted


def test_a_forced_push_over_what_is_not_here(careful: Pair, tmp_path: Path) -> None:
    other = Repo(tmp_path / "clone", init=False)
    other.git("clone", "--quiet", str(careful.server.path), ".")
    other.commit("elsewhere").git("push", "--quiet", "origin", "main")
    careful.repo.commit("here")
    assert careful.push("--force", "origin", "main").accepted


def test_without_lines_what_the_remote_has_not_is_scanned(careful: Pair, kg: Keyguard) -> None:
    assert kg("hook", "pre-push", "origin", cwd=careful.repo.path).code == 0
    careful.repo.write("new.env", LEAK).add().commit("leak")
    assert kg("hook", "pre-push", "origin", cwd=careful.repo.path).code == 1


def test_pre_commit_says_it_in_the_environment(careful: Pair, kg: Keyguard) -> None:
    def hook(**variables: str) -> int:
        return kg("hook", "pre-push", cwd=careful.repo.path, PRE_COMMIT="1", **variables).code

    careful.repo.write("new.env", LEAK).add().commit("in")
    careful.repo.remove("new.env").add().commit("out")
    before, head = careful.repo.oid("HEAD~2"), careful.repo.oid()
    assert hook(PRE_COMMIT_FROM_REF=before, PRE_COMMIT_TO_REF=head, PRE_COMMIT_REMOTE_NAME="origin") == 1
    assert hook(PRE_COMMIT_FROM_REF=head, PRE_COMMIT_TO_REF=head) == 0
    assert hook(PRE_COMMIT_REMOTE_NAME="origin", PRE_COMMIT_LOCAL_BRANCH="refs/heads/main") == 1
    assert hook(PRE_COMMIT_REMOTE_NAME="origin") == hook() == 1
    assert hook(PRE_COMMIT_FROM_REF="1" * 40, PRE_COMMIT_TO_REF=head) == 2


@pytest.mark.parametrize("commits", [0, 1])
def test_a_new_name_with_a_key_is_not_sent(careful: Pair, commits: int) -> None:
    if commits:
        careful.repo.commit("clean")
    assert not careful.push("origin", f"HEAD:refs/heads/{made_up_key(1)}").accepted
    assert careful.push("origin", "HEAD:refs/heads/other").accepted


@pytest.mark.parametrize(
    "words",
    [("--range", "main..{name}"), ("--range", "{name}"), ("--range", "main..HEAD"), ("--range", "main...{name}~0")],
    ids=str,
)
def test_a_range_that_ends_with_such_a_name(pair: Pair, kg: Keyguard, words: tuple[str, ...]) -> None:
    name = f"fix/{made_up_key(1)}"
    pair.repo.git("checkout", "--quiet", "-b", name)
    pair.repo.commit("clean")
    said = kg.scan(*(word.format(name=name) for word in words), pair.repo.path)
    assert said.code == 1
    places = [place for finding in said.document["findings"] for place in finding["occurrences"]]
    assert [place["kind"] for place in places if place["path"].startswith(".git/refs/heads/fix/")] == ["name"]


def test_what_no_remote_has_may_be_called_so(pair: Pair, kg: Keyguard) -> None:
    pair.repo.git("branch", made_up_key(1))
    assert kg.scan("--not-remotes", pair.repo.path).code == 1
    pair.repo.git("push", "--quiet", "origin", made_up_key(1))
    assert kg.scan("--not-remotes", pair.repo.path).code == 0


def test_under_pre_commit_other_refs_are_named(careful: Pair, kg: Keyguard) -> None:
    repo = careful.repo
    head, variables = repo.oid(), {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_NAME": "origin"}
    variables |= {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main"}

    def hook() -> tuple[int, str]:
        oids = {"PRE_COMMIT_FROM_REF": head, "PRE_COMMIT_TO_REF": repo.oid("main")}
        said = kg("hook", "pre-push", cwd=repo.path, **variables, **oids)
        return said.code, said.err

    repo.git("branch", "same")
    repo.git("tag", "-a", "-m", "known", "v0")
    repo.commit("clean")
    assert "pre-commit names only" not in hook()[1]
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write("new.env", LEAK).add().commit("leak")
    repo.git("tag", "-a", "-m", "new", "v1")
    repo.git("branch", made_up_key(1))
    code, said = hook()
    assert code == 0
    assert "pre-commit names only the first ref of a push: not looked at, though origin has not all of it: " in said
    assert {"side", "v1."} <= set(said.replace(",", " ").split())
    assert not {"v0", "same", made_up_key(1)} & set(said.replace(",", " ").split())


def test_under_pre_commit_the_name_is_looked_at(careful: Pair, kg: Keyguard) -> None:
    named = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_BRANCH": f"refs/heads/{made_up_key(1)}"}
    head = careful.repo.oid()
    oids = {"PRE_COMMIT_FROM_REF": head, "PRE_COMMIT_TO_REF": head, "PRE_COMMIT_REMOTE_NAME": "origin"}
    assert kg("hook", "pre-push", cwd=careful.repo.path, **named, **oids).code == 1
