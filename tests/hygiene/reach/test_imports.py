"""The ways to write an import, and what only looks like one."""

from __future__ import annotations

import pytest

from keyguard.hygiene.reach.code import parser, specifiers
from tests.hygiene.reach.projects import path_to, paths_to

pytestmark = pytest.mark.skipif(not parser.available(), reason="nothing is parsed here")


def reached(main: str, name: str = "main.tsx") -> bool:
    files = {
        "index.html": f"<script type=module src={name}></script>",
        name: main,
        "key.ts": "export const key = make()",
    }
    return bool(path_to(files, "key.ts"))


IMPORTS = [
    "import { key } from './key'\nuse(key)",
    "import { key as other } from './key'\nuse(other)",
    "import key from './key'; use(key)",
    "import key, { other } from './key'; use(key)",
    "import * as all from './key'\nuse(all.key)",
    "import {\n  key, // the key\n} from './key'\nuse({ key })",
    "import './key'",
    "import'./key'",
    "export { key } from './key'",
    "export * from './key'",
    "export * as all from './key'",
    "import { key } from './key'\nexport default key",
    "import { key } from './key'\nexport { key as other }",
    "import { type Key, key } from './key'\nuse(key)",
    "import { Key } from './key'\nexport default () => <Key />",
    "import * as ui from './key'\nexport default () => <ui.Key />",
    "import { key } from './key' with { type: 'json' }\nuse(key)",
    "import key = require('./key')\nuse(key)",
    "const { key } = require('./key')",
    "const { key } = await import('./key')",
    "const load = () => import(/* webpackChunkName: 'key' */ './key')",
    "const load = () => import(\n  // later\n  `./key`\n)",
    "const Page = lazy(() => import('./key').then(one => one.key))",
    "if (later) { require('./key') }",
    "new Worker(new URL('./key.ts', import.meta.url), { type: 'module' })",
    "const all = import.meta.glob('./*.ts')",
    "const all = import.meta.glob(['./a/*.ts', './k*.ts'], { eager: true })",
    "const all = import.meta.glob<Module>('./**/*.ts')",
    "const all = require.context('.', true, /\\.ts$/)",
    "const load = (name: string) => import(`./${name}.ts`)",
    "import { key } from './key.js'\nuse(key)",
    "import { key } from './key?raw'\nuse(key)",
    "import { key } from './sub/../key'\nuse(key)",
    "function broken( {\nimport { key } from './key'\nuse(key)",
]


@pytest.mark.parametrize("main", IMPORTS)
def test_what_is_imported_is_reached(main: str) -> None:
    assert reached(main)


NOTHING = [
    "import type { key } from './key'",
    "import type Key from './key'",
    "import { type Key } from './key'",
    "import { type Key, type Other } from './key'",
    "import { Key } from './key'\nconst a: Key = 1",
    "import { Key } from './key'\nconst a = b as Key",
    "import { Key } from './key'\nexport default function a({ b }: Props<Key>) {}",
    "import { key } from './key'\ntype Key = typeof key",
    "export type { Key } from './key'",
    "type Key = import('./key').Key",
    "let a: typeof import('./key')",
    "// import './key'",
    "/* import './key' */",
    "const text = \"import './key'\"",
    "const text = `require('./key')`",
    "// const { key } = require('./key')",
    "import './other'",
    "import 'key'",
    "const all = import.meta.glob('./*.js')",
    "other.import('./key')",
    "require(name, './key.txt')",
]


@pytest.mark.parametrize("main", NOTHING)
def test_what_is_not_imported_is_not(main: str) -> None:
    assert not reached(main)


def test_javascript_has_no_types_so_an_import_without_use_is_one() -> None:
    assert reached("import { key } from './key'", "main.js")
    assert reached("import { key } from './key'", "main.jsx")
    assert not reached("import { key } from './key'", "main.ts")


def test_what_is_injected_by_its_type_is_a_value() -> None:
    code = "import { Api } from './key'\n@Component({})\nexport class Page { constructor(private api: Api) {} }"
    assert reached(code, "main.ts")
    assert not reached(code.replace("@Component({})", ""), "main.ts")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vue", "<script setup lang='ts'>\nimport { key } from './key'\n</script><template>{{ key }}</template>"),
        ("a.vue", "<template/>\n<script src='./key.ts'></script>"),
        (
            "a.svelte",
            "<script context='module'>let a</script><script generics='T extends A<B>'>import './key'</script>",
        ),
        ("a.mdx", "import { Key } from './key'\n\n# Hello\n\n<Key />\n"),
    ],
)
def test_scripts_in_other_files_are_read(name: str, text: str) -> None:
    files = {"index.html": f"<script type=module>import './{name}'</script>", name: text, "key.ts": "make()"}
    assert path_to(files, "key.ts") == f"web page: index.html > {name} > key.ts"


@pytest.mark.parametrize(
    "text",
    [
        "<template>import './key'</template><script>let a</script>",
        "<script type='application/json'>{\"a\": \"import './key'\"}</script>",
        "<script type='text/x-template'>import './key'</script>",
        "<script>// import './key'\n</script>",
    ],
)
def test_what_is_no_script_is_not_read(text: str) -> None:
    files = {"index.html": "<script type=module>import './a.vue'</script>", "a.vue": text, "key.ts": "make()"}
    assert list(paths_to(files, "a.vue", "key.ts")) == ["a.vue"]


def test_a_file_that_is_no_code_ships_when_it_is_imported() -> None:
    files = {
        "index.html": "<script type=module src=main.js></script>",
        "main.js": "import key from './key.json'\nimport text from './key.txt?raw'\nuse(key, text)",
        "key.json": "{}",
        "key.txt": "it",
    }
    assert list(paths_to(files, "key.json", "key.txt")) == ["key.json", "key.txt"]


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("import type { a } from './a'", []),
        ("import type A from './a'", []),
        ("export type { a } from './a'", []),
        ("import { type a, type b as c } from './a'", []),
        ("import { type a, b } from './a'", ["./a"]),
        ("import type, { a } from './a'", ["./a"]),
        ("import type from './a'", ["./a"]),
        ("import type { a } from './a'\nimport { b } from './a'", ["./a"]),
        ("export type A = string\nimport { b } from './a'", ["./a"]),
        ("import { type a } from './a'\nimport { b } from './b'", ["./b"]),
    ],
)
def test_a_cheap_look_leaves_out_what_is_surely_a_type(code: str, texts: list[str]) -> None:
    assert [text.decode() for text in specifiers.specifiers(code.encode())] == texts


def test_what_needs_the_headers_of_a_request_is_no_client() -> None:
    files = {"index.html": "<script src=main.js></script>", "main.js": "import './a'", "a.js": "import './key'"}
    assert path_to({**files, "key.js": "make()"}, "key.js")
    assert not path_to({**files, "key.js": "import { cookies } from 'next/headers'\nmake(cookies())"}, "key.js")
