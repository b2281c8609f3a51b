"""``keyguard revoke`` and ``keyguard journal`` from the command line, against a vendor that a test plays."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keyguard.remote.journal import Entry, Journal
from tests.helpers.calling import Inside, Keyguard, Said
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo
from tests.remote.playing import Heard, Played, Vendor, vendor

pytest_plugins = ("tests.helpers.commandline",)

KEY = made_up_key(1)


class Gateway:
    """A vendor that forgets a key once it is asked to, unless it was told to answer something else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.alive = True
        self.revokes: Played | None = Played(200, b'{"revoked": true}')
        self.forgets = True
        self.vendor: Vendor

    def answer(self, heard: Heard) -> Played | None:
        if heard.method == "DELETE":
            self.alive = self.alive and not self.forgets
            return self.revokes
        return Played(200) if self.alive else Played(401, b'{"code": "UNAUTHORIZED"}')

    def use(self, played: Vendor) -> None:
        """Write the configuration by which the vendor is reached."""
        self.vendor = played
        to = f"https://localhost:{played.port}"
        head = "headers = { Authorization = 'Bearer {secret}' }"
        (self.folder / "user.toml").write_text(
            f"[network]\nallow-hosts = ['localhost']\nca-file = '{played.ca_file}'\npause = 0.0\n"
            f"[vendors.sendmailos.verify]\nurl = '{to}/domains'\n{head}\n"
            "answers = [{ status = [200], verdict = 'active' },"
            " { status = [401], when = { code = 'UNAUTHORIZED' }, verdict = 'inactive' }]\n"
            f"[vendors.sendmailos.revoke]\nmethod = 'DELETE'\nurl = '{to}/api-keys/self'\n{head}\n"
            "answers = [{ status = [200], when = { revoked = true }, verdict = 'revoked' },"
            " { status = [202], verdict = 'accepted' }, { status = [403], verdict = 'refused' }]\n"
        )

    @property
    def deletions(self) -> int:
        """How many requests to revoke have come."""
        return sum(one.method == "DELETE" for one in self.vendor.heard)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    found = Gateway(tmp_path)
    with vendor(found.answer, tmp_path) as played:
        found.use(played)
        yield found


class Case:
    """A repository with a key in it, and calls about that key."""

    def __init__(self, kg: Keyguard, folder: Path) -> None:
        self._kg = kg
        self.folder = folder
        self.repo = Repo(folder / "leaky").write("mail.env", leaking_line(1)).write("a", "a").add().commit("oops")
        self.id = str(kg.scan(cwd=self.repo.path).document["findings"][0]["id"])
        self.variables = {
            "KEYGUARD_USER_CONFIG": str(folder / "user.toml"),
            "KEYGUARD_STATE_DIR": str(folder / "state"),
        }

    def __call__(self, *arguments: str, **options: Any) -> Said:
        return self._kg(*arguments, cwd=self.repo.path, **self.variables, **options)

    def execute(self, *arguments: str) -> Said:
        return self("revoke", self.id, "--execute", "--yes", "--expect", self.id, *arguments)

    def journal(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self("journal", "-f", "jsonl").out.splitlines()]


@pytest.fixture
def case(inside: Inside, tmp_path: Path) -> Case:
    return Case(inside, tmp_path)


def test_without_execute_it_is_only_shown(case: Case, gateway: Gateway) -> None:
    said = case("revoke", case.id)
    assert said.code == 0
    for words in (
        "DELETE https://localhost",
        "sk_live_********",
        "cannot be undone",
        "mail.env:1:",
        "with the key itself",
    ):
        assert words in said.out
    assert "nothing was sent" in said.err
    assert not gateway.vendor.heard
    assert not (case.folder / "state").exists()


def test_a_key_is_revoked_once_and_asked_about_before_and_after(case: Case, gateway: Gateway) -> None:
    said = case.execute()
    assert said.code == 0, said.err
    assert "confirmed: revoked" in said.out
    assert [one.method for one in gateway.vendor.heard] == ["GET", "DELETE", "GET"]
    assert [(one["action"], one["outcome"]) for one in case.journal()] == [("revoke", "sent"), ("revoked", "confirmed")]
    again = case.execute()
    assert again.code == 0
    assert "already-inactive" in again.out
    assert gateway.deletions == 1, "what is dead is not killed again"


@pytest.mark.parametrize(
    ("played", "forgets", "outcome", "code"),
    [
        (Played(202), True, "confirmed", 0),
        (Played(202), False, "accepted", 2),
        (Played(200, b'{"revoked": true}'), False, "still-active", 1),
        (Played(200, b"<html>"), True, "unknown", 2),
        (Played(403), False, "refused", 1),
        (Played(500), False, "unknown", 2),
        (Played(302, b"{}", (("Location", "https://localhost:1/"),)), False, "unknown", 2),
        (None, False, "unknown", 2),
    ],
)
def test_what_comes_of_it_is_said_as_it_is(
    played: Played | None, forgets: bool, outcome: str, code: int, case: Case, gateway: Gateway
) -> None:
    gateway.revokes, gateway.forgets = played, forgets
    said = case.execute()
    assert f"{outcome}: " in said.out
    assert said.code == code
    assert gateway.deletions == 1, "nothing that changes anything is sent twice"
    assert case.journal()[-1]["outcome"] == outcome


def test_it_has_to_be_confirmed(case: Case, gateway: Gateway) -> None:
    for arguments in (
        ("--execute",),
        ("--execute", "--yes"),
        ("--execute", "--yes", "--expect", "KG-ffffff"),
        ("--yes", "--expect", "KG-ffffff"),
    ):
        assert case("revoke", case.id, *arguments).code == 2
    assert not gateway.vendor.heard


@pytest.mark.parametrize(("typed", "deleted"), [("{}", 1), ("yes", 0), ("", 0)])
def test_who_sits_at_a_terminal_types_the_id(
    typed: str, deleted: int, kg: Keyguard, tmp_path: Path, gateway: Gateway
) -> None:
    case = Case(kg, tmp_path)
    ours, theirs = pty.openpty()
    started = kg.start(
        "revoke", case.id, "--execute", cwd=case.repo.path, stdin=theirs, stderr=subprocess.DEVNULL, **case.variables
    )
    os.write(ours, typed.format(case.id).encode() + b"\n")
    out, _ = started.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert gateway.deletions == deleted
    assert (b"confirmed: " in out) is bool(deleted)


def test_where_there_is_no_request_the_way_is_shown(case: Case, gateway: Gateway) -> None:
    (case.folder / "user.toml").write_text("")
    said = case("revoke", case.id)
    assert "by hand" in said.out
    assert "Review the whole key list" in said.out
    assert "https://sendmailos.com/docs/authentication" in said.out
    assert "keyguard verify has to say inactive" in said.out
    assert "there is no request for it" in said.err
    done = case.execute()
    assert done.code == 1
    assert "not-sent" in done.out
    assert not gateway.vendor.heard


def test_whose_a_key_is_said_to_be_decides_what_is_to_be_done(case: Case, gateway: Gateway) -> None:
    (case.folder / "user.toml").write_text("")
    case.repo.write("mail.env", f"API_KEY={KEY}\n")
    assert "Find out whose key this is" in case("revoke", case.id, "--no-history").out
    said = case("revoke", case.id, "--no-history", "--vendor", "sendmailos")
    assert "Review the whole key list" in said.out
    assert "https://sendmailos.com/docs/authentication" in said.out
    assert "Find out" not in said.out


def test_what_cannot_be_written_down_is_not_done(case: Case, gateway: Gateway) -> None:
    (case.folder / "state").write_text("in the way")
    said = case.execute()
    assert said.code == 2
    assert "journal" in said.err
    assert gateway.deletions == 0


def test_no_secret_is_in_anything_that_is_written_or_said(case: Case, gateway: Gateway) -> None:
    said = [case("revoke", case.id), case.execute(), case("journal"), case("verify", "--all")]
    assert all(KEY not in one.out + one.err for one in said)
    for path in case.folder.rglob("*"):
        if path.is_file() and "leaky" not in path.parts:
            assert KEY.encode() not in path.read_bytes(), path


def test_a_journal_is_for_several_at_once_and_for_this_user_alone(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path / "state"))

    def write(name: int) -> None:
        for at in range(20):
            journal.append(Entry(action="verify", fingerprint=f"{name}-{at}", id="", vendor="", outcome="active"))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.fingerprint for one in journal.entries()}) == 100
    assert Path(journal.path).stat().st_mode & 0o777 == 0o600
    assert Path(journal.path).parent.stat().st_mode & 0o777 == 0o700


def test_a_torn_line_costs_no_other(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    entry = Entry(action="verify", fingerprint="1", id="", vendor="", outcome="inactive")
    journal.append(entry)
    with Path(journal.path).open("ab") as file:
        file.write(b'{"action": "ver')
    journal.append(Entry(action="verify", fingerprint="2", id="", vendor="", outcome="active"))
    assert [one.fingerprint for one in journal.entries()] == ["1", "2"]
    assert set(journal.inactive()) == {"1"}
    journal.append(Entry(action="verify", fingerprint="1", id="", vendor="", outcome="active"))
    assert not journal.inactive()


@pytest.mark.parametrize("command", ["revoke", "verify"])
def test_a_vendor_that_nobody_knows_is_refused_before_anything_is_read(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    read: list[object] = []
    monkeypatch.setattr("keyguard.cli.shared.scan_command.run_scan", lambda *asked: read.append(asked))
    said = inside(command, "KG-7f3a9c", "--vendor", "strpe", "--path", str(tmp_path))
    assert said.code == 2
    assert "there is no vendor 'strpe', did you mean 'stripe'?" in said.err
    assert inside(command, "KG-7f3a9c", "--override-evidence", "--path", str(tmp_path)).code == 2
    assert read == []


def test_what_no_vendor_issues_is_replaced_where_it_is_used(inside: Inside, tmp_path: Path) -> None:
    password = made_up_key(9)[-12:]
    (tmp_path / "a.ini").write_text("url = postgres://app:" + password + "@db.corp.internal/app\n")
    where = ("--path", str(tmp_path))
    (found,) = inside("scan", "--no-hygiene", "-f", "json", str(tmp_path)).document["findings"]
    assert "no vendor issues it, so nobody can be asked" in inside("verify", found["id"], "--dry-run", *where).out
    assert "by hand      no vendor issues it: " in inside("revoke", found["id"], *where).out
    plan = inside("plan", found["id"], *where).out
    assert "1. Replace it\n" in plan
    assert "Find out whose key it is" not in plan
    row = inside("inventory", str(tmp_path)).out.splitlines()[1]
    assert f"{found['id']}  {found['title']}  " in row
