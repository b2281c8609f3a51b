"""Projects that are meant to hurt: everything comes to an end, and nothing is raised."""

from __future__ import annotations

import json

import pytest

from keyguard.hygiene.reach import config_parser
from keyguard.hygiene.reach.client_paths import client_paths
from keyguard.hygiene.reach.code import boundaries, fallback_parser, script_blocks, specifiers
from tests.hygiene.reach.projects import package, path_to, paths_to

PAGE = {"index.html": "<script type=module src=main.js></script>", "key.js": "export const key = make()"}
MAIN = "import { key } from './key.js'\nuse(key)\n"


def nested(depth: int) -> dict[str, object]:
    table: dict[str, object] = {}
    for _ in range(depth):
        table = {"./*": table}
    return table


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": '{"a":' * 20_000},
        {"package.json": "[" * 100_000},
        {"package.json": json.dumps({"name": "a", "exports": nested(500), "imports": nested(400), "main": []})},
        {"package.json": '{"name": 1, "dependencies": [], "sideEffects": [1], "exports": 7, "main": null}'},
        {"package.json": json.dumps({"name": "", "dependencies": {"vite": 1}, "workspaces": "*"}) + "\0"},
        {"tsconfig.json": '{"extends": ["./tsconfig.json", 1, null], "references": [{"path": "."}, 3, {}]}'},
        {"tsconfig.json": '{"compilerOptions": {"paths": {"*": ["*", 1], "a*b*c": "x", "": [""]}, "baseUrl": ".."}}'},
        {"tsconfig.json": '{"compilerOptions": {"paths": [], "baseUrl": []}, "extends": {"a": 1}, "references": 1}'},
        {
            "tsconfig.json": '{"compilerOptions": []}',
            "angular.json": '[{"replace": 1, "with": []}, {"options": 1}]',
        },
        {"manifest.json": '{"manifest_version": 3, "a": ' + '{"b": ' * 400 + "1" + "}" * 401},
        {"vite.config.js": "alias: {" * 5000 + "input: [" * 5000, "package.json": package("vite")},
        {"webpack.config.js": "entry: '../../etc/passwd', alias: {'': '', '@': '../..', x: '\\0'}"},
        {"main2.js": "".join(f"import '{text}'\n" for text in ("/", "", ".", "..", "#", "?", "@/", "\\0"))},
        {"/absolute.js": "", "a//b.js": "", "": "", ".": "", "..": "", "a/": ""},
        {"d/" * 3000 + "a.js": "make()", "a.html": "<script src='" + "../" * 90 + "x.js'></script>"},
    ],
)
def test_odd_files_are_in_nobodys_way(files: dict[str, str]) -> None:
    assert path_to({**PAGE, "main.js": MAIN, **files}, "key.js").endswith(": main.js > key.js")


@pytest.mark.parametrize("read", [lambda path: None, lambda path: b"\xff\xfe\x00" * 100])
def test_what_cannot_be_read_leads_nowhere(read: object) -> None:
    files = {path.encode() for path in PAGE} | {b"package.json", b"tsconfig.json", b"main.js", b"a.vue", b"b.astro"}
    assert client_paths(files, read, [b"key.js"]) == {}  # type: ignore[arg-type]


def test_paths_of_any_bytes_are_files_like_others() -> None:
    contents = {
        b"index.html": b"<script src=\xff/main.js></script>",
        b"\xff/main.js": b"import './\xfe.js'",
        b"\xff/\xfe.js": b"make()",
    }
    found = client_paths(contents, contents.get, [b"\xff/\xfe.js"])
    assert found[b"\xff/\xfe.js"].steps == (b"\xff/main.js", b"\xff/\xfe.js")


def test_nothing_is_read_when_nothing_is_wanted() -> None:
    asked: list[bytes] = []
    assert client_paths({b"index.html", b"main.js"}, lambda path: asked.append(path), []) == {}
    assert client_paths({b"index.html", b"main.js"}, lambda path: asked.append(path), [b"gone.js"]) == {}
    assert asked == []


def test_circles_come_to_an_end() -> None:
    ring = {f"m{one}.js": f"import './m{(one + 1) % 200}.js'\nimport './m{one * 7 % 200}.js'" for one in range(200)}
    assert path_to({**PAGE, **ring, "main.js": "import './m0.js'"}, "key.js") == ""
    found = paths_to({**PAGE, **ring, "main.js": "import './m0.js'"}, "m199.js")["m199.js"]
    assert len(found.steps) == len(set(found.steps))


def test_the_shortest_way_is_told_and_of_two_the_first() -> None:
    files = {
        **PAGE,
        "main.js": "import './c.js'\nimport './b.js'\nimport './a.js'",
        "a.js": "import './long.js'",
        "long.js": "import './key.js'",
        "b.js": "import './key.js'",
        "c.js": "import './key.js'",
    }
    assert path_to(files, "key.js") == "script of index.html, which ships whole: main.js > b.js > key.js"


def test_a_way_that_only_looks_shorter_gives_way_to_one_that_is_true() -> None:
    files = {
        **PAGE,
        "main.ts": "import { Key } from './key.js'\nimport { a } from './a'\nconst b: Key = a",
        "index.html": "<script type=module src=main.ts></script>",
        "a.ts": "import { key } from './key.js'\nexport const a = key",
    }
    assert path_to(files, "key.js") == "script of index.html: main.ts > a.ts > key.js"


def test_what_is_found_by_no_known_way_is_searched_for_further() -> None:
    # the entry that is nearest imports a type; the way that is true is longer than all that was looked at for it
    files = {
        "index.html": "<script type=module src=main.ts></script>",
        "main.ts": "import { Key } from './key'\nimport './a'\nlet b: Key",
        **{f"{name}.ts": f"import './{after}'" for name, after in zip("abcd", "bcde", strict=True)},
        "e.ts": "import { key } from './key'\nuse(key)",
        "key.ts": "export const key = make()",
    }
    assert path_to(files, "key.ts").endswith("main.ts > a.ts > b.ts > c.ts > d.ts > e.ts > key.ts")


SEEDS = [
    "import ",
    "import(/*a*/",
    "import.meta.glob<",
    "import a 'server-only",
    "'use x' ",
    "<script '",
    "<A b.c ",
    "---\n",
]
SEEDS += ["alias: {", '{"a":', '"\\', "`", "/*", "'", "\n"]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_over_and_over_costs_no_more_than_it_is_long(seed: str) -> None:
    """The limit is that of all tests: what takes time by the square of its length takes minutes here."""
    data = seed.encode() * (400_000 // len(seed.encode()))
    for text in (data, b"import 'a'\n" + data):
        boundaries.is_client(text)
        boundaries.is_server(text + b" server-only")
        script_blocks.only(text, list(script_blocks.scripts(text)))
        script_blocks.front(text)
        script_blocks.islands(text)
        specifiers.specifiers(text + b"meta.glob URL( require", markup=True)
        fallback_parser.scan_module(text)
        config_parser.lenient_json(text)
        for block in config_parser.option_values(text, b"alias"):
            list(config_parser.option_pairs(block))
