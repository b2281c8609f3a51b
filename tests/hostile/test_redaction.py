"""No part of any secret is ever shown, written or handed on: every rule's keys, wherever they stand, in every format.

"Part" is any eight characters that follow each other in what is random about a key.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from keyguard.engine.overlaps import Found
from keyguard.rules import examples as templates
from tests.helpers.calling import FORMATS, Inside, Keyguard, adds_up, parts_in, parts_of
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo
from tests.helpers.seeing import engine, rules
from tests.helpers.sharing import once

pytest_plugins = ("tests.helpers.commandline",)


@pytest.fixture
def kg(inside: Inside) -> Inside:
    """No process for each call: there are many."""
    return inside


LENGTH = 8


class Example(NamedTuple):
    """A filled example of a rule, and all parts of the secrets in it."""

    rule: str
    text: str
    path: str
    parts: frozenset[str]
    #: whether it is found wherever it stands; what has no vendor's format is found in its own syntax only
    anywhere: bool
    #: whether it is the first of its rule, or has a syntax of its own
    first: bool


def bodies_of(found: Found) -> list[str]:
    """What is random about the secrets that were found, decoded where they were."""
    return [match.secret[match.body - match.start :].decode() for match in found.matches]


@pytest.fixture(scope="module")
def examples(thorough: bool) -> list[Example]:
    """Two examples of every rule, all where each has a syntax of its own, filled in a way of their own."""
    ruleset = rules()
    matcher = engine().matcher
    found = []
    for rule in ruleset.rules:
        for number, example in enumerate(rule.examples if thorough or rule.detector else rule.examples[:2]):
            text, other = (templates.fill(example, f"redaction/{rule.id}/{number}/{turn}") for turn in "ab")
            bodies, others = (
                bodies_of(matcher.find(one.encode(), rule.example_path.encode())) for one in (text, other)
            )
            assert bodies, rule.id
            # what it has in common with any other key of its kind is no secret: headers, the beginnings of tokens
            common = {part for body in (other, *others) for part in parts_of(body, LENGTH)}
            found.append(
                Example(
                    rule.id,
                    text,
                    rule.example_path,
                    frozenset(part for body in bodies for part in parts_of(body, LENGTH) - common),
                    not rule.detector,
                    number == 0 or bool(rule.detector),
                )
            )
    return found


@pytest.fixture(scope="module")
def parts(examples: list[Example]) -> frozenset[str]:
    return frozenset(part for example in examples for part in example.parts)


def tree(examples: list[Example], factory: pytest.TempPathFactory, words: list[str]) -> Repo:
    """A repository in which every key stands in every kind of place; no test writes there.

    How a rule's keys are masked does not depend on where a text comes from: for what is not a scan of everything, some
    are enough.
    """
    chosen = examples if words == ["scan"] else examples[::6]

    def planted(folder: Path) -> None:
        plant(chosen, Repo(folder / "repo").write("readme.md", "x").add().commit())

    return Repo(once(factory, f"redaction{len(chosen)}", planted) / "repo", init=False)


def plant(examples: list[Example], repo: Repo) -> None:
    """Write every example to some kinds of places, and the first of each rule to all of them."""
    rng = random.Random(1)
    for number, example in enumerate(examples):
        text = example.text
        repo.write(f"plain/{number}/{example.path}", text)
        if not example.first:
            continue
        for name in (text, f"{text}.txt")[number % 2 :]:
            if len(name.encode()) <= 255 and "/" not in name and "\0" not in name:
                repo.write(f"names/{number}/{name}", "x")
                repo.write(f"folders/{number}/{name}/a.txt", "x")
        if "\n" not in text:
            sampled = rng.sample([other for other in examples if other.anywhere], 3)
            others = [other.text for other in sampled if "\n" not in other.text]
            if example.anywhere:
                repo.write(f"one-line/{number}", " ".join([text, *others, text]))
            repo.link(f"links/{number}", text[:4000])
        if number % 3 == 0:
            repo.write(f"wide/{number}", b"\xff\xfe" + text.encode("utf-16-le"))
            repo.write(f"marked/{number}", f"{text}  # gitleaks:allow\n")
        elif number % 3 == 1:
            repo.write(f"binary/{number}", b"\x00\x01\x02" * 9 + text.encode() + b"\x00\xff" * 9)
        else:
            repo.write(f"between/{number}", f"{'x' * 500}; {text} ; {'y' * 500}")
    repo.add()
    os.mkfifo(repo.file(f"{made_up_key(7)}.pipe"))
    for number, example in enumerate(examples[:40]):
        repo.write(f"unstaged/{number}", example.text)


def spying_git(folder: Path) -> Path:
    """A git that writes down how it was called, with what environment, and what temporary files there were."""
    real = shutil.which("git")
    script = folder / "spy" / "git"
    script.parent.mkdir()
    log = folder / "spied"
    script.write_text(
        f'#!/bin/sh\n{{ printf "%s\\n" "$0" "$@"; env; cat "$GIT_DIR"/* "$GIT_DIR"/*/*; }} >> "{log}" 2>/dev/null\n'
        f'exec "{real}" "$@"\n'
    )
    script.chmod(0o755)
    return log


@pytest.mark.parametrize("words", [["scan"], ["scan", "--staged"], ["scan", "--changes"]], ids=" ".join)
def test_no_part_of_any_key_is_shown_or_handed_on(
    kg: Keyguard,
    examples: list[Example],
    parts: frozenset[str],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    own_cache: Path,
    words: list[str],
) -> None:
    log, temporary = spying_git(tmp_path), tmp_path / "temporary"
    temporary.mkdir()
    files = [word for name in FORMATS for word in ("-f", f"{name}={tmp_path / name}")]
    variables = {"PATH": f"{log.parent / 'spy'}:{os.environ['PATH']}", "TMPDIR": str(temporary)}
    variables["KEYGUARD_CACHE_DIR"] = str(own_cache)
    said = kg(*words, "--verbose", *files, cwd=tree(examples, tmp_path_factory, words).path, **variables)
    assert said.code == 1, said.err
    assert (said.out, said.err) == ("", "")
    for name in FORMATS:
        report = (tmp_path / name).read_text()
        assert len(report) > 1000
        assert parts_in(report, parts) == set(), name
    assert log.stat().st_size > 1000
    assert parts_in(log.read_bytes(), parts) == set()
    assert list(temporary.iterdir()) == []
    for path in own_cache.iterdir():
        assert parts_in(path.read_bytes(), parts) == set()
    if words == ["scan"]:
        every_key_was_there(json.loads((tmp_path / "json").read_text()), examples)


def every_key_was_there(document: Mapping[str, Any], examples: list[Example]) -> None:
    """Of each rule, in each kind of place."""
    adds_up(document)
    keys = [one for one in document["findings"] if one["kind"] == "key"]
    found = {place["path"].split("/")[0] for one in keys for place in one["occurrences"]}
    assert {"plain", "wide", "binary", "between", "one-line", "links", "names", "folders", "unstaged"} <= found
    told = {finding["rule"] for finding in keys}
    missing = {example.rule for example in examples} - told
    # beside the keys of everybody else, whose a key is may not be told any more: then its family's fallback speaks
    ruleset = rules().by_id()
    # and what one parser finds, another finder may find elsewhere: the value has one of their rules
    missing = {name for name in missing if not ruleset[name].detector}
    assert all(ruleset[name].needs_context and ruleset[name].family == "sk" for name in missing)
    assert len(missing) < 5
    assert "sk-key" in told


def test_nothing_of_standard_input_comes_out_again(
    kg: Keyguard, examples: list[Example], parts: frozenset[str], tmp_path: Path
) -> None:
    files = [word for name in FORMATS for word in ("-f", f"{name}={tmp_path / name}")]
    everything = "\n\n".join(example.text for example in examples)
    together = " ".join(" ".join(example.text for example in examples if example.anywhere).split())
    for data in (everything, together, everything.replace("\n", "\r\n")):
        said = kg("scan", "--stdin", "-f", "text", *files, "-v", stdin=data.encode())
        assert said.code == 1
        assert len(said.out) > 1000
        assert parts_in(said.out + said.err, parts) == set()
        for name in FORMATS:
            report = (tmp_path / name).read_text()
            assert len(report) > 1000
            assert parts_in(report, parts) == set(), name


@pytest.mark.parametrize("name", FORMATS)
def test_no_coding_of_a_key_comes_out_either(kg: Keyguard, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    key = made_up_key(1)
    (folder / os.fsdecode(b"\xff" + key.encode())).write_text(f"SENDMAILOS_API_KEY={key}")
    said = kg("scan", "-f", name, cwd=folder)
    assert said.code == 1
    for secret in (key, key[8:], f"\xff{key}"):
        for shift in range(3):
            coded = base64.b64encode(b" " * shift + secret.encode("latin-1")).decode()[4:-8]
            assert not parts_in(said.out, parts_of(coded, 12))
        assert secret.encode("latin-1").hex()[4:40] not in said.out


def test_a_gap_does_not_tell_either(kg: Keyguard, tmp_path: Path) -> None:
    folder = tmp_path / made_up_key(1)
    (folder / made_up_key(2)).mkdir(parents=True)
    (folder / made_up_key(2) / ".git").write_text(f"gitdir: ../{made_up_key(3)}\n")
    os.mkfifo(folder / made_up_key(4))
    parts = {part for seed in range(1, 5) for part in parts_of(made_up_key(seed)[8:])}
    for place in (folder, folder / made_up_key(2), folder / made_up_key(4), folder / "x"):
        for name in FORMATS:
            said = kg("scan", place, "-f", name)
            assert said.code == 2
            assert parts_in(said.out + said.err, parts) == set()


def test_a_crash_does_not_tell_either(kg: Keyguard, tmp_path: Path) -> None:
    program = f"""
import sys
from keyguard.cli import command_table as commands, main
def broken(options):
    raise ValueError({made_up_key(1)!r})
commands.run = broken
sys.exit(main(["scan"]))
"""
    said = kg.python(program)
    assert said.code == 2
    assert said.err.startswith("keyguard: error: internal error: ValueError in ")
    assert parts_in(said.out + said.err, parts_of(made_up_key(1)[8:])) == set()
