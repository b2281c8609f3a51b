"""AWS: what is signed, how, and which keys are traps."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from keyguard.cli.commands import revoke
from keyguard.masking.secret import Secret
from keyguard.model.endpoint import Request
from keyguard.remote import signing
from keyguard.remote.http import Client
from keyguard.remote.signing import AwsSigned
from keyguard.response import canaries
from keyguard.rules.examples import fill
from tests.helpers.calling import Inside
from tests.helpers.repos import Repo
from tests.helpers.seeing import rules
from tests.remote.playing import Played, vendor
from tests.remote.redirecting import Redirected

pytest_plugins = ("tests.helpers.commandline",)

KEY_ID = fill("AKIA{base32:16}", "id").encode()
SECRET = fill("{base64:40}", "secret").encode()
RULE = rules().by_id()["aws-secret-key"]


def test_a_signature_is_the_one_that_aws_publishes() -> None:
    # the plainest case of the published test suite: its key is everybody's, and put together here
    request = Request(url="https://example.amazonaws.com/", sign="aws-sigv4", pair="x", answers=())
    secret = Secret(("wJalrXUtnFEMI/K7MDENG" + "+bPxRfiCYEXAMPLEKEY").encode())
    moment, key_id = "20150830T123600Z", Secret(b"AKIDEXAMPLE")
    found = signing.sign(request, {"X-Amz-Date": moment}, b"", moment, key_id, secret, "service")
    assert "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date" in found
    assert found.endswith("5fa00fa31553b73ebf1942676e86291e" + "8372ff2a2260956d9b8aae1d763fbf31")


def test_a_secret_signs_and_is_not_sent() -> None:
    assert RULE.verify
    prepared = AwsSigned(RULE.verify, Secret(SECRET), "********", Secret(KEY_ID))
    path, headers, body = prepared.reveal()
    assert path == "/"
    assert body == b"Action=GetCallerIdentity&Version=2011-06-15"
    assert KEY_ID.decode() in headers["Authorization"]
    assert all(SECRET.decode() not in value for value in headers.values())
    assert all(SECRET.decode() not in line for line in prepared.lines())


def test_what_revokes_names_its_own_id() -> None:
    assert RULE.revoke
    _, _, body = AwsSigned(RULE.revoke, Secret(SECRET), "", Secret(KEY_ID)).reveal()
    assert f"AccessKeyId={KEY_ID.decode()}&Status=Inactive".encode() in body
    assert RULE.revoke.reversible


def test_what_revokes_is_signed_when_it_is_sent(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"aws_access_key_id = {KEY_ID.decode()}\naws_secret_access_key = {SECRET.decode()}\n"
    repo = Repo(tmp_path / "aws").write("credentials", text).add().commit("oops")
    found = inside.scan(cwd=repo.path).document["findings"]
    name = next(one["id"] for one in found if one["rule"] == "aws-secret-key")
    with ExitStack() as stack:
        hosts = ("sts.amazonaws.com", "iam.amazonaws.com")
        servers = {one: stack.enter_context(vendor(lambda heard: Played(200), tmp_path, one)) for one in hosts}
        monkeypatch.setattr(revoke, "Client", Redirected(servers).client(Client))
        own = {"KEYGUARD_USER_CONFIG": str(tmp_path / "none.toml"), "KEYGUARD_STATE_DIR": str(tmp_path / "state")}
        said = inside("revoke", name, "--execute", "--yes", "--expect", name, cwd=repo.path, **own)
    assert "still-active" in said.out, said.err
    for host, action in (("sts.amazonaws.com", b"GetCallerIdentity"), ("iam.amazonaws.com", b"UpdateAccessKey")):
        heard = servers[host].heard[0]
        assert b"Action=" + action in heard.body
        assert heard.headers["authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={KEY_ID.decode()}/")
    assert f"AccessKeyId={KEY_ID.decode()}&".encode() in servers["iam.amazonaws.com"].heard[0].body
    assert not any(SECRET in one.body for played in servers.values() for one in played.heard)


def test_the_account_is_read_from_the_id() -> None:
    assert canaries.account_of(b"AKIA" + b"AYLPMN5HAAAAAAAA") == "052310077262"
    assert canaries.canary_maker(b"AKIA" + b"AYLPMN5HAAAAAAAA") == "canarytokens.org"
    assert canaries.account_of(KEY_ID).isdigit()
    assert not canaries.canary_maker(KEY_ID)
    assert all(not canaries.account_of(text) for text in (b"", b"AKIA", SECRET, b"AKIA" + b"1" * 16))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n", "POST https://sts.amazonaws.com/"),
        ("aws_secret_access_key = {secret}\n", "stands nowhere near"),
        ("aws_secret_access_key = {secret}\nid = {id}\nother = {other}\n", "there are several"),
        ("aws_access_key_id = {session}\naws_secret_access_key = {secret}\n", "it is a temporary key"),
        ("aws_access_key_id = {trap}\naws_secret_access_key = {secret}\n", "it is a trap"),
    ],
)
def test_the_pair_is_found_where_it_stands(text: str, said: str, inside: Inside, tmp_path: Path) -> None:
    trap = fill("AKIAAYLPMN5HAA{base32:6}", "trap")
    other, session = fill("AKIA{base32:16}", "other"), fill("ASIA{base32:16}", "session")
    filled = text.format(id=KEY_ID.decode(), secret=SECRET.decode(), trap=trap, other=other, session=session)
    repo = Repo(tmp_path / "aws").write("credentials", filled).add().commit("oops")
    out = inside("verify", "--all", "--dry-run", cwd=repo.path, KEYGUARD_STATE_DIR=str(tmp_path / "state")).out
    assert said in out
    assert SECRET.decode() not in out
