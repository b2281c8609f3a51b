"""The remotes that a configuration names, against what git makes of the same file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyguard.git.layout.remotes import Remote, entries, remotes_of
from keyguard.git.layout.repository import discover
from keyguard.support.errors import GitError
from tests.helpers.repos import Repo

ODD = r"""[core]
	bare = false ; a comment
[remote "or\"i\\gin"]
 url = "ht#tp"  x # a comment
 url = a\
b c
	fetch = +refs/*:refs/*
[remote "x"] url = /p
	PushUrl = z\ty  ; q
[Remote.Foo]
  url=  "a ; b"c  "
 [ua]x = "  "
"""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return Repo(tmp_path_factory.mktemp("remotes"))


def by_git(repo: Repo, text: str) -> list[tuple[str, str, str, str]] | None:
    """The same by git itself; None where it does not take the file."""
    path = repo.path / "written"
    path.write_text(text)
    said = repo.git("config", "-f", str(path), "--list", "-z", check=False)
    if not said and text.strip():
        return None
    found = []
    for record in said.decode().split("\0")[:-1]:
        name, _, value = record.partition("\n")
        section, _, rest = name.partition(".")
        inner, _, key = rest.rpartition(".")
        found.append((section, inner, key, value))
    return found


def test_a_file_is_read_as_git_reads_it(repo: Repo) -> None:
    text = ODD.replace('"a ; b"c  "', '"a ; b"c')
    assert list(entries(text)) == by_git(repo, text)
    for crlf in (text.replace("\n", "\r\n"),):
        assert list(entries(crlf)) == by_git(repo, crlf)


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["a", " ", '"', "\\\\", '\\"', "\\t", "#", ";", "/", "=", "[", "]", "é"])))
def test_a_value_is_read_as_git_reads_it(repo: Repo, parts: list[str]) -> None:
    text = f'[remote "o"]\n\turl = {"".join(parts)}\n\tpushurl = /end\n'
    expected = by_git(repo, text)
    if expected is None:
        return
    assert list(entries(text)) == expected


@pytest.mark.parametrize("text", ["[remote\nurl = x", "[a]\n= x", '[a]\nb = "x', "\x01", "[a] b c"])
def test_what_is_damaged_is_said(text: str) -> None:
    with pytest.raises(GitError, match="damaged"):
        list(entries(text))


def test_the_remotes_of_a_repository(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "r")
    repo.git("remote", "add", "origin", "https://example.org/a.git")
    repo.git("remote", "set-url", "--add", "origin", "https://example.org/b.git")
    repo.git("remote", "set-url", "--push", "origin", "ssh://example.org/a.git")
    repo.config("remote.pushDefault", "origin").config("remote.empty.fetch", "x")
    found = discover(str(repo.path))
    assert found is not None
    both = ("https://example.org/a.git", "https://example.org/b.git")
    assert remotes_of(found) == [Remote("origin", both, ("ssh://example.org/a.git",))]
    (repo.path / ".git/config").write_text('[remote "o"]\nurl = /old\nurl =\nurl = /new\n')
    assert remotes_of(found) == [Remote("o", ("/new",), ())]
