"""What source distributions hold, compared with what is in them where the build backend is there."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from keyguard.hygiene.packaging import sdists
from keyguard.hygiene.packaging.manifest_in import taken
from tests.hygiene.packaging.folders import BACKENDS, CODE, PROJECT, project_in, write

FILES = (".env", ".env.local", "prod.env", "shop/.env", "shop/a/.env", "shop/a/c.env", "data/.env", "src/shop/.env")
HATCH, WHEEL = "[tool.hatch.build.targets.sdist]\n", "[tool.hatch.build.targets.wheel]\npackages = ['shop']\n"
SETUPTOOLS = "[tool.setuptools]\npackages = ['shop']\ninclude-package-data = false\n"

#: backend, what pyproject.toml says besides, other files, what is in the distribution
CASES = [
    ("hatch", "", {}, [*FILES]),
    ("hatch", "", {".gitignore": ".env\n"}, [".env.local", "prod.env", "shop/a/c.env"]),
    ("hatch", "", {".gitignore": "*.env*\n", "shop/.gitignore": "!.env\n"}, []),
    ("hatch", "", {".gitignore": ".env*\n!shop/.env\n"}, ["prod.env", "shop/.env", "shop/a/c.env"]),
    ("hatch", "", {".gitignore": "*\n"}, [*FILES]),
    ("hatch", HATCH + "ignore-vcs = true\n", {".gitignore": ".env\n"}, [*FILES]),
    ("hatch", HATCH + "include = ['/shop']\n", {".gitignore": ".env\n"}, ["shop/a/c.env"]),
    ("hatch", HATCH + "exclude = ['.env*', 'a/']\n", {}, ["prod.env"]),
    ("hatch", HATCH + "artifacts = ['shop/.env']\n", {".gitignore": "*.env*\n"}, ["shop/.env"]),
    ("hatch", HATCH + "only-include = ['data', '.env']\n", {".gitignore": ".env\n"}, [".env"]),
    ("hatch", HATCH + "[tool.hatch.build.targets.sdist.force-include]\n'.env' = '.env'\n", {".gitignore": "*.env*\n"}, [".env"]),
    ("hatch", "[tool.hatch.build]\nexclude = ['*.env*']\n", {}, []),
    ("setuptools", "", {}, []),
    ("setuptools", "", {"MANIFEST.in": "include .env* shop/*.env\n"}, [".env", ".env.local", "shop/.env"]),
    ("setuptools", "", {"MANIFEST.in": "graft shop\nexclude shop/a/*\n"}, ["shop/.env"]),
    ("setuptools", "", {"MANIFEST.in": "global-include *.env\nprune src\n"}, [*FILES[:1], *FILES[2:7]]),
    ("setuptools", "", {"MANIFEST.in": "recursive-include shop *\nglobal-exclude .env\n"}, ["shop/a/c.env"]),
    ("setuptools", "", {"MANIFEST.in": "include \\\n prod.env # .env\n# include .env\n"}, ["prod.env"]),
    ("setuptools", "", {"MANIFEST.in": "include [.]env ?env.local\n"}, [".env", ".env.local"]),
    ("poetry", "", {}, ["shop/.env", "shop/a/.env", "shop/a/c.env"]),
    ("poetry", "[tool.poetry]\nexclude = ['**/.env']\n", {}, ["shop/a/c.env"]),
    ("poetry", "[tool.poetry]\ninclude = ['.env*', 'data']\nexclude = ['shop/a', '.env']\n", {}, [*FILES[:2], "shop/.env", "data/.env"]),
    ("poetry", "[tool.poetry]\ninclude = [{ path = '.env', format = 'wheel' }, { path = 'prod.env' }]\nexclude = ['shop/**/*']\n", {}, ["prod.env"]),
    ("flit", "", {".gitignore": ".env\n"}, ["shop/.env", "shop/a/.env", "shop/a/c.env"]),
    ("flit", "[tool.flit.sdist]\ninclude = ['data']\nexclude = ['shop/a', 'shop/*.env']\n", {}, ["shop/.env", "data/.env"]),
    ("flit", "[tool.flit.sdist]\ninclude = ['.env']\nexclude = ['**/.env']\n", {}, ["shop/a/c.env"]),
    ("uv", "", {".gitignore": ".env\n"}, ["src/shop/.env"]),
    ("uv", "[tool.uv.build-backend]\nsource-include = ['.env', 'data']\n", {}, [".env", "data/.env", "src/shop/.env"]),
    ("uv", "[tool.uv.build-backend]\nmodule-root = ''\nsource-exclude = ['a']\n", {}, ["shop/.env"]),
]  # fmt: skip


def _written(folder: Path, backend: str, more: str, files: dict[str, str]) -> Path:
    own = {"hatch": WHEEL, "setuptools": SETUPTOOLS}.get(backend, "")
    said = f"[build-system]\nrequires = []\nbuild-backend = {json.dumps(BACKENDS[backend])}\n{PROJECT}{own}{more}"
    # flit would not know which one is meant
    names = [name for name in FILES if backend != "flit" or not name.startswith("src/")]
    return write(folder, {**dict.fromkeys(names, "x"), "shop/__init__.py": CODE, "pyproject.toml": said, **files})


def _shipped(folder: Path) -> list[str]:
    why = sdists.takes(project_in(folder), b"", dict)
    assert why is not None
    return [name for name in FILES if why(name)]


@pytest.mark.parametrize(("backend", "more", "files", "expected"), CASES)
def test_what_is_in_it(backend: str, more: str, files: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    assert _shipped(_written(tmp_path / "shop", backend, more, files)) == sorted(expected, key=FILES.index)


@pytest.mark.parametrize(
    ("backend", "more", "files"),
    [
        pytest.param(backend, more, files, id=f"{backend}-{number}")
        for number, (backend, more, files, _) in enumerate(CASES)
        if backend != "uv" and importlib.util.find_spec(BACKENDS[backend].partition(".")[0])
    ],
)
def test_the_build_has_the_same(backend: str, more: str, files: dict[str, str], tmp_path: Path) -> None:
    folder, out = _written(tmp_path / "shop", backend, more, files), tmp_path / "out"
    out.mkdir()
    build = f"import {BACKENDS[backend]} as made; made.build_sdist({str(out)!r})"
    done = subprocess.run([sys.executable, "-c", build], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with tarfile.open(next(out.glob("*.tar.gz"))) as held:
        names = {member.name.partition("/")[2] for member in held.getmembers()}
    assert _shipped(folder) == [name for name in FILES if name in names]


def test_what_is_built_by_something_else_is_not_known(tmp_path: Path) -> None:
    for number, text in enumerate(("[build-system]\nbuild-backend = 'maturin'\n", "[tool.black]\n", "= broken", "")):
        folder = write(tmp_path / str(number), {"pyproject.toml": text, ".env": "x"})
        assert sdists.takes(project_in(folder), b"", dict) is None


def test_the_line_of_a_manifest_is_told() -> None:
    assert taken(b"# files\ninclude \\\n  *.md\ngraft .\n", ".env") == 4
    assert taken(b"graft .\nglobal-exclude .env\n", ".env") == 0
    assert taken(b"graft .\n", "build/.env") == 0
    assert taken(b"include [\nrecursive-include\ngraft\nunknown x\n", ".env") == 0
    assert taken(b"include " + b"**/" * 50 + b".env\n", ".env") == 0
