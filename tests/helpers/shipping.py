"""Fixtures for what is shipped: this checkout as a repository to clone, a wheel, an environment that holds only that.
Each is built once a session, by the first test that asks for it, and shared by all processes that run tests.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.checkout import ROOT, empty_environment, needed, offline_environment, pack, run, runtime_requirements
from tests.helpers.gitserver import serving
from tests.helpers.sharing import once
from tests.helpers.warm import warm


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables under which pip finds only the wheels of what keyguard needs to be built and to run."""

    def packed(folder: Path) -> None:
        for distribution in needed("hatchling", "editables", *runtime_requirements()):
            pack(distribution, folder)

    wheels = once(tmp_path_factory, "wheelhouse", packed)
    home = tmp_path_factory.mktemp("home")
    (home / ".cache").mkdir()
    warm(tmp_path_factory, home / ".cache/keyguard")
    return offline_environment(home, PIP_FIND_LINKS=str(wheels))


@pytest.fixture(scope="session")
def checkout(offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this checkout as it is now, with what is not committed yet and without what git ignores."""

    def cloned(folder: Path) -> None:
        origin = folder / "origin.git"
        run("git", "init", "--quiet", "--bare", "--initial-branch=main", origin, env=offline, cwd=folder)
        here = {**offline, "GIT_DIR": str(origin), "GIT_WORK_TREE": str(ROOT)}
        run("git", "add", "--all", env=here, cwd=ROOT)
        run("git", "commit", "--quiet", "--message=as it is", env=here, cwd=ROOT)
        run("git", "clone", "--quiet", origin, folder / "clone", env=offline, cwd=folder)

    return once(tmp_path_factory, "checkout", cloned) / "clone"


@pytest.fixture(scope="session")
def wheel(checkout: Path, offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from that clone in an isolated environment, as pip does it for everyone."""

    def built(folder: Path) -> None:
        run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, checkout, env=offline, cwd=folder)

    (found,) = once(tmp_path_factory, "wheel", built).glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands' folder of an environment into which only the wheel was installed, and what it asks for."""

    def filled(folder: Path) -> None:
        commands = empty_environment(folder / "venv", offline)
        run(commands / "python", "-m", "pip", "install", wheel, env=offline, cwd=commands)

    return once(tmp_path_factory, "installed", filled) / "venv/bin"


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for ``PATH`` in which ``keyguard`` is this checkout, and ``pre-commit`` that of this environment."""
    folder = tmp_path_factory.mktemp("commands")
    starts = {
        "keyguard": f"import sys; sys.path.insert(0, {str(ROOT)!r}); from keyguard.cli import command; command()",
        "pre-commit": "from pre_commit.main import main; raise SystemExit(main())",
    }
    for name, start in starts.items():
        # isolated, so that no file of the folder that is scanned is taken for a module
        (folder / name).write_text(f"#!{sys.executable} -I\n{start}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels of all that is installed here but keyguard itself: a package index for every extra."""

    def packed(folder: Path) -> None:
        for distribution in importlib.metadata.distributions():
            if distribution.name not in ("keyguard-lint", "pip", "setuptools", "wheel"):
                pack(distribution, folder)

    return once(tmp_path_factory, "everything", packed)


@pytest.fixture(scope="session")
def git_server(checkout: Path) -> Iterator[str]:
    """The URL of this checkout on a git server that speaks HTTP."""
    with serving(checkout.parent) as url:
        yield f"{url}/origin.git"
