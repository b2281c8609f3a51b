"""Reports arrive whole or not at all, and whoever reads them last is told why."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keyguard.report import REPORTERS, Style, atomic_file, load, output
from keyguard.report.atomic_file import is_special, write_special
from keyguard.report.output import Destination, parse_formats, write_reports, write_stdout
from keyguard.support.errors import OutputError, UsageError
from tests.report.samples import finding, incomplete, numbered, occurrence, rendered, run

ROOT = Path(__file__).parents[2]
PLAIN = Style()


def test_every_format_can_be_rendered() -> None:
    for name, (_, description) in REPORTERS.items():
        assert description
        assert rendered(name, run(finding()))
        assert load(name) is load(name)


def test_a_text_report_loads_nothing_heavy() -> None:
    program = """
import sys
from tests.report.samples import finding, rendered, run
rendered("text", run()); rendered("text", run(finding()))
heavy = {"rich", "json", "pathlib", "dataclasses", "urllib.parse", "tempfile", "keyguard.report.sarif"}
print(sorted(heavy & set(sys.modules)))
"""
    assert python(program).stdout == b"[]\n"


# --- options ------------------------------------------------------------------------------------------------------


def test_options_name_formats_and_files() -> None:
    assert parse_formats([]) == [Destination("text", "-")]
    assert parse_formats(["text", "sarif=out.sarif", "json=a=b"]) == [
        Destination("text", "-"),
        Destination("sarif", "out.sarif"),
        Destination("json", "a=b"),
    ]
    assert parse_formats(["json=/dev/stdout"]) == parse_formats(["json=-"]) == [Destination("json", "-")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["srif=x"], "unknown format 'srif': did you mean 'sarif'?"),
        (["\x1b"], "unknown format '\\x1b': choose from text, concise, json, jsonl, sarif, github"),
        (["json="], "no file name after '='"),
        (["text", "json"], "text and json would both go to standard output"),
        (["text", "json=/dev/fd/1"], "standard output"),
        (["sarif=a", "json=./x/../a"], "sarif and json would both go to ./x/../a"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_formats(options)
    assert said in str(caught.value)


def test_a_folder_by_two_names_is_one_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(UsageError):
        parse_formats([f"json={tmp_path}/real/a", f"sarif={tmp_path}/link/a"])


# --- files --------------------------------------------------------------------------------------------------------


def write(path: Path | str, report: Any = None, name: str = "json") -> None:
    write_reports(report or run(finding()), [Destination(name, str(path))], PLAIN, None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_reports_go_to_their_files_and_to_standard_output(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = run(finding(occurrences=(occurrence("日本\udcff".encode("utf-8", "surrogateescape")),)))
    colored = Style(color=True, links=True, width=40)
    destinations = parse_formats(["text", f"text={tmp_path}/t", f"sarif={tmp_path}/s"])
    write_reports(report, destinations, colored, sys.stdout)
    assert capfd.readouterr().out == rendered("text", report, colored)
    assert (tmp_path / "t").read_text("utf-8") == rendered("text", report)
    assert (tmp_path / "s").read_text("utf-8") == rendered("sarif", report)
    assert names(tmp_path) == ["s", "t"]


def test_a_file_has_the_permissions_that_the_umask_leaves(tmp_path: Path) -> None:
    for mask, mode in ((0o022, 0o644), (0o077, 0o600)):
        before = os.umask(mask)
        try:
            write(tmp_path / "out")
            assert os.umask(mask) == mask
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == mode


def test_a_report_is_private_until_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def watch(name: str) -> Callable[..., None]:
        def render(*args: Any) -> None:
            (temporary,) = tmp_path.iterdir()
            seen.append(stat.S_IMODE(temporary.stat().st_mode))

        return render

    monkeypatch.setattr(output, "load", watch)
    write(tmp_path / "out")
    assert seen == [0o600]


def test_a_link_in_the_way_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "out").symlink_to("precious")
    write(tmp_path / "out")
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "out").is_symlink()
    assert json.loads((tmp_path / "out").read_text())["schema"]


@pytest.mark.parametrize("name", ["no/such/folder/out", "folder", "x" * 300])
def test_a_file_that_cannot_be_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="the json report could not be written: "):
        write(tmp_path / name)
    assert names(tmp_path) == ["folder"]


@pytest.mark.parametrize("size", [0, 100, 50_000])
def test_a_full_disk_keeps_the_old_report_and_leaves_nothing(tmp_path: Path, size: int) -> None:
    (tmp_path / "out").write_text("old")
    program = f"""
import resource, sys
from keyguard.support.errors import OutputError
from tests.report.samples import numbered, run
from tests.report.test_output import write
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
try:
    write({str(tmp_path / "out")!r}, run(*numbered(100)), "sarif")
except OutputError as error:
    sys.stderr.write(str(error))
    sys.exit(2)
"""
    done = python(program)
    assert done.returncode == 2
    assert done.stderr.decode() == f"{tmp_path}/out: the sarif report could not be written: File too large"
    assert (tmp_path / "out").read_text() == "old"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_whatever_fails_the_old_report_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*args: Any) -> None:
        raise OSError(5, "Input/output error")

    (tmp_path / "out").write_text("old")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OutputError, match=r"out: the json report could not be written: Input/output error"):
        write(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_a_file_system_that_cannot_sync_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "fsync", fail)
    write(tmp_path / "out")
    assert (tmp_path / "out").exists()


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(name: str) -> Callable[..., None]:
        def render(run: Any, out: Any, style: Any) -> None:
            out.write("half")
            raise KeyboardInterrupt

        return render

    monkeypatch.setattr(output, "load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "out")
    assert names(tmp_path) == []


def test_one_report_that_fails_does_not_stop_the_others(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    destinations = parse_formats([f"json={tmp_path}/no/1", f"sarif={tmp_path}/no/2", "text", f"jsonl={tmp_path}/yes"])
    with pytest.raises(OutputError) as caught:
        write_reports(incomplete(), destinations, PLAIN, sys.stdout)
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()] == [
        f"{tmp_path}/no/1",
        f"{tmp_path}/no/2",
    ]
    assert capfd.readouterr().out == rendered("text", incomplete())
    assert (tmp_path / "yes").exists()


def test_the_name_in_an_error_is_harmless(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        write("\x1b[2J/x")
    assert str(caught.value).startswith("\\x1b[2J/x: ")


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write(pipe)
    reader.join()
    assert received[0].decode() == rendered("json", run(finding()))
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_file, "_PATIENCE", 0.05)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="nobody reads it"):
        write(tmp_path / "pipe")


def test_no_disk_is_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def disk(fd: int) -> os.stat_result:
        return os.stat_result((stat.S_IFBLK | 0o660, *range(9)))

    with monkeypatch.context() as patched:
        patched.setattr("keyguard.report.atomic_file.os.fstat", disk)
        with pytest.raises(OSError, match="a disk"):
            write_special("/dev/null", lambda raw: None)


def test_what_another_program_reads_through_a_descriptor_is_written(tmp_path: Path) -> None:
    program = "import sys; from tests.report.test_output import write; write(sys.argv[1], name='text')"
    line = f'{sys.executable} -c "{program}" >(cat > {tmp_path}/seen; touch {tmp_path}/done)'
    assert subprocess.run(["/bin/bash", "-c", line], cwd=ROOT, check=False).returncode == 0
    for _ in range(500):
        if (tmp_path / "done").exists():
            break
        time.sleep(0.01)
    assert (tmp_path / "seen").read_text("utf-8") == rendered("text", run(finding()))


@pytest.mark.parametrize("path", ["/dev/null", "/dev/full", "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"])
def test_devices_and_descriptors_are_not_replaced(path: str) -> None:
    # asked, not tried: a broken answer would take the device from the whole machine
    assert is_special(path)
    assert is_special(f"/usr/..{path}")


def test_a_file_in_shared_memory_is_only_a_file() -> None:
    assert not is_special(str(Path("/dev") / "shm" / "out.sarif"))


def test_a_full_device_is_an_error() -> None:
    def fill(raw: io.BufferedWriter) -> None:
        raw.write(b"x")

    with pytest.raises(OSError, match="No space left on device"):
        write_special("/dev/full", fill)


def test_a_descriptor_by_name_is_written_to(tmp_path: Path) -> None:
    with (tmp_path / "err").open("wb") as err:
        program = "from tests.report.test_output import write; write('/proc/self/fd/2', name='text')"
        assert python(program, stderr=err).returncode == 0
    assert (tmp_path / "err").read_text("utf-8") == rendered("text", run(finding()))


# --- standard output ----------------------------------------------------------------------------------------------

TO_STDOUT = """
import sys
from keyguard.support.errors import OutputError
from tests.report.test_output import to_stdout
sys.stdout.write(sys.argv[1])
try:
    to_stdout()
except OutputError as error:
    sys.stderr.write(str(error))
    sys.exit(2)
"""
FULL = b"standard output: the report could not be written: No space left on device"


def to_stdout() -> None:
    write_reports(run(*numbered(500)), [Destination("text", "-")], PLAIN, sys.stdout)


def python(
    program: str, *args: str, options: tuple[str, ...] = (), **streams: Any
) -> subprocess.CompletedProcess[bytes]:
    """Runs a program with this tree on its path, in the poorest of locales."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C",
        "PYTHONIOENCODING": "ascii",
        # where writes are made to fail, modules would be cached in halves
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run(
        [sys.executable, *options, "-c", program, *args], cwd=ROOT, env=environment, check=False, **pipes
    )


@pytest.mark.parametrize("before", ["", "said before"])
@pytest.mark.parametrize("options", [(), ("-X", "dev")])
def test_a_full_disk_under_standard_output_is_an_error_once(before: str, options: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = python(TO_STDOUT, before, options=options, stdout=full)
    assert (done.returncode, done.stderr) == (2, FULL)


@pytest.mark.parametrize("before", ["", "said before"])
@pytest.mark.parametrize("options", [(), ("-X", "dev")])
def test_a_reader_who_went_away_is_no_error(before: str, options: tuple[str, ...]) -> None:
    read, write_end = os.pipe()
    os.close(read)
    try:
        done = python(TO_STDOUT, before, options=options, stdout=write_end)
    finally:
        os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_closed_standard_output_is_an_error() -> None:
    closed = TO_STDOUT.replace("sys.stdout.write(sys.argv[1])", "assert sys.stdout is None")
    command = [sys.executable, "-c", closed]
    done = subprocess.run(["/bin/sh", "-c", 'exec "$@" >&-', "sh", *command], cwd=ROOT, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (2, b"standard output: it is closed")


def test_output_is_utf8_whatever_the_locale_and_follows_what_was_said_before() -> None:
    program = """
import sys
from tests.report.samples import occurrence, run, finding
from keyguard.report import Style
from keyguard.report.output import parse_formats, write_reports
print("before")
place = occurrence("日本.py".encode())
write_reports(run(finding(occurrences=(place,))), parse_formats(["concise"]), Style(), sys.stdout)
print("after")
"""
    lines = python(program).stdout.decode("utf-8").split("\n")
    assert lines[0] == "before"
    assert lines[1].startswith("日本.py:3:5: ")
    assert lines[-2:] == ["after", ""]


def test_a_broken_report_leaves_standard_output_usable(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(stream: Any) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        write_stdout(sys.stdout, broken)
    write_stdout(sys.stdout, lambda stream: print("x", file=stream))
    assert capfd.readouterr().out == "x\n"


def test_standard_output_may_be_a_stream_without_descriptor() -> None:
    out = io.StringIO()
    write_stdout(out, lambda stream: print("x", file=stream))
    assert out.getvalue() == "x\n"


def test_a_stream_without_descriptor_may_fail_too() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError

    with pytest.raises(OutputError, match="standard output: the report could not be written: OSError"):
        write_stdout(Broken(), lambda stream: print("x", file=stream))
    with pytest.raises(OutputError, match="it is closed"):
        write_stdout(None, print)
