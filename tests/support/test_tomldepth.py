"""TOML that is nested without end is refused before it is parsed; what people write is not."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from keyguard.support import tomldepth, tomlfile
from keyguard.support.errors import TooDeepError
from tests.helpers.calling import Inside
from tests.helpers.checkout import ROOT
from tests.helpers.repos import Repo

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytest_plugins = ("tests.helpers.commandline",)

LONG = b"a." * 60
DEEP = (
    LONG + b"a=1",
    b"x = 1\n" + LONG + b"a = 1",
    b"a . " * 60 + b"a=1",
    b'"a".' * 60 + b"a=1",
    b"''." * 60 + b"a=1",
    b"[" + LONG + b"a]\n",
    b"  [[" + LONG + b"a]]\n",
    b"x = {" + LONG + b"a=1}",
    b"x = {y=1, " + LONG + b"a=1}",
    b"x = [1.5, [{y='.', " + LONG + b"a=1}]]",
    b"x = '''.'''\n" + LONG + b"a=1",
    b'x = """\n\\"" """\n' + LONG + b"a=1",
    b"x = " + b"[" * 60 + b"]" * 60,
    b"x = " + b"{a=" * 60 + b"1" + b"}" * 60,
    b"\n".join(b"a%d.b.c.d.e.f=1" % number for number in range(3000)),
)
PLAIN = (
    b"",
    b'a = "' + b"." * 300 + b'"',
    b"a = '''" + b".\n" * 300 + b"'''",
    b'a = """' + b".\n" * 300 + b'x""""\nb.c = 1',
    b"a = '''x'''''\nb.c = 1",
    b'a = """\\"""' + b"." * 300 + b'"""',
    b'"' + b"." * 300 + b'" = 1',
    b"'" + b"." * 300 + b"' = 1",
    b'["' + b"." * 300 + b'".b]',
    b"a = [" + b"1.5, " * 300 + b"]",
    b"a = [\n" + b"  1.5, # ...\n" * 300 + b"]\nb.c = 1",
    b"# " + b"." * 300,
    b'a = "\\"" # ' + b"." * 300,
    b"a = [" + b"{b.c = 1.5}, " * 300 + b"]",
    b"a = 1.5\n" + b"".join(b"a%d.b.c = 1979-05-27T07:32:00.999\n" % number for number in range(300)),
    b"a" + b".a" * 40 + b" = 1",
)


@pytest.mark.parametrize("data", DEEP)
def test_what_is_nested_without_end_is_refused(data: bytes) -> None:
    with pytest.raises(TooDeepError, match=r"a\.toml:\d+: not read: "):
        tomlfile.load("a.toml", data)


@pytest.mark.parametrize("data", PLAIN)
def test_what_people_write_is_read_as_ever(data: bytes) -> None:
    assert tomlfile.load("a.toml", data) == tomllib.loads(data.decode())


def test_our_own_files_are_read() -> None:
    files = [*(ROOT / "rules").glob("*.toml"), *(ROOT / "keyguard").rglob("*.toml"), ROOT / "pyproject.toml"]
    assert len(files) > 50
    assert [path for path in files if tomldepth.find_excess(path.read_bytes())] == []


def test_the_line_is_told() -> None:
    with pytest.raises(TooDeepError, match=r"a\.toml:3: not read: a key of more than 50 parts"):
        tomlfile.load("a.toml", b"x = 1\n\n" + LONG + b"a = 1")


@pytest.mark.parametrize("seed", range(3))
def test_no_text_is_too_much(seed: int) -> None:
    chosen = random.Random(seed)
    bits = [b'"', b"'", b'"""', b"'''", b"\\", b"[", b"]", b"{", b"}", b"=", b",", b".", b"\n", b"#", b"a", b" "]
    for _ in range(2000):
        tomldepth.find_excess(b"".join(chosen.choices(bits, k=chosen.randint(1, 40))))


def test_a_configuration_of_dotted_keys_is_an_error(inside: Inside, repo: Repo) -> None:
    repo.write("a.txt", "a\n").write(".keyguard.toml", (b"a." * 40_000 + b"b=1\n").decode())
    said = inside("scan", cwd=repo.path)
    assert (said.code, "not read: a key of more than 50 parts" in said.err) == (2, True)
    repo.remove(".keyguard.toml").write("pyproject.toml", "[tool.keyguard]\n" + "a." * 40_000 + "b=1\n")
    said = inside("scan", cwd=repo.path)
    assert (said.code, "not read: a key of more than 50 parts" in said.err) == (2, True)


def test_a_pack_of_dotted_keys_is_an_error(inside: Inside, repo: Repo, tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_bytes(LONG + b"a=1")
    said = inside("scan", "--rules", str(pack), cwd=repo.write("a.txt", "a\n").path)
    assert (said.code, "pack.toml:1: not read" in said.err) == (2, True)


def test_a_build_that_is_described_so_is_a_gap(inside: Inside, repo: Repo) -> None:
    described = f'[build-system]\nbuild-backend = "hatchling.build"\n[tool.x]\n{"a." * 40_000}b=1\n'
    repo.write("pyproject.toml", described).write(".env", "A=b\n").write(".gitignore", ".env\n")
    said = inside("scan", "-f", "json", "--isolated", "--no-history", cwd=repo.path)
    assert said.code == 2
    assert said.gaps == {"pyproject.toml": "too-deep"}
