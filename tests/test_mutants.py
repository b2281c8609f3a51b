"""The mutation test: what it changes, and that it tells a suite that notices a change from one that does not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools import mutants
from tools.mutants import Covering
from tools.mutations import Mutation, mutations

SOURCE = '''"""Says which of two is more."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    LIMIT = 1


def more(one: int, two: int) -> int:
    """Return the larger one, but never more than nine."""
    if not one > two and one < 10:
        return one + two * 2
    return max(one, 9)
'''
PASSES = "from keyguard.more import more\n\ndef test_more(): assert more(9, 3) == 9\n"
NOTICES = "from keyguard.more import more\n\ndef test_more(): assert (more(9, 3), more(10, 3)) == (9, 10)\n"


def test_every_kind_of_node_that_runs_is_changed_and_nothing_else() -> None:
    found = [(each.line, each.text) for each in mutations("more.py", SOURCE)]
    assert found == [
        (11, "bool(one > two)"),
        (11, "((not one > two) or (one < 10))"),
        (11, "(one >= two)"),
        (11, "(one <= 10)"),
        (11, "11"),
        (12, "(one - two * 2)"),
        (12, "None"),
        (12, "(two + 2)"),
        (12, "3"),
        (13, "None"),
        (13, "10"),
    ]


def test_a_mutation_changes_one_thing_and_stays_python() -> None:
    for each in mutations("more.py", SOURCE):
        assert each.parses(SOURCE)
        assert ast.dump(ast.parse(each.applied(SOURCE))) != ast.dump(ast.parse(SOURCE))
        assert each.applied(SOURCE).count("\n") == SOURCE.count("\n")


def test_the_same_seed_draws_the_same_of_all_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/x.py", "a/y.py", "b/x.py", "c/d/x.py"):
        (tmp_path / "keyguard" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "keyguard" / name).write_text(SOURCE)
    (tmp_path / "keyguard/c/__init__.py").write_text('"""Nothing to change."""\n')
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    drawn = mutants.chosen(12, 5)
    assert drawn == mutants.chosen(12, 5)
    assert drawn != mutants.chosen(12, 6)
    assert len(set(drawn)) == 12
    assert {str(Path(each.path).parent) for each in drawn} == {"keyguard/a", "keyguard/b", "keyguard/c/d"}


@pytest.mark.parametrize(("text", "result"), [(PASSES, "survived"), (NOTICES, "killed")])
def test_a_suite_that_notices_kills(text: str, result: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in {"keyguard/more.py": SOURCE, "tests/test_more.py": text, "keyguard/__init__.py": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    for name in ("__init__", "contexts", "mutations"):
        (tmp_path / "tools").mkdir(exist_ok=True)
        (tmp_path / f"tools/{name}.py").write_text((mutants.ROOT / f"tools/{name}.py").read_text())
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    (bound,) = [each for each in mutations("keyguard/more.py", SOURCE) if (each.line, each.text) == (13, "None")]
    change = bound._replace(text="9")
    copies = mutants.Copies(1)
    try:
        outcome = copies.attempt(change, ["tests/test_more.py::test_more"], 60)
    finally:
        copies.close()
    assert outcome.result == result
    assert (outcome.killer == "tests/test_more.py::test_more") is (result == "killed")


def test_a_line_that_runs_on_import_is_the_matter_of_all_tests_of_its_module() -> None:
    lines = {("a.py", 1): {""}, ("a.py", 2): {"", "slow", "quick"}}
    covering = Covering(lines, {"a.py": {"slow", "quick"}}, {"slow": 2.0, "quick": 0.1})
    assert covering.tests(Mutation("a.py", 1, 0, 1, "2")) == ["quick", "slow"]
    assert covering.tests(Mutation("a.py", 2, 0, 1, "2")) == ["quick", "slow"]
    assert covering.tests(Mutation("a.py", 3, 0, 1, "2")) == []
