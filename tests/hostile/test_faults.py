"""Every call to the operating system fails once, each in its turn: never is a scan green that missed a key."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keyguard import worklist
from keyguard.cli import main
from keyguard.engine import compiled
from tests.calling import adds_up
from tests.checkout import leaking_line
from tests.repos import Repo

CALLS = (
    "open",
    "read",
    "stat",
    "fstat",
    "scandir",
    "readlink",
    "lseek",
    "close",
    "pipe",
    "posix_spawn",
    "fork",
    "waitpid",
    "kill",
    "mkdir",
    "unlink",
    "rmdir",
    "write",
)
ERRORS = (errno.EACCES, errno.EIO, errno.EMFILE, errno.ENOMEM)

os_close, os_waitpid = os.close, os.waitpid

#: kind of scan -> its words
SCANS = {
    "plain": ["scan", ".", "--no-hygiene"],
    "repository": ["scan", ".", "--no-hygiene"],
    "all files": ["scan", "--all-files", "--no-hygiene"],
    "staged": ["scan", "--staged"],
    "changes": ["scan", "--changes"],
    "hook": ["hook", "pre-commit", "a.env", "sub/b.env", "sub/new.env"],
    "workers": ["scan", ".", "--jobs", "2", "--no-hygiene"],
}


@pytest.fixture(scope="module")
def engine() -> compiled.Engine:
    return compiled.load(cached=False)


@pytest.fixture(params=SCANS)
def kind(
    request: pytest.FixtureRequest, repo: Repo, tmp_path: Path, engine: compiled.Engine, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A small tree with a key in each file, that is scanned in this way; the rules are there already."""
    if request.param == "plain":
        repo = Repo(tmp_path / "plain", init=False)
    else:
        repo.write("readme.md", "x").add().commit()
    repo.write("a.env", leaking_line(1)).write("sub/b.env", leaking_line(2)).write("sub/.gitignore", "*.log\n")
    repo.link("sub/link", leaking_line(4).strip())
    if request.param != "plain":
        repo.add()
    if request.param not in ("staged", "hook"):
        repo.write("sub/big.env", b"nothing\n" * 200_000 + leaking_line(3).encode())
    else:
        repo.write("sub/new.env", leaking_line(3)).add()
    monkeypatch.chdir(repo.path)
    monkeypatch.setattr(compiled, "load", lambda *args, **options: engine)
    if request.param == "workers":
        monkeypatch.setattr(worklist, "_FEW", 1)
        monkeypatch.setattr(worklist, "_BATCH", 1)
    return str(request.param)


class Failing:
    """Stands in for a call: the n-th time it fails."""

    def __init__(self, really: Callable[..., Any], fail_at: int, error: int) -> None:
        self._really, self._fail_at, self._error = really, fail_at, error
        self.called = 0

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.called += 1
        if self.called == self._fail_at:
            if self._really in (os_close, os_waitpid):  # it is closed even where that is said to have failed
                self._really(*args)
            if self._really is os_waitpid:  # the one way in which this fails: somebody else has waited for it
                raise ChildProcessError(errno.ECHILD, os.strerror(errno.ECHILD))
            raise OSError(self._error, os.strerror(self._error))
        return self._really(*args, **options)


def keys_in(text: str) -> int:
    if not text:
        return 0
    document = json.loads(text)
    adds_up(document)
    return sum(finding["kind"] == "key" for finding in document["findings"])


def turns(call: str) -> Iterator[tuple[int, int]]:
    """Which time it fails, and how."""
    turn = 1
    while turn < 400:
        yield turn, ERRORS[(turn + len(call)) % len(ERRORS)]
        turn += 1 if turn < 40 else 5  # by then, calls are like those before


@pytest.mark.parametrize("call", CALLS)
def test_no_failure_of_any_call_makes_a_scan_green(
    call: str, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = 3 if kind == "hook" else 4
    words = [*SCANS[kind], "-f", "json", "--isolated"]
    assert main(words) == 1
    assert keys_in(capsys.readouterr().out) == wanted
    for turn, error in turns(call):
        failing = Failing(getattr(os, call), turn, error)
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            code = main(words)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "internal error" not in err
        assert code == 2 or (code == 1 and keys_in(out) == wanted), f"{call} number {turn}: {code}, {err}"
        if failing.called < turn:
            break
    else:
        raise AssertionError("so many calls were never made")
