"""``public-env-prefix``: a secret under a name that a build tool hands to every browser."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles.names import is_env_file, is_example
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import places, variables
from keyguard.hygiene.project.offsets import between
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.public_keys import is_public
from keyguard.hygiene.project.variables import Secrecy
from keyguard.model.finding import Environment, Severity, Sighting
from keyguard.model.violation import Spot, Violation
from keyguard.support.regex import expression

#: what stands between a name and its value; and what a comment begins with
_GIVEN = expression(rb"[\"']?[ \t]*(?:[:=]|\?=)[ \t]*[\"']?|[ \t]*(?:[\r\n]|\Z)")
_COMMENT = expression(rb"^[ \t]*(?:#|//|;|\*|<!--)")
#: how far behind its name a value begins
_NEAR = 40
#: how far before a name a comment may begin
_LINE = 400


class _Use(NamedTuple):
    """A name where it is given a value, and the key that it is given, if it is one."""

    path: bytes
    spot: Spot
    key: Sighting | None


def public_env_prefix(project: Project) -> Iterator[Violation]:
    """One for each name, with all the files in which it is given a value."""
    uses: dict[str, list[_Use]] = defaultdict(list)
    for path in _sources(project):
        for name, use in _in_file(project, path):
            uses[name].append(use)
    vendors = variables.server_vendors(project.engine.ruleset)
    for name, found in sorted(uses.items()):
        secret = next((use.key for use in found if use.key), None)
        says = variables.secrecy(name, vendors)
        if secret or says:
            yield _violation(project, name, found, secret, says)


CHECKS = (public_env_prefix,)


def _violation(project: Project, name: str, found: list[_Use], key: Sighting | None, says: Secrecy) -> Violation:
    prefix = variables.public_prefix(name)
    what = f"a {project.key_name(key)}" if key else "a secret, by its name,"
    because = [f"{variables.tool(prefix)} puts every variable that begins with {prefix} into what browsers download"]
    if not key and says is Secrecy.PERHAPS:
        because.append("whether this vendor's keys may be seen, the name does not tell")
    return Violation(
        check="public-env-prefix",
        message=f"{name} holds {what} and reaches every browser" if key else f"{name} is {what} that reaches browsers",
        spots=tuple(use.spot for use in sorted(found, key=lambda use: (use.key is None, use.path, use.spot.line))),
        subject=name,
        because=tuple(because),
        severity=_severity(key, says),
        key=key.fingerprint if key else "",
        steps=(f"Take {prefix} off the name, and read it only in code that runs on a server.",),
    )


def _severity(key: Sighting | None, says: Secrecy) -> Severity | None:
    if key is None:
        return Severity.INFO if says is Secrecy.PERHAPS else None
    return {Environment.LIVE: Severity.CRITICAL, Environment.TEST: Severity.MEDIUM}.get(key.environment)


def _sources(project: Project) -> list[bytes]:
    """The files in which the environment of a build is written, ignored ones too."""
    lists = tables.load("browser")["sources"]
    found = {*patterns.of((*lists["ci"], *lists["docker"])).among(project.files)}
    found |= {one.path for wanted in (is_env_file, is_example) for one in project.locals(wanted)}
    aside = tables.load("browser")["aside"]["folders"]
    return sorted(path for path in found if not patterns.in_folder(path, aside))


def _in_file(project: Project, path: bytes) -> Iterator[tuple[str, _Use]]:
    content = project.read(path) or b""
    found = list(variables.public_names().finditer(content))
    for name in found:
        low = max(0, name.start() - _LINE)
        line = content[max(low, content.rfind(b"\n", low, name.start()) + 1) : name.start()]
        given = _GIVEN.match(content, name.end())
        if not given or _COMMENT.match(line):
            continue
        at, key = next(iter(between(project, path, name.end(), name.end() + _NEAR + 1)), (0, None))
        on_line = key is not None and b"\n" not in content[name.end() : at]
        if key is not None and on_line and is_public(project, key):
            continue  # the vendor means it to be seen
        spot = places.of_key(path, key.occurrence) if key and on_line else project.spot(path, *name.span())
        yield name[0].decode(), _Use(path, spot, key if on_line else None)
