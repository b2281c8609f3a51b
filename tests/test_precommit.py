"""The hook under the real pre-commit, installed from this checkout: a leak is refused, however the hook is run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.checkout import leaking_line, made_up_key, run
from tests.helpers.sharing import once

pytest_plugins = ("tests.helpers.shipping",)

CONFIGURATION = """\
repos:
  - repo: {origin}
    rev: {revision}
    hooks:
      - id: keyguard
        verbose: true
      - id: keyguard-push
        verbose: true
"""
HYGIENE = """\
      - id: keyguard-hygiene
        stages: [pre-commit]
"""


class Hooked(NamedTuple):
    """A repository of somebody who set keyguard up as a hook."""

    folder: Path
    env: dict[str, str]

    def git(self, *arguments: str, expect: int = 0) -> str:
        """What git says; it must end with ``expect``."""
        return run("git", *arguments, env=self.env, cwd=self.folder, expect=expect)

    def pre_commit(self, *arguments: str, expect: int = 0) -> str:
        """What pre-commit says; it must end with ``expect``."""
        return run(sys.executable, "-m", "pre_commit", *arguments, env=self.env, cwd=self.folder, expect=expect)

    def add(self, name: str, text: str) -> None:
        """Writes a file and stages it."""
        (self.folder / name).write_text(text)
        self.git("add", "--", name)

    def head(self) -> str:
        """The id of the newest commit."""
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def environment(offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One store of hooks for all of these tests, so that the hook is built and installed once."""
    store = once(tmp_path_factory, "pre-commit", lambda _: None)
    return {**offline, "PRE_COMMIT_HOME": str(store), "PRE_COMMIT_COLOR": "never"}


@pytest.fixture
def hooked(checkout: Path, environment: dict[str, str], tmp_path: Path) -> Hooked:
    """A repository with one commit, that has the hook from this checkout."""
    folder = tmp_path / "shop"
    folder.mkdir()
    repository = Hooked(folder, environment)
    repository.git("init", "--quiet", "--initial-branch=main")
    revision = run("git", "rev-parse", "HEAD", env=environment, cwd=checkout).strip()
    (folder / ".pre-commit-config.yaml").write_text(CONFIGURATION.format(origin=checkout, revision=revision))
    (folder / "app.py").write_text("print('hello')\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message=first")
    repository.pre_commit("install")
    return repository


def refused(said: str, path: str, seed: int) -> bool:
    """Whether the hook failed because of the key in ``path``, which it does not show."""
    return "Failed" in said and path in said and made_up_key(seed) not in said


def test_a_commit_that_leaks_is_refused(hooked: Hooked) -> None:
    before = hooked.head()
    hooked.add("settings.ini", leaking_line(1))
    assert refused(hooked.git("commit", "--message=leak", expect=1), "settings.ini", 1)
    assert hooked.head() == before


def test_a_clean_commit_passes_and_says_what_was_scanned(hooked: Hooked) -> None:
    before = hooked.head()
    hooked.add("app.py", "print('hello, world')\n")
    said = hooked.git("commit", "--message=clean")
    assert "Passed" in said
    assert "1 staged file" in said
    assert hooked.head() != before


def test_what_is_staged_counts_and_not_what_lies_beside_it(hooked: Hooked) -> None:
    hooked.add("settings.ini", leaking_line(2))
    (hooked.folder / "settings.ini").write_text("# taken out again, but not staged\n")
    assert refused(hooked.git("commit", "--message=leak", expect=1), "settings.ini", 2)


def test_a_leak_that_is_not_staged_does_not_stop_a_clean_commit(hooked: Hooked) -> None:
    hooked.add("notes.txt", "nothing\n")
    (hooked.folder / "app.py").write_text(leaking_line(3))
    hooked.git("commit", "--message=clean")


def test_a_leaking_name_of_any_kind_is_refused(hooked: Hooked) -> None:
    hooked.add("--exit-zero", leaking_line(4))
    hooked.add("with space and ümlaut.env", leaking_line(5))
    said = hooked.git("commit", "--message=leak", expect=1)
    assert refused(said, "--exit-zero", 4)
    assert refused(said, "with space", 5)


def test_all_files_finds_what_was_committed_long_ago(hooked: Hooked) -> None:
    hooked.add("settings.ini", leaking_line(6))
    hooked.git("commit", "--quiet", "--no-verify", "--message=leak")
    assert refused(hooked.pre_commit("run", "--all-files", expect=1), "settings.ini", 6)


def test_all_files_passes_on_a_clean_repository_and_says_what_was_scanned(hooked: Hooked) -> None:
    said = hooked.pre_commit("run", "--all-files")
    assert "Passed" in said
    assert "2 named files" in said


def test_named_files_are_scanned_and_no_others(hooked: Hooked) -> None:
    hooked.add("settings.ini", leaking_line(7))
    hooked.git("commit", "--quiet", "--no-verify", "--message=leak")
    assert refused(hooked.pre_commit("run", "--files", "settings.ini", expect=1), "settings.ini", 7)
    hooked.pre_commit("run", "--files", "app.py")


def test_a_range_of_commits_is_scanned_by_what_it_changed(hooked: Hooked) -> None:
    first = hooked.head()
    hooked.add("settings.ini", leaking_line(8))
    hooked.git("commit", "--quiet", "--no-verify", "--message=leak")
    leaking = hooked.head()
    hooked.add("notes.txt", "nothing\n")
    hooked.git("commit", "--quiet", "--no-verify", "--message=clean")
    said = hooked.pre_commit("run", "--from-ref", first, "--to-ref", leaking, expect=1)
    assert refused(said, "settings.ini", 8)
    hooked.pre_commit("run", "--from-ref", leaking, "--to-ref", "HEAD")


def test_a_merge_that_brings_a_leak_is_refused(hooked: Hooked) -> None:
    hooked.pre_commit("install", "--hook-type", "pre-merge-commit")
    hooked.git("switch", "--quiet", "--create", "side")
    hooked.add("settings.ini", leaking_line(9))
    hooked.git("commit", "--quiet", "--no-verify", "--message=leak")
    hooked.git("switch", "--quiet", "main")
    hooked.add("notes.txt", "nothing\n")
    hooked.git("commit", "--quiet", "--message=clean")
    assert refused(hooked.git("merge", "--no-edit", "side", expect=1), "settings.ini", 9)


def pushing(hooked: Hooked, tmp_path: Path) -> None:
    """Somewhere to push to, and the hook before it."""
    hooked.pre_commit("install", "--hook-type", "pre-push")
    hooked.git("init", "--quiet", "--bare", str(tmp_path / "server.git"))
    hooked.git("remote", "add", "origin", str(tmp_path / "server.git"))


def test_a_push_is_refused_for_what_came_and_went_in_it(hooked: Hooked, tmp_path: Path) -> None:
    pushing(hooked, tmp_path)
    assert "what is pushed to origin): 1 commit" in hooked.git("push", "origin", "main")
    hooked.add("settings.ini", leaking_line(13))
    hooked.git("commit", "--quiet", "--no-verify", "--message=leak")
    hooked.git("rm", "--quiet", "settings.ini")
    hooked.git("commit", "--quiet", "--message=clean")
    assert refused(hooked.git("push", "origin", "main", expect=1), "settings.ini", 13)
    hooked.git("reset", "--quiet", "--hard", "HEAD~2")
    hooked.git("switch", "--quiet", "--create", "side")
    hooked.add("notes.txt", "nothing\n")
    hooked.git("commit", "--quiet", "--message=clean")
    assert "what is pushed to origin): 1 commit" in hooked.git("push", "origin", "side")
    hooked.git("push", "origin", ":side")


def test_a_first_push_is_refused_for_what_any_commit_holds(hooked: Hooked, tmp_path: Path) -> None:
    hooked.add("settings.ini", leaking_line(14))
    hooked.git("commit", "--quiet", "--no-verify", "--message=leak")
    hooked.git("rm", "--quiet", "settings.ini")
    hooked.git("commit", "--quiet", "--message=clean")
    pushing(hooked, tmp_path)
    assert refused(hooked.git("push", "origin", "main", expect=1), "settings.ini", 14)


def test_a_commit_of_what_a_hundred_files_hold_misses_none(hooked: Hooked) -> None:
    for number in range(100):
        (hooked.folder / f"module_{number}.py").write_text(f"NUMBER = {number}\n")
    (hooked.folder / "module_73.py").write_text(leaking_line(10))
    hooked.git("add", "--all")
    assert refused(hooked.git("commit", "--message=leak", expect=1), "module_73.py", 10)


def test_the_hook_refuses_a_leak_in_the_very_first_commit(
    checkout: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    newborn = Hooked(tmp_path, environment)
    newborn.git("init", "--quiet")
    revision = run("git", "rev-parse", "HEAD", env=environment, cwd=checkout).strip()
    newborn.add(".pre-commit-config.yaml", CONFIGURATION.format(origin=checkout, revision=revision))
    newborn.pre_commit("install")
    newborn.add("settings.ini", leaking_line(11))
    assert refused(newborn.git("commit", "--message=first", expect=1), "settings.ini", 11)


def test_the_manifest_and_our_own_configuration_are_valid(checkout: Path, environment: dict[str, str]) -> None:
    for command, file in (
        ("validate-manifest", ".pre-commit-hooks.yaml"),
        ("validate-config", ".pre-commit-config.yaml"),
    ):
        run(sys.executable, "-m", "pre_commit", command, file, env=environment, cwd=checkout)


@pytest.mark.long
def test_the_hook_can_be_tried_without_setting_it_up(hooked: Hooked, checkout: Path) -> None:
    hooked.add("settings.ini", leaking_line(12))
    said = hooked.pre_commit("try-repo", str(checkout), "keyguard", "--files", "settings.ini", expect=1)
    assert refused(said, "settings.ini", 12)


def test_how_keys_are_kept_is_looked_at_whatever_the_commit_is_about(hooked: Hooked) -> None:
    configuration = (hooked.folder / ".pre-commit-config.yaml").read_text() + HYGIENE
    hooked.add(".pre-commit-config.yaml", configuration)
    hooked.git("commit", "--quiet", "--message=hygiene")
    (hooked.folder / ".env.production").write_text(leaking_line(15))
    (hooked.folder / ".env.production").chmod(0o600)
    hooked.add("app.py", "print('bye')\n")
    said = hooked.git("commit", "--message=clean", expect=1)
    assert refused(said, ".env.production", 15)
    assert "env-not-ignored" in said
    hooked.add(".gitignore", ".env*\n")
    hooked.git("commit", "--message=ignored")
