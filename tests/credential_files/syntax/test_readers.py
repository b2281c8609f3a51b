"""The readers of INI, properties, JSON, YAML and XML: keys, values and where each stands, in damaged texts, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.credential_files.syntax import ini, objects, properties, xml, yaml
from keyguard.credential_files.syntax.entry import DEEPEST, Entry, by_group, bytes_of, fits
from tests.helpers.credential_files import by_path

Reader = Callable[[bytes], Iterator[Entry]]
Rows = list[tuple[str, str]]

READERS = {
    "ini": ini.entries,
    "json": objects.entries,
    "properties": properties.entries,
    "xml": xml.entries,
    "yaml": yaml.entries,
}


def read(reader: Reader, text: str | bytes) -> Rows:
    """Keys, joined by ``/``, and the bytes of each value; ``#`` before those in comments."""
    data = text.encode() if isinstance(text, str) else text
    return [("#" * one.comment + "/".join(one.keys), data[one.start : one.end].decode()) for one in reader(data)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a = b\nc: d\n", [("/a", "b"), ("/c", "d")]),
        ("[s]\na=b\r\n[t u]\nc=d", [("s/a", "b"), ("t u/c", "d")]),
        ("\ufeff[s]\na=b", [("s/a", "b")]),
        ("a = \"b c\" ; why\nd = 'e'\nf = g # why\nh = i#j", [("/a", "b c"), ("/d", "e"), ("/f", "g"), ("/h", "i#j")]),
        ("# a = b\n;c=d\n# see a = b\n", [("#/a", "b"), ("#/c", "d")]),
        ("//h.dev/:_k=v\nhttp://h.dev\n", [("///h.dev/:_k", "v")]),
        ("a=\n  b\n[s]\nfoo\n", []),
        ("export A=b\na-b.c = d=e\n", [("/A", "b"), ("/a-b.c", "d=e")]),
    ],
)
def test_ini(text: str, rows: Rows) -> None:
    assert read(ini.entries, text) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a.b=c\nd: e\nf g\n", [("a.b", "c"), ("d", "e"), ("f", "g")]),
        ("a=b\\\n  c\r\nd = e \n", [("a", "b\\\n  c"), ("d", "e")]),
        ("#a=b\n! c = d\n# some words\n", [("#a", "b"), ("#c", "d")]),
        ("a\\ b=c\nd=\n", [("a b", "c")]),
    ],
)
def test_properties(text: str, rows: Rows) -> None:
    assert read(properties.entries, text) == rows


def test_escapes_of_properties() -> None:
    assert [one.value for one in properties.entries(b"a=\\u0041\\t\\:b\\\n   c\n")] == ["A\t:bc"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('{"a": {"b": "c"}, "d": ["e", {"f": "g"}]}', [("/a/b", "c"), ("/d/0", "e"), ("/d/1/f", "g")]),
        ("{a: 'b', // why\n c = \"d\"}", [("/a", "b"), ("/c", "d")]),
        ('x "y.z" {\n t = "u"\n}', [("y.z/t", "u")]),
        ('echo \'{"a": "b"}\' > c', [("echo/a", "b")]),
        (r'x = "{\"a\": {\"b\": \"c\"}}"', [("x/a/b", "c")]),
        ('{"a": 1, "b": true, "c": "d"', [("/c", "d")]),
        ('{"a": "b]}{", "c": "d"}', [("/a", "b]}{"), ("/c", "d")]),
        ('{"a": "b\n "c": "d"}', [("/c", "d")]),
    ],
)
def test_objects(text: str, rows: Rows) -> None:
    assert read(objects.entries, text) == rows


def test_escapes_of_objects() -> None:
    assert [one.value for one in objects.entries(rb'{"a": "\u0041\"\n", "b": "\x"}')] == ['A"\n', "x"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a: b\nc:\n  d: e # why\n  f: 'g'\n", [("a", "b"), ("c/d", "e"), ("c/f", "g")]),
        ("a:\n- b\n- c: d\n  e: f\n", [("a/0", "b"), ("a/1/c", "d"), ("a/1/e", "f")]),
        ("- - a\n  - b: c\n", [("0/0", "a"), ("0/1/b", "c")]),
        ('a: "b\\"c"\nd: "e\n  f"\n', [("a", 'b\\"c'), ("d", "e\n  f")]),
        ("a: |\n  b: c\n  d\ne: f\n", [("a", "b: c\n  d"), ("a/b", "c"), ("e", "f")]),
        ("# a: b\n#c:\n#  d: e\n# some words: in a text\n", [("#a", "b"), ("#c/d", "e"), ("#some words", "in a text")]),
        ("a: {b: c, 'd': \"e\"}\n", [("a/b", "c"), ("a/d", "e")]),
        ("a: *b\nc: !vault x\nd: &e f\ng: !!str h\n", [("d", "f"), ("g", "h")]),
        ("a:\n  {{- if .b }}\n  c: d\n{{- end }}\n  e: f\n", [("a/c", "d"), ("a/e", "f")]),
        ("a:\n  b: c\n---\n  d: e\n", [("a/b", "c"), ("d", "e")]),
        ("a:\r\n  b: c\r\n", [("a/b", "c")]),
        ("a:\n\tb: c\n", [("a/b", "c")]),
    ],
)
def test_yaml(text: str, rows: Rows) -> None:
    assert read(yaml.entries, text) == rows


@pytest.mark.parametrize("between", ["---\n", "```\nSee:\n```yaml\n", "EOF\ncat <<EOF\n", "...\n"])
def test_documents_in_one_text_are_kept_apart(between: str) -> None:
    first, second = yaml.entries(f"kind: a\nx: y\n{between}kind: b\n".encode()), "kind"
    groups = [one.group for one in first if one.name == second]
    assert len(set(groups)) == 2


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("<a><b>c</b><d e='f' g=\"h\"/></a>", [("a/b", "c"), ("a/d/@e", "f"), ("a/d/@g", "h")]),
        ("<a>\n  b\n</a>", [("a", "b")]),
        ("<x:a><y:b>c</y:b></x:a>", [("a/b", "c")]),
        ("<a><!-- <b>c</b> --><d>e</d></a>", [("#a/b", "c"), ("a/d", "e")]),
        ("<a><![CDATA[b<c>]]></a>", [("a", "b<c>")]),
        ("<a><b>c</a><d>e</d>", [("d", "e")]),
        ("if a < b: c > d", []),
    ],
)
def test_xml(text: str, rows: Rows) -> None:
    assert read(xml.entries, text) == rows


def test_entities_of_xml() -> None:
    assert [one.value for one in xml.entries(b"<a b='&quot;&#65;'>c&amp;d</a>")] == ['"A', "c&d"]


@pytest.mark.parametrize("name", READERS)
@given(st.text("ab'\"\\#/*=:>,;()[]{}.|?<!-&\n\r \t$@\0é").map(str.encode))
def test_any_text_is_read(name: str, text: bytes) -> None:
    for one in READERS[name](text):
        assert one.keys
        assert len(one.keys) <= DEEPEST + 2
        assert 0 <= one.start <= one.end <= len(text)


@pytest.mark.parametrize("text", ["a", "\udcff", "b\ud800", "\udcff\ud800"])
def test_any_text_has_bytes(text: str) -> None:
    assert bytes_of(text)
    assert by_path(".vscode/sftp.json", '{"password": "q7\\ud800abcdef12"}')


def test_the_end_of_the_keys_fits_a_pattern() -> None:
    assert fits(("a", "B", "c"), ("b", "c"))
    assert fits(("a", "B", "c"), ("a", "*", "c"))
    assert not fits(("c",), ("b", "c"))


def test_the_last_of_equal_names_in_a_group_counts() -> None:
    (group,) = by_group(yaml.entries(b"a: b\nA: c\n")).values()
    assert group["a"].value == "c"
