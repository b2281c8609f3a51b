from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.git.layout.repository import Repository, discover
from keyguard.git.refs.tips import Tip, Tips, read_tips
from keyguard.model.finding import REACHES
from tests.helpers.repos import Repo, snapshot


def found(path: Path) -> Repository:
    repository = discover(str(path))
    assert repository is not None
    return repository


def tips_of(repo: Repo) -> Tips:
    """What is found, of which everything has a reach that is known, twice the same."""
    repository = found(repo.path)
    tips = read_tips(repository)
    assert {tip.reach for tip in tips.tips} <= set(REACHES)
    assert read_tips(repository) == tips
    return tips


def named(tips: Tips, *reaches: str) -> dict[bytes, str]:
    """Name -> id of all that has one of these reaches."""
    return {tip.name: tip.oid for tip in tips.tips if tip.reach in reaches}


REFS = ("branch", "remote", "tag", "ref", "stash")


def as_git_says(repo: Repo) -> dict[bytes, str]:
    lines = repo.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return {name: oid.decode() for name, _, oid in (line.rpartition(b" ") for line in lines)}


@pytest.fixture
def committed(repo: Repo) -> Repo:
    return repo.write("a", "1\n").add().commit("one")


@pytest.fixture
def full(committed: Repo) -> Repo:
    """A ref of every kind, half of them packed."""
    first = committed.oid()
    committed.git("tag", "light")
    committed.git("tag", "-a", "-m", "heavy", "heavy")
    committed.git("branch", "topic/deep/er")
    committed.git("update-ref", "refs/remotes/origin/main", first)
    committed.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    committed.git("pack-refs", "--all", "--prune")
    committed.commit("two")
    committed.git("notes", "add", "-m", "a note")
    committed.git("update-ref", "refs/pull/1/head", first)
    committed.git("update-ref", "refs/heads/änderung-\N{SNOWMAN}", first)
    committed.git("update-ref", "refs/stashed", first)
    committed.git("tag", "tree", "HEAD^{tree}")
    committed.write("a", "stashed\n").git("stash", "push", "--quiet")
    return committed


def test_every_ref_is_found_with_the_id_that_git_tells(full: Repo) -> None:
    tips = tips_of(full)
    expected = as_git_says(full)
    assert named(tips, *REFS) == expected
    assert tips.refs == len(expected) == 12
    assert tips.tips[0] == Tip(full.oid(), b"HEAD", "head")
    assert tips.skipped == []
    assert not tips.partial
    assert not tips.shallow


def test_the_reach_of_a_ref_is_told_by_its_name(full: Repo) -> None:
    tips = tips_of(full)
    assert set(named(tips, "branch")) == {
        b"refs/heads/main",
        b"refs/heads/topic/deep/er",
        "refs/heads/änderung-☃".encode(),
    }
    assert set(named(tips, "remote")) == {b"refs/remotes/origin/HEAD", b"refs/remotes/origin/main"}
    assert set(named(tips, "tag")) == {b"refs/tags/light", b"refs/tags/heavy", b"refs/tags/tree"}
    assert set(named(tips, "stash")) == {b"refs/stash"}
    assert set(named(tips, "ref")) == {b"refs/notes/commits", b"refs/pull/1/head", b"refs/stashed"}
    assert named(tips, "reflog")[b"ORIG_HEAD"] == full.oid(), "no clone gets what only says where a branch stood before"


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("bare", [False, True])
def test_bare_and_sha256_repositories_are_read(tmp_path: Path, object_format: str, bare: bool) -> None:
    repo = Repo(tmp_path / "origin", f"--object-format={object_format}").commit("one")
    repo.git("branch", "side")
    if bare:
        clone = Repo(tmp_path / "bare", init=False)
        clone.git("clone", "--quiet", "--bare", str(repo.path), ".")
        repo = clone
    assert named(tips_of(repo), "head", *REFS) == as_git_says(repo) | {b"HEAD": repo.oid()}


def test_an_empty_repository_has_no_tips_and_no_gaps(repo: Repo) -> None:
    assert tips_of(repo) == Tips([], 0, 0, [], frozenset(), False)


def test_a_detached_head_is_a_tip(committed: Repo) -> None:
    committed.git("checkout", "--quiet", "--detach")
    committed.commit("two")
    assert tips_of(committed).tips[0] == Tip(committed.oid(), b"HEAD", "head")


def test_a_pipe_as_a_ref_is_a_gap_and_the_rest_is_read(full: Repo) -> None:
    expected = named(tips_of(full), *REFS)
    os.mkfifo(full.path / ".git/refs/heads/pipe")  # on which git hangs
    tips = tips_of(full)
    assert named(tips, *REFS) == expected
    assert [(gap.path, gap.reason, gap.detail) for gap in tips.skipped] == [
        (b".git/refs/heads/pipe", "unreadable", "not a regular file")
    ]


def test_a_link_as_a_ref_or_a_folder_of_refs_is_a_gap_and_is_not_followed(full: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("d" * 40 + "\n")
    full.link(".git/refs/heads/link", str(tmp_path / "outside"))
    full.link(".git/refs/heads/loop", ".")
    full.link(".git/refs/folder", "/")
    tips = tips_of(full)
    assert not any(tip.oid == "d" * 40 for tip in tips.tips)
    assert [gap.path for gap in tips.skipped] == [
        b".git/refs/folder",
        b".git/refs/heads/link",
        b".git/refs/heads/loop",
    ]


def test_all_refs_behind_a_link_are_a_gap(committed: Repo, tmp_path: Path) -> None:
    (committed.path / ".git/refs").rename(tmp_path / "refs")
    committed.link(".git/refs", str(tmp_path / "refs"))
    assert [(gap.path, gap.reason) for gap in tips_of(committed).skipped] == [(b".git/refs", "unreadable")]


def test_a_link_to_the_name_of_a_ref_is_a_symbolic_ref_as_of_old(committed: Repo) -> None:
    committed.link(".git/HEAD", "refs/heads/main")
    assert tips_of(committed).tips[0] == Tip(committed.oid(), b"HEAD", "head")


@pytest.mark.parametrize("content", [b"", b"\0" * 41, b"nonsense\n", b"0" * 40 + b"\n", b"a" * 39 + b"\n", b"a" * 41])
def test_a_ref_that_holds_no_id_is_a_gap(full: Repo, content: bytes) -> None:
    full.write(".git/refs/heads/broken", content)
    tips = tips_of(full)
    assert [(gap.path, gap.reason) for gap in tips.skipped] == [(b".git/refs/heads/broken", "corrupt")]
    assert b"refs/heads/broken" not in named(tips, "branch")


def test_a_ref_is_read_as_far_as_git_reads_it(committed: Repo) -> None:
    committed.write(".git/refs/heads/more", f"{committed.oid().upper()} and more\n")
    committed.write(".git/refs/heads/huge", f"{committed.oid()}\n" + "x" * 10_000)
    tips = tips_of(committed)
    assert named(tips, "branch")[b"refs/heads/more"] == committed.oid()
    assert [(gap.path, gap.reason) for gap in tips.skipped] == [(b".git/refs/heads/huge", "unreadable")]


def test_symbolic_refs_in_a_circle_are_gaps_and_those_to_nowhere_are_none(full: Repo) -> None:
    full.write(".git/refs/heads/a", "ref: refs/heads/b\n").write(".git/refs/heads/b", "ref: refs/heads/a\n")
    full.write(".git/refs/heads/self", "ref: refs/heads/self\n").write(".git/refs/heads/later", "ref: refs/heads/x\n")
    full.write(".git/refs/heads/far", "ref:refs/remotes/origin/HEAD")
    tips = tips_of(full)
    assert [gap.path for gap in tips.skipped] == [b".git/refs/heads/" + name for name in (b"a", b"b", b"self")]
    assert named(tips, "branch")[b"refs/heads/far"] == full.oid("refs/remotes/origin/main")


@pytest.mark.parametrize("target", ["../../../etc/passwd", "config", "refs/heads/.invalid", "refs/heads/\0", "/", ""])
def test_a_head_that_leads_to_no_ref_is_a_gap(committed: Repo, target: str) -> None:
    committed.write(".git/HEAD", f"ref: {target}\n")
    tips = tips_of(committed)
    assert [(gap.path, gap.reason) for gap in tips.skipped] == [(b".git/HEAD", "corrupt")]
    assert named(tips, "head") == {}
    assert set(named(tips, "branch")) == {b"refs/heads/main"}


def test_odd_names_are_names(committed: Repo) -> None:
    oid = committed.oid()
    odd = [
        b"refs/heads/new\nline",
        b"refs/heads/\x1b[31m",
        b"refs/heads/\xff\xfe",
        b"refs/heads/-x",
        b"refs/x..y",
        b"refs/a b",
    ]
    for name in odd:
        committed.write(b".git/" + name, f"{oid}\n")
    committed.write(".git/packed-refs", f"{oid} refs/heads/pa cked\t\x07\r\n{oid} refs/heads/../../x\n")
    tips = tips_of(committed)
    found = named(tips, "branch", "ref")
    assert set(odd) | {b"refs/heads/pa cked\t\x07\r", b"refs/heads/../../x"} <= set(found)
    assert set(found.values()) == {oid}
    assert tips.skipped == []


def test_locks_and_what_a_file_manager_leaves_are_no_refs(committed: Repo) -> None:
    before = tips_of(committed)
    committed.write(".git/refs/heads/main.lock", "").write(".git/refs/heads/.DS_Store", b"\0\0").write(
        ".git/HEAD.lock", ""
    )
    assert tips_of(committed) == before


def test_a_file_in_the_way_of_a_folder_and_a_folder_in_that_of_a_file(full: Repo) -> None:
    packed = (full.path / ".git/packed-refs").read_bytes()
    full.write(".git/packed-refs", packed + f"{full.oid()} refs/heads/main/below\n".encode())
    (full.path / ".git/refs/heads/topic/deep/er").mkdir(parents=True)
    names = named(tips_of(full), "branch")
    assert {b"refs/heads/main", b"refs/heads/main/below", b"refs/heads/topic/deep/er"} <= set(names)


def test_lines_of_packed_refs_that_are_no_refs_are_said(full: Repo) -> None:
    packed = (full.path / ".git/packed-refs").read_bytes()
    full.write(".git/packed-refs", packed + b"nonsense\n" + b"e" * 39 + b" refs/heads/short\n")
    tips = tips_of(full)
    assert [(gap.path, gap.reason, gap.detail) for gap in tips.skipped] == [
        (b".git/packed-refs", "corrupt", "2 lines are no refs")
    ]
    assert tips.refs == 12


def test_very_many_packed_refs_are_all_found(committed: Repo) -> None:
    oid = committed.oid()
    lines = [f"{oid} refs/tags/{number:06}\n^{oid}\n" for number in range(30_000)]
    committed.write(".git/packed-refs", "# pack-refs with: peeled fully-peeled sorted \n" + "".join(lines))
    tips = tips_of(committed)
    assert tips.refs == 30_001
    assert len(named(tips, "tag")) == 30_000
    assert tips.skipped == []


def test_very_many_gaps_are_summed_up(committed: Repo) -> None:
    for number in range(300):
        committed.write(f".git/refs/heads/{number:03}", "")
    gaps = tips_of(committed).skipped
    assert len(gaps) == 201
    assert "100 more" in gaps[-1].detail


def test_folders_without_end_are_a_gap(committed: Repo) -> None:
    committed.write(".git/refs/heads/" + "d/" * 250 + "x", committed.oid())
    assert [gap.reason for gap in tips_of(committed).skipped] == ["too-deep"]


def test_what_is_under_way_is_found_and_git_need_not_keep_it(repo: Repo) -> None:
    repo.conflict("file")
    repo.git("fetch", "--quiet", ".", "side", "main")
    weak = {(tip.name, tip.oid, tip.reach) for tip in tips_of(repo).tips if not tip.kept and tip.reach != "index"}
    assert {
        (b"MERGE_HEAD", repo.oid("side"), "ref"),
        (b"FETCH_HEAD", repo.oid("side"), "ref"),
        (b"FETCH_HEAD", repo.oid("main"), "ref"),
        (b"AUTO_MERGE", repo.oid("AUTO_MERGE"), "ref"),
    } <= weak
    assert {name for name, _, _ in weak} <= {b"MERGE_HEAD", b"FETCH_HEAD", b"AUTO_MERGE", b"ORIG_HEAD"}


def test_a_rebase_that_stopped_is_found(repo: Repo) -> None:
    repo.conflict("file").git("merge", "--abort")
    head = repo.oid()
    repo.git("rebase", "side", check=False)
    weak = {(tip.name, tip.oid) for tip in tips_of(repo).tips if not tip.kept}
    assert (b"rebase-merge/orig-head", head) in weak
    assert (b"rebase-merge/onto", repo.oid("side")) in weak
    assert (b"REBASE_HEAD", head) in weak


def test_ids_in_messages_and_in_the_state_of_rerere_point_to_nothing(committed: Repo) -> None:
    before = tips_of(committed)
    for name in ("COMMIT_EDITMSG", "SQUASH_MSG", "MERGE_RR", "description", "BISECT_LOG"):
        committed.write(f".git/{name}", "e" * 40 + "\tx\n")
    assert tips_of(committed) == before


def test_reflogs_are_tips_old_ids_and_dropped_stashes_of_the_past_among_them(full: Repo) -> None:
    amended = full.oid()
    full.commit("amended", "--amend")
    full.write("a", "second stash\n").git("stash", "push", "--quiet")
    tips = tips_of(full)
    assert (amended, b"HEAD", "reflog") in {tip[:3] for tip in tips.tips}
    assert {tip.oid for tip in tips.tips if tip.reach == "stash"} == {full.oid("stash@{0}"), full.oid("stash@{1}")}
    logs = [path.read_bytes() for path in (full.path / ".git/logs").rglob("*") if path.is_file()]
    assert tips.reflogs == sum(data.count(b"\n") for data in logs) > 8
    assert not any(tip.oid.strip("0") == "" for tip in tips.tips)


def test_a_reflog_that_was_cut_off_is_a_gap_and_the_rest_of_it_is_read(full: Repo) -> None:
    log = full.path / ".git/logs/refs/heads/main"
    log.write_bytes(log.read_bytes() + b"e" * 40 + b" " + b"e" * 20)
    tips = tips_of(full)
    assert [(gap.path, gap.reason) for gap in tips.skipped] == [(b".git/logs/refs/heads/main", "corrupt")]
    assert full.oid() in {tip.oid for tip in tips.tips if tip.reach == "reflog" and tip.name == b"refs/heads/main"}


def test_linked_worktrees_are_read_from_both_sides(committed: Repo, tmp_path: Path) -> None:
    committed.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", init=False).write("b", "linked\n").add().commit("linked")
    linked.git("update-ref", "refs/bisect/bad", "HEAD")
    linked.git("checkout", "--quiet", "--detach")
    linked.write("c", "staged\n").add()
    here, there = tips_of(committed), tips_of(linked)
    assert named(here, "head") == {b"HEAD": committed.oid()}
    assert {b"worktrees/linked/HEAD", b"worktrees/linked/refs/bisect/bad"} <= set(named(here, "worktree"))
    assert here.tips != there.tips
    assert (linked.oid(":c"), b"worktrees/linked/index") in {tip[:2] for tip in here.tips}
    assert named(there, "head") == {b"HEAD": linked.oid()}
    assert named(there, "worktree")[b"main-worktree/HEAD"] == committed.oid()
    assert named(there, "ref")[b"refs/bisect/bad"] == linked.oid()
    assert (linked.oid(":c"), b"index") in {tip[:2] for tip in there.tips}
    shared = (committed.oid(), b"refs/heads/main", "reflog")
    assert shared in {tip[:3] for tip in here.tips} & {tip[:3] for tip in there.tips}
    assert here.refs == there.refs == 3
    assert here.reflogs == there.reflogs


def test_a_shallow_clone_says_where_it_ends(committed: Repo, tmp_path: Path) -> None:
    committed.commit("two")
    clone = Repo(tmp_path / "clone", init=False)
    clone.git("clone", "--quiet", "--depth=1", committed.path.as_uri(), ".")
    assert tips_of(clone).shallow == {committed.oid()}
    clone.write(".git/shallow", f"{committed.oid()}\nnonsense\n")
    assert [(gap.path, gap.reason) for gap in tips_of(clone).skipped] == [(b".git/shallow", "corrupt")]


def test_a_partial_clone_is_told_by_its_settings_and_by_its_packs(committed: Repo, tmp_path: Path) -> None:
    committed.config("uploadpack.allowFilter", "true")
    clone = Repo(tmp_path / "clone", init=False)
    clone.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", committed.path.as_uri(), ".")
    assert tips_of(clone).partial
    clone.git("config", "--unset", "extensions.partialClone", check=False)
    clone.git("config", "--remove-section", "remote.origin")
    assert tips_of(clone).partial
    for promise in (clone.path / ".git/objects/pack").glob("*.promisor"):
        promise.unlink()
    assert not tips_of(clone).partial
    clone.config("remote.x.promisor", "true")
    assert tips_of(clone).partial


def test_an_unreadable_index_is_a_gap_and_no_error(full: Repo) -> None:
    for data in (b"", b"DIRC", b"\xff" * 5000):
        full.write(".git/index", data)
        assert [(gap.path, gap.reason) for gap in tips_of(full).skipped] == [(b".git/index", "corrupt")]


def test_nothing_in_the_repository_is_changed(full: Repo) -> None:
    before = snapshot(full.path)
    tips_of(full)
    assert snapshot(full.path) == before


@pytest.mark.parametrize(
    "name",
    [
        "packed-refs",
        "shallow",
        "index",
        "FETCH_HEAD",
        "logs/HEAD",
        "refs/heads/x",
        "rebase-merge/onto",
        "worktrees/x/HEAD",
    ],
)
def test_nothing_that_is_a_pipe_is_waited_for(committed: Repo, name: str) -> None:
    path = committed.path / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    tips = tips_of(committed)
    assert [(gap.path, gap.reason) for gap in tips.skipped] == [(b".git/" + name.encode(), "unreadable")]
    assert tips.tips[0].name == b"HEAD"


def test_a_gap_can_be_written_down_whatever_the_name_of_the_file(committed: Repo) -> None:
    committed.write(b".git/refs/heads/\xff\n\x1b", "").link(b".git/refs/heads/\xfe", "\udcff")
    gaps = tips_of(committed).skipped
    assert [gap.path for gap in gaps] == [b".git/refs/heads/\xfe", b".git/refs/heads/\xff\n\x1b"]
    assert msgspec.json.encode([gap.detail for gap in gaps])


class _Files(NamedTuple):
    packed: bytes
    loose: bytes
    log: bytes
    fetched: bytes
    config: bytes


_PIECES = st.sampled_from(
    [
        *(b"a" * 40, b"0" * 40, b" ", b"\t", b"\n", b"^", b"#", b"ref: ", b"refs/heads/x", b"HEAD", b"\0", b"\r"),
        *(b"[", b"]", b"=", b"extensions", b"refstorage", b"\xff", b"/", b".."),
    ]
)
_TEXT = st.lists(_PIECES | st.binary(max_size=3), max_size=30).map(b"".join)


@given(st.builds(_Files, _TEXT, _TEXT, _TEXT, _TEXT, _TEXT))
def test_whatever_the_files_hold_is_read_or_is_a_gap(files: _Files) -> None:
    with TemporaryDirectory() as folder:
        for name, data in zip(("packed-refs", "refs/heads/x", "logs/HEAD", "FETCH_HEAD", "config"), files, strict=True):
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        Path(folder, "HEAD").symlink_to("refs/heads/x")
        tips = read_tips(Repository("", folder, folder, f"{folder}/objects", f"{folder}/index", "sha1", False, False))
    assert all(len(tip.oid) == 40 and not tip.oid.strip("0123456789abcdef") for tip in tips.tips)
    assert all(tip.name for tip in tips.tips)
