"""What ``key-in-frontend`` reports, against what real builds deliver: the bundle is the truth."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.helpers.calling import Inside
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo
from tests.hygiene.built.skeletons import SKELETONS, Skeleton

pytest_plugins = ("tests.helpers.commandline",)
pytestmark = pytest.mark.long

_NAME = re.compile(r"(?<![\w$])\{([a-z_]+)\}")
#: names in braces that are code
_CODE = frozenset(("shown", "printed", "size", "own", "children", "named", "headers", "old", "handed"))
_AT_LEAST = 0.97
_LONGEST = 900


def planted(skeleton: Skeleton) -> tuple[dict[str, str], dict[str, str]]:
    """The files with keys in them, and the keys by name."""
    keys: dict[str, str] = {}

    def key(found: re.Match[str]) -> str:
        quoted = found.string[found.start() - 1] in "'\" " and not found.string[: found.start()].endswith(
            ("import ", "export ")
        )
        if found[1] in _CODE and not quoted:
            return found[0]
        return keys.setdefault(found[1], made_up_key(int.from_bytes(found[1].encode(), "big")))

    return {path: _NAME.sub(key, text) for path, text in skeleton.files.items()}, keys


def modules_of(skeleton: Skeleton) -> Path:
    """The installed packages: fetched once a machine, and kept in the user's cache folder."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = hashlib.sha256(json.dumps(skeleton.packages).encode()).hexdigest()[:16]
    folder = home / "keyguard-tests" / name
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        command = ["npm", "install", "--no-audit", "--no-fund", "--legacy-peer-deps", *skeleton.packages]
        fetched = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_LONGEST, check=False)
        if fetched.returncode:
            pytest.skip(f"its packages cannot be fetched: {fetched.stderr[-300:]}")
        (folder / "done").touch()
    return folder / "node_modules"


def linked(source: str, target: str) -> None:
    """A second name for a file; a copy where the two folders are on different file systems."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def build(skeleton: Skeleton, top: Path) -> bytes:
    """All that browsers get, after a real build in a folder of its own."""
    shutil.copytree(modules_of(skeleton), top / "node_modules", symlinks=True, copy_function=linked)
    command = [str(top / "node_modules/.bin" / skeleton.command[0]), *skeleton.command[1:]]
    quiet = {"NEXT_TELEMETRY_DISABLED": "1", "ASTRO_TELEMETRY_DISABLED": "1", "NUXT_TELEMETRY_DISABLED": "1", "CI": "1"}
    env = {**os.environ, **quiet, "NODE_ENV": "production"}
    done = subprocess.run(command, cwd=top, env=env, capture_output=True, text=True, timeout=_LONGEST, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    sent = [one for folder in skeleton.output for one in (top / folder).rglob("*") if one.is_file()]
    assert sent, "nothing was built"
    return b"\n".join(one.read_bytes() for one in sent if "server" not in one.parts)


def told(inside: Inside, files: dict[str, str], keys: dict[str, str], top: Path) -> set[str]:
    """The names of the keys that are reported above ``low``."""
    repo = Repo(top)
    for path, text in files.items():
        repo.write(path, text)
    found = inside(
        "scan", "-f", "json", "--only", "hygiene", "--no-history", "--select", "key-in-frontend", cwd=repo.path
    ).document["findings"]
    places = {(one["path"], one["line"]) for item in found if item["severity"] != "low" for one in item["occurrences"]}
    return {
        name
        for name, key in keys.items()
        for path, text in files.items()
        for line, content in enumerate(text.splitlines(), 1)
        if key in content and (path, line) in places
    }


def found_in_output(inside: Inside, top: Path, keys: dict[str, str]) -> set[str]:
    """The names of the keys that a scan of the build output reports."""
    places = [
        place
        for item in inside("scan", "--built", "-f", "json", cwd=top).document["findings"]
        for place in item["occurrences"]
        if item["kind"] == "key" and item["severity"] != "low"
    ]
    lines = (
        ((top / one["path"]).read_text("utf-8", "surrogateescape").split("\n")[one["line"] - 1], one) for one in places
    )
    texts = {line[one["column"] - 1 : one["end_column"] - 1] for line, one in lines}
    return {name for name, key in keys.items() if key in texts}


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
@pytest.mark.parametrize("name", SKELETONS)
def test_what_is_reported_is_what_a_build_delivers(name: str, inside: Inside, tmp_path: Path) -> None:
    files, keys = planted(SKELETONS[name])
    reported = told(inside, files, keys, tmp_path / "scanned")
    for path, text in files.items():
        place = tmp_path / "built" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    bundle = build(SKELETONS[name], tmp_path / "built")
    shipped = {one for one, key in keys.items() if key.encode() in bundle}
    both = shipped & reported
    print(
        f"{name}: {len(shipped)} of {len(keys)} keys are shipped, {len(both)} of them reported, {len(reported)} reported"
    )
    assert shipped <= found_in_output(inside, tmp_path / "built", keys)
    print(f"  missed: {sorted(shipped - reported)}; not shipped: {sorted(reported - shipped)}")
    assert len(both) >= _AT_LEAST * len(shipped), f"missed: {sorted(shipped - reported)}"
    assert len(both) >= _AT_LEAST * len(reported), f"not shipped: {sorted(reported - shipped)}"
