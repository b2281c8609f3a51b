"""What is wrong with a configuration file, in words that say what to write instead."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from keyguard.config.keys import FOREIGN, Config, HookSettings, PathSettings
from keyguard.config.toml_text import line_of, toml_value
from keyguard.support import dates, globs, tomlfile
from keyguard.support.errors import ConfigError

_TABLES: dict[str, type[msgspec.Struct]] = {"paths": PathSettings, "hooks": HookSettings}
#: a record may be written somewhere where it is a day later already
_LEEWAY = 86_400


def check_keys(shown: str, data: bytes, table: object) -> None:
    """Raise ``ConfigError`` for a key that a configuration does not have, with those that it has."""
    if not isinstance(table, dict):
        return
    _check(shown, data, table, Config, "")
    for name, kind in _TABLES.items():
        inner = table.get(name)
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict):
                _check(shown, data, one, kind, f"[[{name}]]" if kind is PathSettings else f"[{name}]")


def explain(shown: str, data: bytes, table: Any, message: str) -> str:
    """Return what to write, for a message of msgspec: ``Expected `array`, got `str` - at `$.exclude```."""
    text, _, place = message.partition(" - at `$")
    found = re.match(r"\.([\w-]+)(?:\[\d*\])?(?:\.([\w-]+))?", place)
    if not found:
        return f"{shown}: {text}"
    outer, inner = found[1], found[2] or ""
    missing = re.search(r"required field `([\w-]+)`", text)
    kind = _TABLES.get(outer, Config) if inner or missing else Config
    name = missing[1] if missing else inner or outer
    where = f"{shown}:{_line(shown, data, outer if missing else name)}: "
    where += f"{outer}: " if kind is not Config else ""
    value = table.get(outer) if kind is Config and isinstance(table, dict) else None
    return where + (f"{name} is missing: " if missing else f"{name}: {text}: ") + _advice(kind, name, value)


def problems(config: Config, now: int) -> Iterator[str]:
    """Yield what is wrong with the values of a configuration, apart from their types. ``now`` is in seconds."""
    for key, patterns in (("exclude", config.exclude), *(("paths: match", one.match) for one in config.paths)):
        for pattern in patterns:
            if text := globs.problem(pattern):
                yield f"{key}: {pattern!r} matches nothing: {text}"
    if config.only not in ("", "keys", "hygiene"):
        yield f"only: {config.only!r} is neither keys nor hygiene"
    if config.only == "hygiene" and config.no_hygiene:
        yield 'only = "hygiene" and no-hygiene = true leave nothing: leave one of them out'
    if config.color not in ("auto", "always", "never"):
        yield f"color: {config.color!r} is none of auto, always, never"
    if "=" in config.format:
        yield f"format: {config.format!r} names a file: only the option -f can"
    for one in config.paths:
        if not one.match:
            yield "paths: match is empty, so nothing takes it: name files or folders, or leave the table out"
        elif not (one.severity or one.ignore):
            yield f"paths: {one.match[0]!r}: say severity or ignore as well"
    for name, day in config.revoked.items():
        if (at := dates.instant(str(day))) is not None and at > now + _LEEWAY:
            yield f"revoked: {name}: {day} is in the future: write the day on which the key was revoked"


def _check(shown: str, data: bytes, table: dict[str, Any], kind: type[msgspec.Struct], header: str) -> None:
    known = kind.__struct_encode_fields__
    for key in table:
        if key in known:
            continue
        advice = next((f" ({one.instead})" for one in FOREIGN if one.name == key and not header), "")
        text = f"unknown key {key!r}{tomlfile.suggestion(key, known)}{advice}"
        text += f"{' ' if text.endswith('?') else ': '}valid keys are {', '.join(known)}"
        where = f"{shown}:{_line(shown, data, key)}: {f'{header}: ' if header else ''}"
        raise ConfigError(f"{where}{text}")


def _line(shown: str, data: bytes, key: str) -> int:
    return line_of(data, key, embedded=os.path.basename(shown) == "pyproject.toml")


def _advice(kind: type[msgspec.Struct], name: str, value: Any) -> str:
    from keyguard.config.schema import keys_of

    key = next(one for one in keys_of(kind) if one.name == name)
    if key.kind == "list of strings" and isinstance(value, str):
        return f"write a list: {name} = {toml_value([value])}"
    header = f", or tables [[{name}]]" if key.kind == "list of tables" else ""
    return f"write {name} = {toml_value(key.example)} ({key.kind}{header})"
