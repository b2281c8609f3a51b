"""Tables of vendors: one row a kind of key, of which the rule, its remedy and its examples are made.

Each file of ``rules/fields`` has the vendors of one field (payments, mail, clouds). A vendor whose keys need more than
a row can say, such as a request that verifies them, has a pack of its own; rows may add kinds to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from keyguard.model.finding import Confidence, Environment, Rule, Severity, Vendor
from keyguard.rules.token_shape import TokenShape
from keyguard.support.errors import RuleError

_PUBLIC = "Public by design: it stands in web pages and apps, and only tells whose they are."
_NOTHING = "Nothing needs doing: this is meant to be public. Check that it is not used where a secret key is meant."


class KeyRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One kind of key."""

    #: what the vendor calls it: ``API key``
    name: str
    #: see ``keyguard.rules.token_shape``
    shape: str
    #: where the shape is documented: ``source:path`` of a source of the file, or an address; ``public code`` if whole
    #: tokens are in public files that a search shows without their address
    seen: tuple[str, ...]
    #: what an attacker can do with it, if it is not what the vendor's or the file's other keys can
    can: str = ""
    #: of a live key, or of any if they are not told apart
    severity: str = ""
    #: meant to be public
    public: bool = False
    #: the id of the rule and its title, if they are not made of the names
    id: str = ""
    title: str = ""
    #: as in ``Rule``: for a shape that several vendors use
    family: str = ""
    fallback: bool = False
    needs_context: bool = False
    #: the variable that the vendor's documentation keeps it in
    variable: str = ""
    #: where in the vendor's settings it is managed, if not where the others are
    page: str = ""
    #: the page of documentation about it
    docs: str = ""
    checksum: str = ""
    confidence: Confidence = Confidence.HIGH
    boundary: str = ""
    spelled: bool = False
    #: a pattern with which the random part begins if it is a key of another kind
    unless: str = ""
    #: a template with ``{token}`` in it for tokens that only occur in one place, as in an address
    within: str = ""
    #: further templates that are no such key
    others: tuple[str, ...] = ()
    #: SHA-256 of keys that the vendor's documents publish, 64 hex digits
    samples: tuple[str, ...] = ()


class VendorRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One vendor, or with only ``id`` and ``keys`` further kinds of a vendor with its own pack."""

    id: str
    name: str = ""
    url: str = ""
    #: where keys are made and revoked: a page of the vendor, and the way there in its settings
    manage: str = ""
    page: str = ""
    docs: str = ""
    can: str = ""
    #: words in variable names, ``id`` without hyphens if it is not given; empty for a word that names other things
    names: tuple[str, ...] | None = None
    hosts: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    keys: tuple[KeyRow, ...] = ()


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file."""

    #: what the keys in it can, unless a row says otherwise
    can: str
    #: what to look through after a leak
    review: str
    severity: str
    #: the day on which the sources were read, ISO 8601, and short names for their addresses
    read: str
    sources: dict[str, str] = {}
    vendors: tuple[VendorRow, ...]


def read(path: str, table: dict[str, Any]) -> Field:
    """Return the rows of a file. Raise ``RuleError`` for one that is not such a table."""
    try:
        return msgspec.convert(table, Field, strict=True)
    except msgspec.ValidationError as error:
        raise RuleError(f"{path}: {error}") from error


def expand(path: str, field: Field, known: Mapping[str, Vendor]) -> list[tuple[Vendor, tuple[Rule, ...]]]:
    """Return each vendor of a file with the rules for its keys; ``known`` are the vendors with a pack of their own."""
    found: dict[str, tuple[Vendor, tuple[Rule, ...]]] = {}
    for row in field.vendors:
        own = known.get(row.id)
        if (own is None) != bool(row.name) or row.id in found:
            raise RuleError(f"{path}: {row.id}: a vendor has one name and one place; further kinds only its id")
        vendor = own or _vendor(row)
        found[row.id] = vendor, tuple(_rule(field, row, vendor, key) for key in row.keys)
    return list(found.values())


def evidence(field: Field) -> dict[str, list[str]]:
    """Return for each rule the addresses that document its shape."""
    return {
        rule_id(row.id, key): [_address(one, field.sources) for one in key.seen]
        for row in field.vendors
        for key in row.keys
    }


def rule_id(vendor: str, key: KeyRow) -> str:
    """Return the id of the rule for a kind of key: ``fireworks-key`` for its ``API key``."""
    if key.id:
        return key.id
    words = re.findall(r"[a-z0-9]+", key.name.lower())
    return "-".join([vendor, *(word for word in words if word != "api")])


def _address(seen: str, sources: dict[str, str]) -> str:
    name, _, path = seen.partition(":")
    return sources[name] + path if name in sources else seen


def _vendor(row: VendorRow) -> Vendor:
    names = (re.sub(r"[^a-z0-9]", "", row.id),) if row.names is None else row.names
    rotation = row.manage or row.docs or row.url
    return Vendor(
        id=row.id, name=row.name, url=row.url, rotation=rotation, names=names, hosts=row.hosts, imports=row.imports
    )


def _rule(field: Field, row: VendorRow, vendor: Vendor, key: KeyRow) -> Rule:
    shape = TokenShape(key.shape)
    page = key.docs or row.docs or row.manage or vendor.rotation
    environments, severity = _scales(shape, key, field)
    return Rule(
        id=rule_id(vendor.id, key),
        title=key.title or f"{vendor.name} {key.name}",
        description=key.can or (_PUBLIC if key.public else row.can or field.can),
        vendor=vendor.id,
        pattern=shape.pattern(key.unless),
        family=key.family,
        fallback=key.fallback,
        needs_context=key.needs_context,
        boundary=key.boundary or shape.boundary,
        confidence=key.confidence,
        environments=environments,
        severity=severity,
        checksum=key.checksum,
        spelled=key.spelled,
        samples=key.samples,
        rare=True,
        remedy=_NOTHING if key.public else _remedy(field, row, vendor, key),
        rotation=key.docs,
        references=(page,) if page else (),
        examples=_examples(shape, vendor, key),
        non_examples=_near_misses(shape, vendor, key),
    )


def _scales(shape: TokenShape, key: KeyRow, field: Field) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return the prefixes of each environment, and the severities."""
    if key.public:
        return {Environment.PUBLISHABLE.value: shape.prefixes()}, {"publishable": "info", "default": "info"}
    usual = key.severity or field.severity
    found = shape.environments()
    if not found:
        return {}, {"default": usual}
    test = min(Severity.MEDIUM, Severity[usual.upper()]).label
    return found, {"live": usual, "test": test, "default": usual}


def _remedy(field: Field, row: VendorRow, vendor: Vendor, key: KeyRow) -> str:
    noun = key.name if key.name[:2].isupper() or key.name[:1].islower() else key.name[0].lower() + key.name[1:]
    page = key.page or row.page
    where = f"In {vendor.name}, open {page}" if page else f"Sign in to {vendor.name}"
    if key.fallback:
        where = "Find out whose it is, from the code that uses it, sign in there"
    steps = [
        f"{where} and create a new {noun}, with no more rights than it needs.",
        "Deploy it from your secret store, and delete the leaked one.",
        f"Look through {field.review} for what is not yours.",
        "Take it out of the file, and out of the repository's history.",
    ]
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _variable(vendor: Vendor, key: KeyRow) -> str:
    kind = re.sub(r"[^A-Z0-9]+", "_", key.name.upper()).strip("_")
    return key.variable or f"{re.sub(r'[^A-Z0-9]', '_', vendor.id.upper())}_{kind}"


def _examples(shape: TokenShape, vendor: Vendor, key: KeyRow) -> tuple[str, ...]:
    """Return the token in a dotenv file, in YAML and in code."""
    name = _variable(vendor, key)
    place = key.within or "{token}"
    first, second, third = (place.replace("{token}", shape.template(number)) for number in range(3))
    return (
        f"{name}={first}",
        f'service:\n  {name.lower()}: "{second}"\n',
        f"const {name.lower()} = connect('{third}', options);",
    )


def _near_misses(shape: TokenShape, vendor: Vendor, key: KeyRow) -> tuple[str, ...]:
    """Return what stands where tokens do and is none: placeholders, parts of tokens and of longer words."""
    name = _variable(vendor, key)
    whole = shape.template(0)
    found = [f"{name}={shape.placeholder()}", f"{name}={shape.cut()}", f"{name}=${{{{{name}}}}}"]
    if (key.boundary or shape.boundary) in ("token", "strict") and whole[0].isalnum():
        found.append(f"digest: ab{whole}")
    if overlong := shape.overlong():
        found.append(f"{name}={overlong}")
    return (*found, *key.others)
