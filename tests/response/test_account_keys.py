"""Keys that another credential of the account revokes: the right one or none, and the credential is seen by nobody."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keyguard.cli.commands import revoke
from keyguard.masking.secret import Secret, fingerprint, short_id
from keyguard.remote.http import Client
from keyguard.remote.key_listing import matches_hint
from keyguard.rules.examples import fill
from tests.helpers.calling import Inside, Keyguard, Said
from tests.helpers.repos import Repo
from tests.remote.playing import Heard, Played, Vendor, vendor
from tests.remote.redirecting import Redirected

pytest_plugins = ("tests.helpers.commandline",)

KEY = fill("sk-ant-api03-{b64url:93}AA", "leaked")
OTHER = fill("sk-ant-api03-{b64url:93}AA", "other")
ADMIN = fill("sk-ant-admin01-{b64url:93}AA", "admin")
HOST = "api.anthropic.com"


def hint(key: str) -> str:
    return f"{key[:16]}...{key[-4:]}"


def error(kind: str) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": "no"}}).encode()


class Account:
    """An organisation at Anthropic: its keys, and what it answers."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = [row("apikey_01other", OTHER), row("apikey_01leaked", KEY)]
        self.page = 100
        #: answers instead of those of the account: to the list, to a change, to the leaked key
        self.lists: Played | None = None
        self.changes: Played | None = None
        self.says: Played | None = None
        #: whether a change of the leaked key's row makes the key dead
        self.obeys = True
        self.vendor: Vendor

    def answer(self, heard: Heard) -> Played:
        by = heard.headers["x-api-key"]
        path, _, query = heard.path.partition("?")
        if path == "/v1/models":
            alive = not self.obeys or any(one["status"] == "active" for one in self.rows if one["hidden"] == by)
            return self.says or (Played(200) if alive else Played(401, error("authentication_error")))
        if by != ADMIN:
            return Played(401, error("authentication_error"))
        if heard.method == "GET":
            return self.lists or self._page(query)
        return self.changes or self._change(path.rpartition("/")[2], heard.body)

    def _page(self, query: str) -> Played:
        after = query.partition("after_id=")[2]
        start = 1 + [one["id"] for one in self.rows].index(after) if after else 0
        shown = self.rows[start : start + self.page]
        data = [{name: value for name, value in one.items() if name != "hidden"} for one in shown]
        more = start + self.page < len(self.rows)
        return Played(200, json.dumps({"data": data, "has_more": more, "last_id": shown[-1]["id"]}).encode())

    def _change(self, name: str, body: bytes) -> Played:
        for one in self.rows:
            if one["id"] == name:
                one["status"] = json.loads(body)["status"]
                return Played(200, json.dumps({"id": name, "status": one["status"]}).encode())
        return Played(404, error("not_found_error"))

    @property
    def changed(self) -> list[str]:
        """The paths of all that changed something, or tried to."""
        return [one.path for one in self.vendor.heard if one.method != "GET"]


def row(name: str, key: str, status: str = "active") -> dict[str, Any]:
    return {
        "id": name,
        "name": "Dev",
        "partial_key_hint": hint(key),
        "status": status,
        "type": "api_key",
        "hidden": key,
    }


class Case:
    """A repository with a key of Anthropic in it, and calls about that key."""

    def __init__(self, kg: Keyguard, folder: Path) -> None:
        self._kg = kg
        self.folder = folder
        self.repo = Repo(folder / "leaky").write("ai.env", f"ANTHROPIC_API_KEY={KEY}\n").add().commit("oops")
        self.id = short_id(fingerprint(Secret(KEY.encode()), guessable=False))
        self.config = folder / "user.toml"
        self.config.write_text("[vendors.anthropic]\nadmin-variable = 'MY_ADMIN_KEY'\n")
        self.variables = {
            "KEYGUARD_USER_CONFIG": str(self.config),
            "KEYGUARD_STATE_DIR": str(folder / "state"),
            "MY_ADMIN_KEY": ADMIN,
        }

    def __call__(self, *arguments: str, **more: Any) -> Said:
        said = self._kg(*arguments, cwd=self.repo.path, **{**self.variables, **more})
        assert ADMIN not in said.out + said.err
        assert KEY not in said.out + said.err
        return said

    def execute(self, *arguments: str, **more: Any) -> Said:
        return self("revoke", self.id, "--execute", "--yes", "--expect", self.id, *arguments, **more)

    def journal(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self("journal", "-f", "jsonl").out.splitlines()]


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    found = Account()
    with vendor(found.answer, tmp_path, HOST) as played:
        found.vendor = played
        monkeypatch.setattr(revoke, "Client", Redirected({HOST: played}).client(Client))
        yield found


@pytest.fixture
def case(inside: Inside, tmp_path: Path) -> Case:
    return Case(inside, tmp_path)


def test_a_dry_run_says_what_would_be_done_and_by_what(case: Case, account: Account) -> None:
    said = case("revoke", case.id)
    assert said.code == 0
    for words in (
        "POST https://api.anthropic.com/v1/organizations/api_keys/{key_id}",
        "x-api-key: ********",
        "is told by GET https://api.anthropic.com/v1/organizations/api_keys",
        "with another credential of the account: from $MY_ADMIN_KEY",
        "can be undone",
    ):
        assert words in said.out
    assert "which is not set" in case("revoke", case.id, MY_ADMIN_KEY=None).out
    assert "another credential of the account" in case("plan", case.id).out
    assert not account.vendor.heard


def test_the_leaked_key_is_found_and_set_to_inactive(case: Case, account: Account) -> None:
    said = case.execute()
    assert said.code == 0, said.out + said.err
    assert "confirmed: " in said.out
    assert "calls the key apikey_01leaked" in said.out
    assert [one["status"] for one in account.rows] == ["active", "inactive"]
    heard = account.vendor.heard
    assert [(one.method, one.path.partition("?")[0]) for one in heard] == [
        ("GET", "/v1/models"),
        ("GET", "/v1/organizations/api_keys"),
        ("POST", "/v1/organizations/api_keys/apikey_01leaked"),
        ("GET", "/v1/models"),
    ]
    assert heard[2].body == b'{"status":"inactive"}'
    for one in heard:
        by = ADMIN if "organizations" in one.path else KEY
        assert one.headers["x-api-key"] == by
        assert (ADMIN if by == KEY else KEY) not in str(one)
    assert [(one["action"], one["outcome"]) for one in case.journal()] == [("revoke", "sent"), ("revoked", "confirmed")]
    assert "apikey_01leaked" in case.journal()[-1]["detail"]
    assert "already-inactive" in case.execute().out
    assert len(account.changed) == 1


def test_neither_secret_is_in_anything_that_is_written(case: Case, account: Account) -> None:
    account.rows[0]["name"] = f"{ADMIN} {KEY}"
    for change in (None, Played(403, ADMIN.encode()), Played(500, KEY.encode())):
        account.rows[1]["status"], account.changes = "active", change
        case.execute()
    case.execute("--key-id", "apikey_none")
    case("journal")
    for path in case.folder.rglob("*"):
        if path.is_file() and "leaky" not in path.parts:
            assert ADMIN.encode() not in path.read_bytes(), path
            assert KEY.encode() not in path.read_bytes(), path


def test_what_is_inactive_already_is_left_alone(case: Case, account: Account) -> None:
    account.rows[1]["status"] = "archived"
    assert "already-inactive" in case.execute().out
    assert [one.path for one in account.vendor.heard] == ["/v1/models"], "nobody needs another credential for that"
    account.says = Played(500)
    said = case.execute()
    assert said.code == 0
    assert "already-inactive: it was inactive already (the vendor lists it as archived: apikey_01leaked)" in said.out
    assert not account.changed


def test_a_row_that_is_dead_is_not_of_a_key_that_lives(case: Case, account: Account) -> None:
    account.rows[1]["status"], account.says = "inactive", Played(200)
    said = case.execute()
    assert said.code == 1
    assert "but the leaked key is active: it is another" in said.out
    assert not account.changed


def test_of_two_keys_that_look_alike_none_is_revoked(case: Case, account: Account) -> None:
    twin = KEY[:16] + OTHER[16:-4] + KEY[-4:]
    account.rows.append({**row("apikey_01twin", twin, "inactive"), "name": "Old\x1b[31m one"})
    said = case.execute()
    assert said.code == 1
    assert "not-sent" in said.out
    assert "2 keys of the account can be it: --key-id names the one" in said.out
    assert "apikey_01leaked active (Dev)" in said.out
    assert "apikey_01twin inactive (Old" in said.out
    assert "\x1b" not in said.out
    assert not account.changed
    named = case.execute("--key-id", "apikey_01leaked")
    assert named.code == 0, named.out
    assert account.changed == ["/v1/organizations/api_keys/apikey_01leaked"]


def test_a_key_that_is_named_wrongly_is_not_revoked(case: Case, account: Account) -> None:
    said = case.execute("--key-id", "apikey_01other")
    assert "what is shown of it does not fit" in said.out
    said = case.execute("--key-id", "apikey_01none")
    assert "no key of the account has the id" in said.out
    assert "apikey_01other active (Dev)" in said.out
    assert said.code == 1
    assert not account.changed
    assert case("revoke", "KG-1111", "KG-2222", "--key-id", "x").code == 2


@pytest.mark.parametrize("shown", ["sk-ant-api03-...", f"{KEY[:14]}...{KEY[-2:]}", None, "redacted"])
def test_a_hint_that_tells_too_little_tells_nothing(shown: str | None, case: Case, account: Account) -> None:
    account.rows = [{**row("apikey_01only", KEY), "partial_key_hint": shown}]
    said = case.execute()
    assert said.code == 1
    assert "--key-id names the one" in said.out
    assert not account.changed
    assert case.execute("--key-id", "apikey_01only").code == 0, "who names it takes it upon himself"


def test_what_the_account_has_not_is_not_revoked(case: Case, account: Account) -> None:
    account.rows = [row("apikey_01other", OTHER)]
    account.says = Played(200)
    said = case.execute()
    assert said.code == 1
    assert "none of the account's 1 keys is it" in said.out
    assert not account.changed


def test_a_list_is_read_to_its_end(case: Case, account: Account) -> None:
    account.page = 1
    assert case.execute().code == 0
    asked = [one.path for one in account.vendor.heard if one.path.startswith("/v1/organizations/api_keys?")]
    assert [one.partition("&")[2] for one in asked] == ["", "after_id=apikey_01other"]


@pytest.mark.parametrize("last", ["apikey_01x", "../me", "a&b=c", "", None])
def test_a_list_without_an_end_is_none(last: str | None, case: Case, account: Account) -> None:
    body = {"data": [{"id": "apikey_01leaked", "partial_key_hint": hint(KEY), "status": "active"}]}
    account.lists = Played(200, json.dumps({**body, "has_more": True, "last_id": last}).encode())
    said = case.execute()
    assert "does not say how its list goes on" in said.out
    assert not account.changed


@pytest.mark.parametrize(
    ("lists", "outcome", "says"),
    [
        (Played(401, error("authentication_error")), "refused", "does not list its keys for this credential (401)"),
        (Played(403, error("permission_error")), "refused", "does not list its keys for this credential (403)"),
        (Played(403, b"<html>"), "not-sent", "could not be listed"),
        (Played(500), "not-sent", "trouble of its own"),
        (Played(429), "not-sent", "too many requests"),
        (Played(302, b"{}", (("Location", "https://elsewhere.example/"),)), "not-sent", "sends on to another address"),
        (Played(200, b"<html>"), "not-sent", "could not be listed"),
        (Played(200, b'{"data": 7}'), "not-sent", "could not be listed"),
        (Played(200, b'{"data": [7, {"id": "../me"}, {}]}'), "not-sent", "none of the account's 0 keys"),
    ],
)
def test_without_a_list_nothing_is_revoked(
    lists: Played, outcome: str, says: str, case: Case, account: Account
) -> None:
    account.lists = lists
    said = case.execute()
    assert said.code == 1
    assert f"{outcome}: " in said.out
    assert says in said.out
    assert not account.changed
    assert case.journal()[-1]["outcome"] == outcome


@pytest.mark.parametrize(
    ("changes", "outcome", "code"),
    [
        (Played(401, error("authentication_error")), "refused", 1),
        (Played(403, error("permission_error")), "refused", 1),
        (Played(404, error("not_found_error")), "refused", 1),
        (Played(403, b"<html>"), "unknown", 2),
        (Played(500), "unknown", 2),
        (Played(200, b"<html>"), "unknown", 2),
        (Played(200, b'{"status": "active"}'), "unknown", 2),
        (Played(307, b"{}", (("Location", "https://elsewhere.example/"),)), "unknown", 2),
    ],
)
def test_what_comes_of_it_is_said_as_it_is(
    changes: Played, outcome: str, code: int, case: Case, account: Account
) -> None:
    account.changes = changes
    said = case.execute()
    assert f"{outcome}: " in said.out
    assert said.code == code
    assert len(account.changed) == 1, "nothing that changes anything is sent twice"


def test_a_key_that_lives_on_may_have_been_another(case: Case, account: Account) -> None:
    account.obeys = False
    said = case.execute()
    assert said.code == 1
    assert "still-active" in said.out
    assert "calls the key apikey_01leaked" in said.out


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (fill("sk_live_51{alnum:97}", "x"), "looks like a key of"),
        (fill("AKIA{base32:16}", "x"), "looks like a key of Amazon"),
        ("two words", "no credential"),
        ("schlüssel", "no credential"),
        ("line\nline", "no credential"),
    ],
    ids=["stripe", "aws", "words", "letters", "lines"],
)
def test_what_cannot_be_a_credential_is_not_sent(value: str, says: str, case: Case, account: Account) -> None:
    said = case.execute(MY_ADMIN_KEY=value)
    assert said.code == 2
    assert says in said.err
    assert value not in said.err
    assert not account.vendor.heard


def test_without_a_credential_nothing_is_sent(case: Case, account: Account) -> None:
    said = case.execute(MY_ADMIN_KEY="")
    assert said.code == 1
    assert "from $MY_ADMIN_KEY, which is not set" in said.out
    case.config.write_text("")
    said = case.execute()
    assert said.code == 1
    assert "admin-variable" in said.out
    assert not account.vendor.heard


def test_a_credential_in_the_configuration_is_not_shown(case: Case, account: Account) -> None:
    case.config.write_text(f"[vendors.anthropic]\nadmin-variable = '{ADMIN}'\n")
    said = case("revoke", case.id)
    assert said.code == 2
    assert "give the name of a variable, not its value" in said.err


def test_the_repository_has_no_say_in_which_variable_is_read(case: Case, account: Account) -> None:
    case.config.write_text("")
    case.repo.write(".keyguard.toml", "[vendors.anthropic]\nadmin-variable = 'MY_ADMIN_KEY'\n")
    case.execute()
    assert not any(ADMIN in str(one) for one in account.vendor.heard)


def test_who_sits_at_a_terminal_types_the_credential(kg: Keyguard, tmp_path: Path) -> None:
    case, account = Case(kg, tmp_path), Account()
    with vendor(account.answer, tmp_path) as played:
        account.vendor = played
        case.config.write_text(_gateway(played))
        ours, theirs = pty.openpty()
        started = kg.start(
            "revoke", case.id, "--execute", cwd=case.repo.path, stdin=theirs, stderr=subprocess.PIPE, **case.variables
        )
        os.write(ours, f"{case.id}\n".encode())
        assert started.stderr
        said = b""
        while not said.endswith(b"(it is not shown): ") and (more := os.read(started.stderr.fileno(), 1024)):
            said += more
        os.write(ours, f"{ADMIN}\n".encode())
        out, err = started.communicate(timeout=60)
        os.close(theirs)
    assert b"confirmed: " in out, err
    assert ADMIN.encode() not in out + err
    assert account.changed == ["/v1/organizations/api_keys/apikey_01leaked"]


def _gateway(played: Vendor) -> str:
    """The same vendor, reached by way of the user's own configuration."""
    to, head = f"https://localhost:{played.port}/v1", "headers = { x-api-key = '{admin}' }"
    return (
        f"[network]\nallow-hosts = ['localhost']\nca-file = '{played.ca_file}'\npause = 0.0\n"
        f"[vendors.anthropic.verify]\nurl = '{to}/models'\nheaders = {{ x-api-key = '{{secret}}' }}\n"
        "answers = [{ status = [200], verdict = 'active' },"
        " { status = [401], when = { 'error.type' = 'authentication_error' }, verdict = 'inactive' }]\n"
        f"[vendors.anthropic.revoke]\nmethod = 'POST'\nurl = '{to}/organizations/api_keys/{{key_id}}'\n{head}\n"
        "right = 'admin'\nreversible = true\nbody = '{\"status\":\"inactive\"}'\n"
        "answers = [{ status = [200], when = { status = 'inactive' }, verdict = 'revoked' }]\n"
        f"[vendors.anthropic.revoke.find]\nurl = '{to}/organizations/api_keys'\n{head}\n"
        "rows = 'data'\nhint = 'partial_key_hint'\nstatus = 'status'\nlive = ['active']\n"
    )


def test_a_key_that_holds_its_own_id_is_named_by_it(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, key, admin = (fill(text, "sg") for text in ("{b64url:22}", "{b64url:43}", "SG.{b64url:22}.{b64url:43}"))
    alive = [True]

    def answer(heard: Heard) -> Played:
        if heard.method == "DELETE":
            alive[0] = heard.headers["authorization"] != f"Bearer {admin}"
            return Played(403, b'{"errors": [{"message": "no"}]}') if alive[0] else Played(204, b"")
        return Played(200) if alive[0] else Played(401, b'{"errors": [{"message": "no"}]}')

    repo = Repo(tmp_path / "mail").write("a.env", f"SENDGRID_API_KEY=SG.{name}.{key}\n").add().commit("oops")
    found = inside.scan(cwd=repo.path).document["findings"][0]["id"]
    (tmp_path / "user.toml").write_text("[vendors.sendgrid]\nadmin-variable = 'MAIL_ADMIN'\n")
    own = {"KEYGUARD_USER_CONFIG": str(tmp_path / "user.toml"), "KEYGUARD_STATE_DIR": str(tmp_path / "state")}
    call = ("revoke", found, "--execute", "--yes", "--expect", found)
    with vendor(answer, tmp_path, "api.sendgrid.com") as played:
        monkeypatch.setattr(revoke, "Client", Redirected({"api.sendgrid.com": played}).client(Client))
        said = inside(*call, "--key-id", "another", cwd=repo.path, MAIL_ADMIN=admin, **own)
        assert said.code == 1
        assert not any(one.method == "DELETE" for one in played.heard)
        said = inside(*call, cwd=repo.path, MAIL_ADMIN=fill("SG.{b64url:22}.{b64url:43}", "few"), **own)
        assert "refused" in said.out, said.out
        said = inside(*call, cwd=repo.path, MAIL_ADMIN=admin, **own)
        assert "confirmed" in said.out, said.out + said.err
        assert [one.path for one in played.heard if one.method == "DELETE"] == [f"/v3/api_keys/{name}"] * 2
        assert not any(key in str(one) for one in played.heard if one.method == "DELETE")


@pytest.mark.parametrize(
    ("shown", "fits"),
    [
        ("abcd-XYZ1...7890", True),
        ("abcd-XYZ1…7890", True),
        ("abcd-XYZ1********7890", True),
        ("...567890", True),
        ("abcd-XYZ2...7890", False),
        ("abcd-XYZ1...7891", False),
        ("abcd-...", None),
        ("abcd-XYZ1", None),
        ("abcd-...12...7890", None),
        ("", None),
        (7, None),
    ],
)
def test_parts_of_a_key_tell_it_or_do_not(shown: object, fits: bool | None) -> None:
    assert matches_hint(shown, "abcd-XYZ1234567890", len("abcd-")) is fits
