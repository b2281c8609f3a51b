"""Read reflogs: what refs pointed to before."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from keyguard.git.layout.reader import GitDirReader
from keyguard.git.layout.worktrees import Worktree
from keyguard.git.refs.reftable_stack import Tables

_LIMIT = 128 << 20


class Reflog(NamedTuple):
    """The reflog of one ref."""

    name: bytes
    ids: list[bytes]
    """All ids in it, in hex, each once, without the null id."""
    entries: int


def reflogs_of(reader: GitDirReader, worktree: Worktree, id_length: int) -> Iterator[Reflog]:
    """Yield the reflogs in the git directory of one worktree, by name."""
    logs = os.path.join(worktree.folder, "logs")
    entry_pattern = re.compile(rb"\n([0-9a-fA-F]{%d}) ([0-9a-fA-F]{%d}) " % (id_length, id_length))
    for file in reader.walk(logs):
        if file.name.endswith(".lock"):
            continue
        data = b"\n" + (reader.read(file.path, _LIMIT) or b"").removesuffix(b"\n")
        entries = entry_pattern.findall(data)
        odd = data.count(b"\n") - len(entries)
        if odd and len(data) > 1:
            reader.gap(file.path, "corrupt", f"{odd} lines are no entries of a reflog")
        ids = dict.fromkeys(oid for entry in entries for oid in entry)
        ids.pop(b"0" * id_length, None)
        name = os.fsencode(file.path[len(logs) + 1 :])
        yield Reflog(worktree.full_name(name) or worktree.prefix + name, list(ids), len(entries))


def reflogs_in_tables(tables: Tables, worktree: Worktree) -> Iterator[Reflog]:
    """Yield the reflogs in the reftables of one worktree."""
    for name, logs in groupby(tables.logs, attrgetter("name")):
        entries = list(logs)
        ids = dict.fromkeys(oid for entry in entries for oid in (entry.old, entry.new) if oid.strip(b"\0"))
        yield Reflog(
            worktree.full_name(name) or worktree.prefix + name, [oid.hex().encode() for oid in ids], len(entries)
        )
