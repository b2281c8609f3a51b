"""Where nothing can be parsed, or a file should not be, it is looked through, and the path says so."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from keyguard.hygiene.reach.code import fallback_parser, parser
from tests.hygiene.reach.projects import paths_to
from tests.hygiene.reach.test_imports import IMPORTS

KEY = {"index.html": "<script type=module src=main.tsx></script>", "key.ts": "export const key = make()"}


@pytest.fixture
def unparsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No parser, as where tree-sitter is not installed."""
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    parser.parser_for.cache_clear()
    yield
    monkeypatch.undo()
    parser.parser_for.cache_clear()


@pytest.mark.usefixtures("unparsed")
@pytest.mark.parametrize("main", IMPORTS)
def test_every_import_is_found_without_a_parser(main: str) -> None:
    assert not parser.available()
    found = paths_to({**KEY, "main.tsx": main}, "key.ts")
    assert [path.parsed for path in found.values()] == [False]


@pytest.mark.usefixtures("unparsed")
@pytest.mark.parametrize(
    "main",
    [
        "import type { key } from './key'",
        "import { type Key } from './key'",
        "import { type Key, type Other, } from './key'",
        "export type { Key } from './key'",
        "// import './key'",
        "/* import './key' */",
        "/* import './key'",
        "const address = 'https://shop.example' // import './key'",
    ],
)
def test_types_and_comments_are_left_out_without_a_parser(main: str) -> None:
    assert paths_to({**KEY, "main.tsx": main}, "key.ts") == {}


@pytest.mark.parametrize(
    "filler",
    [
        "/*" + " " * parser.LIMIT + "*/",
        "use(" + "'a'," * 10_000 + ")",
        "(" * 50_000,
        "a(" * 50_000,
        '"\n' * 50_000,
    ],
)
def test_a_file_that_no_person_wrote_is_looked_through(filler: str) -> None:
    found = paths_to({**KEY, "main.tsx": f"import {{ key }} from './key'\nuse(key)\n{filler}"}, "key.ts")
    assert [path.parsed for path in found.values()] in ([False], [True])
    assert len(found) == 1


def test_what_is_not_closed_goes_on_to_the_end() -> None:
    assert [one.text for one in fallback_parser.scan_module(b"import './a'\n/* import './b'").imports] == [b"./a"]
    assert [one.text for one in fallback_parser.scan_module(b"import './a'\n`import './b'").imports] == [b"./a", b"./b"]
