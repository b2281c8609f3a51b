"""List the keys of an account as its vendor shows them to an administrator: ids, and enough to recognise each key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from keyguard.model.endpoint import Lookup, Request
from keyguard.remote import verify
from keyguard.remote.errors import RequestError
from keyguard.remote.http import Client
from keyguard.remote.prepared_request import PreparedRequest

#: pattern of ids and page markers: both are put into URLs, and displayed
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GAP = re.compile(r"\.{2,}|…|\*{2,}")
#: the number of random characters that distinguish one key from all others of an account
_LEAST = 6
_MOST_PAGES = 60
_LONGEST_NAME = 60


class ListingRefused(Exception):
    """The vendor does not list keys for this credential. ``status`` is that of its answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the vendor answered {status}")
        self.status = status


class Row(NamedTuple):
    """One key, as the vendor lists it."""

    id: str
    fits: bool | None
    """Whether it is the wanted key; None if too little of it is shown."""
    live: bool
    status: str
    name: str


def rows(client: Client, prepared: PreparedRequest, lookup: Lookup) -> list[Row]:
    """Return all keys of the account. Raise ``ListingRefused``, or ``RequestError`` if they cannot all be read.

    ``prepared`` contains the wanted key, which is not sent, and the credential, which is.
    """
    found = [_row(one, lookup, prepared) for one in _listed(client, prepared, lookup)]
    return [one for one in found if one is not None]


def _listed(client: Client, prepared: PreparedRequest, lookup: Lookup) -> Iterator[Any]:
    after, seen = "", {""}
    for _ in range(_MOST_PAGES):
        query = f"{'&' if '?' in lookup.url else '?'}{lookup.after}={after}" if after else ""
        reply = client.send(prepared.instead(Request(url=lookup.url + query, headers=lookup.headers, answers=())))
        body = verify.parsed(reply)
        if reply.status in (401, 403) and body is not None:
            raise ListingRefused(reply.status)
        page = verify.value_at(body, lookup.rows)
        if reply.status != 200 or not isinstance(page, list):
            raise RequestError(verify.describe_unexpected(reply, body))
        yield from page
        if not lookup.more or verify.value_at(body, lookup.more) is not True:
            return
        last = verify.value_at(body, lookup.last)
        if not isinstance(last, str) or last in seen or not _ID.fullmatch(last):
            raise RequestError("it does not say how its list goes on")
        after = last
        seen.add(last)
    raise RequestError("its list of keys has no end")


def _row(one: Any, lookup: Lookup, prepared: PreparedRequest) -> Row | None:
    """Return the row; None if it has no id, or one that could be part of the key."""
    name, status, key = (verify.value_at(one, path) for path in (lookup.name, lookup.status, lookup.id))
    whole = prepared.secret.reveal().decode("latin-1")
    if not isinstance(key, str) or not _ID.fullmatch(key) or key in whole:
        return None
    fits = matches_hint(verify.value_at(one, lookup.hint), whole, prepared.known)
    said = status if isinstance(status, str) and status.isascii() and status.isalpha() and len(status) < 20 else ""
    called = name[:_LONGEST_NAME] if isinstance(name, str) and not prepared.is_in(name) else ""
    return Row(key, fits, not lookup.status or said in lookup.live, said, called)


def matches_hint(hint: object, key: str, known: int) -> bool | None:
    """Return whether a hint like ``sk-…-R2D...igAA`` fits the key; None if it shows too little.

    The first ``known`` characters are the same in all keys of the kind.
    """
    parts = _GAP.split(hint) if isinstance(hint, str) else []
    if len(parts) != 2:
        return None
    head, tail = parts
    if len(head) + len(tail) > len(key) or not (key.startswith(head) and key.endswith(tail)):
        return False
    return True if max(len(head) - known, 0) + len(tail) >= _LEAST else None
