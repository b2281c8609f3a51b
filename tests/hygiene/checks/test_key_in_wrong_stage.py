"""Keys and stages in small projects: what is said, of which place, how loudly, and what it is said from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.calling import Inside
from tests.helpers.repos import Repo
from tests.helpers.seeing import key

pytest_plugins = ("tests.helpers.commandline",)

LIVE, TEST = key("sk_live_{alnum:32}"), key("sk_test_{alnum:32}")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop")


def said(inside: Inside, repo: Repo, check: str) -> list[dict[str, Any]]:
    """The findings of one check."""
    out = inside("scan", "-f", "json", "--only", "hygiene", "--no-history", "--select", check, cwd=repo.path)
    assert LIVE not in out.out
    assert TEST not in out.out
    found: list[dict[str, Any]] = out.document["findings"]
    return found


def places(finding: dict[str, Any]) -> list[tuple[str, int]]:
    return [(one["path"], one["line"]) for one in finding["occurrences"]]


def env(value: str, name: str = "SENDMAILOS_API_KEY") -> str:
    return f"{name}={value}\n"


def test_one_finding_a_file_with_all_places_that_are_wrong(inside: Inside, repo: Repo) -> None:
    lines = f"development:\n  sendmailos: {LIVE}\ntest:\n  sendmailos: {LIVE}\nproduction:\n  sendmailos: {LIVE}\n"
    repo.write("config/mail.yml", lines).write(".env.test", env(LIVE))
    found = said(inside, repo, "live-key-in-dev")
    assert [places(one) for one in found] == [[(".env.test", 1)], [("config/mail.yml", 2), ("config/mail.yml", 4)]]
    assert [one["because"] for one in found] == [["file name .env.test"], ["block development", "block test"]]
    assert [one["message"] for one in found] == [
        "SendMailOS live key for tests in .env.test",
        "SendMailOS live key for development in config/mail.yml",
    ]


def test_a_habit_counts_for_less_than_a_statement(inside: Inside, repo: Repo) -> None:
    repo.write(".env", env(LIVE)).write("web/.env.local", env(LIVE)).write("fly.toml", "[env]\n" + env(f"'{TEST}'"))
    found = {one["occurrences"][0]["path"]: one for one in said(inside, repo, "live-key-in-dev")}
    assert (found[".env"]["severity"], found[".env"]["confidence"]) == ("medium", "medium")
    assert (found["web/.env.local"]["severity"], found["web/.env.local"]["confidence"]) == ("high", "high")
    (deployed,) = said(inside, repo, "test-key-in-prod")
    assert (deployed["severity"], deployed["confidence"]) == ("low", "medium")


def test_ignored_environment_files_are_looked_at_and_other_ignored_files_are_not(inside: Inside, repo: Repo) -> None:
    repo.write(".gitignore", ".env*\ntmp/\n").write(".env.development", env(LIVE)).write("tmp/.env.test", env(LIVE))
    repo.write("app.js", "")
    assert [places(one) for one in said(inside, repo, "live-key-in-dev")] == [[(".env.development", 1)]]


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        (".env", "info"),
        ("web/.env.local", "info"),
        (".env.production.local", ""),
        (".env.development", "high"),
        (".env.test", "high"),
    ],
)
def test_a_key_in_an_ignored_file_of_this_machine_is_where_it_belongs(
    inside: Inside, repo: Repo, name: str, severity: str
) -> None:
    repo.write(".gitignore", ".env*\n").write("app.js", "").write("web/a.js", "").write(name, env(LIVE))
    assert [one["severity"] for one in said(inside, repo, "live-key-in-dev")] == ([severity] if severity else [])
    assert [one["severity"] for one in said(inside, repo, "env-file-readable")] == ["info"]
    assert inside("hook", "hygiene", cwd=repo.path).code == (1 if severity == "high" else 0)
    # git takes the file: the key is not where it belongs
    repo.write(".gitignore", "").add().commit()
    assert [one["severity"] for one in said(inside, repo, "live-key-in-dev")] != ["info"]


@pytest.mark.parametrize("name", ["STRIPE_PUBLISHABLE_KEY", "NEXT_PUBLIC_STRIPE_KEY"])
def test_publishable_keys_belong_everywhere(inside: Inside, repo: Repo, name: str) -> None:
    repo.write(".env.development", env(key("pk_live_{alnum:24}"), name))
    repo.write(".env.production", env(key("pk_test_{alnum:24}"), name))
    assert not said(inside, repo, "live-key-in-dev")
    assert not said(inside, repo, "test-key-in-prod")


def test_what_others_wrote_is_not_judged(inside: Inside, repo: Repo) -> None:
    repo.write("node_modules/x/.env.test", env(LIVE)).write("vendor/x/test/a.env", env(LIVE)).add().commit()
    assert not said(inside, repo, "live-key-in-dev")


def test_a_comment_suppresses_it(inside: Inside, repo: Repo) -> None:
    repo.write(".env.test", "# keyguard: allow[live-key-in-dev] sandbox account\n" + env(LIVE))
    assert not said(inside, repo, "live-key-in-dev")


# --- one key in several places -------------------------------------------------------------------------------------


def test_a_shared_key_is_said_once_for_all_stages(inside: Inside, repo: Repo) -> None:
    for stage in ("production", "staging", "development", "test"):
        repo.write(f"config/{stage}.yml", f"sendmailos: {LIVE}\n")
    (found,) = said(inside, repo, "key-shared-across-environments")
    assert found["message"] == "one SendMailOS live key for production, staging, development and tests"
    assert len(found["occurrences"]) == 4
    assert "config/staging.yml: file name staging.yml" in found["because"]
    assert found["severity"] == "medium"


@pytest.mark.parametrize(
    ("first", "second", "severity"),
    [("production.env", ".env", "low"), ("staging.env", "test.env", "low"), ("staging.env", "prod.env", "medium")],
)
def test_how_bad_sharing_is(inside: Inside, repo: Repo, first: str, second: str, severity: str) -> None:
    repo.write(first, env(LIVE)).write(second, env(LIVE))
    (found,) = said(inside, repo, "key-shared-across-environments")
    assert found["severity"] == severity


def test_examples_and_pipelines_are_no_environments(inside: Inside, repo: Repo) -> None:
    repo.write("config/production.yml", f"sendmailos: {LIVE}\n").write("README.md", env(LIVE))
    repo.write(".github/workflows/a.yml", f"env:\n  SENDMAILOS_API_KEY: {LIVE}\n")
    assert not said(inside, repo, "key-shared-across-environments")


def test_many_services_are_counted(inside: Inside, repo: Repo) -> None:
    for number in range(7):
        repo.write(f"apps/s{number}/package.json", "{}").write(f"apps/s{number}/.env.production", env(LIVE))
    (found,) = said(inside, repo, "key-reused-across-services")
    assert found["message"] == "one SendMailOS live key for apps/s0, apps/s1, apps/s2, apps/s3 and 3 more"
    assert len(found["occurrences"]) == 7


def test_folders_whose_names_begin_alike_are_different_services(inside: Inside, repo: Repo) -> None:
    for folder in ("api", "api-gateway"):
        repo.write(f"{folder}/go.mod", "").write(f"{folder}/a.yml", f"sendmailos: {LIVE}\n")
    repo.write("api/functions/go.mod", "").write("api/functions/a.yml", f"sendmailos: {LIVE}\n")
    (found,) = said(inside, repo, "key-reused-across-services")
    assert found["message"].endswith("for api and api-gateway")


# --- master keys ---------------------------------------------------------------------------------------------------


def test_a_master_key_is_said_once_with_its_places_and_the_code(inside: Inside, repo: Repo) -> None:
    repo.write("prod.env", env(LIVE)).write("worker.yml", f"SENDMAILOS_API_KEY: {LIVE}\n")
    repo.write("src/mail.py", "key = os.environ['SENDMAILOS_API_KEY']\nheaders = {'X-Workspace-Id': workspace}\n")
    (found,) = said(inside, repo, "master-key")
    assert places(found) == [("prod.env", 1), ("worker.yml", 1), ("src/mail.py", 2)]
    assert found["because"] == ["src/mail.py reads SENDMAILOS_API_KEY, and sends X-Workspace-Id with it"]
    assert (found["severity"], found["confidence"]) == ("critical", "medium")


@pytest.mark.parametrize(
    "code",
    [
        "key = os.environ['SENDMAILOS_API_KEY_2']\nheaders = {'X-Workspace-Id': workspace}\n",
        "key = os.environ['SENDMAILOS_API_KEY']\n" + "# nothing\n" * 100 + "row.workspace_id = 1\n",
        "key = os.environ['SENDMAILOS_API_KEY']\nmy_workspace_identity = 1\n",
        "key = os.environ['NOTION_KEY']\nworkspace_id = 1\n",
    ],
)
def test_workspaces_of_others_say_nothing(inside: Inside, repo: Repo, code: str) -> None:
    repo.write("prod.env", env(LIVE)).write("src/mail.py", code)
    assert not said(inside, repo, "master-key")


def test_a_key_in_the_name_of_a_file_says_nothing_about_what_is_in_it(inside: Inside, repo: Repo) -> None:
    repo.write(f"sendmailos-{LIVE}/test.env", "PORT=1\n").write("keys/a.test.ts", "const port = 1;\n")
    assert not said(inside, repo, "live-key-in-dev")
