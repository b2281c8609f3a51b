"""One more rule, in the manner of those that are there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyguard.fix.files import ignore_files
from keyguard.hygiene.docker import dockerignore
from tests.helpers.repos import Repo


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b".env\n"),
        (b"a\n", b"a\n.env\n"),
        (b"a", b"a\n.env"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n.env\r\n"),
        (b"a\r\nb", b"a\r\nb\r\n.env"),
        (b"# a\n\n", b"# a\n\n.env\n"),
    ],
)
def test_lines_end_as_they_did(before: bytes, after: bytes) -> None:
    assert ignore_files.with_rule(before, b".env") == after


@pytest.mark.parametrize(
    ("content", "path", "rule"),
    [
        (b"", b".env", b".env"),
        (b"", b"apps/web/.env.local", b".env.local"),
        (b"/.env\n", b".env.local", b"/.env.local"),
        (b"/dist\n.env\n", b"a/.env.local", b".env.local"),
        (b"/.env\n.env.*\n", b".env", b".env"),
        (b"", b"config/application-prod.properties", b"/config/application-prod.properties"),
        (b"", b"docker-compose.override.yml", b"/docker-compose.override.yml"),
        (b"", b"a/#*[?].env", b"\\#\\*\\[\\?\\].env"),
        (b"", b"!.env", b"\\!.env"),
    ],
)
def test_rules_for_git(content: bytes, path: bytes, rule: bytes) -> None:
    assert ignore_files.git_rule(content, path) == rule


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (b".env", b"**/.env"),
        (b"a.env ", b"**/a.env?"),
        (b"api/.env.local", b"**/.env.local"),
        (b"x/a*b.env", b"**/a\\*b.env"),
    ],
)
def test_rules_for_docker(path: bytes, rule: bytes) -> None:
    assert ignore_files.docker_rule(path) == rule
    content = ignore_files.with_rule(b"*\n!**\n", rule)
    assert dockerignore.leaves_out(dockerignore.patterns(content), path)


@pytest.mark.parametrize(
    ("content", "speaks"),
    [
        (b".env\n", True),
        (b"  .env.local  \n", True),
        (b"config/*.env\n", True),
        (b".env*\n", True),
        (b"!.env.production\n", True),
        (b".env/\n", True),
        (b"# .env\n", False),
        (b"node_modules\n*.log\n", False),
        (b"!.env.example\n", False),
    ],
)
def test_which_speak_of_such_files(content: bytes, speaks: bool) -> None:
    assert ignore_files.speaks(content) is speaks


@given(st.text("ab.*?[]\\!# env", min_size=1, max_size=12).filter(lambda name: name not in (".", "..")))
def test_a_rule_means_its_file_and_no_other(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    repo = Repo(tmp_path_factory.mktemp("r"))
    rule = ignore_files.git_rule(b"", name.encode())
    repo.write(".gitignore", ignore_files.with_rule(b"", rule))
    asked = b"\0".join((name.encode(), b"a" + name.encode())) + b"\0"
    said = repo.git("check-ignore", "-z", "--stdin", "--no-index", stdin=asked, check=False)
    assert said.split(b"\0")[:-1] == [name.encode()]
