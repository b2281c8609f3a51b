"""Side effects of statements: whether a bundler may drop one when nobody uses what it declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

#: levels of nested values that are inspected: deeper ones count as side effects
_DEPTH = 8
_TYPES = frozenset(("interface_declaration", "type_alias_declaration", "ambient_declaration", "function_signature"))
_FUNCTIONS = frozenset(
    (
        *("function_declaration", "generator_function_declaration", "arrow_function", "function_expression"),
        *("generator_function", "method_definition", "enum_declaration"),
    )
)
_CLASSES = frozenset(("class_declaration", "abstract_class_declaration", "class"))
_VARIABLES = frozenset(("lexical_declaration", "variable_declaration"))
_VALUES = frozenset(
    (
        *("string", "number", "true", "false", "null", "undefined", "regex", "identifier", "this"),
        *("shorthand_property_identifier", "string_fragment", "escape_sequence", "comment"),
    )
)
#: nodes that are pure if all their children are
_WRAPPERS = frozenset(
    (
        *("template_string", "template_substitution", "object", "array", "parenthesized_expression"),
        *("unary_expression", "binary_expression", "ternary_expression"),
    )
)
#: nodes whose first child is the value
_CASTS = frozenset(("as_expression", "satisfies_expression", "non_null_expression"))


def is_pure(node: Node) -> bool:
    """Return whether executing the statement has no side effects; False if that is not certain."""
    if node.type in _TYPES:
        return True
    if node.type in _VARIABLES:
        values = (one.child_by_field_name("value") for one in node.named_children)
        return all(value is None or _is_value(value, 0) for value in values)
    if node.type == "expression_statement":
        return [one.type for one in node.named_children] == ["string"]
    return _is_value(node, 0)


def _is_value(node: Node, depth: int) -> bool:
    if node.type in _VALUES or node.type in _FUNCTIONS:
        return True
    if node.type in _CLASSES:
        text = node.text or b""
        return b"static" not in text and b"@" not in text
    if depth > _DEPTH:
        return False
    if node.type in _WRAPPERS:
        return all(_is_value(one, depth + 1) for one in node.named_children)
    if node.type in _CASTS:
        return _is_value(node.named_children[0], depth + 1)
    if node.type == "pair":
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        computed = key is None or key.type == "computed_property_name"
        return not computed and value is not None and _is_value(value, depth + 1)
    return False
