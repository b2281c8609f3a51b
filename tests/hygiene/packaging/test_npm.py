"""What npm would pack, compared with what it says itself."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from keyguard.hygiene.packaging.npm import Pack
from tests.hygiene.packaging.folders import project_in, write

NPM = shutil.which("npm")
FILES = (".env", ".env.local", "prod.env", "a/.env", "a/b/.env", "a/b/c.env", "b/x.js", "b/.env.test", "index.js")
PARTS = ("*", "**", ".env", ".env*", "*.env", "a", "b", "a/b", "?env", "[.]env", "a*", "{a,b}", ".*", "**/.env")
LISTED = ("a", "a/", "./b", ".env", "a/.env", "a/*", "*.js", "**/*", "b/**")


def taken(folder: Path, described: dict[str, Any]) -> set[str]:
    pack = Pack(project_in(folder), b"", described, [])
    return {name for name in FILES if pack.takes(name)}


def packed(folder: Path) -> set[str]:
    """The files that npm names."""
    assert NPM
    home = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "npm_config_update_notifier": "false"}
    command = [NPM, "pack", "--dry-run", "--json", "--ignore-scripts", "--offline"]
    done = subprocess.run(command, cwd=folder, env=home, capture_output=True, check=True, timeout=120)
    return {one["path"] for one in json.loads(done.stdout)[0]["files"]}


def _pattern(source: random.Random) -> str:
    text = "/".join(source.choice(PARTS) for _ in range(source.choice((1, 1, 2, 3))))
    return source.choice(("", "", "", "!")) + source.choice(("", "", "/")) + text + source.choice(("", "", "/"))


def _made_up(source: random.Random) -> tuple[dict[str, Any], dict[str, str]]:
    described: dict[str, Any] = {"name": "shop", "version": "1.0.0"}
    if source.random() < 0.5:
        described["files"] = [source.choice((*LISTED, _pattern(source))) for _ in range(2)]
    if source.random() < 0.3:
        described["main"] = "index.js"
    names = [".npmignore", ".gitignore", "a/.npmignore", "a/.gitignore", "a/b/.gitignore"]
    ignored = {name: f"{_pattern(source)}\n{_pattern(source)}\n" for name in names if source.random() < 0.4}
    return described, ignored


@pytest.mark.skipif(NPM is None, reason="needs npm")
@pytest.mark.parametrize("seed", range(12))
def test_npm_packs_the_same_files(seed: int, tmp_path: Path) -> None:
    described, ignored = _made_up(random.Random(seed))
    files = {**dict.fromkeys(FILES, "x"), "package.json": json.dumps(described), **ignored}
    folder = write(tmp_path / "shop", files)
    assert taken(folder, described) == packed(folder) & set(FILES), (described, ignored)


@pytest.mark.parametrize(
    ("described", "ignored", "expected"),
    [
        ({}, {}, [*FILES]),
        ({}, {".gitignore": ".env*\n"}, ["prod.env", "a/b/c.env", "b/x.js", "index.js"]),
        ({}, {".gitignore": ".env\n", ".npmignore": "a\nb\n"}, [".env", ".env.local", "prod.env", "index.js"]),
        ({}, {".npmignore": "*\n!index.js\n"}, ["index.js"]),
        ({}, {".gitignore": "*.env*\n", "a/.npmignore": "!.env\n"}, ["a/.env", "a/b/.env", "b/x.js", "index.js"]),
        ({"files": []}, {}, []),
        ({"files": [".env"]}, {".npmignore": ".env\n"}, [".env"]),
        ({"files": ["a"]}, {}, ["a/.env", "a/b/.env", "a/b/c.env"]),
        ({"files": ["a"]}, {"a/.gitignore": ".env\n"}, ["a/b/c.env"]),
        ({"files": ["a", "!a/b"]}, {}, ["a/.env"]),
        ({"files": ["*.js"], "main": "b/x.js"}, {}, ["b/x.js", "index.js"]),
        ({"files": "a", "bin": 3, "browser": []}, {}, [*FILES]),
    ],
)
def test_known_packages(
    described: dict[str, Any], ignored: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    folder = write(tmp_path / "shop", {**dict.fromkeys(FILES, "x"), **ignored})
    assert taken(folder, described) == set(expected)


def test_rules_around_a_workspace_count(tmp_path: Path) -> None:
    folder = write(tmp_path / "top", {".gitignore": ".env\n", "packages/shop/.env": "x", "packages/shop/prod.env": "x"})
    pack = Pack(project_in(folder), b"packages/shop/", {}, [b".gitignore"])
    assert [pack.takes(name) for name in (".env", "prod.env")] == [False, True]
