"""``env-inlined-in-bundle``: a build configuration writes a secret of the environment into the bundle."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from keyguard.hygiene.bundling import text_search
from keyguard.hygiene.bundling.contents import Kind
from keyguard.hygiene.bundling.dataflow import Dataflow
from keyguard.hygiene.bundling.inlined_options import Inlined, inlined
from keyguard.hygiene.bundling.syntax import parse
from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import spots, variable_names
from keyguard.hygiene.project.key_offsets import keys_between
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.model.finding import Confidence, Vendor
from keyguard.model.violation import Spot, Violation
from keyguard.support.regex import expression

_Row = Mapping[str, Any]
#: what every environment that is inlined comes from
_ENVIRONMENTS = (b".env", b"loadEnv", b"dotenv", b"EnvironmentPlugin", b"envField")


#: https://vite.dev/config/shared-options#envprefix
_NO_PREFIX = expression(rb"\benvPrefix\s{0,9}:\s{0,9}(?:\[\s{0,9})?(?:\"\"|'')")


def env_inlined(project: Project) -> Iterator[Violation]:
    """Yield a violation for each variable or key that a configuration writes into the bundle, once a configuration."""
    rows: list[_Row] = tables.load("browser")["inlining"]
    names = tuple(name for row in rows for name in row["files"])
    vendors = variable_names.server_vendors(project.engine.ruleset)
    for path in patterns.of(names).among(project.files):
        content = project.read(path) or b""
        for found in _NO_PREFIX.finditer(content):
            says = "an empty envPrefix takes every variable"
            yield _violation(project.spot(path, *found.span()), says, "the whole environment of the build", None)
        ours = [row for row in rows if patterns.of(tuple(row["files"])).fit(path) and _word(row) in content]
        if not ours or not (any(word in content for word in _ENVIRONMENTS) or project.keys.get(path)):
            continue
        seen: set[tuple[str, str]] = set()
        for one in _inlined(project, path, content, ours, vendors):
            if (one.subject, one.key) not in seen:
                seen.add((one.subject, one.key))
                yield one


CHECKS = (env_inlined,)


def _word(row: _Row) -> bytes:
    """Return the word without which an option is not used."""
    return str(row.get("call") or row["option"][0]).encode()


def _inlined(
    project: Project, path: bytes, content: bytes, rows: list[_Row], vendors: Collection[Vendor]
) -> Iterator[Violation]:
    syntax = parse(content)
    if syntax is None:
        for one in text_search.inlined(content, rows):
            yield from _violations(project, path, one, vendors, Confidence.MEDIUM)
    else:
        for one in inlined(syntax, Dataflow(syntax, _is_public_prefix), rows):
            yield from _violations(project, path, one, vendors)


def _violations(
    project: Project, path: bytes, one: Inlined, vendors: Collection[Vendor], confidence: Confidence | None = None
) -> Iterator[Violation]:
    content, name = one.content, one.content.name.decode("utf-8", "replace")
    span = content.start, content.end
    if content.kind is Kind.ALL:
        yield _violation(project.spot(path, *span), one.says, "the whole environment of the build", confidence)
    elif content.kind is Kind.VARIABLE:
        if variable_names.secrecy(name, vendors) is Secrecy.SURELY:
            yield _violation(project.spot(path, *span), one.says, f"{name}, a secret by its name,", confidence)
    elif content.kind is Kind.TEXT:
        for _, key in keys_between(project, path, *span):
            if not is_public(project, key):
                what = f"a {project.key_name(key)}"
                yield _violation(spots.of_key(path, key.occurrence), one.says, what, confidence, key.fingerprint)


def _violation(spot: Spot, says: str, what: str, confidence: Confidence | None, key: str = "") -> Violation:
    return Violation(
        check="env-inlined-in-bundle",
        message=f"{what} is written into the bundle".replace(", is written", " is written"),
        spots=(spot,),
        subject=what,
        because=(says,),
        confidence=confidence,
        key=key,
    )


def _is_public_prefix(prefix: bytes) -> bool:
    name = prefix.decode("utf-8", "replace")
    return any(name.startswith(one) for one in tables.load("browser")["names"]["prefixes"])
