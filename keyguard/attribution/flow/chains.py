"""Recognise a client that is built in one expression: ``StripeClient.builder().apiKey("…").build()``."""

from __future__ import annotations

import re

from keyguard.attribution.evidence.identifiers import is_neutral, words_of
from keyguard.attribution.evidence.request_targets import calls_other_host
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors
from keyguard.attribution.structure.heads import DOUBTED, owner_of_text
from keyguard.support.regex import expression

_INNER = expression(rb"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_CHAIN = expression(
    rb"(?:^|[=(,;:]|\breturn\b|\bawait\b|\bnew\b)([A-Za-z_$][\w$]{1,60})((?:(?:\?\.|\.|->|::)\w{1,60}!?){1,20})\([\"'`]?$"
)


def chain_owner(vendors: Vendors, statement: bytes) -> Evidence | None:
    r"""Return the vendor whose client is built by the calls in a statement, one of which has the key (``\0``)."""
    before, _, after = statement.partition(b"\0")
    for _ in range(8):
        before, count = _INNER.subn(b"", before)
        if not count:
            break
    found = _CHAIN.search(re.sub(rb"\s+(?=[.\-?:\"'`(])|(?<=[(.])\s+", b"", before).replace(b" ", b" ")[-400:])
    if found is None:
        return None
    members = re.findall(rb"\w+", found[2])
    if b"builder" not in [one.lower() for one in members[:-1]] and len(members) > 2:
        return None
    if not is_neutral(words_of(members[-1])):
        return None
    owner = owner_of_text(vendors, found[1], b"(")
    if owner is None or owner is DOUBTED or calls_other_host(vendors[owner.vendor].hosts, before + after):
        return None
    return Evidence(owner.vendor, f"{found[1].decode()} is built with it")
