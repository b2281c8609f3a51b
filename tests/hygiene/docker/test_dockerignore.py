"""What a ``.dockerignore`` leaves out, by rules that are known, and as the real client has it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from keyguard.hygiene.docker import dockerignore
from tests.hygiene.docker.client import DOCKER, client

#: lines of the file, a path, and whether a build does not get it
KNOWN = [
    # one pattern
    (".env", ".env", True),
    (".env", "api/.env", False),
    (".env", ".env.local", False),
    ("/.env", ".env", True),
    ("./api/../.env", ".env", True),
    (".env*", ".env.local", True),
    ("*.env", ".env", True),
    ("*.env", "api/prod.env", False),
    ("*", "api/.env", True),
    ("?env", ".env", True),
    ("a?b", "a/b", False),
    ("api", "api/deep/.env", True),
    ("api/", "api/.env", True),
    ("api/*", "api/deep/.env", True),
    ("api/*.env", "api/deep/x.env", False),
    ("[.]env", ".env", True),
    ("[a-c]pi/.env", "bpi/.env", True),
    ("[^a]pi/.env", "api/.env", False),
    ("\\*.env", "a.env", False),
    ("\\*.env", "*.env", True),
    ("a.b", "aXb", False),
    ("a(b)|{c}+$", "a(b)|{c}+$", True),
    # any number of folders
    ("**", ".env", True),
    ("**/.env", ".env", True),
    ("**/.env", "a/b/.env", True),
    ("**/.env", "a/prod.env", False),
    ("**.env", "a/prod.env", True),
    ("**/.env*", "a/.env.local", True),
    ("api/**", "api/.env", True),
    ("api/**", "api", False),
    ("api/**/.env", "api/.env", True),
    ("api/**/.env", "api/a/b/.env", True),
    ("**/api/**", "x/api/y/.env", True),
    ("**/**/.env", "a/.env", True),
    # order
    (".env\n!.env", ".env", False),
    ("!.env\n.env", ".env", True),
    ("*\n!.env", ".env", False),
    ("*\n!api", "api/.env", False),
    ("*\n!api\napi/.env", "api/.env", True),
    ("**\n!**/*.js\n", "api/.env", True),
    ("api\n!api/.env", "api/.env", False),
    ("**/.env\n!**/api/*", "x/api/.env", False),
    # what a folder was not asked for does not hold for what is in it
    ("a/b/\n![!a]\n", "a/b/.env", True),
    # how it is written
    ("# .env", ".env", False),
    (" # .env", ".env", False),
    ("  .env  ", ".env", True),
    ("! .env", ".env", False),
    ("*\n! .env", ".env", False),
    (".env\r", ".env", True),
    ("\ufeff.env", ".env", True),
    ("", ".env", False),
    ("!", ".env", False),
    ("[", ".env", False),
    ("..", ".env", False),
]


@pytest.mark.parametrize(("text", "path", "out"), KNOWN)
def test_known_rules(text: str, path: str, out: bool) -> None:
    assert dockerignore.leaves_out(dockerignore.patterns(text.encode()), path.encode()) is out


def test_what_decided_is_told_with_its_line() -> None:
    rules = dockerignore.patterns(b"# keys\n\n.env*\n!.env\n")
    decided = dockerignore.deciding(rules, b".env")
    assert decided is not None
    assert (decided.text, decided.back, decided.line) == (".env", True, 4)
    assert dockerignore.deciding(rules, b"app.js") is None


FILES = (".env", ".env.local", "prod.env", "a/.env", "a/b/.env", "a/b/c.env", "b/x.txt", "b/.env.test", "b/a.b/.env")
PARTS = (
    "*",
    "**",
    ".env",
    ".env*",
    "*.env",
    "a",
    "b",
    "a/b",
    "?env",
    "[.]env",
    ".en[u-w]",
    "[^a]",
    "\\.env",
    "a*",
    "..",
)
#: an old client does not go into a folder that is left out for what ``*`` would take back: builders of today do
PLAIN = (".env", "a", "a/b", "a/.env", "a/b/.env", "b/a.b", "b/.env.test", "prod.env")


def _line(source: random.Random) -> str:
    if source.random() < 0.3:
        return "!" + source.choice(PLAIN)
    text = "/".join(source.choice(PARTS) for _ in range(source.choice((1, 1, 2, 3))))
    return source.choice(("", "", "", "/", "./", " ", "#")) + text + source.choice(("", "", "", "/", " "))


@pytest.mark.skipif(DOCKER is None, reason="needs the docker client; no daemon")
def test_the_docker_client_sends_the_same_files(tmp_path: Path) -> None:
    folder, source = tmp_path / "context", random.Random(4)
    for name in ("Dockerfile", *FILES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("FROM scratch\n")
    built = 0
    with client() as docker:
        for _ in range(60):
            text = "\n".join(_line(source) for _ in range(source.choice((1, 2, 3, 4)))) + "\n"
            (folder / ".dockerignore").write_text(text)
            if (sent := docker.sends(folder)) is None:
                continue
            built += 1
            rules = dockerignore.patterns(text.encode())
            ours = {name for name in FILES if not dockerignore.leaves_out(rules, name.encode())}
            assert ours == sent & set(FILES), text
    assert built > 40
