"""Ruby: ``ENV.fetch("X")``, and in a longer text ``#{ENV.fetch("X")}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyguard.fix.code.edits import Edit, Refusal, spaced
from keyguard.fix.code.grammar import Code

if TYPE_CHECKING:
    from tree_sitter import Node

_LITERALS = ("string", "heredoc_body", "subshell")
#: characters that a single-quoted literal must not contain to mean the same in double quotes
_SPECIAL = frozenset(b'\\"#')


def replace(content: bytes, span: tuple[int, int], variable: str, language: str) -> bytes:
    """Return the text with the look-up. Raise ``Refusal`` if that cannot be done."""
    code = Code(language, content)
    literal = code.literal(span, _LITERALS)
    _refuse_shadows(code)
    look_up = f'ENV.fetch("{variable}")'.encode()
    if literal.type == "string":
        edit = Edit(literal.start_byte, literal.end_byte, _of_string(code, literal, span, look_up))
        return code.changed(spaced(content, edit))
    if literal.type == "heredoc_body" and _is_raw(code, literal):
        raise Refusal("it stands in a text in which nothing is replaced")
    piece = code.root.descendant_for_byte_range(*span)
    if piece is None:
        raise Refusal("it is not written as one plain piece of a text")
    text = code.content[piece.start_byte : span[0]] + b"#{" + look_up + b"}" + code.content[span[1] : piece.end_byte]
    return code.changed(Edit(piece.start_byte, piece.end_byte, text))


def _refuse_shadows(code: Code) -> None:
    for leaf, parent in code.leaves():
        given = (parent.child_by_field_name("left"), parent.child_by_field_name("name"))
        if leaf.type == "constant" and code.text(leaf) == b"ENV" and leaf in given:
            raise Refusal("something else is called ENV in this file")


def _of_string(code: Code, literal: Node, span: tuple[int, int], look_up: bytes) -> bytes:
    """Return the replacement of a quoted text."""
    parent = literal.parent
    is_key = parent is not None and parent.type == "pair" and parent.child_by_field_name("key") == literal
    if is_key and any(child.type == ":" for child in (parent.children if parent else ())):
        raise Refusal("it is a key of a hash, and those are written down")
    if parent is not None and parent.type == "program":
        raise Refusal("it is a text that nothing uses")
    before, after = code.around(literal, span)
    opening, closing = code.text(literal.children[0]), code.text(literal.children[-1])
    chained = parent is not None and parent.type == "chained_string"
    if not (before or after or chained):
        return look_up
    if opening == b"'":
        if _SPECIAL & {*before, *after}:
            raise Refusal("the text around it has escapes that mean something else once it is put together")
        opening = closing = b'"'
    elif opening.startswith(b"%q"):
        raise Refusal("it stands in a text in which nothing is replaced")
    return opening + before + b"#{" + look_up + b"}" + after + closing


def _is_raw(code: Code, body: Node) -> bool:
    """Return whether the heredoc is one without interpolation."""
    beginnings = [leaf for leaf, _ in code.leaves() if leaf.type == "heredoc_beginning"]
    bodies = [around for leaf, around in code.leaves() if leaf.type == "heredoc_end"]
    at = bodies.index(body) if len(bodies) == len(beginnings) else -1
    return at < 0 or b"'" in code.text(beginnings[at])
