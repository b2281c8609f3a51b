"""``env-inlined-in-bundle``: a build configuration writes a secret of the environment into the bundle."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import spots, variable_names
from keyguard.hygiene.project.balanced_blocks import LONGEST, block_end
from keyguard.hygiene.project.key_offsets import keys_between
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.model.finding import Sighting
from keyguard.model.violation import Violation
from keyguard.support.regex import expression

#: a read of an environment variable in JavaScript: ``process.env.X``, ``process.env["X"]``, ``env.X``
_READ = expression(rb"\b(?:process\.env|import\.meta\.env|Deno\.env|env)(?:\.|\[[\"'`])([A-Z][A-Z0-9_]{2,80})\b")
#: a name in the list given to webpack's EnvironmentPlugin
_LISTED = expression(rb"[\"'`]([A-Z][A-Z0-9_]{2,80})[\"'`]")
#: a read of the whole environment
_ALL = expression(
    rb"(?:[\"'`]?process\.env[\"'`]?\s*:\s*(?:JSON\.stringify\(\s*)?(?:process\.env|env)\b(?![.\[])|\.\.\.process\.env\b)"
)

#: bytes of one configuration that are searched for the ends of blocks; nested blocks count again
_MOST = 4 * LONGEST


def env_inlined(project: Project) -> Iterator[Violation]:
    """Yield a violation for each variable or key, and each block of a configuration that inlines it."""
    tools = tables.load("browser")["inlining"]
    configurations = patterns.of(tuple(name for tool in tools for name in tool["files"])).among(project.files)
    for tool in tools:
        opening = re.compile(tool["opening"].encode())
        for path in patterns.of(tuple(tool["files"])).among(configurations):
            content, looked = project.read(path) or b"", 0
            for found in opening.finditer(content):
                start, end = found.end() - 1, block_end(content, found.end() - 1)
                if end:
                    yield from _in_block(project, path, content, (start, end), tool["says"])
                looked += (end or min(len(content), start + LONGEST)) - start
                if looked > _MOST:
                    break


CHECKS = (env_inlined,)


def _in_block(project: Project, path: bytes, content: bytes, span: tuple[int, int], says: str) -> Iterator[Violation]:
    start, end = span
    vendors = variable_names.server_vendors(project.engine.ruleset)
    for found in _ALL.finditer(content, start, end):
        yield _violation(project, path, found.span(), says, "the whole environment of the build")
    seen: set[bytes] = set()
    pattern = _LISTED if "EnvironmentPlugin" in says else _READ
    for found in pattern.finditer(content, start, end):
        name = found[1].decode()
        if found[1] not in seen and variable_names.secrecy(name, vendors) is Secrecy.SURELY:
            seen.add(found[1])
            yield _violation(project, path, found.span(1), says, f"{name}, a secret by its name,")
    for _, key in keys_between(project, path, start, end):
        if not is_public(project, key):
            yield _violation(project, path, (0, 0), says, f"a {project.key_name(key)}", key)


def _violation(
    project: Project, path: bytes, span: tuple[int, int], says: str, what: str, key: Sighting | None = None
) -> Violation:
    return Violation(
        check="env-inlined-in-bundle",
        message=f"{what} is written into the bundle".replace(", is written", " is written"),
        spots=(spots.of_key(path, key.occurrence) if key else project.spot(path, *span),),
        subject=what,
        because=(says,),
        key=key.fingerprint if key else "",
    )
