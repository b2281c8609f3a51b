"""Where a host is, asked once; nothing that lies within one's own walls counts as a vendor's."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

from keyguard.remote.errors import RequestError

#: gives the addresses of a host, as texts
Resolve = Callable[[str, int], list[str]]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order in which to try them. ``RequestError`` where there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RequestError("its address cannot be found") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def address_of(host: str, port: int, *, inside: bool, timeout: float, ask: Resolve = resolve) -> str:
    """One address of a host; ``inside``: it may lie in a private network.

    Raises ``RequestError`` if any address of it is not public: who can make a name mean one of ours could mean any.
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
    """Whether an address is one that the whole world reaches, and no other in disguise."""
    try:
        address: _Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in (address, *_within(address)))


def _within(address: _Address) -> list[_Address]:
    """The addresses that one of version 6 leads to by way of an old one."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[_Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]
