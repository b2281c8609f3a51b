"""How a file reaches a browser or a phone: by the kind of file it is, or through imports from an entry point."""

from __future__ import annotations

import re
from collections.abc import Collection
from types import MappingProxyType

from keyguard.hygiene.data import tables
from keyguard.hygiene.delivery import server_templates
from keyguard.hygiene.delivery.delivery import Delivery
from keyguard.hygiene.delivery.phone_apps import phone_delivery
from keyguard.hygiene.delivery.served_folders import served_folders
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.reach.client_paths import ClientPath
from keyguard.hygiene.reach.code.boundaries import is_client
from keyguard.hygiene.reach.code.module import Places
from keyguard.hygiene.reach.frameworks import SHIPS_WHOLE
from keyguard.sources import built
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown_path

_MODULE = expression(rb"\.(?:jsx?|tsx?|mjs|cjs|mts|cts|gts|gjs|vue|svelte|astro)\Z")
#: files without code that bundlers import: as data, as text, as styles or as a component
_IMPORTED = expression(
    rb"\.(?:json5?|jsonc|txt|css|s[ac]ss|less|styl|svg|mdx?|graphql|gql|xml|ya?ml|toml|csv|glsl|html?|pem|key|webmanifest)\Z"
)
_COMPONENTS = (b".vue", b".svelte")

#: folders of build output, of which a part may be a server's
OUTPUT = expression(rb"/(?:%s)/" % b"|".join(map(re.escape, built.OUTPUT)))
#: of a folder that was named
_BUILT = Delivery("a file of the build output")
_COMPONENT = Delivery("a client component", ('"use client" stands at its top',), bundled=True)


def deliveries(
    project: Project, paths: Collection[bytes], places: Places = MappingProxyType({})
) -> dict[bytes, Delivery]:
    """Return how each of the files is delivered; files that reach no client are left out.

    ``places`` are the offsets in a file that matter, in bytes: of a file that is in it, one of them must be delivered.
    """
    found = {path: delivery for path in paths if (delivery := _of_file(project, path))}
    left = [path for path in paths if path not in found and (_MODULE.search(path) or _IMPORTED.search(path))]
    found.update((path, _by_imports(one)) for path, one in project.client_paths.paths(left, places).items())
    # of a project whose framework is not known
    marked = (path for path in left if path not in found and _MODULE.search(path))
    found.update((path, _COMPONENT) for path in marked if is_client(project.read(path) or b""))
    if project.built:
        found.update((path, _BUILT) for path in paths if path not in found and not OUTPUT.search(b"/" + path))
    return found


def _by_imports(found: ClientPath) -> Delivery:
    steps = " -> ".join(map(shown_path, found.steps))
    said = [f"reached from {steps}" if len(found.steps) > 1 else f"{steps} is where it begins"]
    said += [] if found.parsed else ["imports were looked at, not parsed: see whether that is so"]
    return Delivery(
        f"code that reaches a browser or a phone ({found.kind})",
        tuple(said),
        found.server_spans,
        found.unused_spans,
        bundled=not found.kind.endswith(SHIPS_WHOLE),
    )


def _of_file(project: Project, path: bytes) -> Delivery | None:
    """Return how a file is delivered by itself, without an import that leads to it; None if it is not."""
    return phone_delivery(project, path) or _of_template(project, path) or _by_kind(project, path)


def _of_template(project: Project, path: bytes) -> Delivery | None:
    """Return how a server delivers the page that it makes of a file; None if the file is no template."""
    return server_templates.delivery(path, project.read(path) or b"") if server_templates.is_template(path) else None


def _by_kind(project: Project, path: bytes) -> Delivery | None:
    """Return the delivery that the path implies; None if it implies none."""
    for kind in tables.load("browser")["kinds"]:
        files, paths = tuple(kind["files"]), tuple(kind.get("paths", ()))
        if paths and patterns.of(paths).fit(path):
            return Delivery(kind["name"])
        if not files or not patterns.of(files).fit(path):
            continue
        folder = patterns.in_folder(path, kind.get("folders", ()))
        if not kind.get("folders"):
            return Delivery(kind["name"], bundled=path.endswith(_COMPONENTS))
        if folder and served_folders(project).serves(path, folder):
            return Delivery(kind["name"], (f"{shown_path(path)} lies in {folder}/",))
    return None
