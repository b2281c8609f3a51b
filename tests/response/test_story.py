"""The whole way of a leaked key: found, asked about, planned for, revoked, taken out, purged, and proven to be gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_revoke import Case, Gateway
from tests.helpers.calling import Inside
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo
from tests.remote.playing import vendor

pytest_plugins = ("tests.helpers.commandline",)

KEY = made_up_key(1)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    found = Gateway(tmp_path)
    with vendor(found.answer, tmp_path) as played:
        found.use(played)
        yield found


@pytest.fixture
def case(inside: Inside, tmp_path: Path) -> Case:
    return Case(inside, tmp_path)


def test_from_a_leak_to_the_proof(case: Case, gateway: Gateway) -> None:
    name, repo = case.id, case.repo
    fingerprint = case("scan", "-f", "json", "--no-hygiene").document["findings"][0]["fingerprint"]
    assert case("verify", name).code == 1, "it is active"
    plan = case("plan", name)
    for words in (
        "keyguard revoke",
        "keyguard fix --unsafe",
        "keyguard purge",
        f"keyguard prove {fingerprint}",
        "it was active",
    ):
        assert words in plan.out
    assert case("prove", name).code == 1
    assert case.execute().code == 0
    assert case("verify", name).code == 0, "it is dead"
    assert case("prove", name).code == 1, "but it is still in the files and in history"
    repo.write("mail.env", "SENDMAILOS_API_KEY=\n").add().commit("read it from the environment")
    proof = case("prove", name, "-f", "json")
    assert proof.code == 1
    assert [one["holds"] for one in proof.document["claims"]] == [True, False, True]
    mirror = _purged(case)
    proven = case("prove", fingerprint, "--path", str(mirror.path))
    assert proven.code == 0, proven.out
    assert "proven: it is gone" in proven.out
    assert all(KEY not in said.out + said.err for said in (plan, proven, proof))
    for path in case.folder.rglob("*"):
        if path.is_file() and "leaky" not in path.parts:
            assert KEY.encode() not in path.read_bytes(), path


def _purged(case: Case) -> Repo:
    """The clone, from which the key is gone."""
    name, repo = case.id, case.repo
    before = repo.git("rev-parse", "HEAD")
    clean = case.folder / "clean"
    tried = case("purge", name, "--into", str(clean))
    assert tried.code == 0, tried.err
    assert "refs/heads/main" in tried.out
    assert not clean.exists(), "what was only tried is gone again"
    done = case("purge", name, "--execute", "--into", str(clean))
    assert done.code == 0, done.err
    assert case("purge", name, "--into", str(clean)).code == 2, "what was rewritten is nobody's to remove"
    assert "no object of the clone holds it any more, as text, encoded or in an archive that can be" in done.out
    assert "warning" not in done.out, "it was revoked"
    assert repo.git("rev-parse", "HEAD") == before, "the repository itself is not touched"
    clone = Repo(clean / "clone.git", init=False, home=case.folder)
    assert b"REMOVED-KG-" in clone.git("log", "-p", "--all")
    assert KEY.encode() not in clone.git("log", "-p", "--all")
    assert all(KEY not in said.out + said.err for said in (tried, done))
    return clone


def test_a_key_is_purged_from_wherever_it_is(case: Case, gateway: Gateway) -> None:
    repo = case.repo
    repo.write("blob.bin", b"\0\1\2" + leaking_line(1).encode() + b"\0").write(f"{KEY}.txt", "x").add()
    repo.commit(f"with {KEY} in its message")
    repo.git("tag", "-a", "v1", "-m", f"and {KEY} in this")
    repo.git("notes", "add", "-m", f"a note about {KEY}")
    repo.git("tag", "blob", repo.oid("HEAD:blob.bin"))
    repo.git("tag", "-a", "-m", f"a tag of a tag with {KEY}", "v2", "v1")
    done = case("purge", case.id, "--execute", "--into", str(case.folder / "clean"))
    assert done.code == 0, done.out + done.err
    names = Repo(case.folder / "clean/clone.git", init=False).git("log", "--all", "--name-only", "--format=%B")
    assert KEY.encode() not in names
    assert KEY not in done.out + done.err
    for path in (case.folder / "clean").rglob("*"):
        assert KEY not in path.name
        assert path.is_dir() or KEY.encode() not in path.read_bytes(), path


def test_a_private_key_of_many_lines_is_purged(inside: Inside, tmp_path: Path) -> None:
    body = "\n".join(
        ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", *(f"{at:02}xQb7Lk9ZpTqRmVwYs4uJdHgFeCiNoX" for at in range(20)))
    )
    text = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    repo = Repo(tmp_path / "pem").write("server.pem", text).add().commit("oops")
    found = inside.scan(cwd=repo.path).document["findings"]
    assert [one["rule"] for one in found] == ["private-key"]
    done = inside("purge", found[0]["id"], "--execute", "--into", str(tmp_path / "clean"), cwd=repo.path)
    assert done.code == 0, done.out + done.err


def test_a_purge_takes_no_folder_that_is_there(case: Case, gateway: Gateway) -> None:
    (case.folder / "taken").mkdir()
    (case.folder / "taken/file").write_text("mine")
    said = case("purge", case.id, "--into", str(case.folder / "taken"))
    assert said.code == 2
    assert (case.folder / "taken/file").read_text() == "mine"
    assert case("purge", case.id, "--into", str(case.repo.path / "inside")).code == 2


def test_a_purge_from_a_subfolder_is_one_of_the_whole(case: Case, gateway: Gateway) -> None:
    inner = case.repo.path / "inner"
    case.repo.write("inner/mail.env", leaking_line(1)).add().commit("more")
    inside = set(case.repo.path.iterdir())
    said = case("purge", case.id, "--path", str(inner))
    assert set(case.repo.path.iterdir()) == inside, "nothing is put into the repository"
    assert said.code in (0, 2)


def test_history_that_was_not_looked_at_proves_nothing(case: Case, gateway: Gateway) -> None:
    assert case.execute().code == 0
    case.repo.git("rm", "-q", "mail.env")
    case.repo.commit("gone")
    said = case("prove", case.id, "--no-history")
    assert said.code == 2
    assert "not looked at: --no-history" in said.out


def test_plans_are_written_for_people_and_programs(case: Case, gateway: Gateway) -> None:
    document = json.loads(case("plan", "--all", "-f", "json").out)
    steps = [step["title"] for step in document["plans"][0]["steps"]]
    assert steps[0] == "See whether it is active"
    assert steps[-1] == "Prove that it is gone"
    markdown = case("plan", case.id, "-f", "markdown").out
    assert markdown.startswith("## SendMailOS API key")
    assert "1. [ ] **See whether it is active**" in markdown
    assert case("plan").code == 2


def test_what_nobody_knows_is_not_proven(case: Case, gateway: Gateway) -> None:
    case.repo.git("rm", "-q", "mail.env")
    unknown = case("prove", "KG-123456")
    assert unknown.code == 2
    assert "whole fingerprint" in unknown.err
    said = case("prove", "0" * 32)
    assert said.code == 2
    assert "nobody has asked" in said.out
    asked = case("prove", case.id, "--stdin", "--vendor", "sendmailos", stdin=KEY.encode())
    assert asked.code == 1
    assert "asked now" in asked.out
    other = case("prove", case.id, "--stdin", "--vendor", "sendmailos", stdin=made_up_key(2).encode())
    assert "another key" in other.err
