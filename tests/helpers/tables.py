"""Tables of refs (the reftable format), for which the git at hand may be too old: two of git's, and a writer."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["REAL", "REAL_IDS", "Log", "Ref", "table"]

#: written by git 2.55 (``git init --ref-format=reftable``, a commit, a tag, branches, ``git pack-refs``)
REAL = {
    "sha1": base64.b64decode(
        "UkVGVAEAEAAAAAAAAAAAAQAAAAAAAAAHcgAA1QAjSEVBRAAPcmVmcy9oZWFkcy9tYWluAHlyZWZzL2hlYWRzL21haW4Be79fQrWn"
        "R6ZLKtjhOoGAt9hAqWELIXNpZGUDe79fQrWnR6ZLKtjhOoGAt9hAqWEFgBtyZW1vdGVzL29yaWdpbi9IRUFEBA9yZWZzL2hlYWRz"
        "L21haW4FOnRhZ3MvdjEC+G3oUvB4pwffZCmyh5N7OxTfeDl7v19CtadHpksq2OE6gYC32ECpYQAAHAAAMwACZwAB73jaY8j0cHV0"
        "YfgPAX8ZsIDq/fFOW5e7L/PWuvHQqrFh+w2HlYlczgr+Cr6ZJSWpRaLJ+bm5YJZDakVibkFOqh5QpPXk7VeqDAxiEEkFjcy8zJLM"
        "xBxNK4X8vFQuhgbHotS0Yv2M1MSUYv3cxMw8eruAO7M4MyUVZutvatsqlVSUmJecYaXgXJSaWJKaopBWlJ+rAPIoF2tDYlFqbn5J"
        "arF+flFmemaePnIM/KK2Sxi5GBhYGBiqGJgAiOmwilJFRlQBABAAAAAAAAAAAAEAAAAAAAAABwAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAADVAAAAAAAAAAD1zZr5"
    ),
    "sha256": base64.b64decode(
        "UkVGVAIAEAAAAAAAAAAAAQAAAAAAAAAHczI1NnIAAQkAI0hFQUQAD3JlZnMvaGVhZHMvbWFpbgB5cmVmcy9oZWFkcy9tYWluAXTD"
        "JE4jVn4B1GczuNfRbDfQA/gwOUYrshLDegvvmyhxCyFzaWRlA3TDJE4jVn4B1GczuNfRbDfQA/gwOUYrshLDegvvmyhxBYAbcmVt"
        "b3Rlcy9vcmlnaW4vSEVBRAQPcmVmcy9oZWFkcy9tYWluBTp0YWdzL3YxAi7MGX2EOxiitdsS6VCtz7Q7kYAKkZvPIhvETqKwiWGt"
        "dMMkTiNWfgHUZzO419FsN9AD+DA5RiuyEsN6C++bKHEAACAAADcAAmcAAk942mPI9HB1dGH4DwF/GQiAksMqfsphdYxX0o13XL+Y"
        "Y36B+YeBpZv2JqHDVdzvZ2sUcjkr+Cv4ZpaUpBaJJufn5oJZDqkVibkFOal6QJHWk7dfqTIwiEEkFTQy8zJLMhNzNK0U8vNSuRga"
        "HItS04r1M1ITU4r1cxMz8waLy7gzizNTUmGu+U0v10glFSXmJWdYKTgXpSaWpKYopBXl5yqAAoaLtSGxKDU3vyS1WD+/KDM9M08f"
        "OSZ/0cuFjFwMDCwMDJMYmACAOr6iUkVGVAIAEAAAAAAAAAAAAQAAAAAAAAAHczI1NgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAEJAAAAAAAAAAB+r55C"
    ),
}
#: what is in each: the commit and the tag
REAL_IDS = {
    "sha1": ("7bbf5f42b5a747a64b2ad8e13a8180b7d840a961", "f86de852f078a707df6429b287937b3b14df7839"),
    "sha256": (
        "74c3244e23567e01d46733b8d7d16c37d003f83039462bb212c37a0bef9b2871",
        "2ecc197d843b18a2b5db12e950adcfb43b91800a919bcf221bc44ea2b08961ad",
    ),
}


class Ref(NamedTuple):
    """A ref: deleted where it has neither an id nor a target."""

    name: bytes
    oid: str = ""
    target: bytes = b""
    peeled: str = ""


class Log(NamedTuple):
    """An entry of a reflog: deleted where it has no ids."""

    name: bytes
    number: int
    old: str = ""
    new: str = ""
    why: bytes = b""


def table(refs: Sequence[Ref] = (), logs: Sequence[Log] = (), *, sha256: bool = False, block: int = 0) -> bytes:
    """A table of these, ``block`` records to a block, or all in one; where ``block`` is even, with padding."""
    header = b"REFT" + bytes([1 + sha256]) + bytes(3) + bytes(16) + b"s256" * sha256
    data = header
    for start in range(0, len(refs), block or len(refs) or 1):
        records = [(ref.name, *_ref(ref)) for ref in sorted(refs)[start : start + (block or len(refs))]]
        data += _block(b"r", _records(records), len(header) if data == header else 0)
        data += bytes(7 if block and not block % 2 else 0)
    for start in range(0, len(logs), block or len(logs) or 1):
        found = sorted(logs, key=_key)[start : start + (block or len(logs))]
        body = _records([(_key(log), int(bool(log.new)), _log(log)) for log in found])
        whole = _block(b"g", body, len(header) if data == header else 0)
        data += whole[:4] + zlib.compress(whole[4:])
    footer = header + bytes(40)
    return data + footer + zlib.crc32(footer).to_bytes(4, "big")


def _ref(ref: Ref) -> tuple[int, bytes]:
    if ref.target:
        return 3, _number(0) + _text(ref.target)
    ids = bytes.fromhex(ref.oid + ref.peeled)
    return bool(ref.oid) + bool(ref.peeled), _number(0) + ids


def _key(log: Log) -> bytes:
    return log.name + b"\0" + ((1 << 64) - 1 - log.number).to_bytes(8, "big")


def _log(log: Log) -> bytes:
    if not log.new:
        return b""
    ids = bytes.fromhex(log.old + log.new)
    return ids + _text(b"A U Thor") + _text(b"author@example.com") + _number(1 << 31) + bytes(2) + _text(log.why)


def _records(records: Sequence[tuple[bytes, int, bytes]]) -> bytes:
    data, last = b"", b""
    for name, kind, value in records:
        shared = next(
            (i for i, (a, b) in enumerate(zip(last, name, strict=False)) if a != b), min(len(last), len(name))
        )
        data += _number(shared) + _number((len(name) - shared) << 3 | kind) + name[shared:] + value
        last = name
    return data


def _block(kind: bytes, records: bytes, before: int) -> bytes:
    body = records + (before + 4).to_bytes(3, "big") + (1).to_bytes(2, "big")
    return kind + (before + 4 + len(body)).to_bytes(3, "big") + body


def _text(text: bytes) -> bytes:
    return _number(len(text)) + text


def _number(value: int) -> bytes:
    found = bytes([value & 0x7F])
    while value := value >> 7:
        value -= 1
        found = bytes([0x80 | value & 0x7F]) + found
    return found
