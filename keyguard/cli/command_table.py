"""The table of commands: each is one module, imported on demand."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from contextlib import suppress
from importlib import import_module

from keyguard.support import userdirs
from keyguard.support.errors import UsageError

#: name -> (module with ``add_arguments(parser)`` and ``run(options) -> int``, description)
COMMANDS: dict[str, tuple[str, str]] = {
    "scan": ("keyguard.cli.commands.scan", "find keys in files, folders, staged changes or standard input"),
    "hook": ("keyguard.cli.commands.hook", "run as a git hook"),
    "accept": ("keyguard.cli.commands.accept", "accept findings that are known, so that only new ones are reported"),
    "migrate": ("keyguard.cli.commands.migrate", "take over what other secret scanners were told to accept"),
    "inventory": ("keyguard.cli.commands.inventory", "list the keys of a project: where, how old, shared with whom"),
    "verify": ("keyguard.cli.commands.verify", "ask vendors whether keys are active (uses the network)"),
    "revoke": ("keyguard.cli.commands.revoke", "make keys inactive at their vendors (uses the network)"),
    "plan": ("keyguard.cli.commands.plan", "say what to do about keys, step by step"),
    "purge": (
        "keyguard.cli.commands.purge",
        "take keys out of a server's history, in a fresh clone (uses the network)",
    ),
    "prove": ("keyguard.cli.commands.prove", "say whether a key is gone, and on what that rests"),
    "journal": ("keyguard.cli.commands.journal", "show what was done about keys"),
    "fix": ("keyguard.cli.commands.fix", "change your own files so that keys are kept as they should be"),
    "rules": ("keyguard.cli.commands.rules", "list, show and test rules and checks"),
    "config": ("keyguard.cli.commands.config", "show the settings that count and where they come from"),
    "cache": ("keyguard.cli.commands.cache", "show what is remembered from scan to scan, or forget it"),
    "explain": ("keyguard.cli.commands.explain", "say what a rule or a check finds, why it matters and what to do"),
}


def run(options: Namespace) -> int:
    """Run the command that was parsed; return its exit code."""
    module, _ = COMMANDS[options.command]
    for path in _scanned(options):
        if ":" in path:
            _refuse_url(path)
    said: list[str] = []
    try:
        with userdirs.apart_from(_scanned(options)) as said:
            return int(import_module(module).run(options))
    finally:
        if said:
            _say(said)


def _refuse_url(path: str) -> None:
    """Raise ``UsageError`` for the URL of a repository in place of a path."""
    from keyguard.support.clone_urls import folder_of, shown_url

    if (name := folder_of(path)) and not os.path.lexists(path):
        url = shown_url(path)
        raise UsageError(
            f"{url} is a URL, and keyguard scans what is on this machine: git clone {url} && keyguard scan {name}"
        )


def _say(lines: list[str]) -> None:
    from keyguard.support.sanitize import shown

    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            print(*(f"keyguard: {shown(line)}" for line in lines), sep="\n", file=sys.stderr)


def _scanned(options: Namespace) -> list[str]:
    """Return the paths that the command scans, or around which it searches for configuration."""
    given = getattr(options, "paths", None) or getattr(options, "path", None) or []
    paths = [given] if isinstance(given, str) else [*given]
    if getattr(options, "stdin", False):
        return [*paths, "-"]
    scans = any(hasattr(options, name) for name in ("paths", "path", "hook"))
    return paths or (["."] if scans else [])
