"""Keys in Python, and what comes in their place."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.fix.code import LIMIT, replace_literal
from keyguard.fix.code.edits import Refused, Replaced
from tests.fix.replacing import KEY, VARIABLE, Row, check, replaced

ROWS = [
    Row("alone", 'K = "§"\n', 'import os\n\nK = os.environ["$X"]\n'),
    Row("no end of line", 'K = "§"', 'import os\n\nK = os.environ["$X"]'),
    Row("lines of Windows", 'K = "§"\r\n', 'import os\r\n\r\nK = os.environ["$X"]\r\n'),
    Row("a mark of UTF-8", '\ufeffK = "§"\n', '\ufeffimport os\n\nK = os.environ["$X"]\n'),
    Row("the quotes stay", "import os\nK = '§'\n", "import os\nK = os.environ['$X']\n"),
    Row("three quotes", 'import os\nK = """§"""\n', 'import os\nK = os.environ["$X"]\n'),
    Row("a word before it", "import os\ndef f(): return'§'\n", "import os\ndef f(): return os.environ['$X']\n"),
    Row("a word after it", "import os\nx = '§'if y else 1\n", "import os\nx = os.environ['$X'] if y else 1\n"),
    Row("a value in a dict", 'import os\nd = {"k": "§"}\n', 'import os\nd = {"k": os.environ["$X"]}\n'),
    Row("a default", 'import os\ndef f(k="§"): ...\n', 'import os\ndef f(k=os.environ["$X"]): ...\n'),
    Row("compared", 'import os\nif k == "§": pass\n', 'import os\nif k == os.environ["$X"]: pass\n'),
    Row("a part", 'import os\nh = "Bearer §"\n', "import os\nh = f\"Bearer {os.environ['$X']}\"\n"),
    Row("braces", 'import os\nh = "{} §".format(1)\n', "import os\nh = f\"{{}} {os.environ['$X']}\".format(1)\n"),
    Row("raw", 'import os\nh = r"\\d §"\n', "import os\nh = fr\"\\d {os.environ['$X']}\"\n"),
    Row("u", "import os\nh = u'a §'\n", "import os\nh = f'a {os.environ[\"$X\"]}'\n"),
    Row("a URL", 'import os\nu = "amqp://me:§@h/"\n', "import os\nu = f\"amqp://me:{os.environ['$X']}@h/\"\n"),
    Row("an f-string", 'import os\nh = f"{a} § {b!r:>9}"\n', "import os\nh = f\"{a} {os.environ['$X']} {b!r:>9}\"\n"),
    Row("several lines", "import os\nh = '''é\n§\n'''\n", "import os\nh = f'''é\n{os.environ[\"$X\"]}\n'''\n"),
    Row("beside another", 'import os\nh = ("a"\n "§")\n', 'import os\nh = ("a"\n f"{os.environ[\'$X\']}")\n'),
    Row("bytes", 'import os\nh = b"§"\n', 'import os\nh = os.environ["$X"].encode()\n'),
    Row("in bytes", 'import os\nh = b"a § b".x\n', 'import os\nh = (b"a " + os.environ["$X"].encode() + b" b").x\n'),
    Row("wide characters before it", 'import os\nx = "é𝒳", "§"\n', 'import os\nx = "é𝒳", os.environ["$X"]\n'),
    Row("as o", 'import os as o\nK = "§"\n', 'import os as o\nK = o.environ["$X"]\n'),
    Row("os.path", 'import os.path\nK = "§"\n', 'import os.path\nK = os.environ["$X"]\n'),
    Row("environ", 'from os import environ\nK = "§"\n', 'from os import environ\nK = environ["$X"]\n'),
    Row("environ as e", 'from os import environ as e\nK = "§"\n', 'from os import environ as e\nK = e["$X"]\n'),
    Row(
        "after a docstring and the future, in order",
        '"""Doc."""\n\nfrom __future__ import annotations\n\nimport json\nimport re\nfrom x import y\n\nK = "§"\n',
        '"""Doc."""\n\nfrom __future__ import annotations\n\nimport json\nimport os\nimport re\nfrom x import y\n\n'
        'K = os.environ["$X"]\n',
    ),
    Row("last of its group", 'import json\n\nK = "§"\n', 'import json\nimport os\n\nK = os.environ["$X"]\n'),
    Row("others' packages", 'import httpx\n\nK = "§"\n', 'import os\n\nimport httpx\n\nK = os.environ["$X"]\n'),
    Row("before from", 'from re import sub\nK = "§"\n', 'import os\nfrom re import sub\nK = os.environ["$X"]\n'),
    Row("only a docstring", '"""Doc."""\nK = "§"\n', '"""Doc."""\n\nimport os\n\nK = os.environ["$X"]\n'),
    Row(
        "after what is said of the file, before what is said of the code",
        '#!/usr/bin/env python\n# Copyright\n\n# the key\nK = "§"\n',
        '#!/usr/bin/env python\n# Copyright\n\nimport os\n\n# the key\nK = os.environ["$X"]\n',
    ),
    Row("imported too late", 'K = "§"\nimport os\n', 'import os\n\nK = os.environ["$X"]\nimport os\n'),
    Row(
        "imported before it is called",
        'def f():\n    return "§"\nimport os\n',
        'def f():\n    return os.environ["$X"]\nimport os\n',
    ),
    Row(
        "called before it is imported",
        'def f():\n    return "§"\nx = f()\nimport os\n',
        'import os\n\ndef f():\n    return os.environ["$X"]\nx = f()\nimport os\n',
    ),
    Row(
        "a method, called before it is imported",
        'class A:\n    def f(self):\n        return "§"\nx = A().f()\nimport os\n',
        'import os\n\nclass A:\n    def f(self):\n        return os.environ["$X"]\nx = A().f()\nimport os\n',
    ),
    Row("another place", 'import os\na = "§"\nb = "§"\n', 'import os\na = os.environ["$X"]\nb = "§"\n'),
    Row("a comment", "# §\n", reason="in a comment"),
    Row("behind a comment", 'x = 1  # "§"\n', reason="in a comment"),
    Row("a docstring", 'def f():\n    """§"""\n', reason="nothing uses"),
    Row("a docstring of more", 'class A:\n    """Say §."""\n', reason="nothing uses"),
    Row("a pattern", 'match x:\n    case "§": pass\n', reason="as a pattern"),
    Row("a type", 'from typing import Literal\nx: Literal["§"] = y\n', reason="it is a type"),
    Row("a type of its own", 'K = Literal["§"]\n', reason="it is a type"),
    Row("an annotation", 'def f(x: "§"): ...\n', reason="it is a type"),
    Row("a return type", 'def f() -> "§": ...\n', reason="it is a type"),
    Row("a name", "§ = 1\n", reason="not stand in a text"),
    Row("an argument called os", 'def f(os): return "§"\n', reason="called os"),
    Row("os is something else", 'import x as os\nK = "§"\n', reason="called os"),
    Row("os may be None", 'try:\n    import os\nexcept E:\n    os = None\nK = "§"\n', reason="called os"),
    Row("no Python", "print '§'\n", reason="does not parse"),
    Row("Latin", '# coding: latin-1\nK = "§"\n', reason="UTF-8"),
    Row("two in one", 'K = "§ §"\n', reason="twice"),
    Row("bytes beside bytes", 'K = b"a" b"§"\n', reason="beside each other"),
    Row("names of characters", 'K = "\\N{EM DASH} §"\n', reason="f-strings do not know"),
    Row("imports behind something else", '"""Doc."""; import zlib\nK = "§"\n', reason="by hand"),
    Row("statements on one line", 'import abc; import re\nK = "§"\n', reason="something else"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.why)
def test_rows(row: Row) -> None:
    check("python", row)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="before, an f-string was one token")
def test_a_text_within_an_f_string() -> None:
    check("python", Row("", "import os\nx = f'{f(\"§\")} a'\n", "import os\nx = f'{f(os.environ[\"$X\"])} a'\n"))


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="since then its parts are known")
def test_a_text_within_an_f_string_is_left_alone_where_it_cannot_be_told() -> None:
    check("python", Row("", "import os\nx = f'{f(\"§\")} a'\n", reason="something else"))


def test_what_is_replaced_reads_the_same() -> None:
    found = replaced("python", 'x = "Bearer §, {x}"\n')
    assert isinstance(found, Replaced)
    assert value_of(found.content.decode()) == f"Bearer {KEY}, {{x}}"


@pytest.mark.parametrize("secret", ["a\\x41b", "a'b", "two words", "a\nb", 'a"b', "", "é"])
def test_what_has_escapes_is_left_alone(secret: str) -> None:
    content = f"K = '''{secret}'''\n".encode()
    start = content.index(b"'''") + 3
    found = replace_literal("python", content, (start, start + len(secret.encode())), VARIABLE)
    assert isinstance(found, Refused)


def test_what_is_too_large_or_too_deep_is_left_alone() -> None:
    assert isinstance(replaced("python", f'K = "§"\n{"#" * LIMIT}\n'), Refused)
    assert isinstance(replaced("python", f'K = {"(" * 5000}"§"{")" * 5000}\n'), Refused)
    assert isinstance(replaced("python", f'K = "§" + {"+".join("a" * 9000)}\n'), Refused)


PIECES = st.text("ab{}\\'\"#é\n$`%", max_size=6)


@given(
    before=PIECES,
    after=PIECES,
    prefix=st.sampled_from(["", "r", "b", "f", "u"]),
    quote=st.sampled_from(["'", '"', "'''"]),
)
def test_whatever_stands_around_it_means_the_same_or_stays(before: str, after: str, prefix: str, quote: str) -> None:
    text = f"import os\nx = {prefix}{quote}{before}§{after}{quote}\n"
    found = replaced("python", text)
    if isinstance(found, Replaced):
        assert value_of(found.content.decode()) == value_of(text.replace("§", KEY))


def value_of(program: str) -> object:
    """What ``x`` is afterwards."""
    space: dict[str, object] = {"a": 1, "b": 2}
    try:
        with mock.patch.dict(os.environ, {VARIABLE: KEY}), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(program, "made up", "exec"), space)  # noqa: S102 - our own text
    except Exception as error:  # noqa: BLE001 - a made-up f-string may divide by nothing, and so does its twin
        return type(error)
    return space["x"]


def test_it_parses_afterwards() -> None:
    for row in ROWS:
        found = replaced("python", row.before)
        if isinstance(found, Replaced):
            ast.parse(found.content)
