"""The life of keys, told from real histories: used for too long, or taken out and never revoked; and missing hooks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from keyguard.masking.secret import Secret, fingerprint
from keyguard.remote.journal import Entry, Journal
from tests.helpers.calling import Inside
from tests.helpers.repos import Repo
from tests.helpers.seeing import key
from tests.hygiene.projects import DAY, NOW

pytest_plugins = ("tests.helpers.commandline",)

LIVE = "sk_live_{alnum:32}"
TEST = "sk_test_{alnum:32}"
#: by default nothing is said of hooks
QUIET = ("key-too-old", "key-removed-not-rotated")


def line(template: str = LIVE, seed: str = "1", name: str = "SENDMAILOS_API_KEY") -> str:
    return f"{name}={key(template, seed)}\n"


def print_of(template: str = LIVE, seed: str = "1") -> str:
    return fingerprint(Secret(key(template, seed).encode()), guessable=False)


def commit(repo: Repo, days_ago: int, message: str = "change") -> Repo:
    """Commit everything, so many days before now."""
    date = f"{NOW - days_ago * DAY} +0000"
    repo.environment |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    return repo.add().commit(message)


def aged(path: Path, days_ago: int) -> None:
    """The file was last changed so many days before now."""
    os.utime(path, (NOW - days_ago * DAY,) * 2)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop").write("app.py", "print(1)\n")


def findings(
    inside: Inside, folder: Path, *words: str, checks: Sequence[str] = QUIET, **variables: str
) -> list[dict[str, Any]]:
    """What these checks say of the folder."""
    wanted = ("--only", "hygiene", "--select", ",".join(checks))
    said = inside("scan", "-f", "json", *wanted, *words, cwd=folder, SOURCE_DATE_EPOCH=str(NOW), **variables)
    assert said.code in (0, 1), said.err
    found: list[dict[str, Any]] = said.document["findings"]
    return found


# --- key-too-old ----------------------------------------------------------------------------------------------------


def test_age_is_counted_from_the_first_commit_of_the_value(inside: Inside, repo: Repo) -> None:
    commit(repo.write("a.ini", line()), 200)
    commit(repo.write("a.ini", "# moved\n" + line()), 10)
    (one,) = findings(inside, repo.path)
    assert (one["rule"], one["severity"], one["confidence"]) == ("key-too-old", "medium", "high")
    assert one["message"] == "A live SendMailOS key has been in use for 200 days: 90 are allowed"
    assert one["key"] == print_of()
    assert one["occurrences"][0]["path"] == "a.ini"
    assert one["because"][0].startswith("first committed 2026-05-")


def test_a_value_that_took_the_place_of_another_is_as_young_as_it_is(inside: Inside, repo: Repo) -> None:
    commit(repo.write("a.ini", line(seed="old")), 300)
    commit(repo.write("a.ini", line(seed="new")), 20)
    assert [one["rule"] for one in findings(inside, repo.path)] == ["key-removed-not-rotated"]


@pytest.mark.parametrize(("days", "words"), [(90, []), (91, ["key-too-old"])])
def test_the_last_day_is_allowed(inside: Inside, repo: Repo, days: int, words: list[str]) -> None:
    commit(repo.write("a.ini", line()), days)
    assert [one["rule"] for one in findings(inside, repo.path)] == words


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (400, 0), (199, 1)])
def test_how_old_a_key_may_grow_is_configured(inside: Inside, repo: Repo, limit: int, count: int) -> None:
    commit(repo.write("a.ini", line()).write(".keyguard.toml", f"max-key-age-days = {limit}\n"), 200)
    assert len(findings(inside, repo.path)) == count


def test_a_negative_age_is_an_error(inside: Inside, repo: Repo) -> None:
    repo.write(".keyguard.toml", "max-key-age-days = -1\n")
    said = inside("scan", cwd=repo.path)
    assert said.code == 2
    assert ".keyguard.toml:1: max-key-age-days" in said.err


def test_a_test_key_is_information_and_a_publishable_one_is_nothing(inside: Inside, repo: Repo) -> None:
    publishable = line("pk_live_{alnum:99}", name="STRIPE_PUBLISHABLE_KEY")
    commit(repo.write("a.ini", line(TEST)).write("b.ini", publishable), 200)
    assert [(one["environment"], one["severity"]) for one in findings(inside, repo.path)] == [("test", "info")]


def test_an_ignored_environment_file_counts_by_what_history_knows_of_the_key(inside: Inside, repo: Repo) -> None:
    commit(repo.write(".env", line()), 200)
    repo.git("rm", "--quiet", "--cached", ".env")
    commit(repo.write(".gitignore", ".env\n"), 100)
    (one,) = findings(inside, repo.path)
    assert (one["rule"], one["occurrences"][0]["path"]) == ("key-too-old", ".env")
    assert "200 days" in one["message"]
    assert one["confidence"] == "high"


def test_what_no_commit_has_is_as_old_as_its_file_and_less_sure(inside: Inside, repo: Repo) -> None:
    commit(repo.write(".gitignore", ".env\n").write(".env", line()), 200)
    aged(repo.file(".env"), 150)
    (one,) = findings(inside, repo.path)
    assert (one["occurrences"][0]["path"], one["confidence"]) == (".env", "medium")
    assert "150 days" in one["message"]
    assert "last changed" in one["because"][0]
    aged(repo.file(".env"), 15)
    assert findings(inside, repo.path) == []


def test_outside_of_git_there_are_only_the_times_of_files(inside: Inside, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.ini").write_text(line())
    aged(folder / "a.ini", 150)
    (one,) = findings(inside, folder)
    assert (one["rule"], one["confidence"]) == ("key-too-old", "medium")
    (folder / "b.ini").write_text(line())
    aged(folder / "b.ini", 15)
    (one,) = findings(inside, folder)
    assert "150 days" in one["message"], "the key is as old as the oldest of its files"


def test_when_a_tracked_file_was_checked_out_says_nothing(inside: Inside, repo: Repo) -> None:
    commit(repo.write("a.ini", line()), 200)
    aged(repo.file("a.ini"), 200)
    assert findings(inside, repo.path, "--no-history") == []


def test_what_is_allowed_or_revoked_does_not_grow_old(inside: Inside, repo: Repo) -> None:
    commit(repo.write("a.ini", f"# keyguard: allow[key-too-old] never changes\n{line()}"), 200)
    assert findings(inside, repo.path) == []
    commit(repo.write("a.ini", line()), 20)
    repo.write(".keyguard.toml", f'[revoked]\n"{print_of()}" = 2026-11-01\n')
    assert findings(inside, repo.path) == []


# --- key-removed-not-rotated ----------------------------------------------------------------------------------------


@pytest.fixture
def removed(repo: Repo) -> Repo:
    """A live key that a commit took out of its file."""
    commit(repo.write("a.ini", line()), 50)
    return commit(repo.write("a.ini", "SENDMAILOS_API_KEY=\n"), 40)


def test_a_key_that_is_only_taken_out_is_said_beside_the_key(inside: Inside, removed: Repo) -> None:
    (one,) = findings(inside, removed.path)
    assert (one["rule"], one["severity"]) == ("key-removed-not-rotated", "high")
    assert "was taken out on 2026-10-" in one["message"]
    assert "nothing says that it was revoked" in one["message"]
    assert removed.oid()[:10] in one["because"][0]
    both = inside("scan", "-f", "json", "--ignore", "hook", cwd=removed.path).document["findings"]
    assert {found["rule"] for found in both} == {"sendmailos-key", "key-removed-not-rotated"}
    name = next(found["id"] for found in both if found["kind"] == "key")
    assert name in one["because"][1]
    assert f'"{name}" = ' in one["remedy"].splitlines()[0]


@pytest.mark.parametrize("name", ["KG-{:.6}", "KG-{:.8}", "{:.6}", "{}"])
def test_a_record_in_the_configuration_ends_it(inside: Inside, removed: Repo, name: str) -> None:
    removed.write(".keyguard.toml", f'[revoked]\n"{name.format(print_of())}" = 2026-11-01\n')
    assert findings(inside, removed.path) == []
    removed.write(".keyguard.toml", f'[revoked]\n"{name.format(print_of(seed="another"))}" = "2026-11-01"\n')
    assert len(findings(inside, removed.path)) == 1


@pytest.mark.parametrize(
    ("record", "said"), [('"KG-12" = 2026-11-01', "no id of a key"), ('"KG-7f3a9c" = 5', "no date")]
)
def test_a_record_that_records_nothing_is_an_error(inside: Inside, removed: Repo, record: str, said: str) -> None:
    removed.write(".keyguard.toml", f"[revoked]\n{record}\n")
    done = inside("scan", cwd=removed.path)
    assert done.code == 2
    assert said in done.err


def test_the_journal_ends_it_as_well(inside: Inside, removed: Repo, tmp_path: Path) -> None:
    state = tmp_path / "state"
    entry = Entry(action="revoked", fingerprint=print_of(), id="KG-1", vendor="sendmailos", outcome="confirmed")
    Journal(str(state)).append(entry)
    assert findings(inside, removed.path, KEYGUARD_STATE_DIR=str(state)) == []
    assert len(findings(inside, removed.path)) == 1
    (state / "journal.jsonl").unlink()
    (state / "journal.jsonl").mkdir()
    assert len(findings(inside, removed.path, KEYGUARD_STATE_DIR=str(state))) == 1


def test_severity_goes_by_the_environment(inside: Inside, repo: Repo) -> None:
    unknown = line("SG.{b64url:22}.{b64url:43}", name="SENDGRID_API_KEY")
    commit(repo.write("a.ini", line(TEST)).write("b.ini", unknown).write("c.ini", line()), 50)
    commit(repo.write("a.ini", "").write("b.ini", "").write("c.ini", ""), 40)
    found = {one["occurrences"][0]["path"]: one["severity"] for one in findings(inside, repo.path)}
    assert found == {"a.ini": "low", "b.ini": "medium", "c.ini": "high"}


def moved(repo: Repo) -> None:
    commit(repo.write("b.ini", repo.file("a.ini").read_text()).write("a.ini", ""), 40)


def in_ignored_file(repo: Repo) -> None:
    commit(repo.write(".env", line()).write(".gitignore", ".env\n").write("a.ini", ""), 40)


def untouched(repo: Repo) -> None:
    commit(repo.write("app.py", "print(2)\n"), 40)


def in_files_only_now(repo: Repo) -> None:
    commit(repo.write("a.ini", ""), 40)
    repo.write("new.ini", line())


@pytest.mark.parametrize("change", [moved, in_ignored_file, untouched, in_files_only_now], ids=lambda one: one.__name__)
def test_what_is_still_somewhere_was_not_taken_out(inside: Inside, repo: Repo, change: Any) -> None:
    commit(repo.write("a.ini", line()), 50)
    change(repo)
    assert findings(inside, repo.path) == []


def test_what_never_was_in_a_commit_that_others_get_was_not_taken_out(inside: Inside, repo: Repo) -> None:
    commit(repo, 60)
    commit(repo.write("a.ini", line()), 50)
    commit(repo.write("a.ini", ""), 40)
    repo.git("reset", "--quiet", "--hard", "HEAD~2")
    assert findings(inside, repo.path) == []


def test_a_branch_that_is_not_merged_has_not_lost_its_key(inside: Inside, repo: Repo) -> None:
    commit(repo, 60)
    repo.git("checkout", "--quiet", "-b", "side")
    commit(repo.write("a.ini", line()), 50)
    repo.git("checkout", "--quiet", "main")
    assert findings(inside, repo.path) == []


def test_without_history_nothing_is_said_of_it(inside: Inside, removed: Repo) -> None:
    assert findings(inside, removed.path, "--no-history") == []


def test_where_the_project_lies_says_nothing_of_its_keys(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "tests" / "shop", home=tmp_path)
    commit(repo.write("a.ini", line("SG.{b64url:22}.{b64url:43}", name="SENDGRID_API_KEY")), 300)
    for folder in (repo.path, tmp_path):
        inside_it = folder == repo.path
        said = findings(inside, folder, *(() if inside_it else ("tests/shop",)))
        assert [one["rule"] for one in said] == ["key-too-old"]


def test_keys_of_tests_are_not_said_to_live(inside: Inside, repo: Repo) -> None:
    made_up = line("SG.{b64url:22}.{b64url:43}", name="SENDGRID_API_KEY")
    commit(repo.write("src/Tests/Fixtures/a.ini", made_up).write("lib/mail_test.go", made_up), 300)
    assert findings(inside, repo.path) == []
    commit(repo.write("src/Tests/Fixtures/a.ini", "").write("lib/mail_test.go", ""), 200)
    assert findings(inside, repo.path) == []


# --- hook-missing ---------------------------------------------------------------------------------------------------

CONFIG = "repos:\n- repo: https://example.com/keyguard\n  rev: {}\n  hooks:\n  - id: keyguard\n"


def hooks(inside: Inside, folder: Path, **variables: str) -> list[str]:
    """The messages of the check."""
    found = findings(inside, folder, checks=("hook-missing",), **variables)
    assert all(one["severity"] == "info" for one in found)
    return [one["message"] for one in found]


def test_a_hook_of_git_s_own_is_enough(inside: Inside, repo: Repo) -> None:
    assert hooks(inside, repo.path) == ["neither a hook nor a CI job of this repository calls keyguard"]
    hook = repo.file(".git/hooks/pre-commit")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n# keyguard hook pre-commit\n")
    assert len(hooks(inside, repo.path)) == 1, "a comment calls nothing"
    hook.write_text("#!/bin/sh\nexec keyguard hook pre-commit\n")
    assert hooks(inside, repo.path) == []


@pytest.mark.parametrize("installed", ["configured", "by hand"])
def test_a_hook_that_git_does_not_look_for_is_no_hook(inside: Inside, repo: Repo, installed: str) -> None:
    if installed == "configured":
        repo.write(".pre-commit-config.yaml", CONFIG.format("v1.0.0"))
    else:
        repo.write(".git/hooks/pre-commit", "keyguard hook pre-commit\n")
    assert hooks(inside, repo.path) == []
    repo.config("core.hooksPath", "elsewhere")
    assert hooks(inside, repo.path) == ["core.hooksPath sends git to elsewhere, where keyguard is not called"]
    repo.write("elsewhere/pre-commit", "keyguard hook pre-commit\n")
    assert hooks(inside, repo.path) == []
    repo.write("elsewhere/pre-commit", "exec pre-commit run\n")
    assert len(hooks(inside, repo.path)) == (installed == "by hand"), "the framework runs what is configured"


@pytest.mark.parametrize("path", [".husky/pre-commit", ".githooks/pre-commit", "lefthook.yml"])
def test_hooks_of_the_project_are_shadowed_as_well(inside: Inside, repo: Repo, path: str) -> None:
    repo.write(path, "pre-commit: keyguard hook pre-commit\n").config("core.hooksPath", "/etc/other/hooks")
    said = "core.hooksPath sends git to /etc/other/hooks, where keyguard is not called"
    assert hooks(inside, repo.path) == [said]
    repo.config("core.hooksPath", ".husky/_" if "husky" in path else ".githooks")
    assert hooks(inside, repo.path) == ([said.replace("/etc/other/hooks", ".githooks")] if "lefthook" in path else [])
    if "lefthook" in path:
        repo.write(".githooks/pre-commit", "lefthook run pre-commit\n")
        assert hooks(inside, repo.path) == []


def test_the_user_s_own_hooks_path_shadows_as_well(inside: Inside, repo: Repo, tmp_path: Path) -> None:
    repo.write(".git/hooks/pre-commit", "keyguard hook pre-commit\n")
    (tmp_path / ".gitconfig").write_text("[core]\n\thooksPath = ~/hooks\n")
    assert hooks(inside, repo.path) == ["core.hooksPath sends git to ~/hooks, where keyguard is not called"]


@pytest.mark.parametrize("revision", ["main", "'master'", "HEAD", '"latest"'])
def test_a_branch_pins_nothing(inside: Inside, repo: Repo, revision: str) -> None:
    repo.write(".pre-commit-config.yaml", CONFIG.format(revision))
    (one,) = findings(inside, repo.path, checks=("hook-missing",))
    name = revision.strip("\"'")
    assert one["message"] == f"keyguard's hook is not pinned: rev {name} is a branch"
    assert (one["occurrences"][0]["path"], one["occurrences"][0]["line"]) == (".pre-commit-config.yaml", 3)


@pytest.mark.parametrize("revision", ["v1.0.0", "1.2", "f" * 40, "deadbee", "mainline-1.0"])
def test_tags_and_commits_do(inside: Inside, repo: Repo, revision: str) -> None:
    repo.write(".pre-commit-config.yaml", CONFIG.format(revision))
    assert hooks(inside, repo.path) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("lefthook.yml", "pre-commit:\n  commands:\n    keys:\n      run: keyguard hook pre-commit\n"),
        ("package.json", '{"lint-staged": {"*": "keyguard scan"}}'),
        (".husky/pre-commit", "keyguard hook pre-commit\n"),
        (".gitlab-ci.yml", "keys:\n  script:\n    - uvx keyguard-lint scan\n"),
        (".github/workflows/a.yml", "steps:\n  - uses: example/keyguard-action@v1\n"),
        ("Makefile", "check:\n\tkeyguard scan\n"),
    ],
)
def test_whatever_calls_it_is_enough(inside: Inside, repo: Repo, path: str, text: str) -> None:
    repo.write(path, text)
    assert hooks(inside, repo.path) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "Install keyguard-lint and run keyguard scan\n"),
        (".github/workflows/a.yml", "steps:\n  - run: build com.android.keyguard\n"),
        ("app.py", "keyguard scan\n"),
    ],
)
def test_its_name_alone_is_not(inside: Inside, repo: Repo, path: str, text: str) -> None:
    repo.write(path, text)
    assert len(hooks(inside, repo.path)) == 1


@pytest.mark.parametrize("text", ["uses:/keyguard", "id: keyguardian\n", "- rev: main\n", "keyguard " + " " * 100])
def test_a_file_of_nothing_but_bait_is_read_to_its_end(inside: Inside, repo: Repo, text: str) -> None:
    repo.write(".pre-commit-config.yaml", text * (3_000_000 // len(text)))
    assert len(hooks(inside, repo.path)) == 1


def test_it_is_said_once_a_repository_and_of_none_outside(inside: Inside, tmp_path: Path) -> None:
    for name in ("one", "two"):
        Repo(tmp_path / "all" / name).write("a.py", "1\n").write("sub/b.py", "1\n")
    (tmp_path / "all" / "plain").mkdir()
    (tmp_path / "all" / "plain" / "a.py").write_text("1\n")
    found = findings(inside, tmp_path / "all", checks=("hook-missing",))
    assert sorted(one["occurrences"][0]["path"] for one in found) == [
        "one/a.py",
        "two/a.py",
    ]
    assert hooks(inside, tmp_path / "all" / "plain") == []
    assert hooks(inside, tmp_path / "all" / "one" / "sub") == [], "a part of a repository is none"


def test_hooks_are_read_and_never_run(inside: Inside, repo: Repo, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    repo.write("evil/pre-commit", f"#!/bin/sh\ntouch {mark}\n").config("core.hooksPath", "evil")
    repo.file("evil/pre-commit").chmod(0o755)
    repo.config("core.fsmonitor", f"touch {mark}")
    assert len(hooks(inside, repo.path)) == 1
    assert not mark.exists()
