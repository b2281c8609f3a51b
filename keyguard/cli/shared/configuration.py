"""Which configuration counts for a command, and whose markers: the work tree's, the index's, or those of a commit."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from keyguard.config import project_config
from keyguard.config.project_config import Config, Settings
from keyguard.scan.run import ScanRequest
from keyguard.support.errors import UsageError

if TYPE_CHECKING:
    from keyguard.history.ranges.request import Range
    from keyguard.history.ranges.session import RepositorySession
    from keyguard.policy.change_policy import ChangePolicy

WORK_TREE = "worktree"


class ChosenSettings(NamedTuple):
    """What decides over one scan."""

    settings: Settings
    change_policy: ChangePolicy | None = None
    """Where not every marker counts: which ones do."""

    opened: RepositorySession | None = None
    """The repository, where it took to be opened; it stays so until the end of the ``with`` block."""

    def __enter__(self) -> ChosenSettings:
        return self

    def __exit__(self, *_: object) -> None:
        if self.opened:
            self.opened.close()

    def applied(self, request: ScanRequest) -> ScanRequest:
        """The same scan, decided so."""
        if self.opened and request.range is not None:
            request = msgspec.structs.replace(request, opened=self.opened)
        if self.change_policy is None:
            return request
        return msgspec.structs.replace(request, change_policy=self.change_policy, rotation=self.settings.rotation())


def of_work_tree(options: argparse.Namespace, start: str) -> ChosenSettings:
    """What a scan of files obeys: the nearest configuration on disk, and every marker."""
    return _named(options, start) or ChosenSettings(
        project_config.find(start, options.config, isolated=options.isolated)
    )


def of_index(options: argparse.Namespace, start: str, index: str) -> ChosenSettings:
    """What a commit obeys: the configuration that is staged, whatever lies in the work tree."""
    if chosen := _named(options, start) or _instead(options):
        return chosen
    from keyguard.policy import staged_settings

    return ChosenSettings(staged_settings.read_staged(start, index))


def of_range(options: argparse.Namespace, start: str, asked: Range, now: int) -> ChosenSettings:
    """What a range obeys: the base of the change."""
    if chosen := _named(options, start, asked):
        return chosen
    from keyguard.policy import effective_settings

    instead = _instead(options)
    return ChosenSettings(*effective_settings.for_range(start, asked, now, instead.settings if instead else None))


def of_push(options: argparse.Namespace, asked: Range) -> ChosenSettings:
    """What a push obeys before it is sent: the configuration of what is pushed, and every marker."""
    if chosen := _named(options, ".", asked) or _instead(options):
        return chosen
    from keyguard.policy import effective_settings

    return ChosenSettings(*effective_settings.for_push(".", asked))


def on_server(options: argparse.Namespace, asked: Range) -> ChosenSettings:
    """What a server obeys: its own configuration, and HEAD before the push only where that says so."""
    if options.config_from == WORK_TREE:
        raise UsageError("--config-from worktree: what is pushed to a server is in no work tree")
    if chosen := _named(options, ".", asked):
        return chosen
    from keyguard.policy import effective_settings

    instead = _instead(options)
    return ChosenSettings(
        *effective_settings.for_server_push(".", asked, instead.settings if instead else Settings(Config()))
    )


def _named(options: argparse.Namespace, start: str, asked: Range | None = None) -> ChosenSettings | None:
    """What ``--config-from`` says; None where it says nothing."""
    name = options.config_from
    if not name:
        return None
    if options.config or options.isolated:
        raise UsageError("--config-from says which configuration counts: leave out --config and --isolated")
    if name == WORK_TREE:
        return ChosenSettings(project_config.nearest(start))
    from keyguard.policy import effective_settings

    return ChosenSettings(*effective_settings.from_commit(start, name, asked))


def _instead(options: argparse.Namespace) -> ChosenSettings | None:
    """The configuration that the user names, or none at all for ``--isolated``; None where neither is said."""
    explicit = project_config.find_named(options.config)
    return ChosenSettings(explicit or Settings(Config())) if explicit or options.isolated else None
