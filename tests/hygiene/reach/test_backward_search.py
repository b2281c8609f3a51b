"""Going back from a goal leaves out nothing that leads there, and keeps modules from being parsed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.hygiene.reach import shortest_path
from keyguard.hygiene.reach.code import parser
from keyguard.hygiene.reach.code.module import Module
from tests.hygiene.reach.projects import package, paths_to

NAMES = [f"m{number}" for number in range(6)]
MODULE = st.sampled_from(NAMES)
STATEMENT = st.one_of(
    st.builds("import {{ {1} }} from './{0}'\nuse({1})".format, MODULE, MODULE),
    st.builds("import {{ {1} }} from './{0}'".format, MODULE, MODULE),
    st.builds("import type {{ {1} }} from './{0}'".format, MODULE, MODULE),
    st.builds("import './{0}'".format, MODULE),
    st.builds("import * as all{0} from './{0}'\nexport const {1} = () => all{0}.x".format, MODULE, MODULE),
    st.builds("export {{ {1} as {2} }} from './{0}'".format, MODULE, MODULE, MODULE),
    st.builds("export * from './{0}'".format, MODULE),
    st.builds("export const {0} = 1".format, MODULE),
    st.builds("export function {0}() {{ return import('./{1}') }}".format, MODULE, MODULE),
    st.just("run()"),
)
SOURCE = st.lists(STATEMENT, max_size=4).map("\n".join)


@given(sources=st.lists(SOURCE, min_size=len(NAMES), max_size=len(NAMES)), effects=st.sampled_from((None, False)))
def test_the_ways_are_the_same_whether_or_not_it_goes_back_first(sources: list[str], effects: bool | None) -> None:
    fields = {} if effects is None else {"sideEffects": effects}
    files = {"package.json": package("next", **fields), "app/page.tsx": "'use client'\nimport { m0 } from './m0'\nm0()"}
    files |= {f"app/{name}.ts": source for name, source in zip(NAMES, sources, strict=True)}
    found = []
    for straight in (-1, 10**6):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shortest_path, "_STRAIGHT", straight)
            found.append({path: paths_to(files, path).get(path) for path in files})
    assert found[0] == found[1]


def test_a_module_that_only_servers_ask_for_is_known_to_stay_without_parsing_its_users(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {
        "package.json": package("next"),
        "lib/index.ts": "export { read } from './read'\nexport { write } from './write'\n",
        "lib/read.ts": "export const read = () => 1\n",
        "lib/write.ts": "export const write = () => process.env.SECRET\n",
    }
    for number in range(300):
        files[f"app/p{number}.tsx"] = f"'use client'\nimport {{ read }} from './q{number}'\nread()\n"
        files[f"app/q{number}.ts"] = "export { read } from '../lib'\n"
    parsed: list[int] = []
    real = parser.parse

    def counted(data: bytes, *, typescript: bool, jsx: bool) -> Module | None:
        parsed.append(len(data))
        return real(data, typescript=typescript, jsx=jsx)

    monkeypatch.setattr(parser, "parse", counted)
    assert paths_to(files, "lib/write.ts") == {}
    assert len(parsed) < 3 * shortest_path._STRAIGHT + 310  # at most those that use the barrel, and none that use those
    parsed.clear()
    assert set(paths_to(files, "lib/read.ts")) == {"lib/read.ts"}
    assert len(parsed) < shortest_path._STRAIGHT
