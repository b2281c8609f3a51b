"""Objects that a configuration writes out, found through names, casts, spreads and conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keyguard.hygiene.bundling.syntax import Syntax, key_of

if TYPE_CHECKING:
    from tree_sitter import Node

#: levels of names and spreads that are followed, and values of one property
_DEPTH, _MOST = 20, 100
#: expressions whose first child is the value
WRAPPERS = frozenset(
    (
        *("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"),
        *("await_expression", "spread_element", "template_substitution"),
    )
)


def property_of(syntax: Syntax, node: Node | None, name: bytes) -> list[Node]:
    """Return the values of a property of an expression, as far as it is an object that the file contains."""
    found: list[Node] = []
    for one in _objects(syntax, node, 0):
        pairs = (pair for pair in one.named_children if key_of(pair) == name)
        values = (pair.child_by_field_name("value") if pair.type == "pair" else pair for pair in pairs)
        found += (value for value in values if value is not None)
        if len(found) > _MOST:
            break
    return found


def _objects(syntax: Syntax, node: Node | None, depth: int) -> Iterator[Node]:
    """Yield the objects that an expression may be."""
    if node is None or depth > _DEPTH:
        return
    if node.type == "object":
        yield node
        spread = (one for one in node.named_children if one.type == "spread_element")
        yield from (found for one in spread for found in _objects(syntax, one.named_children[0], depth + 1))
    elif node.type in WRAPPERS:
        yield from _objects(syntax, next(iter(node.named_children), None), depth + 1)
    elif node.type in ("binary_expression", "ternary_expression"):
        yield from (found for one in node.named_children for found in _objects(syntax, one, depth + 1))
    elif node.type in ("identifier", "shorthand_property_identifier"):
        binding = syntax.binding(node)
        if binding is not None and binding.kind == "value" and not binding.path:
            yield from _objects(syntax, binding.source, depth + 1)
