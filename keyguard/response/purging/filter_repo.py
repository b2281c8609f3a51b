"""The process that runs git-filter-repo. The replacements arrive through a pipe, and are never on disk.

It is started with ``python -I``, in the clone, and imports nothing but the standard library and git-filter-repo.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any


def request(pairs: list[tuple[bytes, bytes]], refs: list[str], cut: list[str]) -> bytes:
    """Return the input of ``main``: pairs of bytes to replace, the refs to rewrite, the commits to keep as they are."""
    texts = [[old.decode("latin-1"), new.decode("latin-1")] for old, new in pairs]
    return json.dumps({"pairs": texts, "refs": refs, "cut": cut}).encode()


def main() -> None:
    """Rewrite the repository in the current folder as standard input requests."""
    run(json.load(sys.stdin))


def run(asked: dict[str, Any]) -> None:
    """Rewrite it as ``request`` says; ``filter-repo/commit-map`` has the old and new ids afterwards."""
    git_filter_repo: Any = import_module("git_filter_repo")
    pairs = [(old.encode("latin-1"), new.encode("latin-1")) for old, new in asked["pairs"]]

    def replaced(text: bytes | None) -> bytes | None:
        for old, new in pairs:
            text = text and text.replace(old, new)
        return text

    def in_blob(blob: Any, _: Any) -> None:
        blob.data = replaced(blob.data)

    # keep every commit, even an empty one: others may refer to it
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
