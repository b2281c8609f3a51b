"""Parsing with tree-sitter grammars, which come with the extra ``fix``, and the proof of a change.

A change is good if the new text parses, and all tokens outside of the edits are those of the old text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from keyguard.fix.code.edits import Edit, Refusal, edited

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

#: language -> (its name for people, the module with its grammar, the function in that module)
_GRAMMARS = {
    "javascript": ("JavaScript", "tree_sitter_javascript", "language"),
    "typescript": ("TypeScript", "tree_sitter_typescript", "language_typescript"),
    "tsx": ("TypeScript", "tree_sitter_typescript", "language_tsx"),
    "ruby": ("Ruby", "tree_sitter_ruby", "language"),
    "php": ("PHP", "tree_sitter_php", "language_php"),
    "php-laravel": ("PHP", "tree_sitter_php", "language_php"),
    "go": ("Go", "tree_sitter_go", "language"),
    "java": ("Java", "tree_sitter_java", "language"),
}


#: ancestors of a node: tree-sitter finds them only by a search from the root
_DEEP = 1000
_TOO_DEEP = "the file is nested too deeply"


class Code:
    """A text and its syntax tree."""

    def __init__(self, language: str, content: bytes) -> None:
        """Parse the text. Raise ``Refusal`` if it has errors, or if the grammar is not installed."""
        self.language, self.content = language, content
        # the tree must live as long as its nodes
        self._tree = _parser(language).parse(content)
        self.root = self._tree.root_node
        if self.root.has_error:
            raise Refusal(f"the file does not parse as {_GRAMMARS[language][0]}")

    def literal(self, span: tuple[int, int], kinds: Collection[str]) -> Node:
        """Return the literal that contains the span in one plain piece of its text. Raise ``Refusal`` without one."""
        found = self.root.descendant_for_byte_range(*span)
        if found is not None and "comment" in found.type:
            raise Refusal("it stands in a comment: take it out by hand")
        if found is None or found.child_count or (found.parent and found.type in kinds):
            raise Refusal("it is not written as one plain piece of a text")
        literal = found.parent
        if literal is None or literal.type not in kinds:
            raise Refusal("it does not stand in a text literal")
        return literal

    def text(self, node: Node) -> bytes:
        """Return the source of a node."""
        return self.content[node.start_byte : node.end_byte]

    def around(self, literal: Node, span: tuple[int, int]) -> tuple[bytes, bytes]:
        """Return the source in the literal before and after the span, without the delimiters."""
        first, last = literal.children[0], literal.children[-1]
        return self.content[first.end_byte : span[0]], self.content[span[1] : last.start_byte]

    def changed(self, *edits: Edit) -> bytes:
        """Return the text with the edits made. Raise ``Refusal`` if they change anything else."""
        content = edited(self.content, edits)
        other = _parser(self.language).parse(content)
        if other.root_node.has_error:
            raise Refusal("it could not be replaced so that the file still parses")
        old = _tokens(self.root, self.content, [(edit.start, edit.end) for edit in edits])
        new = _tokens(other.root_node, content, _places(edits))
        if list(old) != list(new):
            raise Refusal("it could not be replaced without a change to something else")
        return content

    def ancestors(self, node: Node) -> list[Node]:
        """Return the nodes around a node, the nearest first."""
        found: list[Node] = []
        around = self.root
        while around != node:
            found.append(around)
            inner = around.child_with_descendant(node)
            if inner is None or len(found) > _DEEP:
                raise Refusal(_TOO_DEEP)
            around = inner
        return found[::-1]

    def leaves(self) -> Iterator[tuple[Node, Node]]:
        """Yield all tokens in order, each with its parent node."""
        return _leaves(self.root)

    def refuse_in(self, node: Node, reasons: dict[str, str], free: Collection[str] = ()) -> None:
        """Raise ``Refusal`` if a node of one of these kinds is around the node, with none of ``free`` in between."""
        for one in self.ancestors(node):
            if one.type in reasons:
                raise Refusal(reasons[one.type])
            if one.type in free:
                return


def _leaves(root: Node) -> Iterator[tuple[Node, Node]]:
    cursor = root.walk()
    around = [root]
    while True:
        node = cursor.node
        if node is None or len(around) > _DEEP:
            raise Refusal(_TOO_DEEP)
        if cursor.goto_first_child():
            around.append(node)
            continue
        yield node, around[-1]
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            around.pop()


def _tokens(root: Node, content: bytes, out: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bytes]]:
    """Yield the tokens outside of these spans. White space is no token."""
    for leaf, _ in _leaves(root):
        start, end = leaf.start_byte, leaf.end_byte
        if start < end and not any(start < to and since < end for since, to in out):
            yield leaf.type, content[start:end].strip()


def _places(edits: Sequence[Edit]) -> list[tuple[int, int]]:
    """Return the spans of the edits in the new text."""
    places, grown = [], 0
    for edit in sorted(edits):
        start = edit.start + grown
        places.append((start, start + len(edit.text)))
        grown += len(edit.text) - (edit.end - edit.start)
    return places


@cache
def _parser(language: str) -> Parser:
    name, module, function = _GRAMMARS[language]
    try:
        import tree_sitter

        grammar = getattr(import_module(module), function)()
    except ImportError:
        raise Refusal(f"to parse {name} takes more than is installed: install keyguard with its extra 'fix'") from None
    return tree_sitter.Parser(tree_sitter.Language(grammar))
