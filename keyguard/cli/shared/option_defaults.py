"""What the configuration says where no option does."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from keyguard.config.project_config import LIMIT, Settings
from keyguard.config.values import parse_severity
from keyguard.model.finding import Configuration, Severity
from keyguard.report.output import Destination, parse_formats
from keyguard.support.errors import ConfigError, UnknownRuleError, UsageError

if TYPE_CHECKING:
    from keyguard.triage.overrides import PathOverride


def with_settings(options: argparse.Namespace, settings: Settings, reports: list[Destination]) -> list[Destination]:
    """Set the options for reports that are not given, and return the reports. Raise ConfigError for an unknown one."""
    own = settings.config
    options.verbose = options.verbose or own.verbose
    options.color = options.color or own.color
    if options.format or not own.format:
        return reports
    try:
        return parse_formats([own.format])
    except UsageError as error:
        raise ConfigError(f"{_place(settings.origin, 'format')}format: {error}") from error


def only(options: argparse.Namespace, settings: Settings, *, whole: bool) -> str:
    """Return ``keys``, ``hygiene`` or nothing for both. Only a scan of ``whole`` folders can be one for hygiene."""
    if options.only or options.no_hygiene:
        return options.only or "keys"
    if settings.config.no_hygiene or settings.config.only == "keys":
        return "keys"
    return settings.config.only if whole else ""


def jobs(settings: Settings) -> int:
    """Return the number of processes, 0 for the default; what is scanned can only lower it."""
    wanted = settings.config.jobs
    if not wanted or settings.trusted:
        return wanted
    from keyguard.inspection import workers

    return min(wanted, workers.available_cpus())


def levels(settings: Settings) -> dict[str, Severity]:
    """Return the severities of rules and checks."""
    return {name: parse_severity(level) for name, level in settings.config.severity.items()}


def paths(settings: Settings) -> tuple[PathOverride, ...]:
    """Return what holds for findings in some files."""
    if not (found := settings.paths()):
        return ()
    from keyguard.triage.overrides import path_overrides

    return path_overrides(found)


def with_place(error: UnknownRuleError, origin: Configuration) -> UnknownRuleError | ConfigError:
    """Return the error with the line of the configuration that has the name; as it is if none has."""
    place = _place(origin, error.name)
    return ConfigError(f"{place}{error}") if place else error


def _place(origin: Configuration, name: str) -> str:
    """Return ``keyguard.toml:3: `` for a key or a string in a configuration file; empty if it is not there."""
    if origin.commit or not origin.path:
        return ""
    from keyguard.config.toml_text import line_with
    from keyguard.support.regular_file import read_regular

    try:
        data = read_regular(origin.path, LIMIT)
    except (OSError, ValueError):
        return ""
    line = line_with(data, name)
    return f"{origin.path}:{line}: " if line else ""
