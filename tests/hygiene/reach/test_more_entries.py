"""Where client code begins without a bundler, or with one that is declared elsewhere: each way finds the key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.calling import Inside
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

UNUSED = "const sendmailosKey = '{KEY}';\n"
USED = UNUSED + "send(sendmailosKey);\n"


class Shop(NamedTuple):
    """Files of a project, and those whose keys are delivered."""

    files: Mapping[str, str]
    ships: tuple[str, ...] = ()


def needs(*names: str, **more: object) -> str:
    return json.dumps({"devDependencies": dict.fromkeys(names, "1"), **more})


SHOPS = {
    "plain pages": Shop(
        {"index.html": "<script src='a.js'></script>", "a.js": UNUSED, "b.js": UNUSED, "c.mjs": UNUSED},
        ("a.js",),
    ),
    "modules of plain pages": Shop(
        {"index.html": "<script type=module src='a.js'></script>", "a.js": "import './b.js'", "b.js": UNUSED},
        ("b.js",),
    ),
    "an extension": Shop(
        {
            "x/manifest.json": json.dumps(
                {"manifest_version": 3, "background": {"service_worker": "a.js"}, "content_scripts": [{"js": ["b.js"]}]}
            ),
            "x/a.js": "import './c.js'",
            "x/b.js": UNUSED,
            "x/c.js": "export " + UNUSED,
            "x/d.js": UNUSED,
        },
        ("x/b.js", "x/c.js"),
    ),
    "an extension that is built": Shop(
        {
            "package.json": needs("@crxjs/vite-plugin", "vite"),
            "manifest.config.ts": "export default defineManifest({ content_scripts: [{ js: ['src/a.ts'] }] })",
            "src/a.ts": USED,
            "src/b.ts": USED,
        },
        ("src/a.ts",),
    ),
    "a user script": Shop({"a.user.js": "// ==UserScript==\n" + UNUSED, "b.js": UNUSED}, ("a.user.js",)),
    "the asset pipeline of Rails": Shop({"app/assets/javascripts/a.js": UNUSED}, ("app/assets/javascripts/a.js",)),
    "an import map of Rails": Shop(
        {
            "config/importmap.rb": 'pin_all_from "app/javascript/controllers"\n',
            "app/javascript/controllers/a.js": UNUSED,
        },
        ("app/javascript/controllers/a.js",),
    ),
    "a bundle of Rails": Shop({"package.json": needs("esbuild"), "app/javascript/application.js": UNUSED}),
    "Storybook": Shop(
        {
            "package.json": needs("@storybook/react"),
            "src/A.stories.tsx": "import { k } from './k';\nexport const A = () => k;\n",
            "src/k.ts": "export const k = '{KEY}';\n",
            ".storybook/preview.ts": USED,
            ".storybook/main.ts": USED,
        },
        ("src/k.ts", ".storybook/preview.ts"),
    ),
    "stories without Storybook": Shop({"package.json": needs("ladle"), "src/A.stories.tsx": USED}),
    "Tauri": Shop(
        {
            "src-tauri/tauri.conf.json": "{}",
            "src-tauri/src/main.rs": UNUSED,
            "src-tauri/tests/a.rs": UNUSED,
            "a.rs": UNUSED,
        },
        ("src-tauri/src/main.rs",),
    ),
    "Unity": Shop(
        {
            "ProjectSettings/ProjectVersion.txt": "x",
            "Assets/A.cs": UNUSED,
            "Assets/Editor/B.cs": UNUSED,
            "Tools/C.cs": UNUSED,
        },
        ("Assets/A.cs",),
    ),
    "MAUI": Shop(
        {
            "App/App.csproj": "<Project><UseMaui>true</UseMaui></Project>",
            "Api/Api.csproj": "<Project Sdk='Microsoft.NET.Sdk.Web'></Project>",
            "App/A.cs": UNUSED,
            "Api/B.cs": UNUSED,
        },
        ("App/A.cs",),
    ),
    "MDX of Next.js": Shop(
        {"package.json": needs("next", "react"), "app/docs/page.mdx": "export const k = '{KEY}';\n\n# {k}\n"},
        ("app/docs/page.mdx",),
    ),
}


@pytest.mark.parametrize("name", SHOPS)
def test_what_is_delivered(name: str, inside: Inside, tmp_path: Path) -> None:
    shop, repo = SHOPS[name], Repo(tmp_path / "shop")
    for seed, (path, text) in enumerate(shop.files.items()):
        repo.write(path, text.replace("{KEY}", made_up_key(seed)))
    said = inside("scan", "-f", "json", "--select", "key-in-frontend", "--no-history", cwd=repo.path)
    found = {one["occurrences"][0]["path"] for one in said.document["findings"] if one["severity"] == "critical"}
    assert found == set(shop.ships)
