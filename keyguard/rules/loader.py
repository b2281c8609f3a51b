"""Load rule packs: TOML tables in, validated rules out. An error names the file, the line, the rule and the key.

Packs are data. They come from three places: inside an installed package, next to the package in a checkout or an
editable install, and paths that a user gives. A user's pack may replace a built-in rule by its id. A pack from the
scanned repository only adds rules: it replaces no known rule and joins no family.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from time import time
from typing import NamedTuple

import msgspec

from keyguard.model.finding import Rule, Vendor
from keyguard.support import digests
from keyguard.support.errors import RuleError
from keyguard.support.regular_file import read_regular

_PACK_LIMIT = 4 << 20
#: the folder of the tables of vendors, in that of the built-in packs
_TABLES = "fields"
_ADDS_ONLY = "a repository's own pack only adds: rename it, or give the pack with --rules"
#: seconds within which a file can change again and keep its timestamps, on the coarsest of clocks
_FRESH = 3.0


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One pack file: a vendor and the rules for its keys."""

    vendor: Vendor
    rules: tuple[Rule, ...] = ()


class RuleSet(msgspec.Struct, frozen=True):
    """All rules of a run, sorted by id, with the vendors that they refer to."""

    rules: tuple[Rule, ...] = ()
    vendors: dict[str, Vendor] = {}
    #: id of a rule from the scanned repository -> name of its pack
    added: dict[str, str] = {}

    def vendor_of(self, rule: Rule) -> Vendor:
        """Return the vendor of a rule."""
        return self.vendors[rule.vendor]

    def by_id(self) -> dict[str, Rule]:
        """Return id -> rule."""
        return {rule.id: rule for rule in self.rules}

    def only(self, ids: Iterable[str]) -> RuleSet:
        """Return the set restricted to these rules."""
        wanted = frozenset(ids)
        kept = tuple(rule for rule in self.rules if rule.id in wanted)
        return msgspec.structs.replace(self, rules=kept)


class AddedPack(NamedTuple):
    """A pack from the scanned repository's own configuration."""

    name: str
    """Its path as the configuration gives it."""
    data: bytes


def builtin_dir() -> str:
    """Return the folder of the built-in packs: in the package, or next to it in a checkout."""
    here = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(here, "packs")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(os.path.dirname(here)), "rules")


def read_packs(extra: Iterable[str] = ()) -> list[tuple[str, bytes]]:
    """Return name and content of every pack: the built-in ones by name, then the files or folders in ``extra``."""
    return [(path, _read(path)) for path in _pack_paths(extra)]


def read_added(folder: str, names: Iterable[str], trusted: Iterable[str] = ()) -> tuple[AddedPack, ...]:
    """Return the packs (files, or folders of them) that a configuration in ``folder`` names.

    Packs that the user has named as well (``trusted``) are left out. Raise ``RuleError`` for a path outside the
    repository, links resolved: any pull request can name a path.
    """
    inside = _around(os.path.realpath(folder))
    known = {os.path.realpath(path) for place in trusted for path in _toml_files(place)}
    found: dict[str, AddedPack] = {}
    for name in names:
        if os.path.isabs(name) or ".." in name.split(os.sep):
            raise RuleError(f"{name}: a repository's configuration names packs inside the repository, without '..'")
        place = os.path.join(folder, name)
        files = _toml_files(place)
        if not files:
            raise RuleError(f"{name}: no rule packs (*.toml) here")
        for path in files:
            real = os.path.realpath(path)
            if not real.startswith(inside):
                raise RuleError(f"{name}: a link that leads out of the repository: it is not followed")
            if real not in known:
                shown = os.fsencode(os.path.relpath(path, folder)).decode("utf-8", "backslashreplace")
                found.setdefault(real, AddedPack(shown, _read(path)))
    return tuple(found.values())


def stamp(extra: Iterable[str], *more: str, added: Iterable[AddedPack] = ()) -> str:
    """Return a name for exactly these packs and the other arguments, 64 hex digits.

    A pack is identified by its timestamps and size, since reading all of them costs a commit hook 3 ms; a pack so new
    that a later change might not show is identified by its content. Raise ``RuleError`` if a pack cannot be read.
    """
    lines = [*more, *(f"added {pack.name}\0{digests.new('sha256', pack.data).hexdigest()}" for pack in added)]
    for path in _pack_paths(extra):
        try:
            info = os.stat(path)
        except (OSError, ValueError):
            _read(path)  # says why
            raise
        lines.append(f"{path}\0{info.st_ino} {info.st_size} {info.st_mtime_ns} {info.st_ctime_ns}")
        if max(info.st_mtime, info.st_ctime) > time() - _FRESH:
            lines.append(digests.new("sha256", _read(path)).hexdigest())
    return digests.new("sha256", "\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def parse(packs: Iterable[tuple[str, bytes]], added: Iterable[AddedPack] = ()) -> RuleSet:
    """Return the rules of all packs.

    A later pack replaces rules and vendors of an earlier one by id; ``added`` packs replace none.
    """
    rules: dict[str, Rule] = {}
    vendors: dict[str, Vendor] = {}
    for path, data in packs:
        for pack in _parse_tables(path, data, vendors) if _is_table(path) else [_parse_pack(path, data)]:
            vendors[pack.vendor.id] = pack.vendor
            rules |= {rule.id: rule for rule in pack.rules}
    if not rules:
        raise RuleError("there are no rules: nothing could be found")
    names = _add(added, rules, vendors)
    return RuleSet(rules=tuple(rules[name] for name in sorted(rules)), vendors=vendors, added=names)


def _add(packs: Iterable[AddedPack], rules: dict[str, Rule], vendors: dict[str, Vendor]) -> dict[str, str]:
    """Add the packs of the scanned repository; return rule id -> name of the pack."""
    from keyguard.support import tomlfile

    families, known, names = {rule.family for rule in rules.values()} - {""}, {*vendors}, dict[str, str]()
    for path, data in packs:
        pack = _parse_pack(path, data)
        if pack.vendor.id in known or vendors.setdefault(pack.vendor.id, pack.vendor) != pack.vendor:
            raise RuleError(tomlfile.at_vendor(path, data, "id", f"{pack.vendor.id!r} is known already: {_ADDS_ONLY}"))
        for index, rule in enumerate(pack.rules):
            if rule.id in rules:
                raise RuleError(tomlfile.at(path, data, index, rule.id, "id", f"it is known already: {_ADDS_ONLY}"))
            if rule.family in families:
                text = f"{rule.family!r} is a family of known rules, which nobody joins: {_ADDS_ONLY}"
                raise RuleError(tomlfile.at(path, data, index, rule.id, "family", text))
            rules[rule.id], names[rule.id] = rule, path
    return names


def _around(folder: str) -> str:
    """Return the repository around a folder, else the folder itself, with a trailing ``/``."""
    place = folder
    while not os.path.lexists(os.path.join(place, ".git")):
        if place == (place := os.path.dirname(place)):
            return os.path.join(folder, "")
    return os.path.join(place, "")


def _pack_paths(extra: Iterable[str]) -> list[str]:
    """Return all files, the built-in ones first, by name."""
    paths: list[str] = []
    tables = os.path.join(builtin_dir(), _TABLES)
    for place in (builtin_dir(), *((tables,) if os.path.isdir(tables) else ()), *extra):
        found = _toml_files(place)
        if not found:
            raise RuleError(f"{place}: no rule packs (*.toml) here")
        paths += found
    return paths


def _toml_files(place: str) -> list[str]:
    if not os.path.isdir(place):
        return [place]
    try:
        return [os.path.join(place, name) for name in sorted(os.listdir(place)) if name.endswith(".toml")]
    except OSError as error:
        raise RuleError(f"{place}: cannot be read: {error.strerror}") from error


def _read(path: str) -> bytes:
    try:
        data = read_regular(path, _PACK_LIMIT + 1)
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RuleError(f"{path!r}: cannot be the name of a file") from error
    if len(data) > _PACK_LIMIT:
        raise RuleError(f"{path}: larger than {_PACK_LIMIT >> 20} MiB: not a rule pack")
    return data


def _parse_pack(path: str, data: bytes) -> Pack:
    from keyguard.support import tomlfile

    table = tomlfile.load(path, data)
    vendor = table.get("vendor")
    vendor_id = vendor.get("id", "") if isinstance(vendor, dict) else ""
    for rule in table["rules"] if isinstance(table.get("rules"), list) else ():
        if isinstance(rule, dict):
            rule.setdefault("vendor", vendor_id)
    tomlfile.check_keys(path, data, table)
    try:
        pack = msgspec.convert(table, Pack, strict=True)
    except msgspec.ValidationError as error:
        raise RuleError(tomlfile.explain(path, data, table, str(error))) from error
    if os.path.dirname(path) == builtin_dir():
        return pack  # tests hold what is built in; to check it each time would double the time of a start without cache
    from keyguard.rules import validation

    known: set[str] = set()
    for index, rule in enumerate(pack.rules):
        twice = ("id", "there are two rules of this id") if rule.id in known else None
        if found := twice or validation.problem(rule, pack.vendor) or validation.of_users(rule):
            raise RuleError(tomlfile.at(path, data, index, rule.id, *found))
        known.add(rule.id)
    return pack


def _is_table(path: str) -> bool:
    """Whether a file is one of the built-in tables of vendors."""
    return os.path.dirname(path) == os.path.join(builtin_dir(), _TABLES)


def _parse_tables(path: str, data: bytes, known: dict[str, Vendor]) -> list[Pack]:
    """Return a pack for each vendor of a built-in table; ``known`` are the vendors so far."""
    from keyguard.rules import vendor_tables
    from keyguard.support import tomlfile

    field = vendor_tables.read(path, tomlfile.load(path, data))
    return [Pack(vendor=vendor, rules=rules) for vendor, rules in vendor_tables.expand(path, field, known)]
