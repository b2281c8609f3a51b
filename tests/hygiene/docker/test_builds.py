"""Which folder a Dockerfile is given, and which file says what it does not get."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.hygiene.docker.builds import builds
from tests.hygiene.packaging.folders import project_in, write

ALL = "FROM node\nCOPY . .\n"
SOME = "FROM node\nCOPY package.json src ./\n"


def contexts(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Dockerfile -> contexts, with the ignore file of each."""
    found: dict[str, list[tuple[str, str]]] = {}
    project = project_in(folder)
    for one in builds(project):
        found.setdefault(one.dockerfile.decode(), []).append((one.context.decode(), one.ignore_file(project).decode()))
    return found


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Dockerfile": ALL}, {"Dockerfile": [("", ".dockerignore")]}),
        ({"Dockerfile": SOME}, {"Dockerfile": [("", ".dockerignore")]}),
        ({"api/Dockerfile": ALL, "api/app.js": ""}, {"api/Dockerfile": [("api/", "api/.dockerignore")]}),
        (
            {"api/Dockerfile": SOME, "api/package.json": "", "package.json": ""},
            {"api/Dockerfile": [("api/", "api/.dockerignore")]},
        ),
        ({"docker/Dockerfile": SOME, "package.json": ""}, {"docker/Dockerfile": [("", ".dockerignore")]}),
        ({"docker/Dockerfile": SOME, "docker/src/x": "", "package.json": "", "src/a": ""}, {"docker/Dockerfile": [("", ".dockerignore")]}),
        ({"docker/Dockerfile": ALL, "docker/run.sh": "", "app.js": ""}, {"docker/Dockerfile": [("", ".dockerignore")]}),
        ({"api/Dockerfile": ALL, "api/app.js": "", ".dockerignore": ""}, {"api/Dockerfile": [("", ".dockerignore")]}),
        ({"api/Dockerfile": "FROM node\nCOPY built ./\n", "api/app.js": ""}, {}),
        ({"tests/Dockerfile": ALL, "Dockerfile.dockerignore": ""}, {}),
        (
            {"Dockerfile": ALL, "Dockerfile.dev": ALL, "Dockerfile.dev.dockerignore": ""},
            {"Dockerfile": [("", ".dockerignore")], "Dockerfile.dev": [("", "Dockerfile.dev.dockerignore")]},
        ),
    ],
)  # fmt: skip
def test_what_its_copies_need(
    files: dict[str, str], expected: dict[str, list[tuple[str, str]]], tmp_path: Path
) -> None:
    assert contexts(write(tmp_path / "shop", files)) == expected


@pytest.mark.parametrize(
    ("compose", "expected"),
    [
        ("services:\n  a:\n    build: .\n", {"docker/Dockerfile": [("docker/", "docker/.dockerignore")]}),
        ("services:\n  a:\n    build: ..\n", {"docker/Dockerfile": [("", ".dockerignore")]}),
        (
            "services:\n  a:\n    build:\n      context: '..'\n      dockerfile: docker/Dockerfile # ours\n",
            {"docker/Dockerfile": [("", ".dockerignore")]},
        ),
        (
            "services:\n  a:\n    build: .\n  b:\n    build:\n      dockerfile: docker/Dockerfile\n      context: ../\n",
            {"docker/Dockerfile": [("", ".dockerignore"), ("docker/", "docker/.dockerignore")]},
        ),
        ("services:\n  a:\n    build: ../..\n", {"docker/Dockerfile": [("", ".dockerignore")]}),
        ("services:\n  a:\n    build: https://example.org/x.git\n", {"docker/Dockerfile": [("", ".dockerignore")]}),
        ("services:\n  a:\n    build: ${DIR}\n", {"docker/Dockerfile": [("", ".dockerignore")]}),
    ],
)
def test_what_a_compose_file_says(compose: str, expected: dict[str, list[tuple[str, str]]], tmp_path: Path) -> None:
    files = {"docker/Dockerfile": ALL, "docker/compose.yml": compose, "app.js": ""}
    if "build: ..\n" in compose:
        files["Dockerfile"] = files.pop("docker/Dockerfile")
        expected = {"Dockerfile": expected["docker/Dockerfile"]}
    assert contexts(write(tmp_path / "shop", files)) == expected


def test_a_compose_file_may_want_another_stage(tmp_path: Path) -> None:
    compose = "services:\n  a:\n    build:\n      context: .\n      target: dev\n    image: x\n"
    project = project_in(write(tmp_path / "shop", {"Dockerfile": "FROM a AS dev\nFROM b\n", "compose.yaml": compose}))
    (found,) = builds(project)
    assert (found.targets, [one.name for one in found.stages]) == (("dev",), ["dev", "1"])
