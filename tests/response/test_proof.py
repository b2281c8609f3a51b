"""What proves that a key is dead, and what a proof covers: the word of its own vendor, and what was read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from keyguard.cli.commands import revoke
from keyguard.masking.secret import Secret, fingerprint
from keyguard.model.endpoint import Answer, Request
from keyguard.model.verdict import State
from keyguard.remote import verify as asking
from keyguard.remote.http import Client, Reply
from keyguard.remote.journal import Entry, Journal, is_vendor_known
from keyguard.response import verification
from keyguard.rules.examples import fill
from tests.attribution import test_certainty
from tests.helpers.calling import Inside, Said
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo
from tests.remote.playing import Heard, Played, Vendor, vendor
from tests.remote.redirecting import Redirected

pytest_plugins = ("tests.helpers.commandline",)

KEY = made_up_key(1)
STRIPE = fill("sk_live_{stripe:99}", "of stripe by its structure")
GITHUB = fill("ghp_{github:30}", "a token")
HOSTS = ("api.sendmailos.com", "api.stripe.com", "api.github.com", "ghe.corp.example", "api.acme.ghe.com")
REFUSED = Played(401, b'{"code": "UNAUTHORIZED", "message": "Bad credentials"}')


def print_of(key: str) -> str:
    return fingerprint(Secret(key.encode()), guessable=False)


class World:
    """Vendors that all answer alike, a repository, and calls in it."""

    def __init__(self, inside: Inside, folder: Path, servers: dict[str, Vendor]) -> None:
        self._inside = inside
        self.folder = folder
        self.repo = Repo(folder / "repo").write("a", "a").add().commit("a")
        self.servers = servers
        self.says = REFUSED
        self.state = folder / "state"

    def __call__(self, *arguments: str, **options: Any) -> Said:
        own = {"KEYGUARD_STATE_DIR": str(self.state), "KEYGUARD_USER_CONFIG": str(self.folder / "none.toml")}
        said = self._inside(*arguments, cwd=self.repo.path, **own, **options)
        assert all(key not in said.out + said.err for key in (KEY, STRIPE, GITHUB))
        return said

    def leak(self, text: str) -> str:
        """The id of the one key in a text that is committed."""
        self.repo.write("app.env", text).add().commit("oops")
        return str(self("scan", "--no-hygiene", "-f", "json").document["findings"][0]["id"])

    def remove(self) -> None:
        """Begin again with a repository in which the key never was."""
        self.repo = Repo(self.folder / "clean").write("a", "a").add().commit("a")

    @property
    def heard(self) -> list[tuple[str, Heard]]:
        return [(host, one) for host, played in self.servers.items() for one in played.heard]

    def journal(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self("journal", "-f", "jsonl").out.splitlines()]

    def note(self, key: str, outcome: str, vendor: str, *, action: str = "verify", **more: str) -> None:
        """Write an entry into the journal."""
        entry = Entry(action=action, fingerprint=print_of(key), id="KG-1", vendor=vendor, outcome=outcome)
        Journal(str(self.state)).append(msgspec.structs.replace(entry, **more))

    def death(self, key: str) -> tuple[object, str]:
        """Whether ``prove`` holds the key for dead, and why."""
        claim = self("prove", print_of(key), "-f", "json").document["claims"][-1]
        return claim["holds"], " ".join(claim["because"])


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Vendor], list[Callable[[], Played]]]]:
    """One server for each host; the last function of the list gives the answer."""
    answer: list[Callable[[], Played]] = [lambda: REFUSED]
    folder = tmp_path_factory.mktemp("vendors")
    with ExitStack() as stack:
        yield {host: stack.enter_context(vendor(lambda heard: answer[-1](), folder, host)) for host in HOSTS}, answer


@pytest.fixture
def world(
    inside: Inside,
    tmp_path: Path,
    servers: tuple[dict[str, Vendor], list[Callable[[], Played]]],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    played, answer = servers
    for one in played.values():
        one.heard.clear()
    found = World(inside, tmp_path, played)
    answer[-1] = lambda: found.says
    redirected = Redirected(played)
    for module in (verification, revoke):
        monkeypatch.setattr(module, "Client", redirected.client(Client))
    return found


# --- whose word counts -----------------------------------------------------------------------------------------------


def test_a_vendor_against_the_key_s_own_structure_takes_a_second_flag(world: World) -> None:
    name = world.leak(f"TOKEN={STRIPE}\n")
    for command in ("verify", "revoke"):
        said = world(command, name, "--vendor", "sendmailos")
        assert said.code == 2
        assert "is a key of Stripe by its own structure" in said.err
        assert "--override-evidence" in said.err
    typed = world("verify", "--stdin", "--vendor", "sendmailos", stdin=STRIPE.encode())
    assert "own structure" in typed.err
    assert not world.heard
    assert world("verify", name, "--override-evidence").code == 2
    assert world("verify", name, "--vendor", "stripe").code == 2, "its own vendor can be named"
    assert [host for host, _ in world.heard] == ["api.stripe.com"]
    insisted = world("verify", name, "--vendor", "sendmailos", "--override-evidence")
    assert [host for host, _ in world.heard] == ["api.sendmailos.com", "api.stripe.com"]
    assert insisted.code == 2
    assert "unknown: not taken here" in insisted.out


def test_a_refusal_by_a_vendor_that_was_only_named_proves_nothing(world: World) -> None:
    name = world.leak(f"API_KEY={KEY}\n")
    said = world("verify", name, "--vendor", "sendmailos")
    assert said.code == 2
    assert "another vendor's would be refused in the same way" in said.out
    assert [(one["outcome"], one["whose"]) for one in world.journal()] == [("unknown", "named")]
    assert world.death(KEY)[0] is None


def test_a_vendor_that_has_taken_the_key_is_believed_that_it_takes_it_no_more(world: World) -> None:
    name = world.leak(f"API_KEY={KEY}\n")
    world.says = Played(200)
    assert world("verify", name, "--vendor", "sendmailos").code == 1
    assert world.death(KEY)[0] is False
    world.says = REFUSED
    assert world("verify", name, "--vendor", "sendmailos").code == 0
    assert [(one["outcome"], one["whose"]) for one in world.journal()] == [
        ("active", "recognised"),
        ("inactive", "recognised"),
    ]
    world.remove()
    proven = world("prove", print_of(KEY))
    assert proven.code == 0, proven.out
    assert "inactive by sendmailos at api.sendmailos.com, by the journal of" in proven.out


def test_a_refusal_by_a_vendor_of_whom_the_evidence_is_certain_proves_it(world: World) -> None:
    name = world.leak(f"SENDMAILOS_API_KEY={KEY}\n")
    assert world("verify", name).code == 0
    (entry,) = world.journal()
    assert (entry["vendor"], entry["host"], entry["whose"]) == ("sendmailos", "api.sendmailos.com", "certain")
    assert "verify: inactive by sendmailos at api.sendmailos.com" in world("journal").out
    world.remove()
    assert world.death(KEY)[0] is True, "also when nothing but the journal knows the key"
    asked = world("prove", print_of(KEY), "--stdin", "--vendor", "sendmailos", stdin=KEY.encode())
    assert asked.code == 0, asked.out
    assert "asked now at api.sendmailos.com" in asked.out


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"vendor": "stripe", "host": "api.stripe.com", "whose": "certain"}, "it is a key of SendMailOS"),
        ({"vendor": "sendmailos", "host": "evil.example", "whose": "certain"}, "are asked about elsewhere"),
        ({"vendor": "sendmailos", "host": "api.stripe.com", "whose": "recognised"}, "are asked about elsewhere"),
    ],
)
def test_what_another_vendor_or_host_said_counts_nowhere(world: World, entry: dict[str, str], why: str) -> None:
    name = world.leak(f"SENDMAILOS_API_KEY={KEY}\n")
    world.note(KEY, "inactive", **entry)
    world.note(KEY, "confirmed", action="revoked", **entry)
    holds, because = world.death(KEY)
    assert (holds, why in because) == (None, True), because
    assert "See whether it is active" in world("plan", name).out
    rows = world("inventory", "-f", "json").document
    assert [one["verdict"] for one in rows["keys"]] == [""]
    world.repo.git("rm", "-q", "app.env")
    world.repo.commit("taken out")
    hygiene = world("scan", "--only", "hygiene", "-f", "json").document["findings"]
    assert "key-removed-not-rotated" in {one["rule"] for one in hygiene}
    world.note(KEY, "inactive", vendor="sendmailos", host="api.sendmailos.com")
    assert world.death(KEY)[0] is True
    hygiene = world("scan", "--only", "hygiene", "-f", "json").document["findings"]
    assert "key-removed-not-rotated" not in {one["rule"] for one in hygiene}


def test_of_a_key_that_is_nowhere_any_more_only_what_was_certain_then_counts(world: World) -> None:
    where = {"vendor": "sendmailos", "host": "api.sendmailos.com"}
    for whose, holds in (("", None), ("named", None), ("certain", True)):
        world.note(KEY, "inactive", **where, whose=whose)
        assert world.death(KEY)[0] is holds
    world.note(KEY, "active", vendor="stripe", host="api.stripe.com", whose="recognised")
    assert world.death(KEY)[0] is False, "whoever takes it"
    world.note(KEY, "inactive", **where, whose="certain")
    assert world.death(KEY)[0] is False, "that it is not taken here says nothing of where it is"


def test_one_server_does_not_speak_for_another_of_the_same_software(world: World) -> None:
    name = world.leak(f"GITHUB_TOKEN={GITHUB}\n")
    world.says = Played(200)
    assert world("verify", name).code == 1
    world.says = REFUSED
    assert world("verify", name, "--host", "ghe.corp.example").code == 0
    assert world.death(GITHUB)[0] is False, "api.github.com takes it"
    assert world("verify", name).code == 0
    assert world.death(GITHUB)[0] is True


def test_it_was_settled_before_only_by_this_vendor_at_this_host() -> None:
    def entry(whose: str, vendor: str = "v", host: str = "h") -> Entry:
        return Entry(action="verify", fingerprint="f", id="", outcome="active", vendor=vendor, host=host, whose=whose)

    assert is_vendor_known([entry("recognised")], "f", "v", "h")
    assert is_vendor_known([entry("certain", host="other")], "f", "v", "h")
    assert not is_vendor_known([entry("recognised", host="other")], "f", "v", "h")
    assert not is_vendor_known([entry("certain", vendor="w"), entry("named"), entry("")], "f", "v", "h")
    assert not is_vendor_known([entry("certain")], "another", "v", "h")


@pytest.mark.parametrize(("recognises", "state"), [(True, State.INACTIVE), (False, State.UNKNOWN)])
def test_an_answer_that_only_the_issuer_gives_settles_it_itself(recognises: bool, state: State) -> None:
    answer = Answer(status=(401,), when={"error": "x"}, verdict="inactive", recognises=recognises)
    request = Request(url="https://any.example/", headers={"A": "{secret}"}, answers=(answer,))
    said = asking.judge_reply(request, Reply(401, {}, b'{"error": "x"}', True), settled=False)
    assert (said.state, said.recognised) == (state, recognises)


def test_keys_in_lines_that_only_seem_to_name_a_vendor_are_sent_to_nobody(world: World) -> None:
    doubtful = [line for text in test_certainty.DOUBTFUL.values() for line in test_certainty.lines(text)]
    doubtful = doubtful[::6]  # the rest is judged without files, in test_certainty
    assert len(doubtful) > 30
    for number, line in enumerate(doubtful):
        world.repo.write(f"{number:03}/config", line.replace("<1>", made_up_key(number + 10)) + "\n")
    document = world("verify", "--all", "--no-history", "-f", "json").document
    assert len(document["keys"]) == len(doubtful)
    assert {one["certainty"] for one in document["keys"]} <= {"likely", "ambiguous"}
    assert not world.heard


# --- which host ------------------------------------------------------------------------------------------------------


def test_a_host_is_asked_or_refused(world: World) -> None:
    name = world.leak(f"GITHUB_TOKEN={GITHUB}\n")
    for host, path in (
        ("ghe.corp.example", "/api/v3/user"),
        ("api.acme.ghe.com", "/user"),
        ("github.com", "/user"),
        ("", "/user"),
    ):
        for one in world.servers.values():
            one.heard.clear()
        said = world("verify", name, *(("--host", host) if host else ()))
        asked = host if host.endswith(("example", "ghe.com")) else "api.github.com"
        assert [(where, heard.path) for where, heard in world.heard] == [(asked, path)], said.err
        assert "or issued by another GitHub server" in said.out
    shown = world("revoke", name, "--host", "ghe.corp.example")
    assert "POST https://ghe.corp.example/api/v3/credentials/revoke" in shown.out


def test_a_host_of_a_vendor_that_runs_at_one_place_is_refused(world: World) -> None:
    name = world.leak(f"STRIPE_KEY={STRIPE}\n")
    for command in ("verify", "revoke"):
        said = world(command, name, "--host", "stripe.corp.example")
        assert said.code == 2
        assert "--host: keys of Stripe are taken at api.stripe.com alone" in said.err
    assert not world.heard
    assert world("verify", name, "--host", "api.stripe.com").code == 2
    assert [host for host, _ in world.heard] == ["api.stripe.com"]


# --- what was read ---------------------------------------------------------------------------------------------------


def test_what_was_not_read_is_listed_and_not_covered(world: World) -> None:
    repo = world.repo
    repo.write(".gitignore", ".env\nbuild/\n").write(".env", f"SENDMAILOS_API_KEY={KEY}\n").write("build/x", "x")
    repo.write("big.bin", f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n")
    repo.write("old.rar", b"Rar!\x1a\x07\1\0" + bytes(20)).add().commit("much")
    repo.git("rm", "-q", "old.rar")
    repo.commit("without the archive")
    stored = repo.path / ".git/lfs/objects/00/00/large"
    stored.parent.mkdir(parents=True)
    stored.write_text(KEY)
    world.note(KEY, "inactive", vendor="sendmailos", host="api.sendmailos.com", whose="certain")
    said = world("prove", print_of(KEY))
    assert said.code == 0, said.out
    for words in (
        "proven: it is gone from everything that was read, and dead at its vendor",
        "not read, and not covered by any of this:",
        "2 paths, ignored by git",
        "      .env\n",
        "      build/\n",
        "1 file in the store of git-lfs",
        "2 LFS pointers, not opened\n      big.bin\n",
        "1 archive, not opened\n      object:",
        "a way that no scan undoes",
        "the server itself",
    ):
        assert words in said.out
    document = world("prove", print_of(KEY), "-f", "json").document
    assert document["proven"] is True
    kinds = {one["kind"] for one in document["not_read"]}
    assert kinds == {"ignored", "lfs", "container", "encoding", "elsewhere"}
    everything = world("prove", print_of(KEY), "--all-files", "-f", "json")
    assert everything.code == 1, "it is in the file that git ignores"
    assert "ignored" not in {one["kind"] for one in everything.document["not_read"]}


def test_a_name_that_was_not_read_shows_no_key(world: World) -> None:
    world.repo.write(".gitignore", "*.bak\n").write(f"{KEY}.bak", "x").write(f"{KEY}.zip", b"PK\3\4").add()
    said = world("prove", "0" * 32)
    assert "1 path, ignored by git" in said.out
    assert "2 archives, not opened" in said.out


def test_a_submodule_that_is_not_here_is_named(world: World) -> None:
    world.repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib/mail")
    world.repo.commit("with a submodule")
    said = world("prove", "0" * 32)
    assert re.search(r"\d submodules?, not opened\n      lib/mail\n", said.out)


def test_a_part_of_a_repository_proves_nothing_of_its_history(world: World) -> None:
    world.note(KEY, "inactive", vendor="sendmailos", host="api.sendmailos.com", whose="certain")
    world.repo.write("part/a", "a").add().commit("a part")
    said = world("prove", print_of(KEY), "--path", str(world.repo.path / "part"))
    assert said.code == 2
    assert "history is that of a whole repository: --path" in said.out
