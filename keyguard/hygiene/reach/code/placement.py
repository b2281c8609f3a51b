"""What an offset in a file of code is: code that runs, a comment, a text that is shown, or code that a build drops."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from keyguard.hygiene.reach.code import conditions, file_names, script_blocks
from keyguard.hygiene.reach.code.parser import LIMIT, parser_for
from keyguard.support.regex import expression

if TYPE_CHECKING:
    from tree_sitter import Node

#: levels of nesting that are followed
_DEPTH = 300
_TYPESCRIPT = frozenset((b".ts", b".mts", b".cts"))
_SHOWN = frozenset(("string", "template_string", "jsx_text", "regex"))
#: elements whose content is shown as it is, and what ends one; bytes before an offset in which one may begin
_ELEMENT = expression(rb"(?i)<(/?)(pre|code|textarea|samp|kbd|title|option)\b")
_NEAR = 20_000
#: strings too, so that no comment is seen in them
_TOKEN = expression(
    rb"(?s)(?P<comment>//[^\r\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?)"
    rb"|\"(?:[^\"\\\r\n]|\\.)*\"?|'(?:[^'\\\r\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?"
)


class Place(Enum):
    """The kinds of places in a file of code."""

    CODE = "code"
    COMMENT = "comment"
    TEXT = "text"
    """Inside of a string, a template, or text between tags."""
    DROPPED = "dropped"
    """Under a condition that is false in what is built for browsers."""


class Placement:
    """Answers for one file; it is parsed for the first question."""

    def __init__(self, path: bytes, data: bytes) -> None:
        self._ending, self._data = file_names.extension(path), data

    def place(self, start: int, end: int, *, quoted: bool = False) -> Place:
        """Return what a half-open span is, in bytes; ``quoted``: it is code also where it is all of a string."""
        if self._ending in file_names.MIXED and not any(one.start <= start < one.end for one in self._scripts):
            return self._in_markup(start)
        if self._root is None:
            return self._by_tokens(start, end - start + 2 if quoted else 0)
        whole = end - start + 2 if quoted else 0
        return next(filter(None, (_kind(*pair, whole) for pair in _pairs(_path(self._root, start)))), Place.CODE)

    @cached_property
    def _scripts(self) -> list[script_blocks.Block]:
        front = script_blocks.front(self._data) if self._ending == b".astro" else None
        blocks = script_blocks.scripts(self._data, front.end if front else 0)
        return [*([front] if front else []), *blocks]

    @cached_property
    def _root(self) -> Node | None:
        typescript = self._ending in _TYPESCRIPT or any(one.typescript for one in self._scripts)
        parser = parser_for("typescript" if typescript else "tsx")
        if parser is None or len(self._data) > LIMIT:
            return None
        mixed = self._ending in file_names.MIXED
        return parser.parse(script_blocks.only(self._data, self._scripts) if mixed else self._data).root_node

    def _in_markup(self, at: int) -> Place:
        """Return what an offset outside of scripts is: only expressions in braces, and attributes, are code."""
        before = self._data[max(0, at - _NEAR) : at]
        if before.rfind(b"<!--") > before.rfind(b"-->"):
            return Place.COMMENT
        tags = [found[1] for found in _ELEMENT.finditer(before)]
        if tags and not tags[-1]:
            return Place.TEXT
        inside_braces = before.rfind(b"{") > before.rfind(b"}")
        return Place.CODE if inside_braces or before.rfind(b"<") > before.rfind(b">") else Place.TEXT

    def _by_tokens(self, start: int, whole: int) -> Place:
        for found in _TOKEN.finditer(self._data):
            if found.start() > start:
                break
            if found.end() > start:
                if found["comment"] is not None:
                    return Place.COMMENT
                return Place.CODE if found.end() - found.start() <= whole else Place.TEXT
        return Place.CODE


def _kind(node: Node, inner: Node | None, whole: int) -> Place | None:
    """Return the place that a node around an offset makes it; ``inner`` is the node in it that contains the offset.

    ``whole`` is the length up to which a string counts as code, in bytes.
    """
    if node.type in ("comment", "html_comment"):
        return Place.COMMENT
    if node.type in _SHOWN and (inner is None or inner.type != "template_substitution"):
        return Place.TEXT if node.end_byte - node.start_byte > whole else None
    return Place.DROPPED if inner is not None and conditions.drops(node, inner) else None


def _pairs(nodes: list[Node]) -> list[tuple[Node, Node | None]]:
    return list(zip(nodes, [*nodes[1:], None], strict=True))


def _path(root: Node, at: int) -> list[Node]:
    """Return the nodes that contain an offset, the outermost first."""
    cursor = root.walk()
    nodes = [root]
    while len(nodes) < _DEPTH and cursor.goto_first_child_for_byte(at) is not None:
        if cursor.node is None or cursor.node.start_byte > at:
            break
        nodes.append(cursor.node)
    return nodes
