"""Find a leaked key among the keys of the user's account, for vendors where another credential revokes it.

Nothing is returned unless the match is certain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from keyguard.masking.secret import Secret
from keyguard.model.endpoint import Revocation
from keyguard.model.verdict import State, Verdict
from keyguard.remote import key_listing
from keyguard.remote.errors import RequestError
from keyguard.remote.http import Client
from keyguard.remote.key_listing import ListingRefused, Row
from keyguard.remote.prepared_request import PreparedRequest
from keyguard.response.admin_credentials import Credentials

_MOST_SHOWN = 20


class Ready(NamedTuple):
    """A request that is complete; ``key_id`` is the vendor's id of the key, if the request has to name it."""

    prepared: PreparedRequest
    key_id: str = ""


class Stopped(NamedTuple):
    """The reason for sending nothing: a key of ``keyguard.response.revocation.OUTCOMES``, and what was found."""

    outcome: str
    detail: str
    found: tuple[str, ...] = ()


class AccountKeys:
    """Finds keys in accounts, with the user's own credentials."""

    def __init__(self, client: Client, credentials: Credentials, key_id: str = "") -> None:
        """``key_id`` is the vendor's id of the one key, if the user gives it."""
        self._client, self._named = client, key_id
        self.credentials = credentials

    def missing_credential(self, request: Revocation, vendor: str) -> str:
        """Return what is missing before a request is possible; empty if nothing is.

        Raise UsageError for an invalid credential.
        """
        if not needs_credential(request) or self.credentials.of_vendor(vendor) is not None:
            return ""
        whence = self.credentials.origin_of(vendor)
        return f"another credential of the account is needed: {whence}"

    def resolve(
        self, request: Revocation, prepared: PreparedRequest, vendor: str, before: Verdict | None
    ) -> Ready | Stopped:
        """Return the request for the key; ``before`` is its vendor's present verdict on the leaked key."""
        if request.right != "admin":
            return Ready(prepared)
        admin = self.credentials.of_vendor(vendor) if needs_credential(request) else None
        if request.key_id:
            return self._by_itself(request, prepared, admin)
        if request.find is None:
            return Ready(prepared.by(admin))
        try:
            rows = key_listing.rows(self._client, prepared.by(admin), request.find)
        except ListingRefused as refused:
            return Stopped("refused", f"it does not list its keys for this credential ({refused.status})")
        except RequestError as trouble:
            return Stopped("not-sent", f"the keys of the account could not be listed: {trouble.reason}")
        meant = self._meant(rows)
        if isinstance(meant, Stopped):
            return meant
        if meant.live:
            return Ready(prepared.by(admin, meant.id), meant.id)
        if before is not None and before.state is State.ACTIVE:
            return Stopped("not-sent", f"{meant.id} is {meant.status}, but the leaked key is active: it is another")
        return Stopped("already-inactive", f"the vendor lists it as {meant.status or 'dead'}: {meant.id}")

    def _by_itself(self, request: Revocation, prepared: PreparedRequest, admin: Secret | None) -> Ready | Stopped:
        found = re.match(request.key_id, prepared.secret.reveal().decode("latin-1"))
        if not found or (self._named and self._named != found[1]):
            return Stopped("not-sent", "its id, which is a part of it, is another")
        return Ready(prepared.by(admin, found[1]))

    def _meant(self, rows: Sequence[Row]) -> Row | Stopped:
        """Return the one key of the account that can only be the leaked one."""
        if self._named:
            named = next((one for one in rows if one.id == self._named), None)
            if named is None:
                return Stopped("not-sent", "no key of the account has the id that was named", _shown(rows))
            if named.fits is False:
                return Stopped("not-sent", "the key of that id is another: what is shown of it does not fit")
            return named
        fitting = [one for one in rows if one.fits]
        doubtful = [one for one in rows if one.fits is None]
        if len(fitting) == 1 and not doubtful:
            return fitting[0]
        if fitting or doubtful:
            which = f"{len(fitting) + len(doubtful)} keys of the account can be it: --key-id names the one"
            return Stopped("not-sent", which, _shown([*fitting, *doubtful]))
        return Stopped("not-sent", f"none of the account's {len(rows)} keys is it: it may be of another account")


def needs_credential(request: Revocation) -> bool:
    """Whether the request is made with a credential that the user has to provide."""
    return request.right == "admin" and "{admin}" in "".join((request.url, request.body, *request.headers.values()))


def _shown(rows: Sequence[Row]) -> tuple[str, ...]:
    lines = tuple(" ".join(filter(None, (one.id, one.status, one.name and f"({one.name})"))) for one in rows)
    more = len(lines) - _MOST_SHOWN
    return (*lines[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else []))
