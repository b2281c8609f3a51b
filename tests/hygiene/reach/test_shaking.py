"""Of a module that code for browsers imports, only what is asked for is shipped; bundlers drop the rest."""

from __future__ import annotations

import pytest

from keyguard.hygiene.reach.client_paths import ClientPaths
from tests.hygiene.reach.projects import package

LIB = """\
const base = 'A';
export const name = () => base;
export const secret = 'B';
const inner = 'C';
export function usesInner() { return inner; }
export default function () { return 'D'; }
register('E');
const forEffect = 'F';
register(forEffect);
"""
KINDS = {"A": "name", "B": "secret", "C": "usesInner", "D": "default"}


def shipped(importing: str, lib: str = LIB, **more: str) -> str:
    """The letters in the library that a browser gets."""
    files = {"package.json": package("vite"), "index.html": '<script type="module" src="/main.ts"></script>'}
    files |= {"main.ts": importing, "lib.ts": lib, **{path.replace("_", "."): text for path, text in more.items()}}
    contents = {path.encode(): text.encode() for path, text in files.items()}
    places = {letter: lib.index(f"'{letter}'") for letter in "ABCDEF" if f"'{letter}'" in lib}
    paths = ClientPaths(contents, contents.get)
    found = paths.paths([b"lib.ts"], {b"lib.ts": set(places.values())}).get(b"lib.ts")
    spans = (*found.server_spans, *found.unused_spans) if found else ((0, len(lib)),)
    return "".join(letter for letter, at in places.items() if not any(start <= at < end for start, end in spans))


@pytest.mark.parametrize(
    ("importing", "letters"),
    [
        ("import { name } from './lib'; name()", "AEF"),
        ("import { secret } from './lib'; secret", "BEF"),
        ("import { usesInner } from './lib'; usesInner()", "CEF"),
        ("import d from './lib'; d()", "DEF"),
        ("import d, { name } from './lib'; d(name)", "ADEF"),
        ("import * as lib from './lib'; lib", "ABCDEF"),
        ("import('./lib').then(console.log)", "ABCDEF"),
        ("const lib = require('./lib'); lib.name", "ABCDEF"),
        ("import type { name } from './lib'", ""),
    ],
)
def test_only_what_is_asked_for(importing: str, letters: str) -> None:
    assert shipped(importing) == letters


def test_two_files_that_ask_for_different_names() -> None:
    assert (
        shipped("import './a'; import { name } from './lib'; name()", a_ts="import { secret } from './lib'; a(secret)")
        == "ABEF"
    )


def test_through_a_barrel() -> None:
    assert (
        shipped("import { secret } from './all'; secret", all_ts="export * from './lib'; export * from './b'") == "BEF"
    )
    assert shipped("import { k } from './all'; k", all_ts="export { secret as k, name } from './lib'") == "BEF"


def test_a_library_without_side_effects_of_which_nothing_is_asked() -> None:
    pure = "export const a = 'A';\nexport const b = 'B';\n"
    assert shipped("import { b } from './lib'; b", pure) == "B"
    assert shipped("import { c } from './lib'; c", pure) == ""


def test_commonjs_is_shipped_whole() -> None:
    assert shipped("import { b } from './lib'; b", "exports.a = 'A';\nexports.b = 'B';\n") == "AB"


ASTRO = """---
import { data } from '../data'
import { helper } from '../helper'
const shown = 'A'
const given = { key: 'B' }
const kept = 'C'
const rows = helper(kept)
---
<p>{shown}</p><p>{data.title}</p>
<script define:vars={{ given }}>a(given)</script>
"""


def test_what_astro_prints_is_in_the_page() -> None:
    files = {"package.json": package("astro"), "src/pages/index.astro": ASTRO, "src/data.ts": "export const data = f()"}
    files |= {"src/helper.ts": "export const helper = f()"}
    contents = {path.encode(): text.encode() for path, text in files.items()}
    found = ClientPaths(contents, contents.get).paths([*contents])
    spans = found[b"src/pages/index.astro"].server_spans
    places = {letter: ASTRO.index(f"'{letter}'") for letter in "ABC"}
    assert {letter: any(a <= at < b for a, b in spans) for letter, at in places.items()} == {
        "A": False,
        "B": False,
        "C": True,
    }
    assert (b"src/data.ts" in found, b"src/helper.ts" in found) == (True, False)
