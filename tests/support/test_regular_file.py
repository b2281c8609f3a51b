"""What the user names is read only if it is a regular file: nothing waits for a FIFO or reads a device for ever."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyguard.support.regular_file import read_regular, require_regular
from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)
pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")


@pytest.fixture(autouse=True)
def _limited() -> Iterator[None]:
    """Fail rather than wait for ever."""
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it waits for ever"))
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(params=["fifo", "device", "folder"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Something that is no regular file, by way of a link."""
    made = {"fifo": tmp_path / "fifo", "device": Path("/dev/zero"), "folder": tmp_path / "folder"}
    os.mkfifo(made["fifo"])
    made["folder"].mkdir()
    link = tmp_path / "link"
    link.symlink_to(made[request.param])
    return str(link)


def test_what_is_no_regular_file_is_refused(odd: str) -> None:
    for read in (read_regular, require_regular):
        with pytest.raises(OSError, match=r"regular file|directory"):
            read(odd)


def test_a_regular_file_is_read_as_far_as_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert [read_regular(str(tmp_path / name), limit) for name in "ab" for limit in (None, 2)] == [b"abc", b"ab"] * 2
    with pytest.raises(FileNotFoundError):
        read_regular(str(tmp_path / "c"))


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (("scan", "--config", "{}"), ""),
        (("scan", "--rules", "{}"), ""),
        (("scan",), "KEYGUARD_CONFIG"),
        (("verify", "--all", "--dry-run"), "KEYGUARD_USER_CONFIG"),
        (("verify", "--all", "--ca-file", "{}"), ""),
    ],
    ids=lambda one: "-".join(one).replace("{}", "") if isinstance(one, tuple) else one,
)
def test_every_file_that_the_user_names_has_to_be_one(
    inside: Inside, repo: Repo, odd: str, words: tuple[str, ...], variable: str
) -> None:
    if "--rules" in words and Path(odd).is_dir():
        pytest.skip("a folder of packs is one")
    repo.write("a.env", leaking_line(1))
    said = inside(*(word.format(odd) for word in words), cwd=repo.path, **({variable: odd} if variable else {}))
    assert said.code == 2, said.out
    assert "regular file" in said.out + said.err or "directory" in said.out + said.err, said.err


def test_a_journal_is_a_regular_file(inside: Inside, repo: Repo, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "journal.jsonl")
    said = inside("journal", cwd=repo.path, KEYGUARD_STATE_DIR=str(tmp_path))
    assert said.code == 2
    assert "journal.jsonl: cannot be read: not a regular file" in said.err
