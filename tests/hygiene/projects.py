"""The example projects of checks, made into real folders with real git."""

from __future__ import annotations

import os
from pathlib import Path

from keyguard.hygiene.data import tables
from keyguard.model.violation import Example
from keyguard.rules.examples import fill
from tests.helpers.repos import Repo

#: the moment at which examples are looked at: 2026-11-25
NOW = 1_795_600_000
DAY = 86_400


def examples() -> list[tuple[str, str, Example]]:
    """(id of the check, name of the example, example), those in which it must speak first."""
    return [
        (check.id, f"{check.id}-{'yes' if one.at else 'no'}-{index}", one)
        for check in tables.checks().values()
        for index, one in enumerate((*check.examples, *check.non_examples))
    ]


def build(example: Example, folder: Path) -> Repo:
    """A repository with the example's files, of which some are tracked."""
    repo = Repo(folder)
    for path, template in example.files.items():
        repo.write(path, fill(template, "hygiene" if example.same_keys else f"hygiene {path}"))
        repo.file(path).chmod(int(example.modes.get(path, "0644"), 8))
    if example.days_ago or example.then:
        _grow(repo, example)
    elif example.tracked:
        repo.git("add", "--force", "--", *example.tracked)
        repo.commit("files")
    return repo


def _grow(repo: Repo, example: Example) -> None:
    """One or two commits that are as old as the example says, of what is tracked or else of everything."""
    moment = NOW - DAY * (example.days_ago or 30)
    for path in example.files:
        os.utime(repo.file(path), (moment, moment))
    _commit(repo, moment, *example.tracked)
    for path, template in example.then.items():
        if template:
            repo.write(path, fill(template, f"hygiene {path}, later"))
        else:
            repo.remove(path)
    if example.then:
        _commit(repo, moment + DAY)


def _commit(repo: Repo, moment: int, *paths: str) -> None:
    repo.environment |= {"GIT_AUTHOR_DATE": f"{moment} +0000", "GIT_COMMITTER_DATE": f"{moment} +0000"}
    repo.add(*paths).commit("files")
