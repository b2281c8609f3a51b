"""Ignore rules mean what git says they mean, whatever is in them, and cost little."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from keyguard.sources import ignores
from keyguard.sources.ignores import Ignores
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
]


def below(folder: bytes, name: bytes) -> bytes:
    """A path; the folder may be the root."""
    return folder + b"/" + name if folder else name


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, list[bytes]]:
    """A repository with files of odd names in folders of odd names, none tracked, and their paths."""
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
    """A file with some rules."""
    lines = [
        b"".join(rng.choices(TOKENS, k=rng.randint(1, rng.choice([4, 9])))) for _ in range(rng.choice([1, 1, 2, 4]))
    ]
    return b"\n".join(lines) + rng.choice([b"", b"\n"])


def is_git_in_doubt(text: bytes) -> bool:
    """``x**/`` is documented as ``x*/``; git forgets that when ``x`` is plain text, and goes on through folders."""
    import re

    return bool(re.search(rb"[^*/\n]\*\*+(/|\\/|$|\r|\n|\0)", text, re.MULTILINE))


@pytest.mark.parametrize("seed", range(300))
def test_what_git_ignores_is_ignored_and_nothing_else(
    tree: tuple[Repo, list[bytes]], seed: int, tmp_path: Path
) -> None:
    repo, files = tree
    rng = random.Random(seed)
    text = rules_of(rng)
    while is_git_in_doubt(text):
        text = rules_of(rng)
    (tmp_path / "rules").write_bytes(text)
    kept = repo.git("ls-files", "-z", "--others", f"--exclude-from={tmp_path / 'rules'}").split(b"\0")[:-1]
    rules = Ignores(text)
    assert sorted(file for file in files if not rules.covers(file)) == sorted(kept), text


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
    rules = Ignores(text)
    assert (rules.covers(ignored), rules.covers(kept)) == (True, False)


def test_what_is_in_an_ignored_folder_cannot_be_taken_back() -> None:
    rules = Ignores(b"a/\n!a/b\n")
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
    assert Ignores(rule).verdict(path, folder=False) is None  # were it not linear, this would not end in our lifetime


def test_too_many_rules_are_refused() -> None:
    Ignores(b"x\n" * ignores.MOST)
    with pytest.raises(ValueError, match="more than 5000"):
        Ignores(b"x\n" * (ignores.MOST + 1))
    with pytest.raises(ValueError, match="more than 5000"):
        Ignores(b"*" * (ignores.MOST + 1))
