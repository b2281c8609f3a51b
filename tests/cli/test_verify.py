"""``keyguard verify`` from the command line, against a vendor that a test plays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.helpers.calling import FORMATS, Inside, Keyguard, Said
from tests.helpers.checkout import leaking_line, made_up_key
from tests.helpers.repos import Repo
from tests.remote.playing import Heard, Played, Vendor, vendor

pytest_plugins = ("tests.helpers.commandline",)

KEY = made_up_key(1)


class Gateway:
    """A vendor that says of each key what it was told to, and the configuration that leads to it."""

    def __init__(self, folder: Path) -> None:
        self.status = 200
        self.config = folder / "user.toml"
        self._folder = folder
        self.vendor: Vendor

    def answer(self, heard: Heard) -> Played:
        body = b'{"code": "UNAUTHORIZED"}' if self.status == 401 else b"{}"
        return Played(self.status, body)

    def use(self, played: Vendor) -> None:
        """Write the configuration by which the vendor is reached."""
        self.vendor = played
        self.config.write_text(
            f"[network]\nallow-hosts = ['localhost']\nca-file = '{played.ca_file}'\npause = 0.0\n"
            f"[vendors.sendmailos.verify]\nurl = 'https://localhost:{played.port}/domains'\n"
            "headers = { Authorization = 'Bearer {secret}' }\n"
            "answers = [{ status = [200], verdict = 'active' },"
            " { status = [401], when = { code = 'UNAUTHORIZED' }, verdict = 'inactive' }]\n"
        )


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    found = Gateway(tmp_path)
    with vendor(found.answer, tmp_path) as played:
        found.use(played)
        yield found


@pytest.fixture
def leaky(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "leaky").write("mail.env", leaking_line(1)).write("a", "a").add().commit("oops")


def verify(kg: Keyguard, repo: Repo, gateway: Gateway, *arguments: str, **options: object) -> Said:
    return kg("verify", *arguments, cwd=repo.path, KEYGUARD_USER_CONFIG=str(gateway.config), **options)


def test_a_key_is_asked_about_and_the_answer_decides(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    said = verify(inside, leaky, gateway, "--all")
    assert said.code == 1, said.err
    assert "active: the vendor answered 200 (localhost)" in said.out
    assert gateway.vendor.heard[-1].headers["authorization"] == f"Bearer {KEY}"
    gateway.status = 401
    assert verify(inside, leaky, gateway, "--all").code == 0
    gateway.status = 500
    assert verify(inside, leaky, gateway, "--all").code == 2
    assert len(gateway.vendor.heard) == 3


def test_a_key_of_history_is_asked_about_by_its_id(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    leaky.git("rm", "-q", "mail.env")
    leaky.commit("gone")
    found = inside.scan(cwd=leaky.path).document["findings"][0]
    for name in (found["id"], found["id"].lower(), found["fingerprint"]):
        document = verify(inside, leaky, gateway, name, "-f", "json").document
        assert [one["verdict"] for one in document["keys"]] == ["active"]
    assert verify(inside, leaky, gateway, "--all", "--no-history").out == "no keys\n"
    wrong = verify(inside, leaky, gateway, "KG-ffffff")
    assert wrong.code == 2
    assert found["id"] in wrong.err


def test_a_dry_run_sends_nothing_and_shows_no_secret(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    said = verify(inside, leaky, gateway, "--all", "--dry-run")
    assert said.code == 0
    assert "GET https://localhost" in said.out
    assert "Authorization: Bearer sk_live_********" in said.out
    assert KEY not in said.out
    assert not gateway.vendor.heard


def test_a_key_whose_vendor_cannot_be_told_goes_to_nobody(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    leaky.write("mail.env", f"API_KEY={KEY}\n")
    said = verify(inside, leaky, gateway, "--all", "--no-history")
    assert said.code == 2
    assert "it goes to nobody" in said.out
    assert not gateway.vendor.heard
    name = inside.scan("--no-history", cwd=leaky.path).document["findings"][0]["id"]
    assert verify(inside, leaky, gateway, name, "--no-history", "--vendor", "sendmailos").code == 1
    assert len(gateway.vendor.heard) == 1
    for vendor_id, hint in (("sendmailo", "did you mean 'sendmailos'"), ("github", "looks like this one")):
        assert hint in verify(inside, leaky, gateway, name, "--vendor", vendor_id).err


def test_a_key_comes_from_standard_input(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    document = verify(
        inside, leaky, gateway, "--stdin", "--vendor", "sendmailos", "-f", "json", stdin=KEY.encode() + b"\n"
    ).document
    assert document["keys"][0]["verdict"] == "active"
    assert "no key on standard input" in verify(inside, leaky, gateway, "--stdin", stdin=b"nothing\n").err


def test_a_pack_that_the_user_names_counts_for_what_is_typed(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    pack = leaky.path.parent / "house.toml"
    pack.write_text(
        '[vendor]\nid = "house"\nname = "House"\n[[rules]]\nid = "house-key"\ntitle = "x"\ndescription = "x"\n'
        f"pattern = '(?P<secret>hous_[a-z]{{24}})'\nverify = {{ url = 'https://localhost:{gateway.vendor.port}/'"
        ", headers = { A = '{secret}' }, answers = [{ status = [200], verdict = 'active' }] }\n"
    )
    typed = ("hous" + "_qwmrtzplkjhgfdsyxcvbnuio").encode()
    said = verify(inside, leaky, gateway, "--stdin", "--rules", str(pack), "-f", "json", stdin=typed)
    assert [one["verdict"] for one in said.document["keys"]] == ["active"], said.err


def test_a_webhook_secret_is_no_key_of_the_gateway(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    leaky.write("mail.env", f"SENDMAILOS_WEBHOOK_SECRET=whsec_{KEY[8:]}\n").add().commit("another")
    said = verify(inside, leaky, gateway, "--all", "--no-history")
    assert "no request is known" in said.out
    assert not gateway.vendor.heard


def test_the_journal_says_who_was_asked(inside: Inside, leaky: Repo, gateway: Gateway, tmp_path: Path) -> None:
    state = {"KEYGUARD_STATE_DIR": str(tmp_path / "state")}
    verify(inside, leaky, gateway, "--stdin", "--vendor", "sendmailos", stdin=KEY.encode(), **state)
    lines = inside("journal", "-f", "jsonl", cwd=leaky.path, **state).out.splitlines()
    assert [json.loads(line)["vendor"] for line in lines] == ["sendmailos"]


def test_of_two_keys_on_standard_input_none_is_sent(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    for marker in ("keyguard: allow", "gitleaks:allow"):
        typed = f"OTHER={made_up_key(2)}  # {marker}\nSENDMAILOS_API_KEY={KEY}\n".encode()
        said = verify(inside, leaky, gateway, "--stdin", stdin=typed)
        assert said.code == 2
        assert "one key at a time" in said.err
    assert not gateway.vendor.heard


def test_what_is_said_of_a_key_is_said_of_one(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    for option in (("--vendor", "sendmailos"), ("--host", "gitlab.example")):
        for command in (("verify", "--all"), ("verify", "KG-1111", "KG-2222"), ("revoke", "KG-1111", "KG-2222")):
            said = inside(*command, *option, cwd=leaky.path)
            assert said.code == 2
            assert "are about one key" in said.err


def test_whom_to_ask_is_never_ignored(inside: Inside, leaky: Repo) -> None:
    for option, value in product(("--host", "--vendor"), ("", " ")):  # of a variable that is not set
        for command in (("verify", "KG-1111", "--dry-run"), ("revoke", "KG-1111"), ("prove", "0" * 32, "--stdin")):
            said = inside(*command, option, value, cwd=leaky.path)
            assert (said.code, "it is empty" in said.err) == (2, True), said
    said = inside("prove", "0" * 32, "--host", "ghe.corp.example", cwd=leaky.path)
    assert (said.code, "--stdin" in said.err) == (2, True), said


def test_the_repository_has_no_say_in_where_keys_go(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    pack = (
        '[vendor]\nid = "evil"\nname = "Evil"\n[[rules]]\nid = "sendmailos-key"\ntitle = "x"\ndescription = "x"\n'
        f"pattern = '(?P<secret>sk_live_[A-Za-z0-9]{{32}})'\nverify = {{ url = 'https://localhost:{gateway.vendor.port}/'"
        ", headers = { A = '{secret}' }, answers = [{ status = [200], verdict = 'active' }] }\n"
    )
    leaky.write("evil.toml", pack).write(".keyguard.toml", 'rules = ["evil.toml"]\n')
    leaky.write("keyguard/config.toml", gateway.config.read_text())
    said = inside("verify", "--all", "--dry-run", cwd=leaky.path)
    assert "https://api.sendmailos.com/" in said.out
    assert "localhost" not in said.out


def test_a_scan_can_ask_as_well(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    own = {"KEYGUARD_USER_CONFIG": str(gateway.config)}
    quiet = inside("scan", "-f", "json", cwd=leaky.path, **own)
    assert all(one["verdict"] is None for one in quiet.document["findings"])
    assert not gateway.vendor.heard, "nobody is asked unless the user says so"
    asked = inside("scan", "--verify", "-f", "json", cwd=leaky.path, **own).document["findings"]
    keys = [one for one in asked if one["kind"] == "key"]
    assert [one["verdict"]["state"] for one in keys] == ["active"]
    assert all(one["verdict"] is None for one in asked if one["kind"] != "key")
    for name in FORMATS:
        said = inside("scan", "--verify", "-f", name, cwd=leaky.path, **own)
        assert "active" in said.out
        assert KEY not in said.out
    assert inside("scan", "--verify", "--staged", cwd=leaky.path, **own).code == 2


def test_wrong_calls_are_refused(inside: Inside, leaky: Repo, gateway: Gateway) -> None:
    for arguments in ((), ("--all", "--stdin"), ("--all", "--vendor", "stripe"), ("KG-123456", "--all")):
        assert verify(inside, leaky, gateway, *arguments).code == 2
    gateway.config.write_text("[network]\ntimout = 3\n")
    assert "timout" in verify(inside, leaky, gateway, "--all").err
    gateway.config.write_text("[vendors.stripe.verify]\nurl = 'http://x.example/'\nanswers = []\n")
    assert "https://" in verify(inside, leaky, gateway, "--all").err


def test_no_secret_is_in_anything_that_is_said(kg: Keyguard, leaky: Repo, gateway: Gateway, cache: Path) -> None:
    for status in (200, 401, 403, 500):
        gateway.status = status
        for arguments in (("--all",), ("--all", "-f", "json")):
            said = verify(kg, leaky, gateway, *arguments)
            assert KEY not in said.out + said.err
            if "json" in arguments:
                json.loads(said.out)
    assert all(KEY.encode() not in path.read_bytes() for path in cache.rglob("*") if path.is_file())
