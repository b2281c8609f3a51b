"""One text in a container of each kind, as others write them, and the name that it has in it."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

from tests.containers.packing import COMPRESSED, tarred, zipped

Pack = Callable[[bytes, str, Path], bytes]


class Packed(NamedTuple):
    """A kind of container."""

    ending: str
    pack: Pack
    """From a text, the name of its file, and a folder for what is made on the way."""
    member: str
    """The place of the text in it; ``{}`` is the name of its file."""


def _bundle(text: bytes, name: str, _: Path) -> bytes:
    """A bundle with one commit, as git writes it but for deltas."""
    objects, parent = list[bytes](), b""
    for kind, code in ((b"blob", 3), (b"tree", 2), (b"commit", 1)):
        if kind == b"blob":
            body = text
        elif kind == b"tree":
            body = b"100644 " + name.encode() + b"\0" + bytes.fromhex(parent.decode())
        else:
            who = b"A <a@b.example> 1767582245 +0000\n"
            body = b"tree " + parent + b"\nauthor " + who + b"committer " + who + b"\nmessage\n"
        parent = hashlib.sha1(kind + b" %d\0" % len(body) + body, usedforsecurity=False).hexdigest().encode()
        size, head = len(body) >> 4, [code << 4 | len(body) & 15]
        while size:
            head[-1] |= 128
            head.append(size & 127)
            size >>= 7
        objects.append(bytes(head) + zlib.compress(body))
    pack = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big") + b"".join(objects)
    refs = b"# v2 git bundle\n" + parent + b" refs/heads/main\n\n"
    return refs + pack + hashlib.sha1(pack, usedforsecurity=False).digest()


def _database(text: bytes, _: str, folder: Path) -> bytes:
    path = folder / "made.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("create table notes (id integer primary key, note text)")
    connection.execute("insert into notes values (1, 'words')")
    connection.execute("insert into notes values (2, ?)", (text.decode(),))
    connection.commit()
    connection.close()
    return path.read_bytes()


def _mail(text: bytes, name: str, _: Path) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "b@b.example", "words"
    mail.set_content("words\n")
    mail.add_attachment(text, maintype="application", subtype="octet-stream", filename=name)
    mail.set_boundary("=-part-=")
    return mail.as_bytes()


def _letter(text: bytes, _: str, __: Path) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "b@b.example", "words"
    mail.set_content(text.decode(), cte="quoted-printable")
    return mail.as_bytes()


def _notebook(text: bytes, _: str, __: Path) -> bytes:
    cell = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": 1,
        "source": text.decode().splitlines(keepends=True),
        "outputs": [],
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def _output(text: bytes, _: str, __: Path) -> bytes:
    shown = {"output_type": "stream", "name": "stdout", "text": text.decode().splitlines(keepends=True)}
    cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": ["run()\n"], "outputs": [shown]}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def _in_zip(folder: str, method: int = zipfile.ZIP_DEFLATED) -> Pack:
    return lambda text, name, _: zipped({"read.txt": b"words\n" * 9, folder + name: text}, method)


def _in_tar(form: int = tarfile.PAX_FORMAT, packed: Callable[[bytes], bytes] = bytes) -> Pack:
    return lambda text, name, _: packed(tarred({"read.txt": b"words\n" * 9, f"app/{name}": text}, form))


def _compressed(how: Callable[[bytes], bytes]) -> Pack:
    return lambda text, _, __: how(text)


CONTAINERS: dict[str, Packed] = {
    "none": Packed("", lambda text, _, __: text, ""),
    "zip": Packed(".zip", _in_zip("app/"), "!/app/{}"),
    "zip, stored": Packed(".zip", _in_zip("app/", zipfile.ZIP_STORED), "!/app/{}"),
    "zip, lzma": Packed(".zip", _in_zip("app/", zipfile.ZIP_LZMA), "!/app/{}"),
    "zip, bzip2": Packed(".zip", _in_zip("app/", zipfile.ZIP_BZIP2), "!/app/{}"),
    "jar": Packed(".jar", _in_zip("META-INF/"), "!/META-INF/{}"),
    "war": Packed(".war", _in_zip("WEB-INF/classes/"), "!/WEB-INF/classes/{}"),
    "apk": Packed(".apk", _in_zip("assets/"), "!/assets/{}"),
    "wheel": Packed(".whl", _in_zip("package/"), "!/package/{}"),
    "docx": Packed(".docx", _in_zip("word/"), "!/word/{}"),
    "vsix": Packed(".vsix", _in_zip("extension/"), "!/extension/{}"),
    "tar": Packed(".tar", _in_tar(), "!/app/{}"),
    "tar of GNU": Packed(".tar", _in_tar(tarfile.GNU_FORMAT), "!/app/{}"),
    "tar.gz": Packed(".tar.gz", _in_tar(packed=gzip.compress), "!/app/{}"),
    "tar.xz": Packed(".tar.xz", _in_tar(packed=lzma.compress), "!/app/{}"),
    "tar.bz2": Packed(".tbz2", _in_tar(packed=bz2.compress), "!/app/{}"),
    **{name: Packed(f".{name}", _compressed(how), "!/{}") for name, how in COMPRESSED.items()},
    "zip in tar.gz": Packed(
        ".tgz",
        lambda text, name, _: gzip.compress(tarred({"lib/in.zip": zipped({f"conf/{name}": text})})),
        "!/lib/in.zip!/conf/{}",
    ),
    "gz in jar": Packed(
        ".jar", lambda text, name, _: zipped({f"data/{name}.gz": gzip.compress(text)}), "!/data/{0}.gz!/{0}"
    ),
    "bundle": Packed(".bundle", _bundle, "!/{}"),
    "database": Packed(".db", _database, "!/notes/2/note"),
    "attachment": Packed(".eml", _mail, "!/{}"),
    "letter": Packed(".eml", _letter, "!/part-1.txt"),
    "notebook": Packed(".ipynb", _notebook, "!/cell-1.py"),
    "output": Packed(".ipynb", _output, "!/cell-1-output.txt"),
}
