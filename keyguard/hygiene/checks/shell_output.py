"""Secrets that shells print: in pipelines, where a store masks them only in the form it knows, and in scripts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import variables
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.variables import Secrecy
from keyguard.hygiene.stages.names import absolute
from keyguard.model.finding import Severity, Vendor
from keyguard.model.violation import Violation
from keyguard.support.regex import expression

#: a command that prints, up to where the next one begins; not one whose output is taken
_PRINTS = expression(rb"(?<![\w$(`./-])(?:echo|printf|Write-Host|Write-Output)[ \t]+(?P<rest>[^\r\n]{1,500})")
_NEXT = expression(rb"&&|\|\||;(?![^\"']{0,400}[\"'](?:[ \t]|$))")
_CHANGES = expression(rb"\|[ \t]*(?:base64|rev|xxd|od|hexdump|fold|tr|sed|cut|tee(?:[ \t]+/dev/stderr))\b")
_SECRET = expression(rb"\$\{\{[ \t]*secrets\.(\w{2,80})[ \t]*\}\}")
#: of the environment: those of a script itself are in lower case
_VARIABLE = expression(
    rb"\$(?:env:|Env:)?(?:\{([A-Z][A-Z0-9_]{1,80})(?::-[^}]{0,200})?\}|([A-Z][A-Z0-9_]{1,80})(?![A-Za-z0-9_]))"
)
#: variables that are given a secret of the store, and its name there
_GIVEN = expression(rb"(?m)^[ \t-]*[\"']?(\w{2,80})[\"']?:[ \t]*[\"']?\$\{\{[ \t]*secrets\.(\w{2,80})[ \t]*\}\}")
#: the end of a group of commands, whose output goes elsewhere
_GROUP = expression(rb"(?m)^[ \t]*(?:[{(]|[})]|done)[ \t]*(?P<to>[>|])?")
_FAR = 2000


class _Echo(NamedTuple):
    """A secret that is printed, and where."""

    span: tuple[int, int]
    name: str
    changed: bool
    """In a form that nothing masks."""


def echoed(project: Project) -> Iterator[Violation]:
    """One for each secret and file: ``key-in-ci`` for pipelines, ``key-logged`` for scripts."""
    vendors = variables.server_vendors(project.engine.ruleset)
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
    return not patterns.in_folder(path, tables.load("browser")["aside"]["folders"]) and absolute(path) is None


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
            says = variables.secrecy(stored.get(name, name).decode(), vendors)
            least = Secrecy.NONE if changed else Secrecy.PERHAPS
            if says is Secrecy.SURELY or (name in stored and says >= least):
                at = found.start("rest")
                yield _Echo((at + start, at + end), name.decode(), changed)


def _is_grouped(content: bytes, end: int) -> bool:
    """Whether it is one of several commands in brackets, the output of which goes elsewhere."""
    found = _GROUP.search(content, end, end + _FAR)
    return bool(found and found["to"])


def _goes_elsewhere(rest: bytes, changed: bool) -> bool:
    """Whether a command's output is not seen: it goes into a file, or to a program that does not print it."""
    plain = rest.replace(b">&2", b"").replace(b"> /dev/stderr", b"").replace(b"${{", b"").replace(b"->", b"")
    return b">" in plain or (b"|" in plain and not changed) or b"--decode" in rest or b"base64 -d" in rest


def _names(rest: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The secrets that a command prints; what is in single quotes, or for a command within it, is not."""
    for found in _SECRET.finditer(rest):
        yield found[1], *found.span()
    for found in _VARIABLE.finditer(rest):
        before = rest[: found.start()]
        quoted = before.count(b"'") % 2 and not before.count(b'"') % 2
        inner = before.count(b"$(") > before.count(b")") or before.count(b"`") % 2
        name = found[1] or found[2]
        if not (quoted or inner or before.endswith(b"\\") or variables.public_prefix(name.decode())):
            yield name, *found.span()
