"""The table of checks: each topic is one module with ``CHECKS``; its texts are in ``data/<topic>.toml``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keyguard.hygiene import (
    bundling,
    clientcode,
    credentials,
    data,
    echoed,
    envfiles,
    environments,
    formerly,
    frontend,
    githooks,
    ignoring,
    infrastructure,
    k8ssecrets,
    lifecycle,
    logged,
    manifests,
    notebooks,
    publicnames,
    readers,
    survey,
)
from keyguard.hygiene.docker import context
from keyguard.hygiene.packaging import shipped
from keyguard.hygiene.patterns import Patterns
from keyguard.hygiene.project import Project
from keyguard.keeping import Violation

#: what a topic offers: functions, each for one check or a few that look at the same thing
CheckFunction = Callable[[Project], Iterator[Violation]]

#: all of them, in the order in which they look
FUNCTIONS: tuple[CheckFunction, ...] = (
    *ignoring.CHECKS,
    *formerly.CHECKS,
    *context.CHECKS,
    *shipped.CHECKS,
    *frontend.CHECKS,
    *publicnames.CHECKS,
    *bundling.CHECKS,
    *clientcode.CHECKS,
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

#: those that ask for no key, so that they need not wait until all keys are known
EARLY = frozenset((*clientcode.CHECKS, *echoed.CHECKS, *githooks.CHECKS, *logged.CHECKS))
#: what others find out by themselves, and can be asked before
PREPARED: tuple[Callable[[Project], object], ...] = (k8ssecrets.manifests, readers.readers)


def names() -> dict[Callable[[bytes], bool], Patterns]:
    """What checks ask ``Project.locals`` for, and patterns for all names that can be meant by it: that is found out
    before any key is known.
    """
    files = data.load("envfiles")["files"]
    return {
        envfiles.is_env_file: Patterns(files["names"]),
        envfiles.is_example: Patterns(files["examples"]),
        envfiles.holds_keys: Patterns((*files["names"], *files["others"])),
        survey.is_wanted: Patterns((*files["names"], *files["others"])),
    }
