"""The command line: one module a command, imported when it is asked for; one place that decides how it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from keyguard.masking.known import KNOWN
from keyguard.masking.writer import masked_streams
from keyguard.support.errors import KeyguardError

_SIGINT = 2
#: seconds in which a second signal changes nothing
_PATIENCE = 5.0


class Terminated(BaseException):
    """SIGTERM arrived; unwinds like ^C does, so that everything temporary is removed."""


def command() -> NoReturn:
    """Run this process's command line and leave, without tidying up what ends with the process anyway: that takes 7 ms.

    Output that is still held back is written first; where it cannot be, the exit code is 2.
    """
    import gc
    import os

    _leave_no_core()
    _take_no_library_settings()
    # next to nothing of what is loaded at the start is garbage: to look for some takes 3 ms
    gc.set_threshold(50_000, *gc.get_threshold()[1:])
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            code = 2
    os._exit(code)


def _leave_no_core() -> None:
    """Have no memory written to disk where this process or one that it starts is killed: keys are in it."""
    try:
        import resource
    except ImportError:  # Windows, where nothing is written
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _take_no_library_settings() -> None:
    """Forget what would have OpenSSL load programs, believe others, or write down what opens connections: it reads
    these by itself, once it is loaded.
    """
    import os

    for name in ("OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_MODULES", "OPENSSL_ENGINES", "SSLKEYLOGFILE"):
        os.environ.pop(name, None)


def _load_lightly() -> None:
    """Load ``msgspec`` and ``argparse`` without what they import and we have no use for: half of what they cost.

    ``typing_extensions`` is left out where it is there, with ``inspect`` behind it: 10 ms of a commit hook. Of the
    others a few names are asked for: decimal numbers and UUIDs, which no struct of ours has, and translations of
    messages of ``argparse``, of which Python brings none: 4 ms. Whoever imports them afterwards gets them whole.
    """
    from types import SimpleNamespace

    without: dict[str, Any] = {
        "typing_extensions": None,
        "decimal": SimpleNamespace(Decimal=type("Decimal", (), {})),
        "uuid": SimpleNamespace(UUID=type("UUID", (), {}), SafeUUID=SimpleNamespace(unknown=None)),
        "textwrap": SimpleNamespace(),
        "gettext": SimpleNamespace(gettext=str, ngettext=lambda one, many, count: one if count == 1 else many),
    }
    without = {name: instead for name, instead in without.items() if name not in sys.modules}
    sys.modules.update(without)
    try:
        import argparse  # noqa: F401

        import msgspec  # noqa: F401
    except (AttributeError, ImportError):
        pass  # another version asks them for more: it is loaded whole when it is asked for
    finally:
        for name in without:
            del sys.modules[name]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code is 0 clean, 1 findings, 2 error or gap, 130 interrupted, 143 terminated."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    heard: list[int] = []
    KNOWN.clear()
    with masked_streams():
        try:
            with _hearing_signals(heard, for_good=argv is None):
                code = _run(arguments)
            return _ended(heard) if heard else code
        except (KeyboardInterrupt, Terminated):
            return _ended(heard)
        except Exception as error:
            # what a signal interrupts may fail in its own way
            return _ended(heard) if heard else _failed(error, arguments)


def _run(arguments: list[str]) -> int:
    _load_lightly()
    from keyguard.cli.arguments import parse
    from keyguard.cli.table import run

    options = parse(arguments)
    return run(options)


def _ended(heard: Sequence[int]) -> int:
    """A signal can come at any moment, also while something temporary is being made or removed."""
    shadow = sys.modules.get("keyguard.git.process.shadow")
    if shadow is not None:
        shadow.sweep()
    return 128 + (heard[0] if heard else _SIGINT)


def _failed(error: Exception, arguments: Sequence[str]) -> int:
    if isinstance(error, KeyguardError):
        return _fail(str(error), arguments)
    if isinstance(error, BrokenPipeError):
        return 2
    if isinstance(error, (MemoryError, OSError)):
        return _fail(f"{type(error).__name__}: {error}", arguments)
    # a bug of ours must not pass for findings, nor show what was being read
    return _fail(f"internal error: {type(error).__name__} {_origin(error)}: please report this", arguments)


def _origin(error: Exception) -> str:
    """Where an error was raised, without its message or any value: those may come from what was scanned."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "nowhere"
    name = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("keyguard/")[2]
    return f"in {name}:{trace.tb_lineno}"


def _fail(message: str, arguments: Sequence[str]) -> int:
    from keyguard.inspection.filenames import scrubbed
    from keyguard.support.sanitize import shown

    text = "\n".join(shown(line) for line in scrubbed(message, arguments).split("\n"))
    try:
        print(f"keyguard: error: {text}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        sys.stderr = None  # or Python would try again at its end, fail, and have the last word on the exit code
    return 2


@contextmanager
def _hearing_signals(heard: list[int], *, for_good: bool) -> Iterator[None]:
    """Within, ^C and SIGTERM are noted and raise; then, for seconds, not again: cleaning up is not to be interrupted.

    What had been set is put back, unless the process is ours ``for_good`` and on its way out.
    """
    import signal
    from time import monotonic

    before: dict[signal.Signals, Any] = {}
    patient_until = 0.0

    def hear(number: int, frame: object) -> None:
        nonlocal patient_until
        heard.append(number)
        if monotonic() >= patient_until:
            patient_until = monotonic() + _PATIENCE
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    wanted: list[tuple[signal.Signals, Any, Any]] = [
        (signal.SIGINT, signal.default_int_handler, hear),
        (signal.SIGTERM, signal.SIG_DFL, hear),
    ]
    if sys.platform != "win32":
        # where whoever started us ignores it, nobody can tell any more how git and our workers ended
        wanted.append((signal.SIGCHLD, signal.SIG_IGN, signal.SIG_DFL))
    for number, usual, handler in wanted:
        try:
            if signal.getsignal(number) is usual:  # else somebody asked for it to be ignored, or listens himself
                before[number] = signal.signal(number, handler)
        except ValueError:
            break  # not the main thread
    try:
        yield
    finally:
        if not (heard and for_good):
            for number, former in before.items():
                signal.signal(number, former)
