"""From the text of an import to a file: endings, aliases, configurations, and the packages of a project."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tests.hygiene.reach.projects import package, path_to


def reached(text: str, place: str, files: Mapping[str, str] | None = None, main: str = "src/main.js") -> bool:
    """Whether ``import text`` in a client means the file at ``place``."""
    page = {"index.html": f"<script type=module src=/{main}></script>", main: f"import '{text}'", place: "make()"}
    return bool(path_to({**page, **(files or {})}, place))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("./a", "src/a.js"),
        ("./a", "src/a.tsx"),
        ("./a", "src/a/index.ts"),
        ("./a/", "src/a/index.ts"),
        ("./a.js", "src/a.ts"),
        ("./a.jsx", "src/a.tsx"),
        ("./a.mjs", "src/a.mts"),
        ("./a.b", "src/a.b.ts"),
        ("./a.svelte", "src/a.svelte.ts"),
        ("../a", "a.ts"),
        ("../src/./a", "src/a.ts"),
        ("./a?worker", "src/a.ts"),
        ("./a#b", "src/a.ts"),
        ("..", "index.js"),
        ("/src/a.js", "src/a.js"),
        ("/a.js", "public/a.js"),
        ("@/a", "src/a.js"),
        ("~/a", "src/a.js"),
        ("./a", "src/a.ios.js"),
        ("./ä ö", "src/ä ö.js"),
    ],
)
def test_a_text_means_a_file(text: str, place: str) -> None:
    assert reached(text, place)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a", "src/a.js"),
        ("a", "a.js"),
        ("./a", "a.js"),
        ("../../a", "a.js"),
        ("./a.ts", "src/a.js"),
        ("https://shop.example/src/a.js", "src/a.js"),
        ("node:a", "src/a.js"),
        ("@a", "src/a.js"),
    ],
)
def test_a_text_means_nothing_else(text: str, place: str) -> None:
    assert not reached(text, place)


def config(**options: object) -> str:
    return json.dumps({"compilerOptions": options})


@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"tsconfig.json": config(paths={"~lib/*": ["./lib/*"]})}, "~lib/a"),
        ({"tsconfig.json": config(paths={"mail": ["lib/a.ts"]})}, "mail"),
        ({"tsconfig.json": config(baseUrl=".")}, "lib/a"),
        ({"tsconfig.json": config(baseUrl="./lib")}, "a"),
        ({"tsconfig.json": config(baseUrl="lib", paths={"x/*": ["*"]})}, "x/a"),
        ({"tsconfig.json": config(paths={"x/*": ["nowhere/*", "lib/*"]})}, "x/a"),
        ({"tsconfig.json": config(paths={"*-mail": ["lib/*"]})}, "a-mail"),
        ({"jsconfig.json": config(paths={"x/*": ["lib/*"]})}, "x/a"),
        (
            {"tsconfig.json": '{"extends": "./other/base"}', "other/base.json": config(paths={"x/*": ["../lib/*"]})},
            "x/a",
        ),
        ({"tsconfig.json": '{"extends": ["./a.json", "./b.json"]}', "b.json": config(paths={"x/*": ["lib/*"]})}, "x/a"),
        (
            {
                "tsconfig.json": '{"extends": "@shop/base/strict.json"}',
                "base/package.json": '{"name": "@shop/base"}',
                "base/strict.json": config(paths={"x/*": ["../lib/*"]}),
            },
            "x/a",
        ),
        (
            {
                "tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.web.json"}]}',
                "tsconfig.web.json": config(paths={"x/*": ["./lib/*"]}),
            },
            "x/a",
        ),
        ({"tsconfig.json": config(paths={"x/*": ["${configDir}/lib/*"]})}, "x/a"),
        (
            {"tsconfig.json": '// a\n{\n  /* b */ "compilerOptions": {"paths": {"x/*": ["lib/*",],},},\n}'},
            "x/a",
        ),
        ({"vite.config.js": "export default { resolve: { alias: { x: path.resolve(__dirname, './lib') } } }"}, "x/a"),
        ({"vite.config.js": "alias: [{ find: 'x', replacement: fileURLToPath(new URL('./lib', url)) }]"}, "x/a"),
        ({"vite.config.js": "alias: [{ find: /^x\\//, replacement: '/lib/' }]"}, "x/a"),
        ({"webpack.config.js": "resolve: { alias: { 'x$': path.join(dir, 'lib', 'a.ts') } }"}, "x"),
        ({"babel.config.js": "plugins: [['module-resolver', { alias: { x: './lib' } }]]"}, "x/a"),
        ({"package.json": package(imports={"#x/*": "./lib/*.ts"})}, "#x/a"),
        ({"package.json": package(imports={"#x": {"node": "./lib/node.ts", "default": "./lib/a.ts"}})}, "#x"),
    ],
)
def test_configurations_say_what_a_text_means(files: dict[str, str], text: str) -> None:
    assert reached(text, "lib/a.ts", files)
    assert not reached(text, "lib/a.ts", dict.fromkeys(files, "{}"))


def test_the_nearest_configuration_counts_and_the_longest_prefix() -> None:
    inner = {"src/tsconfig.json": config(paths={"x/*": ["./x/*"]}), "tsconfig.json": config(paths={"x/*": ["lib/*"]})}
    assert reached("x/a", "src/x/a.ts", inner)
    assert not reached("x/a", "lib/a.ts", {**inner, "src/x/a.ts": "make()"})
    longer = {"tsconfig.json": config(paths={"x/*": ["lib/*"], "x/y/*": ["other/*"]})}
    assert reached("x/y/a", "other/a.ts", {**longer, "lib/y/a.ts": "make()"})
    assert not reached("x/y/a", "lib/y/a.ts", {**longer, "other/a.ts": "make()"})


@pytest.mark.parametrize(
    ("fields", "text", "place"),
    [
        ({}, "lib", "lib/index.ts"),
        ({}, "lib", "lib/src/index.ts"),
        ({}, "lib/a", "lib/a.ts"),
        ({}, "lib/a", "lib/src/a.ts"),
        ({"main": "a.js"}, "lib", "lib/a.js"),
        ({"main": "./dist/index.js"}, "lib", "lib/src/index.ts"),
        ({"module": "dist/esm/index.js", "main": "dist/cjs/index.js"}, "lib", "lib/src/index.tsx"),
        ({"types": "./a.ts"}, "lib", "lib/a.ts"),
        ({"exports": "./a.ts"}, "lib", "lib/a.ts"),
        ({"exports": {".": "./a.ts"}}, "lib", "lib/a.ts"),
        ({"exports": {"import": "./a.ts", "require": "./b.ts"}}, "lib", "lib/a.ts"),
        ({"exports": {".": {"node": "./b.ts", "browser": "./a.ts"}}}, "lib", "lib/a.ts"),
        ({"exports": {"./x": "./a.ts"}}, "lib/x", "lib/a.ts"),
        ({"exports": {"./x": [{"import": {"default": "./a.ts"}}]}}, "lib/x", "lib/a.ts"),
        ({"exports": {"./*": "./code/*.ts"}}, "lib/a", "lib/code/a.ts"),
        ({"exports": {"./*": "./wrong/*.ts", "./x/*": "./code/*.ts"}}, "lib/x/a", "lib/code/a.ts"),
        ({"exports": {"./a": "./dist/a.js"}}, "lib/a", "lib/src/a.ts"),
    ],
)
def test_packages_of_the_project_are_found_by_name(fields: dict[str, object], text: str, place: str) -> None:
    lib = json.dumps({"name": "lib", **fields})
    others = {"lib/b.ts": "make()", "lib/wrong/x/a.ts": "make()", "package.json": '{"workspaces": ["lib"]}'}
    assert reached(text, place, {**others, "lib/package.json": lib})
    assert reached(f"@shop/{text}", place, {**others, "lib/package.json": lib.replace('"lib"', '"@shop/lib"', 1)})
    assert not reached(text, place, {**others, "lib/package.json": lib.replace('"lib"', '"other"', 1)})


def test_a_package_json_that_only_says_how_to_read_its_folder_begins_no_package() -> None:
    files = {"package.json": package("vite"), "src/deep/package.json": '{"type": "module"}'}
    assert reached("@/a", "src/a.ts", {**files, "src/deep/b.js": "import '@/a'"}, main="src/deep/b.js")


def test_of_packages_of_one_name_the_outermost_counts() -> None:
    files = {"lib/package.json": '{"name": "lib"}', "examples/a/lib/package.json": '{"name": "lib"}'}
    assert reached("lib", "lib/index.js", {**files, "examples/a/lib/index.js": "make()"})
    assert not reached("lib", "examples/a/lib/index.js", {**files, "lib/index.js": "make()"})


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("./x/*.js", "src/x/a.js", True),
        ("./x/*.js", "src/x/y/a.js", False),
        ("./x/**/*.js", "src/x/y/a.js", True),
        ("./x/*.{js,ts}", "src/x/a.ts", True),
        ("./x/*.js?raw", "src/x/a.js", True),
        ("/lib/*.js", "lib/a.js", True),
        ("@/x/*.js", "src/x/a.js", True),
        ("../**/*.js", "lib/a.js", True),
        ("x/*.js", "src/x/a.js", False),
    ],
)
def test_a_pattern_means_many_files(text: str, place: str, expected: bool) -> None:
    files = {
        "tsconfig.json": config(paths={"@/*": ["src/*"]}),
        "src/main.js": f"const all = import.meta.glob('{text}')",
    }
    assert reached("", place, files) is expected
