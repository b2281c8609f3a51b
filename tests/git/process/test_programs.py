"""Programs that a repository's configuration, hooks and attributes name: no command of keyguard runs any of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

#: setting -> what of its value stands before and behind the program
SETTINGS = {
    "core.fsmonitor": "{}",
    "core.pager": "{}",
    "core.editor": "{}",
    "core.askPass": "{}",
    "core.sshCommand": "{}",
    "core.gitProxy": "{}",
    "core.alternateRefsCommand": "{}",
    "core.hooksPath": "hooks",
    "sequence.editor": "{}",
    "interactive.diffFilter": "{}",
    "pager.rm": "{}",
    "pager.log": "{}",
    "alias.rm": "!{}",
    "alias.ls-files": "!{}",
    "alias.update-index": "!{}",
    "credential.helper": "!{}",
    "diff.external": "{}",
    "diff.planted.textconv": "{}",
    "diff.planted.command": "{}",
    "diff.trustExitCode": "true",
    "merge.planted.driver": "{} %A %O %B",
    "filter.planted.clean": "{}",
    "filter.planted.smudge": "{}",
    "filter.planted.required": "true",
    "filter.served.process": "{}",
    "filter.lfs.process": "{}",
    "gpg.program": "{}",
    "gpg.ssh.program": "{}",
    "gpg.ssh.defaultKeyCommand": "{}",
    "log.showSignature": "true",
    "commit.gpgSign": "true",
    "remote.origin.url": "ext::{}",
    "remote.origin.uploadpack": "{}",
    "remote.origin.receivepack": "{}",
    "remote.origin.vcs": "planted",
    "uploadpack.packObjectsHook": "{}",
    "submodule.sub.update": "!{}",
    "submodule.recurse": "true",
    "url.ext::{}.insteadOf": "https://",
    "init.templateDir": "template",
    "trailer.sign.command": "{}",
    "browser.planted.cmd": "{}",
    "maintenance.auto": "true",
}
HOOKS = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "push-to-checkout",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "p4-changelist",
    "post-index-change",
]
ATTRIBUTES = "* filter=planted diff=planted merge=planted text ident\n*.py filter=served\n*.bin filter=lfs diff=lfs\n"


def program(folder: Path, name: str) -> Path:
    """A program that leaves a mark when it is run."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\n: > "{folder}/ran-$(basename "$0")"\nexit 0\n')
    path.chmod(0o755)
    return path


def marks(folder: Path) -> set[str]:
    return {path.name.removeprefix("ran-") for path in folder.glob("ran-*")}


def plant(repo: Repo, folder: Path) -> None:
    """Name a program wherever git takes one."""
    for number, (setting, value) in enumerate(SETTINGS.items()):
        path = program(folder, f"{number}-{setting.replace('.', '-').partition('::')[0]}")
        repo.git("config", setting.replace("{}", str(path)), value.replace("{}", str(path)))
    for place in (repo.path / ".git/hooks", folder / "hooks"):
        for name in HOOKS:
            shutil.copy(program(folder, f"hook-{name}"), place / name) if place.is_dir() else None
    repo.git("config", "core.hooksPath", str(folder / "hooks"))
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/attributes").write_text(ATTRIBUTES)
    program(repo.path, "git")
    program(repo.path, "git-remote-planted")
    program(repo.path, "git-rm")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with a key in its files, in what is staged, and in history."""
    repo = Repo(tmp_path_factory.mktemp("origin") / "shop")
    repo.write(".env", leaking_line(1)).write("app.py", f'key = "{leaking_line(2).strip()}"\n').write("a.bin", "a\n")
    repo.write(".gitmodules", '[submodule "sub"]\n\tpath = sub\n\turl = https://x.example/y\n').add().commit("first")
    repo.write("app.py", 'key = ""\n').write(".gitattributes", ATTRIBUTES).add().commit("second")
    repo.write("b.py", leaking_line(3)).add()
    return repo


@pytest.fixture
def shop(origin: Repo, tmp_path: Path) -> tuple[Repo, Path]:
    """A copy of it in which programs are planted, and the folder in which they leave marks."""
    repo = Repo(tmp_path / "shop", init=False)
    shutil.copytree(origin.path, repo.path, dirs_exist_ok=True, symlinks=True)
    folder = tmp_path / "programs"
    (folder / "hooks").mkdir(parents=True)
    plant(repo, folder)
    repo.write("b.py", leaking_line(3) + "\n")
    return repo, folder


COMMANDS = [
    ("scan",),
    ("scan", "--staged"),
    ("scan", "--changes"),
    ("scan", "--range", "HEAD~1..HEAD"),
    ("scan", "--history-only"),
    ("hook", "pre-commit"),
    ("hook", "pre-commit", "b.py"),
    ("inventory",),
    ("plan", "--all"),
    ("prove", "@"),
    ("verify", "--all", "--dry-run"),
    ("purge", "@"),
    ("purge", "@", "--execute"),
    ("fix", "--dry-run"),
    ("fix", "--yes"),
    ("fix", "--unsafe", "--yes"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_program_of_the_repository_is_run(
    words: tuple[str, ...], inside: Inside, shop: tuple[Repo, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, folder = shop
    assert marks(folder) == set()
    if "@" in words:
        (key,) = [
            one["id"]
            for one in inside.scan("--history-only", cwd=repo.path).document["findings"]
            if one["occurrences"][0]["path"] == ".env"
        ]
        words = tuple(key if word == "@" else word for word in words)
    # git-filter-repo looks for git by itself
    path = inside.env["PATH"] if "--execute" in words else f".:{inside.env['PATH']}"
    said = inside(*words, cwd=repo.path, PATH=path)
    assert marks(folder) == marks(repo.path) == set()
    assert not [word for word in ("internal error", "Try: keyguard") if word in said.err]
    if "--yes" in words and "fix" in words:
        assert b".env" not in repo.git("-c", "core.fsmonitor=false", "ls-files", check=False).split()


def test_the_programs_are_ones_that_git_runs(shop: tuple[Repo, Path]) -> None:
    """Else none of the tests above would mean anything."""
    repo, folder = shop
    repo.git("rm", "--cached", "--quiet", ".env", check=False)
    repo.git("status", check=False)
    repo.git("diff", check=False)
    ran = " ".join(sorted(marks(folder)))
    for part in ("core-fsmonitor", "filter-planted-clean", "post-index-change"):
        assert part in ran, ran
