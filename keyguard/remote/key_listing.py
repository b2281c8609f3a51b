"""The keys of an account, as their vendor lists them to who administers it: ids, and of each key so much that whoever
has one whole knows it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from keyguard.model.endpoint import Lookup, Request
from keyguard.remote import verify
from keyguard.remote.errors import RequestError
from keyguard.remote.http import Client
from keyguard.remote.prepared_request import PreparedRequest

#: what an id or the name of a page may look like: both go into addresses, and are shown
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GAP = re.compile(r"\.{2,}|…|\*{2,}")
#: so many random characters tell one key from all others of an account
_LEAST = 6
_MOST_PAGES = 60
_LONGEST_NAME = 60


class ListingRefused(Exception):
    """The vendor does not list keys for this credential. ``status`` is what it answered."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the vendor answered {status}")
        self.status = status


class Row(NamedTuple):
    """One key, as the vendor lists it."""

    id: str
    fits: bool | None
    """Whether it is the key that was looked for; None where too little of it is shown to tell."""
    live: bool
    status: str
    name: str


def rows(client: Client, prepared: PreparedRequest, lookup: Lookup) -> list[Row]:
    """All keys of the account. Raises ``ListingRefused``, or ``RequestError`` where they cannot all be read.

    ``prepared`` has the key that is looked for, which is not sent, and the credential that is.
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
    """What a row says; None where it has no id, or one that could be a part of the key."""
    name, status, key = (verify.value_at(one, path) for path in (lookup.name, lookup.status, lookup.id))
    whole = prepared.secret.reveal().decode("latin-1")
    if not isinstance(key, str) or not _ID.fullmatch(key) or key in whole:
        return None
    fits = matches_hint(verify.value_at(one, lookup.hint), whole, prepared.known)
    said = status if isinstance(status, str) and status.isascii() and status.isalpha() and len(status) < 20 else ""
    called = name[:_LONGEST_NAME] if isinstance(name, str) and not prepared.is_in(name) else ""
    return Row(key, fits, not lookup.status or said in lookup.live, said, called)


def matches_hint(hint: object, key: str, known: int) -> bool | None:
    """Whether ``sk-…-R2D...igAA`` is of that key; None where it shows too little to tell.

    ``known`` characters at the beginning of a key are the same in all of its kind.
    """
    parts = _GAP.split(hint) if isinstance(hint, str) else []
    if len(parts) != 2:
        return None
    head, tail = parts
    if len(head) + len(tail) > len(key) or not (key.startswith(head) and key.endswith(tail)):
        return False
    return True if max(len(head) - known, 0) + len(tail) >= _LEAST else None
