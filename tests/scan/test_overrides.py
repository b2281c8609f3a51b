"""Severities by rule and by path, and what else a configuration says as an option does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keyguard.cli.shared import option_defaults
from keyguard.config.project_config import Config, Settings
from keyguard.inspection import workers
from tests.helpers.calling import Inside, Said
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

RULE = "sendmailos-key"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A key in the sources, one in old files, one in both, and one that only history has, in old files."""
    repo = Repo(tmp_path_factory.mktemp("settings") / "shop")
    repo.write("src/a.env", leaking_line(1) + leaking_line(3)).write("legacy/b.env", leaking_line(2))
    repo.write("legacy/c.env", leaking_line(3)).write("legacy/gone.env", leaking_line(4)).add().commit("keys")
    return repo.remove("legacy/gone.env").add().commit("gone")


@pytest.fixture
def repo(template: Repo, tmp_path: Path) -> Repo:
    return template.copy(tmp_path / "shop")


def scan(inside: Inside, repo: Repo, *arguments: str, **options: Any) -> Said:
    return inside("scan", "-f", "json", "--no-hygiene", *arguments, cwd=options.get("cwd", repo.path))


def severities(said: Said) -> dict[str, str]:
    """First path of each key -> its severity."""
    return {one["occurrences"][0]["path"]: one["severity"] for one in said.document["findings"]}


ALL = {"src/a.env", "legacy/b.env", "legacy/c.env", "legacy/gone.env"}


def test_without_settings_all_are_critical(inside: Inside, repo: Repo) -> None:
    found = severities(scan(inside, repo))
    assert len(scan(inside, repo).document["findings"]) == 4
    assert set(found.values()) == {"critical"}


def test_a_severity_of_a_rule_replaces_its_own_and_the_longest_name_counts(inside: Inside, repo: Repo) -> None:
    repo.write(".keyguard.toml", f'fail-on = "medium"\n[severity]\nsendmailos = "high"\n{RULE} = "low"\n')
    said = scan(inside, repo)
    assert {one["severity"] for one in said.document["findings"]} == {"low"}
    assert said.code == 0
    repo.write(".keyguard.toml", '[severity]\nsendmailos = "medium"\n')
    assert {one["severity"] for one in scan(inside, repo).document["findings"]} == {"medium"}


def test_a_check_has_a_severity_as_well(inside: Inside, repo: Repo) -> None:
    repo.write(".keyguard.toml", '[severity]\nhook-missing = "high"\n')
    said = inside("scan", "-f", "json", "--only", "hygiene", "--no-history", cwd=repo.path)
    assert {one["severity"] for one in said.document["findings"] if one["rule"] == "hook-missing"} == {"high"}


def by_key(said: Said) -> dict[tuple[str, ...], str]:
    """The paths of each key -> its severity."""
    return {
        tuple(sorted({place["path"] for place in one["occurrences"]})): one["severity"]
        for one in said.document["findings"]
    }


@pytest.mark.parametrize("arguments", [(), ("--range", "HEAD"), ("--history-only",)], ids=" ".join)
def test_a_path_lowers_only_what_is_nowhere_else(inside: Inside, repo: Repo, arguments: tuple[str, ...]) -> None:
    repo.write(".keyguard.toml", '[[paths]]\nmatch = ["legacy/"]\nseverity = "low"\n')
    if arguments == ("--range", "HEAD"):
        arguments = (*arguments, "--config", ".keyguard.toml")
    found = by_key(scan(inside, repo, *arguments))
    assert found == {
        ("src/a.env",): "critical",
        ("legacy/c.env", "src/a.env"): "critical",
        ("legacy/b.env",): "low",
        ("legacy/gone.env",): "low",
    }


def test_patterns_count_from_the_folder_of_the_file_wherever_one_stands(inside: Inside, repo: Repo) -> None:
    repo.write(".keyguard.toml", '[[paths]]\nmatch = ["/legacy/b.env"]\nseverity = "info"\n')
    inner = scan(inside, repo, "--no-history", cwd=repo.path / "legacy")
    assert by_key(inner) == {("b.env",): "info", ("c.env",): "critical"}
    named = scan(inside, repo, "--no-history", "shop/legacy", cwd=repo.path.parent)
    assert by_key(named) == {("shop/legacy/b.env",): "info", ("shop/legacy/c.env",): "critical"}
    repo.write("legacy/.keyguard.toml", '[[paths]]\nmatch = ["/legacy/b.env"]\nseverity = "info"\n')
    assert set(by_key(scan(inside, repo, "--no-history", cwd=repo.path / "legacy")).values()) == {"critical"}


def test_a_path_never_raises_and_the_lowest_counts(inside: Inside, repo: Repo) -> None:
    tables = "".join(f'[[paths]]\nmatch = ["legacy/"]\nseverity = "{name}"\n' for name in ("high", "low", "medium"))
    repo.write(".keyguard.toml", f"[severity]\n{RULE} = 'medium'\n{tables}")
    found = by_key(scan(inside, repo))
    assert found[("legacy/b.env",)] == "low"
    assert found[("src/a.env",)] == "medium"


def test_a_rule_can_be_ignored_in_a_path(inside: Inside, repo: Repo) -> None:
    repo.write(".keyguard.toml", '[[paths]]\nmatch = ["legacy/"]\nignore = ["sendmailos"]\n')
    said = scan(inside, repo)
    assert set(by_key(said)) == {("src/a.env",), ("legacy/c.env", "src/a.env")}
    assert {one["occurrence"]["path"] for one in said.document["summary"]["suppressed"]} == {
        "legacy/b.env",
        "legacy/gone.env",
    }


def test_what_is_staged_has_the_settings_of_the_index(inside: Inside, repo: Repo) -> None:
    repo.write("legacy/new.env", leaking_line(5)).write("src/new.env", leaking_line(6))
    repo.write(".keyguard.toml", '[[paths]]\nmatch = ["legacy/"]\nseverity = "info"\n').add()
    repo.write(".keyguard.toml", "")
    assert by_key(scan(inside, repo, "--staged")) == {("src/new.env",): "critical", ("legacy/new.env",): "info"}
    hook = inside("hook", "pre-commit", "-f", "json", "legacy/new.env", "src/new.env", cwd=repo.path)
    assert by_key(hook) == {("src/new.env",): "critical", ("legacy/new.env",): "info"}


@pytest.mark.parametrize(
    "text", ["[severity]\nsendmial = 'low'\n", "[[paths]]\nmatch = ['a']\nignore = ['sendmial']\n"]
)
def test_a_name_of_no_rule_is_refused(inside: Inside, repo: Repo, text: str) -> None:
    repo.write(".keyguard.toml", text)
    said = scan(inside, repo)
    assert said.code == 2
    assert "no rule is called 'sendmial'" in said.err


@pytest.mark.parametrize(
    ("text", "said", "left"),
    [
        (f'[severity]\n{RULE} = "low"\n', "[severity] in .keyguard.toml", ["low"]),
        ('[[paths]]\nmatch = ["*.env"]\nseverity = "low"\n', "[[paths]] in .keyguard.toml", ["low"]),
        (f'[[paths]]\nmatch = ["*.env"]\nignore = ["{RULE}"]\n', "[[paths]] in .keyguard.toml", []),
    ],
)
def test_a_change_cannot_lower_its_own_keys(
    inside: Inside, tmp_path: Path, text: str, said: str, left: list[str]
) -> None:
    repo = Repo(tmp_path / "r").write("a.txt", "a").add().commit("first")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.write(".keyguard.toml", text).write("new.env", leaking_line(1)).add().commit("both")
    found = scan(inside, repo, "--range", "origin/main..HEAD")
    (one,) = found.document["findings"]
    assert (one["severity"], one["allowed_by_change"]) == ("critical", [said])
    assert found.code == 1
    assert found.document["configuration"]["changed"] == [text.split("]")[0].strip("[")]
    # once it is in the base, it counts, and the change no longer allows anything
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.write("more.env", leaking_line(2)).add().commit("more")
    after = scan(inside, repo, "--range", "origin/main..HEAD").document["findings"]
    assert [one["severity"] for one in after] == left
    assert [one["allowed_by_change"] for one in after if one["allowed_by_change"]] == []


def test_a_place_that_does_not_match_is_not_allowed_by_the_change(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r").write("a.txt", "a").add().commit("first")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.write(".keyguard.toml", '[[paths]]\nmatch = ["legacy/"]\nseverity = "low"\n')
    repo.write("legacy/a.env", leaking_line(1)).write("src/a.env", leaking_line(1)).add().commit("both")
    (one,) = scan(inside, repo, "--range", "origin/main..HEAD").document["findings"]
    assert one["allowed_by_change"] == []


# --- what options can say -----------------------------------------------------------------------------------------


def test_hooks_have_a_least_severity_of_their_own_and_the_option_wins(inside: Inside, repo: Repo) -> None:
    repo.write("new.env", leaking_line(5))
    repo.write(".keyguard.toml", f'[severity]\n{RULE} = "medium"\n[hooks]\nfail-on = "high"\n').add()
    assert inside("hook", "pre-commit", cwd=repo.path).code == 0
    assert inside("hook", "pre-commit", "--fail-on", "low", cwd=repo.path).code == 1
    assert inside("scan", "--staged", cwd=repo.path).code == 1


def test_hooks_can_pass_what_could_not_be_read(inside: Inside, repo: Repo) -> None:
    repo.write("new.txt", "nothing").add()
    oid = repo.oid(":new.txt")
    (repo.path / f".git/objects/{oid[:2]}/{oid[2:]}").unlink()
    assert inside("hook", "pre-commit", cwd=repo.path).code == 2
    repo.write(".keyguard.toml", "[hooks]\nallow-incomplete = true\n").add(".keyguard.toml")
    assert inside("hook", "pre-commit", cwd=repo.path).code == 0
    assert inside("scan", "--staged", cwd=repo.path).code == 2
    repo.write(".keyguard.toml", "allow-incomplete = true\n").add(".keyguard.toml")
    assert inside("scan", "--staged", cwd=repo.path).code == 0


def test_a_report_can_be_named_but_no_file(inside: Inside, repo: Repo) -> None:
    repo.write(".keyguard.toml", 'format = "concise"\nno-history = true\n')
    assert "src/a.env:1:" in inside("scan", cwd=repo.path).out
    assert inside("scan", "-f", "json", cwd=repo.path).out.startswith("{")
    repo.write(".keyguard.toml", 'format = "json=stolen.json"\n')
    said = inside("scan", cwd=repo.path)
    assert (said.code, (repo.path / "stolen.json").exists()) == (2, False)
    assert "names a file: only the option -f can" in said.err
    repo.write(".keyguard.toml", 'format = "jsn"\n')
    assert "format: " in inside("scan", cwd=repo.path).err


def test_history_and_hygiene_can_be_left_out(inside: Inside, repo: Repo) -> None:
    def kinds(text: str, *arguments: str) -> tuple[bool, bool]:
        """Whether history was read, and whether hygiene was looked at."""
        repo.write(".keyguard.toml", text)
        coverage = inside("scan", "-f", "json", *arguments, cwd=repo.path).document["coverage"]
        return coverage["history"] is not None, coverage["checks"] > 0

    assert kinds("") == (True, True)
    assert kinds("no-history = true\n") == (False, True)
    assert kinds("no-history = true\n", "--history-only") == (True, False)
    assert kinds("no-hygiene = true\n") == (True, False)
    assert kinds("only = 'keys'\n") == (True, False)
    assert kinds("only = 'keys'\n", "--only", "hygiene") == (True, True)


def test_a_setting_for_hygiene_alone_leaves_keys_in_what_is_no_whole_folder(inside: Inside, repo: Repo) -> None:
    repo.write(".keyguard.toml", "only = 'hygiene'\n").write("new.env", leaking_line(5)).add()
    found = inside("scan", "-f", "json", cwd=repo.path).document["findings"]
    assert found
    assert {one["kind"] for one in found} == {"hygiene"}
    assert inside("scan", "--staged", cwd=repo.path).code == 1


def test_markers_can_be_ignored(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(leaking_line(1).strip() + "  # keyguard: allow sample\n")
    assert inside("scan", "--no-hygiene", "a.env").code == 0
    (tmp_path / ".keyguard.toml").write_text("no-inline-ignore = true\n")
    assert inside("scan", "--no-hygiene", "a.env").code == 1


def test_a_project_can_only_lower_the_number_of_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "available_cpus", lambda: 4)
    settings = [Settings(Config(jobs=number), trusted=trusted) for number in (0, 2, 64) for trusted in (False, True)]
    assert [option_defaults.jobs(one) for one in settings] == [0, 0, 2, 2, 4, 64]


def test_colour_and_detail_are_settings(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text(leaking_line(1))
    (tmp_path / ".keyguard.toml").write_text('color = "always"\nverbose = true\n')
    assert "\x1b[" in inside("scan", "--no-hygiene", "a.env").out
    assert "\x1b[" not in inside("scan", "--no-hygiene", "--color", "never", "a.env").out


def test_a_seeming_sample_is_one_step_below_the_severity_of_its_rule(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r").write("a.txt", "a").add().commit("first")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    config = f'[severity]\n{RULE} = "high"\n'
    repo.write("testdata/a.txt", leaking_line(1)).write("b.env", leaking_line(2)).write(".keyguard.toml", config)
    assert by_key(scan(inside, repo)) == {("testdata/a.txt",): "medium", ("b.env",): "high"}
    repo.add().commit("keys")
    said = scan(inside, repo, "--range", "origin/main..HEAD")
    assert by_key(said) == {("testdata/a.txt",): "high", ("b.env",): "critical"}
    assert {one["allowed_by_change"][0] for one in said.document["findings"]} == {"[severity] in .keyguard.toml"}
