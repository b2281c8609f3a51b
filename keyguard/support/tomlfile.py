"""Read TOML files that people write, and describe precisely what is wrong with them.

Used by rule packs and by the configuration. Nothing here is imported while the compiled rules in the cache are valid.
"""

from __future__ import annotations

import difflib
import re
import sys
from typing import Any

import msgspec

from keyguard.model.finding import Rule, Vendor
from keyguard.support import tomldepth
from keyguard.support.errors import RuleError, TooDeepError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def load(path: str, data: bytes) -> dict[str, Any]:
    """Return the tables of a TOML file. A syntax error is a ``RuleError`` with file, line and column.

    Raise ``TooDeepError`` for a file whose parsing would take far more memory than the file's size.
    """
    if deep := tomldepth.find_excess(data):
        raise TooDeepError(f"{path}:{deep[0]}: not read: {deep[1]}")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RuleError(f"{path}:{line}: not UTF-8: byte 0x{data[error.start]:02x}") from error
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = re.search(r"\(at line (\d+), column (\d+)\)", message)
        place = f"{found[1]}:{found[2]}" if found else str(len(data.splitlines()))
        raise RuleError(f"{path}:{place}: not TOML: {message.split(' (at')[0]}") from error
    except ValueError as error:
        digits = re.search(rb"[0-9_]{1000}", data)
        line = data.count(b"\n", 0, digits.start() if digits else 0) + 1
        raise RuleError(f"{path}:{line}: not TOML: a number with too many digits") from error
    except RecursionError as error:
        raise RuleError(f"{path}: not TOML: nested too deeply") from error


def check_keys(path: str, data: bytes, table: dict[str, Any]) -> None:
    """Raise ``RuleError`` for an unknown key, with the key that was probably meant."""
    _check(path, data, table, ("vendor", "rules"), None, "")
    vendor = table.get("vendor")
    if isinstance(vendor, dict):
        _check(path, data, vendor, _fields(Vendor), None, "")
    rules = table.get("rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict):
            _check(path, data, rule, _fields(Rule), index, str(rule.get("id", f"number {index + 1}")))


def line_of(data: bytes, key: str) -> int:
    """Return the line of a key, at best effort; 1 if it is not found."""
    return _line(data, -1, key)


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """Return ``, did you mean 'x'?`` if a known word is similar, else the empty string."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f", did you mean {near[0]!r}?" if near else ""


def at(path: str, data: bytes, index: int, rule: str, key: str, text: str) -> str:
    """Return an error message with file, line, rule and key."""
    return f"{path}:{_line(data, index, key)}: rule {rule!r}: {key}: {text}"


def at_vendor(path: str, data: bytes, key: str, text: str) -> str:
    """Return an error message for a key of the table ``vendor``."""
    header = re.search(rb"(?m)^[ \t]*\[[ \t]*vendor[ \t]*\]", data)
    before = data.count(b"\n", 0, header.start()) if header else 0
    return f"{path}:{before + _line(data[header.start() if header else 0 :], -1, key)}: vendor: {key}: {text}"


def explain(path: str, data: bytes, table: dict[str, Any], message: str) -> str:
    """Return the message for a type error of ``msgspec``, in the terms of the file.

    The error's own text is like ``Expected `str`, got `int` - at `$.rules[0].title```.
    """
    text, _, place = message.partition(" - at `$")
    found = re.match(r"\.rules\[(\d+)\](?:\.([\w-]+))?", place)
    missing = re.search(r"required field `([\w-]+)`", text)
    if not found:
        names = [*re.findall(r"[\w-]+", place.partition("[")[0]), *(missing.groups() if missing else ())]
        if missing:
            kind = Vendor if names[0] == "vendor" and len(names) > 1 else None
            return f"{path}:{_line(data, -1, names[0])}: {'.'.join(names)}: {_missing(missing[1], kind)}"
        return f"{path}:{_line(data, -1, names[-1])}: {'.'.join(names)}: {text}"
    index, key = int(found[1]), found[2] or ""
    rule = table["rules"][index]
    name = str(rule.get("id", f"number {index + 1}")) if isinstance(rule, dict) else f"number {index + 1}"
    if missing:
        text = _missing(missing[1], None if key else Rule)
    return at(path, data, index, name, key or (missing[1] if missing else "rule"), text)


def _missing(name: str, kind: type[msgspec.Struct] | None) -> str:
    """Return that a key is missing, and which keys there have to be."""
    if kind is None:
        return f"{name} is missing" if name != "vendor" else "missing: a pack begins with a table [vendor]"
    # the vendor of a rule is that of its pack
    needed = [field.encode_name for field in msgspec.structs.fields(kind) if field.required and field.name != "vendor"]
    if kind is not Rule:
        return f"missing: a vendor needs {', '.join(needed)}"
    # only rules that come with keyguard have a detector instead of a pattern
    return f"missing: a rule needs {', '.join([*needed, 'pattern'])}"


def _fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(kind.__struct_encode_fields__)


def _check(path: str, data: bytes, table: dict[str, Any], known: tuple[str, ...], index: int | None, rule: str) -> None:
    for key in table:
        if key in known:
            continue
        text = f"unknown key {key!r}{suggestion(key, known)}"
        if index is None:
            raise RuleError(f"{path}:{_line(data, -1, key)}: {text}")
        raise RuleError(at(path, data, index, rule, key, text))


def _line(data: bytes, index: int, key: str) -> int:
    """Return the line (from 1) of a key in the rule at ``index``, of the rule's header, or in the file; best effort."""
    text = data.decode("utf-8", "replace")
    start, end = 0, len(text)
    if index >= 0:
        headers = [found.start() for found in re.finditer(r"(?m)^[ \t]*\[\[[ \t]*rules[ \t]*\]\]", text)]
        if index < len(headers):
            start = headers[index]
            end = headers[index + 1] if index + 1 < len(headers) else end
    found = re.compile(rf"(?m)^[ \t]*\[*[\"']?{re.escape(key)}\b").search(text, start, end)
    return text.count("\n", 0, found.start() if found else start) + 1
