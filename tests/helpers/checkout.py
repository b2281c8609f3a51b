"""How tests build, install and run keyguard as the world does, without a network: wheels of what it needs are put
together again from the environment that the tests run in.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from tests.helpers.repos import git_environment

ROOT = Path(__file__).parents[2]

#: what an installer writes beside a package, which is no part of it
_LEFT_BEHIND = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def offline_environment(home: Path, **more: str) -> dict[str, str]:
    """The variables of a new user without a network: git and pip obey nothing of this machine.

    Pip compiles nothing, which takes three times as long as all else that it does.
    """
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1", "PIP_COMPILE": "0"}
    return {**git_environment(home), **pip, **more}


def run(*command: str | Path, env: Mapping[str, str], cwd: Path, expect: int | None = 0) -> str:
    """Standard output and error of a command together; fails with them when it does not end with ``expect``."""
    done = subprocess.run(
        [str(word) for word in command],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    assert expect is None or done.returncode == expect, f"{command} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def made_up_key(seed: int) -> str:
    """A live key of SendMailOS that nobody has ever been given."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "_".join(("sk", "live", "".join(random.Random(seed).choices(letters, k=32))))


def leaking_line(seed: int) -> str:
    """A line of a settings file with such a key in it."""
    return f"SENDMAILOS_API_KEY={made_up_key(seed)}\n"


def needed(*names: str) -> Iterator[importlib.metadata.Distribution]:
    """What is installed under these names, and all that it needs at run time here."""
    todo, seen = list(names), set()
    while todo:
        name = canonicalize_name(todo.pop())
        if name in seen:
            continue
        seen.add(name)
        distribution = importlib.metadata.distribution(name)
        yield distribution
        for line in distribution.requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                todo.append(requirement.name)


def pack(distribution: importlib.metadata.Distribution, folder: Path) -> Path:
    """The wheel an installed distribution came in, put together again from its files."""
    files = distribution.files
    assert files is not None, f"{distribution.name} was not installed from a wheel"
    kept = [
        file for file in files if ".." not in file.parts and file.name not in _LEFT_BEHIND and file.suffix != ".pyc"
    ]
    info = next(file.parent for file in kept if file.name == "WHEEL")
    tags = [line[5:] for line in (distribution.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: ")]
    sets = [".".join(sorted({tag.split("-")[part] for tag in tags})) for part in range(3)]
    path = folder / f"{str(info).removesuffix('.dist-info')}-{'-'.join(sets)}.whl"
    rows = []
    with zipfile.ZipFile(path, "w") as wheel:
        for file in kept:
            content = Path(str(file.locate())).read_bytes()
            wheel.writestr(str(file), content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.append(f'"{file}",sha256={digest},{len(content)}')
        wheel.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,", ""]))
    return path


def runtime_requirements() -> list[str]:
    """Names of what pyproject.toml asks for on this interpreter."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [Requirement(line) for line in project["dependencies"]]
    return [each.name for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]


def empty_environment(folder: Path, env: Mapping[str, str]) -> Path:
    """The commands' folder of a new environment with nothing but pip in it."""
    run(sys.executable, "-m", "virtualenv", "--quiet", folder, env=env, cwd=folder.parent)
    return folder / "bin"
