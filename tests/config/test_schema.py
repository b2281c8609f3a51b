"""The published schema and reference: made from the structs, complete, and right about what a file may say."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from keyguard.config import project_config
from keyguard.config.environment import VARIABLES
from keyguard.config.keys import Config, HookSettings, PathSettings
from keyguard.config.reference import markdown, schema_text, write
from keyguard.config.schema import keys_of, schema
from keyguard.config.toml_text import toml_value
from keyguard.config.user_config import Network, Reached, UserConfig
from keyguard.model.finding import Configuration, Severity
from keyguard.support.errors import ConfigError
from tests.helpers.calling import Inside
from tests.helpers.checkout import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytest_plugins = ("tests.helpers.commandline",)

VALIDATOR = jsonschema.Draft202012Validator(schema())
EXAMPLES = {key.name: f"{key.name} = {toml_value(key.example)}\n" for key in keys_of(Config)}


def accepted(text: str) -> bool:
    """Whether keyguard takes the file."""
    try:
        project_config.parse(".keyguard.toml", text.encode(), Configuration("file"))
    except ConfigError:
        return False
    return True


def plain(text: str) -> Any:
    """The file as a schema sees it: a date is a string."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def test_what_is_published_is_what_is_made_from_the_structs() -> None:
    assert (ROOT / "docs/configuration.md").read_text(encoding="utf-8") == markdown()
    assert (ROOT / "docs/config.schema.json").read_text(encoding="utf-8") == schema_text()


def test_both_files_are_written_by_one_call(tmp_path: Path) -> None:
    write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.schema.json", "configuration.md"]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("kind", [Config, PathSettings, HookSettings, Network, Reached])
def test_every_key_has_a_meaning_and_an_example(kind: Any) -> None:
    assert [key.name for key in keys_of(kind) if not key.meaning or key.example is None] == []
    assert [key.name for key in keys_of(kind)] == list(kind.__struct_encode_fields__)


@pytest.mark.parametrize("key", EXAMPLES)
def test_each_example_is_taken_by_schema_and_program_and_changes_something(key: str) -> None:
    assert accepted(EXAMPLES[key])
    assert [*VALIDATOR.iter_errors(plain(EXAMPLES[key]))] == []
    found = project_config.parse("keyguard.toml", EXAMPLES[key].encode(), Configuration("file"))
    assert found is not None
    assert found.config != Config()


@pytest.mark.parametrize(
    "text",
    [
        "exlude = ['a']\n",
        "exclude = 'a'\n",
        "jobs = -1\n",
        "jobs = 257\n",
        "verbose = 'yes'\n",
        "fail-on = 'severe'\n",
        "color = 'blue'\n",
        "only = 'nothing'\n",
        "[[paths]]\nseverity = 'low'\n",
        "[[paths]]\nmatch = ['a']\nseverty = 'low'\n",
        "[hooks]\nfail = 'low'\n",
        "[severity]\njwt = 'severe'\n",
        "[severity]\njwt = 3\n",
    ],
)
def test_schema_and_program_refuse_the_same(text: str) -> None:
    assert not accepted(text)
    assert [*VALIDATOR.iter_errors(plain(text))]


def test_the_blocks_of_the_reference_are_valid() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", markdown(), re.DOTALL)
    assert blocks
    for block in blocks:
        assert accepted(block)


def test_severities_are_those_of_findings() -> None:
    (key,) = (one for one in keys_of(Config) if one.name == "fail-on")
    assert key.kind == "one of " + ", ".join(severity.label for severity in Severity)


def test_each_variable_that_is_read_is_in_the_reference() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "keyguard").rglob("*.py"))
    ours = set(re.findall(r"\"(KEYGUARD_[A-Z_]+)\"", source))
    assert ours <= {one.name for one in VARIABLES}
    for one in VARIABLES:
        assert f"| `{one.name}` |" in markdown()


def test_the_users_own_keys_are_in_the_reference() -> None:
    text = markdown()
    for key in (*keys_of(Network), *keys_of(Reached)):
        assert f"| `{key.name}` |" in text
    assert {key.name for key in keys_of(UserConfig)} == {"network", "vendors"}


def test_the_program_prints_the_same_schema(inside: Inside) -> None:
    said = inside("config", "schema")
    assert (said.code, said.out, said.err) == (0, schema_text(), "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], "[]"),
        ({}, "{}"),
        (True, "true"),
        ({"a b": ["x", 1]}, '{ "a b" = ["x", 1] }'),
        ('it\'s "so"', '"it\'s \\"so\\""'),
    ],
)
def test_values_are_written_as_toml(value: Any, text: str) -> None:
    assert toml_value(value) == text
    assert tomllib.loads(f"x = {text}\n") == {"x": value}
