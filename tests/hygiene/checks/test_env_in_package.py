"""Which package a file belongs to, and what counts as one that is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keyguard.hygiene.checks.env_in_package import env_in_package
from keyguard.hygiene.project.project import Project
from tests.hygiene.packaging.folders import project_in, write

PASSWORD = "DB_PASSWORD=" + "brisk-Otter" + "-81\n"
PACKAGE = {"name": "shop", "version": "1.0.0", "exports": "./x.js"}


def shipped(project: Project) -> list[str]:
    return [found.spots[0].path.decode() for found in env_in_package(project)]


def described(**more: object) -> str:
    return json.dumps({**PACKAGE, **more})


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        (PACKAGE, True),
        ({**PACKAGE, "private": True}, False),
        ({**PACKAGE, "private": "yes"}, False),
        ({"name": "shop", "exports": "./x.js"}, False),
        ({"name": "shop", "version": "1.0.0", "scripts": {"start": "x"}}, False),
        ({"name": "shop", "version": "1.0.0", "scripts": {"prepublishOnly": "x"}}, True),
        ({"name": "shop", "version": "1.0.0", "publishConfig": {}}, True),
        ([], False),
    ],
)
def test_what_is_published(package: Any, expected: bool, tmp_path: Path) -> None:
    project = project_in(write(tmp_path, {"package.json": json.dumps(package), ".env": PASSWORD}))
    assert bool(shipped(project)) is expected


def test_a_file_belongs_to_the_nearest_package(tmp_path: Path) -> None:
    files = {"package.json": described(), "apps/web/package.json": described(private=True), "apps/web/.env": PASSWORD}
    assert shipped(project_in(write(tmp_path / "a", files))) == []
    files["apps/web/package.json"] = described()
    assert shipped(project_in(write(tmp_path / "b", files))) == ["apps/web/.env"]


def test_the_rules_around_a_workspace(tmp_path: Path) -> None:
    files = {"libs/shop/package.json": described(), "libs/shop/.env": PASSWORD, ".gitignore": ".env\n"}
    top = {"package.json": json.dumps({"name": "top", "private": True, "workspaces": ["libs/*"]})}
    assert shipped(project_in(write(tmp_path / "a", files))) == ["libs/shop/.env"], "npm looks no further up"
    assert shipped(project_in(write(tmp_path / "b", {**files, **top}))) == []
    more = {"libs/.npmignore": "x\n", ".npmignore": "x\n"}
    assert shipped(project_in(write(tmp_path / "c", {**files, **top, **more}))) == ["libs/shop/.env"]


def test_packages_in_tests_are_none(tmp_path: Path) -> None:
    files = {"tests/shop/package.json": described(), "tests/shop/.env": PASSWORD}
    assert shipped(project_in(write(tmp_path, files))) == []


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "null", '"x"', "\0"])
def test_what_is_no_description(text: str, tmp_path: Path) -> None:
    assert shipped(project_in(write(tmp_path, {"package.json": text, ".env": PASSWORD}))) == []
