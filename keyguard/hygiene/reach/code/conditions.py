"""Conditions whose value is known when code is built for browsers: what they rule out is in no bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyguard.support.regex import expression

if TYPE_CHECKING:
    from tree_sitter import Node

#: names that bundlers and frameworks replace by a constant in a production build for browsers
_CONSTANTS: dict[bytes, bool | bytes] = {
    b"true": True,
    b"false": False,
    b"import.meta.env.DEV": False,
    b"import.meta.env.PROD": True,
    b"import.meta.env.SSR": False,
    b"import.meta.env.MODE": b"production",
    b"import.meta.dev": False,
    b"import.meta.server": False,
    b"import.meta.client": True,
    b"import.meta.browser": True,
    b"process.server": False,
    b"process.client": True,
    b"process.dev": False,
    b"process.browser": True,
    b"process.env.NODE_ENV": b"production",
    b"process.env.DEV": False,
    b"process.env.NEXT_RUNTIME": b"",
    b"__DEV__": False,
    b"import.meta.hot": False,
    b"module.hot": False,
}
_STRING = expression(rb"[\"'`]([\w-]*)[\"'`]\Z")
_NOT_EQUAL, _EQUAL = (b"!=", b"!=="), (b"==", b"===")
_DEPTH = 20


def drops(node: Node, inner: Node) -> bool:
    """Return whether a build for browsers drops ``inner``, a part of the statement or expression ``node``."""
    if node.type in ("if_statement", "ternary_expression"):
        condition = node.child_by_field_name("condition")
        value = _value(condition, 0)
        if value is None or inner == condition:
            return False
        return (inner == node.child_by_field_name("consequence")) is not bool(value)
    if node.type == "binary_expression" and inner == node.child_by_field_name("right"):
        value, operator = _value(node.child_by_field_name("left"), 0), _text(node.child_by_field_name("operator"))
        return value is not None and (operator, bool(value)) in ((b"&&", False), (b"||", True))
    return False


def _value(node: Node | None, depth: int) -> bool | bytes | None:
    """Return the value of an expression; None if it is not known."""
    if node is None or depth > _DEPTH:
        return None
    if node.type == "parenthesized_expression":
        return _value(next(iter(node.named_children), None), depth + 1)
    if node.type == "unary_expression" and _text(node.child_by_field_name("operator")) == b"!":
        value = _value(node.child_by_field_name("argument"), depth + 1)
        return None if value is None else not value
    if node.type == "binary_expression":
        return _compared(node, depth)
    quoted = _STRING.match(_text(node)) if node.type == "string" else None
    return quoted[1] if quoted else _CONSTANTS.get(_text(node).replace(b"?.", b"."))


def _compared(node: Node, depth: int) -> bool | None:
    operator = _text(node.child_by_field_name("operator"))
    left, right = (_value(node.child_by_field_name(side), depth + 1) for side in ("left", "right"))
    if operator == b"&&":
        return False if left in (False, b"") or right in (False, b"") else True if left and right else None
    if operator == b"||":
        return True if left or right else False if left in (False, b"") and right in (False, b"") else None
    if left is None or right is None or operator not in (*_EQUAL, *_NOT_EQUAL):
        return None
    return (left == right) is (operator in _EQUAL)


def _text(node: Node | None) -> bytes:
    return (node.text if node is not None else None) or b""
