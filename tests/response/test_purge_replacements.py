"""In which bytes a key stands, and what becomes of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from keyguard.masking.secret import Secret
from keyguard.response.purging import filter_repo
from keyguard.response.purging.affected_objects import search
from keyguard.response.purging.clone import Clone
from keyguard.response.purging.replacements import CODECS, Replacements
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo

KEY = made_up_key(1)


@pytest.fixture
def forms() -> Replacements:
    return Replacements([("KG-1", Secret(KEY.encode())), ("KG-2", Secret(KEY[:-1].encode()))])


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("before", ["", "x", "äö\u0a0a\u0d0a\n", "\n\n"])
def test_a_text_stays_one_in_its_encoding(forms: Replacements, codec: str, before: str) -> None:
    data = f"{before}{KEY}\nand {KEY[:-1]}.".encode(codec)
    assert forms.replaced(data).decode(codec) == f"{before}REMOVED-KG-1\nand REMOVED-KG-2."
    first = 1 + before.count("\n")
    assert forms.lines(data) == [(first, "REMOVED-KG-1"), (first + 1, "REMOVED-KG-2")]
    assert forms.keys_in(data) == {0, 1}


def test_bytes_that_are_no_text_are_replaced_as_they_are() -> None:
    forms = Replacements([("KG-1", Secret(b"\xff\xfe\x80key"))])
    assert forms.replaced(b"a\xff\xfe\x80keyb") == b"aREMOVED-KG-1b"


def test_forms_cannot_be_shown(forms: Replacements) -> None:
    assert KEY not in repr(forms)
    assert forms.hidden(b"fix/x_" + KEY.encode()) == b"fix/x_********"


def test_a_key_is_found_wherever_pieces_of_an_object_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyguard.response.purging.affected_objects._WHOLE", 100)
    monkeypatch.setattr("keyguard.response.purging.affected_objects._PIECE", 50)
    repo = Repo(tmp_path / "r", "--bare")
    key = KEY.encode()
    ids = {
        repo.git("hash-object", "-w", "--stdin", stdin=b"x" * before + key).decode().strip()
        for before in (60, 80, 99, 100, 130, 149, 150, 5)
    }
    repo.git("hash-object", "-w", "--stdin", stdin=b"x" * 90 + key[:-2] + b"zz")
    clone = Clone(str(tmp_path / "into"), str(tmp_path / "elsewhere"))
    Path(clone.folder).mkdir()
    clone.path = str(repo.path)
    found = search(clone, Replacements([("KG-1", Secret(key))]))
    assert found.holding == dict.fromkeys(ids, "blob")
    assert found.keys == {0}


def test_commits_that_become_empty_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo(tmp_path / "r").write("a", "a").add().commit("first")
    repo.write("a", KEY).add().commit(f"by {KEY}").write("a", "REMOVED-KG-1").add().commit("as it will be")
    repo.git("checkout", "-q", "--detach")
    monkeypatch.chdir(repo.path)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    asked = filter_repo.request([(KEY.encode(), b"REMOVED-KG-1")], ["refs/heads/main"], [repo.oid("HEAD~2")])
    done = subprocess.run(
        [sys.executable, "-c", "from keyguard.response.purging import filter_repo; filter_repo.main()"],
        input=asked,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    log = repo.git("log", "--format=%s", "main").decode().splitlines()
    assert log == ["as it will be", "by REMOVED-KG-1", "first"]
    assert repo.oid("main:a") == repo.oid("main~1:a")
