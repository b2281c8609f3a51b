"""A server as people have one: a bare repository with branches of several people, tags, signatures, pull requests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.helpers.calling import Keyguard, Said
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

KEY = made_up_key(1)


class Served(NamedTuple):
    """A bare repository, and the clone of somebody who works with it."""

    server: Repo
    mine: Repo
    folder: Path

    def copied(self, folder: Path) -> Served:
        """The same in another folder, for a test that changes it."""
        for name in ("server.git", "mine"):
            shutil.copytree(self.folder / name, folder / name, symlinks=True)
        mine = Repo(folder / "mine", init=False)
        mine.git("remote", "set-url", "origin", str(folder / "server.git"))
        return Served(Repo(folder / "server.git", init=False), mine, folder)

    def refs(self) -> dict[str, str]:
        """What the server has: name -> id."""
        return refs_of(self.server)

    def another(self, name: str) -> Repo:
        """The clone of somebody else, made now."""
        self.server.git("clone", "-q", "--", str(self.server.path), str(self.folder / name))
        return Repo(self.folder / name, init=False)


class Purging:
    """Calls of ``keyguard purge`` about the one key."""

    def __init__(self, kg: Keyguard, served: Served) -> None:
        self._kg, self._served = kg, served
        self.state = served.folder / "state"
        found = self("scan", "-f", "json", "--no-hygiene").document["findings"]
        self.id = str(found[0]["id"])

    def __call__(self, *arguments: str, stdin: str = "", **variables: str) -> Said:
        variables["KEYGUARD_STATE_DIR"] = str(self.state)
        said = self._kg(*arguments, cwd=self._served.mine.path, stdin=stdin.encode(), **variables)
        assert KEY not in said.out + said.err
        return said

    def purge(self, *arguments: str) -> Said:
        """With the server's address given, and confirmed."""
        return self("purge", self.id, "--remote", str(self._served.server.path), "--yes", *arguments)

    def journal(self) -> list[str]:
        """The outcomes of all that was done."""
        path = self.state / "journal.jsonl"
        return [json.loads(line)["outcome"] for line in path.read_text().splitlines()] if path.exists() else []


def refs_of(repo: Repo) -> dict[str, str]:
    """The refs of a repository: name -> id."""
    lines = repo.git("for-each-ref", "--format=%(refname) %(objectname)").decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines)


def pushes(said: Said) -> list[str]:
    """The commands to push that were printed."""
    return [line.strip() for line in said.out.splitlines() if re.search(r"\bgit\b.* push ", line)]


def published(said: Said, repo: Repo) -> subprocess.CompletedProcess[bytes]:
    """What came of the one command that was printed, typed as it is."""
    (command,) = pushes(said)
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=repo.path.parent, env=repo.environment, capture_output=True, check=False
    )


def objects_with(repo: Repo, value: bytes) -> set[str]:
    """The objects to which a ref leads and that hold a value."""
    names = repo.git("rev-list", "--objects", "--all").decode().splitlines()
    ids = [line.split(" ")[0] for line in names]
    ids += repo.git("for-each-ref", "--format=%(objectname)").decode().split()
    return {oid for oid in ids if value in repo.git("cat-file", repo.git("cat-file", "-t", oid).strip(), oid)}


def served(folder: Path) -> Served:
    """The server with its history, and a clone of it from before the others went on."""
    server = Repo(folder / "server.git", "--bare")
    signing = folder / "signing"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(signing)], check=True)
    server.git("clone", "-q", "--", str(server.path), str(folder / "work"))
    work = Repo(folder / "work", init=False)
    work.config("gpg.format", "ssh").config("user.signingkey", str(signing))
    work.git("checkout", "-q", "-b", "main")
    work.write("a.txt", "one\n").add().commit("first")
    work.write("a.txt", "two\n").add().commit("second, signed", "-S")
    work.git("tag", "-s", "-m", "signed, and before the key", "v1")
    work.git("branch", "before")
    work.git("checkout", "-q", "-b", "beside")
    work.write("side.txt", "side\n").add().commit("beside the key", "-S")
    work.git("checkout", "-q", "main")
    work.write("mail.env", leaking_line(1)).write("other.txt", "x\n").add().commit("brings the key", "-S")
    work.git("tag", "-s", "-m", "signed, with the key", "v2")
    work.git("tag", "light")
    work.git("merge", "-q", "--no-ff", "-m", "merge what was beside", "beside")
    work.write("mail.env", "SENDMAILOS_API_KEY=\n").add().commit("takes it out again")
    work.git("branch", "feature")
    work.git("push", "-q", "--all", "origin")
    work.git("push", "-q", "--tags", "origin")
    work.git("push", "-q", "origin", "v2^{commit}:refs/pull/7/head", "main:refs/pull/9/head", "before:refs/pull/8/head")
    server.git("clone", "-q", "--", str(server.path), str(folder / "mine"))
    mine = Repo(folder / "mine", init=False)
    mine.git("branch", "feature", "origin/feature")
    # after I have cloned, others went on
    work.git("checkout", "-q", "feature")
    work.write("feature.txt", "a colleague's\n").add().commit("a colleague's")
    work.git("checkout", "-q", "-b", "hotfix", "main")
    work.write("hotfix.txt", "hot\n").add().commit("hot")
    work.git("checkout", "-q", "-b", "clean", "before")
    work.write("clean.txt", "clean\n").add().commit("clean")
    work.git("push", "-q", "origin", "feature", "hotfix", "clean")
    # and so did I, without telling anybody
    mine.git("checkout", "-q", "-b", "my-private-wip")
    mine.write("wip.txt", "mine\n").add().commit("mine")
    mine.git("fetch", "-q")
    return Served(server, mine, folder)
