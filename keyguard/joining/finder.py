"""Join the texts that a source puts together from pieces, at the places where the prefilter saw a sign of one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from keyguard.joining import continuations
from keyguard.joining.chains import first_item, first_line, first_literal, roughly_joined, with_prefix
from keyguard.joining.joined_text import JoinedText, joined
from keyguard.joining.names import BEHIND, Names
from keyguard.joining.reader import GAP, Read, Reader, Span
from keyguard.joining.signs import BEGINNING, BLOCK, CALL, CONTINUED, JOINT, LIST, UNQUOTED
from keyguard.support.regex import expression

#: bytes that may be read for each byte of the text, and in any case
_TIMES, _LEAST = 8, 1 << 18
#: bytes of a line before and behind a joined text that belong to it: the name that it is given
_CONTEXT = 200
#: bytes before a sign in which the call begins that it belongs to, with what it is given before the sign
_CALL = 1000
#: bytes behind what a key begins with in which joints belong to it
_KEY = 4096
#: what creates a list, before its bracket: ``new String[] {``
_CALLED = expression(rb"(?:[A-Za-z_@&][\w.:!\[\]]{0,40}[ \t]{0,4}){1,2}\Z")
#: names that are followed from one assignment to the next
_MOST_NAMES = 20
#: where an expression may begin
_START = expression(rb"[A-Za-z_$@][\w.:]{0,80}!?|[\"'`\[({]")
#: a literal up to the place where a key in it ends, or where it is put together with something else
_OPENED = expression(rb"[=\"'`][A-Za-z0-9_.+/=~-]*\Z")
_TOKEN = expression(rb"[\w./+=~:?@|-]{0,4096}")
_QUOTES, _ENDS, _OPENINGS = b"\"'`", b"\r\n; ", b"$#{\\%&"
#: an address of a database whose host is complete: no user and no password come behind it
_HOST = expression(rb"(?:postgres|mysql|mariadb|mongodb|redis|amqp|mssql|sqlserver)[a-z0-9+]{0,20}://[^/@]*/")
#: a value without quotes up to a place in it
_BARE = expression(rb"(?<=\w=)[\w.+/=~-]*\Z")
_ASSIGNING = expression(
    rb"[^\r\n]{0,120}[A-Za-z0-9_\])}>\"'\t ](?::?=|=>|:|<-)[ \t]{0,20}[A-Za-z$@]{0,2}"
    rb"|[ \t]{0,8}#[ \t]{0,4}define[^\r\n]{1,100}"
)
_WORD = expression(rb"[A-Za-z_]\w{0,80}")
_KEYWORDS = frozenset(
    b"const let var val static final string String str char auto public private export self this".split()
)


def joined_text(
    data: bytes,
    signs: Iterable[tuple[int, int]],
    anchors: Sequence[int],
    fires: Callable[[bytes], bool],
    begins: Callable[[bytes], bool],
) -> JoinedText | None:
    """Return all texts that are joined in a text, one a line; None if there is none.

    ``signs`` are (kind, offset behind it), ``anchors`` the offsets of what keys begin with, in order, as they are or
    encoded; ``fires`` tells whether a key could be in a text, ``begins`` whether a key could begin with one, or with
    more than it.
    """
    found = _Joiner(data, begins)
    ordered = sorted(signs, key=lambda sign: (sign[1], sign[0]))
    joints = [end for kind, end in ordered if kind == JOINT]
    # nearly all of them join no key, and this is quickly told
    keyless = bool(joints) and not fires(roughly_joined(data, joints))
    for kind, end in ordered:
        if kind != JOINT or not keyless or _is_behind(end, anchors):
            found.look(kind, end)
    for at in anchors:
        found.look_behind(at)
    return joined(data, found.texts)


def _is_behind(end: int, anchors: Sequence[int]) -> bool:
    """Whether a joint could be in a key that begins at one of the anchors."""
    at = bisect_left(anchors, end)
    return at > 0 and end - anchors[at - 1] <= _KEY


class _Joiner:
    """Collects the joined texts of one text: for each, the spans that it consists of."""

    def __init__(self, data: bytes, begins: Callable[[bytes], bool]) -> None:
        self._data = data
        self._begins = begins
        self._reader = Reader(data, _TIMES * len(data) + _LEAST)
        #: the names of the block that was looked at last; the reader may be without
        self._names: Names | None = None
        #: what is before and behind the text, and its pieces
        self.texts: list[tuple[Span, list[Span], Span]] = []
        #: where the last expression ends that was read, by kind of sign
        self._done: dict[int, int] = {}
        self._lines: set[int] = set()
        self._literals: set[int] = set()
        #: the span of the word with an anchor that was looked at last
        self._token = 0, 0

    def look(self, kind: int, end: int) -> None:
        """Read what a sign tells of."""
        done = self._done.get(kind, 0)
        if kind in (BEGINNING, UNQUOTED):
            self._begun(end)
        elif end <= done:
            return
        elif kind == JOINT:
            self._reader.names = None
            start = first_literal(self._data, end - 2, done)
            self._done[kind] = max(end, self._read(start))
        elif kind == LIST:
            self._done[kind] = max(end, self._listed(end))
        elif kind == CALL:
            low = max(done, end - _CALL)
            low = max(low, self._data.rfind(b"\n", low, end) + 1)
            self._done[kind] = max(end, *self._read_lines(low, end))
        elif kind in (CONTINUED, BLOCK):
            spans = (
                continuations.continued(self._data, end) if kind == CONTINUED else continuations.block(self._data, end)
            )
            if len(spans) > 1:
                self.texts.append((GAP, spans, GAP))
                self._done[kind] = max(end, spans[-1][1])

    def _listed(self, end: int) -> int:
        """Read the list whose end, with the call that joins it, is before an offset; return where that ends."""
        closing = max(self._data.rfind(sign, max(0, end - _CALL), end) for sign in (b'"', b"'", b"`"))
        opening = first_item(self._data, closing, 0) if closing >= 0 else -1
        if opening < 0:
            return end
        call, before = _CALLED.search(self._data, max(0, opening - _CALL), opening), len(self.texts)
        read = self._read(call.start()) if call else opening
        return read if len(self.texts) > before else self._read(opening)

    def look_behind(self, at: int) -> None:
        """Look at the literal that an anchor is in: whether what it is assigned to is put together with more."""
        if self._token[0] <= at < self._token[1]:
            return
        token = _TOKEN.match(self._data, at)
        end = token.end() if token else at
        behind = self._data[end : end + 1]
        quoted, ended = behind != b"" and behind in _QUOTES, behind in _ENDS
        if not (quoted or ended or behind in _OPENINGS):
            return
        self._token = at, end
        if _HOST.match(self._data, at, end):
            return
        quote = self._data.rfind(behind if quoted else b'"', max(0, at - _CONTEXT), at)
        if not quoted or quote < 0:
            quote = max(self._data.rfind(sign, max(0, at - _CONTEXT), at) for sign in (b'"', b"`", b"'"))
        bare = _BARE.search(self._data, max(0, quote, at - _CONTEXT), at)
        if bare:
            self._follow(bare.start(), end if quoted or ended else -1)
        elif quote >= 0 and not ended:
            self._follow(first_literal(self._data, quote, 0), end if quoted else -1)

    def _begun(self, end: int) -> None:
        """Follow the literal whose end, or first expression, is right before an offset."""
        low = max(0, end - _CONTEXT)
        opened = _OPENED.search(self._data, low, end - 1)
        if opened and self._begins(opened[0][1:]):
            value = opened.start()
            value = value + 1 if opened[0].startswith(b"=") else with_prefix(self._data, value, low)
            self._follow(value, end - 1 if self._data[end - 1] in b"\"'`\r\n; " else -1)

    def _follow(self, value: int, closing: int) -> None:
        """Read the expression at an offset, and the expressions that use what it is assigned to.

        ``closing`` is where its first literal ends; -1 if an expression in it comes first.
        """
        if value in self._literals:
            return
        self._literals.add(value)
        if not (assigned := self._may_be_used(value, closing)) and closing >= 0:
            behind = self._data[closing + 1 : closing + 2]
            if behind in b";,)]}\r\n":
                return
        self._prepare(value)
        self._read(value)
        names = self._reader.names
        waiting, seen = names.assigned_at(value) if names and assigned else [], set[bytes]()
        while waiting and names and len(seen) < _MOST_NAMES:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            self._keep(value, Read(self._reader.value(name, names.high, 0), value))
            for use in names.uses(name, value + 1):
                waiting += self._used_at(use)

    def _may_be_used(self, value: int, closing: int) -> bool:
        """Return whether a value is assigned to something that is named again behind it."""
        low = max(self._data.rfind(b"\n", 0, value) + 1, value - _CONTEXT)
        if not _ASSIGNING.fullmatch(self._data, low, value):
            return False
        words = _WORD.findall(self._data, low, value)[-4:]
        behind = max(closing, value)
        return any(word not in _KEYWORDS and self._data.find(word, behind, behind + BEHIND) >= 0 for word in words)

    def _prepare(self, at: int) -> None:
        """Have the reader know the names around an offset."""
        if self._names is None or not self._names.holds(at):
            self._names = Names.around(self._data, at)
        self._reader.names = self._names

    def _used_at(self, use: int) -> Iterator[bytes]:
        """Read the expressions in the line of a use; yield what they are assigned to."""
        start = first_line(self._data, use)
        if start in self._lines:
            return
        self._lines.add(start)
        end = self._data.find(b"\n", use)
        names = self._reader.names
        for begin in self._read_lines(start, end if end >= 0 else len(self._data))[1:]:
            yield from names.assigned_at(begin) if names else ()

    def _read_lines(self, start: int, end: int) -> list[int]:
        """Read all expressions that begin in a span; return where the last ends, and the starts of those that join."""
        at, joining = start, list[int]()
        while at < end and self._reader.budget > 0:
            found = _START.search(self._data, at, end)
            if found is None:
                break
            before = len(self.texts)
            at = max(self._read(found.start()), found.end() if found[0][:1].isalpha() else found.start() + 1)
            if len(self.texts) > before:
                joining.append(found.start())
        return [at, *joining]

    def _read(self, start: int) -> int:
        """Read the expression at an offset, keep it if it joins pieces, and return where it ends."""
        read = self._reader.assigned(start, 0)
        if read is None:
            return start
        self._keep(start, read)
        return read.end

    def _keep(self, start: int, read: Read) -> None:
        self.texts += self._joined(start, read)

    def _joined(self, start: int, read: Read) -> Iterator[tuple[Span, list[Span], Span]]:
        """Yield the runs of two or more pieces without a gap, with what is before and behind the expression."""
        data = self._data
        runs: list[list[Span]] = [[]]
        for piece in read.pieces:
            if piece == GAP:
                runs.append([])
            elif piece[0] < piece[1]:
                runs[-1].append(piece)
        for number, run in enumerate(runs):
            if len(run) > 1:
                low = max(0, start - _CONTEXT)
                before = max(low, data.rfind(b"\n", low, start) + 1), start
                behind = read.end, min(len(data), read.end + 8)
                yield before if number == 0 else GAP, run, behind if number == len(runs) - 1 else GAP
