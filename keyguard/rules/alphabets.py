"""The alphabets of tokens, by the names that templates and shapes use."""

from __future__ import annotations

import re

DIGITS = "0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()
ALNUM = DIGITS + UPPER + LOWER

#: the members of each
ALPHABETS = {
    "alnum": ALNUM,
    "base32": UPPER + "234567",
    "base32-lower": LOWER + "234567",
    "base58": re.sub("[0OIl]", "", ALNUM),
    "base64": ALNUM + "+/",
    "b64url": ALNUM + "-_",
    "bech32": DIGITS[2:] + "0ACDEFGHJKLMNPQRSTUVWXYZ",
    "digits": DIGITS,
    "HEX": DIGITS + "ABCDEF",
    "hex": DIGITS + "abcdef",
    "Hex": DIGITS + "abcdefABCDEF",
    "letters": LOWER + UPPER,
    "lower": LOWER,
    "lower-alnum": DIGITS + LOWER,
    "segments": ALNUM + "_-.",
    "ulid": re.sub("[ILOU]", "", DIGITS + UPPER),
    "upper": UPPER,
    "upper-alnum": DIGITS + UPPER,
    "word": ALNUM + "_",
}
#: the same as the classes of ``re`` have them
CLASSES = {
    "alnum": "A-Za-z0-9",
    "base32": "A-Z2-7",
    "base32-lower": "a-z2-7",
    "base58": "1-9A-HJ-NP-Za-km-z",
    "base64": "A-Za-z0-9+/",
    "b64url": "A-Za-z0-9_-",
    "bech32": "02-9AC-HJ-NP-Z",
    "digits": "0-9",
    "HEX": "0-9A-F",
    "hex": "0-9a-f",
    "Hex": "0-9a-fA-F",
    "letters": "A-Za-z",
    "lower": "a-z",
    "lower-alnum": "0-9a-z",
    "segments": "A-Za-z0-9_.-",
    "ulid": "0-9A-HJKMNP-TV-Z",
    "upper": "A-Z",
    "upper-alnum": "0-9A-Z",
    "word": "A-Za-z0-9_",
}
