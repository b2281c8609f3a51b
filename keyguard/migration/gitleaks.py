"""gitleaks: allowlists of its configuration, ``.gitleaksignore``, and reports that serve as a baseline.

Formats: https://github.com/gitleaks/gitleaks#configuration (allowlists), #gitleaksignore, #reports.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from keyguard.migration.claims import Claim, Key, Reading, all_of, all_paths, any_of, at_place, compiled, glob_of
from keyguard.support import tomlfile
from keyguard.support.errors import ConfigError, RuleError

_FIELDS = 3


def read(name: str, data: bytes) -> Reading:
    """Read a file of gitleaks, by its name and content. Raises ``ConfigError`` for what is none."""
    if name.endswith(".toml"):
        return read_config(name, data)
    if data.lstrip()[:1] == b"[":
        return read_report(name, data)
    return read_ignore(name, data)


def read_ignore(name: str, data: bytes) -> Reading:
    """Read fingerprints: ``file:rule:line``, or ``commit:file:rule:line``."""
    claims, left = [], []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        place, fields = f"{name}:{number}", text.replace("\\", "/").split(":")
        commit = fields.pop(0) if len(fields) > _FIELDS and _is_id(fields[0]) else ""
        if len(fields) < _FIELDS or not fields[-1].isdigit():
            left.append(f"{place}: not a fingerprint")
            continue
        path, at = ":".join(fields[:-2]), int(fields[-1])
        claims.append(Claim(place, f"gitleaks: ignored as {fields[-2]}", at_place(path, at, commit)))
    return Reading(claims, left)


def read_report(name: str, data: bytes) -> Reading:
    """Read a report in JSON: by its secrets, or by places where those are redacted."""
    try:
        listed = json.loads(data)
    except ValueError as error:
        raise ConfigError(f"{name}: not JSON: {error}") from None
    claims, left = [], []
    for number, one in enumerate(listed, 1):
        place = f"{name}: entry {number}"
        if not isinstance(one, dict) or not isinstance(one.get("File"), str):
            left.append(f"{place}: not a finding of gitleaks")
            continue
        secret, line = str(one.get("Secret") or ""), one.get("StartLine")
        here = at_place(one["File"], line if isinstance(line, int) else None, str(one.get("Commit") or ""))
        covers = here if not secret or "REDACTED" in secret else any_of([_is_value(secret), here])
        claims.append(Claim(place, f"gitleaks baseline: {one.get('RuleID') or 'finding'}", covers))
    return Reading(claims, left)


def read_config(name: str, data: bytes) -> Reading:
    """Read the allowlists of a configuration, global ones and those of rules."""
    try:
        table = tomlfile.load(name, data)
    except RuleError as error:
        raise ConfigError(str(error)) from None
    claims: list[Claim] = []
    left: list[str] = []
    for place, allowlist in _allowlists(name, table):
        try:
            claims.append(_claim(place, allowlist))
        except ValueError as error:
            left.append(f"{place}: {error}")
    if table.get("rules"):
        left.append(f"{name}: rules are not taken over: write rule packs (CONTRIBUTING.md)")
    disabled = table.get("extend", {}).get("disabledRules") if isinstance(table.get("extend"), dict) else None
    if disabled:
        left.append(f"{name}: disabledRules are not taken over: see keyguard rules list, and set ignore")
    return Reading(claims, left)


def _allowlists(name: str, table: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each allowlist with where it stands, old and new spellings."""
    owners = [(name, table)]
    owners += [(f"{name}: rule {one.get('id', '?')}", one) for one in table.get("rules", []) if isinstance(one, dict)]
    for place, owner in owners:
        found = owner.get("allowlists", [])
        old = owner.get("allowlist")
        listed = [*(found if isinstance(found, list) else [found]), *([old] if old is not None else [])]
        for number, one in enumerate(listed, 1):
            if isinstance(one, dict):
                yield f"{place}: allowlist {number}", one


def _claim(place: str, allowlist: dict[str, Any]) -> Claim:
    """Return the claim of one allowlist. Raises ``ValueError`` for what cannot be taken over."""
    paths = [str(one) for one in allowlist.get("paths", [])]
    parts: list[Callable[[Key], bool]] = []
    if paths:
        parts.append(any_of([all_paths(compiled(one)) for one in paths]))
    if commits := tuple(str(one) for one in allowlist.get("commits", [])):
        parts.append(lambda key: all(commit and commit.startswith(commits) for _, _, commit in key.places))
    if regexes := [compiled(str(one)) for one in allowlist.get("regexes", [])]:
        whole = allowlist.get("regexTarget") in ("line", "match")
        parts.append(lambda key: any(one.search(text) for one in regexes for text in _texts(key, whole=whole)))
    if words := [str(one).lower() for one in allowlist.get("stopwords", [])]:
        parts.append(lambda key: any(word in text.lower() for word in words for text in _texts(key, whole=False)))
    if not parts:
        raise ValueError("names no paths, commits, regexes or stopwords")
    both = str(allowlist.get("condition", "OR")).upper() in ("AND", "&&")
    reason = f"gitleaks: {allowlist.get('description') or 'allowlist'}"
    only_paths = len(parts) == 1 and len(paths) == 1 and ": rule " not in place and not allowlist.get("targetRules")
    return Claim(place, reason, all_of(parts) if both else any_of(parts), glob_of(paths[0]) if only_paths else "")


def _texts(key: Key, *, whole: bool) -> list[str]:
    if not key.value:
        return []
    return key.lines() if whole else [key.value.decode("utf-8", "replace")]


def _is_value(secret: str) -> Callable[[Key], bool]:
    value = secret.encode("utf-8", "surrogateescape")
    return lambda key: bool(key.value) and value in (key.value, key.value.strip())


def _is_id(text: str) -> bool:
    return len(text) in (40, 64) and all(char in "0123456789abcdef" for char in text)
