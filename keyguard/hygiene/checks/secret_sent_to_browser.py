"""``secret-sent-to-browser``: code of a server puts a secret into what browsers get."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial

from keyguard.hygiene.bundling.contents import Content, Kind
from keyguard.hygiene.bundling.dataflow import Dataflow
from keyguard.hygiene.bundling.printed_variables import Printed, printed_variables
from keyguard.hygiene.bundling.responses import Handed, handed
from keyguard.hygiene.bundling.syntax import parse
from keyguard.hygiene.data import tables
from keyguard.hygiene.delivery.server_templates import is_template
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project import variable_names
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.secret_code import code_with_secrets
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.hygiene.project.word_search import files_with
from keyguard.hygiene.reach.code.boundaries import is_client
from keyguard.model.finding import Confidence, Vendor
from keyguard.model.violation import Violation
from keyguard.support.regex import expression

_PAGES = (b".html", b".htm")
#: words of which every look-up of a variable in a template contains one
_LOOKUPS = (b"env", b"ENV", b"config", b"Configuration", b"settings", b"credentials")
_CODE = (b".js", b".jsx", b".ts", b".tsx", b".mjs", b".mts")
_ENVIRONMENT = expression(rb"process\.env|\$env/|astro:env/server")
#: words of which every file that hands something to browsers contains one
_HANDS = expression(
    rb"\bget(?:ServerSide|Static|Initial)Props\b|\bload(?:er)?\b|\.(?:json|jsonp|send|render|write|end)\(|<[A-Za-z]"
)


def secret_sent_to_browser(project: Project) -> Iterator[Violation]:
    """Yield a violation for each variable and each file that hands it to browsers."""
    vendors: list[Vendor] | None = None
    for path in (one for one in code_with_secrets(project) if one.endswith(_CODE)):
        content = project.read(path) or b""
        if not (_ENVIRONMENT.search(content) and _HANDS.search(content)) or is_client(content):
            continue
        syntax = parse(content)
        if syntax is not None:
            vendors = variable_names.server_vendors(project.engine.ruleset) if vendors is None else vendors
            flow = Dataflow(syntax, lambda _: False, strict=True)
            found = handed(path, syntax, flow, _is_client_import(project, path))
            yield from _violations(project, path, found, vendors)
    for path in _templates(project):
        vendors = variable_names.server_vendors(project.engine.ruleset) if vendors is None else vendors
        printed = printed_variables(path, project.read(path) or b"")
        yield from _violations(project, path, map(_printed, printed), vendors)


CHECKS = (secret_sent_to_browser,)


def _templates(project: Project) -> list[bytes]:
    """Return the templates that may print a variable, sorted."""
    aside = tables.load("browser")["aside"]["folders"]
    files = [
        path
        for path in project.files
        if (is_template(path) or (path.endswith(_PAGES) and patterns.in_folder(path, ("templates", "views"))))
        and not patterns.in_folder(path, aside)
    ]
    return files_with(project, files, _LOOKUPS)


def _printed(one: Printed) -> Handed:
    kind = Kind.VARIABLE if one.name else Kind.ALL
    content = Content(kind, one.name.encode(), one.start, one.end)
    return Handed(content, "a template prints it into the page", certain=True)


def _is_client_import(project: Project, path: bytes) -> Callable[[bytes], bool]:
    """Return the function that tells whether an import in a file is a client component of the project."""
    return partial(_is_client, project, path)


def _is_client(project: Project, path: bytes, text: bytes) -> bool:
    targets = project.client_paths.imported(path, text)
    return any(is_client(project.read(one) or b"") for one in targets)


def _violations(
    project: Project, path: bytes, found: Iterator[Handed], vendors: Collection[Vendor]
) -> Iterator[Violation]:
    seen: set[str] = set()
    for one in found:
        name = one.content.name.decode("utf-8", "replace")
        secret = variable_names.secrecy(name, vendors) is Secrecy.SURELY and not variable_names.public_prefix(name)
        whole = one.content.kind is Kind.ALL
        if name not in seen and (whole or (one.content.kind is Kind.VARIABLE and secret)):
            seen.add(name)
            what = "the whole environment of the server is" if whole else f"{name}, a secret by its name, is"
            yield Violation(
                check="secret-sent-to-browser",
                message=f"{what} {'sent to browsers' if one.certain else 'likely sent to browsers'}",
                spots=(project.spot(path, one.content.start, one.content.end),),
                subject=name or "environment",
                because=(one.how,),
                confidence=None if one.certain else Confidence.MEDIUM,
            )
