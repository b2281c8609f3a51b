"""Nothing is sent anywhere unless it is asked for: no socket is opened, and nothing that could open one is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.calling import Keyguard
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

_WATCHED = """
import sys
seen = []
def hook(event, args):
    if event.startswith("socket.") or event.startswith("urllib.") or event.startswith("http."):
        seen.append(event)
sys.addaudithook(hook)
from keyguard.cli import main
code = main({arguments!r})
loaded = [name for name in ("urllib3", "http.client", "ssl", "keyguard.remote.http") if name in sys.modules]
print("\\nsaw", seen, loaded, code)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan"],
        ["scan", "--no-history"],
        ["scan", "--history-only", "--no-cache"],
        ["scan", "--only", "hygiene"],
        ["scan", "--staged"],
        ["hook", "pre-commit"],
        ["inventory"],
        ["plan", "--all"],
        ["fix", "--dry-run"],
        ["rules", "list"],
        ["explain", "sendmailos-key"],
    ],
    ids=" ".join,
)
def test_no_socket_is_opened(arguments: list[str], kg: Keyguard, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "leaky").write("mail.env", leaking_line(1)).write("index.html", leaking_line(2)).add()
    repo.commit("oops").write("new.txt", leaking_line(3)).add()
    kg.folder = repo.path
    said = kg.python(_WATCHED.format(arguments=arguments), KEYGUARD_STATE_DIR=str(tmp_path / "state"))
    last = said.out.splitlines()[-1]
    assert last.startswith("saw [] [] "), said.out + said.err
    assert last.endswith((" 0", " 1")), said.err
