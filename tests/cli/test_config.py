"""``keyguard config show``: every setting, what counts, where it comes from, and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keyguard.config.keys import Config
from tests.helpers.calling import Inside, parts_of
from tests.helpers.checkout import made_up_key

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that is the top of a repository, as far as the search for settings can tell."""
    folder = tmp_path / "shop"
    (folder / ".git").mkdir(parents=True)
    (folder / "services/a").mkdir(parents=True)
    return folder


def show(inside: Inside, folder: Path, *arguments: str, **variables: str) -> dict[str, Any]:
    said = inside("config", "show", "-f", "json", *arguments, cwd=folder, **variables)
    assert said.code == 0, said.err
    return said.document


def settings(found: dict[str, Any]) -> dict[str, tuple[Any, str, int]]:
    return {one["key"]: (one["value"], Path(one["file"]).name, one["line"]) for one in found["settings"]}


def test_without_a_file_everything_is_a_default(inside: Inside, project: Path) -> None:
    found = show(inside, project)
    assert found["file"] == ""
    assert found["why"] == f"none found, searched upwards to {project}"
    assert {one["from"] for one in found["settings"]} == {"default"}
    names = {one["key"].partition(".")[0] for one in found["settings"]}
    assert names == set(Config.__struct_encode_fields__)


def test_each_setting_has_its_file_and_line(inside: Inside, project: Path) -> None:
    text = '# ours\nexclude = ["vendor/"]\n\n[severity]\njwt = "low"\n\n[hooks]\nfail-on = "high"\n'
    (project / ".keyguard.toml").write_text(text)
    found = show(inside, project, "--path", "services/a")
    said = settings(found)
    assert found["file"] == str(project / ".keyguard.toml")
    assert said["exclude"] == (["vendor/"], ".keyguard.toml", 2)
    assert said["severity"] == ({"jwt": "low"}, ".keyguard.toml", 4)
    assert said["hooks.fail-on"] == ("high", ".keyguard.toml", 7)
    assert said["hooks.allow-incomplete"] == (False, "", 0)
    assert said["fail-on"] == ("low", "", 0)


def test_a_key_of_another_table_in_pyproject_is_not_taken_for_ours(inside: Inside, project: Path) -> None:
    text = (
        '[tool.ruff]\nselect = ["E"]\n\n[tool.keyguard]\nselect = ["stripe"]\n\n[tool.keyguard.severity]\njwt = "low"\n'
    )
    (project / "pyproject.toml").write_text(text)
    said = settings(show(inside, project))
    assert said["select"] == (["stripe"], "pyproject.toml", 5)
    assert said["severity"] == ({"jwt": "low"}, "pyproject.toml", 7)


def test_the_files_that_do_not_count_are_listed(inside: Inside, project: Path) -> None:
    for name in (".keyguard.toml", "services/a/keyguard.toml", "named.toml"):
        (project / name).write_text('fail-on = "high"\n')
    (project / "pyproject.toml").write_text("[tool.ruff]\n")
    found = show(inside, project, "--path", "services/a")
    assert found["file"] == str(project / "services/a/keyguard.toml")
    assert {Path(one["path"]).name: one["why"] for one in found["other_files"]} == {
        ".keyguard.toml": "another one comes first",
        "pyproject.toml": "it has no table [tool.keyguard]",
    }
    named = show(inside, project, KEYGUARD_CONFIG=str(project / "named.toml"))
    assert named["why"] == "KEYGUARD_CONFIG names it"
    assert settings(named)["fail-on"] == ("high", "named.toml", 1)
    assert {one["why"] for one in named["other_files"]} == {
        "KEYGUARD_CONFIG names another one",
        "it has no table [tool.keyguard]",
    }


def test_no_secret_is_shown(inside: Inside, project: Path, tmp_path: Path) -> None:
    key, password = made_up_key(3), "correct" + "-horse-battery"
    (project / ".keyguard.toml").write_text(f'exclude = ["{key}/"]\n')
    own = tmp_path / "own.toml"
    own.write_text(
        f'[network]\nproxy = "http://me:{password}@proxy.example.com:3128"\n'
        f'[vendors.stripe]\nadmin-variable = "{key}"\n'
    )
    variables = {
        "KEYGUARD_USER_CONFIG": str(own),
        "KEYGUARD_FINGERPRINT_KEY": "a-secret-of-ours",
        "XDG_STATE_HOME": f"/srv/{key}",
    }
    for name in ("text", "json"):
        said = inside("config", "show", "-f", name, cwd=project, **variables)
        assert said.code == 0, said.err
        assert [part for part in parts_of(key[8:]) if part in said.out] == []
        assert password not in said.out
        assert "a-secret-of-ours" not in said.out
        assert "proxy.example.com:3128" in said.out
    user = {one["key"]: (one["value"], one["line"]) for one in json.loads(said.out)["user"]["settings"]}
    assert user["network.proxy"] == ("http://********@proxy.example.com:3128", 2)
    assert user["vendors.stripe.admin-variable"] == ("set", 3)
    assert user["network.timeout"] == (10.0, 0)


def test_accepted_findings_and_variables_are_told(inside: Inside, project: Path) -> None:
    (project / ".keyguard").mkdir()
    entry = "{ check = 'hook-missing', file = '.', reason = 'CI has it' }"
    (project / ".keyguard/accepted.toml").write_text(f"accepted = [\n  {entry},\n]\n")
    found = show(inside, project, NO_COLOR="1")
    assert found["accepted"] == {"file": ".keyguard/accepted.toml", "entries": 1}
    variables = {one["name"]: (one["set"], one["value"]) for one in found["environment"]}
    assert variables["NO_COLOR"] == (True, "1")
    assert variables["KEYGUARD_FINGERPRINT_KEY"] == (False, None)
    assert variables["KEYGUARD_CACHE_DIR"][0]


def test_text_has_a_row_for_each_setting(inside: Inside, project: Path) -> None:
    (project / ".keyguard.toml").write_text(
        'ignore = ["jwt"]\n[revoked]\n' + "".join(f'"{number:032x}" = "2025-01-01"\n' for number in range(9))
    )
    out = inside("config", "show", cwd=project).out
    rows = {line.split()[0]: line for line in out.splitlines() if line.startswith("  ")}
    assert rows["ignore"].split() == ["ignore", '["jwt"]', ".keyguard.toml:1"]
    assert rows["max-size"].split() == ["max-size", '""', "default"]
    assert "…" in rows["revoked"]
    assert rows["NO_COLOR"].split(maxsplit=1) == ["NO_COLOR", "not set"]
    assert ".keyguard/accepted.toml: 0 entries" in out


def test_a_broken_file_is_an_error_with_its_place(inside: Inside, project: Path) -> None:
    (project / ".keyguard.toml").write_text("\nfail_on = 'high'\n")
    said = inside("config", "show", cwd=project)
    assert said.code == 2
    assert ".keyguard.toml:2: unknown key 'fail_on', did you mean 'fail-on'? valid keys are select, ignore" in said.err
