"""A long report goes through the user's pager, on a terminal that a person watches, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyguard.cli.shared.pager import pager_of
from tests.cli.test_hook import on_a_terminal
from tests.helpers.calling import Keyguard
from tests.helpers.checkout import leaking_line, made_up_key

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def leaking(tmp_path: Path) -> Path:
    """A folder with twelve keys, of which a report is longer than a screen."""
    folder = tmp_path / "leaking"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.env").write_text(leaking_line(number))
    return folder


def test_the_pager_is_the_users_or_less() -> None:
    assert pager_of({}) == "less"
    assert pager_of({"PAGER": "more -s"}) == "more -s"
    assert [pager_of({"PAGER": word}) for word in ("", " ", "cat")] == [""] * 3


def paged(kg: Keyguard, folder: Path, *words: str, **variables: str) -> tuple[int, bytes, str]:
    """How a scan ended at a terminal, what stood there, and what its pager got, with the variables that it had."""
    got = kg.folder / "paged.txt"
    got.unlink(missing_ok=True)
    # CI is how the tests themselves may be run
    given = {"CI": "", "PAGER": f"(printf '%s %s\\n' \"$LESS\" \"$LV\"; cat) >'{got}'; echo left", **variables}
    code, said = on_a_terminal(kg, ["scan", *words], folder, **given)
    return code, said, got.read_text() if got.exists() else ""


def test_a_long_report_is_paged_and_the_exit_code_stays(kg: Keyguard, leaking: Path) -> None:
    code, said, got = paged(kg, leaking)
    assert (code, b"left" in said, b"critical" in said) == (1, True, False)
    assert got.startswith("FRX -c\n")
    assert "12 findings" in got
    assert made_up_key(1)[8:] not in got
    assert paged(kg, leaking, LESS="S")[2].startswith("S -c\n")


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (["--no-pager"], {}),
        ([], {"CI": "1"}),
        ([], {"PRE_COMMIT": "1"}),
        ([], {"TERM": "dumb"}),
        ([], {"PAGER": ""}),
        ([], {"PAGER": "no-such-pager-here"}),
        (["-f", "concise"], {}),
        (["0.env", "--exit-zero"], {}),
    ],
)
def test_what_is_short_or_not_for_a_person_at_a_terminal_is_not_paged(
    kg: Keyguard, leaking: Path, words: list[str], variables: dict[str, str]
) -> None:
    _, said, got = paged(kg, leaking, *words, **variables)
    assert got == ""
    assert b"critical" in said


def test_a_pager_that_is_left_early_is_no_error(kg: Keyguard, leaking: Path) -> None:
    code, said, _ = paged(kg, leaking, "--full", PAGER="head -1")
    assert (code, b"Traceback" in said, said.count(b"critical")) == (1, False, 1)
