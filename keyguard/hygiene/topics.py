"""The table of checks: each topic is one module with ``CHECKS``; its texts are in ``data/<topic>.toml``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keyguard.hygiene import (
    bundling,
    clientcode,
    credentials,
    echoed,
    envfiles,
    environments,
    frontend,
    githooks,
    ignoring,
    infrastructure,
    lifecycle,
    logged,
    manifests,
    notebooks,
    publicnames,
)
from keyguard.hygiene.project import Project
from keyguard.keeping import Violation

#: what a topic offers: functions, each for one check or a few that look at the same thing
CheckFunction = Callable[[Project], Iterator[Violation]]

#: all of them, in the order in which they look
FUNCTIONS: tuple[CheckFunction, ...] = (
    *ignoring.CHECKS,
    *frontend.CHECKS,
    *publicnames.CHECKS,
    *bundling.CHECKS,
    *clientcode.CHECKS,
    # what these find in base64, the next ones know
    *manifests.CHECKS,
    *environments.CHECKS,
    *lifecycle.CHECKS,
    *githooks.CHECKS,
    *infrastructure.CHECKS,
    *notebooks.CHECKS,
    *credentials.CHECKS,
    *echoed.CHECKS,
    *logged.CHECKS,
)

#: the questions about names that checks ask of ``Project.locals``: they can be answered before any key is known
NAMES: tuple[Callable[[bytes], bool], ...] = (envfiles.is_env_file, envfiles.is_example, ignoring.is_wanted)
