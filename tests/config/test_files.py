"""Files that settings are read from: what is none, and what cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyguard.config import project_config, user_config
from keyguard.config.project_config import LIMIT
from keyguard.support.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The top of a project, above which nothing is looked for."""
    monkeypatch.delenv("KEYGUARD_CONFIG", raising=False)
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_a_folder_of_that_name_is_no_configuration_unless_it_is_named(folder: Path) -> None:
    (folder / "keyguard.toml").mkdir()
    assert project_config.find(str(folder)).path == ""
    with pytest.raises(ConfigError, match=r"keyguard.toml: not a regular file"):
        project_config.find(str(folder), str(folder / "keyguard.toml"))


def test_a_pipe_of_that_name_is_said_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "keyguard.toml")
    with pytest.raises(ConfigError, match="not a regular file"):
        project_config.find(str(folder))


def test_a_link_is_only_followed_where_it_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "real.toml").write_text('fail-on = "high"\n')
    (folder / "keyguard.toml").symlink_to("real.toml")
    with pytest.raises(ConfigError, match="a symbolic link, which is only followed if --config names it"):
        project_config.find(str(folder))
    assert project_config.find(str(folder), str(folder / "keyguard.toml")).config.fail_on == "high"


def test_another_programs_file_may_be_a_link(folder: Path) -> None:
    (folder / "real.toml").write_text('[tool.keyguard]\nfail-on = "high"\n')
    (folder / "pyproject.toml").symlink_to("real.toml")
    assert project_config.find(str(folder)).path == ""


def test_a_file_that_is_too_large_is_no_configuration(folder: Path) -> None:
    (folder / "keyguard.toml").write_bytes(b"#" * (LIMIT + 1))
    with pytest.raises(ConfigError, match="larger than 1 MiB: not a configuration"):
        project_config.find(str(folder))
    (folder / "keyguard.toml").write_bytes(b"#" * LIMIT)
    assert project_config.find(str(folder)).path


def test_a_file_that_fails_while_it_is_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "keyguard.toml").write_text("")

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    with pytest.raises(ConfigError, match="cannot be read: Input/output error"):
        project_config.find(str(folder))


def test_a_user_without_a_configuration_has_the_defaults(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    assert user_config.load("") == user_config.load(missing) == user_config.UserConfig()
    with pytest.raises(ConfigError, match="there is no such file"):
        user_config.load(missing, required=True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"x = \n", ":1:5: not TOML"),
        (b"network = 3\n", "user.toml:1: network: write a table: [network]"),
        (b"vendors = 3\n", "user.toml:1: vendors: write a table for each vendor: [vendors.stripe]"),
        (b"colour = 3\n", "user.toml:1: colour: unknown key: valid keys are network, vendors"),
        (b"\n[network]\nproxi = 1\n", "user.toml:3: network.proxi: unknown key, did you mean 'proxy'? valid keys are"),
        (b"[network]\n\ntimeout = 'x'\n", "user.toml:3: network.timeout: Expected `float`, got `str`"),
        (b"[vendors.stripe.verify]\nurl = 3\n", "user.toml:2: vendors.stripe.verify.url: Expected `str`"),
        (b"[vendors.a]\nverify = { url = 'https://a.b' }\n", "user.toml:2: vendors.a.verify: answers is missing"),
        (b"[vendors.a]\nadmin-variable = 'a b'\n", "user.toml:2: vendors.a.admin-variable: give the name"),
    ],
)
def test_a_users_configuration_that_is_broken_is_said(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "user.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        user_config.load(str(path))
    assert said in str(caught.value)
