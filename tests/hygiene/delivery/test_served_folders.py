"""Which folders of build output and of static files reach browsers, and which are a server's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from keyguard.engine import compiled
from keyguard.hygiene.delivery.client_delivery import deliveries
from keyguard.hygiene.project.project import Project
from keyguard.sources.listing import Folder, TreeFile

EXPRESS = {"package.json": json.dumps({"main": "dist/index.js", "dependencies": {"express": "5"}})}
FULL = {
    "package.json": json.dumps(
        {"scripts": {"start": "node dist/server.js"}, "dependencies": {"express": "5", "react": "19"}}
    )
}
VITE = {"package.json": json.dumps({"devDependencies": {"vite": "7"}})}
LIBRARY = {"package.json": json.dumps({"main": "./dist/a.js", "unpkg": "dist/a.min.js"})}
WORKER = {"wrangler.toml": 'name = "x"\nmain = "dist/worker.js"\n'}


def is_served(path: str, files: dict[str, str], folder: Path) -> bool:
    for name, text in {path: "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    listed = [TreeFile(name.encode()) for name in (path, *files)]
    project = Project([Folder(os.fsencode(folder), b"", listed)], [], [], compiled.load((), "python"))
    try:
        return bool(deliveries(project, [path.encode()]))
    finally:
        project.close()


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("dist/assets/index-x1.js", {**VITE, "dist/index.html": ""}),
        ("dist/app.js", {"dist/index.html": ""}),
        ("dist/public/a.js", {**FULL, "dist/public/index.html": ""}),
        ("dist/client/a.js", FULL),
        ("build/static/js/main.js", {}),
        ("web/dist/app.js", {"web/package.json": VITE["package.json"]}),
        ("dist/a.min.js", LIBRARY),
        ("out/config.json", {"out/index.html": ""}),
        ("public/config.json", {}),
        ("static/app.js", {}),
        ("static/config.json", {"static/css/site.css": ""}),
        ("src/main/resources/static/a.js", {"pom.xml": ""}),
    ],
)
def test_served(path: str, files: dict[str, str], tmp_path: Path) -> None:
    assert is_served(path, files, tmp_path)


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("dist/index.js", EXPRESS),
        ("dist/routes/mail.js", EXPRESS),
        ("dist/routes/mail.js", FULL),
        ("dist/server.js", FULL),
        ("dist/routes/mail.js", {**FULL, "dist/public/index.html": ""}),
        ("dist/cli.js", {"package.json": json.dumps({"bin": {"x": "./dist/cli"}, "dependencies": {"react": "19"}})}),
        ("dist/worker.js", {**WORKER, **VITE}),
        ("dist/a.js", LIBRARY),
        ("cdk/out/manifest.json", {"cdk/cdk.json": "{}"}),
        ("out/config.json", {"pom.xml": "", "package.json": VITE["package.json"]}),
        ("build/config.json", {}),
        ("static/config.json", {}),
        ("dist/server/a.js", {**VITE, "dist/index.html": ""}),
        ("dist/a.json", {"package.json": "[" * 100_000}),
    ],
)
def test_a_server_s_own(path: str, files: dict[str, str], tmp_path: Path) -> None:
    assert not is_served(path, files, tmp_path)
