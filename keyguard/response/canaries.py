"""Keys that are traps: their use is reported to whoever laid them out. Some can be told without using them.

An access key id of AWS holds the number of its account: the 40 bits after the first of the 80 that stand behind its
four letters, in base32. The accounts in which such traps are made are known from the detectors of other scanners.
"""

from __future__ import annotations

import base64
import binascii

from keyguard.support.regex import expression

_ID = expression(rb"(?:AKIA|ASIA)([A-Z2-7]{16})")

#: number of the account -> who makes traps there
_MAKERS = {
    **dict.fromkeys(
        (
            "052310077262", "171436882533", "534261010715", "595918472158", "717712589309",
            "819147034852", "992382622183", "730335385048", "266735846894", "893192397702",
        ),
        "canarytokens.org",
    ),
    **dict.fromkeys(
        (
            "044858866125", "251535659677", "344043088457", "351906852752", "390477818340", "426127672474",
            "427150556519", "439872796651", "445142720921", "465867158099", "637958123769", "693412236332",
            "732624840810", "735421457923", "959235150393", "982842642351",
        ),
        "a maker of traps",
    ),
}  # fmt: skip


def account_of(key_id: bytes) -> str:
    """The 12 digits of the account that an access key id of AWS belongs to; empty for anything else."""
    found = _ID.fullmatch(key_id)
    if not found:
        return ""
    try:
        number = int.from_bytes(base64.b32decode(found[1])[:6], "big")
    except binascii.Error:
        return ""
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012}"


def canary_maker(*values: bytes) -> str:
    """Who laid out a key of which these are the parts, if it is known to be a trap; empty otherwise."""
    return next(filter(None, (_MAKERS.get(account_of(value), "") for value in values)), "")
