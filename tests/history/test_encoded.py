"""Encoded keys in history: found in the version that adds them, at their place, and as the keys that they are."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.helpers.calling import Inside
from tests.helpers.repos import Repo
from tests.history.asking import key

pytest_plugins = ("tests.helpers.commandline",)

LINES = [f"  setting-{number}: value {number * 7919 % 1000}\n" for number in range(900)]
KEY = key("encoded")
CODED = base64.b64encode(KEY.encode()).decode()


@pytest.fixture
def told(repo: Repo) -> Repo:
    """A long file that gets an encoded key in its middle, and loses it; and a short one in which it is plain."""
    repo.write("values.yaml", "".join(LINES)).add().commit("first")
    repo.write("values.yaml", "".join([*LINES[:450], f"  token: {CODED}\n", *LINES[450:]])).add().commit("second")
    repo.write("values.yaml", "".join(LINES)).write("plain.env", f"TOKEN={KEY}\n").add().commit("third")
    repo.remove("plain.env").add().commit("fourth")
    repo.git("repack", "-adfq", "--depth=50", "--window=50")
    return repo


def test_a_key_that_is_encoded_in_one_version_and_plain_in_another_is_one_finding(inside: Inside, told: Repo) -> None:
    for options in ((), ("--no-cache",), ()):
        said = inside.scan("--history-only", *options, cwd=told.path)
        (found,) = (one for one in said.document["findings"] if one["kind"] == "key")
        places = {place["path"]: (place["commit"], place["line"], place["column"]) for place in found["occurrences"]}
        assert places == {"values.yaml": (told.oid("HEAD~2"), 451, 10), "plain.env": (told.oid("HEAD~1"), 1, 7)}
        assert any("base64" in reason for reason in found["because"])


def test_a_range_and_the_index_tell_the_same(inside: Inside, told: Repo) -> None:
    said = inside.scan("--range", "HEAD~3..HEAD~2", cwd=told.path)
    (found,) = (one for one in said.document["findings"] if one["kind"] == "key")
    assert [(place["path"], place["line"]) for place in found["occurrences"]] == [("values.yaml", 451)]
    told.write("new.yaml", f"kind: Secret\ndata:\n  key: {CODED}\n").add()
    said = inside.scan("--staged", cwd=told.path)
    (found,) = (one for one in said.document["findings"] if one["kind"] == "key")
    assert [(place["path"], place["line"]) for place in found["occurrences"]] == [("new.yaml", 3)]


def test_neither_the_key_nor_its_encoded_form_is_written(inside: Inside, told: Repo, cache: Path) -> None:
    nested = base64.b64encode(CODED.encode()).decode()
    told.write(f"{CODED}.txt", f"once {CODED} twice {nested} # {CODED[:30]}\n").add().commit("names")
    for form in ("text", "json", "sarif", "github"):
        said = inside("scan", "-f", form, "-v", cwd=told.path)
        assert not [part for part in (KEY, CODED, nested) if part[9:22] in said.out + said.err], form
    written = [path.read_bytes() for path in cache.rglob("*") if path.is_file()]
    assert written
    assert not any(part[9:22].encode() in data for part in (KEY, CODED, nested) for data in written)
