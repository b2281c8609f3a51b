"""Resolve a host once; a host at an address that is not public is never a vendor's."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

from keyguard.remote.errors import RequestError

#: returns the addresses of a host, as strings
Resolve = Callable[[str, int], list[str]]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order in which to try them. Raise ``RequestError`` if there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RequestError("its address cannot be found") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def address_of(host: str, port: int, *, inside: bool, timeout: float, ask: Resolve = resolve) -> str:
    """Return one address of a host; ``inside`` permits an address in a private network.

    Raise ``RequestError`` if any of its addresses is not public: whoever can make a name resolve to one of ours could
    name any.
    """
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        found = pool.submit(ask, host, port).result(timeout)
    except TookTooLong as error:
        raise RequestError("its address was not found in time") from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if not found:
        raise RequestError("its address cannot be found")
    if not inside and not all(map(is_public, found)):
        raise RequestError("it is at a private address: no vendor is (allow-hosts allows it)")
    return found[0]


def is_public(text: str) -> bool:
    """Whether an address is globally reachable, and does not embed one that is not."""
    try:
        address: _Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in (address, *_within(address)))


def _within(address: _Address) -> list[_Address]:
    """Return the IPv4 addresses that an IPv6 address embeds."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[_Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]
