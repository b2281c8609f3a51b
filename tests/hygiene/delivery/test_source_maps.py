"""Source maps lead from a place in a built file to the line of the source, and to nothing outside of the project."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from keyguard.hygiene.delivery.source_maps import Origin, has_sources, origin
from keyguard.hygiene.project.project import Project
from keyguard.sources.listing import Folder, TreeFile
from tests.helpers.seeing import engine

VALUE = b"value-of-a-key"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def vlq(*numbers: int) -> str:
    """One segment."""
    text = ""
    for number in numbers:
        left = -number << 1 | 1 if number < 0 else number << 1
        while True:
            digit, left = left & 31, left >> 5
            text += _LETTERS[digit | (32 if left else 0)]
            if not left:
                break
    return text


def source_map(sources: list[str], contents: list[str | None] | None, mappings: str, **more: Any) -> dict[str, Any]:
    found = {"version": 3, "sources": sources, "mappings": mappings, **more}
    return found if contents is None else {**found, "sourcesContent": contents}


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    """Where the value in dist/app.js comes from, in a project of these files."""

    def asked(built: bytes, document: object, path: str = "dist/app.js", **files: str) -> Origin | None:
        texts = {**files, path: built.decode(), **({"dist/app.js.map": json.dumps(document)} if document else {})}
        for name, text in texts.items():
            place = tmp_path / "shop" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        root = os.fsencode(tmp_path / "shop")
        folder = Folder(root, b"", [TreeFile(name.encode()) for name in texts])
        project = Project([folder], [], [], engine(), built=True)
        data = (project.read(path.encode()) or b"") if path.endswith(".map") else built
        start = data.index(VALUE)
        return origin(project, path.encode(), start, start + len(VALUE))

    return asked


#: two lines: the second begins in b.ts at line 4, and at column 10 goes on in a.ts at line 9
MAPPINGS = f"{vlq(0, 0, 0, 0)};{vlq(0, 1, 3, 0)},{vlq(10, -1, 5, 2)}"
BUILT = b"first();\nsecond(); '" + VALUE + b"'\n"


def test_the_last_segment_before_a_place_counts(ask: Any) -> None:
    found = ask(BUILT, source_map(["../src/a.ts", "../src/b.ts"], None, MAPPINGS), **{"src/a.ts": "x"})
    assert found == Origin("src/a.ts", 9, b"src/a.ts")


def test_a_source_that_is_not_there_is_named(ask: Any) -> None:
    found = ask(BUILT, source_map(["webpack://shop/./src/a.ts?1a2b", "b.ts"], None, MAPPINGS))
    assert found == Origin("src/a.ts", 9)


def test_the_line_is_that_of_the_value_where_the_map_has_the_source(ask: Any) -> None:
    text = "\n" * 11 + f"const key = '{VALUE.decode()}';\n"
    found = ask(BUILT, source_map(["a.ts", "b.ts"], [text, None], MAPPINGS))
    assert found == Origin("a.ts", 12)


def test_columns_are_those_of_utf_16(ask: Any) -> None:
    mappings = f"{vlq(0, 0, 0, 0)},{vlq(8, 0, 6, 0)}"  # four characters outside of the basic plane, each of two units
    found = ask("😀😀😀😀".encode() + VALUE, source_map(["a.ts"], None, mappings))
    assert found == Origin("a.ts", 7)


def test_the_parts_of_an_index_map_are_told_apart(ask: Any) -> None:
    first, second = (source_map([name], None, vlq(0, 0, line, 0)) for name, line in (("a.ts", 1), ("b.ts", 4)))
    sections = [{"offset": {"line": 0, "column": 0}, "map": first}, {"offset": {"line": 1, "column": 5}, "map": second}]
    assert ask(BUILT, {"version": 3, "sections": sections}) == Origin("b.ts", 5)


def test_a_map_in_the_file_itself_is_read(ask: Any) -> None:
    inline = base64.b64encode(json.dumps(source_map(["a.ts", "b.ts"], None, MAPPINGS)).encode())
    end = b"//# sourceMappingURL=data:application/json;charset=utf-8;base64," + inline
    assert ask(BUILT + end, None) == Origin("a.ts", 9)


def test_a_key_in_a_map_leads_to_the_source_that_contains_it(ask: Any) -> None:
    document = source_map(["a.ts", "b.ts"], ["nothing", f"\n\n'{VALUE.decode()}'"], "")
    assert ask(json.dumps(document).encode(), None, "dist/app.js.map") == Origin("b.ts", 3)


def test_nothing_outside_of_the_project_is_named_as_a_file_or_opened(ask: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.ts").write_text("outside")
    for name in ("../../secret.ts", str(tmp_path / "secret.ts"), "file:///etc/passwd", "../../../../etc/passwd"):
        found = ask(BUILT, source_map([name, name], None, MAPPINGS))
        assert found is not None
        assert found.path == b""
    (tmp_path / "outside.map").write_text(json.dumps(source_map(["a.ts", "b.ts"], None, MAPPINGS)))
    assert ask(BUILT + b"//# sourceMappingURL=../../outside.map", None, "dist/b.js") is None
    (tmp_path / "shop/dist/linked.map").symlink_to(tmp_path / "outside.map")
    assert ask(BUILT + b"//# sourceMappingURL=linked.map", None, "dist/b.js") is None


@pytest.mark.parametrize(
    "document",
    [
        {"version": 3},
        {"version": 3, "sources": 7, "mappings": 8},
        {"version": 3, "sources": ["a.ts"], "mappings": "!!!;???"},
        {"version": 3, "sources": [], "mappings": "AAAA;AAAA"},
        {"version": 3, "sources": ["a.ts"], "mappings": "g" * 100_000},
        {"version": 3, "sources": ["a.ts"], "mappings": ";A" + "/" * 50 + "A"},
        {"version": 3, "sections": [{"offset": {"line": -5}, "map": {}}, 7, {"offset": 3}]},
        {"version": 3, "sections": {"map": 1}},
        [1, 2],
    ],
)
def test_a_map_that_makes_no_sense_tells_nothing(ask: Any, document: object) -> None:
    found = ask(BUILT, document)
    assert found is None or found.path == b""


@pytest.mark.parametrize(
    ("text", "has"),
    [
        (json.dumps(source_map(["a"], ["text"], "")), True),
        (")]}'" + json.dumps(source_map(["a"], ["text"], "")), True),
        (json.dumps({"sections": [{"offset": {}, "map": source_map(["a"], ["x"], "")}]}), True),
        (json.dumps(source_map(["a"], [None], "")), False),
        (json.dumps(source_map(["a"], None, "")), False),
        ("[" * 100_000, False),
        ("no JSON", False),
    ],
)
def test_maps_with_sources_are_told_from_others(text: str, has: bool) -> None:
    assert has_sources(text.encode()) is has
