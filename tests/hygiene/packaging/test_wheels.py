"""What wheels hold, compared with what is in them where the build backend is there."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from keyguard.hygiene.packaging import wheels
from tests.hygiene.packaging.folders import BACKENDS, CODE, PROJECT, project_in, write

FILES = (".env", "shop/.env", "shop/a.env", "shop/conf/.env", "data/.env")
SETUPTOOLS = "[tool.setuptools]\npackages = ['shop', 'shop.conf']\ninclude-package-data = false\n"
DATA, NOT_DATA = "[tool.setuptools.package-data]\n", "[tool.setuptools.exclude-package-data]\n"
FORCED = "[tool.hatch.build.targets.wheel.force-include]\n"
WHEEL = "[tool.hatch.build.targets.wheel]\n"

#: backend, what pyproject.toml says besides, other files, which of the files are in the wheel, and a sdist may lack
CASES = [
    ("setuptools", SETUPTOOLS, {}, []),
    ("setuptools", SETUPTOOLS + DATA + "shop = ['*']\n", {}, ["shop/a.env"]),
    ("setuptools", SETUPTOOLS + DATA + "shop = ['.env', '**/.env']\n", {}, ["shop/.env", "shop/conf/.env"]),
    ("setuptools", SETUPTOOLS + DATA + "'*' = ['.env']\n", {}, ["shop/.env", "shop/conf/.env"]),
    ("setuptools", SETUPTOOLS + DATA + "'shop.conf' = ['.env']\n", {}, ["shop/conf/.env"]),
    ("setuptools", SETUPTOOLS + DATA + "shop = ['.env', 'conf/.env']\n" + NOT_DATA + "shop = ['conf/.env']\n", {}, ["shop/.env"]),
    ("setuptools", SETUPTOOLS, {"setup.cfg": "[options.package_data]\nshop = *.txt, .env\n"}, ["shop/.env"]),
    ("setuptools", SETUPTOOLS, {"setup.cfg": "[options.package_data]\n* =\n  *.env\n  .env\n"}, ["shop/.env", "shop/a.env", "shop/conf/.env"]),
    ("hatch", FORCED + "'.env' = 'shop/.env'\n", {}, [".env"]),
    ("hatch", FORCED + "'data' = 'shop/data'\n", {}, ["data/.env"]),
    ("hatch", WHEEL + "artifacts = ['.env']\n", {}, ["shop/.env", "shop/conf/.env"]),
    ("hatch", WHEEL + "packages = ['shop']\nartifacts = ['/.env', 'a.env']\n", {}, ["shop/a.env"]),
    ("poetry", "[tool.poetry]\ninclude = [{ path = '.env', format = 'wheel' }]\nexclude = ['shop/**/*']\n", {}, [".env"]),
    ("poetry", "[tool.poetry]\ninclude = ['.env', { path = 'data', format = ['sdist', 'wheel'] }]\nexclude = ['shop/**/*']\n", {}, ["data/.env"]),
    ("poetry", "[tool.poetry]\ninclude = [{ path = '.env', format = 'sdist' }]\nexclude = ['shop/**/*']\n", {}, []),
    ("flit", "[tool.flit.external-data]\ndirectory = 'data'\n", {}, ["data/.env"]),
    ("uv", "[tool.uv.build-backend.data]\ndata = './data'\n", {}, ["data/.env"]),
]  # fmt: skip
RUN = [
    pytest.param(*case[:3], id=f"{case[0]}-{number}")
    for number, case in enumerate(CASES)
    if case[0] not in ("uv", "flit")
    and importlib.util.find_spec(BACKENDS[case[0]].partition(".")[0])
    # an old setuptools needs it
    and (case[0] != "setuptools" or importlib.util.find_spec("wheel"))
]


def _written(folder: Path, backend: str, more: str, files: dict[str, str]) -> Path:
    said = f"[build-system]\nrequires = []\nbuild-backend = {json.dumps(BACKENDS[backend])}\n{PROJECT}{more}"
    # where hatch takes what nothing leaves out, a source distribution holds it, too
    ignored = {".gitignore": "*.env\n"} if backend == "hatch" else {}
    packages = dict.fromkeys(("shop/__init__.py", "shop/conf/__init__.py"), CODE)
    return write(folder, {**dict.fromkeys(FILES, "x"), **packages, "pyproject.toml": said, **ignored, **files})


def _shipped(folder: Path) -> list[str]:
    why = wheels.takes(project_in(folder), b"")
    assert why is not None
    return [name for name in FILES if why(name)]


@pytest.mark.parametrize(("backend", "more", "files", "expected"), CASES)
def test_what_is_in_it(backend: str, more: str, files: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    assert _shipped(_written(tmp_path / "shop", backend, more, files)) == expected


@pytest.mark.parametrize(("backend", "more", "files"), RUN)
def test_the_build_has_as_many(backend: str, more: str, files: dict[str, str], tmp_path: Path) -> None:
    folder, out = _written(tmp_path / "shop", backend, more, files), tmp_path / "out"
    out.mkdir()
    build = f"import {BACKENDS[backend]} as made; made.build_wheel({str(out)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(out.glob("*.whl"))) as held:
        names = [name for name in held.namelist() if name.endswith(".env")]
    assert len(_shipped(folder)) == len([name for name in names if "data/" not in name]) + ("data/" in str(names))


def test_a_package_that_lies_elsewhere_is_known_by_its_name(tmp_path: Path) -> None:
    more = "[tool.setuptools.package-dir]\nshop = 'lib'\n" + DATA + "shop = ['.env']\n"
    folder = _written(tmp_path / "shop", "setuptools", more, {"lib/.env": "x", "lib/__init__.py": ""})
    why = wheels.takes(project_in(folder), b"")
    assert why is not None
    assert why("lib/.env") == "package-data takes it"
    folder = _written(tmp_path / "other", "setuptools", DATA + "shop = ['.env']\n", {"src/shop/__init__.py": ""})
    why = wheels.takes(project_in(folder), b"")
    assert why is not None
    assert why("src/shop/.env")


def test_what_is_built_by_something_else_is_not_known(tmp_path: Path) -> None:
    folder = write(tmp_path, {"pyproject.toml": "[build-system]\nbuild-backend = 'maturin'\n", ".env": "x"})
    assert wheels.takes(project_in(folder), b"") is None


def test_a_broken_setup_cfg_takes_nothing(tmp_path: Path) -> None:
    assert (
        _shipped(_written(tmp_path, "setuptools", SETUPTOOLS, {"setup.cfg": "[options.package_data\nshop = .env"}))
        == []
    )
