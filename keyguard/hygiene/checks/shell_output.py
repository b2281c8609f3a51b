"""``key-in-ci`` and ``key-logged``: shell commands in pipelines and scripts that print secrets.

A CI system masks a secret in its log only in the form in which it stores it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import variable_names
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.hygiene.stages.path_stage import test_or_example
from keyguard.model.finding import Severity, Vendor
from keyguard.model.violation import Violation
from keyguard.support.regex import expression

#: a command that prints, up to the next command; not one whose output is captured
_PRINTS = expression(rb"(?<![\w$(`./-])(?:echo|printf|Write-Host|Write-Output)[ \t]+(?P<rest>[^\r\n]{1,500})")
_NEXT = expression(rb"&&|\|\||;(?![^\"']{0,400}[\"'](?:[ \t]|$))")
_CHANGES = expression(rb"\|[ \t]*(?:base64|rev|xxd|od|hexdump|fold|tr|sed|cut|tee(?:[ \t]+/dev/stderr))\b")
_SECRET = expression(rb"\$\{\{[ \t]*secrets\.(\w{2,80})[ \t]*\}\}")
#: an environment variable: a script's own variables are in lower case
_VARIABLE = expression(
    rb"\$(?:env:|Env:)?(?:\{([A-Z][A-Z0-9_]{1,80})(?::-[^}]{0,200})?\}|([A-Z][A-Z0-9_]{1,80})(?![A-Za-z0-9_]))"
)
#: a variable that is set to a stored secret, and the name of that secret
_GIVEN = expression(rb"(?m)^[ \t-]*[\"']?(\w{2,80})[\"']?:[ \t]*[\"']?\$\{\{[ \t]*secrets\.(\w{2,80})[ \t]*\}\}")
#: the end of a group of commands, whose output may be redirected
_GROUP = expression(rb"(?m)^[ \t]*(?:[{(]|[})]|done)[ \t]*(?P<to>[>|])?")
_FAR = 2000


class _Echo(NamedTuple):
    """A secret that is printed, and where."""

    span: tuple[int, int]
    name: str
    changed: bool
    """Whether it is printed in a form that no mask recognises."""


def echoed(project: Project) -> Iterator[Violation]:
    """Yield a violation for each secret and file: ``key-in-ci`` for pipelines, ``key-logged`` for scripts."""
    vendors = variable_names.server_vendors(project.engine.ruleset)
    pipelines = tables.patterns("logging", "pipelines").among(project.files)
    scripts = [path for path in tables.patterns("logging", "scripts").among(project.files) if _is_ours(path)]
    for check, paths in (("key-in-ci", pipelines), ("key-logged", scripts)):
        for path in sorted(paths):
            seen: set[str] = set()
            for one in _echoes(project.read(path) or b"", vendors):
                if one.name not in seen:
                    seen.add(one.name)
                    yield _violation(project, path, one, check)


CHECKS = (echoed,)


def _is_ours(path: bytes) -> bool:
    return not patterns.in_folder(path, tables.load("browser")["aside"]["folders"]) and test_or_example(path) is None


def _violation(project: Project, path: bytes, one: _Echo, check: str) -> Violation:
    masked = check == "key-in-ci" and not one.changed
    how = "in a form that no mask knows" if one.changed else "and only a mask keeps it out of the log" if masked else ""
    return Violation(
        check=check,
        message=f"{one.name} is printed {how}".rstrip(),
        spots=(project.spot(path, *one.span),),
        subject=one.name,
        severity=Severity.LOW if masked else None,
    )


def _echoes(content: bytes, vendors: Collection[Vendor]) -> Iterator[_Echo]:
    stored = {name: name for name in _SECRET.findall(content)} | dict(_GIVEN.findall(content))
    for found in _PRINTS.finditer(content):
        low = max(0, found.start() - _FAR)
        line = content[max(low, content.rfind(b"\n", low, found.start()) + 1) : found.start()]
        rest = _NEXT.split(found["rest"])[0]
        changed = bool(_CHANGES.search(rest))
        hidden = _goes_elsewhere(rest, changed) or _is_grouped(content, found.end())
        if line.lstrip().startswith(b"#") or b"::" in rest or hidden:
            continue
        for name, start, end in _names(rest):
            says = variable_names.secrecy(stored.get(name, name).decode(), vendors)
            least = Secrecy.NONE if changed else Secrecy.PERHAPS
            if says is Secrecy.SURELY or (name in stored and says >= least):
                at = found.start("rest")
                yield _Echo((at + start, at + end), name.decode(), changed)


def _is_grouped(content: bytes, end: int) -> bool:
    """Return whether the command belongs to a group in brackets whose output is redirected."""
    found = _GROUP.search(content, end, end + _FAR)
    return bool(found and found["to"])


def _goes_elsewhere(rest: bytes, changed: bool) -> bool:
    """Return whether a command's output is redirected to a file, or to a program that does not print it."""
    plain = rest.replace(b">&2", b"").replace(b"> /dev/stderr", b"").replace(b"${{", b"").replace(b"->", b"")
    return b">" in plain or (b"|" in plain and not changed) or b"--decode" in rest or b"base64 -d" in rest


def _names(rest: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the secrets that a command prints: (name, start, end). Single quotes and nested commands print none."""
    for found in _SECRET.finditer(rest):
        yield found[1], *found.span()
    for found in _VARIABLE.finditer(rest):
        before = rest[: found.start()]
        quoted = before.count(b"'") % 2 and not before.count(b'"') % 2
        inner = before.count(b"$(") > before.count(b")") or before.count(b"`") % 2
        name = found[1] or found[2]
        if not (quoted or inner or before.endswith(b"\\") or variable_names.public_prefix(name.decode())):
            yield name, *found.span()
