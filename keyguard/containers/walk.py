"""All texts in a container, in the containers nested in it too, and what is not read of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from keyguard.containers.budget import DEEPEST, Budget, OverBudget
from keyguard.containers.content import Content, Entry, NotRead, Read, Unopened
from keyguard.containers.kinds import LOOK, container
from keyguard.containers.table import READERS, reader_of
from keyguard.model.coverage import SEPARATOR

#: files in one container that are listed individually as not read
_MOST = 50
#: what a file is called that is compressed -> what is in it
_ENDINGS = {
    **dict.fromkeys((b".gz", b".bz2", b".xz", b".lzma", b".zst", b".zstd", b".z", b".Z"), b""),
    **dict.fromkeys((b".tgz", b".tbz", b".tbz2", b".txz", b".tzst", b".tlz"), b".tar"),
    b".svgz": b".svg",
}
_NAMELESS = b"content"


class Text(NamedTuple):
    """A file in a container: its path in it, and what reads it."""

    name: bytes
    read: Read


class Walk:
    """One way through a container. What is wrong with it is known when ``texts`` has come to its end."""

    def __init__(self, kind: str, content: Content, budget: Budget, path: bytes) -> None:
        """``path`` is that of the container itself, which may be unknown."""
        self.unopened: list[tuple[bytes, str]] = []
        """Paths of what is not read, and what it is, with the reason."""
        self.more = 0
        """How many more there are."""
        self.problem = ""
        """Why the container itself is not read to its end, if it is damaged or encrypted."""
        self.over = ""
        """The limit that stopped it."""
        self._kind, self._content, self._budget, self._path = kind, content, budget, path

    def texts(self) -> Iterator[Text]:
        """Yield the texts; each has to be read before the next one is asked for."""
        try:
            yield from self._texts(self._kind, self._content, b"", self._path, 1)
        except OverBudget as error:
            self.over = str(error)

    def _texts(self, kind: str, content: Content, inside: bytes, path: bytes, depth: int) -> Iterator[Text]:
        """Yield the texts in a container whose path is ``inside`` that of the outermost one, which has none."""
        if depth > DEEPEST:
            raise OverBudget(f"containers are nested more than {DEEPEST} deep in it")
        try:
            for entry in reader_of(kind)(content, self._budget):
                name = _joined(inside, _name(entry.name, path))
                if isinstance(entry, Unopened):
                    self._note(name, f"{_SUBJECT.get(entry.reason, 'file')} ({entry.reason}, in {_article(kind)})")
                else:
                    yield from self._entry(entry, name, inside, depth)
                if self.over:
                    return
        except NotRead as problem:
            self._fail(inside, kind, str(problem))
        finally:
            content.release()

    def _entry(self, entry: Entry, name: bytes, inside: bytes, depth: int) -> Iterator[Text]:
        content = Content(self._guarded(entry.read, name), self._budget)
        kind = container(content.peek(LOOK))
        if kind in READERS:
            # an archive that is compressed as a whole is one thing, with one name
            whole = not entry.name and not _is_compressed(kind)
            yield from self._texts(kind, content, inside if whole else name, name, depth + (not whole))
            return
        if kind:
            self._note(name, kind)
        yield Text(name, content.piece)

    def _guarded(self, read: Read, name: bytes) -> Read:
        """Return a reader that ends where ``read`` fails, and records why."""

        def guarded() -> bytes:
            try:
                return b"" if self.over else read()
            except NotRead as problem:
                self._note(name, f"file ({problem})")
            except OverBudget as error:
                self.over = str(error)
            return b""

        return guarded

    def _fail(self, inside: bytes, kind: str, problem: str) -> None:
        if inside:
            self._note(inside, _with_reason(kind, problem))
        else:
            self.problem = _with_reason(kind, problem)

    def _note(self, name: bytes, what: str) -> None:
        if len(self.unopened) < _MOST:
            self.unopened.append((name, what))
        else:
            self.more += 1


_SUBJECT = {"encrypted": "encrypted file"}


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _is_compressed(kind: str) -> bool:
    """Whether what is in such a container has no name of its own."""
    return READERS[kind][0].endswith(".compressed")


def _joined(inside: bytes, name: bytes) -> bytes:
    return inside + SEPARATOR + name if inside else name


def _with_reason(kind: str, problem: str) -> str:
    """Return ``archive (zip: damaged)`` for ``archive (zip)``."""
    return f"{kind.removesuffix(')')}: {problem})"


def _name(name: bytes, path: bytes) -> bytes:
    """Return the name of an entry for reports: relative, and that of the file itself where it has none."""
    if name:
        return name.lstrip(b"/").removeprefix(b"./") or _NAMELESS
    last = path.rpartition(b"/")[2]
    for ending, instead in _ENDINGS.items():
        if last.lower().endswith(ending) and len(last) > len(ending):
            return last[: -len(ending)] + instead
    return _NAMELESS
