"""``server-key-in-client-code``: code that reaches a browser uses a secret key."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.delivery.client_delivery import deliveries
from keyguard.hygiene.delivery.delivery import Delivery
from keyguard.hygiene.project import variable_names
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.secret_code import client_code_with_secrets
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.hygiene.reach.code.placement import Place, Placement
from keyguard.model.finding import Confidence, Vendor
from keyguard.model.violation import Violation
from keyguard.support.regex import expression

#: files that are in no bundle, whatever imports them
_NOT_SHIPPED = expression(rb"(?:\.server\.|\.(?:test|spec|stories|cy|config|d)\.)[a-z]+\Z|(?:^|/)middleware\.[jt]s\Z")
_READ = expression(rb"\b(?:process\.env|import\.meta\.env)(?:\.|\[[\"'`])([A-Z][A-Z0-9_]{2,80})\b")
#: a list of all variables that declares which of them browsers may read, and throws for every other one
_GUARD, _GUARDED = expression(rb"@t3-oss/env[\w-]{0,40}[\"']"), re.compile(rb"\bcreateEnv\s{0,9}\(")
_BEARER = expression(
    rb"(?P<header>[Aa]uthorization)[\"'`]?\s*[:=,]\s*(?P<sent>[`\"'](?:Bearer|Basic)\s[^\n,;}]{0,120})"
)
#: the credential in the header is a constant, not a value that the page's user typed
_FIXED = expression(rb"process\.env|import\.meta\.env|\$\{\s*[A-Z][A-Z0-9_]{3,}|\+\s*[A-Z][A-Z0-9_]{3,}")
_QUOTES = (b'"', b"'")
#: an import, or a call of ``require``, up to the name of the package
_FROM = expression(
    rb"import\s{1,9}(?!type\b)(?P<default>[\w$]{1,80})?[\s,]{0,9}"
    rb"(?:\*\s{0,9}as\s{1,9}[\w$]{1,80}|\{(?P<others>[^{}]*)\})?\s{0,9}from\s{0,9}\Z"
)
_REQUIRE = expression(rb"(?P<default>[\w$]{1,80})\s{0,9}=\s{0,9}require\(\s{0,9}\Z")
_STATEMENT = 600
#: names of one package that a file is searched for, and imports of it that are looked at: people write one
_MOST_NAMES, _MOST_IMPORTS = 50, 20
#: uses that are looked at in one file, and variables that a finding names
_MOST_USES, _MOST_NAMED = 500, 8
#: bytes between a header and the address that it is sent to
_NEAR = 800


class _Use(NamedTuple):
    """Code that needs a secret, and what it needs it for."""

    span: tuple[int, int]
    what: str
    subject: str
    token: tuple[int, int]
    """The part of the code that tells it, in bytes: it counts where it runs, and not where it is shown."""
    name: str = ""
    """The environment variable that is read, if it is that."""
    confidence: Confidence | None = None
    hidden: bool = False
    """Whether the span may contain a secret, so that it must be masked."""


def server_key_in_client_code(project: Project) -> Iterator[Violation]:
    """Yield a violation for each use and each file that reaches a browser, one for all variables that a file reads."""
    suspects = [path for path in client_code_with_secrets(project) if not _NOT_SHIPPED.search(path)]
    vendors = variable_names.server_vendors(project.engine.ruleset) if suspects else []
    uses = {path: found for path in suspects if (found := _uses(path, project.read(path) or b"", vendors))}
    places = {path: {one.span[0] for one in found} for path, found in uses.items()}
    for path, delivery in sorted(deliveries(project, uses, places).items()):
        taken = {one.subject: one for one in reversed(uses[path]) if delivery.delivers(one.span[0])}
        found = sorted(taken.values(), key=lambda one: one.span)
        reads = [one for one in found if one.name]
        if reads:
            yield _read_violation(project, path, reads, delivery)
        yield from (_violation(project, path, one, delivery) for one in found if not one.name)


CHECKS = (server_key_in_client_code,)


def _violation(project: Project, path: bytes, use: _Use, delivery: Delivery) -> Violation:
    return Violation(
        check="server-key-in-client-code",
        message=f"{use.what} in {delivery.how}",
        spots=((project.hidden_spot if use.hidden else project.spot)(path, *use.span),),
        subject=use.subject,
        because=delivery.because,
        confidence=use.confidence,
    )


def _read_violation(project: Project, path: bytes, reads: list[_Use], delivery: Delivery) -> Violation:
    more = len(reads) - 1
    what = f"{reads[0].name} and {more} more secret{'s' * (more > 1)}, by their names, are" if more else reads[0].what
    others = ", ".join(one.name for one in reads[1:_MOST_NAMED]) + (" and more" if more >= _MOST_NAMED else "")
    return Violation(
        check="server-key-in-client-code",
        message=f"{what} read in {delivery.how}" if more else f"{what} in {delivery.how}",
        spots=tuple(project.spot(path, *one.span) for one in reads),
        subject="environment",
        because=(
            *delivery.because,
            *([f"so are {others}" + (" and more" if more >= _MOST_NAMED else "")] * bool(more)),
        ),
    )


def _uses(path: bytes, content: bytes, vendors: Collection[Vendor]) -> list[_Use]:
    """Return the uses that run: not those in comments, in texts that are shown, or under conditions that are false."""
    placement = Placement(path, content)
    found = islice((*_reads(content, vendors), *_clients(content), *_headers(content)), _MOST_USES)
    return [one for one in found if placement.place(*one.token, quoted=not one.name) is Place.CODE]


def _reads(content: bytes, vendors: Collection[Vendor]) -> Iterator[_Use]:
    """Yield reads of environment variables whose names say that they are secret."""
    guard = _GUARD.search(content)
    if guard and _GUARDED.search(content, guard.end()):
        return
    for found in _READ.finditer(content):
        name = found[1].decode()
        if variable_names.secrecy(name, vendors) is Secrecy.SURELY:
            yield _Use(found.span(), f"{name}, a secret by its name, is read", name, found.span(), name)


def _clients(content: bytes) -> Iterator[_Use]:
    """Yield calls that construct a vendor's server client: an import alone may be for its types."""
    for service in tables.load("browser")["services"]:
        for package in service.get("sdk", ()):
            for name in islice(dict.fromkeys(_imported(content, package.encode())), _MOST_NAMES):
                for made in islice(re.finditer(rb"\bnew\s+%s\s*\(" % re.escape(name), content), _MOST_NAMES):
                    what = f"the client of {service['name']} for servers is made"
                    yield _Use(made.span(), what, package, made.span())


def _imported(content: bytes, package: bytes) -> Iterator[bytes]:
    """Yield the local names by which the file refers to a package or its exports."""
    for quote in _QUOTES:
        for at in islice(_occurrences(content, quote + package + quote), _MOST_IMPORTS):
            before = content[max(0, at - _STATEMENT) : at]
            found = _FROM.search(before) or _REQUIRE.search(before)
            yield from _names_in(found) if found else ()


def _names_in(found: re.Match[bytes]) -> Iterator[bytes]:
    names = found.groupdict()
    yield from filter(None, [names["default"]])
    for part in (names.get("others") or b"").split(b","):
        if part.strip() and not part.strip().startswith(b"type "):
            yield part.strip().rpartition(b" ")[2]


def _headers(content: bytes) -> Iterator[_Use]:
    """Yield requests to a vendor's API with a key in a header."""
    for service in tables.load("browser")["services"]:
        for host in map(str.encode, service["hosts"]):
            for at in islice(_occurrences(content, b"//" + host), _MOST_IMPORTS):
                low = max(0, at - _NEAR)
                sent = _BEARER.search(content, low, at + _NEAR)
                if sent and (not service.get("own-keys") or _FIXED.search(sent["sent"])):
                    what = f"a request to {host.decode()} with a key of yours is sent"
                    yield _Use(
                        sent.span("sent"),
                        what,
                        host.decode(),
                        sent.span("header"),
                        confidence=Confidence.MEDIUM,
                        hidden=True,
                    )


def _occurrences(content: bytes, word: bytes) -> Iterator[int]:
    at = content.find(word)
    while at >= 0:
        yield at
        at = content.find(word, at + 1)
