"""Evaluate the expressions that build a text: literals, names, operators, lists and calls, as far as they are known.

The result are spans of the source, in the order in which they make up the text. What is not known is a gap, an empty
span: one text ends there, and another one begins.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from keyguard.joining import literals, operators
from keyguard.joining.literals import Literal
from keyguard.joining.names import Names
from keyguard.support.regex import expression

Span = tuple[int, int]
#: what is not known
GAP = (0, 0)
#: nesting of expressions, names that stand for names included
_DEEPEST = 8
#: operands of one expression, and items of one list
_MOST = 400
_NAME = expression(rb"\$\{[A-Za-z_]\w{0,80}\}|[$@]{0,2}[A-Za-z_]\w{0,80}(?:(?:\.|->|::)\$?[A-Za-z_]\w{0,80}){0,4}")
_LAST_NAME = expression(rb"([A-Za-z_]\w*)\}?\Z")
#: an unquoted value: in shells, environment files and Dockerfiles
_BARE = expression(rb"[\w./+=:@%~$\{\}-]{1,4096}")
#: a name in capital letters may be a macro, and then stand beside a literal
_MACRO = expression(rb"(?<!\w)[A-Z][A-Z0-9_]{1,39}\Z")
_BLANKS = expression(rb"\s{0,200}")
_CLOSING = expression(rb"\s{0,200}(?:,\s{0,200})?[)\]}]")


class Read(NamedTuple):
    """The spans that an expression evaluates to, and where it ends."""

    pieces: list[Span]
    end: int


class Reader:
    """Reads expressions in one text, within a budget of bytes."""

    def __init__(self, data: bytes, budget: int) -> None:
        self._data = data
        self.budget = budget
        self.names: Names | None = None

    def expression(self, at: int, depth: int = 0) -> Read | None:
        """Return what the expression at an offset evaluates to; None if none of it is known."""
        if depth > _DEEPEST:
            return None
        first = self._operand(at, depth)
        if first is None:
            return None
        pieces, end = list(first.pieces), first.end
        for _ in range(_MOST):
            at = self._next(end)
            operand = self._operand(at, depth) if at >= 0 else None
            if operand is None:
                break
            pieces += operand.pieces
            end = operand.end
        return Read(pieces, end)

    def _next(self, end: int) -> int:
        """Return the offset of the operand behind another one that ends at an offset, else -1."""
        quoted = self._data[end - 1 : end] in (b'"', b"'", b"`", b")", b"]") or _MACRO.search(
            self._data, max(0, end - 40), end
        )
        literal = operators.BEFORE_LITERAL if quoted else operators.BEHIND_NAME
        found = literal.match(self._data, end) or operators.BEFORE_NAME.match(self._data, end)
        if found is None or operators.NEXT_WORD.match(self._data, end):
            return -1
        return found.end()

    def _operand(self, at: int, depth: int) -> Read | None:
        """Return a literal, a name, a list or a call, with the calls of members behind it."""
        self.budget -= 16
        if self.budget < 0:
            return None
        found = self._literal(at, depth) or self._call(at, depth) or self._list(at, depth) or self._name(at, depth)
        if found is None:
            return None
        for _ in range(_MOST):
            more = self._appended(found, depth)
            if more is None:
                break
            found = more
        self.budget -= found.end - at
        return found

    # --- literals -------------------------------------------------------------------------------------------------

    def _literal(self, at: int, depth: int) -> Read | None:
        literal = literals.read(self._data, at)
        if literal is None:
            return None
        if literal.end - literal.start <= 8 and (found := self._joined_by(literal, depth)):
            return found
        filled = operators.FILLED.match(self._data, literal.after)
        if filled and (found := self._filled(literal, filled, depth)):
            return found
        return Read(self.content(literal, depth), literal.after)

    def content(self, literal: Literal, depth: int) -> list[Span]:
        """Return the pieces of a literal: its text, and what the names in it stand for."""
        pieces: list[Span] = []
        for start, end, kind in literals.parts(self._data, literal):
            inner = None
            if kind:
                inner = self._inner(start, end, depth)
            if inner is not None:
                pieces += inner
            elif kind == "plain" or (kind and literal.quote == b"'" and not literal.is_formatted):
                pieces.append((start - 1, end) if kind == "plain" else (start - 2, end + 1))
            else:
                pieces.append(GAP if kind else (start, end))
        return pieces

    def _inner(self, start: int, end: int, depth: int) -> list[Span] | None:
        """Return what an expression in a literal evaluates to."""
        begin = _BLANKS.match(self._data, start, end)
        found = self.expression(begin.end() if begin else start, depth + 1)
        return found.pieces if found and found.end <= end and any(found.pieces) and found.pieces != [GAP] else None

    def _joined_by(self, separator: Literal, depth: int) -> Read | None:
        """Return the items that a literal joins: ``"".join([...])``."""
        if not self._data.startswith(b".join(", separator.after):
            return None
        begin = _BLANKS.match(self._data, separator.after + 6)
        items = self._items_at(begin.end() if begin else separator.after + 6, depth)
        if items is None:
            return None
        closing = _CLOSING.match(self._data, items[1])
        return Read(_with(items[0], (separator.start, separator.end)), closing.end() if closing else items[1])

    def _filled(self, literal: Literal, filled: re.Match[bytes], depth: int) -> Read | None:
        """Return a format with its places filled in."""
        sign = filled[0].lstrip()[:1]
        if sign == b"%" and not filled["tuple"]:
            one = self._operand(filled.end(), depth + 1)
            return one and Read(self._placed(literal, [one.pieces]), one.end)
        items, end = self._items(filled.end(), depth)
        return Read(self._placed(literal, items), end) if items else None

    def _placed(self, literal: Literal, items: list[list[Span]]) -> list[Span]:
        pieces: list[Span] = []
        at = literal.start
        for number, place in enumerate(operators.PLACE.finditer(self._data, literal.start, literal.end)):
            pieces.append((at, place.start()))
            index = number
            if place["dollar"] or place["number"]:
                index = int(place["dollar"]) - 1 if place["dollar"] else int(place["number"])
            if place["name"] or not 0 <= index < len(items):
                inner = self._inner(*place.span("name"), _DEEPEST) if place["name"] else None
                pieces += inner or [GAP]
            else:
                pieces += items[index]
            at = place.end()
        pieces.append((at, literal.end))
        return [one for one in pieces if one == GAP or one[0] < one[1]]

    # --- lists and calls ------------------------------------------------------------------------------------------

    def _list(self, at: int, depth: int) -> Read | None:
        """Return the joined items of a list, or an expression in parentheses."""
        found = self._items_at(at, depth)
        if found is None:
            return None
        items, end = found
        joined = operators.JOINED.match(self._data, end)
        if joined:
            kind = next((kind for kind in ("sep", "joined", "behind") if joined.start(kind) >= 0), "")
            return Read(_with(items, joined.span(kind) if kind else GAP), joined.end())
        return Read(items[0], end) if len(items) == 1 and self._data[at : at + 1] == b"(" else None

    def _items_at(self, at: int, depth: int) -> tuple[list[list[Span]], int] | None:
        """Return the items of the list that begins at an offset, and where it ends; None if none is known."""
        opening = operators.LIST.match(self._data, at)
        if opening is None:
            return None
        items, end = self._items(opening.end(), depth)
        closing = _CLOSING.match(self._data, end)
        return (items, closing.end()) if items and closing else None

    def _items(self, at: int, depth: int) -> tuple[list[list[Span]], int]:
        """Return the items from an offset on, and where the last one ends."""
        items: list[list[Span]] = []
        end = at
        while depth < _DEEPEST and len(items) < _MOST:
            separator = operators.SEPARATOR.match(self._data, end)
            begin = separator.end() if separator else end
            found = self.expression(begin, depth + 1)
            if found is None:
                break
            items.append(found.pieces)
            end = found.end
        return items, end

    def _call(self, at: int, depth: int) -> Read | None:
        """Return what a call that joins its arguments evaluates to."""
        for kind in (operators.SEPARATED, operators.CONCATENATING, operators.FORMATTING, operators.WRAPPING):
            call = kind.match(self._data, at)
            if call is None:
                continue
            if kind is operators.FORMATTING:
                return self._format(call.end(), depth)
            items, end = self._items_at(call.end(), depth) or self._items(call.end(), depth)
            closing = _CLOSING.match(self._data, end)
            if items and (closing or self._data[end - 1 : end] in b")]}"):
                separator = call.span("sep") if kind is operators.SEPARATED else GAP
                return Read(_with(items, separator), closing.end() if closing else end)
        call = operators.JOINING.match(self._data, at)
        if call and (found := self._items_at(call.end(), depth)):
            joined = operators.JOINED.match(self._data, found[1])
            return (
                Read(_with(found[0], joined.span("behind")), joined.end())
                if joined and joined["behind"] is not None
                else None
            )
        return None

    def _format(self, at: int, depth: int) -> Read | None:
        literal = literals.read(self._data, at)
        if literal is None:
            return None
        items, end = self._items(literal.after, depth)
        closing = _CLOSING.match(self._data, end)
        return Read(self._placed(literal, items), closing.end()) if items and closing else None

    def _appended(self, found: Read, depth: int) -> Read | None:
        """Return what was read, with the arguments of the call behind it appended; None if there is no such call."""
        same = operators.UNCHANGING.match(self._data, found.end)
        if same:
            return Read(found.pieces, same.end())
        call = operators.APPENDING.match(self._data, found.end)
        if call is None:
            return None
        items, end = self._items(call.end(), depth)
        closing = _CLOSING.match(self._data, end)
        return Read([*found.pieces, *_with(items, GAP)], closing.end()) if items and closing else None

    # --- names ----------------------------------------------------------------------------------------------------

    def _name(self, at: int, depth: int) -> Read | None:
        name = _NAME.match(self._data, at)
        if name is None:
            return None
        pieces = self.value(name[0], at, depth)
        end = name.end()
        return Read(pieces or [GAP], end)

    def value(self, name: bytes, at: int, depth: int) -> list[Span]:
        """Return what a name stands for at an offset; empty if that is not known."""
        last = _LAST_NAME.search(name)
        if self.names is None or last is None or depth >= _DEEPEST:
            return []
        pieces: list[Span] = []
        for one in self.names.values(last[1], at):
            found = self.assigned(one.value, depth + 1)
            pieces += found.pieces if found else [GAP]
        return pieces if any(one != GAP for one in pieces) else []

    def assigned(self, at: int, depth: int) -> Read | None:
        """Return the value that begins at an offset: an expression, or an unquoted word."""
        if self._data[at - 1 : at] == b"=" and self._data[at : at + 1] not in b"\"'`[({":
            bare = _BARE.match(self._data, at)
            if bare and self._data[bare.end() : bare.end() + 1] in (b"", b"\n", b"\r", b" ", b";"):
                literal = Literal(at, bare.end(), bare.end(), b"", b'"')
                return Read(self.content(literal, depth), bare.end())
        return self.expression(at, depth)


def _with(items: list[list[Span]], separator: Span) -> list[Span]:
    """Return the pieces of all items, with a separator between them unless it is empty."""
    pieces: list[Span] = []
    for number, item in enumerate(items):
        if number and separator[0] < separator[1]:
            pieces.append(separator)
        pieces += item
    return pieces
