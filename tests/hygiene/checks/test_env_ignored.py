"""Environment files and git: what is said of each, how bad it is, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

PASSWORD = "DB_PASSWORD=" + "brisk-Otter" + "-81\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop")


@pytest.fixture
def checked(inside: Inside, repo: Repo) -> Any:
    """What hygiene says of environment files, sorted by check and place."""

    def check(*arguments: str, folder: str = ".") -> list[dict[str, Any]]:
        wanted = ("scan", "-f", "json", "--only", "hygiene", "--no-history", "--select", "env", *arguments)
        document = inside(*wanted, cwd=repo.file(folder)).document
        assert not [one for one in document["skipped"] if one["gap"]]
        found: list[dict[str, Any]] = document["findings"]
        return found

    return check


def places(finding: dict[str, Any]) -> list[tuple[str, int]]:
    return [(one["path"], one["line"]) for one in finding["occurrences"]]


@pytest.mark.parametrize(
    ("text", "severity", "words"),
    [
        (leaking_line(1), "critical", "holds a live SendMailOS key"),
        (PASSWORD + leaking_line(1), "critical", "SendMailOS"),
        ("# DO NOT DEFINE PRODUCTION SECRETS IN THIS FILE\n" + PASSWORD, "low", "gives a value to DB_PASSWORD"),
        (PASSWORD, "medium", "gives a value to DB_PASSWORD"),
        ("PORT=3000\n", "low", "the next `git add .` takes it"),
        ("", "low", "the next `git add .` takes it"),
    ],
)
def test_how_bad_it_is_goes_by_what_is_in_it(text: str, severity: str, words: str, repo: Repo, checked: Any) -> None:
    repo.write(".env", text).write("app.js", "x\n")
    (found,) = [one for one in checked() if one["rule"] == "env-not-ignored"]
    assert (found["severity"], words in found["message"]) == (severity, True), found["message"]


def test_files_of_one_name_are_one_finding(repo: Repo, checked: Any) -> None:
    for name in ("api", "web", "jobs"):
        repo.write(f"apps/{name}/.env", "PORT=3000\n").write(f"apps/{name}/app.js", "x\n")
    repo.write("apps/web/.env", PASSWORD)
    (found,) = checked()
    assert "apps/web/.env and 2 more" in found["message"]
    assert places(found) == [("apps/web/.env", 1), ("apps/api/.env", 1), ("apps/jobs/.env", 1)]


def test_workspaces_are_one_finding_at_the_top(repo: Repo, checked: Any) -> None:
    needs = json.dumps({"name": "x", "dependencies": {"dotenv": "^16.0.0"}}, indent=1)
    repo.write("package.json", json.dumps({"name": "top", "workspaces": ["apps/*"]}))
    for name in ("api", "web", "jobs"):
        repo.write(f"apps/{name}/package.json", needs)
    (found,) = checked()
    assert [path for path, _ in places(found)] == [f"apps/{name}/package.json" for name in ("api", "jobs", "web")]
    assert (found["severity"], found["confidence"]) == ("low", "medium")
    repo.write(".gitignore", "/.env\n")
    assert len(checked()) == 1, "that rule is for the top folder"
    repo.write(".gitignore", ".env\n")
    assert checked() == []


@pytest.mark.parametrize(
    ("rules", "rule"),
    [
        (".env\n", None),
        ("*.env\n", None),
        ("**/.env\n", None),
        ("apps/\n", None),
        ("apps/*/.env\n", None),
        ("/apps/api\n", None),
        (".env/\n", "env-not-ignored"),
        ("/.env\n", "env-not-ignored"),
        ("apps/.env\n", "env-not-ignored"),
        ("#.env\n", "env-not-ignored"),
        (".env \\ \n", "env-not-ignored"),
        (".ENV\n", "env-not-ignored"),
        (".env\n!.env\n", "env-ignore-undone"),
        (".env\n!apps/api/.env\n", "env-ignore-undone"),
        ("!.env\n.env\n", None),
        ("apps/\n!apps/api/.env\n", None),
        ("apps/*\n!apps/api\n", "env-not-ignored"),
    ],
)
def test_rules_as_git_has_them(rules: str, rule: str | None, repo: Repo, checked: Any) -> None:
    repo.write("apps/api/.env", PASSWORD).write("apps/api/app.js", "x\n").write(".gitignore", rules)
    repo.git("add", "--force", "apps/api/app.js")
    assert [one["rule"] for one in checked()] == ([rule] if rule else [])


def test_what_only_this_clone_ignores_is_open_to_others(repo: Repo, checked: Any) -> None:
    repo.write(".env", PASSWORD).write("app.js", "x\n")
    repo.file(".git/info").mkdir(exist_ok=True)
    repo.file(".git/info/exclude").write_text(".env\n")
    (found,) = checked()
    assert (found["rule"], found["severity"]) == ("env-not-ignored", "low")
    assert "only on this machine, by .git/info/exclude" in found["message"]
    repo.write(".gitignore", ".env\n")
    assert checked() == []


def test_the_rule_that_undoes_comes_first(repo: Repo, checked: Any) -> None:
    repo.write(".env", PASSWORD).write(".gitignore", "# keys\n.env*\n!.env\n")
    (found,) = checked()
    assert (found["rule"], places(found)) == ("env-ignore-undone", [(".gitignore", 3), (".env", 1)])
    assert "`!.env` in .gitignore:3" in found["message"]


def test_a_tracked_file_that_a_rule_ignores(repo: Repo, checked: Any) -> None:
    repo.write(".env", PASSWORD).write(".gitignore", ".env\n").add().commit()
    assert checked() == []
    repo.git("add", "--force", ".env")
    (found,) = checked()
    assert (found["rule"], places(found)) == ("env-ignore-undone", [(".env", 1), (".gitignore", 1)])
    repo.write(".env", "PORT=3000\n")
    assert checked() == [], "nothing secret is in it"


def test_a_folder_below_the_top_is_judged_by_all_rules(repo: Repo, checked: Any) -> None:
    repo.write("apps/api/.env", PASSWORD).write("apps/api/app.js", "x\n").write(".gitignore", ".env\n!.env\n")
    (found,) = checked(folder="apps/api")
    assert places(found) == [(".env", 1)], "the rule lies outside of what was asked for"
    repo.write(".gitignore", ".env\n")
    assert checked(folder="apps/api") == []


def test_outside_of_git_nothing_is_ignored_or_tracked(inside: Inside, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / ".env").write_text(PASSWORD)
    document = inside("scan", "-f", "json", "--only", "hygiene", "--select", "env", cwd=folder).document
    assert document["findings"] == []


def test_a_link_is_no_environment_file(repo: Repo, checked: Any) -> None:
    repo.write("shared/prod.json", "{}\n").link(".env", "shared/prod.json").add().commit()
    assert checked() == []


@pytest.mark.parametrize("target", ["shared", "../shared"])
def test_nothing_is_said_of_a_path_behind_a_link(target: str, inside: Inside, repo: Repo) -> None:
    folder = repo.file(target)
    folder.mkdir()
    (folder / ".env").write_text(PASSWORD)
    (folder / ".env").chmod(0o600)
    repo.write(".gitignore", ".env\n").link("link", target)
    repo.write("compose.yml", "services:\n  web:\n    image: shop\n    env_file: ./link/.env\n").add().commit()
    said = inside("scan", "-f", "json", "--only", "hygiene", "--select", "env", cwd=repo.path)
    assert (said.code, said.document["findings"], said.document["skipped"]) == (0, [], []), said.err


def test_secrets_of_streamlit_lie_in_a_folder_of_their_own(repo: Repo, checked: Any) -> None:
    repo.write(".streamlit/secrets.toml", f'key = "{made_up_key(1)}"\n').write(".gitignore", ".streamlit/\n")
    repo.write("app.py", "x = 1\n").add().commit()
    (found,) = checked()
    assert (found["rule"], places(found)) == ("env-file-readable", [(".streamlit/secrets.toml", 1)])
    repo.file(".streamlit/secrets.toml").chmod(0o600)
    assert checked() == []
    repo.write("secrets.toml", f'key = "{made_up_key(1)}"\n')
    assert checked() == [], "another file of that name"


def test_who_removed_a_file_is_told_if_asked_for(inside: Inside, repo: Repo) -> None:
    repo.write(".env", leaking_line(1)).write("app.js", "x\n").add().commit("oops")
    repo.environment |= {"GIT_AUTHOR_NAME": "Re Mover", "GIT_AUTHOR_DATE": "2026-02-03T04:05:06Z"}
    repo.remove(".env").add().commit("gone")
    call = ("scan", "-f", "json", "--only", "hygiene", "--select", "env-in-history")
    (found,) = inside(*call, cwd=repo.path).document["findings"]
    assert "though taken out on 2026-02-03" in found["message"]
    assert f"taken out by commit {repo.oid()[:12]} on 2026-02-03" in found["because"]
    assert "Re Mover" not in str(found)
    (found,) = inside(*call, "--show-authors", cwd=repo.path).document["findings"]
    assert any("by Re Mover <author@example.com>" in one for one in found["because"])


def test_a_comment_suppresses(repo: Repo, checked: Any) -> None:
    line = leaking_line(1).strip()
    repo.write(".env", f"{line}  # keyguard: allow[env-tracked] a sandbox\n").add().commit()
    assert checked() == []
    repo.write(".env", f"{line}  # keyguard: allow[env-in-history] another check\n")
    assert [one["rule"] for one in checked()] == ["env-tracked"]


HOSTILE = (
    b"\0" * 5000,
    b"=" * 100_000,
    b"A=" * 50_000,
    b"\xff\xfe" + "A=b\n".encode("utf-16-le"),
    b"A='" + b"x" * 200_000,
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"\n".join([b"A_SECRET=b"] * 20_000),
    b"**/" * 30_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files_do_no_harm(text: bytes, repo: Repo, checked: Any) -> None:
    for name in (".env", ".npmrc", "package.json", "pyproject.toml", "docker-compose.yml", "Dockerfile", "MANIFEST.in"):
        repo.write(name, text)
    repo.write(".dockerignore", text[:100_000]).write(".npmignore", text[:100_000]).write("go.mod", text)
    assert all(one["rule"].startswith("env-") for one in checked())


def test_the_worst_key_in_history_is_named(inside: Inside, repo: Repo) -> None:
    test_key = "sk_" + "test_" + made_up_key(2)[8:]
    repo.write(".env", f"A=1\nSENDMAILOS_TEST_KEY={test_key}\n{leaking_line(1)}").write("b.env", f"KEY={test_key}\n")
    repo.write("app.js", "x\n").add().commit().remove(".env").remove("b.env").add().commit()
    call = ("scan", "-f", "json", "--only", "hygiene", "--select", "env-in-history")
    first, second = inside(*call, cwd=repo.path).document["findings"]
    assert (first["severity"], places(first)) == ("high", [(".env", 3), (".env", 2)])
    assert "a live SendMailOS key and 1 more" in first["message"]
    assert (second["severity"], places(second)) == ("low", [("b.env", 1)])


@pytest.mark.parametrize(
    "name", [".env.old", ".env-dylan", ".env_prod", ".env~", ".env copy", "env.production", "prod.env.txt", ".env/prod"]
)
def test_copies_and_stages_have_many_names(name: str, repo: Repo, checked: Any) -> None:
    repo.write(name, "# made by hand\nSMTP_HOST=localhost\nexport " + PASSWORD).write("a.js", "1\n")
    (found,) = checked()
    assert (found["rule"], places(found)[0][0]) == ("env-not-ignored", name)
    repo.add().commit("all")
    (found,) = checked()
    assert (found["rule"], found["severity"]) == ("env-tracked", "medium")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env-cmdrc", '{"prod": {"' + PASSWORD.strip().replace("=", '": "') + '"}}\n'),
        ("env.sh", "set -e\nif true; then\n  " + PASSWORD + "fi\nrun\n"),
        ("env.yml", "name: shop\ndependencies:\n  - python\n"),
        ("env.example.txt", PASSWORD),
        ("env.md", PASSWORD),
        ("env.ts", PASSWORD),
        (".envoy", PASSWORD),
        (".env/pyvenv.cfg", "home = /usr/bin\nversion = 3.11\n"),
    ],
)
def test_false_friends_are_none(name: str, text: str, repo: Repo, checked: Any) -> None:
    repo.write(name, text).write("a.js", "1\n").add().commit("all")
    assert [one for one in checked() if one["rule"] != "env-example-has-key"] == []


SEALED = "ENC[AES256_GCM,data:" + "b7HS0fK2" * 3 + ",iv:" + "Q0aB9xYz" * 3 + ",type:str]"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (f"DB_PASSWORD={SEALED}\nsops_mac={SEALED}\n", ""),
        (f"API_TOKEN={SEALED}\n" + PASSWORD, "DB_PASSWORD"),
        ("API_TOKEN=encrypted:" + "BDqDBibm4wsYqMpC" * 3 + "\n", ""),
        ("# encrypted: no\n" + PASSWORD, "DB_PASSWORD"),
        ("API_TOKEN='encrypted:" + "BDqDBibm4wsYqMpC" * 3 + "'\n" + PASSWORD, "DB_PASSWORD"),
        ("$ANSIBLE_VAULT;1.1;AES256\n" + "6438" * 20 + "\n", ""),
        ("\0GITCRYPT\0" + PASSWORD, ""),
    ],
)
def test_encryption_is_told_value_by_value(text: str, holds: str, repo: Repo, checked: Any) -> None:
    repo.write(".env.production", text).write("a.js", "1\n").add().commit("all")
    found = checked()
    assert [f"gives a value to {holds}" in one["message"] for one in found] == [True] * bool(holds), found
