"""The process in which git-filter-repo runs: what is to be replaced comes through a pipe, and is on no disk.

It is started with ``python -I``, in the clone, and imports nothing but the standard library and git-filter-repo.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any


def request(pairs: list[tuple[bytes, bytes]], refs: list[str], cut: list[str]) -> bytes:
    """What ``main`` takes: bytes and what replaces them, the refs to rewrite, the commits whose history stays."""
    texts = [[old.decode("latin-1"), new.decode("latin-1")] for old, new in pairs]
    return json.dumps({"pairs": texts, "refs": refs, "cut": cut}).encode()


def main() -> None:
    """Rewrite the repository of the current folder as standard input says."""
    run(json.load(sys.stdin))


def run(asked: dict[str, Any]) -> None:
    """Rewrite it as ``request`` says; the ids, old and new, are in ``filter-repo/commit-map`` afterwards."""
    git_filter_repo: Any = import_module("git_filter_repo")
    pairs = [(old.encode("latin-1"), new.encode("latin-1")) for old, new in asked["pairs"]]

    def replaced(text: bytes | None) -> bytes | None:
        for old, new in pairs:
            text = text and text.replace(old, new)
        return text

    def in_blob(blob: Any, _: Any) -> None:
        blob.data = replaced(blob.data)

    # a commit stays a commit, whatever is left of it: what others refer to is not to vanish
    whole = ("--prune-empty", "never", "--prune-degenerate", "never", "--preserve-commit-encoding")
    range_of = [*asked["refs"], *(f"^{oid}" for oid in asked["cut"])]
    options = git_filter_repo.FilteringOptions.parse_args(["--force", "--quiet", *whole, "--refs", *range_of])
    git_filter_repo.RepoFilter(
        options,
        blob_callback=in_blob,
        message_callback=replaced,
        filename_callback=replaced,
        name_callback=replaced,
        email_callback=replaced,
    ).run()
