"""Commits, tags and what leads to them, against what git tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest

from keyguard.git.refs.tips import Tip
from keyguard.history.provenance.commit_graph import DANGLING, CommitGraph
from keyguard.model.finding import REACHES
from keyguard.odb.commits import CommitNotes, join_rows, target_of
from keyguard.odb.entry_headers import COMMIT, TAG
from tests.helpers.repos import Repo
from tests.history.asking import line
from tests.history.packfiles import Packed, offsets_of, smuggle
from tests.history.packing import PACKINGS
from tests.history.surveying import random_history, reading, survey_of


@contextmanager
def graph_of(repo: Repo) -> Iterator[CommitGraph]:
    """The graph of all commits of a repository in one pack."""
    with reading(repo) as (store, objects):
        notes, tags = CommitNotes(store.id_size), {}
        for number, content in objects.read(range(len(store))):
            if content.kind == COMMIT:
                assert notes.add(number, content.whole())
            elif content.kind == TAG:
                tags[number] = target_of(content.whole(), store.id_size)
        yield CommitGraph(store, join_rows([notes.rows()], store.id_size), tags)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo(tmp_path_factory.mktemp("graph") / "r")
    random_history(repo, 3)
    repo.git("tag", "-a", "-m", "one", "v1", "refs/heads/side")
    repo.git("tag", "-a", "-m", "two", "v2", "v1")
    PACKINGS["one-pack"](repo)
    return repo


def commits_of(repo: Repo, *revisions: str) -> set[str]:
    return set(repo.git("rev-list", *revisions).decode().split())


def test_what_a_tip_reaches_is_what_git_lists(history: Repo) -> None:
    refs = {"head": "main", "branch": "topic", "tag": "v2"}
    tips = [Tip(history.oid(ref), b"x", reach) for reach, ref in refs.items()]
    with graph_of(history) as graph:
        reaches = graph.reaches(graph.numbered(tips))
        found = {graph.oid(place): REACHES[reach] for place, reach in enumerate(reaches)}
    left, expected = commits_of(history, "--all"), dict[str, str]()
    for reach, ref in refs.items():
        expected |= dict.fromkeys(commits_of(history, ref) & left, reach)
        left -= set(expected)
    assert found == expected | dict.fromkeys(left, "dangling")


def test_which_commit_leads_to_which_is_what_git_tells(history: Repo) -> None:
    with graph_of(history) as graph:
        some = range(0, len(graph), 3)
        marks = graph.ancestry(some)
        below = {place: commits_of(history, graph.oid(place)) for place in range(len(graph))}
        for older, newer in product(some, range(len(graph))):
            assert marks.is_ancestor(older, newer) is (graph.oid(older) in below[newer])
        assert not marks.is_ancestor(0, -1)


def test_parents_and_dates_are_those_that_git_shows(history: Repo) -> None:
    shown = {}
    for row in history.git("log", "--all", "--format=%H|%P|%aI|%T").decode().splitlines():
        oid, above, date, tree = row.split("|")
        shown[oid] = (above.split(), date, tree)
    with graph_of(history) as graph, reading(history) as (store, _):
        assert len(graph) == len(shown)
        for place in range(len(graph)):
            parents = [graph.oid(parent) for parent in graph.parents(place)]
            assert (parents, graph.date(place), store.oid(int(graph.trees[place]))) == shown[graph.oid(place)]
            assert graph.place(int(graph.commits.numbers[place])) == place
        assert graph.place(-1) == -1


def test_a_tag_leads_to_all_that_it_is_put_on(history: Repo) -> None:
    with graph_of(history) as graph, reading(history) as (store, _):
        tips = [Tip(history.oid("v2"), b"v2", "tag"), Tip("f" * 40, b"gone", "tag")]
        ((tip, numbers),) = graph.numbered(tips)
        assert tip.name == b"v2"
        assert [store.oid(number) for number in numbers] == [
            history.oid(one) for one in ("v2", "v1", "refs/heads/side")
        ]
        assert graph.numbered([]) == []


def test_dates_that_no_calendar_has_are_empty(repo: Repo) -> None:
    tree = repo.git("mktree").decode().strip()
    for when in ("999999999999999999 +0000", "0 +0000", "5 +9999", "no date"):
        raw = f"tree {tree}\nauthor A <a@b> {when}\ncommitter A <a@b> {when}\n\n{when}\n".encode()
        repo.git("hash-object", "-w", "--literally", "-t", "commit", "--stdin", stdin=raw)
    with graph_of(repo) as graph:
        assert [graph.date(place) for place in range(len(graph))] == [""] * 4
        assert graph.reaches([]) == [DANGLING] * 4


def test_a_history_that_goes_round_in_a_circle_comes_to_an_end(repo: Repo) -> None:
    """Only a store that lies about ids has one."""
    repo.write("a", line("one")).add().commit("one")
    repo.write("a", "nothing\n").add().commit("two")
    raw = {name: repo.git("cat-file", "commit", name) for name in ("HEAD", "HEAD~")}
    ids = ["1" * 40, "2" * 40, "3" * 40]
    entries = [
        Packed("commit", _on(raw["HEAD~"], ids[1])),
        Packed("commit", _on(raw["HEAD"], ids[0], ids[2])),
        Packed("commit", _on(raw["HEAD~"], ids[2], ids[1])),
    ]
    smuggle(repo, entries, list(zip(ids, offsets_of(entries), strict=True)))
    (repo.path / ".git/refs/heads/odd").write_text(ids[0] + "\n")
    assert survey_of(repo.path).coverage.commits == 5
    with graph_of(repo) as graph:
        marks = graph.ancestry(range(len(graph)))
        assert all(marks.is_ancestor(place, place) for place in range(len(graph)))


def _on(commit: bytes, *parents: str) -> bytes:
    """The same commit with other parents."""
    bare = re.sub(rb"parent .*\n", b"", commit)
    head, _, rest = bare.partition(b"\n")
    return b"\n".join([head, *(f"parent {oid}".encode() for oid in parents), rest])


@pytest.mark.parametrize("digits", [41, 42, 64])
def test_a_tag_that_names_no_id_of_ours_leads_nowhere(repo: Repo, tmp_path: Path, digits: int) -> None:
    repo.write("a", "one\n").add().commit("one")
    raw = b"object " + b"a" * digits + b"\ntype commit\ntag x\ntagger A <a@b> 5 +0000\n\nx\n"
    oid = repo.git("hash-object", "-w", "--literally", "-t", "tag", "--stdin", stdin=raw).decode()
    (repo.path / ".git/refs/tags").mkdir(exist_ok=True)
    (repo.path / ".git/refs/tags/x").write_text(oid)
    found = survey_of(repo.path)
    assert (found.coverage.tags, found.coverage.read) == (1, 4)
