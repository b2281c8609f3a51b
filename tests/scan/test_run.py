"""A whole scan in one process: the sums are right whatever happens, and the order is always the same."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyguard.model.finding import Run, Severity, Where
from keyguard.scan.coverage import Terms
from keyguard.scan.exit_code import exit_code
from keyguard.scan.run import ScanRequest, run_scan, scan_stream
from keyguard.sources.excludes import Exclude
from keyguard.sources.listing import Ask
from keyguard.support.errors import UsageError
from keyguard.triage.policy import Policy
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

LEAK = leaking_line(1)


@pytest.fixture(autouse=True)
def _cached(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYGUARD_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))


def run(*paths: Path, **changes: object) -> Run:
    terms = Terms(**{name: changes.pop(name) for name in Terms.__struct_fields__ if name in changes})  # type: ignore[arg-type]
    options = {"ask": Ask(paths=tuple(map(str, paths))), "terms": terms, **changes}
    return run_scan(ScanRequest(**options))  # type: ignore[arg-type]


def found_in(found: Run) -> list[str]:
    return sorted(os.fsdecode(place.path) for finding in found.findings for place in finding.occurrences)


def adds_up(found: Run) -> None:
    coverage = found.coverage
    assert coverage.listed == coverage.read + coverage.skipped
    assert coverage.skipped == len(found.skipped)
    assert coverage.complete is not any(one.gap for one in found.skipped)
    assert list(found.skipped) == sorted(found.skipped)


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    folder = tmp_path / "leaky"
    folder.mkdir()
    (folder / "a.env").write_text(LEAK)
    (folder / "b.txt").write_text("nothing\n")
    return folder


def test_a_scan_says_what_it_covered(leaky: Path) -> None:
    found = run(leaky)
    adds_up(found)
    assert found.coverage.listed == 2
    assert found.coverage.bytes == len(LEAK) + 8
    assert found.coverage.scope == "working tree"
    assert found.coverage.rules > 100
    assert {rule.id for rule in found.rules} == {"sendmailos-key"}
    assert "sendmailos" in found.vendors


def test_a_run_knows_the_moment_that_ages_are_counted_to(leaky: Path) -> None:
    assert run(leaky).now is None
    assert run(leaky, now=1_764_072_000).now == 1_764_072_000


def test_the_exit_code_is_decided_by_gaps_then_findings(leaky: Path) -> None:
    found = run(leaky)
    gap = msgspec.structs.replace(found, coverage=msgspec.structs.replace(found.coverage, complete=False))
    clean = msgspec.structs.replace(found, findings=())
    assert exit_code(clean) == 0
    assert exit_code(found) == 1
    assert exit_code(gap) == 2
    assert exit_code(msgspec.structs.replace(gap, allow_incomplete=True)) == 1
    assert exit_code(msgspec.structs.replace(gap, allow_incomplete=True, findings=())) == 0
    assert exit_code(run(leaky, fail_on=Severity.CRITICAL)) == 1
    test_key = (leaky / "a.env").write_text(LEAK.replace("live", "test"))
    assert test_key
    assert exit_code(run(leaky, fail_on=Severity.CRITICAL)) == 0


def test_a_stream_is_scanned_as_one_thing() -> None:
    pieces = iter([b"SENDMAILOS_", f"API_KEY={made_up_key(1)}".encode(), b"\n", b""])
    found = scan_stream(ScanRequest(), lambda: next(pieces), b"<stdin>")
    adds_up(found)
    assert (found.coverage.listed, found.coverage.read) == (1, 1)
    assert found.findings[0].occurrences[0].where is Where.STDIN


def test_a_stream_that_breaks_is_a_gap_and_what_came_before_counts() -> None:
    def read() -> bytes:
        if pieces:
            return pieces.pop()
        raise OSError(5, "Input/output error")

    pieces = [LEAK.encode()]
    found = scan_stream(ScanRequest(), read, b"<stdin>")
    adds_up(found)
    assert (len(found.findings), exit_code(found)) == (1, 2)
    assert [(one.path, one.reason, one.detail) for one in found.skipped] == [
        (b"<stdin>", "unreadable", "Input/output error")
    ]


def test_names_and_rules_are_checked_before_anything_is_read(leaky: Path) -> None:
    with pytest.raises(UsageError, match="no rule is called 'x'"):
        run(leaky, policy=Policy(select=("x",)))
    with pytest.raises(UsageError, match="unknown engine"):
        run(leaky, engine="x")


def test_a_key_in_a_name_is_a_finding_and_is_masked_there(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / f"{made_up_key(1)}.txt").write_text(leaking_line(2))
    found = run(folder)
    adds_up(found)
    assert len(found.findings) == 2
    assert set(found_in(found)) == {f"sk_live_********{made_up_key(1)[-4:]}.txt"}


def test_a_key_in_the_name_of_what_is_staged_counts_if_the_name_is_new(repo: Repo) -> None:
    repo.write("a.txt", "x").add().commit()
    staged = {"source": "staged", "ask": Ask(paths=(str(repo.path),))}
    repo.write(f"{made_up_key(1)}.txt", "x").add()
    assert len(run_scan(ScanRequest(**staged)).findings) == 1  # type: ignore[arg-type]
    repo.commit().write(f"{made_up_key(1)}.txt", "y").add()
    assert run_scan(ScanRequest(**staged)).findings == ()  # type: ignore[arg-type]


def test_excluding_is_relative_to_where_it_was_said(leaky: Path, tmp_path: Path) -> None:
    assert found_in(run(leaky, exclude=(Exclude(base=str(leaky), patterns=("/a.env",)),))) == []
    above = Exclude(base=str(tmp_path), patterns=("/leaky/a.env",))
    assert found_in(run(leaky, exclude=(above,))) == []
    inside = Exclude(base=str(leaky / "b.txt"), patterns=("/a.env",))
    assert found_in(run(leaky, exclude=(inside,))) == []  # elsewhere: as shown
    other = Exclude(base=str(tmp_path), patterns=("/a.env", "*.txt"))
    assert found_in(run(leaky, exclude=(other,))) == ["a.env"]


def test_a_pattern_that_cannot_be_matched_in_time_is_a_gap_and_the_others_count(leaky: Path) -> None:
    hard = "*a" * 400
    found = run(leaky, exclude=(Exclude(base=str(leaky), patterns=("/a.env", hard, "b.txt")),))
    assert found_in(found) == []
    (gap,) = (one for one in found.skipped if one.gap)
    assert (gap.path, gap.reason) == (b"exclude", "ignore-rules")
    assert gap.detail.startswith("not obeyed: *a*a*a")


KINDS = st.sampled_from(
    ["text", "leak", "empty", "link", "pipe", "large", "folder", "name", "tracked", "gone", "broken"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(KINDS, min_size=1, max_size=12),
    git=st.booleans(),
    all_files=st.booleans(),
    max_size=st.sampled_from([None, 30]),
    exclude=st.sampled_from([(), ("[02468]*",), ("*5*", "!5")]),
)
def test_the_sums_are_right_whatever_there_is(
    kinds: list[str],
    git: bool,
    all_files: bool,
    max_size: int | None,
    exclude: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    repo = Repo(tmp_path_factory.mktemp("sums") / "t", init=git)
    repo.write("always.txt", "x")
    for number, kind in enumerate(kinds):
        make(repo, kind, str(number), git=git)
    try:
        found = run(
            repo.path,
            ask=Ask(paths=(str(repo.path),), all_files=all_files),
            max_size=max_size,
            exclude=(Exclude(base=str(repo.path), patterns=exclude),),
        )
    except UsageError:
        raise AssertionError("there is always one file") from None
    adds_up(found)
    # to git, what stands as .git in a folder below is not there: it can never be committed
    assert found.coverage.complete is ("broken" not in kinds or all_files or git)
    if not exclude and max_size is None and "leak" in kinds:
        assert found.findings


def make(repo: Repo, kind: str, name: str, *, git: bool) -> None:
    """One more thing in the tree."""
    if kind in ("text", "leak", "empty", "large"):
        texts = {"text": "nothing\n", "leak": leaking_line(int(name)), "empty": "", "large": "x" * (3 << 20)}
        repo.write(name, texts[kind])
    elif kind == "link":
        repo.link(name, "/nowhere")
    elif kind == "pipe":
        os.mkfifo(repo.file(name))
    elif kind == "folder":
        repo.write(f"{name}/a", "x").write(f"{name}/.gitignore", "a\n")
    elif kind == "name":
        repo.write(f"{made_up_key(int(name))}.txt", "x")
    elif kind == "broken":
        repo.write(f"{name}/.git", "gitdir: /nowhere\n")
    elif git:
        repo.write(name, "x").add(name)
        if kind == "gone":
            repo.remove(name)


def test_findings_come_in_the_same_order_on_every_run(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.env").write_text(leaking_line(number % 7))
    assert run(tmp_path) == run(tmp_path)
