"""Nothing hangs: what a text costs grows with its length, by processor time against a text of half the length."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from keyguard.attribution.evidence import vendor_names
from keyguard.inspection.occurrence_limit import MOST_PLACES
from tests.helpers.calling import Inside
from tests.helpers.processor_time import is_at_most, seconds, slowness
from tests.helpers.repos import Repo
from tests.helpers.seeing import key, see

pytest_plugins = ("tests.helpers.commandline",)

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
PREFIX = "_".join(("sk", "live", ""))


@pytest.fixture(autouse=True)
def no_collection() -> Iterator[None]:
    """No garbage is collected meanwhile: in a process that has run many tests, that takes longest of all."""
    gc.disable()
    yield
    gc.enable()


def seeing(text: str) -> Callable[[], object]:
    return lambda: see(text)


def is_linear(make: Callable[[int], str], size: int) -> bool:
    """Whether twice the text costs at most 2.6 times as much, or next to nothing."""
    see(key())
    return is_at_most(seeing(make(2 * size)), seeing(make(size)), 2.6, floor=0.05)


def is_quick(text: str, limit: float) -> bool:
    """Whether a text takes less than so many seconds of a machine that is known."""
    spent = seconds(seeing(text), 1)
    return spent < limit or spent < limit * slowness()


def letters(count: int, seed: int = 0) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=count))


def repeated(unit: str) -> Callable[[int], str]:
    return lambda size: unit * (size // len(unit))


BESIDE = {
    "word before": lambda size: f"{'x' * size}\nk {PREFIX}{letters(32)}\n",
    "word behind": lambda size: f"{PREFIX}{letters(32)}\n{'x' * size}\n",
    "names and dots": lambda size: f"{PREFIX}{letters(32)}\n{'x.y-z$' * (size // 6)}\n",
    "gifts that fail": lambda size: f"{PREFIX}{letters(32)}\n{'a=' * (size // 2)}\n",
    "spaces": lambda size: f"{PREFIX}{letters(32)}\na{' ' * size}\n",
    "colons": lambda size: f"{PREFIX}{letters(32)}\n{'a:://' * (size // 5)}\n",
    "at signs": lambda size: f"{PREFIX}{letters(32)}\n{'@a.b-' * (size // 5)}\n",
}
NEAR = {
    "half and a dash": repeated(PREFIX + letters(10) + "-"),
    "shortest, doubled": repeated(PREFIX + letters(16) + letters(8) + "\n"),
    "half of the longest": repeated(PREFIX + letters(120)),
    "a prefix over and over": repeated(PREFIX),
    "a prefix and a dash": repeated(PREFIX + "-"),
    "words": repeated(PREFIX + "your_secret_key_here\n"),
    "ids": repeated("sk_" + "0123abcd-0123-4567-89ab-0123456789a \n"),
}


@pytest.mark.parametrize("make", BESIDE.values(), ids=BESIDE.keys())
def test_long_words_beside_a_key(make: Callable[[int], str]) -> None:
    assert is_linear(make, 16 << 10)
    assert is_quick(make(60 << 10), 1.0)


@pytest.mark.parametrize("make", NEAR.values(), ids=NEAR.keys())
def test_what_is_nearly_a_key(make: Callable[[int], str]) -> None:
    assert is_linear(make, 16 << 10)
    assert is_quick(make(100 << 10), 2.0)


def test_a_key_of_a_shared_prefix_costs_little_more_than_others() -> None:
    many = 1000
    shared = "".join(f"A{number} = {PREFIX}{letters(32, number)}\n" for number in range(many))
    own = "".join(f"A{number} = {key('ghp_{github:30}', str(number))}\n" for number in range(many))
    assert (len(see(shared)), len(see(own))) == (many, many)
    # 1.7 to 2.3 times as long, measured on a busy machine
    assert is_at_most(seeing(shared), seeing(own), 2.6)


def test_names_that_are_given_keys_are_found_in_every_text() -> None:
    """As an expression finds them that takes a time that grows with the square."""
    import re

    spent = re.compile(rb"[A-Za-z_$][\w$.-]*[\"'\]]?[ \t]*(?:=>|:=|[=:])[ \t]*[\"'`]?[\w+/-]{20,}[\"'`]?")
    bits = [b"a", b"9", b".", b"-", b"=", b":", b"=>", b" ", b"'", b'"', b"x" * 20, b"y" * 19, b"\n", b"$", b"/", b"]"]
    chosen = random.Random(1)
    for _ in range(20_000):
        text = b"".join(chosen.choices(bits, k=chosen.randint(1, 12)))
        assert vendor_names._without_spent(text) == spent.sub(b" ", text)


# --- one key in many places -------------------------------------------------------------------------------------------


def test_of_one_key_in_many_places_most_are_counted() -> None:
    found = see((key() + "\n") * (MOST_PLACES + 500))
    assert (len(found), found[0].more, {one.more for one in found[1:]}) == (MOST_PLACES, 500, {0})
    assert [one.occurrence.line for one in found] == [*range(1, MOST_PLACES + 1)]


def test_places_that_are_not_suppressed_are_held_however_many_are() -> None:
    quiet = f"{key()}  # gitleaks:allow\n" * (MOST_PLACES + 10)
    found = see(quiet + key() + "\n")
    assert [one.occurrence.line for one in found if one.suppression is None] == [MOST_PLACES + 11]
    other = see(quiet + f"{key()}  # keyguard: allow[stripe-key]\n")
    assert [one.occurrence.line for one in other if one.suppression is None] == [MOST_PLACES + 11]


def test_each_key_has_its_own_places() -> None:
    found = see((key() + "\n") * (MOST_PLACES + 5) + (key(seed="b") + "\n") * (MOST_PLACES + 7))
    assert sorted(one.more for one in found if one.more) == [5, 7]


def test_reports_say_how_many_there_are(inside: Inside, repo: Repo) -> None:
    repo.write("a.txt", f"{key()}\n" * 3000).add().commit("a")
    first = inside("scan", "-f", "json", "--no-history", cwd=repo.path).document
    (found,) = [one for one in first["findings"] if one["kind"] == "key"]
    assert (len(found["occurrences"]), found["places"]) == (1000, 3000)
    assert first["summary"]["occurrences"] == 3000 + len(first["findings"]) - 1
    assert "and 2,994 more places" in inside("scan", "--no-history", cwd=repo.path).out
    assert "and 2,000 more places" in inside("scan", "-f", "concise", "--no-history", cwd=repo.path).out
    sarif = inside("scan", "-f", "sarif", "--no-history", cwd=repo.path).document["runs"][0]["results"]
    assert {one["properties"].get("places") for one in sarif if one["ruleId"] == found["rule"]} == {3000}


def test_so_does_history(inside: Inside, repo: Repo) -> None:
    repo.write("a.txt", f"{key()}\n" * 3000).add().commit("a")
    repo.write("a.txt", "gone\n").add().commit("b")
    for _ in range(2):  # the second time from memory
        findings = inside("scan", "-f", "json", cwd=repo.path).document["findings"]
        (found,) = [one for one in findings if one["kind"] == "key"]
        assert (len(found["occurrences"]), found["places"]) == (1000, 3000)


def test_many_files_with_one_key(inside: Inside, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "many")
    for number in range(1100):
        repo.write(f"f{number:04}.txt", key() + "\n")
    (found,) = inside("scan", "-f", "json", "--no-hygiene", cwd=repo.path).document["findings"]
    assert (len(found["occurrences"]), found["places"]) == (1000, 1100)


# --- hygiene ----------------------------------------------------------------------------------------------------------


def test_hygiene_is_linear_in_what_it_finds_in_a_file(inside: Inside, repo: Repo) -> None:
    def scan(count: int) -> None:
        lines = "".join(f"  s{number}:\n    env_file:\n      - ./e{number}.env\n" for number in range(count))
        repo.write("docker-compose.yml", f"services:\n{lines}")
        said = inside("scan", "-f", "json", "--no-history", cwd=repo.path)
        assert len(said.document["findings"]) >= count

    scan(100)
    assert is_at_most(partial(scan, 2000), partial(scan, 1000), 2.6, floor=0.1)


# --- a .gitignore on which git hangs ----------------------------------------------------------------------------------


def test_a_gitignore_on_which_git_hangs_costs_seconds(
    inside: Inside, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were git waited for, or matched we by ourselves as it does, this would not end in a test's time."""
    monkeypatch.setattr("keyguard.git.worktree.files.CPU_LIMIT", 0.2)
    monkeypatch.setattr("keyguard.git.process.child.PATIENCE", 0.2)
    deep = "/".join("a" * 30)
    repo.write(f"{deep}/leak.txt", key() + "\n").write(".gitignore", "**/" * 12 + "zz\n")
    said = inside("scan", "-f", "json", "--no-history", cwd=repo.path)
    assert said.code == 2
    assert said.gaps == {".": "git-failed"}
    assert [place["path"] for one in said.document["findings"] for place in one["occurrences"]] == [f"{deep}/leak.txt"]
