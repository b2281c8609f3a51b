"""A key of one vendor is seen by no server but that vendor's, in a repository that holds keys of twenty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from keyguard.cli.commands import revoke
from keyguard.model.endpoint import Request
from keyguard.model.finding import Rule
from keyguard.remote.http import Client
from keyguard.response import verification
from keyguard.rules import loader as rules
from keyguard.rules.examples import fill
from tests.helpers.calling import Inside
from tests.helpers.repos import Repo
from tests.remote.playing import Played, Vendor, vendor
from tests.remote.redirecting import Redirected

pytest_plugins = ("tests.helpers.commandline",)

RULESET = rules.parse(rules.read_packs())
#: one rule a vendor, of those that can be asked about
CHOSEN: dict[str, Rule] = {rule.vendor: rule for rule in RULESET.rules if rule.verify and not rule.verify.hosted}


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, Vendor]]:
    """A server for each host that any of the rules would ask."""
    with ExitStack() as stack:
        yield {
            rule.verify.host: stack.enter_context(vendor(lambda heard: Played(200), tmp_path, rule.verify.host))
            for rule in CHOSEN.values()
            if rule.verify
        }


@pytest.fixture
def everybody(tmp_path: Path) -> Repo:
    """Files with a key of each of the vendors, and one with keys of nobody in particular."""
    repo = Repo(tmp_path / "repo").write("a", "a")
    for name, rule in CHOSEN.items():
        repo.write(f"{name}.env", fill(rule.examples[0], name) + "\n")
    repo.write("unknown.env", fill("API_KEY=sk_live_{alnum:32}\nTOKEN=sk_test_{hex:24}\n", "unknown"))
    return repo.add().commit("keys")


@pytest.mark.parametrize("arguments", [("verify", "--all"), ("verify", "--all", "--no-history"), ("scan", "--verify")])
def test_no_vendor_sees_the_key_of_another(
    arguments: tuple[str, ...],
    inside: Inside,
    everybody: Repo,
    servers: dict[str, Vendor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redirected = Redirected(servers)
    monkeypatch.setattr(verification, "Client", redirected.client(Client))
    own = {"KEYGUARD_STATE_DIR": str(tmp_path / "state"), "KEYGUARD_USER_CONFIG": str(tmp_path / "none.toml")}
    said = inside(*arguments, cwd=everybody.path, **own)
    assert said.code == 1, said.err
    assert len({rule.vendor for rule in CHOSEN.values()}) >= 20
    keys = _keys(everybody)
    asked = 0
    for host, played in servers.items():
        own_vendors = {name for name, rule in CHOSEN.items() if rule.verify and rule.verify.host == host}
        sent = "\n".join(f"{one.path}\n{one.headers}\n{one.body!r}" for one in played.heard)
        asked += len(played.heard)
        strangers = [
            name for name, secrets in keys.items() if name not in own_vendors and any(s in sent for s in secrets)
        ]
        assert not strangers, f"{host} has seen keys of {strangers}"
    assert asked >= 20
    for secrets in keys.values():
        assert all(secret not in said.out + said.err for secret in secrets)
        for path in (tmp_path / "state").rglob("*"):
            assert path.is_dir() or all(secret.encode() not in path.read_bytes() for secret in secrets)


def test_what_revokes_a_key_is_seen_by_its_vendor_alone(
    inside: Inside, everybody: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = {rule.vendor: rule for rule in RULESET.rules if rule.revoke and not rule.revoke.hosted}
    hosts = {one.host for rule in CHOSEN.values() for one in (rule.verify, rule.revoke) if one}
    admins = {name: fill("adm_{alnum:40}", name) for name, rule in rules.items() if rule.revoke.right == "admin"}  # type: ignore[union-attr]
    assert len(admins) >= 2
    (tmp_path / "user.toml").write_text(
        "".join(f"[vendors.{name}]\nadmin-variable = 'ADMIN_OF_{name.upper()}'\n" for name in admins)
    )
    own = {f"ADMIN_OF_{name.upper()}": admin for name, admin in admins.items()}
    own |= {"KEYGUARD_STATE_DIR": str(tmp_path / "state"), "KEYGUARD_USER_CONFIG": str(tmp_path / "user.toml")}
    # whatever another credential is shown, it lists and changes nothing: the first request is enough to see it
    told = b'{"data": [], "error": {"type": "permission_error"}}'
    with ExitStack() as stack:
        servers = {one: stack.enter_context(vendor(lambda heard: Played(200, told), tmp_path, one)) for one in hosts}
        monkeypatch.setattr(revoke, "Client", Redirected(servers).client(Client))
        found = inside.scan(cwd=everybody.path, **own).document["findings"]
        said = [
            inside("revoke", one["id"], "--execute", "--yes", "--expect", one["id"], cwd=everybody.path, **own)
            for one in found
            if one["vendor"] in rules and one["rule"] in {rule.id for rule in RULESET.rules if rule.revoke}
        ]
    assert len(said) >= len(rules)
    keys = _keys(everybody)
    for host, played in servers.items():
        sent = "\n".join(f"{one.path}\n{one.headers}\n{one.body!r}" for one in played.heard)
        here = {name for name in keys if any(host == one.host for one in _requests(name))}
        assert not [name for name in keys if name not in here and any(key in sent for key in keys[name])], host
        assert {name for name, admin in admins.items() if admin in sent} == here & {*admins}, host
    for secret in (*admins.values(), *(key for some in keys.values() for key in some)):
        assert all(secret not in one.out + one.err for one in said)
        for path in (tmp_path / "state").rglob("*"):
            assert path.is_dir() or secret.encode() not in path.read_bytes()


def _requests(name: str) -> list[Request]:
    """All that a vendor can be asked."""
    rules = [rule for rule in RULESET.rules if rule.vendor == name]
    return [one for rule in rules for one in (rule.verify, rule.revoke) if one]


def _keys(repo: Repo) -> dict[str, list[str]]:
    """The long words of each file, which are the keys."""
    found: dict[str, list[str]] = {}
    for path in sorted(repo.path.glob("*.env")):
        text = path.read_text()
        for char in "=\"';:,() ":
            text = text.replace(char, "\n")
        found[path.stem] = [word for word in text.split() if len(word) >= 20 and any(c.isdigit() for c in word)]
    return found
