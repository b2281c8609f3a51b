"""``master-key``: a live key that can access every workspace, recognised by requests that have to name a workspace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.keys.key_stages import StagedKey
from keyguard.hygiene.keys.secret_keys import key_title
from keyguard.hygiene.project import spots, word_search
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.stages.key_statement import name_of_key
from keyguard.hygiene.stages.words import split_words
from keyguard.model.finding import Confidence, Environment
from keyguard.model.violation import Spot, Violation
from keyguard.support.sanitize import shown_path

#: bytes between the name of a workspace and that of its vendor
_NEAR = 600
#: a shorter name may mean anything
_SHORTEST = 6


class _Proof(NamedTuple):
    """Where and how a key shows that it can access every workspace."""

    why: str
    spot: Spot | None = None
    confidence: Confidence | None = None


def master_keys(project: Project, places: list[StagedKey]) -> Iterator[Violation]:
    """Yield a violation for each such key, with all its spots and the code that proves it."""
    keys: dict[str, list[StagedKey]] = {}
    for one in places:
        rule = project.rules[one.key.attribution.rule]
        if one.key.environment is Environment.LIVE and rule.vendor in _vendors():
            keys.setdefault(one.key.fingerprint, []).append(one)
    code = _code(project) if keys else []
    for found in keys.values():
        vendor = project.rules[found[0].key.attribution.rule].vendor
        proof = _by_place(project, found, vendor) or _by_code(project, found, vendor, code)
        if proof:
            yield Violation(
                check="master-key",
                message=f"{key_title(project, found[0].key)} that reaches every workspace",
                spots=(*(spots.of_key(one.path, one.key.occurrence) for one in found), *filter(None, [proof.spot])),
                because=(proof.why,),
                confidence=proof.confidence,
                key=found[0].key.fingerprint,
            )


def _by_place(project: Project, found: list[StagedKey], vendor: str) -> _Proof | None:
    """Return the proof by the key's own name, or by a workspace that is named in the same file."""
    for one in found:
        content = project.read(one.path) or b""
        name = name_of_key(content, one.offset)
        if "master" in split_words(name):
            return _Proof(f"it is called {name}")
        if word := _beside(content, vendor):
            return _Proof(f"{word[0].decode()} stands in the same file", project.spot(one.path, *word.span()))
    return None


def _by_code(project: Project, found: list[StagedKey], vendor: str, code: list[bytes]) -> _Proof | None:
    """Return the proof by code that reads the variable and names a workspace."""
    names = {name_of_key(project.read(one.path) or b"", one.offset) for one in found}
    for path in code:
        content = project.read(path) or b""
        word = _beside(content, vendor)
        for name in sorted(names) if word else ():
            if word and len(name) >= _SHORTEST and re.search(rb"(?<!\w)%s(?!\w)" % re.escape(name.encode()), content):
                why = f"{shown_path(path)} reads {name}, and sends {word[0].decode()} with it"
                return _Proof(why, project.spot(path, *word.span()), Confidence.MEDIUM)
    return None


def _beside(content: bytes, vendor: str) -> re.Match[bytes] | None:
    """Return the match of a workspace's name near the vendor's; None if there is none."""
    names = re.compile(b"(?i)" + b"|".join(map(re.escape, _names(vendor))))
    for found in _words().finditer(content):
        if names.search(content, max(0, found.start() - _NEAR), found.end() + _NEAR):
            return found
    return None


def _code(project: Project) -> list[bytes]:
    paths = tables.patterns("environments", "master", "code").among(project.files)
    return word_search.files_with(
        project, paths, [word.encode() for word in tables.load("environments")["master"]["words"]]
    )


@cache
def _words() -> re.Pattern[bytes]:
    return re.compile(b"(?i)(?:%s)(?![A-Za-z0-9])" % b"|".join(_listed("words")))


def _names(vendor: str) -> list[bytes]:
    return [name.encode() for name in tables.load("environments")["master"]["vendors"][vendor]]


def _vendors() -> dict[str, list[str]]:
    vendors: dict[str, list[str]] = tables.load("environments")["master"]["vendors"]
    return vendors


def _listed(which: str) -> list[bytes]:
    return [re.escape(word.encode()) for word in tables.load("environments")["master"][which]]
