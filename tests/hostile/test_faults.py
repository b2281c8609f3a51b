"""Every call to the operating system fails once, each in its turn: never is a scan green that missed a key."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

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

os_close, os_waitpid, os_write = os.close, os.waitpid, os.write

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
#: kind of scan -> another that makes many of the same calls from the same lines, and goes on alike when one fails
ALIKE = {"all files": "repository", "workers": "repository"}


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
    prepare(monkeypatch, tree, tmp_path, engine)
    return tree[0]


def prepare(patch: pytest.MonkeyPatch, tree: tuple[str, Path], temporary: Path, engine: compiled.Engine) -> None:
    patch.chdir(tree[1])
    # away from the folders of other scans, which each scan looks at
    patch.setenv("TMPDIR", str(temporary))
    patch.setattr(compiled, "load", lambda *args, **options: engine)
    if tree[0] == "workers":
        patch.setattr(worklist, "_FEW", 1)
        patch.setattr(worklist, "_BATCH", 1)


class Call(NamedTuple):
    """A call to the operating system: which of those of its name in its process, and from where."""

    name: str
    turn: int
    worker: bool
    site: str


class Recording:
    """Stands in for a call and notes each in a file, those of processes that are forked meanwhile, too."""

    def __init__(self, name: str, log: int) -> None:
        self._really, self._name, self._log = getattr(os, name), name, log
        self._process, self._turn = os.getpid(), 0

    def __call__(self, *args: Any, **options: Any) -> Any:
        frame: FrameType | None = sys._getframe(1)
        site: list[str] = []
        while frame is not None and len(site) < 5:
            site.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
            frame = frame.f_back
        self._turn += 1
        call = Call(self._name, self._turn, os.getpid() != self._process, " ".join(site))
        os_write(self._log, f"{json.dumps(call)}\n".encode())
        return self._really(*args, **options)


def recorded(words: Sequence[str], folder: Path) -> list[Call]:
    """Return all calls of a scan that are to fail; what is read once in a process has been read before."""
    assert main(list(words)) == 1
    log = os.open(folder / "calls", os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC)
    with pytest.MonkeyPatch.context() as patch:
        for name, recording in {name: Recording(name, log) for name in CALLS}.items():
            patch.setattr(os, name, recording)
        assert main(list(words)) == 1
    os.close(log)
    return [Call(*json.loads(line)) for line in (folder / "calls").read_text().splitlines()]


@pytest.fixture(scope="module")
def calls(
    tree: tuple[str, Path], engine: compiled.Engine, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[int, str]]]:
    """Name of a call -> which time it was made in its process, and from where, unless a scan that is alike does so."""
    folder = tmp_path_factory.mktemp("calls")
    with pytest.MonkeyPatch.context() as patch:
        prepare(patch, tree, folder, engine)
        found = recorded(words_of(tree[0]), folder)
    known = set[tuple[str, str]]()
    if tree[0] in ALIKE:
        with pytest.MonkeyPatch.context() as patch:
            prepare(patch, (ALIKE[tree[0]], tree[1]), folder, engine)
            known = {(one.name, one.site) for one in recorded(words_of(ALIKE[tree[0]]), folder)}
    new = [one for one in found if one.worker or (one.name, one.site) not in known]
    return {name: [(one.turn, one.site) for one in new if one.name == name] for name in CALLS}


def words_of(kind: str) -> list[str]:
    return [*SCANS[kind], "-f", "json", "--isolated"]


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


def turns(call: str, made: Sequence[tuple[int, str]], thorough: bool) -> Iterator[tuple[int, int]]:
    """Which time it fails, and how.

    Calls from the same lines of code go on alike: of those the first and the last fail, and in a thorough run each of
    the first forty and then every fifth. Then come turns that are more than there are calls.
    """
    places: dict[str, list[int]] = {}
    for turn, site in made:
        places.setdefault(site, []).append(turn)
    few = {turn for found in places.values() for turn in (min(found), max(found))}
    beyond = range(max(few, default=0) + 1, 400, 7)
    for turn in sorted({*few, *beyond, *(range(1, 40) if thorough else ()), *(range(40, 400, 5) if thorough else ())}):
        yield turn, ERRORS[(turn + len(call)) % len(ERRORS)]


@pytest.mark.parametrize("call", CALLS)
def test_no_failure_of_any_call_makes_a_scan_green(
    call: str,
    kind: str,
    calls: dict[str, list[tuple[int, str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    thorough: bool,
) -> None:
    wanted = 3 if kind == "hook" else 4
    for turn, error in turns(call, calls[call], thorough):
        failing = Failing(getattr(os, call), turn, error)
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            code = main(words_of(kind))
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "internal error" not in err
        assert code == 2 or (code == 1 and keys_in(out) == wanted), f"{call} number {turn}: {code}, {err}"
        if failing.called < turn:
            break
    else:
        raise AssertionError("so many calls were never made")
