"""Find where a key goes in its own file: by its variable, by an object that holds it, or by one that it is given to."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.attribution.evidence.dataflow import variable_at
from keyguard.attribution.evidence.host_constants import HostConstants
from keyguard.attribution.evidence.request_targets import request_target
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors
from keyguard.attribution.flow.chains import chain_owner
from keyguard.attribution.flow.commands import command_owner
from keyguard.attribution.flow.holders import Holder, class_of, holder_of
from keyguard.attribution.flow.receivers import receiver_owner
from keyguard.attribution.flow.uses import Resolve, destructured, uses_of
from keyguard.attribution.structure.key_context import KeyContext
from keyguard.engine.page import Page

#: largest text, in bytes, in which uses of a variable are searched: files that people write are smaller
_WRITTEN = 256 << 10
#: the number of variables in one text whose uses are searched
_MOST = 64


class Destinations:
    """Finds where the keys of a page go; what is common to all of them is computed once."""

    def __init__(self) -> None:
        self._page: Page | None = None
        self._looked = 0
        self._constants: HostConstants | None = None

    def of(self, vendors: Vendors, place: KeyContext) -> list[Evidence]:
        """Return the vendors to which the key goes; ``vendors`` are the candidates that the page mentions."""
        page = place.page
        if not vendors or not page.whole or len(page.data) > _WRITTEN:
            return []
        if page is not self._page:
            self._page, self._looked, self._constants = page, 0, None
        if self._looked >= _MOST:
            return []
        self._looked += 1
        found = self._held(vendors, place)
        if not any(one.direct for one in found):
            found += self._sent(vendors, place)
        return [_placed(page, one) for one in found]

    def _held(self, vendors: Vendors, place: KeyContext) -> list[Evidence]:
        """Return where the variable or object goes that holds the key."""
        text, resolve = place.page.data, self._resolver(vendors, place.page.data)
        for holder in _holders(place):
            found = uses_of(vendors, text, holder, resolve)
            for other in destructured(text, holder) if not found else ():
                found += uses_of(vendors, text, other, resolve)
            if found:
                return found
        return []

    def _sent(self, vendors: Vendors, place: KeyContext) -> list[Evidence]:
        """Return the host to which the key's own statement sends it, or the object that it is given to."""
        text = place.page.data
        resolve = self._resolver(vendors, text)
        statement = place.surroundings.statement
        resolved = resolve(statement)
        if resolved != statement and (host := request_target(vendors, resolved)) and host.direct:
            return [host]
        after = place.window.text[place.window.at + 1 :].split(b"\n", 1)[0]
        if command := command_owner(vendors, place.window.line.lstrip(), after):
            return [command]
        if chain := chain_owner(vendors, statement):
            return [chain]
        owner = receiver_owner(vendors, place.window, text, place.match.start, resolve)
        return [owner] if owner else []

    def _resolver(self, vendors: Vendors, text: bytes) -> Resolve:
        """Return what inserts constants into a statement; they matter only where a vendor's host is one of them."""
        if self._constants is None:
            if not any(host.encode() in text for vendor in vendors.values() for host in vendor.hosts):
                return bytes
            self._constants = HostConstants(text)
        return self._constants.resolve


def _holders(place: KeyContext) -> Iterator[Holder]:
    """Yield what may hold the key: the variable that it is assigned to, the object that it is part of."""
    text = place.page.data
    variable = variable_at(text, place.match.start)
    if variable:
        owner = class_of(place.frames)
        yield Holder(variable.name, variable.start, owner=owner, is_member=bool(owner))
    if not variable or (place.frames and place.frames[0].kind in (b"(", b"{")):
        holder = holder_of(place.window, place.frames, place.name[0])
        if holder and (not variable or holder.name != variable.name):
            yield holder._replace(start=place.window.offset(text, holder.start, holder.name.encode()))


def _placed(page: Page, one: Evidence) -> Evidence:
    return one._replace(why=f"{one.why} on line {page.position(one.at)[0]}") if one.at >= 0 else one
