"""Build output is what browsers download, in the folders that build tools write, whether git ignores it or not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from keyguard.sources.built import listing
from keyguard.sources.listing import Ask
from keyguard.support.errors import UsageError
from tests.helpers.calling import Inside
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)


def paths(*asked: str) -> list[str]:
    return [os.fsdecode(file.path) for folder in listing(Ask(paths=asked)).folders for file in folder.files]


def write(top: Path, *names: str) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("text")


def test_only_what_is_downloaded_is_listed(tmp_path: Path) -> None:
    write(tmp_path, "src/a.js", "web/dist/a.js", "web/dist/a.png", "web/dist/a.js.map", "web/.next/static/b.css")
    write(tmp_path, "web/.next/server/app/c.html", "web/.next/server/app/c.rsc", "web/.next/server/chunk.js")
    write(tmp_path, "node_modules/x/dist/a.js", ".output/public/d.html", ".output/server/e.js", "distant/f.js")
    assert paths(str(tmp_path)) == [
        ".output/public/d.html",
        *("web/.next/server/app/c.html", "web/.next/server/app/c.rsc", "web/.next/static/b.css"),
        *("web/dist/a.js", "web/dist/a.js.map"),
    ]


def test_a_folder_that_is_named_is_output(tmp_path: Path) -> None:
    write(tmp_path, "site/a.js", "site/deep/b.html", "dist/c.js", "dist/deep/d.js")
    assert paths(str(tmp_path / "site")) == ["a.js", "deep/b.html"]
    assert paths(str(tmp_path / "dist")) == ["c.js", "deep/d.js"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "dist/a.js", "outside/b.js")
    (tmp_path / "dist/link.js").symlink_to(tmp_path / "outside/b.js")
    (tmp_path / "dist/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "build").symlink_to(tmp_path / "outside")
    assert paths(str(tmp_path)) == ["dist/a.js"]


def test_where_nothing_was_built_that_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "src/a.js")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no build output"):
        paths(".")
    with pytest.raises(UsageError, match="no such folder"):
        paths("nowhere")


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    """A project with ignored build output: a key that came from src/api.ts, one of a server, a publishable one."""
    repo, keys = Repo(tmp_path / "shop"), [made_up_key(seed) for seed in range(2)]
    repo.write(".gitignore", "dist/\n")
    repo.write("src/api.ts", f"\n\nexport const sendmailosKey = '{keys[0]}';\n")
    repo.write("dist/index.html", "<script src=app.js></script>\n")
    repo.write("dist/app.js", f'send("{keys[0]}")\n')
    document = {"version": 3, "sources": ["../src/api.ts"], "sourcesContent": [None], "mappings": "AAEA"}
    repo.write("dist/app.js.map", json.dumps(document))
    repo.write("dist/server/index.js", f'const sendmailosKey = "{keys[1]}"\n')
    return repo


def test_each_key_in_it_is_reported_with_the_way_back(shop: Repo, inside: Inside) -> None:
    said = inside("scan", "--built", "-f", "json", cwd=shop.path)
    assert said.code == 1
    found: list[dict[str, Any]] = said.document["findings"]
    shipped = {one["message"]: one for one in found if one["rule"] == "key-in-frontend"}
    (message,) = shipped
    assert message.endswith("it comes from src/api.ts, line 3")
    places = [(one["path"], one["line"]) for one in shipped[message]["occurrences"]]
    assert places == [("dist/app.js", 1), ("src/api.ts", 3)]
    keys = {one["path"] for item in found if item["kind"] == "key" for one in item["occurrences"]}
    assert keys == {"dist/app.js", "dist/server/index.js"}


def test_it_goes_together_with_nothing_else(shop: Repo, inside: Inside) -> None:
    for other in (("--staged",), ("--changes",), ("--history-only",), ("--since", "2026-01-01"), ("--only", "hygiene")):
        assert inside("scan", "--built", *other, cwd=shop.path).code == 2
    assert inside("scan", "--built", "--no-hygiene", "-f", "json", cwd=shop.path).document["findings"]
