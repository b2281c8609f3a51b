"""Recognise files whose content is packed or encrypted, by their first bytes, whatever they are called.

Some kinds are opened (``keyguard.containers.table``). The bytes of the others are matched as they are, which finds next
to nothing, so they are listed as not read. The description of a container has details in parentheses; reports count by
the part before the parentheses.

Formats: the manual pages and specifications of each; names as in ``file``.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from keyguard.model.finding import UNOPENED, Skipped
from keyguard.support.regex import expression

#: the number of bytes that suffice to recognise a container
LOOK = 512

_Test = Callable[[bytes], str]

_ARCHIVES = {
    "zip": (b"PK\3\4", b"PK\5\6", b"PK\7\x08"),
    "gzip": (b"\x1f\x8b\x08",),
    "compress": (b"\x1f\x9d",),
    "bzip2": tuple(b"BZh%d" % level + magic for level in range(1, 10) for magic in (b"1AY&SY", b"\x17rE8P\x90")),
    "xz": (b"\xfd7zXZ\0",),
    "lzma": (b"]\0\0\x80\0", b"]\0\0\0\4", b"]\0\0\0\1"),
    "lzip": (b"LZIP\1",),
    "lz4": (b"\x04\x22M\x18", b"\x02\x21L\x18"),
    "zstd": (b"(\xb5/\xfd", *(bytes((byte,)) + b"*M\x18" for byte in range(0x50, 0x60))),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
    "rar": (b"Rar!\x1a\x07",),
    "cab": (b"MSCF\0\0\0\0",),
    "ar": (b"!<arch>\n",),
    "cpio": (b"\xc7\x71", b"\x71\xc7"),
    "rpm": (b"\xed\xab\xee\xdb",),
    "xar": (b"xar!\0",),
    "wim": (b"MSWIM\0\0\0",),
    "crx": (b"Cr24",),
}
_OTHERS = {
    "git file (pack)": (b"PACK\0\0\0\2", b"PACK\0\0\0\3"),
    "git file (bundle)": (b"# v2 git bundle\n", b"# v3 git bundle\n"),
    "database (SQLite)": (b"SQLite format 3\0",),
    "database (Access)": (b"\0\1\0\0Standard Jet DB\0", b"\0\1\0\0Standard ACE DB\0"),
    "data file (Parquet)": (b"PAR1\x15",),
    "data file (Avro)": (b"Obj\1",),
    "data file (HDF5)": (b"\x89HDF\r\n\x1a\n",),
    "document (PDF)": (b"%PDF-",),
    "document (OLE)": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    "encrypted file (age)": (b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----"),
    "encrypted file (ansible-vault)": (b"$ANSIBLE_VAULT;",),
    "encrypted file (git-crypt)": (b"\0GITCRYPT\0",),
    "encrypted file (KeePass)": (b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5"),
    "encrypted file (Java key store)": (b"\xfe\xed\xfe\xed\0\0\0",),
    "encrypted file (LUKS)": (b"LUKS\xba\xbe",),
    "encrypted file (OpenPGP)": (b"-----BEGIN PGP MESSAGE-----",),
    "encrypted file (OpenSSL)": (b"Salted__", b"U2FsdGVkX1"),
    "encrypted file (Vim)": (b"VimCrypt~0",),
    "LFS pointer (what it stands for is not read)": (b"version https://git-lfs.github.com/spec/v",),
    "annex pointer (what it stands for is not read)": (b"/annex/objects/",),
}
#: kinds that are text, with more in it than it shows: they are no archives where they are not opened
MAIL, NOTEBOOK = TEXTS = ("mail", "notebook")
_FIELD = (
    rb"(?:Return-Path|Received|Delivered-To|DKIM-Signature|ARC-[A-Za-z-]{1,30}|Message-I[Dd]|MIME-Version"
    rb"|From|To|Date|Subject|X-[A-Za-z-]{1,40}|Content-Type|Reply-To|Sender):"
)
_MAIL = expression(
    rb"(?:From [^\n]{1,200}\n)?" + _FIELD + rb" ?[^\n]{1,500}\n(?:[ \t][^\n]{0,500}\n)*(?:" + _FIELD + rb"|[ \t]|\Z)"
)
_MAIL_HEADS = (b"Re", b"De", b"DK", b"AR", b"Me", b"MI", b"Fr", b"To", b"Da", b"Su", b"X-", b"Co", b"Se")
_NOTEBOOK = expression(
    rb'\{\s{0,20}"(?:nbformat(?:_minor)?"\s{0,20}:\s{0,20}\d'
    rb'|metadata"\s{0,20}:\s{0,20}\{[^\0]{0,400}?"(?:kernelspec|language_info|name)"'
    rb'|cells"\s{0,20}:\s{0,20}\[\s{0,40}\{\s{0,40}"(?:attachments|cell_type|execution_count|id|metadata|outputs|source)")'
)
_HEX_HEAD = expression(rb"07070[12][0-9A-Fa-f]{104}|070707[0-7]{70}")
_GIT_OBJECT = expression(rb"(?:blob|tree|commit|tag) [0-9]{1,19}\0")
#: the checksum in a tar header, in octal digits, and its position
_SUM = expression(rb"[ 0]{0,4}([0-7]{2,6})[\0 ]{1,2}\Z")
_SUM_AT = slice(148, 156)


def container(data: bytes) -> str:
    """Return the kind of container that ``data`` starts, in words; empty for none. ``LOOK`` bytes are enough."""
    tests = _BEGINNINGS.get(data[:2])
    if tests:
        for test in tests:
            if words := test(data):
                return words
    # the checksum in a tar header ends with a NUL, which no text has there
    return "" if len(data) < LOOK or (data[154] and data[155]) or not _is_tar(data) else "archive (tar)"


def packed_texts(texts: Sequence[bytes]) -> list[int]:
    """Return the numbers of those that hold NULs or are containers.

    A header of a tar has NULs, so nearly always the first two bytes tell that a text is none.
    """
    heads = _BEGINNINGS
    return [number for number, text in enumerate(texts) if b"\0" in text or (text[:2] in heads and container(text))]


def counted(skipped: Iterable[Skipped]) -> dict[str, int]:
    """Return the number of unopened files by kind, the part of the detail before the parentheses."""
    kinds = Counter(one.detail.partition(" (")[0] for one in skipped if one.reason in UNOPENED)
    return dict(sorted(kinds.items()))


def _is_tar(data: bytes) -> bool:
    """Whether this starts with a tar header: by its magic, or, in the oldest format, by a correct checksum."""
    if data.startswith(b"ustar", 257):
        return True
    found = _SUM.match(data[_SUM_AT])
    return found is not None and data[0] > 0 and int(found[1], 8) == sum(data[:148]) + 8 * 32 + sum(data[156:LOOK])


def _deflated(data: bytes) -> str:
    """Return the kind of a zlib stream: a loose git object, or anything else; empty if it is none."""
    machine = zlib.decompressobj()
    try:
        text = machine.decompress(data[:LOOK], 64)
    except zlib.error:
        return ""
    if _GIT_OBJECT.match(text):
        return "git file (object)"
    return "archive (zlib)" if text and data[1] != 0x5E else ""


def _digits(data: bytes) -> str:
    return "archive (cpio)" if _HEX_HEAD.match(data) else ""


def _mail(data: bytes) -> str:
    return MAIL if _MAIL.match(data, 0, LOOK) else ""


def _notebook(data: bytes) -> str:
    return NOTEBOOK if _NOTEBOOK.match(data, 0, LOOK) else ""


def _starting(magic: bytes, words: str) -> _Test:
    return lambda data: words if data.startswith(magic) else ""


def _beginnings() -> dict[bytes, tuple[_Test, ...]]:
    """Return the first two bytes -> the tests to run then. Most files start with none of these."""
    found: dict[bytes, list[_Test]] = {}
    named: Iterable[tuple[str, tuple[bytes, ...]]] = (
        *((f"archive ({name})", magics) for name, magics in _ARCHIVES.items()),
        *_OTHERS.items(),
    )
    for words, magics in named:
        for magic in magics:
            found.setdefault(magic[:2], []).append(_starting(magic, words))
    for head in (b"x\x01", b"x\x5e", b"x\x9c", b"x\xda"):
        found.setdefault(head, []).append(_deflated)
    found.setdefault(b"07", []).append(_digits)
    for head in _MAIL_HEADS:
        found.setdefault(head, []).append(_mail)
    for head in (b"{\n", b"{\r", b"{ ", b'{"', b"{\t"):
        found.setdefault(head, []).append(_notebook)
    return {head: tuple(tests) for head, tests in found.items()}


_BEGINNINGS = _beginnings()
