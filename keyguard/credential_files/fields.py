"""The fields of a format by the keys that lead to them, and the secrets in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax.entry import Entry, by_group, fits
from keyguard.model.judged_secret import JudgedSecret


class Credential(NamedTuple):
    """What an encoded value stands for."""

    user: str
    secret: str


class Place(NamedTuple):
    """Where in a document values of a field stand."""

    keys: tuple[str, ...]
    """The last keys, in lower case; ``*`` is any one key, except as the last of them."""
    field: Field
    users: tuple[str, ...] = ()
    """The names, in lower case, of values beside it that hold the account's name."""
    decode: Callable[[str], Credential | None] | None = None
    """What a value stands for, or None if it is not of the form that the field has."""


def secrets(data: bytes, entries: Iterable[Entry], places: tuple[Place, ...]) -> Iterator[JudgedSecret]:
    """Yield the secrets among the entries of a text that stand in one of the places."""
    wanted: dict[str, list[Place]] = {}
    for place in places:
        wanted.setdefault(place.keys[-1], []).append(place)
    kept = {name for place in places for name in place.users} | wanted.keys()
    listed = [one for one in entries if one.name.lower() in kept]
    beside = by_group(one for one in listed if one.name.lower() not in wanted)
    for one in listed:
        place = next((place for place in wanted.get(one.name.lower(), ()) if fits(one.keys, place.keys)), None)
        if place:
            yield from _secret(data, one, place, beside.get(one.group, {}))


def _secret(data: bytes, entry: Entry, place: Place, beside: dict[str, Entry]) -> Iterator[JudgedSecret]:
    user = next((beside[name].value for name in place.users if name in beside), "")
    value = entry.value
    if place.decode:
        credential = place.decode(value)
        if credential is None:
            return
        user, value = credential.user or user, credential.secret
    found = judged(place.field, value, entry.span, user=user, comment=entry.comment or in_comment(data, entry.start))
    if found:
        yield found
