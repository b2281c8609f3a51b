"""What git packs into one file: bundles, and packs under another name.

Format: gitformat-bundle(5). Files have the names that trees in it give them; messages are called by their objects.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import DAMAGED, ZLIB, outputs, pieces
from keyguard.containers.content import Content, Entry, NotRead, slices
from keyguard.odb.packed_stream import BLOB, COMMIT, TAG, TREE, Object, PackedStream
from keyguard.support.regex import expression

_SHA256 = b"\n@object-format=sha256\n"
_TREE_ENTRY = expression(rb"([0-7]{5,6}) ([^\0]{1,4096})\0")
_OBJECT = expression(rb"(blob|commit|tag|tree) [0-9]{1,19}\0")
#: folders above a file
_DEEPEST = 200


def read_bundle(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the files and messages in a bundle. Raise ``NotRead`` where it is damaged or needs other objects."""
    data = content.whole()
    start = data.find(b"\n\n") + 2
    if start < 2:
        raise NotRead(f"{DAMAGED}: its header has no end")
    return _objects(data, start, "sha256" if _SHA256 in data[:start] else "sha1", budget)


def read_pack(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the files and messages in a pack."""
    return _objects(content.whole(), 0, "sha1", budget)


def read_object(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield what a loose object of git holds: a file or a message."""
    text = Content(pieces(outputs(content.piece, ZLIB, (), budget)), budget)
    head = _OBJECT.match(text.peek(64))
    if head is not None and head[1] != b"tree":
        text.take(head.end())
        yield Entry(head[1], text.piece)


def _objects(data: bytes, start: int, algorithm: str, budget: Budget) -> Iterator[Entry]:
    held = 0

    def hold(size: int) -> None:
        nonlocal held
        held += size
        budget.spend(size)
        budget.hold(size)

    try:
        pack = PackedStream(data, start, algorithm, hold, budget.spend)
        names = _Names(pack)
        for one in pack.objects((COMMIT, TAG, BLOB, TREE)):
            budget.entry()
            if one.kind != TREE:
                yield Entry(names.of(one), slices(one.content, 0, len(one.content)))
    finally:
        budget.hold(-held)
    if pack.problem:
        raise NotRead(f"{DAMAGED}: {pack.problem}")
    if pack.unresolved:
        raise NotRead(f"{pack.unresolved:,} of its objects need others that are not in it")


class _Names:
    """The paths that the trees of a pack give its files."""

    def __init__(self, pack: PackedStream) -> None:
        self._above: dict[bytes, tuple[bytes, bytes]] = {}
        for tree in pack.objects((TREE,)):
            at, size = 0, len(tree.oid)
            while found := _TREE_ENTRY.match(tree.content, at):
                at = found.end() + size
                self._above.setdefault(tree.content[found.end() : at], (tree.oid, found[2]))

    def of(self, one: Object) -> bytes:
        """Return the path of a file, or the kind and the id of an object without one."""
        parts, oid = list[bytes](), one.oid
        while one.kind == BLOB and (above := self._above.get(oid)) and len(parts) < _DEEPEST:
            oid, name = above
            parts.append(name)
        kind = {COMMIT: b"commit", TAG: b"tag", BLOB: b"blob"}[one.kind]
        return b"/".join(reversed(parts)) or kind + b":" + one.oid.hex().encode()
