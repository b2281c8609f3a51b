"""The table of checks. To add a check, write one module in ``keyguard/hygiene/checks`` and add one row to ``CHECKS``.

A module of checks offers ``CHECKS``, a tuple of functions. Its texts (title, explanation, steps) are a ``[[checks]]``
table in one of the files of ``keyguard/hygiene/data``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keyguard.hygiene.checks import (
    env_ignored,
    env_in_docker_context,
    env_in_history,
    env_in_package,
    env_inlined_in_bundle,
    hook_missing,
    key_age_and_rotation,
    key_in_frontend,
    key_in_git_config,
    key_in_infrastructure,
    key_in_k8s,
    key_in_notebook_output,
    key_in_wrong_stage,
    key_logged,
    public_env_prefix,
    secret_sent_to_browser,
    server_key_in_client_code,
    shell_output,
    source_map_delivered,
)
from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles import names as envfiles
from keyguard.hygiene.envfiles import readers, survey
from keyguard.hygiene.keys import kubernetes_secrets
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.hygiene.project.project import Project
from keyguard.model.violation import Violation

#: a check: one function for one check, or for a few that share their work
CheckFunction = Callable[[Project], Iterator[Violation]]

#: all checks, in the order in which they run
CHECKS: tuple[CheckFunction, ...] = (
    *env_ignored.CHECKS,
    *env_in_history.CHECKS,
    *env_in_docker_context.CHECKS,
    *env_in_package.CHECKS,
    *key_in_frontend.CHECKS,
    *public_env_prefix.CHECKS,
    *env_inlined_in_bundle.CHECKS,
    *server_key_in_client_code.CHECKS,
    *secret_sent_to_browser.CHECKS,
    *key_in_k8s.CHECKS,
    *key_in_wrong_stage.CHECKS,
    *key_age_and_rotation.CHECKS,
    *hook_missing.CHECKS,
    *key_in_infrastructure.CHECKS,
    *key_in_notebook_output.CHECKS,
    *key_in_git_config.CHECKS,
    *shell_output.CHECKS,
    *key_logged.CHECKS,
    *source_map_delivered.CHECKS,
)
#: those of build output
BUILT_CHECKS: tuple[CheckFunction, ...] = (*key_in_frontend.CHECKS, *source_map_delivered.CHECKS)

#: checks that need no keys, so that they can run before the keys are known
CHECKS_WITHOUT_KEYS = frozenset(
    (
        *server_key_in_client_code.CHECKS,
        *secret_sent_to_browser.CHECKS,
        *shell_output.CHECKS,
        *hook_missing.CHECKS,
        *key_logged.CHECKS,
    )
)
#: look-ups that several checks share and that need no keys: they are computed beforehand
SHARED_LOOKUPS: tuple[Callable[[Project], object], ...] = (kubernetes_secrets.manifests, readers.readers)


def local_file_predicates() -> dict[Callable[[bytes], bool], Patterns]:
    """Return the predicates that checks pass to ``Project.local_files``, each with patterns for every name it accepts.

    ``LocalFiles.prepare`` uses them to match names before any key is known.
    """
    files = tables.load("envfiles")["files"]
    return {
        envfiles.is_env_file: Patterns(files["names"]),
        envfiles.is_example: Patterns(files["examples"]),
        envfiles.holds_keys: Patterns((*files["names"], *files["others"])),
        survey.is_wanted: Patterns((*files["names"], *files["others"], *files["loose"], *files["full"])),
    }
