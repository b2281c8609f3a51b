"""Histories read without the command line, and random ones made to be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from keyguard.git.layout.repository import Repository, discover
from keyguard.git.process.opening import open_objects
from keyguard.history.full_scan.run import Histories
from keyguard.history.result import HistoryResult
from keyguard.history.stores import stores_at
from keyguard.masking.secret import Secret, fingerprint
from keyguard.model.finding import Sighting
from keyguard.odb.object_reader import ObjectReader
from keyguard.odb.store import Store
from tests.helpers import seeing
from tests.helpers.repos import Repo
from tests.history.asking import key, line
from tests.odb.opening import opened

__all__ = ["KEYS", "Commit", "Place", "marks", "places", "random_history", "reading", "repository_of", "survey_of"]

#: names of keys in random histories
KEYS = ("one", "two", "three")

_PATHS = ("a", "b", "Copy of a", "dir/a", "dir/b", "dir/sub/a", "other/a", "other/sub/deep/b", "z.txt")


def repository_of(repo: Repo) -> Repository:
    """The repository as a scan finds it."""
    found = discover(str(repo.path))
    assert found is not None
    return found


def survey_of(path: Path, jobs: int = 1, *, authors: bool = False) -> HistoryResult:
    """What the history of a repository holds."""
    found, skipped = stores_at(str(path))
    surveyed = Histories(found, seeing.engine(), jobs, authors=authors).read()
    surveyed.skipped += skipped
    return surveyed


@contextmanager
def reading(repo: Repo) -> Iterator[tuple[Store, ObjectReader]]:
    """A store, and what reads its objects one by one."""
    repository = repository_of(repo)
    with open_objects(repository) as git, opened(repo, repository.object_format) as store:
        yield store, ObjectReader(store, git)


def marks(name: str) -> str:
    """The fingerprint of the key of that name."""
    return fingerprint(Secret(key(name).encode()), guessable=False)


class Place(NamedTuple):
    """One key in one file that one commit brought."""

    key: str
    path: str
    commit: str


def places(found: HistoryResult, names: tuple[str, ...] = KEYS) -> dict[Place, Sighting]:
    """Where in files the keys of these names are; each place once."""
    known = {marks(name): name for name in names}
    listed = [
        (Place(known[one.fingerprint], one.occurrence.path.decode(), one.occurrence.commit), one)
        for one in found.sightings
        if one.occurrence.trace and one.occurrence.trace.kind == "blob"
    ]
    assert len(dict(listed)) == len(listed)
    return dict(listed)


class Commit(NamedTuple):
    """A commit as git shows it: its parents, and which keys are in which of its files."""

    parents: list[str]
    held: set[tuple[str, str]]
    """(name of a key, path)."""


def random_history(repo: Repo, seed: int, count: int = 40) -> dict[str, Commit]:
    """Branches that fork and merge, in which files with keys come, go, change, move and are copied."""
    random, parts = Random(seed), list[str]()
    branches = {"main": 0, "side": 0, "topic": 0}
    texts = ["", "nothing\n", "more of nothing\n", *(line(name) for name in KEYS), line("one") + line("two")]
    texts += [f"# {number}\n{line(name)}" for number, name in enumerate(KEYS)]
    files: dict[int, dict[str, str]] = {0: {}}
    for number in range(1, count + 1):
        branch = random.choice(list(branches)) if number > 3 else "main"
        parent = branches[branch] or branches["main"]
        other = random.choice(list(branches.values()))
        tree = dict(files[parent])
        if other and other != parent and random.random() < 0.3:
            for path, text in files[other].items():
                if random.random() < 0.5:
                    tree[path] = text
        else:
            other = 0
        for _ in range(random.randint(0, 3)):
            _edit(random, tree, texts)
        branches[branch], files[number] = number, tree
        parts.append(_commit(branch, number, parent, other, tree))
    repo.config("gc.auto", "0").config("pack.threads", "1")
    repo.git("fast-import", "--quiet", "--force", stdin="".join(parts).encode())
    return _as_git_shows(repo)


def _edit(random: Random, tree: dict[str, str], texts: list[str]) -> None:
    path, kind = random.choice(_PATHS), random.randrange(5)
    known = sorted(tree)
    if kind < 2 or not known:
        tree[path] = random.choice(texts)
    elif kind == 2:
        del tree[random.choice(known)]
    elif kind == 3:
        moved = random.choice(known)
        tree[path] = tree.pop(moved)
    else:
        tree[path] = tree[random.choice(known)]


def _commit(branch: str, number: int, parent: int, other: int, tree: dict[str, str]) -> str:
    who = f"C O Mitter <committer@example.com> {1767225600 + number * 60} +0130"
    text = f"commit refs/heads/{branch}\nmark :{number}\ncommitter {who}\ndata 1\n.\n"
    text += (f"from :{parent}\n" if parent else "") + (f"merge :{other}\n" if other else "") + "deleteall\n"
    return text + "".join(f'M 100644 inline "{path}"\ndata {len(data)}\n{data}\n' for path, data in tree.items()) + "\n"


def _as_git_shows(repo: Repo) -> dict[str, Commit]:
    found = {}
    for row in repo.git("rev-list", "--all", "--parents").decode().splitlines():
        commit, *parents = row.split()
        held = set()
        for name in KEYS:
            listed = repo.git("grep", "-z", "-l", "-F", key(name), commit, check=False).decode()
            held |= {(name, path.partition(":")[2]) for path in listed.split("\0") if path}
        found[commit] = Commit(parents, held)
    return found
