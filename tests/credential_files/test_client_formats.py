"""The rows of the table for clients: modules that are there, rules that are there, texts that are hostile."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from keyguard.credential_files import table
from keyguard.credential_files.client_formats import CLIENT_FORMATS
from keyguard.credential_files.format import Format
from keyguard.rules import loader

every_format = pytest.mark.parametrize("one", CLIENT_FORMATS, ids=lambda one: one.module.rpartition(".")[2])


@every_format
def test_a_format_is_known_by_its_paths(one: Format) -> None:
    assert one.paths or one.signs
    for path in one.paths:
        assert path == path.lower()
        assert one in table.named(f"some/folder/{path.replace('*', 'x')}".encode())


@every_format
def test_the_rules_that_a_reader_names_are_there(one: Format) -> None:
    source = Path(import_module(one.module).__file__ or "").read_text(encoding="utf-8")
    detectors = {rule.id for rule in loader.parse(loader.read_packs()).rules if rule.detector}
    named = set(re.findall(r'(?:_RULE = |Field\(\s*)"([a-z-]+)"', source))
    assert named
    assert named <= detectors
