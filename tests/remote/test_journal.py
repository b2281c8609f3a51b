"""The journal: where no entry can be written, nothing is done that would need one."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import NoReturn

import pytest

from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal, JournalError

ENTRY = Entry(fingerprint="0" * 32, id="KG-000000", vendor="shop", action="revoke", outcome="sent")


def test_without_a_place_nothing_is_begun() -> None:
    with pytest.raises(JournalError, match="KEYGUARD_STATE_DIR"):
        Journal("").require_place()


def test_what_a_crash_cut_off_stays_a_line_of_its_own(tmp_path: Path) -> None:
    kept = Journal(str(tmp_path))
    kept.append(ENTRY)
    with Path(kept.path).open("ab") as file:
        file.write(b'{"cut')
    kept.append(ENTRY)
    lines = Path(kept.path).read_bytes().split(b"\n")
    assert [line[:5] for line in lines] == [lines[0][:5], b'{"cut', lines[0][:5], b""]


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_no_file_of_this_user_is_not_written_to(kind: str, tmp_path: Path) -> None:
    kept = Journal(str(tmp_path))
    if kind == "pipe":
        os.mkfifo(kept.path)
    else:
        (tmp_path / "other").write_text("")
        Path(kept.path).symlink_to("other")
    with pytest.raises(JournalError):
        kept.append(ENTRY)
    assert kind == "pipe" or (tmp_path / "other").read_text() == ""


def test_a_user_without_a_name_is_known_by_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> NoReturn:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert journal._actor().startswith(f"{os.getuid()}@")
