"""How tests call keyguard: as a process of its own, in an environment that is the same everywhere."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, NamedTuple

from keyguard.cli import main
from keyguard.model.finding import UNOPENED
from tests.helpers.checkout import ROOT
from tests.helpers.repos import git_environment

#: three days after the commits of tests, in seconds since the epoch
NOW = "1767582245"
FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github")

#: runs a command with its output in files, and notes the kB of the largest of its processes
_COUNTING = """
import os, resource, subprocess, sys
peak, out, err, *command = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))  # what gets past every measure does not take the machine
with open(out, "wb") as stdout, open(err, "wb") as stderr:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
    _, status, usage = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
with open(peak, "w") as file:
    file.write(str(usage.ru_maxrss))
sys.exit(process.returncode)
"""


class Said(NamedTuple):
    """How a call ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as JSON."""
        assert self.out, f"ended with {self.code}: {self.err}"
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def gaps(self) -> dict[str, str]:
        """What was not read, with the reason."""
        return {one["path"]: one["reason"] for one in self.document["skipped"] if one["gap"]}


class Keyguard:
    """The command line. Call it with arguments; ``cwd`` is the folder to be in, further keywords are variables."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        traced = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        ours = {"PYTHONPATH": str(ROOT), "KEYGUARD_CACHE_DIR": str(cache), "SOURCE_DATE_EPOCH": NOW}
        self.env = {**git_environment(folder), **traced, **ours}

    def __call__(self, *arguments: str | bytes | Path, cwd: Path | None = None, **options: Any) -> Said:
        """``stdin`` is fed, ``stdout`` and ``stderr`` say where output goes if not into the answer."""
        stdin = options.pop("stdin", b"")
        streams = {name: options.pop(name, subprocess.PIPE) for name in ("stdout", "stderr")}
        done = subprocess.run(
            self.command(*arguments),
            cwd=cwd or self.folder,
            env=self.environment(options),
            **({"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}),
            **streams,
            timeout=120,
            check=False,
        )
        return Said(done.returncode, _text(done.stdout), _text(done.stderr))

    def scan(self, *arguments: str | bytes | Path, cwd: Path | None = None, **options: Any) -> Said:
        """``keyguard scan -f json`` for keys alone, and what was listed is what was read or skipped."""
        said = self("scan", "-f", "json", "--no-hygiene", *arguments, cwd=cwd, **options)
        if said.out:
            adds_up(said.document)
        return said

    def start(self, *arguments: str | bytes | Path, cwd: Path | None = None, **options: Any) -> subprocess.Popen[bytes]:
        """A call that is still under way."""
        streams = [options.pop(name, subprocess.PIPE) for name in ("stdin", "stdout", "stderr")]
        first: Callable[[], object] | None = options.pop("preexec_fn", None)
        return subprocess.Popen(
            self.command(*arguments),
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            cwd=cwd or self.folder,
            env=self.environment(options),
            start_new_session=True,
            preexec_fn=first,
        )

    def measured(self, *arguments: str | bytes | Path, cwd: Path | None = None, limit: int = 150) -> tuple[Said, int]:
        """A call, and the bytes of the largest of its processes; after ``limit`` seconds it is ended.

        A process between it and us counts: what we start inherits the peak of our own memory.
        """
        with tempfile.TemporaryDirectory() as folder:
            names = [Path(folder) / name for name in ("peak", "out", "err")]
            line = ["timeout", "--kill-after=1", str(limit), *self.command(*arguments)]
            command = [sys.executable, "-c", _COUNTING, *map(str, names), *line]
            code = subprocess.run(command, cwd=cwd or self.folder, env=self.env, check=False).returncode
            peak, out, err = (name.read_bytes() for name in names)
        return Said(code, _text(out), _text(err)), int(peak) * 1024

    def python(self, program: str, **options: str | None) -> Said:
        """A program, in the same environment."""
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=self.folder,
            env=self.environment(options),
            capture_output=True,
            check=False,
        )
        return Said(done.returncode, _text(done.stdout), _text(done.stderr))

    def shell(self, line: str, **options: str | None) -> Said:
        """A line for the shell."""
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=self.folder, env=self.environment(options), capture_output=True, check=False
        )
        return Said(done.returncode, _text(done.stdout), _text(done.stderr))

    def line(self, *arguments: str | bytes | Path) -> str:
        """A call as a shell takes it."""
        return " ".join(map(shlex.quote, self.command(*arguments)))

    def command(self, *arguments: str | bytes | Path) -> list[str]:
        """The words to run."""
        return [sys.executable, "-m", "keyguard", *map(os.fsdecode, arguments)]

    def environment(self, more: Mapping[str, str | None]) -> dict[str, str]:
        """The variables; None takes one out."""
        merged = {**self.env, **more}
        return {name: value for name, value in merged.items() if value is not None}


class Inside(Keyguard):
    """The same without a process of its own, which is ten times faster; where it needs one, it takes one."""

    def __call__(self, *arguments: str | bytes | Path, cwd: Path | None = None, **options: Any) -> Said:
        outside = any(name.startswith(("PYTHON", "LC_", "LANG", "HOME")) for name in options)
        stdin = options.pop("stdin", b"")
        if outside or not isinstance(stdin, bytes) or {"stdout", "stderr"} & set(options):
            return super().__call__(*arguments, cwd=cwd, stdin=stdin, **options)
        out, err = io.StringIO(), io.StringIO()
        with (
            _in_folder(cwd or self.folder),
            _with_environment(self.environment(options)),
            _with_stdin(stdin),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(list(map(os.fsdecode, arguments)))
        return Said(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _with_environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _with_stdin(data: bytes) -> Iterator[None]:
    before = sys.stdin
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        sys.stdin = io.TextIOWrapper(file)
        try:
            yield
        finally:
            sys.stdin.detach()
            sys.stdin = before


def adds_up(document: Mapping[str, Any]) -> None:
    """Every format's promise: what was listed was read, or is listed as skipped."""
    coverage = document["coverage"]
    assert coverage["listed"] == coverage["read"] + coverage["skipped"]
    # what is missing of a history is counted with its objects, and so is what is not opened there
    closed = [one for one in document["skipped"] if one["reason"] in UNOPENED]
    # a file is read even if something in it was not
    others = [one for one in document["skipped"] if one["reason"] not in UNOPENED and "container" not in one]
    files = [one for one in others if not one["path"].startswith(("object:", "history", ".git/"))]
    count = sum(coverage["unopened"].values())
    inside = sum("container" in one and not one["path"].startswith("object:") for one in closed)
    assert coverage["skipped"] == len(files if coverage["history"] else others) + count - inside
    assert count <= len(closed) if coverage["history"] else count == len(closed)
    assert coverage["complete"] is not any(one["gap"] for one in document["skipped"])


def places(said: Said) -> set[str]:
    """The paths in which keys were found."""
    keys = [finding for finding in said.document["findings"] if finding["kind"] == "key"]
    return {place["path"] for finding in keys for place in finding["occurrences"]}


#: what SARIF calls ``primaryLocationLineHash``
_LINE_HASH = re.compile(r"(?<![\w+/=-])[0-9a-f]{16}:[0-9]+(?:-[0-9]+)?(?![\w+/=-])")


def parts_of(body: str, length: int = 8) -> set[str]:
    """All that must not be seen: every run of so many characters."""
    return {body[at : at + length] for at in range(len(body) - length + 1)}


def parts_in(text: str | bytes, parts: AbstractSet[str]) -> frozenset[str]:
    """Those of the parts, all equally long, that a text holds; bytes are read as Latin-1.

    Only runs of the characters that parts are made of are looked at, equal ones once: a report holds few. GitHub's
    hashes of lines are passed over: of so many digits in hex, some are by chance those of a part.
    """
    if not parts:
        return frozenset()
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    text, wanted = _LINE_HASH.sub("", text), frozenset(parts)
    (size,) = set(map(len, wanted))
    runs = set(_runs(wanted, size).findall(text))
    return wanted & {run[at : at + size] for run in runs for at in range(len(run) - size + 1)}


@functools.lru_cache(maxsize=4)
def _runs(parts: frozenset[str], size: int) -> re.Pattern[str]:
    letters = "".join(map(re.escape, sorted(set("".join(parts)))))
    return re.compile(f"[{letters}]{{{size},}}")


def descriptors() -> list[int]:
    """The numbers of this process's open files."""
    return sorted(int(path.name) for path in Path("/proc/self/fd").iterdir())


def filler(size: int, seed: int = 0) -> bytes:
    """Text of that size, many lines, nothing in it."""
    words = ("lorem", "ipsum", "dolor", "sit", "amet", "\n")
    text = " ".join(random.Random(seed).choices(words, k=2000)).encode()
    return (text * (size // len(text) + 1))[:size]


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "backslashreplace")
