"""Markers on the lines of the statement that holds a key, and no further."""

from __future__ import annotations

import pytest

from tests.helpers.seeing import key, see

A, B = key(seed="a"), key(seed="b")
OURS, OTHERS = "# keyguard: allow doc", "# gitleaks:allow"


def silenced(text: str) -> list[bool]:
    """Whether each key of a text is, in their order."""
    return [one.suppression is not None for one in see(text)]


@pytest.mark.parametrize("marker", [OURS, OTHERS])
@pytest.mark.parametrize(
    "text",
    [
        'x = """\n{a}\n"""  {m}\n',
        '{m}\nx = """\n{a}\n"""\n',
        "x = '''  {m}\n\n{a}\n'''\n",
        "const x = `\n  {a}\n  more\n`;  {m}\n",
        "cat <<EOF > .env  {m}\nSENDMAILOS_API_KEY={a}\nEOF\n",
        "send(\n    '{a}',\n    other(1),\n)  {m}\n",
        "{m}\nsend(\n    '{a}',\n)\n",
        'const config = {{\n  key: "{a}",\n}};  {m}\n',
        "keys = [\n  '{a}',\n]  {m}\n",
        "curl \\\n  -H 'Authorization: Bearer {a}' \\\n  https://api.example  {m}\n",
        "data:  \n  note: |  {m}\n    some text\n    {a}\n",
        "send(\n    '{a}',\n    # a comment\n    {m}\n)\n",
    ],
)
def test_a_marker_on_any_line_of_the_statement_covers_its_key(text: str, marker: str) -> None:
    if marker == OTHERS and text.startswith("{m}"):
        pytest.skip("other scanners know no marker on the line before")
    assert silenced(text.format(a=A, m=marker)) == [True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # one marker covers one key: the last of the statement, or the next one
        ('x = """\n{a}\n{b}\n"""  {m}\n', [False, True]),
        ('{m}\nx = """\n{a}\n{b}\n"""\n', [True, False]),
        ("f(\n  '{a}',  {m}\n  '{b}',\n)\n", [True, False]),
        ("f(  {m}\n  '{a}',\n  '{b}',\n)\n", [True, False]),
        ("f(\n  '{a}',\n  {m}\n  '{b}',\n)\n", [False, True]),
        # another statement
        ('x = """\n{a}\n"""\ny = 1  {m}\n', [False]),
        ("f('{a}')\n\n{m}\n", [False]),
        ("function f() {{\n  g('{a}');\n}}  {m}\n", [False]),
        ("if (x) {{\n  g('{a}');\n  h();  {m}\n}}\n", [False]),
        ('x = """\n{m}\n"""\ny = "{a}"\n', [False]),
        ("a:\n  key: {a}\nb: |  {m}\n  text\n", [False]),
        ("cat <<EOF\ntext\nEOF  {m}\nKEY={a}\n", [False]),
        # behind the end of a statement it belongs to that one, and not to the next
        ('x = """\n{a}\n"""  {m}\ny = "{b}"\n', [True, False]),
        ("f(\n  '{a}',\n)  {m}\ng('{b}')\n", [True, False]),
        ("x = `\n  {a}\n`;  {m}\ny = '{b}'\n", [True, False]),
        ("x = [\n  '{a}',\n]  {m}\ny = [\n  '{b}',\n]\n", [True, False]),
    ],
)
def test_it_covers_one_key_and_none_of_another_statement(text: str, expected: list[bool]) -> None:
    assert silenced(text.format(a=A, b=B, m=OURS)) == expected


def test_what_is_far_away_is_no_part_of_the_statement() -> None:
    assert silenced('x = """\n' + A + "\n" + "line\n" * 2000 + f'"""  {OURS}\n') == [False]


def test_a_marker_in_a_private_key_of_several_lines_is_none() -> None:
    text = key("{pem:RSA PRIVATE KEY}", "locked")
    assert silenced(f'K = """{text}\n"""  {OURS}\n') == [True]
