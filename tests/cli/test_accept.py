"""``keyguard accept``: a project with a past becomes green, and stays so until there is something new."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.calling import Inside, Keyguard, Said
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

FILE = ".keyguard/accepted.toml"
WHY = ("--reason", "before keyguard")
#: services, and keys in the tree and in history of each
SERVICES, KEYS = 40, 5


def keys_in(text: str) -> list[int]:
    """The numbers of the made-up keys that stand in a text."""
    return [seed for seed in range(SERVICES * KEYS + 10) if made_up_key(seed) in text]


@pytest.fixture(scope="module")
def with_a_past(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with forty services, and two hundred old keys in files and in history."""
    repo = Repo(tmp_path_factory.mktemp("past") / "repo")
    for service in range(SERVICES):
        seeds = range(service * KEYS, service * KEYS + KEYS)
        repo.write(f"services/s{service}/config/app.ini", "".join(map(leaking_line, seeds)))
    repo.add().commit("first")
    for service in range(0, SERVICES, 2):
        repo.write(f"services/s{service}/config/app.ini", leaking_line(service * KEYS))
    return repo.add().commit("some are gone")


@pytest.fixture
def past(with_a_past: Repo, tmp_path: Path) -> Repo:
    return with_a_past.copy(tmp_path / "repo")


@pytest.fixture
def small(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "small").write("config/app.ini", leaking_line(1)).add().commit("first")


def failing(said: Said) -> set[str]:
    """The masked keys, or checks, of what is reported above info."""
    return {one["masked"] or one["rule"] for one in said.document["findings"] if one["severity"] != "info"}


def scan(inside: Inside, repo: Repo, *words: str) -> Said:
    return inside("scan", "-f", "json", *words, cwd=repo.path)


def accept_all(inside: Inside, repo: Repo) -> None:
    said = inside("accept", "--init", *WHY, cwd=repo.path)
    assert said.code == 0, said.err


def test_a_repository_with_a_past_is_green_and_red_again_for_one_key_more(inside: Inside, past: Repo) -> None:
    assert scan(inside, past).code == 1
    accept_all(inside, past)
    past.add().commit("accepted")
    said = scan(inside, past)
    assert (said.code, failing(said)) == (0, set())
    assert len({one["fingerprint"] for one in said.document["summary"]["suppressed"]}) >= SERVICES * KEYS
    text = past.file(FILE).read_text()
    assert keys_in(text) == []
    assert "services/s1/" not in text

    past.write("services/s3/config/app.ini", leaking_line(SERVICES * KEYS)).add()
    assert inside("hook", "pre-commit", cwd=past.path).code == 1
    past.commit("one more")
    for words in ((), ("--range", "HEAD~1..HEAD"), ("--history-only",)):
        said = scan(inside, past, *words)
        assert said.code == 1
        assert {one["masked"][-4:] for one in said.document["findings"] if one["kind"] == "key"} == {
            made_up_key(SERVICES * KEYS)[-4:]
        }


def test_it_stays_green_after_a_move_of_folders_a_rebase_and_a_merge(inside: Inside, past: Repo) -> None:
    accept_all(inside, past)
    past.add().commit("accepted")
    past.git("mv", "services", "apps")
    past.commit("moved")
    assert failing(scan(inside, past)) == set()

    past.git("checkout", "--quiet", "-b", "left")
    past.write("left.ini", leaking_line(SERVICES * KEYS + 1)).add().commit("left")
    accept_all(inside, past)
    past.add().commit("left accepts")
    past.git("checkout", "--quiet", "-b", "right", "main")
    past.write("right.ini", leaking_line(SERVICES * KEYS + 2)).add().commit("right")
    accept_all(inside, past)
    past.add().commit("right accepts")
    past.git("merge", "--quiet", "--no-edit", "left")
    assert failing(scan(inside, past)) == set()

    editors: dict[str, Any] = {"GIT_SEQUENCE_EDITOR": "sed -i 2s/pick/squash/", "GIT_EDITOR": "true"}
    past.git("rebase", "--quiet", "--interactive", "--empty=drop", "--root", **editors)
    assert failing(scan(inside, past)) == set()


def test_two_branches_may_both_begin_the_file(inside: Inside, small: Repo) -> None:
    small.git("branch", "other")
    accept_all(inside, small)
    small.add().commit("accepted here")
    small.git("checkout", "--quiet", "other")
    accept_all(inside, small)
    small.write("more.ini", leaking_line(2)).add().commit("and a key")
    accept_all(inside, small)
    small.add().commit("accepted there")
    small.git("merge", "--quiet", "--no-edit", "main")
    assert len({*re.findall(r'salt = "(\w+)"', small.file(FILE).read_text())}) == 2
    assert scan(inside, small).code == 0


def test_a_new_value_at_an_accepted_place_is_new(inside: Inside, small: Repo) -> None:
    accept_all(inside, small)
    small.write("config/app.ini", leaking_line(2))
    assert scan(inside, small, "--no-hygiene", "--no-history").code == 1


def test_one_is_accepted_by_its_id_until_a_day_and_reported_again(inside: Inside, small: Repo) -> None:
    found = scan(inside, small, "--no-hygiene").document["findings"][0]
    said = inside("accept", found["id"], *WHY, "--until", "2026-02-01", "--owner", "payments", cwd=small.path)
    assert (said.code, said.err) == (0, "")
    small.add()
    said = scan(inside, small, "--no-hygiene")
    assert said.code == 0
    (one,) = {(one["by"], one["reason"], one["until"], one["owner"]) for one in said.document["summary"]["suppressed"]}
    assert one == ("accepted", "before keyguard", "2026-02-01", "payments")
    later: dict[str, Any] = {"SOURCE_DATE_EPOCH": "1769990400"}  # 2026-02-02
    said = inside("scan", "-f", "json", "--no-hygiene", cwd=small.path, **later)
    assert (said.code, said.document["findings"][0]["accepted_until"]) == (1, "2026-02-01")
    assert "was accepted until 2026-02-01" in inside("scan", "--no-hygiene", cwd=small.path, **later).out
    assert "(over: reported again)" in inside("accept", "list", cwd=small.path, **later).out
    said = inside("accept", found["id"], "--reason", "still", cwd=small.path, **later)
    assert small.file(FILE).read_text().count("id =") == 1
    assert inside("scan", "--no-hygiene", cwd=small.path, **later).code == 0


def test_that_nothing_calls_keyguard_is_accepted_for_the_repository_and_not_for_a_file(
    inside: Inside, small: Repo
) -> None:
    (found,) = inside("scan", "-f", "json", "-v", "--only", "hygiene", cwd=small.path).document["findings"]
    assert (found["rule"], found["occurrences"][0]["path"]) == ("hook-missing", "config/app.ini")
    accept_all(inside, small)
    assert 'file = ".", subject = "missing"' in small.file(FILE).read_text()
    assert "config/app.ini" not in small.file(FILE).read_text(), "no entry names a file with a key"
    small.write("README.md", "a page\n").add().commit("accepted, and a page")
    said = scan(inside, small)
    assert (said.document["findings"], said.document["summary"]["accepted_unused"]) == ([], 0)
    again = inside("scan", "-f", "json", "-v", "--only", "hygiene", "--no-accepted", cwd=small.path)
    (again_found,) = again.document["findings"]
    assert (again_found["id"], again_found["occurrences"][0]["path"]) == (found["id"], "README.md")


def test_a_key_and_what_is_said_of_it_are_counted_once_and_need_one_entry(inside: Inside, tmp_path: Path) -> None:
    when: dict[str, Any] = {"GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"}
    repo = Repo(tmp_path / "old").write("tests/app.ini", leaking_line(1)).write("b.ini", leaking_line(2)).add()
    repo.git("commit", "--quiet", "-m", "first", **when)
    found = scan(inside, repo).document["findings"]
    rules = [one["rule"] for one in found]
    assert sorted(rules) == ["hook-missing", "key-too-old", "key-too-old", "live-key-in-dev", *["sendmailos-key"] * 2]
    (test_key,) = [one for one in found if one["kind"] == "key" and one["occurrences"][0]["path"] == "tests/app.ini"]
    (in_dev,) = [one for one in found if one["rule"] == "live-key-in-dev"]
    said = inside("accept", test_key["id"], *WHY, cwd=repo.path)
    assert said.out.splitlines() == [
        f"1 finding accepted in {FILE}: commit it",
        f"still reported of the same key: {in_dev['severity']}[live-key-in-dev] ({in_dev['id']})",
    ]
    said = inside("accept", "--init", *WHY, cwd=repo.path)
    assert said.out == f"3 findings accepted in {FILE}: commit it\n", "two keys, and hook-missing"
    assert repo.file(FILE).read_text().count("reason =") == 4
    assert "key-too-old" not in repo.file(FILE).read_text(), "who accepts the key accepts that"
    repo.add().commit("accepted")
    assert ", 3 accepted" in inside("scan", cwd=repo.path).out


def test_no_accepted_reports_everything(inside: Inside, small: Repo) -> None:
    accept_all(inside, small)
    assert scan(inside, small, "--no-accepted").code == 1
    assert scan(inside, small, "--isolated").code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name the findings, or say --init"),
        (("--init",), "--reason is required"),
        (("--init", "--reason", " "), "--reason is required"),
        (("KG-123456", *WHY, "--until", "soon"), "--until 'soon' is no date"),
        (("KG-123456", *WHY, "--until", "2020-01-01"), "--until 2020-01-01 is over"),
        (("KG-123456", *WHY), "there is no key 'KG-123456'"),
        (("list", "KG-123456"), "accept list takes no ID"),
        (("audit",), "accept audit asks in a terminal"),
    ],
)
def test_what_cannot_be_meant_is_refused(inside: Inside, small: Repo, words: tuple[str, ...], said: str) -> None:
    answer = inside("accept", *words, cwd=small.path)
    assert answer.code == 2
    assert said in answer.err
    assert not small.file(FILE).exists()


def test_a_broken_file_is_said_with_its_line(inside: Inside, small: Repo) -> None:
    small.write(FILE, "accepted = [\n  { id = 3 },\n]\n")
    said = scan(inside, small)
    assert said.code == 2
    assert f"{FILE}:2: Expected `str`, got `int`" in said.err


def test_the_file_is_not_written_through_a_link(inside: Inside, small: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    small.link(".keyguard", str(tmp_path / "outside"))
    said = inside("accept", "--init", *WHY, cwd=small.path)
    assert said.code == 2
    assert list((tmp_path / "outside").iterdir()) == []


def test_what_is_not_there_any_more_is_said_and_pruned(inside: Inside, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "app.ini").write_text(leaking_line(1))
    (folder / "other.ini").write_text(leaking_line(2))
    assert inside("accept", "--init", *WHY, cwd=folder).code == 0
    (folder / "app.ini").write_text("")
    assert "1 accepted finding is not there any more: keyguard accept prune" in inside("scan", cwd=folder).out
    said = inside("accept", "prune", cwd=folder)
    assert (said.code, said.out.splitlines()[-1]) == (0, "1 entry removed")
    assert (folder / FILE).read_text().count("id =") == 1
    assert "not there any more" not in inside("scan", cwd=folder).out


def test_a_password_that_could_be_guessed_leaves_twelve_bits_and_its_name(inside: Inside, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    password = made_up_key(5)[-11:]
    line = "DATABASE_URL=postgres://app:" + password + "@db.prod-cluster.net/app\n"
    (folder / "app.ini").write_text(line)
    assert inside("scan", "--no-hygiene", cwd=folder).code == 1
    assert inside("accept", "--init", *WHY, cwd=folder).code == 0
    assert (
        re.findall(r'id = "(\w*)"', (folder / FILE).read_text())[0:1]
        == re.findall(r'id = "([0-9a-f]{3})"', (folder / FILE).read_text())[0:1]
    )
    assert 'name = "DATABASE_URL"' in (folder / FILE).read_text()
    assert inside("scan", "--no-hygiene", cwd=folder).code == 0
    # the same value under another name is another finding
    (folder / "more.ini").write_text(line.replace("DATABASE_URL", "OTHER_URL"))
    assert inside("scan", "--no-hygiene", cwd=folder).code == 1


# --- who may accept -------------------------------------------------------------------------------------------------


def test_what_a_change_accepts_for_itself_does_not_count(inside: Inside, small: Repo) -> None:
    accept_all(inside, small)
    small.add().commit("base")
    small.git("update-ref", "refs/remotes/origin/main", "HEAD")
    small.git("checkout", "--quiet", "-b", "pr")
    small.write("new.ini", leaking_line(2)).add().commit("a key")
    accept_all(inside, small)
    small.add().commit("accepted by itself")
    said = scan(inside, small, "--range", "origin/main..HEAD")
    assert said.code == 1
    assert said.document["findings"][0]["allowed_by_change"] == [FILE]
    assert scan(inside, small, "--range", "origin/main..HEAD", "--config-from", "HEAD").code == 0


def test_a_push_whose_key_a_later_commit_accepts_passes_before_it_is_sent_and_is_refused_on_the_server(
    inside: Inside, small: Repo
) -> None:
    before = small.oid()
    small.write("new.ini", leaking_line(2)).add().commit("a key")
    accept_all(inside, small)
    small.add().commit("accepted")
    line = f"refs/heads/main {small.oid()} refs/heads/main {before}\n".encode()
    assert inside("hook", "pre-push", "origin", "x", cwd=small.path, stdin=line).code == 0
    line = f"{before} {small.oid()} refs/heads/main\n".encode()
    small.git("checkout", "--quiet", "--detach")
    small.git("branch", "--force", "main", before)
    small.git("symbolic-ref", "HEAD", "refs/heads/main")
    said = inside("hook", "pre-receive", "-f", "json", cwd=small.path, stdin=line)
    assert (said.code, len(said.document["findings"])) == (1, 1)


def test_a_commit_obeys_what_is_staged(inside: Inside, small: Repo) -> None:
    small.write("new.ini", leaking_line(2)).add("new.ini")
    accept_all(inside, small)
    assert inside("hook", "pre-commit", cwd=small.path).code == 1
    small.add(FILE)
    assert inside("hook", "pre-commit", cwd=small.path).code == 0


# --- one after the other --------------------------------------------------------------------------------------------


def answered(kg: Keyguard, folder: Path, answers: str) -> tuple[int, str]:
    """How ``accept audit`` ends on a terminal, and what it shows."""
    ours, theirs = pty.openpty()
    process = kg.start("accept", "audit", cwd=folder, stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT)
    os.close(theirs)
    os.write(ours, answers.encode())
    said, until = b"", time.monotonic() + 60
    while (time.monotonic() < until and select.select([ours], [], [], 1)[0]) or process.poll() is None:
        try:
            said += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    return process.wait(timeout=30), said.decode()


def test_an_audit_asks_about_each_finding_and_shows_no_key(kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    for seed in (1, 2, 3):
        (folder / f"{seed}.ini").write_text(leaking_line(seed))
    code, said = answered(kg, folder, "s\n\na\nneeded\n2027-01-31\nl\n")
    assert code == 1, said
    assert "to rotate: keyguard plan KG-" in said
    assert not any(made_up_key(seed) in said for seed in (1, 2, 3))
    text = (folder / FILE).read_text()
    assert ('reason = "sample"' in text, "until = 2027-01-31" in text, text.count("id =")) == (True, True, 2)
    code, said = answered(kg, folder, "q\n")
    assert (code, "1 of 1" in said) == (1, True)
