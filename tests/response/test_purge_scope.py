"""How far a rewrite goes, on histories of every shape: no commit more than those that hold a key and what follows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from keyguard.git.layout.repository import discover
from keyguard.masking.secret import Secret
from keyguard.response.purging import rewrite, server
from keyguard.response.purging.affected_objects import search, walk
from keyguard.response.purging.clone import Clone
from keyguard.response.purging.replacements import Replacements
from keyguard.response.purging.rewrite import Change
from keyguard.response.purging.rewrite_scope import Scope, scope_of
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo
from tests.response.serving import refs_of

KEYS = [made_up_key(seed).encode() for seed in (1, 2)]
NAMES = [b"a.txt", b"dir/b.txt", b"dir/deep/c.txt", b"odd name\xff"]


def history(seed: int) -> tuple[bytes, int]:
    """A stream for git fast-import: commits with up to three parents, a few of which hold a key."""
    chance, lines, count = random.Random(seed), list[bytes](), 24
    for number in range(1, count + 1):
        before = sorted(
            chance.sample(range(1, number), min(number - 1, chance.choice([1, 1, 1, 2, 2, 3]))), reverse=True
        )
        if chance.random() < 0.06:
            before = []
        text = b"%d" % number if chance.random() < 0.85 else b"x=" + chance.choice(KEYS)
        message = b"message %d" % number if chance.random() < 0.95 else b"with " + chance.choice(KEYS)
        lines.append(b"commit refs/heads/b%d\nmark :%d" % (number, number))
        lines.append(b"author A <a@b> %d +0100\ncommitter C <c@d> %d -0730" % (number * 1000, number * 1000 + 1))
        lines.append(b"data %d\n%s" % (len(message), message))
        lines += [b"%s :%d" % (b"merge" if at else b"from", parent) for at, parent in enumerate(before)]
        name = chance.choice(NAMES) if chance.random() < 0.95 else b"dir/" + chance.choice(KEYS)
        lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(text), text))
    return b"\n".join(lines) + b"\n", count


def rewritten(repo: Repo, folder: Path) -> tuple[Clone, Scope, Change]:
    """The clone of a repository from which the keys are gone."""
    found = discover(str(repo.path))
    assert found is not None
    clone = Clone(str(folder / "clone"), str(folder / "elsewhere"))
    forms = Replacements([(f"KG-{number}", Secret(key)) for number, key in enumerate(KEYS)])
    with clone.made():
        server.clone_server(clone, server.propose_server(found, ""), found, dict)
        objects = search(clone, forms)
        scope = scope_of(clone, forms, objects, walk(clone, forms, objects))
        change = rewrite.rewrite(clone, forms, objects, scope, rewrite.tools(str(folder / "elsewhere")))
        clone.tidy()
        assert not search(clone, forms).keys
        return clone, scope, change


def listing(repo: Repo, oid: str) -> dict[bytes, bytes]:
    """The files of a commit: path -> content."""
    rows = repo.git("ls-tree", "-r", "-z", oid).split(b"\0")[:-1]
    return {
        path: repo.git("cat-file", "blob", info.split()[2]) for info, _, path in (row.partition(b"\t") for row in rows)
    }


def cleaned(text: bytes) -> bytes:
    for number, key in enumerate(KEYS):
        text = text.replace(key, b"REMOVED-KG-%d" % number)
    return text


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_only_what_holds_a_key_and_what_follows_changes(seed: int, tmp_path: Path) -> None:
    kind = ["--object-format=sha256"] if seed == 3 else []
    repo = Repo(tmp_path / "r", "--bare", *kind)
    stream, count = history(seed)
    repo.git("fast-import", "--quiet", stdin=stream)
    before = refs_of(repo)
    lines = repo.git("rev-list", "--all", "--parents", "--topo-order", "--reverse").decode().splitlines()
    changing, first = set[str](), set[str]()
    for oid, *parents in map(str.split, lines):
        raw = repo.git("cat-file", "commit", oid)
        files = listing(repo, oid)
        holds = any(key in text for key in KEYS for text in (raw, *files, *files.values()))
        if holds and not changing.intersection(parents):
            first.add(oid)
        if holds or changing.intersection(parents):
            changing.add(oid)
    assert 0 < len(changing) < count
    clone, scope, change = rewritten(repo, tmp_path)
    assert set(scope.first) == first
    assert change.commits.keys() == scope.commits == changing
    result = Repo(Path(clone.path), init=False)
    after = refs_of(result)
    assert after.keys() == before.keys()
    for name, oid in before.items():
        assert after[name] == change.commits.get(oid, oid)
    for old in sorted(changing)[:8]:
        new = change.commits[old]
        assert listing(result, new) == {cleaned(path): cleaned(text) for path, text in listing(repo, old).items()}
        head, _, message = repo.git("cat-file", "commit", old).partition(b"\n\n")
        told, _, said = result.git("cat-file", "commit", new).partition(b"\n\n")
        assert said == cleaned(message)
        assert told.split(b"\n")[-2:] == head.split(b"\n")[-2:], "people and dates stay"
