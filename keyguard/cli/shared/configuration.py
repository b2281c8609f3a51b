"""Choose the configuration and markers for a command: those of the work tree, the index, or a commit."""

from __future__ import annotations

import argparse
from functools import partial
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
    """The settings that decide over one scan."""

    settings: Settings
    change_policy: ChangePolicy | None = None
    """Set if not every marker counts: decides which ones do."""

    opened: RepositorySession | None = None
    """The repository session if one was opened; it is closed at the end of the ``with`` block."""

    def __enter__(self) -> ChosenSettings:
        return self

    def __exit__(self, *_: object) -> None:
        if self.opened:
            self.opened.close()

    def for_hooks(self) -> ChosenSettings:
        """Return the same with what the table ``[hooks]`` decides differently."""
        return self._replace(settings=self.settings.for_hooks())

    def applied(self, request: ScanRequest) -> ScanRequest:
        """Return the request with these settings applied."""
        if self.opened and request.range is not None:
            request = msgspec.structs.replace(request, opened=self.opened)
        if self.change_policy is None:
            return request
        return msgspec.structs.replace(request, change_policy=self.change_policy, rotation=self.settings.rotation())


def of_work_tree(options: argparse.Namespace, start: str) -> ChosenSettings:
    """Return the settings for a scan of files: the nearest configuration on disk, and every marker."""
    if chosen := _named(options, start):
        return chosen
    settings = project_config.find(start, options.config, isolated=options.isolated)
    return ChosenSettings(settings if options.isolated else _with_accepted(settings, start))


def of_index(options: argparse.Namespace, start: str, index: str) -> ChosenSettings:
    """Return the settings for a commit: the staged configuration, whatever the work tree contains."""
    if chosen := _named(options, start):
        return chosen
    instead = _instead(options)
    if options.isolated and instead:
        return instead
    from keyguard.policy import staged_settings

    return ChosenSettings(staged_settings.read_staged(start, index, instead.settings if instead else None))


def of_range(options: argparse.Namespace, start: str, asked: Range, now: int) -> ChosenSettings:
    """Return the settings for a range: those of the base of the change."""
    if chosen := _named(options, start, asked):
        return chosen
    from keyguard.policy import effective_settings

    instead = _instead(options)
    return ChosenSettings(*effective_settings.for_range(start, asked, now, instead.settings if instead else None))


def of_push(options: argparse.Namespace, asked: Range) -> ChosenSettings:
    """Return the settings for a push before it is sent: the configuration of its tip, and every marker."""
    if chosen := _named(options, ".", asked):
        return chosen
    instead = _instead(options)
    if options.isolated and instead:
        return instead
    from keyguard.policy import effective_settings

    return ChosenSettings(*effective_settings.for_push(".", asked, instead.settings if instead else None))


def on_server(options: argparse.Namespace, asked: Range) -> ChosenSettings:
    """Return the settings for a push on a server: the server's own, and those of HEAD only if these say so."""
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
    """Return the settings that ``--config-from`` names; None without that option."""
    name = options.config_from
    if not name:
        return None
    if options.config or options.isolated:
        raise UsageError("--config-from says which configuration counts: leave out --config and --isolated")
    if name == WORK_TREE:
        return ChosenSettings(_with_accepted(project_config.nearest(start), start))
    from keyguard.policy import effective_settings

    return ChosenSettings(*effective_settings.from_commit(start, name, asked))


def _with_accepted(settings: Settings, start: str) -> Settings:
    """Return the settings with the accepted findings of the work tree."""
    from keyguard.policy.accepted_findings import accepted_on_disk

    return msgspec.structs.replace(settings, accepted=partial(accepted_on_disk, start))


def _instead(options: argparse.Namespace) -> ChosenSettings | None:
    """Return the configuration that the user names, or an empty one for ``--isolated``; None without either."""
    explicit = project_config.find_named(options.config)
    return ChosenSettings(explicit or Settings(Config())) if explicit or options.isolated else None
