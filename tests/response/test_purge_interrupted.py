"""A purge that is killed leaves no key on disk, and nothing that is in the way of the next one."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo
from tests.response.serving import KEY, Purging, Served

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def case(kg: Keyguard, tmp_path: Path) -> Purging:
    repo = Repo(tmp_path / "r").write("a", "a").add().commit("first").write("mail.env", leaking_line(1)).add()
    repo.commit("key")
    return Purging(kg, Served(repo, repo, tmp_path))


@pytest.mark.parametrize(
    ("at", "sent"), [("repack", "SIGKILL"), ("fast-export", "SIGKILL"), ("fast-export", "SIGTERM")]
)
def test_an_ended_purge_leaves_no_key_and_no_trouble(
    at: str, sent: str, case: Purging, kg: Keyguard, tmp_path: Path
) -> None:
    stops, git = tmp_path / "bin/git", shutil.which("git")
    stops.parent.mkdir()
    stopping = f'case " $* " in *" {at} "*) touch {tmp_path}/stopped; exec sleep 60;; esac'
    stops.write_text(f'#!/bin/sh\n{stopping}\nexec {git} "$@"\n')
    stops.chmod(0o755)
    variables = {"PATH": f"{stops.parent}:{os.environ['PATH']}", "KEYGUARD_STATE_DIR": str(case.state)}
    words, clean = ("purge", case.id, "--execute", "--into", str(tmp_path / "clean")), tmp_path / "clean"
    ended = kg.start(*words, cwd=tmp_path / "r", **variables)
    until = time.monotonic() + 60
    while not (tmp_path / "stopped").exists() and time.monotonic() < until:
        assert ended.poll() is None, ended.communicate()
        time.sleep(0.02)
    if sent == "SIGKILL":
        meanwhile = case(*words)
        assert meanwhile.code == 2
        assert "another purge" in meanwhile.err
        ended.kill()
    else:
        ended.terminate()
    ended.wait()
    left = [path for path in clean.rglob("*") if path.is_file()]
    assert bool(left) is (sent == "SIGKILL"), "who is asked to end tidies up"
    for one in left:
        assert KEY.encode() not in one.read_bytes(), one
    again = case(*words)
    os.killpg(ended.pid, signal.SIGKILL)  # what it had started may still be there
    ended.communicate()
    assert again.code == 0, again.out + again.err
    assert case.journal() == ["purged"]
