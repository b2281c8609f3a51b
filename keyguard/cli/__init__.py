"""The command line: one module per command, imported on demand, and one place that decides the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from keyguard.masking.known_values import KNOWN
from keyguard.masking.writer import masked_streams
from keyguard.support.errors import KeyguardError

if TYPE_CHECKING:
    from types import FrameType

_SIGINT = 2
#: seconds within which a second signal has no effect
_PATIENCE = 5.0
#: modules that import, and those that describe types
_CALLED_BY_EXTENSIONS = frozenset(
    ("importlib._bootstrap", "importlib._bootstrap_external", "enum", "typing", "msgspec._utils")
)


class Terminated(BaseException):
    """SIGTERM arrived. It unwinds like ^C, so that everything temporary is removed."""


def command() -> NoReturn:
    """Run this process's command line and exit, without the interpreter's cleanup, which takes 7 ms.

    Buffered output is written first; if that fails, the exit code is 2.
    """
    import gc
    import os

    _leave_no_core()
    _take_no_library_settings()
    # almost nothing that is loaded at the start is garbage, and collecting takes 3 ms
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
    """Disable core dumps of this process and its children: their memory contains keys."""
    try:
        import resource
    except ImportError:  # Windows, which writes none
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _take_no_library_settings() -> None:
    """Remove the variables by which OpenSSL would load programs, trust others, or log session keys.

    It reads these by itself when it is loaded.
    """
    import os

    for name in ("OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_MODULES", "OPENSSL_ENGINES", "SSLKEYLOGFILE"):
        os.environ.pop(name, None)


def _load_lightly() -> None:
    """Import ``msgspec`` and ``argparse`` without modules that they import but that keyguard does not need.

    ``msgspec`` imports ``typing_extensions`` if present, and with it ``inspect``, which costs a commit hook 10 ms. It
    asks ``decimal`` and ``uuid``, 2 ms, for types that no struct of keyguard has. ``textwrap``, 0.8 ms, serves JSON
    schemas. Python has no translations of argparse's messages: ``gettext``, 0.5 ms, would search for some, 1 ms.
    """
    from types import SimpleNamespace

    translations = SimpleNamespace(gettext=str, ngettext=lambda one, many, count: one if count == 1 else many)
    without: dict[str, Any] = {
        "typing_extensions": None,
        "decimal": SimpleNamespace(Decimal=type("Decimal", (), {})),
        "uuid": SimpleNamespace(UUID=type("UUID", (), {}), SafeUUID=SimpleNamespace(unknown=None)),
        "textwrap": SimpleNamespace(),
        "gettext": translations,
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
    """Run a command line; return 0 clean, 1 findings, 2 error or gap, 130 interrupted, 143 terminated."""
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
            # an operation interrupted by a signal may fail in its own way
            return _ended(heard) if heard else _failed(error, arguments)


def _run(arguments: list[str]) -> int:
    _load_lightly()
    from keyguard.cli.arguments import parse
    from keyguard.cli.command_table import run

    options = parse(arguments)
    return run(options)


def _ended(heard: Sequence[int]) -> int:
    """Remove what is temporary, and return the exit code for the signal, which can arrive at any moment."""
    module = sys.modules.get("keyguard.git.process.isolated_git")
    if module is not None:
        module.remove_folders()
    return 128 + (heard[0] if heard else _SIGINT)


def _failed(error: Exception, arguments: Sequence[str]) -> int:
    if isinstance(error, KeyguardError):
        return _fail(str(error), arguments)
    if isinstance(error, BrokenPipeError):
        return 2
    if isinstance(error, (MemoryError, OSError)):
        return _fail(f"{type(error).__name__}: {error}", arguments)
    # an internal error must not look like findings, nor show what was being read
    return _fail(f"internal error: {type(error).__name__} {_origin(error)}: please report this", arguments)


def _origin(error: Exception) -> str:
    """Return where an error was raised, without its message or any value, which may come from scanned content."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "nowhere"
    name = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("keyguard/")[2]
    return f"in {name}:{trace.tb_lineno}"


def _fail(message: str, arguments: Sequence[str]) -> int:
    from keyguard.inspection.filenames import mask_message
    from keyguard.support.sanitize import shown

    text = "\n".join(shown(line) for line in mask_message(message, arguments).split("\n"))
    try:
        print(f"keyguard: error: {text}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        sys.stderr = None  # otherwise Python would try again at exit, fail, and change the exit code
    return 2


def _send_later(number: int) -> None:
    """Send this process a signal in a moment, when it is out of whatever it is in."""
    import _thread
    import os
    from time import sleep

    def send() -> None:
        sleep(0.01)
        os.kill(os.getpid(), number)

    _thread.start_new_thread(send, ())


def _is_imported_or_described(frame: FrameType | None) -> bool:
    """Return whether an exception raised here could arrive in an extension module that is not prepared for it.

    Extension modules import others while they are loaded, and later: ``msgspec`` crashes if its import of ``datetime``,
    or the description of a type, is interrupted half way.
    """
    while frame is not None:
        if frame.f_globals.get("__name__") in _CALLED_BY_EXTENSIONS:
            return True
        frame = frame.f_back
    return False


@contextmanager
def _hearing_signals(heard: list[int], *, for_good: bool) -> Iterator[None]:
    """Within the block, record ^C and SIGTERM and raise; then not again for some seconds, during cleanup.

    The former handlers are restored, unless the process is ours ``for_good`` and about to exit.
    """
    import signal
    from time import monotonic

    before: dict[signal.Signals, Any] = {}
    patient_until = 0.0

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal patient_until
        if _is_imported_or_described(frame):
            _send_later(number)
            return
        heard.append(number)
        if monotonic() >= patient_until:
            patient_until = monotonic() + _PATIENCE
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    def ignored(what: Any) -> None:
        """Send the signal again if its exception was raised where exceptions are ignored: in the callback of a weak
        reference, as imports have them.
        """
        nonlocal patient_until
        if heard and isinstance(what.exc_value, (KeyboardInterrupt, Terminated)):
            patient_until = 0.0
            _send_later(heard.pop())
        else:
            sys.__unraisablehook__(what)

    wanted: list[tuple[signal.Signals, Any, Any]] = [
        (signal.SIGINT, signal.default_int_handler, hear),
        (signal.SIGTERM, signal.SIG_DFL, hear),
    ]
    if sys.platform != "win32":
        # if our parent ignores it, the exit status of git and of workers is lost
        wanted.append((signal.SIGCHLD, signal.SIG_IGN, signal.SIG_DFL))
    for number, usual, handler in wanted:
        try:
            if signal.getsignal(number) is usual:  # otherwise it is ignored on purpose, or handled by somebody else
                before[number] = signal.signal(number, handler)
        except ValueError:
            break  # not the main thread
    hook, sys.unraisablehook = sys.unraisablehook, ignored
    try:
        yield
    finally:
        sys.unraisablehook = hook
        if not (heard and for_good):
            for number, former in before.items():
                signal.signal(number, former)
