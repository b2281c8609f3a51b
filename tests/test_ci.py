"""The workflows that the README gives, run step by step in the checkouts that GitHub and GitLab make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.checkout import ROOT, empty_environment, leaking_line, made_up_key
from tests.helpers.ciservers import Change, GitHub, GitLab, Outcome
from tests.helpers.expressions import Expression, Value
from tests.helpers.repos import Repo, git_environment

pytest_plugins = ("tests.helpers.shipping",)

URLS = {GitHub: "https://github.com/YOUR-ORG/keyguard", GitLab: "https://gitlab.com/YOUR-GROUP/keyguard"}
FILES = {GitHub: ROOT / "docs/ci/github.yml", GitLab: ROOT / "docs/ci/gitlab.yml"}
SERVERS = pytest.mark.parametrize("server", [GitHub, GitLab])
SHALLOW = {GitHub: ("fetch-depth: 0", "fetch-depth: 1"), GitLab: ("GIT_DEPTH: 0", "GIT_DEPTH: 2")}
Server = type[GitHub] | type[GitLab]

#: the request that adds a key and removes it again, and one that adds none
LEAK, CLEAN = 7, 8


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A server: a key on the main branch before the requests began, another one since, a third in a request."""
    made = Repo(tmp_path_factory.mktemp("shop") / "shop")
    made.write("old.env", leaking_line(1)).write("app.py", "print()\n").add().commit("first")
    made.git("switch", "--quiet", "--create", "leak")
    made.write("settings.ini", leaking_line(2)).add().commit("a key")
    made.remove("settings.ini").add().commit("and gone")
    made.git("switch", "--quiet", "--create", "clean", "main")
    made.write("app.py", "print('hello')\n").add().commit("clean")
    made.git("switch", "--quiet", "main")
    made.write("later.env", leaking_line(3)).add().commit("another key")
    for number, branch in ((LEAK, "leak"), (CLEAN, "clean")):
        made.git("switch", "--quiet", "--detach", "main")
        made.git("merge", "--quiet", "--no-ff", "--message=merge", branch)
        for place in ("pull", "merge-requests"):
            made.git("update-ref", f"refs/{place}/{number}/head", branch)
            made.git("update-ref", f"refs/{place}/{number}/merge", "HEAD")
    made.git("switch", "--quiet", "main")
    return made


@pytest.fixture(scope="module")
def tidy(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A server with nothing to find, and more commits than a shallow checkout has."""
    made = Repo(tmp_path_factory.mktemp("tidy") / "tidy")
    made.write("app.py", "print()\n").add().commit("first")
    made.write("app.py", "print('hello')\n").add().commit("second")
    return made.write("app.py", "print('bye')\n").add().commit("third")


@pytest.fixture(scope="module")
def runner(commands: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a runner on which keyguard is there already: ``pip`` only notes down what it should install."""
    home = tmp_path_factory.mktemp("runner")
    (home / "pip").write_text(f'#!/bin/sh\necho "$@" >>"{home}/installed"\n')
    (home / "pip").chmod(0o755)
    traced = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    path = f"{home}:{commands}:{os.environ['PATH']}"
    return {**git_environment(home), **traced, "PATH": path, "INSTALLED": f"{home}/installed"}


def ran(
    server: Server, change: Change, folder: Path, env: Mapping[str, str], *edits: tuple[str, str], url: str = ""
) -> Outcome:
    """How the file ends after these edits, the URL of keyguard being filled in."""
    text = FILES[server].read_text(encoding="utf-8")
    for old, new in (*edits, (URLS[server], url or "file:///srv/keyguard")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return server(text, change, folder / "job", env).run()


def found(outcome: Outcome) -> set[str]:
    """The files in which the report of the job has a key."""
    return set(uris(outcome.reports["keyguard.sarif"]))


def uris(sarif: Mapping[str, Any]) -> Iterator[str]:
    """The file of each result that is more than a remark."""
    for result in sarif["runs"][0]["results"]:
        for place in result["locations"] if result["level"] != "note" else ():
            yield place["physicalLocation"]["artifactLocation"]["uri"]


@SERVERS
def test_a_request_with_a_key_that_came_and_went_fails(
    server: Server, shop: Repo, runner: dict[str, str], tmp_path: Path
) -> None:
    outcome = ran(server, Change(shop, LEAK), tmp_path, runner)
    assert (outcome.code, found(outcome)) == (1, {"settings.ini"}), outcome.said
    assert ("::error" if server is GitHub else "settings.ini:1:20") in outcome.said
    assert made_up_key(2) not in outcome.said
    assert Path(runner["INSTALLED"]).read_text().splitlines()[-1] == "install git+file:///srv/keyguard"


@SERVERS
def test_a_clean_request_passes_whatever_the_main_branch_has(
    server: Server, shop: Repo, runner: dict[str, str], tmp_path: Path
) -> None:
    outcome = ran(server, Change(shop, CLEAN), tmp_path, runner)
    assert (outcome.code, found(outcome)) == (0, set()), outcome.said


@pytest.mark.parametrize(("number", "expected"), [(LEAK, (1, {"settings.ini"})), (CLEAN, (0, set()))])
def test_on_gitlab_a_merged_result_is_scanned_from_the_target_branch(
    number: int, expected: tuple[int, set[str]], shop: Repo, runner: dict[str, str], tmp_path: Path
) -> None:
    outcome = ran(GitLab, Change(shop, number, merged=True), tmp_path, runner)
    assert (outcome.code, found(outcome)) == expected, outcome.said


@SERVERS
def test_the_main_branch_is_scanned_with_its_history(
    server: Server, shop: Repo, runner: dict[str, str], tmp_path: Path
) -> None:
    outcome = ran(server, Change(shop), tmp_path, runner)
    assert (outcome.code, found(outcome) & {"old.env", "later.env"}) == (1, {"old.env", "later.env"}), outcome.said


@SERVERS
def test_a_clean_main_branch_passes(server: Server, tidy: Repo, runner: dict[str, str], tmp_path: Path) -> None:
    outcome = ran(server, Change(tidy), tmp_path, runner)
    assert (outcome.code, found(outcome)) == (0, set()), outcome.said


@SERVERS
def test_a_shallow_checkout_ends_with_2_and_says_what_to_write(
    server: Server, tidy: Repo, runner: dict[str, str], tmp_path: Path
) -> None:
    outcome = ran(server, Change(tidy), tmp_path, runner, SHALLOW[server])
    assert outcome.code == 2, outcome.said
    assert SHALLOW[server][0] in outcome.said
    assert found(outcome) == set()


@SERVERS
def test_a_request_in_a_shallow_checkout_ends_with_2_and_says_what_to_write(
    server: Server, shop: Repo, runner: dict[str, str], tmp_path: Path
) -> None:
    outcome = ran(server, Change(shop, LEAK), tmp_path, runner, SHALLOW[server])
    assert outcome.code == 2, outcome.said
    assert SHALLOW[server][0] in outcome.said
    # there is no report to upload, and that is not tried
    assert "Upload the report" not in outcome.ran


def test_a_pull_request_from_a_fork_fails_without_an_upload(shop: Repo, runner: dict[str, str], tmp_path: Path) -> None:
    outcome = ran(GitHub, Change(shop, LEAK, fork=True), tmp_path, runner)
    assert (outcome.code, outcome.reports) == (1, {}), outcome.said
    assert "::error" in outcome.said


@pytest.mark.long
@pytest.mark.timeout(1200)
@SERVERS
def test_each_step_works_with_nothing_installed(
    server: Server, shop: Repo, git_server: str, offline: dict[str, str], tmp_path: Path
) -> None:
    commands = empty_environment(tmp_path / "venv", offline)
    env = {**offline, "PATH": f"{commands}:{offline['PATH']}", "HOME": str(tmp_path)}
    outcome = ran(server, Change(shop, LEAK), tmp_path, env, url=git_server)
    assert (outcome.code, found(outcome)) == (1, {"settings.ini"}), outcome.said


# --- the runners themselves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("always() && hashFiles('there') != ''", True),
        ("hashFiles('nowhere') != '' || a.b == 'one'", True),
        ("!(a.b == 'one' || false.name)", False),
        ("a.b != 'one' && always()", False),
        ("a.nowhere == ''", True),
        ("a.b", "one"),
    ],
)
def test_conditions_are_evaluated_as_github_does(text: str, value: object) -> None:
    functions: dict[str, Callable[..., Value]] = {
        "always": lambda: True,
        "hashFiles": lambda name: "1" if name == "there" else "",
    }
    assert Expression(text, {"a.b": "one"}, functions).value == value


def test_what_is_not_understood_of_a_condition_is_an_error() -> None:
    with pytest.raises(AssertionError, match="not understood"):
        Expression("a.b > 'one'", {}, {})
