"""Whatever the machine is like: locale, folders, terminal, warnings, and programs that lie in wait where one stands."""

from __future__ import annotations

import os
import pty
import re
import signal
import struct
import sys
import termios
from fcntl import ioctl
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.helpers.calling import Keyguard, Said, places
from tests.helpers.checkout import ROOT, leaking_line
from tests.helpers.repos import Repo, snapshot

pytest_plugins = ("tests.helpers.commandline",)

LEAK = leaking_line(1)
ODD = ["é.env", "日本.env", "\udcff.env"]


def filled(repo: Repo) -> Repo:
    """The repository with keys in files of odd names, some of them staged."""
    for name in ODD:
        repo.write(os.fsencode(name), LEAK)
    return repo.write("sub/new.env", LEAK).write(".gitignore", "é\n").add("sub", *map(os.fsencode, ODD[:2]))


@pytest.fixture
def leaky(repo: Repo) -> Path:
    return filled(repo).path


ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "C": {"LC_ALL": "C"},
    "POSIX": {"LC_ALL": "POSIX", "LANG": None},
    "nothing at all": {"LC_ALL": None, "LANG": None, "LC_CTYPE": None},
    "ASCII only": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "UTF-8 mode": {"LC_ALL": "C", "PYTHONUTF8": "1"},
    "a locale that is not there": {"LC_ALL": "xx_YY.UTF-8"},
    "Latin-1 streams": {"PYTHONIOENCODING": "latin-1"},
    "strict ASCII streams": {"PYTHONIOENCODING": "ascii:strict"},
    "no HOME": {"HOME": None, "KEYGUARD_CACHE_DIR": None},
    "HOME that is a file": {"HOME": "/dev/null", "KEYGUARD_CACHE_DIR": None},
    "HOME that is not there": {"HOME": "/nonexistent", "KEYGUARD_CACHE_DIR": None},
    "a cache that cannot be written": {"KEYGUARD_CACHE_DIR": "/proc/nothing"},
    "a cache that is a file": {"KEYGUARD_CACHE_DIR": "/etc/passwd"},
    "TMPDIR that is not there": {"TMPDIR": "/nonexistent"},
    "TMPDIR that is relative": {"TMPDIR": "."},
    "TMPDIR that is a file": {"TMPDIR": "/etc/passwd"},
    "warnings are errors": {"PYTHONWARNINGS": "error"},
    "all checks of Python": {"PYTHONDEVMODE": "1", "PYTHONWARNINGS": "error", "PYTHONMALLOC": None},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "no bytecode": {"PYTHONDONTWRITEBYTECODE": "1"},
    "another hash": {"PYTHONHASHSEED": "4711"},
    "unbuffered": {"PYTHONUNBUFFERED": "1"},
    "CI": {"CI": "true", "GITHUB_ACTIONS": "true"},
    "a dumb terminal": {"TERM": "dumb"},
    "debugging git": {"GIT_TRACE": "1", "GIT_TRACE2": "/dev/stderr", "GIT_DIR": "/nonexistent"},
    "a pager": {"PAGER": "false", "GIT_PAGER": "false"},
}


#: compiles in a fifth of the time, where there is no place for a cache
PYTHON = ("--engine", "python")


class Known(NamedTuple):
    """A repository and what is to be said of it, with either engine."""

    path: Path
    scanned: dict[tuple[str, ...], Said]
    staged: Said


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Known:
    folder = tmp_path_factory.mktemp("known")
    repo = filled(Repo(folder / "repo"))
    kg = Keyguard(folder, cache)
    scanned: dict[tuple[str, ...], Said] = {words: kg.scan(*words, cwd=repo.path) for words in ((), PYTHON)}
    assert {(said.code, len(places(said))) for said in scanned.values()} == {(1, 4)}
    return Known(repo.path, scanned, kg("scan", "--staged", cwd=repo.path))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_same_is_found_everywhere(kg: Keyguard, known: Known, name: str) -> None:
    before = snapshot(known.path)
    cached = "KEYGUARD_CACHE_DIR" not in ENVIRONMENTS[name]
    words = () if cached else PYTHON
    assert kg.scan(*words, cwd=known.path, **ENVIRONMENTS[name]) == known.scanned[words]
    # without a cache the rules are compiled anew, as they were just now
    if cached:
        assert kg("scan", "--staged", cwd=known.path, **ENVIRONMENTS[name]) == known.staged
    assert snapshot(known.path) == before


def test_a_name_on_the_command_line_may_be_of_any_bytes_in_any_locale(kg: Keyguard, leaky: Path) -> None:
    for variables in ENVIRONMENTS["C"], ENVIRONMENTS["ASCII only"], ENVIRONMENTS["UTF-8 mode"]:
        for name in ODD:
            assert kg.scan(os.fsencode(name), cwd=leaky, **variables).code == 1
            said = kg("scan", os.fsencode("no-" + name), cwd=leaky, **variables)
            assert (said.code, said.err.count("\n")) == (2, 1)


def test_a_folder_that_is_gone_is_an_error(kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    said = kg.shell(f"cd gone && rmdir ../gone && {kg.line('scan')}")
    assert said.code == 2
    assert "Traceback" not in said.err


def test_a_cache_that_others_can_write_to_is_not_used(kg: Keyguard, leaky: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    assert kg("scan", *PYTHON, cwd=leaky, KEYGUARD_CACHE_DIR=str(shared)).code == 1
    (cached,) = shared.glob("rules-*")
    cached.write_bytes(b"nonsense")
    assert kg("scan", *PYTHON, cwd=leaky, KEYGUARD_CACHE_DIR=str(shared)).code == 1
    cached.write_bytes(b"nonsense")
    shared.chmod(0o777)
    assert kg("scan", *PYTHON, cwd=leaky, KEYGUARD_CACHE_DIR=str(shared)).code == 1
    assert cached.read_bytes() == b"nonsense"


# --- colour and width ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "words", "colored"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"CLICOLOR_FORCE": "1"}, [], True),
        ({"FORCE_COLOR": "0"}, [], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": ""}, ["--color", "always"], True),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
    ],
)
def test_colour_is_for_those_who_want_it(
    kg: Keyguard, leaky: Path, variables: dict[str, str | None], words: list[str], colored: bool
) -> None:
    assert ("\x1b[" in kg("scan", *words, cwd=leaky, **variables).out) is colored


def on_a_terminal(kg: Keyguard, *words: str, cwd: Path, columns: int = 80, **variables: str | None) -> tuple[int, str]:
    """How a call on a terminal ended, and all that came out there."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    process = kg.start(*words, cwd=cwd, **streams, **{"TERM": "xterm-256color", **variables})
    os.close(theirs)
    said = b""
    try:
        while data := os.read(ours, 1 << 16):
            said += data
    except OSError:  # the end of a terminal
        pass
    os.close(ours)
    return process.wait(), said.decode()


def test_on_a_terminal_there_is_colour_and_no_line_is_too_long(kg: Keyguard, leaky: Path) -> None:
    for columns in (40, 80):
        code, said = on_a_terminal(kg, "scan", "--no-hygiene", cwd=leaky, columns=columns)
        assert code == 1
        assert "\x1b[" in said
        plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\", "", said).replace("\r", "").splitlines()
        (source,) = [line for line in plain if re.match(r"\d+ \|", line)]
        assert len(source) <= columns
    assert "\x1b[" not in on_a_terminal(kg, "scan", cwd=leaky, NO_COLOR="1")[1]
    assert "\x1b[" not in on_a_terminal(kg, "scan", cwd=leaky, TERM="dumb")[1]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    for number in range(2500):
        (folder / f"{number}.txt").write_text("nothing\n")
    return folder


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_person_who_waits_sees_how_far_it_is(kg: Keyguard, many: Path, jobs: str) -> None:
    code, said = on_a_terminal(kg, "scan", "--jobs", jobs, cwd=many)
    assert code == 0
    assert " of 2,500 files, " in said
    assert "2,500 files" in said
    assert said.count("\x1b[?25l") == said.count("\x1b[?25h") == 1, "the cursor is hidden once, and shown again"


@pytest.mark.parametrize("variables", [{"CI": "1"}, {"PRE_COMMIT": "1"}, {"TERM": "dumb"}], ids=str)
def test_nobody_else_sees_a_bar(kg: Keyguard, many: Path, variables: dict[str, Any]) -> None:
    code, said = on_a_terminal(kg, "scan", cwd=many, **variables)
    assert (code, said.count("\n")) == (0, 1)
    assert "scanning" not in said


def test_an_interrupted_bar_gives_the_cursor_back(kg: Keyguard, many: Path) -> None:
    ours, theirs = pty.openpty()
    process = kg.start("scan", "--jobs", "2", cwd=many, stdin=theirs, stdout=theirs, stderr=theirs, TERM="xterm")
    os.close(theirs)
    said = b""
    try:
        while data := os.read(ours, 1 << 16):
            said += data
            if b"scanning" in said and process.poll() is None:
                process.send_signal(signal.SIGINT)
    except OSError:
        pass
    os.close(ours)
    assert process.wait() in (0, 130)
    assert said.count(b"\x1b[?25l") == said.count(b"\x1b[?25h")
    assert b"Traceback" not in said


# --- programs that lie in wait ------------------------------------------------------------------------------------


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A folder with a module of every name that could be imported; each leaves a mark when it is."""
    folder = tmp_path / "trapped"
    folder.mkdir()
    third = (
        "msgspec",
        "hyperscan",
        "rich",
        "pathspec",
        "tomli",
        "sitecustomize",
        "usercustomize",
        "re2",
        "dulwich",
        "isal",
    )
    for name in {*sys.stdlib_module_names, *third}:
        mark = f"import os\nos.close(os.open({str(tmp_path / 'mark')!r} + {name!r}, os.O_CREAT))\n"
        (folder / f"{name}.py").write_text(mark)
    (folder / "a.env").write_text(LEAK)
    return folder


def marks(folder: Path) -> set[str]:
    return {path.name.removeprefix("mark") for path in folder.glob("mark*")}


def test_the_command_imports_nothing_from_where_one_stands_or_scans(
    kg: Keyguard, trapped: Path, tmp_path: Path
) -> None:
    script = tmp_path / "bin" / "keyguard"
    script.parent.mkdir()
    script.write_text("import sys\nfrom keyguard.cli import main\nsys.exit(main())\n")
    for words in ("scan", f"scan {trapped} --jobs 2", "rules list", "explain sendmailos-key", "scan -f sarif"):
        said = kg.shell(f"cd {trapped} && {sys.executable} {script} {words}")
        assert said.code == ("scan" in words), said.err
    assert marks(tmp_path) == set()


def test_python_m_imports_nothing_of_ours_from_there(kg: Keyguard, trapped: Path, tmp_path: Path) -> None:
    spring_what_python_springs(kg, trapped, tmp_path)
    for words in (["scan"], ["scan", str(trapped)], ["rules", "list"], ["scan", "-f", "sarif"]):
        said = kg(*words, cwd=trapped)
        assert said.code == (words[0] == "scan"), said.err
        assert not said.err
    assert marks(tmp_path) == set()


def spring_what_python_springs(kg: Keyguard, trapped: Path, tmp_path: Path) -> None:
    """Remove the traps that ``python -m`` walks into for any module, before that is asked anything."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "nothing_at_all.py").touch()
    for _ in range(50):
        said = kg.shell(f"cd {trapped} && PYTHONPATH={tmp_path / 'other'} {sys.executable} -m nothing_at_all")
        for name in marks(tmp_path):
            (tmp_path / f"mark{name}").unlink()
            (trapped / f"{name}.py").unlink()
        if said.code == 0:
            return
    raise AssertionError(said.err)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="-P is new in 3.11")
def test_python_p_m_imports_nothing_at_all_from_there(kg: Keyguard, trapped: Path, tmp_path: Path) -> None:
    said = kg.shell(f"cd {trapped} && {sys.executable} -P -m keyguard scan")
    assert said.code == 1
    assert marks(tmp_path) == set()


def test_python_m_in_the_checkout_itself_works(kg: Keyguard) -> None:
    assert kg("rules", "list", cwd=ROOT, PYTHONPATH=None).code == 0
