"""The tools that measure: what they make up, what they count, and what they would miss. Nothing here measures time."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from benchmarks import compare, independent, measuring, scaling, trees
from benchmarks.measuring import Sample
from benchmarks.peers import PEERS, peer_command
from benchmarks.plot import Panel, draw
from benchmarks.repositories import make
from benchmarks.turns import Field, Taken, Tool, add_arguments, take_turns
from keyguard.masking.secret import Secret, fingerprint
from tests.helpers.calling import Inside
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo, git_environment

pytest_plugins = ("tests.helpers.commandline",)


def shapes(svg: str, kind: str) -> list[ET.Element]:
    """The elements of one kind in a picture of our own."""
    return list(ET.fromstring(svg).iter(f"{{http://www.w3.org/2000/svg}}{kind}"))  # noqa: S314


def tool(name: str, script: str = "") -> Tool:
    return Tool(name, "1.0", ("sh", "-c", script), len)


# --- repositories that are made up ---------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> list[str]:
    said = subprocess.run(
        ["git", *arguments], cwd=folder, env=git_environment(folder.parent), check=True, capture_output=True, text=True
    )
    return (said.stdout + said.stderr).splitlines()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of 1,600 commits, which two keys were put into."""
    folder = tmp_path_factory.mktemp("made") / "one.git"
    assert make(folder, 1600) == (1600, 2)
    return folder


def test_a_made_up_repository_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        make(tmp_path / name, 60, seed)
    one, two, three = (git(tmp_path / name, "for-each-ref") for name in ("one", "two", "three"))
    assert one == two
    assert one != three


def test_a_made_up_repository_is_whole_and_has_what_real_ones_have(made: Path) -> None:
    assert git(made, "fsck", "--strict") == []
    assert git(made, "rev-list", "--all", "--count") == ["1600"]
    assert len(git(made, "rev-list", "--all", "--merges")) > 50
    assert len(git(made, "tag")) > 40
    depths = {path.count("/") for path in git(made, "ls-tree", "-r", "--name-only", "HEAD")}
    assert depths == {1, 2, 3}
    assert dict(line.split(": ") for line in git(made, "count-objects", "-v"))["packs"] == "1"


def test_the_keys_of_a_made_up_repository_come_and_go(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = made.parent / "nothing.json"
    report.write_text(json.dumps(found()))
    assert independent.main([str(made), str(report)]) == 1
    assert "keys: 2 compared, 2 missing" in capsys.readouterr().out
    assert len(git(made, "log", "--all", "--format=%H", "-S_live_")) == 4


# --- trees that are made up ----------------------------------------------------------------------------------------


def test_a_made_up_tree_is_the_same_for_the_same_seed_and_has_all_its_keys(tmp_path: Path, inside: Inside) -> None:
    for name, seed in (("one", "7"), ("two", "7"), ("three", "8")):
        assert trees.main([str(tmp_path / name), "--files=60", "--keys=24", f"--seed={seed}"]) == 0
    one, two, three = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*.*")
            if path.is_file()
        }
        for name in ("one", "two", "three")
    )
    assert one == two
    assert one != three
    assert len(one) == 62
    said = inside("scan", "--format=json", str(tmp_path / "one"))
    assert sum(one["kind"] == "key" for one in said.document["findings"]) == 24


# --- the independent reading ---------------------------------------------------------------------------------------


def found(*places: tuple[str, str]) -> Any:
    """A report with these keys at these paths."""
    keys = [
        {"fingerprint": fingerprint(Secret(key.encode()), guessable=False), "occurrences": [{"path": path}]}
        for key, path in places
    ]
    return {"findings": keys, "summary": {"suppressed": []}}


def check(repo: Repo, report: Any, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    path = repo.path.parent / "report.json"
    path.write_text(json.dumps(report))
    code = independent.main([str(repo.path), str(path)])
    return code, capsys.readouterr().out


def test_a_key_that_is_not_in_the_report_is_named_by_its_mask(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = made_up_key(1), made_up_key(2)
    repo.write("a.env", f"KEY={one}\n").write("b.env", f"KEY={two}\n").add().commit("keys")
    repo.remove("b.env").add().commit("gone")
    assert check(repo, found((one, "a.env"), (two, "b.env")), capsys)[0] == 0
    code, said = check(repo, found((one, "a.env")), capsys)
    assert code == 1
    assert "keys: 2 compared, 1 missing" in said
    assert f"{two[-4:]} in 'b.env'" in said
    assert two not in said


def test_a_place_that_is_not_in_the_report_is_missing_even_if_the_key_is_known(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    key = made_up_key(3)
    repo.write("a.env", f"KEY={key}\n").write("b.env", f"KEY2={key}\n").add().commit("twice")
    code, said = check(repo, found((key, "a.env")), capsys)
    assert code == 1
    assert "keys: 1 compared, 0 missing" in said
    assert "places: 2 compared, 1 missing" in said


def test_what_only_a_merge_brought_is_read(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    key = made_up_key(4)
    repo.write("a.txt", "one\n").add().commit("one")
    repo.git("switch", "--quiet", "--create", "side")
    repo.write("b.txt", "two\n").add().commit("two")
    repo.git("switch", "--quiet", "main")
    repo.write("c.txt", "three\n").add().commit("three")
    repo.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    repo.write("a.txt", f"KEY={key}\n").add().commit("merged")
    assert "keys: 1 compared, 1 missing" in check(repo, found(), capsys)[1]


@pytest.mark.parametrize("name", ["with space.env", 'a"quote.env', "a\ttab.env", "back\\slash.env", "ümläut.env"])
def test_odd_names_are_read_as_they_are(name: str, repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    key = made_up_key(5)
    repo.write(name, f"KEY={key}\n").add().commit("odd")
    assert check(repo, found((key, name)), capsys)[0] == 0


def test_lines_that_look_like_those_of_git_mislead_nobody(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    key = made_up_key(6)
    lines = ["++ b/other.env", "diff --git a/x b/x", "commit " + "0" * 40, "@@ -1 +1 @@", f"KEY={key}", ""]
    repo.write("a.env", "\n".join(lines)).add().commit("misleading")
    assert check(repo, found((key, "a.env")), capsys)[0] == 0


def test_attributes_hide_nothing_from_the_reading(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write(".gitattributes", "*.env -diff\n").write("a.env", f"KEY={made_up_key(7)}\n").add().commit("hidden")
    assert "keys: 1 compared, 1 missing" in check(repo, found(), capsys)[1]


def test_what_was_suppressed_was_found(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    key = made_up_key(8)
    repo.write("a.env", f"KEY={key}\n").add().commit("key")
    report = found()
    report["summary"]["suppressed"] = [{"fingerprint": found((key, ""))["findings"][0]["fingerprint"], "path": "a.env"}]
    assert check(repo, report, capsys)[0] == 0


# --- turns, tables and plots ----------------------------------------------------------------------------------------


def test_tools_take_turns_and_the_first_run_does_not_count(tmp_path: Path) -> None:
    tools = [tool(name, f"echo {name} >> runs; echo '[1, 2]' > {{report}}") for name in "abc"]
    taken = take_turns(tools, tmp_path, 2, 1000, {"PATH": "/usr/bin:/bin"})
    assert (tmp_path / "runs").read_text().split() == [*"abc", *"abc", *"bca"]
    assert [(len(one.samples), one.found) for one in taken] == [(2, "2")] * 3


def test_who_takes_long_gets_one_round_all_the_same(tmp_path: Path) -> None:
    (one,) = take_turns([tool("slow", "echo nothing")], tmp_path, 5, 0, {"PATH": "/usr/bin:/bin"})
    assert (len(one.samples), one.found) == (1, "no report")


def test_ratios_are_told_in_what_the_first_tool_took() -> None:
    ours = Taken(tool("ours"), [Sample(1, 1, 50, 100), Sample(2, 1, 50, 100), Sample(9, 1, 50, 100)], "3")
    peer = Taken(tool("peer"), [Sample(20, 30, 300, 400)], "4")
    row = compare.table([ours, peer]).splitlines()[-1]
    assert row == "| peer | 1.0 | 1 | 20.000 s | 20.000 s | 30.00 s | 300 MB | 400 MB | 4 | 10.0 | 20.0 | 4.0 |"


def test_every_peer_that_reads_histories_is_asked_offline() -> None:
    asked = {peer.name: peer_command(peer, Path("p"), "history") for peer in PEERS if "history" in peer.asked}
    assert list(asked) == ["gitleaks", "betterleaks", "kingfisher"]
    assert {"--no-validate", "--no-update-check"} <= set(asked["kingfisher"])


def test_a_history_is_asked_for_cold_and_again(tmp_path: Path) -> None:
    keyguard = tmp_path / "keyguard"
    keyguard.write_text("#!/bin/sh\necho keyguard 7.8.9\n")
    keyguard.chmod(0o755)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    field = Field(
        parser.parse_args(["--keyguard", str(keyguard), "--only", "none", "--cache", str(tmp_path / "cache")])
    )
    cold, again = field.tools("history")
    assert (cold.version, "--no-cache" in cold.command) == ("7.8.9", True)
    assert [word for word in cold.command if word != "--no-cache"] == list(again.command)


def test_the_title_of_a_history_says_how_much_there_is(made: Path) -> None:
    assert f"{made} (1,600 commits, " in compare.history_title(made)


def test_a_plot_draws_more_higher_and_later_further_right() -> None:
    drawn = draw([Panel("T", "x", {"a < b": [(10, 5), (1000, 500)], "c": [(10, 50), (1000, 50)]})])
    first, second = (
        [tuple(map(float, place.split(","))) for place in line.get("points", "").split()]
        for line in shapes(drawn, "polyline")
    )
    assert first[0][0] < first[1][0]
    assert first[0][1] > first[1][1]
    assert second[0][1] == second[1][1]
    assert "a < b" in [text.text for text in shapes(drawn, "text")]


def test_growth_is_told_and_drawn_for_each_tool() -> None:
    results = [
        (size, [Taken(tool(name), [Sample(size / 1000, 1, 20, 30)], "0") for name in ("a", "b")])
        for size in (1000, 10_000)
    ]
    assert scaling.table(results).splitlines()[-1] == (
        "| 10,000 | b | 1 | 10.000 s | 1.000 s | 1.00 s | 20 MB | 30 MB | 0 |"
    )
    assert len(shapes(scaling.picture(results), "polyline")) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what each process holds")
def test_the_memory_of_children_is_added_up() -> None:
    child = "held = bytearray(50_000_000); print('ready', flush=True); input()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        family = list(measuring.family(process.pid))
        held = [measuring.held(pid) for pid in family]
        process.communicate(b"\n")
    assert len(family) == 2
    assert held[1] > 50_000_000 > held[0] > 1_000_000


def test_what_a_command_cost_is_told_however_it_ends(tmp_path: Path) -> None:
    sample = measuring.measure(["sh", "-c", "echo said; exit 3"], tmp_path, {"PATH": "/usr/bin:/bin"}, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "said\n"
    assert 0 < sample.peak <= sample.total
