"""Keys and uses of keys in code for browsers: what a build drops is less, and one file of names is one finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.calling import Inside
from tests.helpers.checkout import made_up_key
from tests.helpers.repos import Repo

pytest_plugins = ("tests.helpers.commandline",)

VITE = {
    "package.json": json.dumps({"devDependencies": {"vite": "7"}}),
    "index.html": '<script type="module" src="/src/main.ts"></script>\n',
}


@pytest.fixture
def findings(inside: Inside, tmp_path: Path) -> Any:
    """The findings of hygiene in a project of these files."""

    def find(check: str, **files: str) -> list[dict[str, Any]]:
        repo = Repo(tmp_path / "shop")
        for path, text in files.items():
            repo.write(path, text)
        found: list[dict[str, Any]] = inside(
            "scan", "-f", "json", "--only", "hygiene", "--no-history", "--select", check, cwd=repo.path
        ).document["findings"]
        return found

    return find


def test_what_a_build_drops_is_less_than_what_it_ships(findings: Any) -> None:
    parts = {
        "kept": "export const a = '{}';\n",
        "comment": "// was '{}'\n",
        "guard": "if (import.meta.env.DEV) console.log('{}');\n",
        "unused": "const unused = '{}';\n",
        "used": "const used = '{}';\nexport const b = () => used;\n",
    }
    keys = {name: made_up_key(seed) for seed, name in enumerate(parts)}
    code = "".join(text.format(keys[name]) for name, text in parts.items())
    main = "import { a, b } from './keys';\nconsole.log(a, b());\n"
    found = findings("key-in-frontend", **VITE, **{"src/main.ts": main, "src/keys.ts": code})
    lines = {
        one["occurrences"][0]["line"]: (one["severity"], "a build leaves it out" in one["message"]) for one in found
    }
    assert lines == {
        1: ("critical", False),
        2: ("low", True),
        3: ("low", True),
        4: ("low", True),
        5: ("critical", False),
    }


def test_a_key_that_is_shipped_and_in_a_comment_is_shipped(findings: Any) -> None:
    key = made_up_key(11)
    (found,) = findings("key-in-frontend", **VITE, **{"src/main.ts": f"// '{key}'\nconsole.log('{key}');\n"})
    assert (found["severity"], found["occurrences"][0]["line"]) == ("critical", 2)


def test_a_page_is_not_built_so_its_comments_are_sent(findings: Any) -> None:
    key = made_up_key(12)
    (found,) = findings("key-in-frontend", **{"index.html": f"<!-- {key} -->\n"})
    assert found["severity"] == "critical"


def test_names_that_one_file_reads_are_one_finding(findings: Any) -> None:
    names = [f"{word}_SECRET" for word in ("MAIL", "AUTH", "HOOK")]
    code = "".join(f"export const {one.lower()} = process.env.{one};\n" for one in names)
    (found,) = findings("server-key", **VITE, **{"src/main.ts": "import './env';\n", "src/env.ts": code})
    assert found["message"].startswith("MAIL_SECRET and 2 more secrets, by their names, are read in code")
    assert [one["line"] for one in found["occurrences"]] == [1, 2, 3]
    assert "so are AUTH_SECRET, HOOK_SECRET" in found["because"]
