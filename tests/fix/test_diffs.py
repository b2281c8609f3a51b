"""What is about to be changed, as people see it."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.fix.diffs import described
from keyguard.fix.files.site import Site
from keyguard.fix.plan import Stage, Write
from tests.helpers.seeing import engine


def shown(old: str | None, new: str, folder: Path) -> list[str]:
    before = old.encode() if old is not None else None
    step = Write(stage=Stage.CODE, path=b"a", title="changes", old=before, new=new.encode())
    return [line[2:] for line in described(step, Site(str(folder), engine()))][1:]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\nd\n", "a\nb\nx\nc\nd\n"),
        ("a\nb\n", "b\n"),
        ("a\nb", "a\nc"),
        ("a\n", "a\nb\n"),
        (f"{'x1 '}\n" + "y\n" * 5 + "z\n", "i\nx1 \n" + "y\n" * 5 + "w\n"),
        ("a\n" + "y\n" * 9 + "z\n", "i\na\n" + "y\n" * 9 + "w\n"),
    ],
)
def test_it_is_as_everybody_knows_it(old: str, new: str, tmp_path: Path) -> None:
    usual = difflib.unified_diff(old.splitlines(), new.splitlines(), "a", "a", n=2, lineterm="")
    assert shown(old, new, tmp_path) == list(usual)


def test_a_file_that_is_new(tmp_path: Path) -> None:
    assert shown(None, "a\nb\n", tmp_path) == ["--- /dev/null", "+++ a", "@@ -0,0 +1,2 @@", "+a", "+b"]


def test_of_a_long_file_only_what_changes_is_shown(tmp_path: Path) -> None:
    many = "# x\n" * 4000
    lines = shown(f"k = 1\n{many}k = 2\n", f"import os\n\nk = 1\n{many}k = 3\n", tmp_path)
    assert [line for line in lines if line[0] in "+-" and line[1:3] not in ("--", "++")] == [
        "+import os",
        "+",
        "-k = 2",
        "+k = 3",
    ]
    assert len(lines) < 20


@settings(max_examples=50)
@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_it_leads_from_the_old_text_to_the_new_one(old: list[str], new: list[str]) -> None:
    before, after = ["start", *old], ["start", *new]
    made, grown = list(before), 0
    for line in shown("\n".join([*before, ""]), "\n".join([*after, ""]), Path())[2:]:
        if line.startswith("@@"):
            first, _, count = line.split()[1][1:].partition(",")
            at = int(first) - (count != "0") + grown
        elif line[0] == "+":
            made.insert(at, line[1:])
            grown, at = grown + 1, at + 1
        else:
            assert made[at] == line[1:]
            if line[0] == "-":
                del made[at]
                grown -= 1
            else:
                at += 1
    assert made == after


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("f(api_key=SHOP_API_KEY)", "f(api_key=SHOP_API_KEY)"),
        ("api_key: SHOP_API_KEY,", "api_key: SHOP_API_KEY,"),
        ("password=tulip_one", "password=********"),
        ("password=TULIP-1", "password=********"),
        ("password=SHOP_KEY_1", "password=********"),
        ("password=SHOP_KEY and more", "password=********"),
    ],
)
def test_a_line_beside_a_change_keeps_a_name_for_a_secret(line: str, seen: str, tmp_path: Path) -> None:
    assert shown(f"{line}\na\n", f"{line}\nb\n", tmp_path)[3] == f" {seen}"
