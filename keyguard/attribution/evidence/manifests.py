"""Find vendors by the dependencies of a project: manifests and lock files of common package managers."""

from __future__ import annotations

import json
import re
from typing import Any

from keyguard.attribution.evidence.vendor_names import Evidence, Vendors
from keyguard.support.regex import expression

_NAMES = frozenset(
    b"package.json requirements.txt pyproject.toml setup.py setup.cfg pipfile environment.yml go.mod gemfile "
    b"composer.json pom.xml build.gradle build.gradle.kts libs.versions.toml packages.config directory.packages.props "
    b"cargo.toml mix.exs "
    b"pubspec.yaml podfile package.swift deno.json bower.json package-lock.json yarn.lock pnpm-lock.yaml poetry.lock "
    b"uv.lock pipfile.lock gemfile.lock composer.lock go.sum cargo.lock mix.lock pubspec.lock".split()
)
_LOCKS = (b".lock", b"-lock.json", b"-lock.yaml", b".sum")
_KINDS = expression(rb"(?:requirements[\w.-]*\.(?:txt|in)|.*\.(?:csproj|fsproj|vbproj|gemspec))\Z")
_TABLES = (
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
    "require",
    "require-dev",
    "imports",
)
_COMMENT = expression(rb"(?m)^[ \t]*(?:#|//)[^\r\n]*|<!--.*?(?:-->|\Z)", re.DOTALL)
_PACKAGE = expression(rb"[@A-Za-z0-9](?:[.@-]{0,9}[\w/])+")


def is_manifest(name: bytes) -> bool:
    """Whether a file of that name lists the packages that a project depends on."""
    lowered = name.lower()
    return lowered in _NAMES or bool(_KINDS.match(lowered))


def is_lock(name: bytes) -> bool:
    """Whether a file of that name also lists indirect dependencies."""
    return name.lower().endswith(_LOCKS)


def by_dependencies(vendors: Vendors, name: bytes, content: bytes) -> list[Evidence]:
    """Return the vendors whose packages a manifest lists."""
    packages = _of_json(content) if name.lower().endswith(b".json") else None
    needed = _plain(_PACKAGE.findall(_COMMENT.sub(b"", content)) if packages is None else packages)
    found: dict[str, Evidence] = {}
    for vendor in vendors.values():
        for package in vendor.imports:
            if _is_needed(package.lower().replace("_", "-").encode(), needed):
                found.setdefault(vendor.id, Evidence(vendor.id, f"{package.rstrip('/')} in"))
    return list(found.values())


def _is_needed(package: bytes, needed: set[bytes]) -> bool:
    if package in needed:
        return True
    if package.endswith(b"/"):
        return any(one.startswith(package) for one in needed)
    return package.count(b"/") >= 2 and any(one.startswith(package + b"/") for one in needed)


def _plain(packages: list[bytes]) -> set[bytes]:
    return {one.lower().replace(b"_", b"-") for one in packages}


def _of_json(content: bytes) -> list[bytes] | None:
    """Return the packages in the tables of a JSON manifest; None if the content is no such manifest."""
    try:
        described: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(described, dict):
        return None
    if isinstance(described.get("packages"), dict | list):
        return None
    tables = [described.get(kind) for kind in _TABLES]
    return [name.encode("utf-8", "replace") for table in tables if isinstance(table, dict) for name in table]
