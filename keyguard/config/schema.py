"""The JSON Schema (2020-12) of the configuration file, made from the structs in ``keyguard.config.keys``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from keyguard.config.keys import Config

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: type -> its name in a schema, and in the reference
_PLAIN: dict[type[inspect.Type], tuple[str, str]] = {
    inspect.StrType: ("string", "string"),
    inspect.BoolType: ("boolean", "true or false"),
    inspect.IntType: ("integer", "whole number"),
    inspect.FloatType: ("number", "number"),
}


class Key(NamedTuple):
    """One key of a table."""

    name: str
    kind: str
    """In words: ``list of strings``."""
    default: Any
    """As plain values; None if there is none."""
    meaning: str
    example: Any
    """A value; None if there is none."""
    required: bool
    table: type[msgspec.Struct] | None
    """The struct that the value, or each value in it, is."""


def schema() -> dict[str, Any]:
    """Return the schema of the whole file."""
    found = _struct(inspect.type_info(Config))
    return {"$schema": _DIALECT, "title": "Configuration of keyguard", **found}


def keys_of(kind: type[msgspec.Struct]) -> Iterator[Key]:
    """Yield the keys of a table, in the order of the struct."""
    for field in _fields(inspect.type_info(kind)):
        said, inner = _notes(field.type), _bare(field.type)
        default = None if field.required else _default(field)
        examples = said.get("examples") or [None]
        words, table = _described(inner)
        words = "one of " + ", ".join(filter(None, said["enum"])) if "enum" in said else words
        yield Key(field.encode_name, words, default, said.get("description", ""), examples[0], field.required, table)


def _struct(kind: inspect.Type) -> dict[str, Any]:
    fields = _fields(kind)
    required = [field.encode_name for field in fields if field.required]
    return {
        "type": "object",
        "properties": {field.encode_name: _field(field) for field in fields},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _fields(kind: inspect.Type) -> tuple[inspect.Field, ...]:
    return kind.fields if isinstance(kind, inspect.StructType) else ()


def _field(field: inspect.Field) -> dict[str, Any]:
    found = _schema_of(field.type)
    return found if field.required else {**found, "default": _default(field)}


def _default(field: inspect.Field) -> Any:
    made = field.default_factory() if callable(field.default_factory) else field.default
    return msgspec.to_builtins(made)


def _schema_of(kind: inspect.Type) -> dict[str, Any]:
    said, inner = _notes(kind), _bare(kind)
    return {**_shape(inner), **said}


def _shape(kind: inspect.Type) -> dict[str, Any]:
    if isinstance(kind, inspect.StructType):
        return _struct(kind)
    if isinstance(kind, inspect.VarTupleType):
        return {"type": "array", "items": _schema_of(kind.item_type)}
    if isinstance(kind, inspect.DictType):
        return {"type": "object", "additionalProperties": _schema_of(kind.value_type)}
    if isinstance(kind, inspect.IntType):
        limits = {"minimum": kind.ge, "maximum": kind.le}
        return {"type": "integer", **{name: limit for name, limit in limits.items() if limit is not None}}
    return {"type": _PLAIN[type(kind)][0]} if type(kind) in _PLAIN else {}


def _described(kind: inspect.Type) -> tuple[str, type[msgspec.Struct] | None]:
    """Return a type in words, and the struct in it."""
    if isinstance(kind, inspect.StructType):
        return "table", kind.cls
    if isinstance(kind, inspect.VarTupleType):
        words, table = _described(_bare(kind.item_type))
        return f"list of {words}s", table
    if isinstance(kind, inspect.DictType):
        _, table = _described(_bare(kind.value_type))
        return "table" if table is None else "table of tables", table
    return _PLAIN[type(kind)][1] if type(kind) in _PLAIN else "string", None


def _notes(kind: inspect.Type) -> dict[str, Any]:
    """Return description, examples and values of a type; empty if it has none."""
    return {**(kind.extra_json_schema or {})} if isinstance(kind, inspect.Metadata) else {}


def _bare(kind: inspect.Type) -> inspect.Type:
    """Return a type without its notes, and what it is if it is not None."""
    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        return _bare(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
    return kind
