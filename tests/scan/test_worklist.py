"""A listing at work: all of it is read once, by one process or many, and what goes wrong costs no more than it must."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from keyguard.engine.prefilter import Hits
from keyguard.git.layout.repository import discover
from keyguard.inspection import workers
from keyguard.inspection.inspected_text import InspectedText
from keyguard.inspection.inspector import Inspector
from keyguard.inspection.results import GuardedReader, Results
from keyguard.model.finding import Blob, Skipped, Where
from keyguard.scan import worklist
from keyguard.scan.worklist import Worklist
from keyguard.sources.listing import Folder, Listing, Stored, TreeFile
from keyguard.sources.reading import Reader
from keyguard.support.errors import GitError, UsageError
from keyguard.support.progress import Progress, Step
from tests.helpers import seeing
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

LEAK = leaking_line(1)


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return seeing.inspector()


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listing:
    """Fifty files in batches of four, of which every tenth leaks."""
    monkeypatch.setattr(worklist, "_FEW", 10)
    monkeypatch.setattr(worklist, "_BATCH", 4)
    names = [f"{number:02}.txt" for number in range(50)]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(leaking_line(number) if number % 10 == 5 else "nothing\n")
    return listing_of(tmp_path, *names)


def listing_of(root: Path, *names: str) -> Listing:
    files = [TreeFile(os.fsencode(name)) for name in names]
    return Listing(scope="test", folders=[Folder(os.fsencode(root), b"", files)])


def where(tally: Results) -> list[str]:
    return sorted({os.fsdecode(one.occurrence.path) for one in tally.sightings})


class Stumbling:
    """An inspector that does something else over the content of some files."""

    def __init__(self, inner: Inspector, paths: set[bytes], instead: Callable[[], Any]) -> None:
        self._inner, self._paths, self._instead = inner, paths, instead

    def prepare(self) -> None:
        pass

    def suspects(self, texts: Sequence[bytes], paths: Sequence[bytes] = ()) -> dict[int, None]:
        return dict.fromkeys(range(len(texts)))

    def inspect(self, blob: Blob, data: bytes, hits: Hits | None = None) -> InspectedText:
        if blob.path in self._paths:
            self._instead()
        return self._inner.inspect(blob, data, hits=hits)


LEAKING = [f"{number}5.txt" for number in ("0", *range(1, 5))]


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_it_does_not_matter_how_many_share_the_work(many: Listing, inspector: Inspector, jobs: int) -> None:
    told: list[Step] = []
    tally = Worklist(many, inspector, jobs=jobs, progress=Progress(told.append)).run()
    assert (where(tally), tally.read, tally.skipped) == (LEAKING, 50, [])
    assert {(one.phase, one.total, one.unit) for one in told} == {("files", 50, "files")}
    assert [one.done for one in told] == sorted({one.done for one in told})
    assert [one.keys for one in told] == sorted(one.keys for one in told)
    assert (told[-1].done, told[-1].keys) in ((48, 5), (50, 5))


def test_while_others_work_something_else_is_done(many: Listing, inspector: Inspector) -> None:
    done: list[int] = []

    def meanwhile() -> None:
        done.append(os.getpid())

    assert Worklist(many, inspector, jobs=2).run(meanwhile).read == 50
    assert done == [os.getpid()]


def test_what_is_done_meanwhile_can_fail_and_no_worker_is_left(many: Listing, inspector: Inspector) -> None:
    def meanwhile() -> None:
        raise UsageError("no")

    with pytest.raises(UsageError):
        Worklist(many, inspector, jobs=2).run(meanwhile)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)


def test_where_there_are_no_others_nothing_is_done_meanwhile(many: Listing, inspector: Inspector) -> None:
    def meanwhile() -> None:
        raise AssertionError("it comes later, when it is wanted")

    assert Worklist(many, inspector, jobs=1).run(meanwhile).read == 50


def test_a_file_over_which_workers_die_is_a_gap_and_no_other_is_lost(many: Listing, inspector: Inspector) -> None:
    deadly = Stumbling(inspector, {b"07.txt", b"15.txt"}, lambda: os.kill(os.getpid(), 9))
    tally = Worklist(many, deadly, jobs=2).run()  # type: ignore[arg-type]
    assert where(tally) == [name for name in LEAKING if name != "15.txt"]
    assert tally.read == 48
    assert sorted(tally.skipped) == [
        Skipped(name, "crashed", "the process that read it died") for name in (b"07.txt", b"15.txt")
    ]


def test_a_worker_that_dies_once_costs_nothing(many: Listing, inspector: Inspector, tmp_path: Path) -> None:
    def once() -> None:
        try:
            (tmp_path / "died").touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), 9)

    tally = Worklist(many, Stumbling(inspector, {b"15.txt"}, once), jobs=2).run()  # type: ignore[arg-type]
    assert (tmp_path / "died").exists()
    assert (where(tally), tally.read, tally.skipped) == (LEAKING, 50, [])


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("error", [ValueError(LEAK), MemoryError(), RecursionError(), OverflowError()])
def test_a_fault_of_ours_over_a_file_is_a_gap_that_tells_no_secrets(
    many: Listing, inspector: Inspector, jobs: int, error: Exception
) -> None:
    def fail() -> None:
        raise error

    tally = Worklist(many, Stumbling(inspector, {b"15.txt"}, fail), jobs=jobs).run()  # type: ignore[arg-type]
    assert (len(where(tally)), tally.read) == (4, 49)
    assert tally.skipped == [Skipped(b"15.txt", "crashed", f"{type(error).__name__} while it was inspected")]


def test_where_no_process_can_be_had_one_does_it_all(
    many: Listing, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", none)
    told: list[Step] = []
    tally = Worklist(many, inspector, jobs=2, progress=Progress(told.append)).run()
    assert (where(tally), tally.read, tally.skipped) == (LEAKING, 50, [])
    assert told


def test_where_no_process_can_be_had_again_what_was_lost_is_a_gap(
    many: Listing, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    really: Callable[..., list[bytes | None]] = workers.fork_map

    def only_once(work: Any, count: int, jobs: int, *more: Any) -> list[bytes | None]:
        if jobs == 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return really(work, count, jobs, *more)

    monkeypatch.setattr(workers, "fork_map", only_once)
    deadly = Stumbling(inspector, {b"15.txt"}, lambda: os.kill(os.getpid(), 9))
    tally = Worklist(many, deadly, jobs=2).run()  # type: ignore[arg-type]
    assert tally.read == 46
    assert {one.path for one in tally.skipped} == {b"12.txt", b"13.txt", b"14.txt", b"15.txt"}


# --- what it costs ------------------------------------------------------------------------------------------------


def test_a_small_file_costs_four_calls_and_no_look_of_its_own(
    tmp_path: Path, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number:03}.txt" for number in range(100)]
    for name in names:
        (tmp_path / name).write_text("nothing to see here\n")
    counts: Counter[str] = Counter()

    def count(place: Any, name: str) -> None:
        really = getattr(place, name)

        def counted(*args: Any, **options: Any) -> Any:
            counts[name] += 1
            return really(*args, **options)

        monkeypatch.setattr(place, name, counted)

    listing = listing_of(tmp_path, *names)
    for name in ("stat", "lstat", "fstat", "open", "read", "lseek", "close", "scandir", "listdir"):
        count(os, name)
    count(Inspector, "suspects")
    count(Inspector, "inspect")
    assert Worklist(listing, inspector).run().read == 100
    # one more to open and close: the folder
    assert counts == {"stat": 100, "open": 101, "read": 100, "close": 101, "suspects": 2}


def test_no_heap_grows_beyond_a_bound(tmp_path: Path, inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number:02}.txt" for number in range(20)]
    for name in names:
        (tmp_path / name).write_bytes(b"nothing\n" * 10_000)
    sizes: list[int] = []
    really = Inspector.suspects

    def weighed(self: Inspector, texts: Sequence[bytes], paths: Sequence[bytes] = ()) -> dict[int, Hits]:
        sizes.append(sum(map(len, texts)))
        return really(self, texts, paths)

    monkeypatch.setattr(Inspector, "suspects", weighed)
    assert Worklist(listing_of(tmp_path, *names), inspector).run().read == 20
    assert sum(sizes) == 1_600_000
    assert max(sizes) < worklist._HEAP + 80_000


def test_a_look_at_many_that_fails_becomes_a_look_at_each(
    tmp_path: Path, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(leaking_line(number))

    def fail(self: Inspector, texts: Sequence[bytes]) -> list[int]:
        raise MemoryError

    monkeypatch.setattr(Inspector, "suspects", fail)
    tally = Worklist(listing_of(tmp_path, "0.txt", "1.txt", "2.txt"), inspector).run()
    assert (len(where(tally)), tally.read, tally.skipped) == (3, 3, [])


# --- what is not there --------------------------------------------------------------------------------------------


def test_a_file_that_vanished_is_a_gap(tmp_path: Path, inspector: Inspector) -> None:
    tally = Worklist(listing_of(tmp_path, "gone.txt"), inspector).run()
    assert tally.skipped == [Skipped(b"gone.txt", "vanished", "it was there when it was listed")]


def test_a_tracked_file_that_is_not_there_is_read_from_the_index(repo: Repo, inspector: Inspector) -> None:
    repo.write("a.env", LEAK).write("b.env", "x").add().remove("a.env").remove("b.env")
    files = [TreeFile(b"a.env", repo.oid(":a.env")), TreeFile(b"b.env", repo.oid(":b.env"))]
    folder = Folder(os.fsencode(repo.path), b"shown", files, discover(str(repo.path)))
    tally = Worklist(Listing(scope="test", folders=[folder]), inspector).run()
    (sighting,) = tally.sightings
    assert (sighting.occurrence.path, sighting.occurrence.where) == (b"shown/a.env", Where.INDEX)
    assert (tally.read, tally.skipped) == (2, [])


def test_an_object_that_is_not_there_is_a_gap(repo: Repo, inspector: Inspector) -> None:
    repo.write("a.env", LEAK).add()
    blobs = [Blob(b"a.env", Where.INDEX, repo.oid(":a.env")), Blob(b"b", Where.INDEX, "1" * 40)]
    repository = discover(str(repo.path))
    assert repository is not None
    tally = Worklist(Listing(scope="test", stored=[Stored(repository, blobs)]), inspector).run()
    assert where(tally) == ["a.env"]
    assert tally.read == 1
    assert tally.skipped == [Skipped(b"b", "unreadable", f"object {'1' * 40}: missing")]


def test_objects_that_git_cannot_be_asked_for_are_gaps(
    repo: Repo, inspector: Inspector, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repo.write("a", "x").write("b", "y").add()
    repository = discover(str(repo.path))
    assert repository is not None
    blobs = [Blob(name.encode(), Where.INDEX, repo.oid(f":{name}")) for name in "ab"]
    (tmp_path / "c.env").write_text(LEAK)
    listing = listing_of(tmp_path, "c.env")
    listing.stored.append(Stored(repository, blobs))
    monkeypatch.setenv("PATH", str(tmp_path))
    tally = Worklist(listing, inspector).run()
    assert where(tally) == ["c.env"]
    assert [(one.path, one.reason) for one in tally.skipped if one.gap] == [(b"a", "unreadable"), (b"b", "unreadable")]


def test_what_is_too_large_is_left_out_in_the_index_too(repo: Repo, inspector: Inspector) -> None:
    repo.write("a", "x" * 100).write("b", "x" * 99).add()
    repository = discover(str(repo.path))
    assert repository is not None
    blobs = [Blob(name.encode(), Where.INDEX, repo.oid(f":{name}")) for name in "ab"]
    tally = Worklist(Listing(scope="test", stored=[Stored(repository, blobs)]), inspector, max_size=99).run()
    assert tally.read == 1
    assert tally.skipped == [Skipped(b"a", "too-large", "100 bytes, more than --max-size", gap=False)]


# --- what a change adds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        (LEAK, f"# comment\n{LEAK}more\n", 0),
        (LEAK, LEAK + LEAK, 1),
        (LEAK, f"{LEAK}OTHER_{LEAK}", 1),
        (LEAK + LEAK, LEAK, 0),
        (f"a\n{LEAK}b\n", f"b\na\n{LEAK}", 0),
        (LEAK, LEAK.replace("=", " = "), 1),
        ("nothing\n", LEAK, 1),
        (LEAK, leaking_line(2), 1),
        (LEAK, LEAK + leaking_line(2), 1),
    ],
)
def test_only_what_is_new_on_its_line_counts(
    repo: Repo, inspector: Inspector, before: str, after: str, added: int
) -> None:
    repo.write("a.env", before).add()
    old = repo.oid(":a.env")
    repo.write("a.env", after).add()
    repository = discover(str(repo.path))
    assert repository is not None
    blob = Blob(b"a.env", Where.INDEX, repo.oid(":a.env"), old)
    staged = Worklist(Listing(scope="test", stored=[Stored(repository, [blob])]), inspector).run()
    assert len(staged.sightings) == added
    folder = Folder(os.fsencode(repo.path), b"", [TreeFile(b"a.env", old=old)], repository)
    unstaged = Worklist(Listing(scope="test", folders=[folder]), inspector).run()
    assert len(unstaged.sightings) == added


def test_where_the_old_version_cannot_be_read_all_is_new(repo: Repo, inspector: Inspector) -> None:
    repo.write("a.env", LEAK).add()
    repository = discover(str(repo.path))
    assert repository is not None
    blob = Blob(b"a.env", Where.INDEX, repo.oid(":a.env"), "1" * 40)
    tally = Worklist(Listing(scope="test", stored=[Stored(repository, [blob])]), inspector).run()
    assert (len(tally.sightings), tally.skipped) == (1, [])


# --- reading in pieces --------------------------------------------------------------------------------------------


def test_what_was_found_before_reading_failed_is_kept() -> None:
    pieces = [b"one"]

    def read() -> bytes:
        if pieces:
            return pieces.pop()
        raise GitError("it broke")

    guarded, tally = GuardedReader(read), Results()
    assert [guarded.read(), guarded.read()] == [b"one", b""]
    tally.count_streamed(b"x", guarded)
    assert (tally.read, tally.skipped) == (0, [Skipped(b"x", "unreadable", "it broke")])


def test_a_large_file_that_shrinks_is_a_gap_and_its_beginning_counts(
    tmp_path: Path, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "big").write_bytes(LEAK.encode() + b"nothing\n" * (1 << 18))
    really = Reader.read

    def shrinking(self: Any, path: bytes) -> Any:
        opened = really(self, path)
        os.truncate(tmp_path / "big", 1 << 20)
        return opened

    monkeypatch.setattr(Reader, "read", shrinking)
    tally = Worklist(listing_of(tmp_path, "big"), inspector).run()
    assert (where(tally), tally.read) == (["big"], 0)
    assert [one.reason for one in tally.skipped] == ["shrunk"]
    assert made_up_key(1)[8:].encode() not in repr(tally).encode()


# --- one key in many files --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key in 2,600 files, and another in the last; in 400 more it has a marker, and 10 are of another kind."""
    folder = tmp_path_factory.mktemp("crowded")
    for number in range(2600):
        (folder / f"a{number:04}.txt").write_text(LEAK * 2 + (leaking_line(2) if number == 2599 else ""))
    for number in range(400):
        (folder / f"b{number:04}.txt").write_text(LEAK.replace("\n", "  # keyguard: allow\n"))
    for number in range(10):
        (folder / f"c{number:04}.env").write_text(LEAK)
    return folder


@pytest.mark.parametrize("jobs", [1, 3])
def test_of_one_key_in_many_files_most_places_are_counted(inspector: Inspector, crowded: Path, jobs: int) -> None:
    names = sorted(path.name for path in crowded.iterdir())
    work = Worklist(listing_of(crowded, *names), inspector, jobs=jobs)
    tally = work.run()
    keys = Counter(one.fingerprint for one in tally.sightings)
    (first, _), (other, _) = keys.most_common()
    held = [one for one in tally.sightings if one.fingerprint == first and one.suppression is None]
    paths = [os.fsdecode(one.occurrence.path) for one in held]
    counted = [path for path in paths if path.startswith("a")]
    assert counted[:1000] == [f"a{number // 2:04}.txt" for number in range(1000)]
    assert len(counted) < 2000
    assert sum(path.startswith("c") for path in paths) == 10
    assert sum(1 + one.more for one in held) == 5210
    assert sum(one.suppression is not None for one in tally.sightings) == 400
    assert [one.more for one in tally.sightings if one.fingerprint == other] == [0]
    assert tally.read == len(names)
    # what is known when it is interrupted is the same by now
    assert sum(1 + one.more for one in work.so_far().sightings) == 5611
