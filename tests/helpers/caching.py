"""What the cache's files hold, byte for byte: for tests that no secret got into them."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path


def files_in(folder: Path) -> list[Path]:
    """The databases in a cache folder, the oldest first."""
    return sorted(folder.glob("known-*.sqlite3"), key=lambda path: int(path.stem.partition("-")[2]))


def everything_in(folder: Path) -> Iterator[bytes]:
    """Every file as it lies on the disk, logs and leftovers too; and every value, as it is and inflated."""
    for path in sorted(folder.iterdir()):
        yield path.read_bytes()
    for path in files_in(folder):
        with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.Error):
            for row in connection.execute("SELECT key, value FROM entry"):
                for cell in row:
                    yield cell
                    with suppress(zlib.error):
                        yield zlib.decompress(cell[17:])  # a digest and a letter stand before it


def is_in(folder: Path, *secrets: bytes) -> list[bytes]:
    """Those of the secrets of which a cache folder holds any eight bytes."""
    held = list(everything_in(folder))
    parts = {secret: {secret[at : at + 8] for at in range(max(len(secret) - 7, 1))} for secret in secrets}
    return [secret for secret in secrets if any(part in one for one in held for part in parts[secret])]
