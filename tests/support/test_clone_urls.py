"""URLs in place of paths: which they are, what a clone of them is called, and no password shown."""

from __future__ import annotations

import pytest

from keyguard.support.clone_urls import folder_of, shown_url


@pytest.mark.parametrize(
    ("url", "folder", "shown"),
    [
        ("https://github.com/a/b", "b", "https://github.com/a/b"),
        ("https://github.com/a/b.git/", "b", "https://github.com/a/b.git/"),
        ("https://me:word@example.com/a/b.git", "b", "https://example.com/a/b.git"),
        ("https://token@example.com/b", "b", "https://example.com/b"),
        ("ssh://git@example.com:22/a/b", "b", "ssh://git@example.com:22/a/b"),
        ("ssh://git:word@example.com/a/b", "b", "ssh://example.com/a/b"),
        ("git@example.com:b.git", "b", "git@example.com:b.git"),
        ("file:///srv/b", "b", "file:///srv/b"),
    ],
)
def test_a_url_is_told_from_a_path(url: str, folder: str, shown: str) -> None:
    assert (folder_of(url), shown_url(url)) == (folder, shown)


@pytest.mark.parametrize("path", ["a", "./a:b", "C:\\a", "a@b", "notes: b", "http:/a", ""])
def test_a_path_is_no_url(path: str) -> None:
    assert folder_of(path) == ""
