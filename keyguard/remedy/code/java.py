"""Java: ``System.getenv("X")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyguard.remedy.code.edits import Edit, Refusal, spaced
from keyguard.remedy.code.grammar import Code

if TYPE_CHECKING:
    from tree_sitter import Node

_CONSTANT = "Java takes only constants there, and what is looked up is none"
_NEVER = {
    "annotation": _CONSTANT,
    "annotation_type_element_declaration": _CONSTANT,
    "switch_label": _CONSTANT,
}
#: where only constants may stand, and so names of constants, too
_CONSTANT_PLACES = frozenset(_NEVER)
_BODIES = ("block", "class_body", "lambda_expression")
#: around a literal, what a sum may stand in without brackets
_OPEN = {
    "argument_list",
    "array_initializer",
    "assignment_expression",
    "parenthesized_expression",
    "return_statement",
    "variable_declarator",
}
_TYPES = ("class_declaration", "enum_declaration", "interface_declaration", "record_declaration", "type_parameter")


def replace(content: bytes, span: tuple[int, int], variable: str, language: str) -> bytes:
    """The text with the look-up in it. Raises ``Refusal``."""
    code = Code(language, content)
    literal = code.literal(span, ("string_literal",))
    if code.text(literal).startswith(b'"""'):
        raise Refusal("it stands in a text block")
    code.refuse_in(literal, _NEVER, free=_BODIES)
    _refuse_needed_constant(code, literal)
    _refuse_shadows(code)
    before, after = code.around(literal, span)
    parts = [b'"' + before + b'"' if before else b"", f'System.getenv("{variable}")'.encode()]
    parts.append(b'"' + after + b'"' if after else b"")
    text = b" + ".join(part for part in parts if part)
    if (before or after) and not _is_open(literal):
        text = b"(" + text + b")"
    return code.changed(spaced(content, Edit(literal.start_byte, literal.end_byte, text)))


def _is_open(literal: Node) -> bool:
    parent = literal.parent
    if parent is None or parent.type != "binary_expression":
        return parent is not None and parent.type in _OPEN
    operator = parent.child_by_field_name("operator")
    return operator is not None and operator.type == "+"


def _refuse_needed_constant(code: Code, literal: Node) -> None:
    """A field that an annotation or a label of this file names has to stay a constant."""
    declared = next((one for one in code.ancestors(literal) if one.type in ("variable_declarator", *_BODIES)), None)
    name = declared.child_by_field_name("name") if declared is not None else None
    if name is None:
        return
    for leaf, _ in code.leaves():
        if leaf.type == "identifier" and leaf != name and code.text(leaf) == code.text(name):
            code.refuse_in(leaf, dict.fromkeys(_CONSTANT_PLACES, f"{_CONSTANT}: it is used there by its name"), _BODIES)


def _refuse_shadows(code: Code) -> None:
    for leaf, parent in code.leaves():
        if leaf.type in ("identifier", "type_identifier") and code.text(leaf) == b"System":
            own = parent.type in _TYPES and parent.child_by_field_name("name") in (leaf, None)
            if own or parent.type in ("variable_declarator", "formal_parameter"):
                raise Refusal("something else is called System in this file")
