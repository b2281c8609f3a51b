"""Files that are not what a scanner hopes for: whatever they are called, are, or become, none is missed in silence."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.calling import FORMATS, Inside, Keyguard, Said, filler, places
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo
from tests.report.workflow import commands

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def kg(inside: Inside) -> Inside:
    """No process for each call: there are many."""
    return inside


LEAK = leaking_line(1)
NAMES = [
    *(
        b"a\nb.txt",
        b"\r::error::x.txt",
        b"\x1b]0;pwned\x07.txt",
        b"\x1b[2J",
        b"::error::x.txt",
        b"##[group]x",
        b"-dash",
    ),
    *(
        "\u202egnp.txt".encode(),
        "\u2028x".encode(),
        "é日本🎉.txt".encode(),
        b"\xff\xfe.txt",
        b"\xc3.txt",
        b"a b",
        b" x ",
    ),
    *(
        b"%41.txt",
        b"a'b\"c.txt",
        b"$(touch pwned)",
        b"`id`",
        b"*",
        b"?[a]",
        b"a\\b",
        b"=HYPERLINK(1)",
        b"x" * 255,
        b"~",
    ),
]


@pytest.fixture(params=["plain", "tracked", "untracked"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Repo:
    """A folder with files of every name, each with the same key."""
    repo = Repo(tmp_path / "t", init=request.param != "plain")
    for name in NAMES:
        repo.write(name, LEAK)
    return repo.add() if request.param == "tracked" else repo


def test_a_file_is_read_whatever_its_name(kg: Keyguard, folder: Repo) -> None:
    said = kg.scan("--no-history", cwd=folder.path)
    (finding,) = said.document["findings"]
    assert len(finding["occurrences"]) == len(NAMES)
    assert (said.code, said.document["coverage"]["read"]) == (1, len(NAMES))


@pytest.mark.parametrize("name", FORMATS)
def test_no_name_acts_on_a_terminal_or_a_runner(kg: Keyguard, tmp_path: Path, name: str) -> None:
    repo = Repo(tmp_path / "t", init=False)
    for number, file in enumerate(NAMES):
        repo.write(file, leaking_line(number))
    (tmp_path / "t" / "::error::gap").mkdir()
    (tmp_path / "t" / "::error::gap" / ".git").write_text("gitdir: ../\x1b[2J\n::error::y")
    said = kg("scan", "-f", name, "--verbose", cwd=repo.path)
    text = said.out + said.err
    assert said.code == 2
    assert not [char for char in text if (ord(char) < 32 and char != "\n") or char in "\x7f\u202e\u2028\ufeff"]
    found = commands(text)
    assert all(command.name in ("error", "warning", "notice") for command in found)
    assert bool(found) is (name == "github")


def test_a_path_longer_than_any_path_may_be_is_read(kg: Keyguard, deep: Path) -> None:
    said = kg.scan(cwd=deep)
    assert said.code == 1
    (path,) = places(said)
    assert path == "folder/" * 1000 + "key.txt"


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder with a key a thousand folders down."""
    root = tmp_path / "deep"
    root.mkdir()
    fd = os.open(root, os.O_RDONLY)
    for _ in range(1000):
        os.mkdir("folder", dir_fd=fd)
        below = os.open("folder", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    file = os.open("key.txt", os.O_CREAT | os.O_WRONLY, dir_fd=fd)
    os.write(file, LEAK.encode())
    os.close(file)
    os.close(fd)
    yield root
    subprocess.run(["rm", "-rf", root], check=True)


def test_in_a_repository_such_a_path_is_a_gap_if_git_cannot_go_there(kg: Keyguard, deep: Path) -> None:
    Repo(deep)
    said = kg.scan(cwd=deep)
    assert said.code == 2
    assert list(said.gaps.values()) == ["unreadable"]
    assert kg.scan("--all-files", cwd=deep).code == 1


# --- what is not a file -------------------------------------------------------------------------------------------


def test_pipes_sockets_and_devices_are_not_opened(kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "key.txt").write_text(LEAK)
    os.mkfifo(folder / "pipe")
    released = threading.Event()

    def write() -> None:
        os.close(os.open(folder / "pipe", os.O_WRONLY))
        released.set()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)
        server.bind("socket")
        os.chdir(here)
        said = kg.scan(cwd=folder)
        assert kg.scan("--all-files", cwd=folder).code == 1
    assert said.code == 1
    assert [(one["path"], one["reason"], one["detail"], one["gap"]) for one in said.document["skipped"]] == [
        ("pipe", "not-a-file", "a pipe", False),
        ("socket", "not-a-file", "a socket", False),
    ]
    assert not released.is_set(), "whoever writes to the pipe was told that somebody reads"
    os.close(os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK))
    writer.join(10)


def test_a_pipe_in_the_place_of_a_tracked_file_does_not_hide_what_is_tracked(kg: Keyguard, repo: Repo) -> None:
    repo.write("key.txt", LEAK).add().commit().remove("key.txt")
    os.mkfifo(repo.file("key.txt"))
    said = kg.scan("--changes", cwd=repo.path)
    assert said.document["skipped"][0]["reason"] == "not-a-file"


# --- links --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plain", "tracked", "untracked", "all files"])
def test_links_lead_nowhere_and_nothing_from_outside_is_reported(kg: Keyguard, tmp_path: Path, kind: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.env").write_text(LEAK)
    repo = Repo(tmp_path / "t", init=kind != "plain").write("a.txt", "nothing\n")
    repo.link("file", str(outside / "secret.env")).link("folder", str(outside)).link("up", "..").link("self", "self")
    repo.link("loop/loop", ".").link("relative", "../outside/secret.env").link("proc", "/proc/self/environ")
    if kind == "tracked":
        repo.add()
    said = kg.scan(*(["--all-files"] if kind == "all files" else []), cwd=repo.path)
    assert (said.code, said.document["coverage"]["read"]) == (0, 8)


def test_a_key_in_the_target_of_a_link_is_found_and_not_shown(kg: Keyguard, repo: Repo) -> None:
    repo.link("a", f"https://x.test/?{LEAK.strip()}").link("b", leaking_line(2)).add("a")
    said = kg.scan(cwd=repo.path)
    assert (said.code, places(said)) == (1, {"a", "b"})
    assert made_up_key(1)[8:] not in said.out
    assert kg.scan("--staged", cwd=repo.path).code == 1


def test_a_tracked_folder_that_became_a_link_is_read_from_the_index(kg: Keyguard, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.env").write_text(leaking_line(2))
    repo = Repo(tmp_path / "t").write("folder/a.env", LEAK).add().commit()
    repo.remove("folder/a.env").file("folder").rmdir()
    repo.link("folder", str(outside))
    said = kg.scan("--no-history", cwd=repo.path)
    ((place,),) = (finding["occurrences"] for finding in said.document["findings"])
    assert (place["path"], place["where"]) == ("folder/a.env", "index")
    assert said.document["findings"][0]["masked"].endswith(made_up_key(1)[-4:])


# --- files that cannot be read ------------------------------------------------------------------------------------


def without_privilege(kg: Keyguard, cwd: Path) -> Said:
    """A call for which permissions count, though the tests may be run by root."""
    command = kg.command("scan", "-f", "json")
    if not os.geteuid():
        if shutil.which("setpriv") is None:
            pytest.skip("to root, nothing is forbidden")
        less = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={less}", f"--inh-caps={less}", *command]
    done = subprocess.run(command, cwd=cwd, env=kg.env, capture_output=True, check=False)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("git", [False, True])
def test_what_may_not_be_read_is_a_gap(kg: Keyguard, tmp_path: Path, git: bool) -> None:
    repo = Repo(tmp_path / "t", init=git).write("z.env", LEAK)
    for name in ("a.txt", "closed.txt", "shut/b.txt"):
        repo.write(name, "nothing\n")
    repo.file("closed.txt").chmod(0)
    repo.file("shut").chmod(0)
    said = without_privilege(kg, repo.path)
    repo.file("shut").chmod(0o755)
    assert said.code == 2
    assert {path.rstrip("/"): reason for path, reason in said.gaps.items()} == {
        "closed.txt": "unreadable",
        "shut": "unreadable",
    }
    assert places(said) == {"z.env"}


@pytest.mark.parametrize("what", ["index", "objects"])
def test_a_repository_that_may_not_be_read_is_a_gap_and_its_files_are_read(kg: Keyguard, repo: Repo, what: str) -> None:
    repo.write("a.env", LEAK).write(".gitignore", "a.env\n").add().commit()
    hidden = repo.path / ".git" / what
    hidden.chmod(0)
    said = without_privilege(kg, repo.path)
    hidden.chmod(0o755)
    assert said.code == 2
    assert places(said) == {"a.env"}


# --- files that change while they are read ------------------------------------------------------------------------


def test_a_tree_that_changes_all_the_time_breaks_nothing(kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    (folder / "key.env").write_text(LEAK)
    stop = threading.Event()

    def churn() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            place = folder / f"d{number % 7}"
            shutil.rmtree(place, ignore_errors=True)
            if place.is_symlink():
                place.unlink()
            if number % 3:
                place.mkdir()
                for name in range(30):
                    (place / f"{name}.txt").write_bytes(b"x" * (number % 3000))
            else:
                place.symlink_to("/etc")

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(5):
            said = kg.scan(cwd=folder)
            assert said.code in (1, 2), said.err
            assert "key.env" in places(said)
            assert said.err == ""
            assert set(said.gaps.values()) <= {"vanished", "unreadable", "shrunk"}
    finally:
        stop.set()
        thread.join()


# --- files that are large -----------------------------------------------------------------------------------------


def limited(kg: Keyguard, *words: str | Path, cwd: Path) -> tuple[Said, int]:
    """A call and the most memory that it, or a child of it, ever had, in MB."""
    said, peak = kg.measured("scan", "-f", "json", *words, cwd=cwd)
    return said, peak >> 20


def test_one_line_of_100_mb_is_read_in_little_memory(kg: Keyguard, tmp_path: Path) -> None:
    keys = [f"x={leaking_line(number).strip()} ".encode() for number in range(3)]
    middle, end = 50_000_000, 100_000_000
    with (tmp_path / "one-line").open("wb") as file:
        file.write(keys[0])
        while file.tell() < middle:
            file.write(b"lorem ipsum dolor sit amet, " * 4096)
        at = [0, file.tell()]
        file.write(keys[1])
        while file.tell() < end:
            file.write(b"consectetur adipiscing elit " * 4096)
        at.append(file.tell())
        file.write(keys[2])
    said, memory = limited(kg, "one-line", cwd=tmp_path)
    found = sorted(
        (place["line"], place["column"]) for one in said.document["findings"] for place in one["occurrences"]
    )
    assert found == [(1, start + len("x=SENDMAILOS_API_KEY=") + 1) for start in at]
    assert memory < 512
    assert said.document["coverage"]["bytes"] == (tmp_path / "one-line").stat().st_size


def test_a_sparse_file_of_5_gb_is_read_to_its_end(kg: Keyguard, tmp_path: Path) -> None:
    key = f"\nx={LEAK.strip()}".encode()
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(5 << 30)
        file.seek(-len(key), os.SEEK_END)
        file.write(key)
    if (tmp_path / "sparse").stat().st_blocks > 1 << 20:
        pytest.skip("this file system knows no holes")
    said, memory = limited(kg, "sparse", cwd=tmp_path)
    ((place,),) = (finding["occurrences"] for finding in said.document["findings"])
    assert (place["line"], place["column"]) == (2, len("x=SENDMAILOS_API_KEY=") + 1)
    assert memory < 512
    assert said.document["coverage"]["bytes"] == 5 << 30


def test_what_comes_after_a_hole_on_the_same_line_is_where_it_is(kg: Keyguard, tmp_path: Path) -> None:
    hole = 40 << 20
    for name, sparse in (("sparse", True), ("filled", False)):
        with (tmp_path / name).open("wb") as file:
            file.write(b"one\ntwo")
            if sparse:
                file.seek(hole, os.SEEK_CUR)
            else:
                file.write(bytes(hole))
            file.write(f" {LEAK}{leaking_line(2)}".encode())
    found = {
        name: sorted(
            (place["line"], place["column"], place["end_column"])
            for one in kg.scan(name, cwd=tmp_path).document["findings"]
            for place in one["occurrences"]
        )
        for name in ("sparse", "filled")
    }
    assert found["sparse"] == found["filled"]
    assert found["sparse"][0][:2] == (2, 3 + hole + 1 + len("SENDMAILOS_API_KEY=") + 1)


def test_a_key_at_every_place_around_the_end_of_a_piece_is_found(kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    for edge in (1 << 20, 8 << 20):
        for shift in (-60, -40, -20, -1, 0, 1):
            text = filler(edge + shift) + b"\n" + LEAK.encode() + filler(200)
            (folder / f"{edge}{shift:+}").write_bytes(text)
    said = kg.scan(cwd=folder)
    assert len(places(said)) == 12


def test_many_small_files_are_all_read(kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    for number in range(40):
        (folder / str(number)).mkdir(parents=True)
        for name in range(100):
            (folder / str(number) / f"{name}.txt").write_text("nothing\n")
    (folder / "39" / "99.txt").write_text(LEAK)
    said = kg.scan(cwd=folder)
    assert (said.code, said.document["coverage"]["read"]) == (1, 4000)


def test_a_log_that_is_written_to_all_the_time_has_an_end(kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    log = folder / "log.txt"
    log.write_bytes(filler(3 << 20) + LEAK.encode())
    writer = subprocess.Popen(
        ["sh", "-c", f"while :; do cat '{tmp_path / 'more'}'; done >> '{log}'"], start_new_session=True
    )
    (tmp_path / "more").write_bytes(filler(1 << 20))
    try:
        time.sleep(0.1)
        assert kg.scan(cwd=folder).code == 1
    finally:
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
