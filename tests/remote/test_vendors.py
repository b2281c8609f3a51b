"""Each vendor's table, played by a real server: what is asked, and what each answer means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from keyguard.config.user_config import Network
from keyguard.masking.secret import Secret
from keyguard.model.endpoint import Answer, Request, Revocation, problem
from keyguard.model.finding import Rule
from keyguard.model.verdict import State, Verdict
from keyguard.remote import verify
from keyguard.remote.http import Client
from keyguard.remote.prepared_request import PreparedRequest
from keyguard.rules.examples import fill
from tests.helpers.seeing import rules
from tests.remote.playing import Heard, Played, Vendor, vendor

RULESET = rules()
ASKED = [rule for rule in RULESET.rules if rule.verify]
REVOKED = [rule for rule in RULESET.rules if rule.revoke]
SECRET = fill("{alnum:40}", "vendors")
ADMIN = Secret(fill("{alnum:40}", "admin").encode())
HOST = "vendor.example"


class Stage(NamedTuple):
    """A server that answers what it is told to, and a client that finds it."""

    vendor: Vendor
    client: Client
    says: list[Played]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    says: list[Played] = []
    folder: Path = tmp_path_factory.mktemp("vendors")
    with vendor(lambda heard: says[-1], folder, HOST) as played:
        network = Network(allow_hosts=(HOST,), ca_file=str(played.ca_file), pause=0.0)
        yield Stage(played, Client(network, lambda host, port: ["127.0.0.1"]), says)


def moved(request: Request, played: Vendor) -> Request:
    """The same request, to the server that plays the vendor."""
    path = request.url.split("/", 3)[3]
    return msgspec.structs.replace(request, url=f"https://{HOST}:{played.port}/{path}")


def put(body: Any, path: list[str], value: Any) -> Any:
    """The body with a value at a path."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    if name.isdigit():
        first = body[0] if isinstance(body, list) else None
        return [put(first, rest, value)]
    found: dict[str, Any] = body if isinstance(body, dict) else {}
    return {**found, name: put(found.get(name), rest, value)}


def body_of(answer: Answer) -> bytes:
    """A body that the answer fits, with other things in it."""
    body: Any = {"request_id": "abc"}
    for path in answer.has:
        body = put(body, path.split("."), "something")
    for path, value in answer.when.items():
        body = put(body, path.split("."), value)
    return json.dumps(body).encode()


def ask(stage: Stage, request: Request, played: Played) -> Verdict:
    stage.says.append(played)
    stage.client._next.clear()  # a vendor that wants patience is another case
    question = moved(request, stage.vendor)
    return verify.ask_vendor(stage.client, PreparedRequest(question, Secret(SECRET.encode()), "********"), question)


@pytest.mark.parametrize("rule", ASKED, ids=lambda rule: rule.id)
def test_every_row_of_the_table_means_what_it_says(rule: Rule, stage: Stage) -> None:
    assert rule.verify
    seen: list[tuple[int, bytes]] = []
    for answer in rule.verify.answers:
        for status in answer.status:
            body = body_of(answer)
            if (status, body) in seen:
                continue
            seen.append((status, body))
            said = ask(stage, rule.verify, Played(status, body))
            from_memory = answer.verdict == "inactive" and rule.verify.evidence == "memory"
            assert said.state.value == ("unknown" if from_memory else answer.verdict)
            assert said.reason.startswith("probably inactive") is from_memory


@pytest.mark.parametrize("rule", ASKED, ids=lambda rule: rule.id)
@pytest.mark.parametrize(
    "played",
    [
        Played(401, b"<html>sign in</html>", (("Content-Type", "text/html"),)),
        Played(403, b"<html>no</html>", (("Content-Type", "text/html"),)),
        Played(401, b"{}"),
        Played(302, b"", (("Location", f"https://{HOST}/login"),)),
        Played(429, b"{}"),
        Played(500, b"{}"),
        Played(502, b"bad gateway"),
        Played(503, b""),
    ],
    ids=lambda played: f"{played.status}-{played.body[:6].decode()}",
)
def test_what_any_proxy_could_say_proves_nothing(rule: Rule, played: Played, stage: Stage) -> None:
    assert rule.verify
    assert ask(stage, rule.verify, played).state is State.UNKNOWN


@pytest.mark.parametrize(
    "rule", [rule for rule in ASKED if rule.verify and not rule.verify.sign], ids=lambda rule: rule.id
)
def test_the_secret_goes_where_the_vendor_wants_it_and_nowhere_else(rule: Rule, stage: Stage) -> None:
    assert rule.verify
    ask(stage, rule.verify, Played(200))
    heard = stage.vendor.heard[-1]
    assert heard.method == rule.verify.method
    assert SECRET in heard.path or any(SECRET in one or _basic() in one for one in heard.headers.values())
    assert "?" not in heard.path or SECRET not in heard.path.partition("?")[2]
    assert heard.headers["user-agent"].startswith("keyguard/")


def _basic() -> str:
    from base64 import b64encode

    return b64encode(f"api:{SECRET}".encode()).decode()


@pytest.mark.parametrize("rule", ASKED + REVOKED, ids=lambda rule: rule.id)
def test_tables_are_documented_and_ask_their_own_vendor(rule: Rule) -> None:
    for request, asks in ((rule.verify, True), (rule.revoke, False)):
        if request is None:
            continue
        assert not problem(request, asks=asks)
        assert request.reference.startswith("https://")
        hosts = RULESET.vendors[rule.vendor].hosts
        known = any(request.host == host or request.host.endswith("." + host) for host in hosts)
        assert known or request.hosted or request.host.endswith(".example"), (
            f"{request.host} is no host of {rule.vendor}"
        )


def test_there_are_enough_of_them() -> None:
    assert len({rule.vendor for rule in ASKED}) >= 26
    assert len({rule.vendor for rule in ASKED if rule.verify and rule.verify.evidence != "memory"}) >= 26
    assert {rule.vendor for rule in REVOKED} >= {"github", "gitlab", "slack", "huggingface", "buildkite"}


@pytest.mark.parametrize("rule", REVOKED, ids=lambda rule: rule.id)
def test_what_revokes_is_told_from_what_asks(rule: Rule, stage: Stage) -> None:
    assert isinstance(rule.revoke, Revocation)
    for answer in rule.revoke.answers:
        stage.says.append(Played(answer.status[0], body_of(answer)))
        question = moved(rule.revoke, stage.vendor)
        reply = stage.client.send(PreparedRequest(question, Secret(SECRET.encode()), "********").by(ADMIN, "key_1"))
        fitting = [one for one in rule.revoke.answers if verify.fits(one, reply.status, verify.parsed(reply))]
        assert fitting[0].verdict == answer.verdict
    heard: Heard = stage.vendor.heard[-1]
    assert heard.method == rule.revoke.method
    sent = heard.body.decode() + "".join(heard.headers.values())
    assert rule.revoke.sign or (SECRET in sent) is (rule.revoke.right != "admin")
    assert (ADMIN.reveal().decode() in sent) is (rule.revoke.right == "admin")
    assert ("key_1" in heard.path) is (rule.revoke.right == "admin")


#: what vendors are documented to answer to a key that they do not take, and to one that they do
REAL = {
    "stripe-key": (401, {"error": {"message": "Invalid API Key provided", "type": "invalid_request_error"}}),
    "sendmailos-key": (401, {"success": False, "error": "Invalid API key", "code": "UNAUTHORIZED"}),
    "paystack-key": (401, {"status": False, "message": "Invalid key"}),
    "github-pat": (401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}),
    "gitlab-pat": (401, {"message": "401 Unauthorized"}),
    "slack-bot-token": (200, {"ok": False, "error": "invalid_auth"}),
    "openai-key": (401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}),
    "anthropic-key": (
        401,
        {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}},
    ),
    "sendgrid-key": (401, {"errors": [{"field": None, "message": "The provided authorization grant is invalid"}]}),
    "notion-token": (
        401,
        {"object": "error", "status": 401, "code": "unauthorized", "message": "API token is invalid."},
    ),
    "telegram-bot-token": (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}),
    "discord-bot-token": (401, {"message": "401: Unauthorized", "code": 0}),
    "heroku-key": (401, {"id": "unauthorized", "message": "Invalid credentials provided."}),
    "resend-key": (403, {"statusCode": 403, "name": "invalid_api_key", "message": "API key is invalid"}),
}


@pytest.mark.parametrize("name", sorted(REAL))
def test_what_vendors_really_say_is_understood(name: str, stage: Stage) -> None:
    status, body = REAL[name]
    request = RULESET.by_id()[name].verify
    assert request
    assert ask(stage, request, Played(status, json.dumps(body).encode())).state is State.INACTIVE
