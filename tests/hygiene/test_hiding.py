"""What hygiene shows of a file: never a value that may be a secret, whichever check and format; and it never hangs."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.helpers.calling import Inside, Keyguard
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

VALUE = "Tr0" + "ub4dor" + "-and-3"
HATCH = '[build-system]\nbuild-backend = "hatchling.build"\n[tool.hatch.build]\n'
FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "shop")
    repo.write("package.json", '{"dependencies": {"next": "15", "dotenv": "16"}}\n')
    repo.write(".env", f"DB_PASSWORD={VALUE}\nNEXT_PUBLIC_DB_PASSWORD={VALUE}\n")
    repo.write("compose.yml", f"services: {{db: {{env_file: .env, environment: {{DB_PASSWORD: {VALUE}}}}}}}\n")
    page = (
        f"process.env.DB_PASSWORD || '{VALUE}'\nfetch('https://api.stripe.com', {{Authorization: 'Bearer {VALUE}'}})\n"
    )
    return repo.write("pages/index.jsx", "'use client'\n" + page + "export default () => <p/>\n")


@pytest.mark.parametrize("kind", FORMATS)
def test_no_value_beside_a_name_is_in_a_report(kind: str, inside: Inside, repo: Repo) -> None:
    said = inside("scan", "-v", "-f", kind, "--only", "hygiene", "--no-history", cwd=repo.path)
    assert "env-not-ignored" in said.out
    assert VALUE not in said.out + said.err


def test_it_is_about_the_checks_that_show_lines(inside: Inside, repo: Repo) -> None:
    document = inside("scan", "-f", "json", "--only", "hygiene", "--no-history", cwd=repo.path).document
    wanted = {"env-not-ignored", "public-env-prefix", "server-key-in-client-code"}
    assert wanted <= {one["rule"] for one in document["findings"]}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("pages/index.jsx", "'use client'\n" + "from '@t3-oss/env'\n" * 25_000 + "process.env.DB_PASSWORD\n"),
        ("pages/index.jsx", "'use client'\nimport " + "a " * 200_000 + "from 'stripe'\n"),
        ("compose.yml", "services:\n a:\n  env_file: " + "a/" * 100_000 + "!\n"),
        (
            "Dockerfile",
            "FROM a AS s0\nCOPY . /\n"
            + "".join(f"FROM a AS s{n}\nCOPY --from=s{n - 1} / /a/ /b/\n" for n in range(1, 40)),
        ),
        ("Dockerfile", "FROM a\n" + "".join(f"COPY . /{n}/\nCOPY --from=0 / /{n}/\n" for n in range(30))),
        (".dockerignore", "*a" * 15 + "b\n" + "**/a/" * 7 + "b\n" + "[a]" + "*a" * 14 + "b\n"),
        (".npmignore", "+(+(a))b\n*(a|aa)b\n+(a*)b\n" + "*a" * 40 + "b\n" + "!(a)" * 9 + "\n"),
        (".npmignore", "/".join(["**/a"] * 7) + "/b\n"),
        (
            "MANIFEST.in",
            "include " + "*a" * 11 + "b\nglobal-include " + "*a" * 10 + "\nrecursive-include ** **/**/a/**\n",
        ),
        # no more folders: git itself would never come to an end, which is told as a gap when its time is over
        (".gitignore", "*a" * 40 + "b\n" + "**/a/" * 4 + "b\n"),
        ("pyproject.toml", HATCH + f'exclude = ["{"*a" * 40}b", "{"**/a/" * 40}b", "{"?a*" * 1000}"]\n'),
        ("pyproject.toml", HATCH + f'exclude = ["{"a" * 100_000}"]\nartifacts = ["*a*a*a*b"]\n'),
        (".npmignore", "{a*,*a}{*a,a*}{*a,b}{a,*a}{a,b}\n" * 2000),
        (".dockerignore", "**/*a*a*b\n" * 2000),
    ],
    ids=itertools.count(1),
)
def test_what_is_made_to_hang_it_does_not(path: str, content: str, kg: Keyguard, repo: Repo) -> None:
    repo.write("Dockerfile", "FROM node\nCOPY . /app\n").write(
        "pyproject.toml", '[build-system]\nbuild-backend="hatchling"\n'
    )
    deep = "/".join("a" * 60)
    for name in (".env." + "a" * 200, deep + "/.env", "a" * 100 + "/.env"):
        repo.write(name, f"DB_PASSWORD={VALUE}\n")
    repo.write(path, content)
    said = kg("scan", "-f", "json", "--only", "hygiene", "--no-history", cwd=repo.path)  # which has its timeout
    refused = any(one["reason"] == "ignore-rules" for one in said.document["skipped"])  # what would take too long
    assert (said.code, "Traceback" in said.err) == (2 if refused else 1, False), said.err
