"""Determine the vendor that the structure around a key names: ``stripe: { key: … }``, ``provider: stripe`` beside it.

It is proof only if one vendor is named and nothing says otherwise, and if the key's own name and all blocks between
say nothing of their own: ``key``, ``live``, ``credentials``.
"""

from __future__ import annotations

from collections.abc import Sequence

from keyguard.attribution.evidence.assignment import has_stand_in
from keyguard.attribution.evidence.identifiers import is_about_another, is_neutral, words_of
from keyguard.attribution.evidence.request_targets import calls_other_host
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors, is_showable
from keyguard.attribution.structure.field_reader import Field, fields_of
from keyguard.attribution.structure.fields import (
    Named,
    flat_fields,
    foreign_target,
    is_credential,
    vendor_in,
    vendor_of_fields,
)
from keyguard.attribution.structure.frames import Frame, Window, headings_of
from keyguard.attribution.structure.heads import (
    DOUBTED,
    Owner,
    is_argument_of_other,
    is_function,
    is_passed,
    owner_of,
)
from keyguard.attribution.structure.secret_stores import stored_name
from keyguard.attribution.structure.tables import Place, place_in_list, place_in_table
from keyguard.support.regex import expression

#: evidence for two vendors at once
CONTRADICTED = Evidence("", "")
#: programs that keep the secrets of others
_STORE = expression(rb"(?<![\w-])(?:aws|az|gh|gcloud|vercel|netlify|supabase|heroku|github|azure)(?=[ \t]+\w)")


def structural_owner(
    vendors: Vendors, window: Window, frames: Sequence[Frame], own: tuple[bytes, bytes], head: bytes
) -> Evidence | None:
    """Return the vendor that the structure around a key names; None if it names none.

    Return ``CONTRADICTED`` if it names two. ``own`` is the name of the key, ``head`` the beginning of the file. What
    depends on the path of the file only adds to what does not.
    """
    if place := place_in_table(window):
        return _owner_of_cell(vendors, place)
    name, rest = own
    if stored := stored_name(window):
        return _owner_of_stored(vendors, stored, name, window)
    if found := _enclosing_owner(vendors, window, frames, name, plain=not rest):
        return found
    if not rest and all(one.kind == b"#" for one in frames) and (found := _owner_of_prefix(vendors, window, name)):
        return found
    if place := place_in_list(window, head):
        return _owner_of_cell(vendors, place)
    headings = headings_of(window)
    return _enclosing_owner(vendors, window, [*frames, *headings], name, plain=not rest) if headings else None


def _owner_of_cell(vendors: Vendors, place: Place) -> Evidence | None:
    """Return the vendor that the column names, or else the row."""
    column = vendor_in(vendors, place.column)
    labels = {found: name for name, value in place.labels if (found := vendor_in(vendors, value))}
    if column:
        return Evidence(column, f"it is in the column {_shown(place.column)}") if labels.keys() <= {column} else None
    if len(labels) != 1 or not is_neutral(words_of(place.column)):
        return None
    ((vendor, name),) = labels.items()
    return Evidence(vendor, f"{_shown(name)} in its row is {vendor}")


def _owner_of_stored(vendors: Vendors, stored: bytes, name: bytes, window: Window) -> Evidence | None:
    found = vendor_in(vendors, stored)
    if not found or not is_neutral([word for word in words_of(name) if word != b"literal"]):
        return None
    return None if _is_denied(vendors, found, window, []) else Evidence(found, f"it is kept as {_shown(stored)}")


def _owner_of_prefix(vendors: Vendors, window: Window, name: bytes) -> Evidence | None:
    """Return the vendor that variables with the same prefix name: ``MAIL_PROVIDER`` beside ``MAIL_API_KEY``."""
    fields = flat_fields(window, name)
    found = vendor_of_fields(vendors, fields, name) if fields else None
    if found is None or not found.vendor or _is_denied(vendors, found.vendor, window, []):
        return None
    return None if foreign_target(vendors[found.vendor], fields) else Evidence(found.vendor, found.why)


def _enclosing_owner(
    vendors: Vendors, window: Window, frames: Sequence[Frame], name: bytes, *, plain: bool
) -> Evidence | None:
    """Return the vendor that the innermost frame with a vendor is about."""
    plain = plain and is_neutral(words_of(name)) and is_credential(name)
    passed: list[list[Field]] = []
    for number, frame in enumerate(frames):
        if not plain or (not number and _has_own_name(vendors, window, frame, name)):
            return None
        outer = frames[number + 1 :]
        reported = frame.kind in b"{[" and not frame.head and is_argument_of_other(outer)
        known = (
            [] if is_function(frame) or reported else fields_of(window, frame, frames[number - 1] if number else None)
        )
        is_headers = bool({b"header", b"headers"}.intersection(words_of(frame.head)))
        passed.append([one for one in known if not (is_headers and one.name.lower() == b"host")])
        targets = not frame.lead and not is_headers
        found = vendor_of_fields(vendors, passed[-1], name, targets=targets)
        owner = owner_of(vendors, frame, outer)
        if owner is DOUBTED or (found and not found.vendor):
            return None
        if owner and found and owner.vendor != found.vendor:
            return CONTRADICTED
        if said := owner or found:
            agreed = _is_undisputed(vendors, said, window, frame if owner else None, outer, passed)
            return Evidence(said.vendor, said.why) if agreed else None
        plain = is_passed(frame)
    return None


def _has_own_name(vendors: Vendors, window: Window, frame: Frame, name: bytes) -> bool:
    """Whether a field beside the key's value is its name, and says something: ``name: X``, ``value: …``."""
    if name.lower() not in (b"value", b"content", b"default") or frame.head.startswith((b"resource", b"variable")):
        return False
    names = [one.value for one in fields_of(window, frame, None) if one.name.lower() in (b"name", b"key", b"variable")]
    return any(b"/" not in one and not is_neutral(words_of(one)) and not vendor_in(vendors, one) for one in names)


def _is_undisputed(
    vendors: Vendors,
    said: Owner | Named,
    window: Window,
    called: Frame | None,
    outer: Sequence[Frame],
    passed: Sequence[Sequence[Field]],
) -> bool:
    """Whether nothing around denies the vendor, and no other host is given; ``called`` is the frame that names it."""
    vendor = vendors[said.vendor]
    if _is_denied(vendors, said.vendor, window, outer) or any(foreign_target(vendor, fields) for fields in passed):
        return False
    if called and called.kind == b"(":
        return not calls_other_host(vendor.hosts, window.text[called.start : called.end])
    return True


def _is_denied(vendors: Vendors, vendor: str, window: Window, outer: Sequence[Frame]) -> bool:
    """Whether what is further out, or the key's line, denies the vendor or is about a stand-in."""
    names = vendors[vendor].names
    if any(has_stand_in(one.head) or is_about_another(words_of(one.head), names) for one in outer):
        return True
    after = window.text[window.at + 1 : window.at + 240].split(b"\n", 1)[0]
    line = _STORE.sub(b" ", window.line[-400:] + b" " + after)
    return has_stand_in(line) or is_about_another(words_of(line), names)


def _shown(name: bytes) -> str:
    parts = [one for one in name.split(b"/") if one]
    shown = parts and all(is_showable(one.strip(b".-")) for one in parts)
    return name.decode("utf-8", "replace") if shown else "a name"
