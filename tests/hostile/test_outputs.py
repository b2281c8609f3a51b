"""Where reports go: a full disk, a reader who leaves, a path that cannot be written. None of it passes for success."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.helpers.calling import FORMATS, Keyguard
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import snapshot

pytest_plugins = ("tests.helpers.commandline",)

KEYS = 25


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """A folder with some keys."""
    return filled(tmp_path / "leaky", KEYS)


@pytest.fixture
def very_leaky(tmp_path: Path) -> Path:
    """A folder with so many keys that no report of them fits into a pipe, and few fit onto a small disk."""
    return filled(tmp_path / "leaky", 200)


def filled(folder: Path, keys: int) -> Path:
    folder.mkdir()
    for number in range(keys):
        (folder / f"{number}.env").write_text(leaking_line(number))
        (folder / f"{number}.env").chmod(0o600)
    return folder


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    folder = tmp_path / "clean"
    folder.mkdir()
    (folder / "a.txt").write_text("nothing\n")
    return folder


def leftovers(folder: Path) -> list[str]:
    """Whatever was meant to be temporary."""
    return [path.name for path in folder.rglob("*") if ".tmp" in path.name or path.name.startswith(".keyguard")]


@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_under_standard_output_is_an_error(kg: Keyguard, clean: Path, leaky: Path, name: str) -> None:
    for folder in (clean, leaky):
        said = kg.shell(f"{kg.line('scan', '-f', name, folder)} > /dev/full")
        assert said.code == 2
        assert said.err == (
            "keyguard: error: standard output: the report could not be written: No space left on device\n"
        )


@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_under_a_report_is_an_error(kg: Keyguard, clean: Path, name: str) -> None:
    said = kg("scan", clean, "-f", f"{name}=/dev/full")
    assert said.code == 2
    assert "No space left on device" in said.err


@pytest.mark.parametrize("name", FORMATS)
def test_a_reader_who_leaves_is_no_error(kg: Keyguard, very_leaky: Path, name: str) -> None:
    said = kg.shell(f"{{ {kg.line('scan', '-f', name, very_leaky)}; echo $? >&2; }} | head -c 20")
    assert (said.err, len(said.out)) == ("1\n", 20)


def test_closed_standard_output_is_an_error(kg: Keyguard, clean: Path) -> None:
    said = kg.shell(f"{kg.line('scan', clean)} >&-")
    assert (said.code, said.err) == (2, "keyguard: error: standard output: it is closed\n")


def test_without_standard_error_the_code_is_the_same(kg: Keyguard, clean: Path, leaky: Path) -> None:
    for target in ("2>&-", "2>/dev/full"):
        assert kg.shell(f"{kg.line('scan', leaky)} {target}").code == 1
        assert kg.shell(f"{kg.line('scan', clean)} {target}").code == 0
        assert kg.shell(f"{kg.line('scan', 'missing')} {target}").code == 2
        assert kg.shell(f"{kg.line('scan', '--missing')} {target}").code == 2


def test_with_nothing_open_at_all_there_is_still_a_code(kg: Keyguard, leaky: Path, tmp_path: Path) -> None:
    line = kg.line("scan", leaky, "-f", f"json={tmp_path / 'out.json'}")
    assert kg.shell(f"{line} <&- >&- 2>&-").code == 1
    assert len(json.loads((tmp_path / "out.json").read_text())["findings"]) == KEYS


# --- report files -------------------------------------------------------------------------------------------------


def test_several_reports_at_once_say_the_same(kg: Keyguard, leaky: Path, tmp_path: Path) -> None:
    words = [word for name in FORMATS if name != "text" for word in ("-f", f"{name}={tmp_path / name}")]
    said = kg("scan", leaky, "-f", "text", *words)
    assert said.code == 1
    assert f"{KEYS} findings" in said.out
    assert len(json.loads((tmp_path / "json").read_text())["findings"]) == KEYS
    assert len(json.loads((tmp_path / "sarif").read_text())["runs"][0]["results"]) == KEYS
    assert len((tmp_path / "jsonl").read_text().splitlines()) == KEYS + 1
    assert leftovers(tmp_path) == []


def test_where_only_files_are_written_standard_output_is_silent(kg: Keyguard, leaky: Path, tmp_path: Path) -> None:
    said = kg("scan", leaky, "-f", f"json={tmp_path / 'out.json'}")
    assert said == (1, "", "")


@pytest.mark.parametrize("target", ["missing/out.json", "leaky", "leaky/0.env/out.json", "x" * 300])
def test_a_path_that_cannot_be_written_is_an_error_and_the_other_report_is_whole(
    kg: Keyguard, leaky: Path, tmp_path: Path, target: str
) -> None:
    said = kg("scan", leaky, "-f", f"sarif={target}", "-f", f"json={tmp_path / 'out.json'}", "-f", "concise")
    assert said.code == 2
    assert said.err.startswith("keyguard: error: ")
    assert said.err.count("\n") == 1
    assert len(json.loads((tmp_path / "out.json").read_text())["findings"]) == KEYS
    assert len(said.out.splitlines()) == KEYS + 1
    assert leftovers(tmp_path) == []


def test_the_old_report_is_kept_where_the_new_one_cannot_be_written(
    kg: Keyguard, very_leaky: Path, tmp_path: Path
) -> None:
    old = tmp_path / "out.json"
    old.write_text("old")
    limited = f"ulimit -f 8; {kg.line('scan', very_leaky, '-f', f'json={old}')}"
    said = kg.shell(limited, PYTHONDONTWRITEBYTECODE="1")
    assert said.code == 2
    assert "could not be written" in said.err
    assert old.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_the_old_report_is_kept_where_the_scan_fails(kg: Keyguard, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("old")
    assert kg("scan", "missing", "-f", "json=out.json").code == 2
    assert (tmp_path / "out.json").read_text() == "old"


def test_a_new_report_takes_the_place_of_a_link_and_of_nothing_behind_it(
    kg: Keyguard, clean: Path, tmp_path: Path
) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "out.json").symlink_to("precious")
    assert kg("scan", clean, "-f", "json=out.json").code == 0
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "out.json").is_symlink()


def test_a_report_in_the_scanned_tree_is_read_with_it_the_next_time(kg: Keyguard, leaky: Path) -> None:
    first = kg("scan", "-f", "json=out.json", "-f", "concise", cwd=leaky)
    second = kg("scan", "-f", "json=out.json", "-f", "concise", cwd=leaky)
    assert (first.code, second.code) == (1, 1)
    assert f"{KEYS} files" in first.out
    assert f"{KEYS + 1} files" in second.out
    assert first.out.splitlines()[:-1] == second.out.splitlines()[:-1], "a report holds nothing that is found"
    assert leftovers(leaky) == []


def test_the_report_is_as_readable_as_the_umask_says(kg: Keyguard, clean: Path, tmp_path: Path) -> None:
    for mask, mode in (("022", 0o644), ("077", 0o600)):
        kg.shell(f"umask {mask}; {kg.line('scan', clean, '-f', 'json=out.json')}")
        assert (tmp_path / "out.json").stat().st_mode & 0o777 == mode


def test_two_scans_may_write_one_report(kg: Keyguard, very_leaky: Path, tmp_path: Path) -> None:
    started = [kg.start("scan", very_leaky, "-f", "json=out.json") for _ in range(4)]
    assert [process.wait() for process in started] == [1] * 4
    for process in started:
        process.communicate()
    assert len(json.loads((tmp_path / "out.json").read_text())["findings"]) == 200
    assert leftovers(tmp_path) == []


def test_who_is_killed_while_writing_leaves_the_old_report(kg: Keyguard, leaky: Path, tmp_path: Path) -> None:
    old = tmp_path / "out.json"
    old.write_text("old")
    slow = (
        "import os, sys, time\n"
        "really = os.fsync\n"
        "def fsync(fd):\n    really(fd); print('written', flush=True); time.sleep(100)\n"
        "os.fsync = fsync\n"
        "from keyguard.cli import main\n"
        f"sys.exit(main(['scan', {str(leaky)!r}, '-f', {f'json={old}'!r}]))\n"
    )
    command = [kg.command()[0], "-c", slow]
    process = subprocess.Popen(command, cwd=tmp_path, env=kg.env, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert old.read_text() == "old"


def test_who_is_interrupted_while_writing_leaves_the_old_report_and_nothing_else(
    kg: Keyguard, leaky: Path, tmp_path: Path
) -> None:
    old = tmp_path / "out.json"
    old.write_text("old")
    impatient = (
        "import os, signal, sys\n"
        "os.fsync = lambda fd: os.kill(os.getpid(), signal.SIGTERM)\n"
        "from keyguard.cli import main\n"
        f"sys.exit(main(['scan', {str(leaky)!r}, '-f', {f'json={old}'!r}]))\n"
    )
    done = subprocess.run(
        [kg.command()[0], "-c", impatient], cwd=tmp_path, env=kg.env, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, b"", b"")
    assert old.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_nothing_is_written_into_the_scanned_folder(kg: Keyguard, leaky: Path) -> None:
    before = snapshot(leaky)
    kg("scan", cwd=leaky)
    kg("scan", "--all-files", cwd=leaky)
    assert snapshot(leaky) == before
