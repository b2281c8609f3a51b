"""The example projects of checks, made into real folders with real git."""

from __future__ import annotations

from pathlib import Path

from keyguard.hygiene import data
from keyguard.keeping import Example
from keyguard.templates import fill
from tests.repos import Repo


def examples() -> list[tuple[str, str, Example]]:
    """(id of the check, name of the example, example), those in which it must speak first."""
    return [
        (check.id, f"{check.id}-{'yes' if one.at else 'no'}-{index}", one)
        for check in data.checks().values()
        for index, one in enumerate((*check.examples, *check.non_examples))
    ]


def build(example: Example, folder: Path) -> Repo:
    """A repository with the example's files, of which some are tracked."""
    repo = Repo(folder)
    for path, template in example.files.items():
        repo.write(path, fill(template, "hygiene" if example.same_keys else f"hygiene {path}"))
        repo.file(path).chmod(int(example.modes.get(path, "0644"), 8))
    if example.tracked:
        repo.git("add", "--force", "--", *example.tracked)
        repo.commit("files")
    return repo
