"""Files that only hand on: what is asked of them decides what is reached, where a bundler would leave the rest out."""

from __future__ import annotations

import pytest

from tests.hygiene.reach.projects import path_to, paths_to

PURE = "export const {} = 'it'\n"


def project(main: str, barrel: str, **files: str) -> dict[str, str]:
    pages = {"index.html": "<script type=module src=main.ts></script>", "main.ts": main, "lib/index.ts": barrel}
    modules = {f"lib/{name}.ts": PURE.format(name) for name in ("a", "b")}
    return {**pages, **modules, **{f"lib/{name}.ts": text for name, text in files.items()}}


MAIN = "import { a } from './lib'\nuse(a)"


@pytest.mark.parametrize(
    "barrel",
    [
        "export { a } from './a'\nexport { b } from './b'",
        "export * from './a'\nexport * from './b'",
        "import { a } from './a'\nimport { b } from './b'\nexport { a, b }",
        "export { a } from './a'\nexport * as b from './b'",
        "export { a } from './a'\nexport { b as c } from './b'\nexport const d = [1, `2`]\nexport type F = string",
    ],
)
def test_only_the_module_that_gives_the_name_is_reached(barrel: str) -> None:
    found = paths_to(project(MAIN, barrel), "lib/a.ts", "lib/b.ts")
    assert list(found) == ["lib/a.ts"]
    assert found["lib/a.ts"].steps == (b"main.ts", b"lib/index.ts", b"lib/a.ts")


@pytest.mark.parametrize(
    "main",
    [
        "import * as lib from './lib'\nuse(lib)",
        "import { a, b } from './lib'\nuse(a, b)",
        "const lib = await import('./lib')",
        "const lib = require('./lib')",
        "import './lib'",
        "export * from './lib'",
    ],
)
def test_all_of_it_is_reached_when_all_is_asked_for(main: str) -> None:
    found = paths_to(project(main, "export { a } from './a'\nexport { b } from './b'"), "lib/a.ts", "lib/b.ts")
    assert list(found) == ["lib/a.ts", "lib/b.ts"]


@pytest.mark.parametrize(
    "b",
    [
        "export const b = make()",
        "register('it')\nexport const b = 1",
        "export const b = 1\nwindow.b = b",
        "export const b = { ...others }",
        "export class b { static key = make() }",
        "module.exports = { b: 1 }",
        "export const b = [make()]",
    ],
)
def test_a_module_in_which_something_happens_is_shipped_whoever_asks(b: str) -> None:
    assert path_to(project(MAIN, "export { a } from './a'\nexport { b } from './b'", b=b), "lib/b.ts")


@pytest.mark.parametrize(
    "b",
    [
        "export function b() { make() }",
        "export const b = () => make()",
        "export class b { key = 1; send() { make() } }",
        "export enum b { A, B }",
        "export const b = { key: 'it', more: ['a', -1, true] } as const",
        "const key = 'it'\nexport default key\nexport { key as b }",
        "import { a } from './a'\nexport const b = () => a",
        "'use strict'\nexport const b = 1",
    ],
)
def test_a_module_in_which_nothing_happens_is_left_out(b: str) -> None:
    assert path_to(project(MAIN, "export { a } from './a'\nexport { b } from './b'", b=b), "lib/b.ts") == ""


def test_what_a_left_out_module_imports_is_loaded_all_the_same() -> None:
    files = project(
        MAIN, "export { a } from './a'\nexport { b } from './b'", b="import { c } from './c'\nexport { c as b }"
    )
    assert path_to({**files, "lib/c.ts": "export const c = make()"}, "lib/c.ts")
    assert path_to({**files, "lib/c.ts": PURE.format("c")}, "lib/c.ts") == ""


def test_a_package_that_promises_that_nothing_happens_is_believed() -> None:
    files = {
        "apps/web/package.json": '{"name": "web"}',
        "apps/web/index.html": "<script type=module src=main.ts></script>",
        "apps/web/main.ts": "import { a } from 'lib'\nuse(a)",
        "lib/package.json": '{"name": "lib", "main": "index.ts", "sideEffects": false}',
        "lib/index.ts": "export { a } from './a'\nexport { b } from './b'",
        "lib/a.ts": "export const a = make()",
        "lib/b.ts": "export const b = make()",
    }
    assert path_to(files, "lib/a.ts")
    assert path_to(files, "lib/b.ts") == ""
    some = {**files, "lib/package.json": '{"name": "lib", "main": "index.ts", "sideEffects": ["./b.ts"]}'}
    assert path_to(some, "lib/b.ts")
    others = {**files, "lib/package.json": '{"name": "lib", "main": "index.ts", "sideEffects": ["*.css"]}'}
    assert path_to(others, "lib/b.ts") == ""


def test_a_barrel_that_uses_what_it_imports_needs_it() -> None:
    barrel = "import { b } from './b'\nexport { a } from './a'\nexport const c = b + 1\nmake(c)"
    assert path_to(project(MAIN, barrel), "lib/b.ts")


def test_barrels_of_barrels_hand_on_under_other_names() -> None:
    files = project("import { z } from './lib'\nuse(z)", "export { y as z, b as c } from './x'")
    files |= {"lib/x.ts": "export { default as y } from './y'\nexport * from './b'", "lib/y.ts": "export default 'it'"}
    assert list(paths_to(files, "lib/y.ts", "lib/b.ts")) == ["lib/y.ts"]


def test_a_barrel_does_not_hand_on_defaults_by_a_star() -> None:
    files = project("import a from './lib'\nuse(a)", "export * from './a'\nexport { default } from './b'")
    files |= {"lib/a.ts": "export default 1", "lib/b.ts": "export default 2"}
    assert list(paths_to(files, "lib/a.ts", "lib/b.ts")) == ["lib/b.ts"]


def test_barrels_in_a_circle_come_to_an_end() -> None:
    files = project(MAIN, "export * from './x'\nexport * from './a'", x="export * from '.'\nexport * from './x'")
    assert list(paths_to(files, "lib/a.ts", "lib/b.ts", "lib/x.ts")) == ["lib/a.ts"]
