"""Settings that are written as pairs in XML: a name in one attribute, the value in another one or in the element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyguard.credential_files.syntax.entry import Entry

_NAMES = ("@key", "@name")
_VALUES = ("@value", "@connectionstring")


def with_pairs(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries, those that are the value of a pair with the pair's name as their own.

    ``<add key="ApiKey" value="x"/>`` and ``<property name="ApiKey">x</property>`` are entries of the name ``ApiKey``.
    """
    held: list[Entry] = []
    names: dict[tuple[str, ...], Entry] = {}
    for entry in entries:
        if held and held[-1].group != entry.group:
            yield from _paired(held)
            held = []
        if entry.name.startswith("@"):
            held.append(entry)
            if entry.name.lower() in _NAMES:
                names[entry.keys[:-1]] = entry
            continue
        named = names.pop(entry.keys, None) or (
            names.pop(entry.keys[:-1], None) if entry.name.lower() == "value" else None
        )
        yield entry._replace(keys=(*entry.keys, named.value)) if named else entry
    yield from _paired(held)


def _paired(attributes: list[Entry]) -> Iterator[Entry]:
    """Yield the attributes of one element."""
    name = next((one for one in attributes if one.name.lower() in _NAMES), None)
    for one in attributes:
        is_value = name is not None and one.name.lower() in _VALUES
        yield one._replace(keys=(*one.keys[:-1], name.value)) if name and is_value else one
