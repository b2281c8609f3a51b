"""``public-env-prefix``: a secret has a name that a build tool exposes to every browser."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles.names import is_env_file, is_example
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import spots, variable_names
from keyguard.hygiene.project.build_tools import build_tools
from keyguard.hygiene.project.key_offsets import keys_between
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.model.finding import Environment, Severity, Sighting
from keyguard.model.violation import Spot, Violation
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

#: what stands between a name and its value, and the beginning of a comment
_GIVEN = expression(rb"[\"']?[ \t]*(?:[:=]|\?=)[ \t]*[\"']?|[ \t]*(?:[\r\n]|\Z)")
_COMMENT = expression(rb"^[ \t]*(?:#|//|;|\*|<!--)")
#: bytes between the end of a name and its value
_NEAR = 40
#: bytes before a name in which its line's comment may begin
_LINE = 400


#: configurations of Vite, and its option for prefixes: https://vite.dev/config/shared-options#envprefix
_CONFIGURATIONS = patterns.of(("vite.config.*", "astro.config.*", "electron.vite.config.*", "vitest.config.*"))
_OPTION = expression(rb"\benvPrefix\s{0,9}:\s{0,9}(\[[^\]]{0,600}\]|[\"'][^\"'\r\n]{1,60}[\"'])")
_PREFIX = expression(rb"[\"']([A-Za-z]\w{0,58}_)[\"']")


class _Use(NamedTuple):
    """An assignment to a name, and the key that is assigned, if it is one."""

    path: bytes
    spot: Spot
    key: Sighting | None
    exposed: str
    """What exposes the variable, in words."""


class _OwnPrefix(NamedTuple):
    """A prefix that a configuration adds to those that a build tool knows."""

    folder: bytes
    """Of the configuration, with a slash behind it; empty at the root."""
    names: re.Pattern[bytes]
    exposes: str


def public_env_prefix(project: Project) -> Iterator[Violation]:
    """Yield a violation for each name, with all the files that assign a value to it."""
    uses: dict[str, list[_Use]] = defaultdict(list)
    own = list(_own_prefixes(project))
    for path in _sources(project):
        for name, use in _in_file(project, path, own):
            uses[name].append(use)
    vendors = variable_names.server_vendors(project.engine.ruleset)
    for name, found in sorted(uses.items()):
        secret = next((use.key for use in found if use.key), None)
        says = variable_names.secrecy(name, vendors)
        if secret or says:
            yield _violation(project, name, found, secret, says)


CHECKS = (public_env_prefix,)


def _violation(project: Project, name: str, found: list[_Use], key: Sighting | None, says: Secrecy) -> Violation:
    what = f"a {project.key_name(key)}" if key else "a secret, by its name,"
    because = [found[0].exposed]
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
        steps=("Take the prefix off the name, and read it only in code that runs on a server.",),
    )


def _severity(key: Sighting | None, says: Secrecy) -> Severity | None:
    if key is None:
        return Severity.INFO if says is Secrecy.PERHAPS else None
    return {Environment.LIVE: Severity.CRITICAL, Environment.TEST: Severity.MEDIUM}.get(key.environment)


def _sources(project: Project) -> list[bytes]:
    """Return the files that set the environment of a build, ignored ones too."""
    lists = tables.load("browser")["sources"]
    found = {*patterns.of((*lists["ci"], *lists["docker"])).among(project.files)}
    found |= {one.path for wanted in (is_env_file, is_example) for one in project.local_files(wanted)}
    aside = tables.load("browser")["aside"]["folders"]
    return sorted(path for path in found if not patterns.in_folder(path, aside))


def _own_prefixes(project: Project) -> Iterator[_OwnPrefix]:
    known = tables.load("browser")["names"]["prefixes"]
    for path in _CONFIGURATIONS.among(project.files):
        for option in _OPTION.finditer(project.read(path) or b""):
            for prefix in _PREFIX.findall(option[1]):
                if prefix.decode() not in known:
                    names = re.compile(rb"(?<![A-Za-z0-9_$-])%s\w{2,80}(?!\w)" % re.escape(prefix))
                    exposes = f"envPrefix of {shown_path(path)} puts every variable that begins with {prefix.decode()}"
                    yield _OwnPrefix(path[: path.rfind(b"/") + 1], names, f"{exposes} into what browsers download")


def _names(
    project: Project, path: bytes, content: bytes, own: list[_OwnPrefix]
) -> Iterator[tuple[re.Match[bytes], str]]:
    """Yield the names in a file that a build exposes, and what exposes each, in words."""
    tools = build_tools(project)
    for name in variable_names.public_names().finditer(content):
        prefix = variable_names.public_prefix(name[0].decode())
        if tools.act_on(prefix, path):
            tool = variable_names.tool(prefix)
            yield name, f"{tool} puts every variable that begins with {prefix} into what browsers download"
    for one in own:
        yield from ((name, one.exposes) for name in one.names.finditer(content) if path.startswith(one.folder))


def _in_file(project: Project, path: bytes, own: list[_OwnPrefix]) -> Iterator[tuple[str, _Use]]:
    content = project.read(path) or b""
    for name, exposed in _names(project, path, content, own):
        low = max(0, name.start() - _LINE)
        line = content[max(low, content.rfind(b"\n", low, name.start()) + 1) : name.start()]
        given = _GIVEN.match(content, name.end())
        if not given or _COMMENT.match(line):
            continue
        at, key = next(iter(keys_between(project, path, name.end(), name.end() + _NEAR + 1)), (0, None))
        on_line = key is not None and b"\n" not in content[name.end() : at]
        if key is not None and on_line and is_public(project, key):
            continue  # the vendor means it to be public
        spot = spots.of_key(path, key.occurrence) if key and on_line else project.spot(path, *name.span())
        yield name[0].decode(), _Use(path, spot, key if on_line else None, exposed)
