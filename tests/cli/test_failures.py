"""How a command line ends when something goes wrong: one line, the right exit code, and nothing of what was read."""

from __future__ import annotations

import signal
import sys
import threading
from typing import NoReturn

import pytest

from keyguard import cli
from keyguard.cli import Terminated
from keyguard.support.errors import KeyguardError, UsageError

VALUE = "hunter" + "2-hunter"


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Have every command raise the error."""

    def run(_: object) -> NoReturn:
        raise error

    monkeypatch.setattr(cli, "_run", run)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("name the keys"), 2, "keyguard: error: name the keys\n"),
        (KeyguardError("two\nlines \x1b[31m"), 2, "keyguard: error: two\nlines \\x1b[31m\n"),
        (MemoryError(), 2, "keyguard: error: MemoryError: \n"),
        (OSError(28, "No space left on device"), 2, "keyguard: error: OSError: [Errno 28] No space left on device\n"),
        (BrokenPipeError(), 2, ""),
        (KeyboardInterrupt(), 130, ""),
        (Terminated(), 130, ""),
    ],
)
def test_an_error_is_one_message_and_an_exit_code(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, error)
    assert cli.main(["scan"]) == code
    assert capsys.readouterr() == ("", said)


def test_a_bug_of_ours_says_where_it_is_and_nothing_of_what_was_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, ValueError(VALUE))
    assert cli.main(["scan"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("keyguard: error: internal error: ValueError in ")
    assert said.endswith(": please report this\n")
    assert VALUE not in said


def test_an_error_that_was_never_raised_comes_from_nowhere() -> None:
    assert cli._origin(ValueError(VALUE)) == "nowhere"


def test_nothing_is_printed_where_nobody_can_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, _: str) -> int:
            raise ValueError("I/O operation on closed file")

        def flush(self) -> None:
            raise BrokenPipeError

    failing(monkeypatch, UsageError("name the keys"))
    monkeypatch.setattr(sys, "stderr", Closed())
    assert cli.main(["scan"]) == 2
    assert sys.stderr is None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_command_with_its_own_code(
    number: signal.Signals, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object) -> int:
        signal.raise_signal(number)
        raise AssertionError("nobody heard it")

    monkeypatch.setattr(cli, "_run", run)
    before = signal.getsignal(signal.SIGTERM)
    assert cli.main(["scan"]) == code
    assert signal.getsignal(signal.SIGTERM) is before
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_fails_because_of_a_signal_ends_as_the_signal_says(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: object) -> int:
        try:
            signal.raise_signal(signal.SIGTERM)
        except Terminated:
            raise OSError("a pipe that broke on the way out") from None
        return 0

    monkeypatch.setattr(cli, "_run", run)
    assert cli.main(["scan"]) == 143


def test_a_second_signal_does_not_interrupt_cleaning_up(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned = []

    def run(_: object) -> int:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.raise_signal(signal.SIGINT)
            cleaned.append(True)
        return 0

    monkeypatch.setattr(cli, "_run", run)
    assert cli.main(["scan"]) == 130
    assert cleaned == [True]


def test_in_another_thread_no_signal_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(cli, "_run", lambda _: 0)
    thread = threading.Thread(target=lambda: codes.append(cli.main(["scan"])))
    thread.start()
    thread.join()
    assert codes == [0]
