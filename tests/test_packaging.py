"""What is shipped works where it lands: wheel, sdist, editable, and every way to start the command."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import keyguard
from tests.helpers.checkout import ROOT, empty_environment, leaking_line, made_up_key, run

pytest_plugins = ("tests.helpers.shipping",)

PACKS = sorted(path.relative_to(ROOT / "rules").as_posix() for path in (ROOT / "rules").rglob("*.toml"))


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    """A folder outside any repository with one key in it."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "settings.ini").write_text(leaking_line(1))
    (folder / "README.md").write_text("Nothing to see here.\n")
    return folder


def finds_the_leak(*command: str | Path, leak: Path, env: dict[str, str], engine: str = "auto") -> None:
    """The command says where the key is, ends with 1, and does not show the key."""
    said = run(*command, "scan", "--engine", engine, leak, env=env, cwd=leak.parent, expect=1)
    assert "settings.ini" in said
    assert made_up_key(1) not in said


def test_there_are_packs_to_ship() -> None:
    assert "sendmailos.toml" in PACKS


def test_the_wheel_holds_the_package_and_the_rules_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name == f"keyguard_lint-{keyguard.__version__}-py3-none-any.whl"
    inside = "keyguard/rules/packs/"
    assert sorted(name.removeprefix(inside) for name in names if name.startswith(inside)) == PACKS
    assert "keyguard/py.typed" in names
    assert {name.split("/")[0] for name in names} == {"keyguard", f"keyguard_lint-{keyguard.__version__}.dist-info"}


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    info = f"keyguard_lint-{keyguard.__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"{info}/METADATA").decode()
        commands = archive.read(f"{info}/entry_points.txt").decode()
        assert f"{info}/licenses/LICENSE" in archive.namelist()
    assert "License-Expression: MIT\n" in metadata
    assert "Requires-Python: >=3.10\n" in metadata
    assert "keyguard = keyguard.cli:command\n" in commands
    assert "keyguard-lint = keyguard.cli:command\n" in commands


def test_the_wheel_finds_a_key_from_an_empty_environment(installed: Path, leak: Path, offline: dict[str, str]) -> None:
    finds_the_leak(installed / "keyguard", leak=leak, env=offline)


def test_the_second_name_of_the_command_works(installed: Path, leak: Path, offline: dict[str, str]) -> None:
    finds_the_leak(installed / "keyguard-lint", leak=leak, env=offline, engine="python")


def test_the_package_runs_as_a_module(installed: Path, leak: Path, offline: dict[str, str]) -> None:
    finds_the_leak(installed / "python", "-m", "keyguard", leak=leak, env=offline)


def test_a_clean_folder_ends_with_zero(installed: Path, leak: Path, offline: dict[str, str]) -> None:
    (leak / "settings.ini").unlink()
    run(installed / "keyguard", "scan", leak, env=offline, cwd=leak.parent, expect=0)


def test_it_works_where_nothing_says_where_home_is(installed: Path, leak: Path, offline: dict[str, str]) -> None:
    homeless = {name: value for name, value in offline.items() if name not in ("HOME", "LC_ALL")}
    finds_the_leak(installed / "keyguard", leak=leak, env={**homeless, "LC_ALL": "C"}, engine="python")


@pytest.mark.long
def test_an_editable_install_reads_the_rules_of_the_checkout(
    checkout: Path, leak: Path, offline: dict[str, str], tmp_path: Path
) -> None:
    commands = empty_environment(tmp_path / "venv", offline)
    run(commands / "python", "-m", "pip", "install", "--editable", checkout, env=offline, cwd=tmp_path)
    where = "import keyguard; print(keyguard.__file__)"
    assert str(checkout) in run(commands / "python", "-c", where, env=offline, cwd=tmp_path)
    finds_the_leak(commands / "keyguard", leak=leak, env=offline)


@pytest.mark.long
def test_pip_install_of_the_checkout_works(checkout: Path, leak: Path, offline: dict[str, str], tmp_path: Path) -> None:
    commands = empty_environment(tmp_path / "venv", offline)
    run(commands / "python", "-m", "pip", "install", ".", env=offline, cwd=checkout)
    where = "import keyguard; print(keyguard.__file__)"
    assert str(checkout) not in run(commands / "python", "-c", where, env=offline, cwd=tmp_path)
    finds_the_leak(commands / "keyguard", leak=leak, env=offline)


def test_the_checkout_runs_without_being_installed(checkout: Path, leak: Path, offline: dict[str, str]) -> None:
    env = {**offline, "PYTHONPATH": str(checkout)}
    finds_the_leak(sys.executable, "-m", "keyguard", leak=leak, env=env, engine="python")


def test_the_sdist_holds_all_it_takes_to_build_and_to_test(
    checkout: Path, offline: dict[str, str], tmp_path: Path
) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, env=offline, cwd=checkout)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = set(run("git", "ls-files", env=offline, cwd=checkout).splitlines())
    assert tracked - names == set()
    assert names - tracked == {"PKG-INFO"}
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", tmp_path, sdist, env=offline, cwd=tmp_path)
    (rebuilt,) = tmp_path.glob("*.whl")
    assert "keyguard/rules/packs/sendmailos.toml" in zipfile.ZipFile(rebuilt).namelist()
