"""Mistakes that people make: each message says what is wrong, and what to do instead."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.helpers.calling import Inside, Keyguard
from tests.helpers.checkout import leaking_line
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

PACK = """\
[vendor]
id = "acme"
name = "Acme"

[[rules]]
id = "acme-key"
title = "Acme key"
description = "A key."
pattern = '{pattern}'
remedy = "Replace it."
"""


class Mistake(NamedTuple):
    """A call, or a file, that is wrong."""

    name: str
    call: str
    wrong: str
    """What the message says is wrong."""
    instead: str = ""
    """What it says to do; empty where that is the same."""
    config: str = ""
    files: tuple[tuple[str, str], ...] = ()
    stdin: bytes = b""
    code: int = 2


MISTAKES = [
    Mistake("unknown rule", "scan", ".keyguard.toml:2: no rule is called 'jwtt'", "", "\nselect = ['jwtt']\n"),
    Mistake("unknown rule in a table", "scan", ":3: no rule is called", "", "\n[severity]\njwtt = 'low'\n"),
    Mistake("unknown format", "scan", ":1: format: unknown format", "'json'?", "format = 'jsno'\n"),
    Mistake("no such folder", "scan nosuchdir", "nosuchdir: no such file or folder"),
    Mistake("--stagd", "scan --stagd", "unknown argument '--stagd'", "did you mean '--staged'?"),
    Mistake("-f json5", "scan -f json5", "'json5'", "did you mean 'json'?"),
    Mistake("-f into a missing folder", "scan -f json=no/such/out.json", "out.json", "No such file or directory"),
    Mistake("-f into a folder", "scan -f json=src", "src", "directory"),
    Mistake(
        "--fail-on severe", "scan --fail-on severe", "'severe' is not a severity", "info, low, medium, high, critical"
    ),
    Mistake("--select stripe-kye", "scan --select stripe-kye", "no rule is called", "did you mean 'stripe-key'?"),
    Mistake(
        "--range nosuch..HEAD", "scan --range origin/main..HEAD", "unknown revision 'origin/main'", "fetch-depth: 0"
    ),
    Mistake("--range HEAD...", "scan --range HEAD...", "nothing is in it", "as origin/main..HEAD"),
    Mistake(
        "--since yesterdayy", "scan --since yesterdayy", "'yesterdayy' is neither a date", "did you mean 'yesterday'?"
    ),
    Mistake("--since 2026-13-45", "scan --since 2026-13-45", "no day of the calendar", "write 2026-01-31"),
    Mistake("--max-size 20X", "scan --max-size 20X", "'20X' is not a size", "write 500k, 20M"),
    Mistake("--exclude [a-", "scan --exclude [a-", "'[a-' matches nothing: [ is never closed", "write \\["),
    Mistake("--jobs zero", "scan --jobs zero", "'zero' is not a number", "from 1 to 256"),
    Mistake("--rules missing", "scan --rules nosuch.toml", "nosuch.toml: cannot be read"),
    Mistake("--config missing", "scan --config nosuch.toml", "nosuch.toml: cannot be read"),
    Mistake(
        "a broken pattern",
        "scan --rules pack.toml",
        "pack.toml:9: rule 'acme-key': pattern",
        "unterminated character set",
        files=(("pack.toml", PACK.format(pattern="acme_[a-z")),),
    ),
    Mistake(
        "a pack without description",
        "scan --rules pack.toml",
        "pack.toml:5: rule 'acme-key': description: missing",
        "a rule needs id, title, description, pattern",
        files=(
            ("pack.toml", PACK.replace('description = "A key."\n', "").format(pattern="acme_(?P<secret>[a-z]{20})")),
        ),
    ),
    Mistake(
        "a pack whose vendor has no name",
        "scan --rules pack.toml",
        "vendor.name: missing",
        "a vendor needs id, name",
        files=(("pack.toml", PACK.replace('name = "Acme"\n', "").format(pattern="acme_(?P<secret>[a-z]{20})")),),
    ),
    Mistake(
        "a pack without the group",
        "scan --rules pack.toml",
        "(?P<secret>…) is missing",
        files=(("pack.toml", PACK.format(pattern="acme_[a-z]{20}")),),
    ),
    Mistake(
        "exlude", "scan", ".keyguard.toml:1: unknown key 'exlude'", "did you mean 'exclude'?", config="exlude = []\n"
    ),
    Mistake("fail_on", "scan", "unknown key 'fail_on'", "did you mean 'fail-on'?", config="fail_on = 'low'\n"),
    Mistake(
        "[allowlist]",
        "scan",
        ".keyguard.toml:1: unknown key 'allowlist' (to take over the allowlist of another scanner: keyguard migrate)",
        "valid keys are select, ignore, exclude, max-size",
        config="[allowlist]\npaths = ['a']\n",
    ),
    Mistake(
        "[keyguard]",
        "scan",
        "unknown key 'keyguard' (in a keyguard.toml the keys stand at the top, without a table)",
        "valid keys are select, ignore, exclude",
        config="[keyguard]\nexclude = ['a']\n",
    ),
    Mistake(
        'exclude = "a"',
        "scan",
        ".keyguard.toml:1: exclude: Expected `array`, got `str`",
        'write a list: exclude = ["a"]',
        config='exclude = "a"\n',
    ),
    Mistake("broken TOML", "scan", ".keyguard.toml:1:10: not TOML", "Invalid value", config="ignore = \x01\n"),
    Mistake(
        "31.01.2026 in [revoked]",
        "scan",
        "'31.01.2026' is no date",
        "write 2026-01-31",
        config="[revoked]\nKG-7f3a9c = '31.01.2026'\n",
    ),
    Mistake(
        "2036 in [revoked]",
        "scan",
        "revoked: KG-7f3a9c: 2036-01-31 is in the future",
        "write the day on which the key was revoked",
        config="[revoked]\nKG-7f3a9c = 2036-01-31\n",
    ),
    Mistake("explain sripe-key", "explain sripe-key", "no rule is called 'sripe-key'", "did you mean 'stripe-key'?"),
    Mistake("an id that is not there", "plan KG-123456", "there is no key 'KG-123456'", "KG-"),
    Mistake("prove 123", "prove 123", "123", "32"),
    Mistake("plan without id", "plan", "name the keys", "--all"),
    Mistake("verify without id", "verify", "name the keys", "--all"),
    Mistake("scann", "scann", "unknown command 'scann'", "did you mean 'scan'?"),
    Mistake("help", "help", "usage: keyguard", "scan", code=0),
    Mistake("help scan", "help scan", "usage: keyguard scan", "--staged", code=0),
    Mistake(
        "--staged --range", "scan --staged --range HEAD", "--range, --since and --not-remotes", "leave out --staged"
    ),
    Mistake("a URL", "scan https://github.com/a/b", "is a URL", "git clone https://github.com/a/b && keyguard scan b"),
    Mistake("a URL of ssh", "inventory git@github.com:a/b.git", "is a URL", "&& keyguard scan b"),
    Mistake("-f json -f text", "scan -f json -f text", "standard output", "=FILE"),
    Mistake(
        "no such vendor", "verify --stdin --vendor strpe", "no vendor 'strpe'", "did you mean 'stripe'?", stdin=b"x"
    ),
    Mistake("fix where nothing is to fix", "fix src", "nothing to do", code=0),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with a harmless file, and a key."""
    repo = Repo(tmp_path_factory.mktemp("mistakes") / "shop")
    return repo.write("src/a.py", "print()\n").write("b.env", leaking_line(1)).add().commit("first")


@pytest.fixture
def repo(template: Repo, tmp_path: Path) -> Repo:
    return template.copy(tmp_path / "shop")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_a_mistake_says_what_is_wrong_and_what_to_do(
    mistake: Mistake, repo: Repo, inside: Inside, kg: Keyguard
) -> None:
    for name, text in mistake.files:
        repo.write(name, text)
    if mistake.config:
        repo.write(".keyguard.toml", mistake.config)
    call = kg if mistake.name.startswith("help") else inside  # help ends the process
    said = call(*mistake.call.split(), cwd=repo.path, stdin=mistake.stdin)
    text = " ".join((said.out + said.err).split())
    assert said.code == mistake.code, text
    assert mistake.wrong in text
    assert mistake.instead in text
    assert "internal error" not in text


def test_outside_of_a_repository(tmp_path: Path, inside: Inside) -> None:
    for arguments in (("--staged",), ("--range", "HEAD")):
        said = inside("scan", *arguments, cwd=tmp_path)
        assert said.code == 2
        assert "not in a git repository" in said.err


def test_an_empty_folder(tmp_path: Path, inside: Inside) -> None:
    said = inside("scan", cwd=tmp_path)
    assert said.code == 2
    assert "nothing to scan in .: no files, or all are ignored (scan --all-files reads them)" in said.err


@pytest.mark.parametrize(
    "arguments", [("scan", "--no-hygiene"), ("scan", "--staged"), ("hook", "pre-commit")], ids=" ".join
)
def test_without_git(repo: Repo, inside: Inside, arguments: tuple[str, ...]) -> None:
    said = inside(*arguments, cwd=repo.path, PATH="/nonexistent")
    assert said.code == 2
    assert "git was not found on PATH" in said.out + said.err
    assert "install git" in said.out + said.err
    assert "files was not read" not in said.out


def test_purge_without_its_extra(repo: Repo, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def missing(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "git_filter_repo" else found(name, package)

    key = inside("scan", "-f", "json", "--no-hygiene", cwd=repo.path).document["findings"][0]["id"]
    monkeypatch.setattr(importlib.util, "find_spec", missing)
    said = inside("purge", key, "--execute", cwd=repo.path)
    assert said.code == 2
    assert "git-filter-repo is not installed: pip install git-filter-repo" in said.err


def test_a_password_in_a_url_is_not_repeated(tmp_path: Path, inside: Inside) -> None:
    said = inside("scan", "https://me:" + "hunter2hunter@github.com/a/b", cwd=tmp_path)
    assert "hunter2" not in said.err
    assert "git clone https://github.com/a/b && keyguard scan b" in said.err
