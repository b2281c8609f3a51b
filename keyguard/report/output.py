"""Output of reports: from ``-f`` options to files and standard output, each report written whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Collection, Sequence
from typing import BinaryIO, Protocol, TextIO, cast

import msgspec

from keyguard.masking.writer import MaskingWriter
from keyguard.model.finding import Run
from keyguard.report import REPORTERS, Style, load
from keyguard.report.atomic_file import error_reason, is_special, write_special, write_whole
from keyguard.support.errors import OutputError, UsageError
from keyguard.support.sanitize import shown

STDOUT = "-"
_STDOUT_NAMES = ("", STDOUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


class Destination(msgspec.Struct, frozen=True):
    """One report: its format and its file (``-`` is standard output)."""

    format: str
    path: str


class Renders(Protocol):
    """Returns a function that writes a report of the named format; ``plain`` for a file."""

    def __call__(self, name: str, *, plain: bool) -> Callable[[TextIO], None]: ...


#: writes to standard output, as ``write_stdout`` does
Shows = Callable[[TextIO | None, Callable[[TextIO], None]], None]


def parse_formats(options: Sequence[str], known: Collection[str] = REPORTERS) -> list[Destination]:
    """Return the destinations of ``["text", "sarif=out.sarif"]``; text on standard output if no option is given.

    Raise UsageError for a format that is not ``known``, a missing file name after ``=``, or a destination used twice.
    """
    destinations = [_parse_format(option, known) for option in options or ("text",)]
    taken: dict[str, Destination] = {}
    for destination in destinations:
        key = destination.path if destination.path == STDOUT else _same_file(destination.path)
        if key in taken:
            raise UsageError(_twice(taken[key], destination))
        taken[key] = destination
    return destinations


def write_reports(
    run: Run, destinations: Sequence[Destination], style: Style, stdout: TextIO | None, show: Shows | None = None
) -> None:
    """Write every report; ``style`` is for standard output, files are plain.

    ``show`` writes text for people to standard output. Raise as ``write_each`` does.
    """

    def rendered(name: str, *, plain: bool) -> Callable[[TextIO], None]:
        return _rendered(run, name, Style(verbose=style.verbose, full=style.full, hook=style.hook) if plain else style)

    text = any(one.path == STDOUT and one.format == "text" for one in destinations)
    write_each(destinations, rendered, stdout, show if text else None)


def write_each(
    destinations: Sequence[Destination], rendered: Renders, stdout: TextIO | None, show: Shows | None = None
) -> None:
    """Write what ``rendered`` returns for each format, files first.

    Raise OutputError after trying all, if at least one could not be written. It is no error if the reader of standard
    output went away.
    """
    problems = []
    for destination in sorted(destinations, key=lambda destination: destination.path == STDOUT):
        try:
            if destination.path == STDOUT:
                (show or write_stdout)(stdout, rendered(destination.format, plain=False))
            else:
                _write_file(destination, rendered(destination.format, plain=True))
        except OutputError as error:
            problems.append(str(error))
    if problems:
        raise OutputError("\n".join(problems))


def write_stdout(stdout: TextIO | None, write: Callable[[TextIO], None]) -> None:
    """Let ``write`` fill standard output, in UTF-8 on any locale, and make sure that it arrived.

    Raise OutputError if it did not; a broken pipe is ignored. After either, standard output leads nowhere, so that the
    interpreter does not fail again when it flushes it at exit.
    """
    if stdout is None or stdout.closed:
        raise OutputError("standard output: it is closed")
    try:
        stdout.flush()
        fd = _descriptor(stdout)
        if fd is None:
            _write_masked(stdout, write)
            stdout.flush()
            return
        with open(fd, "wb", closefd=False) as raw:
            fill(raw, write)
    except OSError as error:
        _abandon(stdout)
        if not isinstance(error, BrokenPipeError):
            raise OutputError(f"standard output: the report could not be written: {error_reason(error)}") from error


def _rendered(run: Run, name: str, style: Style) -> Callable[[TextIO], None]:
    reporter = load(name)
    return lambda out: reporter(run, out, style)


def _write_file(destination: Destination, write: Callable[[TextIO], None]) -> None:
    """Write a file. Raise OutputError, and then leave the file as it was."""
    path = destination.path
    try:
        if is_special(path):
            write_special(path, lambda raw: fill(raw, write))
        else:
            write_whole(path, lambda raw: fill(raw, write))
    except OSError as error:
        message = f"{shown(path)}: the {destination.format} report could not be written: {error_reason(error)}"
        raise OutputError(message) from error


def fill(raw: BinaryIO, write: Callable[[TextIO], None]) -> None:
    """Write as UTF-8 with LF; whoever closes ``raw`` learns whether it arrived."""
    text = io.TextIOWrapper(raw, "utf-8", "backslashreplace", newline="\n", write_through=True)
    try:
        _write_masked(text, write)
    finally:
        text.detach()


def _write_masked(out: TextIO, write: Callable[[TextIO], None]) -> None:
    """Write with every known secret masked."""
    masking = MaskingWriter(out)
    try:
        write(cast(TextIO, masking))
    finally:
        masking.flush()


def _parse_format(option: str, known: Collection[str]) -> Destination:
    name, equals, path = option.partition("=")
    if name not in known:
        from difflib import get_close_matches

        close = get_close_matches(name, known, n=1)
        hint = f": did you mean '{close[0]}'?" if close else f": choose from {', '.join(known)}"
        raise UsageError(f"unknown format '{shown(name)}'{hint}")
    if equals and not path:
        raise UsageError(f"{name}=: no file name after '='; use {name} alone for standard output")
    return Destination(name, STDOUT if path in _STDOUT_NAMES else path)


def _same_file(path: str) -> str:
    """Return a key that is equal for two spellings of one file; a link differs from its target, as it is replaced."""
    directory, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(directory), name)


def _twice(one: Destination, other: Destination) -> str:
    where = "standard output" if other.path == STDOUT else shown(other.path)
    return f"{one.format} and {other.format} would both go to {where}: give one of them a file of its own, NAME=FILE"


def _descriptor(stdout: TextIO) -> int | None:
    """Return the file descriptor; None if there is none, as in a test that captures output."""
    try:
        return stdout.fileno()
    except (OSError, AttributeError):
        return None


def _abandon(stdout: TextIO) -> None:
    fd = _descriptor(stdout)
    if fd is not None:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), fd)
