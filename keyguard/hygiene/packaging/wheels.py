"""Wheels of Python projects: which files a build puts in that a source distribution need not contain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from configparser import ConfigParser, Error
from typing import Any

from keyguard.hygiene.packaging.gitrules import project_matcher
from keyguard.hygiene.packaging.manifest_in import glob
from keyguard.hygiene.packaging.pyproject import Takes, at, backend, items, lies_in, modules, named_by, texts
from keyguard.hygiene.project.project import Project


def takes(project: Project, folder: bytes) -> Takes | None:
    """Return a function that tells why a wheel of the project in a folder contains a file.

    It is None if nothing is built there, or if the build backend is unknown.
    """
    name, described = backend(project, folder)
    return next((make(project, folder, described) for known, make in _BACKENDS.items() if name.startswith(known)), None)


# --- setuptools -------------------------------------------------------------------------------------------------------


def _setuptools(project: Project, folder: bytes, described: dict[str, Any]) -> Takes:
    tables = at(described, "tool", "setuptools")
    old = _old(project.read(folder + b"setup.cfg") or b"")
    given = {**_patterns(old, "options.package_data"), **_lists(at(tables, "package-data"))}
    left_out = {**_patterns(old, "options.exclude_package_data"), **_lists(at(tables, "exclude-package-data"))}
    places = {key: place for key, place in at(tables, "package-dir").items() if isinstance(place, str)}

    def packages(name: str) -> Iterator[tuple[str, str]]:
        """Yield the packages around a file: (package name, path of the file in the package)."""
        parts = name.split("/")
        for depth in range(1, len(parts)):
            around = "/".join(parts[:depth])
            if project.exists(f"{around}/__init__.py".encode("utf-8", "surrogateescape")) or around in places.values():
                yield _package(around, places), "/".join(parts[depth:])

    def why(name: str) -> str:
        for package, inner in packages(name):
            if _fit(given, package, inner) and not _fit(left_out, package, inner):
                return "package-data takes it"
        return ""

    return why


def _package(folder: str, places: Mapping[str, str]) -> str:
    """Return the name of the package in a folder."""
    for name, place in sorted(places.items(), key=lambda one: -len(one[1])):
        if name and (folder + "/").startswith(place.strip("/") + "/"):
            return (name + folder[len(place.strip("/")) :]).replace("/", ".")
    root = places.get("", "src").strip("./")
    inner = folder.removeprefix(root + "/") if root else folder
    return inner.replace("/", ".")


def _fit(table: Mapping[str, list[str]], package: str, inner: str) -> bool:
    words = [word for key in ("", "*", package) for word in table.get(key, ())]
    return any(glob(word.strip("/"), hidden=False)(inner) for word in words)


def _lists(table: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: texts(table, name) for name in table}


def _old(content: bytes) -> ConfigParser:
    parser = ConfigParser(interpolation=None, delimiters=("=",), strict=False)
    try:
        parser.read_string(content.decode("utf-8", "replace"))
    except Error:
        parser.clear()
    return parser


def _patterns(parser: ConfigParser, section: str) -> dict[str, list[str]]:
    if not parser.has_section(section):
        return {}
    return {name: value.replace(",", "\n").split() for name, value in parser.items(section)}


# --- hatch, poetry, flit, uv ------------------------------------------------------------------------------------------


def _hatch(project: Project, folder: bytes, described: dict[str, Any]) -> Takes:
    build = at(described, "tool", "hatch", "build")
    target = {**build, **at(build, "targets", "wheel")}
    forced = [name.strip("/") for name in at(target, "force-include")]
    inside = [one.strip("/") for one in texts(target, "packages")] or modules(project, folder, described, None)
    artifacts = project_matcher(project, folder + b"pyproject.toml", texts(target, "artifacts"))

    def why(name: str) -> str:
        if name in forced or lies_in(name, forced):
            return "`force-include` in pyproject.toml names it"
        return "it is one of the artifacts in pyproject.toml" if lies_in(name, inside) and artifacts(name) else ""

    return why


def _poetry(_: Project, __: bytes, described: dict[str, Any]) -> Takes:
    listed = [one for one in items(at(described, "tool", "poetry"), "include") if isinstance(one, dict)]
    given = named_by([path for one in listed if _is_for_wheel(one) and isinstance(path := one.get("path"), str)])
    return lambda name: "`include` in pyproject.toml takes it" if given(name) else ""


def _is_for_wheel(entry: Mapping[str, Any]) -> bool:
    formats = entry.get("format")
    return "wheel" in (formats if isinstance(formats, list) else [formats])


def _flit(_: Project, __: bytes, described: dict[str, Any]) -> Takes:
    return _data([at(described, "tool", "flit", "external-data").get("directory")])


def _uv(_: Project, __: bytes, described: dict[str, Any]) -> Takes:
    return _data(list(at(described, "tool", "uv", "build-backend", "data").values()))


def _data(folders: Sequence[object]) -> Takes:
    inside = [one.strip("./") for one in folders if isinstance(one, str)]
    return lambda name: "it lies in a folder of data that pyproject.toml names" if lies_in(name, inside) else ""


_BACKENDS: dict[str, Callable[[Project, bytes, dict[str, Any]], Takes]] = {
    "setuptools": _setuptools,
    "hatchling": _hatch,
    "poetry": _poetry,
    "flit_core": _flit,
    "uv_build": _uv,
}
