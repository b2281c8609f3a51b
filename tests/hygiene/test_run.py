"""How the checks are run, and what becomes of what they say: in every report, and of every wish not to hear it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest

from keyguard.hygiene import check_table, run
from keyguard.hygiene.project import project
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Sighting
from keyguard.sources.listing import Folder, TreeFile
from keyguard.support.errors import GitError
from tests.helpers.calling import FORMATS, Inside
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo
from tests.helpers.seeing import engine, see

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def careless(tmp_path: Path) -> Repo:
    """A repository in which a file with a key of production is tracked."""
    return Repo(tmp_path / "careless").write(".env.production", leaking_line(1)).add().commit("oops")


@pytest.fixture(autouse=True)
def _on_the_day(inside: Inside) -> None:
    """No key is old: it is the day on which all commits of tests are made."""
    inside.env["SOURCE_DATE_EPOCH"] = "1767323045"


def said(inside: Inside, repo: Repo, *arguments: str) -> dict[str, str]:
    """The path of each finding by its rule."""
    found = inside("scan", "-f", "json", "--no-history", *arguments, cwd=repo.path).document
    return {one["rule"]: one["occurrences"][0]["path"] for one in told(found)}


def told(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings, but for what is only information."""
    return [one for one in document["findings"] if one["severity"] != "info"]


def test_keys_and_how_they_are_kept_are_reported_together_or_apart(inside: Inside, careless: Repo) -> None:
    assert said(inside, careless) == {"sendmailos-key": ".env.production", "env-tracked": ".env.production"}
    assert said(inside, careless, "--no-hygiene") == {"sendmailos-key": ".env.production"}
    assert said(inside, careless, "--only", "keys") == {"sendmailos-key": ".env.production"}
    assert said(inside, careless, "--only", "hygiene") == {"env-tracked": ".env.production"}
    assert said(inside, careless, ".env.production") == {"sendmailos-key": ".env.production"}, "a file is no project"


def test_names_of_checks_are_names_of_rules(inside: Inside, careless: Repo) -> None:
    assert said(inside, careless, "--select", "env-tracked") == {"env-tracked": ".env.production"}
    assert said(inside, careless, "--ignore", "env") == {"sendmailos-key": ".env.production"}
    wrong = inside("scan", "--select", "env-traked", cwd=careless.path)
    assert wrong.code == 2
    assert "did you mean 'env-tracked'?" in wrong.err


@pytest.mark.parametrize("line", ["# keyguard: allow[env-tracked] made up\n", "# keyguard: allow[env]\n"])
def test_a_comment_suppresses_what_it_names(inside: Inside, careless: Repo, line: str) -> None:
    careless.write(".env.production", line + leaking_line(1))
    found = inside("scan", "-f", "json", "--only", "hygiene", cwd=careless.path).document
    silenced = {one["rule"]: one["reason"] for one in found["summary"]["suppressed"]}
    if "tracked" in line:
        assert silenced == {"env-tracked": "made up"}
        assert said(inside, careless, "--no-inline-ignore")["env-tracked"] == ".env.production"
    else:
        assert silenced == {}
        assert [one["rule"] for one in told(found)] == ["env-tracked"]


def test_every_format_says_it_and_no_format_shows_the_key(inside: Inside, careless: Repo) -> None:
    careless.write("index.html", f"<script>{leaking_line(1).strip()}</script>\n")
    for name in FORMATS:
        out = inside("scan", "-f", name, "--only", "hygiene", cwd=careless.path).out
        assert "env-tracked" in out
        assert "key-in-frontend" in out
        assert made_up_key(1) not in out


def test_a_finding_about_a_key_names_it(inside: Inside, careless: Repo) -> None:
    careless.write("index.html", f"<script>{leaking_line(1).strip()}</script>\n")
    found = {one["rule"]: one for one in inside("scan", "-f", "json", cwd=careless.path).document["findings"]}
    assert found["key-in-frontend"]["key"] == found["sendmailos-key"]["fingerprint"]
    assert found["key-in-frontend"]["masked"] == found["sendmailos-key"]["masked"]
    assert found["key-in-frontend"]["vendor"] == "sendmailos"
    assert found["hook-missing"]["key"] == found["hook-missing"]["vendor"] == found["hook-missing"]["certainty"] == ""
    assert len({one["id"] for one in found.values()}) == len(found)


def test_what_is_allowed_as_a_key_is_none_to_hygiene(inside: Inside, careless: Repo) -> None:
    careless.write("index.html", f"<script>{leaking_line(1).strip()}</script> <!-- gitleaks:allow -->\n")
    assert "key-in-frontend" not in said(inside, careless)


def test_a_name_that_holds_a_key_is_masked(inside: Inside, careless: Repo) -> None:
    careless.write(f"{made_up_key(2)}/.env.production", leaking_line(3)).add()
    out = inside("scan", "-f", "json", "--only", "hygiene", "--no-history", cwd=careless.path).out
    assert made_up_key(2) not in out
    assert len(told(json.loads(out))) == 2


def test_a_fault_in_a_check_is_a_gap(inside: Inside, careless: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(project: Project) -> object:
        raise KeyError(project.root)

    monkeypatch.setattr(run, "CHECKS", (broken, *check_table.CHECKS))
    done = inside("scan", "-f", "json", "--only", "hygiene", cwd=careless.path)
    assert done.code == 2
    gap = next(one for one in done.document["skipped"] if one["gap"])
    assert (gap["path"], gap["reason"]) == ("hygiene", "crashed")
    assert [one["rule"] for one in told(done.document)] == ["env-tracked"], "the others go on"


def test_each_repository_in_the_folder_has_its_own_rules(inside: Inside, careless: Repo) -> None:
    careless.write(".gitignore", "*.env\n")
    inner = Repo(careless.path / "inner").write("a.env", leaking_line(3))
    assert said(inside, careless, "--only", "hygiene", "--select", "env-not-ignored") == {
        "env-not-ignored": "inner/a.env"
    }
    inner.write(".gitignore", "*.env\n")
    assert said(inside, careless, "--only", "hygiene", "--select", "env-not-ignored") == {}


def test_outside_of_git_nothing_is_said_of_git(inside: Inside, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / ".env.production").write_text(leaking_line(1))
    found = inside("scan", "-f", "json", "--only", "hygiene", cwd=folder).document
    assert not {one["rule"] for one in found["findings"]} & {"env-not-ignored", "env-tracked", "hook-missing"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_offset_of_a_key_is_found_whatever_ends_a_line_and_whoever_asks_first(
    tmp_path: Path, end: str, mark: str
) -> None:
    lines = [leaking_line(number).strip() if number % 3 else "grüße: " + "x" * number for number in range(40)]
    repo = Repo(tmp_path / "a").write("keys.txt", mark + end.join(lines))
    data = repo.file("keys.txt").read_bytes()
    keys = list(see(data, b"keys.txt"))
    engine_of_all = engine()
    listed = Folder(root=bytes(repo.path), shown=b"", files=[TreeFile(b"keys.txt")])
    project = Project([listed], keys, [], engine_of_all)
    found = {one.fingerprint: project.offset(b"keys.txt", one) for one in [*keys[5:], *reversed(keys)]}
    assert len(found) == len(keys) > 20
    assert [data.startswith(b"sk_live_", at) for at in found.values()] == [True] * len(found)


class Untold(dict[bytes, list[Sighting]]):
    """What nobody knows yet."""

    def _refuse(self, *_: object) -> NoReturn:
        raise AssertionError("a key was asked for")

    __getitem__ = __iter__ = __contains__ = get = items = keys = values = _refuse


def test_what_looks_early_asks_for_no_key(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "a").write("package.json", '{"dependencies": {"next": "15", "dotenv": "16"}}')
    repo.write("pages/index.tsx", "'use client'\nconsole.log(process.env.STRIPE_SECRET_KEY)\n")
    repo.write(
        ".github/workflows/ci.yml", "on: push\njobs:\n a:\n  steps:\n  - run: echo ${{ secrets.STRIPE_SECRET_KEY }}\n"
    )
    repo.write("k8s/secret.yaml", "kind: Secret\n").write("compose.yml", "services: {a: {env_file: .env}}\n")
    files = [TreeFile(path) for path in repo.git("ls-files", "--others").split()]
    project = Project([Folder(root=bytes(repo.path), shown=b"", files=files)], [], [], engine())
    project.keys = Untold()
    for prepare in check_table.SHARED_LOOKUPS:
        assert prepare(project)
    found = {
        one.check for check in check_table.CHECKS if check in check_table.CHECKS_WITHOUT_KEYS for one in check(project)
    }
    assert {"server-key-in-client-code", "key-logged", "key-in-ci"} <= found


def test_a_fault_of_a_check_that_looks_early_is_said(
    inside: Inside, careless: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(project: Project) -> NoReturn:
        raise ValueError(project.root)

    monkeypatch.setattr(run, "CHECKS", (broken, *check_table.CHECKS))
    monkeypatch.setattr(run, "CHECKS_WITHOUT_KEYS", frozenset((broken, *check_table.CHECKS_WITHOUT_KEYS)))
    found = inside("scan", "-f", "json", "--no-history", cwd=careless.path)
    assert found.code == 2
    assert [one["detail"] for one in found.document["skipped"]] == [f"ValueError in {__name__}.{broken.__qualname__}"]


def test_what_git_fails_to_answer_is_a_gap_and_said_once(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "shop").write("app.py", "import os\nos.environ['KEY']\n").add().commit()
    for name in (".env", "a/.env", "b/.env"):
        repo.write(name, leaking_line(1))
    asked: list[object] = []

    def failing(*arguments: object) -> NoReturn:
        asked.append(arguments)
        raise GitError("it computes without end")

    monkeypatch.setattr(project, "verdicts", failing)
    found = inside("scan", "-f", "json", "--no-history", "--only", "hygiene", cwd=repo.path)
    gaps = [one for one in found.document["skipped"] if one["gap"]]
    assert [(one["reason"], one["detail"]) for one in gaps] == [("git-unanswered", "it computes without end")]
    assert found.code == 2
    assert len(asked) == 1
    assert "env-not-ignored" not in {one["rule"] for one in found.document["findings"]}
