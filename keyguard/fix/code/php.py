"""PHP: ``getenv('X')``; in configuration of Laravel ``env('X')``, which also reads .env (its other code must not)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyguard.fix.code.edits import Edit, Refusal, spaced
from keyguard.fix.code.grammar import Code

if TYPE_CHECKING:
    from tree_sitter import Node

_CONSTANT = "PHP takes only constants there, and a call is none"
_NEVER = dict.fromkeys(
    (
        "attribute_list",
        "const_declaration",
        "declare_directive",
        "enum_case",
        "property_declaration",
        "property_promotion_parameter",
        "simple_parameter",
        "static_variable_declaration",
    ),
    _CONSTANT,
)
#: nodes around a literal in which a concatenation needs no brackets
_OPEN = {
    "argument",
    "array_element_initializer",
    "assignment_expression",
    "echo_statement",
    "parenthesized_expression",
    "return_statement",
}


def replace(content: bytes, span: tuple[int, int], variable: str, language: str) -> bytes:
    """Return the text with the look-up. Raise ``Refusal`` if that cannot be done."""
    code = Code(language, content)
    literal = code.literal(span, ("string", "encapsed_string"))
    code.refuse_in(literal, _NEVER, free=("compound_statement",))
    function = "env" if language == "php-laravel" else "getenv"
    _refuse_shadows(code, function.encode())
    before, after = code.around(literal, span)
    opening, closing = code.text(literal.children[0]), code.text(literal.children[-1])
    parts = [opening + before + closing if before else b"", f"{function}('{variable}')".encode()]
    parts.append(opening + after + closing if after else b"")
    text = b" . ".join(part for part in parts if part)
    if (before or after) and not _is_open(literal):
        text = b"(" + text + b")"
    return code.changed(spaced(content, Edit(literal.start_byte, literal.end_byte, text)))


def _refuse_shadows(code: Code, function: bytes) -> None:
    """Raise ``Refusal`` if a namespace has a function of that name, which would come before the one that is meant."""
    for leaf, parent in code.leaves():
        if leaf.type == "name" and code.text(leaf).lower() == function:
            around = [parent.type, *(one.type for one in code.ancestors(leaf)[:3])]
            if parent.type == "function_definition" or "namespace_use_clause" in around:
                raise Refusal(f"something else is called {function.decode()} in this file")


def _is_open(literal: Node) -> bool:
    parent = literal.parent
    if parent is None or parent.type != "binary_expression":
        return parent is not None and parent.type in _OPEN
    operator = parent.child_by_field_name("operator")
    return operator is not None and operator.type == "."
