"""The table of checks: each topic is one module with ``CHECKS``; its texts are in ``data/<topic>.toml``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keyguard.hygiene import bundling, clientcode, environments, frontend, ignoring, publicnames
from keyguard.hygiene.docker import context
from keyguard.hygiene.project import Project
from keyguard.keeping import Violation

#: what a topic offers: functions, each for one check or a few that look at the same thing
CheckFunction = Callable[[Project], Iterator[Violation]]

#: all of them, in the order in which they look
FUNCTIONS: tuple[CheckFunction, ...] = (
    *ignoring.CHECKS,
    *context.CHECKS,
    *frontend.CHECKS,
    *publicnames.CHECKS,
    *bundling.CHECKS,
    *clientcode.CHECKS,
    *environments.CHECKS,
)
