"""The table of checks: each topic is one module with ``CHECKS``; its texts are in ``data/<topic>.toml``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keyguard.hygiene.checks import (
    bundle_env,
    client_code,
    docker_context,
    env_history,
    env_ignored,
    frontend,
    git_config,
    git_hooks,
    infrastructure,
    kubernetes,
    lifecycle,
    logging,
    notebooks,
    packages,
    public_env,
    shell_output,
    stages,
)
from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles import names as envfiles
from keyguard.hygiene.envfiles import readers, survey
from keyguard.hygiene.keys import kubernetes as kubernetes_secrets
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.hygiene.project.project import Project
from keyguard.model.violation import Violation

#: what a topic offers: functions, each for one check or a few that look at the same thing
CheckFunction = Callable[[Project], Iterator[Violation]]

#: all of them, in the order in which they look
FUNCTIONS: tuple[CheckFunction, ...] = (
    *env_ignored.CHECKS,
    *env_history.CHECKS,
    *docker_context.CHECKS,
    *packages.CHECKS,
    *frontend.CHECKS,
    *public_env.CHECKS,
    *bundle_env.CHECKS,
    *client_code.CHECKS,
    *kubernetes.CHECKS,
    *stages.CHECKS,
    *lifecycle.CHECKS,
    *git_hooks.CHECKS,
    *infrastructure.CHECKS,
    *notebooks.CHECKS,
    *git_config.CHECKS,
    *shell_output.CHECKS,
    *logging.CHECKS,
)

#: those that ask for no key, so that they need not wait until all keys are known
EARLY = frozenset((*client_code.CHECKS, *shell_output.CHECKS, *git_hooks.CHECKS, *logging.CHECKS))
#: what others find out by themselves, and can be asked before
PREPARED: tuple[Callable[[Project], object], ...] = (kubernetes_secrets.manifests, readers.readers)


def names() -> dict[Callable[[bytes], bool], Patterns]:
    """What checks ask ``Project.locals`` for, and patterns for all names that can be meant by it: that is found out
    before any key is known.
    """
    files = tables.load("envfiles")["files"]
    return {
        envfiles.is_env_file: Patterns(files["names"]),
        envfiles.is_example: Patterns(files["examples"]),
        envfiles.holds_keys: Patterns((*files["names"], *files["others"])),
        survey.is_wanted: Patterns((*files["names"], *files["others"])),
    }
