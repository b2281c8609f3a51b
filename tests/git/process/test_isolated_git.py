from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keyguard.git.process import child as child_module
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.support.errors import GitError
from tests.helpers.calling import descriptors
from tests.helpers.checkout import ROOT, run
from tests.helpers.repos import Repo


@pytest.fixture
def target(repo: Repo) -> Repo:
    return repo.write("a", "hello\n").add().commit()


@pytest.fixture
def objects(target: Repo) -> str:
    return str(target.path / ".git/objects")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_objects_are_read_and_the_folder_is_private_and_goes_away(target: Repo, objects: str, temporary: Path) -> None:
    with IsolatedGit(objects) as git:
        (folder,) = temporary.iterdir()
        assert git.path == str(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert git.run("cat-file", "blob", target.oid("HEAD:a")) == b"hello\n"
    assert list(temporary.iterdir()) == []


def test_the_folder_goes_away_after_an_error_too(objects: str, temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt), IsolatedGit(objects):
        raise KeyboardInterrupt
    assert list(temporary.iterdir()) == []


def test_what_git_reads_is_proved_once_it_is_at_work_and_before_anything_it_says_is_believed(
    target: Repo, objects: str
) -> None:
    asked: list[str] = []

    def check_input() -> None:
        asked.append("again" if asked else "first")

    with IsolatedGit(objects, check_input=check_input) as git:
        child = git.start("cat-file", "blob", target.oid("HEAD:a"))
        assert asked == []
        pieces = git.chunks(child)
        assert next(pieces) == b"hello\n"
        assert asked == ["first"]
        assert git.run("cat-file", "blob", target.oid("HEAD:a")) == b"hello\n"
        assert asked == ["first"]


def test_without_proof_nothing_that_git_says_counts_however_often_it_is_asked(target: Repo, objects: str) -> None:
    def check_input() -> None:
        raise GitError("damaged")

    with IsolatedGit(objects, check_input=check_input) as git:
        for _ in range(2):
            with pytest.raises(GitError, match="damaged"):
                git.run("cat-file", "blob", target.oid("HEAD:a"))


def test_a_folder_that_somebody_else_removed_is_no_error(objects: str) -> None:
    with IsolatedGit(objects) as git:
        shutil.rmtree(git.path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_folder_and_no_process(objects: str, temporary: Path, number: signal.Signals) -> None:
    program = """
import signal, sys
from keyguard.git.process.isolated_git import IsolatedGit
def ended(*_):
    raise SystemExit(143)
signal.signal(signal.SIGTERM, ended)
with IsolatedGit(sys.argv[1]) as git:
    child = git.start("cat-file", "--batch")
    print(child._pid, flush=True)
    child.read(1)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", program, objects],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        git = int(process.stdout.readline())
        process.send_signal(number)
        assert process.wait(60) != 0
    assert list(temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(git, 0)


def test_a_forked_worker_does_not_take_the_folder_away(objects: str) -> None:
    with IsolatedGit(objects) as git:
        child = git.start("cat-file", "--batch")
        pid = os.fork()
        if pid == 0:
            git.__exit__(None, None, None)
            os._exit(0)
        os.waitpid(pid, 0)
        assert Path(git.path).is_dir()
        child.write(b"0" * 40 + b"\n")
        assert child.read(100) == b"0" * 40 + b" missing\n"


def test_git_gets_an_environment_of_ours_and_nothing_else(
    fake_git: Path, objects: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git.write_text("#!/bin/sh\nenv -0\npwd\n")
    for name in ("GIT_DIR", "GIT_CONFIG_COUNT", "GIT_EXTERNAL_DIFF", "LD_PRELOAD_X", "SECRET_TOKEN"):
        monkeypatch.setenv(name, "1")
    with IsolatedGit(objects, index="/i", work_tree="/w") as git:
        *variables, _ = git.run("anything").split(b"\0")
        seen = dict(variable.decode().split("=", 1) for variable in variables)
        path = git.path
    assert seen.pop("GIT_DIR") == seen.pop("HOME") == path
    assert seen.pop("PATH").split(":")[0] == str(fake_git.parent)
    assert {name: value for name, value in seen.items() if name not in ("PWD", "SHLVL", "_", "OLDPWD")} == {
        "GIT_OBJECT_DIRECTORY": objects,
        "GIT_INDEX_FILE": "/i",
        "GIT_WORK_TREE": "/w",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_ALLOC_LIMIT": "513m",
        "LC_ALL": "C",
    }


def test_the_configuration_is_ours_alone(target: Repo, objects: str) -> None:
    target.config("core.fsmonitor", "/bin/false").config("some.thing", "1")
    with IsolatedGit(objects) as git:
        listed = git.run("config", "--list", "--show-scope").decode().splitlines()
    assert listed == [
        "local\tcore.repositoryformatversion=0",
        "local\tcore.bare=false",
        "local\tcore.fsmonitor=false",
        "local\tcore.untrackedcache=false",
        "local\tcore.commitgraph=false",
        "local\tcore.multipackindex=false",
        "local\tcore.bigfilethreshold=32m",
    ]


def test_git_is_never_taken_from_the_scanned_tree_nor_from_a_relative_folder(
    target: Repo, objects: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target.write("bin/git", "#!/bin/sh\necho owned\n")
    (target.path / "bin/git").chmod(0o755)
    (tmp_path / "way").symlink_to(target.path / "bin")
    monkeypatch.chdir(target.path / "bin")
    monkeypatch.setenv("PATH", f"{target.path}/bin:{tmp_path}/way::.:bin:{os.environ['PATH']}")
    with IsolatedGit(objects, untrusted=str(target.path)) as git:
        assert b"owned" not in git.run("version")


def test_without_git_the_error_says_so(objects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GitError, match="git was not found"), IsolatedGit(objects):
        pass


def test_the_folder_is_never_made_in_the_scanned_tree(
    target: Repo, objects: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.write("tmp/x", "")
    monkeypatch.setenv("TMPDIR", str(target.path / "tmp"))
    with IsolatedGit(objects, untrusted=str(target.path)) as git:
        assert not git.path.startswith(str(target.path))


def test_without_any_place_for_the_folder_the_error_says_so(objects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.setattr("keyguard.git.process.isolated_git._FOLDERS", ())
    with pytest.raises(GitError, match="TMPDIR"), IsolatedGit(objects):
        pass


def test_a_full_disk_is_an_error_that_names_the_folder(
    objects: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary / "file").write_text("")
    with pytest.raises(GitError, match="cannot be written"), IsolatedGit(objects, files={"HEAD/x": b""}):
        pass
    assert [path.name for path in temporary.iterdir()] == ["file"]


def test_a_failing_git_is_an_error_with_what_it_said(objects: str) -> None:
    with IsolatedGit(objects) as git, pytest.raises(GitError, match=r"git cat-file failed: .*0{40}"):
        git.run("cat-file", "blob", "0" * 40)


def test_messages_alone_are_no_failure_and_are_kept_within_bounds(fake_git: Path, objects: str) -> None:
    fake_git.write_text("#!/bin/sh\nhead -c 500000 /dev/zero >&2\necho fine\n")
    with IsolatedGit(objects) as git:
        child = git.start("anything")
        assert b"".join(git.chunks(child)) == b"fine\n"
        assert len(child.stderr) == child_module.MAX_STDERR


def test_an_answer_cut_off_in_a_record_is_an_error(fake_git: Path, objects: str) -> None:
    fake_git.write_text("#!/bin/sh\nprintf 'one\\0tw'\n")
    with IsolatedGit(objects) as git:
        records = git.records(git.start("anything"))
        assert next(records) == b"one"
        with pytest.raises(GitError, match="middle"):
            next(records)


def test_a_git_that_hangs_is_ended_at_the_deadline(fake_git: Path, objects: str) -> None:
    fake_git.write_text("#!/bin/sh\nexec sleep 1000\n")
    with IsolatedGit(objects, deadline=0.05) as git:
        child = git.start("anything")
        with pytest.raises(GitError, match=r"no answer for 0\.05 s"):
            list(git.chunks(child))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


SIGNALLED = """
import os, signal, sys
from keyguard.git.process.isolated_git import IsolatedGit
really = getattr(os, sys.argv[2])
def call(*args, **options):
    setattr(os, sys.argv[2], really)
    if sys.argv[2] == "posix_spawn":
        result = really(*args, **options)
        os.kill(os.getpid(), signal.SIGINT)
        return result
    os.kill(os.getpid(), signal.SIGINT)
    return really(*args, **options)
try:
    with IsolatedGit(sys.argv[1]) as git:
        setattr(os, sys.argv[2], call)
        git.run("cat-file", "--batch-all-objects", "--batch-check")
except KeyboardInterrupt:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        print("interrupted, and alone")
"""


@pytest.mark.parametrize("call", ["posix_spawn", "waitpid", "kill"])
def test_a_signal_while_git_is_started_or_waited_for_does_not_leave_it_behind(
    objects: str, temporary: Path, call: str
) -> None:
    # a process of its own, since only in one with a single thread is it certain which thread hears the signal
    program = SIGNALLED if call != "kill" else SIGNALLED.replace("git.run(", "git.start(")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert run(sys.executable, "-c", program, objects, call, env=environment, cwd=ROOT) == "interrupted, and alone\n"
    assert list(temporary.iterdir()) == []


def test_git_hears_the_signals_that_are_kept_from_us_while_it_is_started(fake_git: Path, objects: str) -> None:
    fake_git.write_text("#!/bin/sh\ngrep SigBlk /proc/self/status\n")
    with IsolatedGit(objects) as git:
        assert int(git.run("anything").split()[1], 16) == 0
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


def test_one_git_that_cannot_be_ended_keeps_no_other_and_no_folder(
    objects: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, failed = os.kill, list[int]()

    def kill(pid: int, number: int) -> None:
        if not failed:
            failed.append(pid)
            raise PermissionError(1, "Operation not permitted")
        really(pid, number)

    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(PermissionError), IsolatedGit(objects) as git:
        assert len({git.start("cat-file", "--batch") for _ in range(3)}) == 3
    assert list(temporary.iterdir()) == []
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_git_that_somebody_else_has_waited_for_did_not_succeed(objects: str) -> None:
    with IsolatedGit(objects) as git:
        child = git.start("version")
        chunks = git.chunks(child)
        assert next(chunks).startswith(b"git version")
        os.waitpid(child._pid, 0)
        with pytest.raises(GitError, match="git version failed"):
            next(chunks)
        os.waitpid(git.start("version")._pid, 0)


@pytest.mark.parametrize("pipes", range(3))
def test_a_pipe_that_cannot_be_had_costs_no_other(objects: str, monkeypatch: pytest.MonkeyPatch, pipes: int) -> None:
    made, really, before = list[int](), os.pipe, descriptors()

    def pipe() -> tuple[int, int]:
        if len(made) == pipes:
            raise OSError(24, "Too many open files")
        made.append(1)
        return really()

    monkeypatch.setattr(os, "pipe", pipe)
    with IsolatedGit(objects) as git, pytest.raises(GitError, match="Too many open files"):
        git.start("version")
    assert descriptors() == before


def test_what_git_waits_for_is_asked_once_and_ends_it(
    fake_git: Path, objects: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git.write_text("#!/bin/sh\nexec sleep 1000\n")
    monkeypatch.setattr(child_module, "PATIENCE", 0.02)
    with (
        IsolatedGit(objects, find_block=lambda: "a pipe") as git,
        pytest.raises(GitError, match="waits for ever: a pipe"),
    ):
        git.run("anything")


def test_a_slow_git_without_a_trap_is_waited_for(fake_git: Path, objects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_git.write_text("#!/bin/sh\nsleep 0.3\necho late\n")
    monkeypatch.setattr(child_module, "PATIENCE", 0.02)
    asked = iter(["", "asked again"])
    with IsolatedGit(objects, find_block=lambda: next(asked)) as git:
        assert git.run("anything") == b"late\n"
    assert list(asked) == ["asked again"]


def test_a_program_that_cannot_be_started_is_an_error_and_leaks_nothing(fake_git: Path, objects: str) -> None:
    fake_git.write_text("#!/nowhere/sh\n")
    before = len(list(Path("/dev/fd").iterdir()))
    with IsolatedGit(objects) as git, pytest.raises(GitError, match="cannot be started"):
        git.start("anything")
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_closed_standard_streams_do_not_get_mixed_up_with_pipes(target: Repo, objects: str) -> None:
    program = """
import os, sys
from keyguard.git.process.isolated_git import IsolatedGit
os.close(0); os.close(1); os.close(2)
with IsolatedGit(sys.argv[1]) as git:
    answer = git.run("cat-file", "blob", sys.argv[2])
sys.exit(answer != b"hello\\n")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, objects, target.oid("HEAD:a")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0


def test_an_interrupt_while_the_folder_is_filled_leaves_nothing(
    objects: str, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(IsolatedGit, "_fill", interrupted)
    with pytest.raises(KeyboardInterrupt), IsolatedGit(objects):
        pass
    assert list(temporary.iterdir()) == []


def test_without_descriptors_left_the_error_says_so(objects: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with IsolatedGit(objects) as git:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/dev/fd").iterdir())) + 1, hard))
        try:
            with pytest.raises(GitError, match="cannot be started"):
                git.start("version")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert git.run("version").startswith(b"git version")


def test_a_sandbox_that_forbids_limits_does_not_stop_git(objects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(resource, "prlimit", forbidden)
    with IsolatedGit(objects) as git:
        assert git.run("version").startswith(b"git version")
