"""Read pseudorefs such as ``ORIG_HEAD`` and ``FETCH_HEAD``, and the state of a rebase (gitglossary(7)).

git does not keep their objects for long: these ids may lead to nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.git.layout.reader import GitDirReader
from keyguard.support.regex import expression

_LIMIT = 128 << 20
#: any tool can add one; names in lower case are other kinds of files
_NAME = expression(r"[A-Z][A-Z_-]*\Z")
#: messages, and the conflicts of rerere, whose ids are not those of objects
_TEXTS = expression(r"HEAD\Z|MERGE_RR\Z|.*MSG\Z|.*_RUN\Z|.*_LOG\Z")
_STATE = {
    "rebase-merge": (
        *("amend", "autostash", "onto", "orig-head", "rewritten-list", "rewritten-pending", "squash-onto"),
        *("stopped-sha", "update-refs"),
    ),
    "rebase-apply": ("abort-safety", "autostash", "onto", "orig-head", "original-commit", "rewritten"),
    "sequencer": ("abort-safety", "head"),
}


class PseudoRef(NamedTuple):
    """A file in a git directory that holds ids, or the name of a ref."""

    name: bytes
    ids: list[bytes]
    target: bytes = b""


def pseudo_refs(reader: GitDirReader, folder: str, id_length: int) -> Iterator[PseudoRef]:
    """Yield the pseudorefs of one git directory by name, without HEAD."""
    first = re.compile(rb"^([0-9a-fA-F]{%d})(?=\s|$)" % id_length, re.MULTILINE)
    for entry in reader.folder(folder):
        if _NAME.match(entry.name) and not _TEXTS.match(entry.name) and not entry.is_dir(follow_symlinks=False):
            data = reader.read(entry.path, _LIMIT) or b""
            target = data[4:].strip() if data.startswith(b"ref:") else b""
            yield PseudoRef(os.fsencode(entry.name), first.findall(data), target)
    every = re.compile(rb"(?<![^\s])[0-9a-fA-F]{%d}(?![^\s])" % id_length)
    for state, names in _STATE.items():
        for name in names:
            data = reader.read(os.path.join(folder, state, name), _LIMIT) or b""
            yield PseudoRef(f"{state}/{name}".encode(), every.findall(data))
