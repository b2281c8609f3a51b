"""Archives and their like are told by their first bytes, whoever made them and whatever they are called."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sqlite3
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from keyguard.containers.kinds import LOOK, container, counted
from keyguard.model.finding import Skipped
from tests.helpers.repos import Repo

TEXT = b"some text\n" * 200


def zipped(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a.txt", TEXT)
    return buffer.getvalue()


def tarred(form: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        head = tarfile.TarInfo("a.txt")
        head.size = len(TEXT)
        archive.addfile(head, io.BytesIO(TEXT))
    return buffer.getvalue()


def without_mark(data: bytes) -> bytes:
    """The same tar as it was written before there was a mark, with a sum that is right."""
    head = bytearray(data[:512])
    head[257:265] = bytes(8)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + data[512:]


MADE = {
    "archive (zip)": [zipped(), zipped(zipfile.ZIP_STORED), b"PK\5\6" + bytes(18)],
    "archive (tar)": [
        *(tarred(form) for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)),
        without_mark(tarred(tarfile.USTAR_FORMAT)),
    ],
    "archive (gzip)": [gzip.compress(TEXT, level, mtime=mtime) for level in (0, 1, 9) for mtime in (0, 1_700_000_000)],
    "archive (bzip2)": [bz2.compress(TEXT), bz2.compress(b"", 1)],
    "archive (xz)": [lzma.compress(TEXT)],
    "archive (lzma)": [lzma.compress(TEXT, lzma.FORMAT_ALONE)],
    "archive (zlib)": [zlib.compress(TEXT, level) for level in (0, 1, 6, 9)],
    "archive (cpio)": [b"070701" + b"0000A1b2" * 13 + b"a\0", b"070707" + b"0" * 70 + b"a\0"],
    "git file (object)": [zlib.compress(b"blob %d\0" % len(TEXT) + TEXT, level) for level in (1, 4, 6)],
    "git file (pack)": [b"PACK\0\0\0\2\0\0\0\1"],
    "encrypted file (ansible-vault)": [b"$ANSIBLE_VAULT;1.1;AES256\n3132\n"],
    "encrypted file (git-crypt)": [b"\0GITCRYPT\0" + bytes(20)],
    "encrypted file (OpenPGP)": [b"-----BEGIN PGP MESSAGE-----\n\nhQ\n"],
    "document (PDF)": [b"%PDF-1.7\n%\xe2\xe3\n"],
    "LFS pointer (what it stands for is not read)": [
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"
    ],
}


@pytest.mark.parametrize(("words", "data"), [(words, data) for words, made in MADE.items() for data in made])
def test_what_others_packed_is_told(words: str, data: bytes) -> None:
    assert container(data) == container(data[:LOOK]) == words


def test_what_git_and_sqlite_write_is_told(repo: Repo) -> None:
    repo.write("a", TEXT).add().commit().git("repack", "-adq")
    repo.git("bundle", "create", "-q", "b.bundle", "main")
    (pack,) = repo.path.glob(".git/objects/pack/*.pack")
    with sqlite3.connect(repo.path / "d.db") as database:
        database.execute("create table t (a)")
    database.close()
    made = [pack, repo.path / "b.bundle", repo.path / "d.db"]
    assert [container(path.read_bytes()) for path in made] == [
        *("git file (pack)", "git file (bundle)", "database (SQLite)")
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"P",
        b"PK is a name\n",
        b"# v2 of this\n",
        b"version: '3'\n",
        b"BZh9 is how bzip2 begins\n",
        b"x^2 + y^2 = 1\n" * 50,
        b"x\x9c no stream of zlib at all",
        b"07070 is a postal code, 070701 none\n",
        b"-----BEGIN CERTIFICATE-----\n",
        b"%PDF\n",
        b"\0" * 600,
        b"\x7fELF" + bytes(600),
        b"a" * 148 + b"000001\0 " + b"b" * 600,
        (b"0" * 154 + b"\0 ") * 5,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_other_files_are_none(text: bytes) -> None:
    assert container(text) == ""


def test_nor_is_what_is_random() -> None:
    source = random.Random(1)
    assert not [data for data in (source.randbytes(600) for _ in range(5000)) if container(data)]


def test_this_code_is_none() -> None:
    assert not [path for path in Path(__file__).parent.rglob("*.py") if container(path.read_bytes())]


def test_kinds_are_counted_without_what_a_person_left_out() -> None:
    listed = [
        *(Skipped(path=b"a", reason="container", detail=f"archive ({kind})", gap=False) for kind in ("zip", "tar")),
        Skipped(path=b"sub", reason="submodule", detail="submodule (not checked out)", gap=False),
        Skipped(path=b"b", reason="excluded", detail="archive (zip)", gap=False),
        Skipped(path=b"c", reason="unreadable", detail="no"),
    ]
    assert counted(listed) == {"archive": 2, "submodule": 1}
