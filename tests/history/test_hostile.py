"""Repositories that are out to run code, or to hide history: nothing of theirs runs, and every key is found."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.repos import Repo, snapshot
from tests.history.asking import ASKED, History, ask, key, line, store_of
from tests.history.packfiles import loose, object_id

KEYS = ("deleted", "side", "message", "signed", "tag", "binary", "merge")


class Target(NamedTuple):
    repo: Repo
    mark: Path
    """What the traps write into."""
    script: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Keys in each part of a history; none in the work tree, which git would take for changed."""
    repo = Repo(tmp_path_factory.mktemp("target") / "repo")
    repo.config("gc.auto", "0")
    repo.write(".gitattributes", "*.lock -diff\n*.dat binary\n*.env diff=x filter=x merge=x\n")
    repo.write("a.txt", "one\n").write("deleted.env", line("deleted")).write("x.dat", line("binary")).add().commit()
    repo.remove("deleted.env").remove("x.dat").add().commit()
    repo.git("checkout", "--quiet", "-b", "side")
    repo.write("side.env", line("side")).add().commit()
    repo.git("checkout", "--quiet", "main")
    repo.commit(f"deploy\n\n{line('message')}")
    repo.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    repo.write("merge.env", line("merge")).remove("side.env").add().commit()
    repo.remove("merge.env").add().commit()
    repo.git("tag", "-a", "v1", "-m", line("tag"))
    sign(repo)
    return repo


@pytest.fixture
def target(built: Repo, tmp_path: Path) -> Target:
    """A copy of that repository to be armed, and a script that says that it ran."""
    repo = built.copy(tmp_path / "repo")
    (tmp_path / "traps").mkdir()
    script = tmp_path / "traps/script"
    script.write_text(f'#!/bin/sh\necho "$0 $*" >>{tmp_path}/traps/mark\nexit 1\n')
    script.chmod(0o755)
    os.utime(repo.file("a.txt"), (1, 1))
    return Target(repo, tmp_path / "traps/mark", script)


def sign(repo: Repo) -> None:
    """A commit on top that bears a signature, which is garbage."""
    tree = repo.oid("HEAD^{tree}")
    who = "A U Thor <author@example.com> 1767225600 +0200"
    block = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n"
    text = f"tree {tree}\nparent {repo.oid()}\nauthor {who}\ncommitter {who}\n{block}\nsigned\n\n{line('signed')}"
    oid = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode()).decode().strip()
    repo.git("update-ref", "refs/heads/main", oid)


def untouched(target: Target, seen: History, keys: tuple[str, ...] = KEYS) -> None:
    """Nothing ran, and everything was found."""
    assert not target.mark.exists(), target.mark.read_text()
    assert seen.missed(keys) == []


def expected(kg: Keyguard, target: Target) -> History:
    """What is said before anything is armed."""
    seen = ask(kg, target.repo.path)
    assert (seen.missed(KEYS), seen.code, seen.gaps) == ([], 1, set())
    return seen


# --- what would run something -------------------------------------------------------------------------------------


def fsmonitor(target: Target) -> None:
    target.repo.config("core.fsmonitor", str(target.script))


def textconv(target: Target) -> None:
    target.repo.config("diff.x.textconv", str(target.script)).config("diff.x.cachetextconv", "true")


def external_diff(target: Target) -> None:
    target.repo.config("diff.external", str(target.script)).config("diff.x.command", str(target.script))


def filters(target: Target) -> None:
    for name in ("clean", "smudge", "process"):
        target.repo.config(f"filter.x.{name}", str(target.script))
    target.repo.config("filter.x.required", "true")


def hooks(target: Target) -> None:
    folders = (target.script.parent / "hooks", target.repo.path / ".git/hooks")
    names = ("post-index-change", "reference-transaction", "pre-commit", "post-checkout", "fsmonitor-watchman")
    for folder in folders:
        folder.mkdir(exist_ok=True)
        for name in (*names, "pre-auto-gc", "post-rewrite", "update", "pre-receive"):
            shutil.copy(target.script, folder / name)
    target.repo.config("core.hooksPath", str(folders[0]))


def signatures(target: Target) -> None:
    for name in ("gpg.program", "gpg.ssh.program", "gpg.x509.program", "gpg.openpgp.program"):
        target.repo.config(name, str(target.script))
    target.repo.config("log.showSignature", "true").config("gpg.ssh.defaultKeyCommand", str(target.script))


def programs(target: Target) -> None:
    for name in (
        *("core.pager", "core.editor", "core.askPass", "core.sshCommand", "core.gitProxy", "sequence.editor"),
        *("core.alternateRefsCommand", "pager.log", "pager.cat-file", "credential.helper", "merge.x.driver"),
        *("uploadpack.packObjectsHook", "trailer.x.command", "interactive.diffFilter", "mailmap.blob"),
    ):
        target.repo.config(name, str(target.script))


def aliases(target: Target) -> None:
    for name in ("log", "cat-file", "rev-list", "diff-tree", "ls-tree", "ls-files", "show", "fsck", "rev-parse"):
        target.repo.config(f"alias.{name}", f"!{target.script}")


def included(target: Target) -> None:
    more = target.script.parent / "more"
    more.write_text(
        f"[core]\n\tfsmonitor = {target.script}\n\tsshCommand = {target.script}\n"
        f'[diff]\n\texternal = {target.script}\n[diff "x"]\n\ttextconv = {target.script}\n'
    )
    target.repo.config("include.path", str(more)).config("includeIf.gitdir:/**.path", str(more))


def of_the_worktree(target: Target) -> None:
    target.repo.config("core.repositoryFormatVersion", "1").config("extensions.worktreeConfig", "true")
    target.repo.write(".git/config.worktree", f"[core]\n\tfsmonitor = {target.script}\n\tbare = true\n")


def attributes(target: Target) -> None:
    (target.repo.path / ".git/info").mkdir(exist_ok=True)
    target.repo.write(".git/info/attributes", "* -diff -text filter=x diff=x merge=x export-ignore\n")
    target.repo.config("core.attributesFile", str(target.repo.path / ".git/info/attributes"))
    filters(target)
    textconv(target)


RUNNING = [
    *(fsmonitor, textconv, external_diff, filters, hooks, signatures, programs, aliases, included, of_the_worktree),
    attributes,
]


@pytest.mark.parametrize("arm", RUNNING)
def test_nothing_runs_and_the_report_is_the_same(kg: Keyguard, target: Target, arm: Callable[[Target], None]) -> None:
    before = expected(kg, target)
    arm(target)
    target.mark.unlink(missing_ok=True)
    seen = ask(kg, target.repo.path)
    untouched(target, seen)
    assert seen.document == before.document


@pytest.mark.parametrize(
    ("arm", "words"),
    [
        (fsmonitor, ("status",)),
        (textconv, ("log", "-p", "--all")),
        (external_diff, ("diff", "HEAD~2")),
        (filters, ("add", "new.env")),
        (hooks, ("commit", "--allow-empty", "-m", "x")),
        (signatures, ("log",)),
        (included, ("status",)),
    ],
)
def test_the_traps_do_work(target: Target, arm: Callable[[Target], None], words: tuple[str, ...]) -> None:
    target.repo.write("new.env", "x\n")
    arm(target)
    target.mark.unlink(missing_ok=True)
    target.repo.git(*words, check=False)
    assert target.mark.exists()


PROMISORS = {
    "ssh": ("ssh://host/x.git", "core.sshCommand"),
    "ext": ("ext::{script} %S", "protocol.ext.allow"),
    "upload-pack": ("{here}", "remote.origin.uploadpack"),
    "proxy": ("git://host/x.git", "core.gitProxy"),
    "credentials": ("https://127.0.0.1:1/x.git", "credential.helper"),
}


@pytest.mark.parametrize("kind", list(PROMISORS))
def test_a_missing_object_is_never_fetched(kg: Keyguard, target: Target, kind: str) -> None:
    repo, script = target.repo, target.script
    oid = repo.oid("main~5:deleted.env")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    url, setting = PROMISORS[kind]
    repo.config("core.repositoryFormatVersion", "1").config("extensions.partialClone", "origin")
    repo.config("remote.origin.promisor", "true").config("remote.origin.partialCloneFilter", "blob:none")
    repo.config("remote.origin.url", url.format(script=script, here=repo.path))
    repo.config(setting, "always" if kind == "ext" else str(script))
    seen = ask(kg, repo.path)
    untouched(target, seen, tuple(name for name in KEYS if name != "deleted"))
    assert seen.missed(["deleted"]) == ["deleted"]
    assert seen.code == 2
    assert "partial" in seen.reasons.values()
    if kind in ("ssh", "ext", "upload-pack"):
        repo.git("cat-file", "-p", oid, check=False)
        assert target.mark.exists(), "the trap is real"


# --- what would hide something ------------------------------------------------------------------------------------


def replaced(target: Target) -> None:
    """Everything with a key in it is replaced by something harmless."""
    repo = target.repo
    harmless = repo.git("hash-object", "-w", "--stdin", stdin=b"harmless\n").decode().strip()
    repo.git("replace", "--force", repo.oid("main~5:deleted.env"), harmless)
    repo.git("replace", "--force", repo.oid("main~3"), repo.oid("main~5"))


def grafted(target: Target) -> None:
    (target.repo.path / ".git/info").mkdir(exist_ok=True)
    target.repo.write(".git/info/grafts", f"{target.repo.oid()}\n")


def commit_graph(target: Target) -> None:
    """A commit-graph in which the last commit has no parents and another tree."""
    repo = target.repo
    repo.git("commit-graph", "write", "--reachable")
    path = repo.path / ".git/objects/info/commit-graph"
    path.chmod(0o644)
    data = path.read_bytes()
    where = data.index(b"CDAT")
    start = struct.unpack(">Q", data[where + 4 : where + 12])[0]
    number = len(repo.git("rev-list", "--all").split())
    rows = b""
    for at in range(number):
        row = data[start + at * 36 : start + at * 36 + 36]
        rows += row[:20] + b"\x70\0\0\0" * 2 + row[28:]
    path.write_bytes(data[:start] + rows + data[start + number * 36 :])


def broken_commit_graph(target: Target) -> None:
    target.repo.write(".git/objects/info/commit-graph", b"CGPH\1\1\4\0" + bytes(3000))
    target.repo.write(".git/objects/info/commit-graphs/commit-graph-chain", f"{'1' * 40}\n")


def all_is_binary(target: Target) -> None:
    target.repo.config("core.bigFileThreshold", "1")


def tracked_attributes(target: Target) -> None:
    target.repo.write(".gitattributes", "* -diff -text binary export-ignore linguist-generated\n").add().commit()


def logging(target: Target) -> None:
    for name, value in (
        *(("log.showRoot", "false"), ("log.diffMerges", "off"), ("log.follow", "true"), ("color.ui", "always")),
        *(("format.pretty", "%%"), ("diff.noprefix", "true"), ("diff.renames", "copies"), ("log.date", "human")),
        *(("i18n.logOutputEncoding", "UTF-16"), ("core.quotePath", "false"), ("diff.orderFile", "/nonexistent")),
        *(("log.excludeDecoration", "*"), ("transfer.hideRefs", "refs"), ("core.abbrev", "4"), ("log.mailmap", "yes")),
    ):
        target.repo.config(name, value)


def elsewhere(target: Target) -> None:
    target.repo.config("core.worktree", "/nonexistent").config("core.bare", "true")


def unknown_extensions(target: Target) -> None:
    target.repo.config("extensions.nobodyKnows", "true").config("core.repositoryFormatVersion", "99")


def broken_config(target: Target) -> None:
    target.repo.write(".git/config", b"[core\nnonsense \xff = [[[\n")


def names_of_options(target: Target) -> None:
    """Refs that would be options or ranges, were they ever words of a command."""
    oid = target.repo.oid("side")
    for name in ("--output=x", "-x", "a..b", "^main", "$(touch x)", "a b", "a;b", "@{-1}"):
        target.repo.write(f".git/refs/heads/{name}", f"{oid}\n")


def modules(target: Target) -> None:
    text = f'[submodule "../../x"]\n\tpath = ../x\n\turl = ext::{target.script}\n\tupdate = !{target.script}\n'
    target.repo.write(".gitmodules", text).add().commit()


def foreign(target: Target) -> None:
    if os.geteuid():
        pytest.skip("only root can give files away")
    for path in [target.repo.path, *target.repo.path.rglob("*")]:
        os.lchown(path, 12345, 12345)


HIDING = [
    *(replaced, grafted, commit_graph, broken_commit_graph, all_is_binary, tracked_attributes, logging, elsewhere),
    *(unknown_extensions, broken_config, names_of_options, modules, foreign),
]


@pytest.mark.parametrize("hide", HIDING)
def test_nothing_hides_a_key(kg: Keyguard, target: Target, hide: Callable[[Target], None]) -> None:
    before = expected(kg, target)
    hide(target)
    seen = ask(kg, target.repo.path)
    untouched(target, seen)
    assert seen.code == (2 if hide in (unknown_extensions, broken_config, names_of_options) and seen.gaps else 1)
    for name in KEYS:
        for one, two in zip(seen.places(name), before.places(name), strict=True):
            assert (one["path"], one["commit"], one["line"]) == (two["path"], two["commit"], two["line"]), name


@pytest.mark.parametrize("pack", [False, True], ids=["loose", "packed"])
def test_replaced_history_is_what_it_was(kg: Keyguard, target: Target, pack: bool) -> None:
    """Removal and reach are told by the real commits, too."""
    before = expected(kg, target)
    replaced(target)
    grafted(target)
    if pack:
        target.repo.git("repack", "-a", "-d", "-q", GIT_NO_REPLACE_OBJECTS="1")
    seen = ask(kg, target.repo.path)
    for name in KEYS:
        for one, two in zip(seen.places(name), before.places(name), strict=True):
            told = ("commit", "author_date", "removed_in", "at_head", "reach")
            assert [one[each] for each in told] == [two[each] for each in told], name


def test_a_shallow_file_that_lies_hides_nothing(kg: Keyguard, target: Target) -> None:
    before = expected(kg, target)
    target.repo.write(".git/shallow", f"{target.repo.oid()}\n")
    assert target.repo.git("rev-list", "--count", "main").strip() == b"1", "git believes it"
    seen = ask(kg, target.repo.path)
    untouched(target, seen)
    # all parents are there: whether that is called shallow is a matter of taste, what is read is not
    assert seen.coverage["read"] == before.coverage["read"]
    assert seen.coverage["missing"] == 0


@pytest.mark.parametrize("text", ["1" * 40 + "\n", "nonsense\n", "\0" * 100, ""])
def test_a_shallow_file_of_nonsense_hides_nothing(kg: Keyguard, target: Target, text: str) -> None:
    target.repo.write(".git/shallow", text)
    untouched(target, ask(kg, target.repo.path))


def test_a_shallow_file_excuses_no_object_that_is_not_a_parent(kg: Keyguard, target: Target) -> None:
    repo = target.repo
    oid = repo.oid("main~5:deleted.env")
    repo.write(".git/shallow", f"{oid}\n")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    seen = ask(kg, repo.path)
    assert f"object:{oid}" in seen.gaps
    assert seen.code == 2


FIFOS = (
    "mailmap.file",
    "diff.orderFile",
    "core.excludesFile",
    "core.attributesFile",
    "include.path",
    "blame.ignoreRevsFile",
)


@pytest.mark.parametrize("name", FIFOS)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_files_that_the_configuration_names_are_not_opened(
    kg: Keyguard, target: Target, tmp_path: Path, name: str, kind: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = expected(kg, target)
    with (target.repo.path / ".git/config").open("a") as config:
        section, _, variable = name.partition(".")
        config.write(f"[{section}]\n\t{variable} = {tmp_path / 'pipe' if kind == 'pipe' else '/dev/zero'}\n")
    seen = ask(kg, target.repo.path)
    untouched(target, seen)
    assert seen.document == before.document


@pytest.mark.parametrize(
    "name", ["config", "config.worktree", "shallow", "info/grafts", "info/attributes", "commondir"]
)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_control_files_that_are_none_hide_nothing(kg: Keyguard, target: Target, name: str, kind: str) -> None:
    place = target.repo.file(f".git/{name}")
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    else:
        place.mkdir()
    said = kg(*ASKED, target.repo.path)
    assert said.code in (1, 2)
    assert "Traceback" not in said.err
    # without its configuration or its common folder a repository is not known well enough: that may be an error
    assert said.out or name in ("config", "commondir")
    if said.out:
        untouched(target, History(said, said.document))


# --- the environment ----------------------------------------------------------------------------------------------


def test_variables_of_git_point_nowhere_else(kg: Keyguard, target: Target, tmp_path: Path) -> None:
    before = expected(kg, target)
    other = Repo(tmp_path / "other").write("other.env", line("other")).add().commit()
    script, git = str(target.script), str(other.path / ".git")
    variables = {
        "GIT_DIR": git,
        "GIT_COMMON_DIR": git,
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": f"{git}/index",
        "GIT_OBJECT_DIRECTORY": f"{git}/objects",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": f"{git}/objects",
        "GIT_NAMESPACE": "x",
        "GIT_SHALLOW_FILE": "/dev/zero",
        "GIT_GRAFT_FILE": "/dev/zero",
        "GIT_REPLACE_REF_BASE": "refs/heads/",
        "GIT_CEILING_DIRECTORIES": str(target.repo.path),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": script,
        "GIT_CONFIG_PARAMETERS": f"'core.pager={script}'",
        "GIT_CONFIG_GLOBAL": str(other.path / "config"),
        "GIT_EXTERNAL_DIFF": script,
        "GIT_SSH_COMMAND": script,
        "GIT_PAGER": script,
        "GIT_ASKPASS": script,
        "GIT_PROXY_COMMAND": script,
        "GIT_EXEC_PATH": str(target.script.parent),
        "GIT_TEMPLATE_DIR": str(target.script.parent),
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_TRACE2": str(tmp_path / "trace"),
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_ATTR_SOURCE": "HEAD",
        "GIT_LITERAL_PATHSPECS": "0",
    }
    seen = ask(kg, target.repo.path, **variables)
    untouched(target, seen)
    assert seen.document == before.document
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE", "GIT_COMMON_DIR"])
def test_each_variable_alone_changes_nothing(kg: Keyguard, target: Target, name: str) -> None:
    before = expected(kg, target)
    assert ask(kg, target.repo.path, **{name: "/nonexistent"}).document == before.document


# --- what is not ours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_nothing_in_the_repository_is_written(kg: Keyguard, target: Target, packed: bool) -> None:
    if packed:
        target.repo.git("gc", "--quiet")
    before = snapshot(target.repo.path)
    ask(kg, target.repo.path)
    assert snapshot(target.repo.path) == before


def test_what_may_only_be_read_is_scanned_as_well(kg: Keyguard, target: Target) -> None:
    before = expected(kg, target)
    everything = [path for path in [target.repo.path, *target.repo.path.rglob("*")] if not path.is_symlink()]
    for path in everything:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        assert ask(kg, target.repo.path).document == before.document
    finally:
        for path in everything:
            path.chmod(path.stat().st_mode | 0o200)


def test_a_repository_within_the_tree_that_poses_as_git_s_own_is_not_taken_for_it(kg: Keyguard, target: Target) -> None:
    """A bare repository among the tracked files travels with a clone; its settings must not count."""
    repo = target.repo
    shutil.copytree(repo.path / ".git", repo.path / "assets")
    repo.config("core.repositoryFormatVersion", "0")
    with (repo.path / "assets/config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {target.script}\n\tworktree = ..\n")
    seen = ask(kg, repo.path)
    untouched(target, seen)
    assert seen.coverage["repositories"] == 1
    untouched(target, ask(kg, repo.path / "assets"))


def test_a_git_file_that_leads_to_the_store_of_another_is_told_as_that(
    kg: Keyguard, target: Target, tmp_path: Path
) -> None:
    decoy = Repo(tmp_path / "decoy", init=False).write(".git", f"gitdir: {target.repo.path}/.git\n")
    seen = ask(kg, decoy.path)
    untouched(target, seen)


def test_hostile_text_in_history_acts_nowhere(kg: Keyguard, target: Target) -> None:
    repo = target.repo
    evil = "\x1b]0;owned\x07\u202e\r::error::forged\r\n##[error]x"
    blob = repo.git("hash-object", "-w", "--stdin", stdin=f"{evil} {line('evil')}".encode()).decode().strip()
    tree = (
        repo.git("mktree", "-z", stdin=f"100644 blob {blob}\t{evil.replace('/', '')}.env\0".encode()).decode().strip()
    )
    commit = repo.git("commit-tree", "-m", f"{evil}\n{key('evil-message')}", tree).decode().strip()
    repo.git("update-ref", "refs/heads/evil", commit)
    seen = ask(kg, repo.path, "--show-authors")
    assert seen.missed((*KEYS, "evil", "evil-message")) == []
    for form in ("text", "concise", "github", "json", "sarif"):
        said = kg("scan", "--history-only", "--no-cache", "-f", form, repo.path)
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(said.out + said.err), form
        lines = [row for row in said.out.splitlines() if row.startswith(("::error::forged", "##["))]
        assert lines == [], form


def test_no_object_of_another_name_passes_for_a_known_one(kg: Keyguard, target: Target) -> None:
    """A loose object whose content is not that of its id is no proof that the id was read."""
    oid = target.repo.oid("main~5:deleted.env")
    loose(target.repo, oid, zlib.compress(b"blob 9\0harmless\n"))
    seen = ask(kg, target.repo.path)
    assert seen.gaps == {f"object:{oid}"}
    assert oid == object_id("blob", line("deleted").encode())
    assert oid in store_of(target.repo.path)
