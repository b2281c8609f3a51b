"""What is wrong with a configuration file, in words that say what to write instead."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from keyguard.config.keys import FOREIGN, Config, HookSettings, PathSettings
from keyguard.config.rotation import read_record
from keyguard.config.toml_text import line_in_table, line_of, toml_value
from keyguard.config.values import parse_confidence, parse_severity, parse_size
from keyguard.support import dates, globs, tomlfile
from keyguard.support.errors import ConfigError

_TABLES: dict[str, type[msgspec.Struct]] = {"paths": PathSettings, "hooks": HookSettings}
#: a record may be written somewhere where it is a day later already
_LEEWAY = 86_400


class Problem(NamedTuple):
    """A value that is wrong."""

    keys: tuple[str, ...]
    """The key, below the names of its tables."""
    text: str
    nth: int = 0
    """Which of several tables of that name, from 0."""


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


def problems(config: Config, now: int) -> Iterator[Problem]:
    """Yield what is wrong with the values of a configuration, apart from their types. ``now`` is in seconds."""
    yield from _unread(("max-size",), parse_size, config.max_size)
    yield from _unread(("confidence",), parse_confidence, config.confidence)
    yield from _unread(("fail-on",), parse_severity, config.fail_on)
    if config.hooks.fail_on:
        yield from _unread(("hooks", "fail-on"), parse_severity, config.hooks.fail_on)
    for rule, level in config.severity.items():
        yield from _unread(("severity", rule), parse_severity, level)
    yield from _useless_patterns(("exclude",), config.exclude)
    for nth, one in enumerate(config.paths):
        yield from _path_problems(one, nth)
    if config.only not in ("", "keys", "hygiene"):
        yield Problem(("only",), f"{config.only!r} is neither keys nor hygiene")
    if config.only == "hygiene" and config.no_hygiene:
        yield Problem(("no-hygiene",), 'with only = "hygiene" this leaves nothing: leave one of them out')
    if config.color not in ("auto", "always", "never"):
        yield Problem(("color",), f"{config.color!r} is none of auto, always, never")
    if "=" in config.format:
        yield Problem(("format",), f"{config.format!r} names a file: only the option -f can")
    for name, day in config.revoked.items():
        yield from _unread(("revoked", name), read_record, {name: day})
        if (at := dates.instant(str(day))) is not None and at > now + _LEEWAY:
            yield Problem(("revoked", name), f"{day} is in the future: write the day on which the key was revoked")


def with_place(shown: str, data: bytes, problem: Problem) -> str:
    """Return what is wrong with file, line and key: ``keyguard.toml:3: hooks: fail-on: 'bad' is not a severity``."""
    embedded = os.path.basename(shown) == "pyproject.toml"
    line = line_in_table(data, problem.keys, problem.nth, embedded=embedded)
    return f"{shown}:{line}: {': '.join(problem.keys)}: {problem.text}"


def _unread(keys: tuple[str, ...], parse: Callable[[Any], object], value: Any, nth: int = 0) -> Iterator[Problem]:
    try:
        parse(value)
    except ConfigError as error:
        yield Problem(keys, str(error), nth)


def _path_problems(one: PathSettings, nth: int) -> Iterator[Problem]:
    yield from _useless_patterns(("paths", "match"), one.match, nth)
    if one.severity:
        yield from (
            problem._replace(nth=nth) for problem in _unread(("paths", "severity"), parse_severity, one.severity)
        )
    if not one.match:
        yield Problem(("paths", "match"), "it is empty: name files or folders, or leave the table out", nth)
    elif not (one.severity or one.ignore):
        yield Problem(("paths",), f"{one.match[0]!r}: add severity or ignore", nth)


def _useless_patterns(keys: tuple[str, ...], patterns: Sequence[str], nth: int = 0) -> Iterator[Problem]:
    for pattern in patterns:
        if text := globs.problem(pattern):
            yield Problem(keys, f"{pattern!r} matches nothing: {text}", nth)


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
