"""Ignore rules match what git says they match, whatever is in them, in time that is linear in the path."""

from __future__ import annotations

import random
import re
from functools import partial
from pathlib import Path

import pytest

from keyguard.sources.gitignore import linear, lines, translation
from keyguard.sources.gitignore.linear import Budget
from keyguard.sources.gitignore.rules import IgnoreRules
from keyguard.sources.gitignore.tables import MOST_QUADRATIC
from tests.helpers.processor_time import is_at_most
from tests.helpers.repos import Repo

NAMES = [
    *(
        b"a",
        b"b",
        b"ab",
        b"ba",
        b"abc",
        b"a.b",
        b"[a]",
        b"a*",
        "é".encode(),
        b"\xff",
        b"a ",
        b"a\n",
        b"\\a",
        b"-",
        b"!",
    ),
    *(b"#a", b"a]", b"aa", b"A", b"1", b"^", b":", b"a\r"),
]
TOKENS = [
    *(b"a", b"b", b"*", b"**", b"/", b"/", b"?", b"[ab]", b"[!a]", b"[^-b]", b"[a-b]", b"[]a]", b"[b-a]", b"[*-\xff]"),
    *(
        b"[[:alpha:]]",
        b"[[:punct:]x]",
        b"[[:space:]1]",
        b"[[:]",
        b"[[:x]",
        b"[[:nothing:]]",
        b"[:",
        b"[\\]a]",
        b"[a\\-b]",
    ),
    *(
        b"\\",
        b"[",
        b"]",
        b"!",
        b"#",
        b" ",
        b".",
        b"**/",
        b"/**",
        b"/**/",
        b"***",
        b"\xc3",
        b"\xa9",
        b"\xff",
        b"\r",
        b"-",
    ),
    *(b"A", b"1", b"^", b"\\a", b"\\*", b"\\ ", b"\0"),
    *(b"*a*b*", b"*?*a*", b"*[!a]*", b"**/a/**/"),
]


def rules_in(text: bytes) -> IgnoreRules:
    return IgnoreRules(translation.read(text), Budget())


def below(folder: bytes, name: bytes) -> bytes:
    """Return a path; the folder may be the root."""
    return folder + b"/" + name if folder else name


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, list[bytes]]:
    """Return a repository with untracked files of odd names in folders of odd names, and their paths."""
    repo = Repo(tmp_path_factory.mktemp("ignores") / "repo")
    rng, files, folders = random.Random(1), [], [b""]
    for _ in range(40):
        folders.append(below(rng.choice(folders), rng.choice(NAMES)))
    for folder in dict.fromkeys(folders):
        taken = set(folders)
        for name in rng.sample(NAMES, 8):
            path = below(folder, name)
            if path not in taken:
                repo.write(path, b"")
                files.append(path)
    return repo, files


def rules_of(rng: random.Random) -> bytes:
    """Return an ignore file with some rules."""
    lines = [
        b"".join(rng.choices(TOKENS, k=rng.randint(1, rng.choice([4, 9])))) for _ in range(rng.choice([1, 1, 2, 4]))
    ]
    return b"\n".join(lines) + rng.choice([b"", b"\n"])


def is_git_in_doubt(text: bytes) -> bool:
    """Return whether git differs from its manual: ``x**/`` should be ``x*/``, but matches folders if x is literal."""
    return bool(re.search(rb"[^*/\n]\*\*+(/|\\/|$|\r|\n|\0)", text, re.MULTILINE))


def check_against_git(tree: tuple[Repo, list[bytes]], seed: int, file: Path) -> None:
    """Fail where git and we disagree on some rules and all names."""
    repo, files = tree
    rng = random.Random(seed)
    text = rules_of(rng)
    while is_git_in_doubt(text):
        text = rules_of(rng)
    file.write_bytes(text)
    kept = repo.git("ls-files", "-z", "--others", f"--exclude-from={file}").split(b"\0")[:-1]
    rules = rules_in(text)
    assert rules.refused == []
    assert sorted(one for one in files if not rules.covers(one)) == sorted(kept), text


@pytest.mark.parametrize("seed", range(300))
def test_what_git_ignores_is_ignored_and_nothing_else(
    tree: tuple[Repo, list[bytes]], seed: int, tmp_path: Path
) -> None:
    check_against_git(tree, seed, tmp_path / "rules")


@pytest.mark.parametrize("backend", ["hyperscan", "re2"])
@pytest.mark.parametrize("seed", range(300, 325))
def test_a_linear_backend_says_the_same(
    tree: tuple[Repo, list[bytes]], seed: int, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(backend)
    really = lines._choices
    monkeypatch.setattr(lines, "_choices", lambda segment: really(segment) + 3)
    monkeypatch.setattr(linear, "_BACKENDS", (backend,))
    check_against_git(tree, seed, tmp_path / "rules")


@pytest.mark.parametrize(
    ("text", "ignored", "kept"),
    [
        (b"*.log\n!keep.log\n", b"a/b.log", b"a/keep.log"),
        (b"/build/\n", b"build/x", b"a/build/x"),
        (b"build/\n", b"a/build/x", b"a/build"),
        (b"a/*.txt", b"a/b.txt", b"a/b/c.txt"),
        (b"a/**/z", b"a/b/c/z", b"b/a/z"),
        (b"**/z", b"z", b"zz"),
        (b"a/**", b"a/b/c", b"a"),
        (b"\\#x", b"#x", b"x"),
        (b"# x\nx", b"x", b"# x"),
        (b"\xef\xbb\xbfx\r\ny\r\n", b"x", b"y\r"),
        (b"x  ", b"x", b"x  "),
        (b"x\\ ", b"x ", b"x"),
        (b"*\n!*/\n!a.txt", b"b/c", b"b/a.txt"),
        ("é?".encode(), "éx".encode(), "éxx".encode()),
        (b"*.key", b"a\n.key", b"a.key\n"),
        (b"a\xe2\x80\xa8*", b"a\xe2\x80\xa8b", b"b"),
    ],
)
def test_rules_as_people_write_them(text: bytes, ignored: bytes, kept: bytes) -> None:
    rules = rules_in(text)
    assert (rules.covers(ignored), rules.covers(kept)) == (True, False)


def test_what_is_in_an_ignored_folder_cannot_be_taken_back() -> None:
    rules = rules_in(b"a/\n!a/b\n")
    assert rules.covers(b"a/b")
    assert rules.verdict(b"a/b", folder=False) is False
    assert rules.verdict(b"c", folder=False) is None


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (b"*a" * 40 + b"b", b"a" * 255),
        (b"x/" + b"*a" * 40 + b"b", b"x/" + b"a" * 255),
        (b"*?" * 60 + b"b", b"a" * 255),
        (b"**/a*a*a/" * 8 + b"b", b"aaaaaaaaaa/" * 350 + b"c"),
        (b"**/a/" * 20 + b"b", b"a/" * 2000 + b"c"),
        (b"**/*" * 40 + b"b", b"a/" * 2000 + b"c"),
        (b"[a-z]*" * 40 + b"!", b"a" * 255),
    ],
    ids=lambda value: str(value[:12]),
)
def test_no_rule_can_make_a_scan_hang(rule: bytes, path: bytes) -> None:
    assert rules_in(rule).verdict(path, folder=False) is None  # were it not linear, this would not end in our lifetime


@pytest.mark.parametrize("rule", [b"*a*b", b"a*b*c*", b"/a*b*c/d", b"**/a/**/b", b"a/**/b*c*"])
def test_a_long_path_takes_no_quadratic_time(rule: bytes) -> None:
    rules = rules_in(rule)

    def judge(size: int) -> None:
        path = b"a/" + b"a" * size + b"/b" * size + b"/e"
        assert rules.verdict(path, folder=False) is None
        assert rules.verdict(path[size:], folder=False) in (None, True)

    judge(2000)
    assert is_at_most(partial(judge, 400_000), partial(judge, 200_000), 4)


def test_rules_for_long_paths_say_the_same() -> None:
    text = b"*a*b\n!c*d*e\nx/**/y/**/z\n"
    rules = rules_in(text)
    assert len(translation.read(text).quadratic) == 3
    for name in (b"a%bb", b"c%bde", b"c%bdx", b"x/%b/y/z", b"x/%b/y"):
        short, long = name % b"q", name % (b"q" * 2000)
        assert rules.verdict(short, folder=False) is rules.verdict(long, folder=False)


def test_many_rules_of_one_kind_match_each_for_itself() -> None:
    text = b"".join(b"*%d-*%d.x\n" % (number, number) for number in range(2 * MOST_QUADRATIC))
    rules = rules_in(text)
    assert rules.refused == []
    for number in (0, MOST_QUADRATIC, 2 * MOST_QUADRATIC - 1):
        assert rules.verdict(b"a%d-b%d.x" % (number, number), folder=False)
        assert rules.verdict(b"a%d-b%d.y" % (number, number), folder=False) is None


def test_the_last_run_decides_whatever_kind_its_rules_are() -> None:
    text = b"*.txt\n!keep.txt\nkee?.txt\n!*k*e*e*p.t*t\nsub/keep.txt\n"
    assert rules_in(text).verdict(b"keep.txt", folder=False) is False
    assert rules_in(text).verdict(b"sub/keep.txt", folder=False) is True
    assert rules_in(text[: text.index(b"!*k")]).verdict(b"keep.txt", folder=False) is True
    assert rules_in(text[: text.index(b"kee?")]).verdict(b"keep.txt", folder=False) is False
