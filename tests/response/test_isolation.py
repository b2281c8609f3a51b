"""A key of one vendor is seen by no server but that vendor's, in a repository that holds keys of twenty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from keyguard import rules
from keyguard.model import Rule
from keyguard.remote.http import Client
from keyguard.response import verifying
from keyguard.templates import fill
from tests.calling import Inside
from tests.remote.playing import Played, Vendor, vendor
from tests.remote.redirecting import Redirected
from tests.repos import Repo

pytest_plugins = ("tests.commandline",)

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


@pytest.mark.parametrize("arguments", [("--all",), ("--all", "--no-history"), ("--all", "-f", "json")])
def test_no_vendor_sees_the_key_of_another(
    arguments: tuple[str, ...],
    inside: Inside,
    everybody: Repo,
    servers: dict[str, Vendor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redirected = Redirected(servers)
    monkeypatch.setattr(verifying, "Client", redirected.client(Client))
    own = {"KEYGUARD_STATE_DIR": str(tmp_path / "state"), "KEYGUARD_USER_CONFIG": str(tmp_path / "none.toml")}
    said = inside("verify", *arguments, cwd=everybody.path, **own)
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


def _keys(repo: Repo) -> dict[str, list[str]]:
    """The long words of each file, which are the keys."""
    found: dict[str, list[str]] = {}
    for path in sorted(repo.path.glob("*.env")):
        text = path.read_text()
        for char in "=\"';:,() ":
            text = text.replace(char, "\n")
        found[path.stem] = [word for word in text.split() if len(word) >= 20 and any(c.isdigit() for c in word)]
    return found
