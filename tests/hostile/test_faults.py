"""Every call to the operating system fails once, each in its turn: never is a scan green that missed a key."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from keyguard.cli import main
from keyguard.engine import compiled
from keyguard.scan import worklist
from tests.helpers import seeing
from tests.helpers.calling import adds_up
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

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
    return seeing.engine()


@pytest.fixture(scope="module", params=SCANS)
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Return a kind of scan, and a small tree for it with a key in each file; no scan writes there."""
    name = str(request.param)
    repo = Repo(tmp_path_factory.mktemp("faults") / "repo", init=name != "plain")
    if name != "plain":
        repo.write("readme.md", "x").add().commit()
    repo.write("a.env", leaking_line(1)).write("sub/b.env", leaking_line(2)).write("sub/.gitignore", "*.log\n")
    repo.link("sub/link", leaking_line(4).strip())
    if name != "plain":
        repo.add()
    if name not in ("staged", "hook"):
        # of two pages, and of few lines: each is parsed
        repo.write("sub/big.env", (b"nothing " * 999 + b"\n") * 200 + leaking_line(3).encode())
    else:
        repo.write("sub/new.env", leaking_line(3)).add()
    return name, repo.path


@pytest.fixture
def kind(tree: tuple[str, Path], tmp_path: Path, engine: compiled.Engine, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kind of scan that the tree is there for; the rules are compiled already, and we are in the tree."""
    monkeypatch.chdir(tree[1])
    # away from the folders of other scans, which each scan looks at
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(compiled, "load", lambda *args, **options: engine)
    if tree[0] == "workers":
        monkeypatch.setattr(worklist, "_FEW", 1)
        monkeypatch.setattr(worklist, "_BATCH", 1)
    return tree[0]


class Recording:
    """Stands in for a call and notes from where it was made, once for each time."""

    def __init__(self, really: Callable[..., Any]) -> None:
        self._really = really
        self.sites: list[tuple[object, ...]] = []

    def __call__(self, *args: Any, **options: Any) -> Any:
        frame: FrameType | None = sys._getframe(1)
        site: list[object] = []
        while frame is not None and len(site) < 5:
            site.append((frame.f_code, frame.f_lineno))
            frame = frame.f_back
        self.sites.append(tuple(site))
        return self._really(*args, **options)


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


def turns(call: str, sites: Sequence[object], thorough: bool) -> Iterator[tuple[int, int]]:
    """Which time it fails, and how.

    Calls from the same lines of code go on alike: of those the first and the last fail, and in a thorough run each of
    the first forty and then every fifth. Then comes one turn more than there are calls.
    """
    places: dict[object, list[int]] = {}
    for turn, site in enumerate(sites, 1):
        places.setdefault(site, []).append(turn)
    few = {turn for found in places.values() for turn in (found[0], found[-1])}
    beyond = range(len(sites) + 1, 400, 7)
    for turn in sorted({*few, *beyond, *(range(1, 40) if thorough else ()), *(range(40, 400, 5) if thorough else ())}):
        yield turn, ERRORS[(turn + len(call)) % len(ERRORS)]


@pytest.mark.parametrize("call", CALLS)
def test_no_failure_of_any_call_makes_a_scan_green(
    call: str, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], thorough: bool
) -> None:
    wanted = 3 if kind == "hook" else 4
    words = [*SCANS[kind], "-f", "json", "--isolated"]
    recording = Recording(getattr(os, call))
    with monkeypatch.context() as patch:
        patch.setattr(os, call, recording)
        assert main(words) == 1
    assert keys_in(capsys.readouterr().out) == wanted
    for turn, error in turns(call, recording.sites, thorough):
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
