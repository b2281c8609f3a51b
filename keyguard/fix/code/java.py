"""Java: ``System.getenv("X")``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyguard.fix.code.edits import Edit, Refusal, spaced
from keyguard.fix.code.grammar import Code

if TYPE_CHECKING:
    from tree_sitter import Node

_CONSTANT = "Java takes only constants there, and what is looked up is none"
_NEVER = {
    "annotation": _CONSTANT,
    "annotation_type_element_declaration": _CONSTANT,
    "switch_label": _CONSTANT,
}
#: where only constants are allowed, and so also the names of constants
_CONSTANT_PLACES = frozenset(_NEVER)
_BODIES = ("block", "class_body", "lambda_expression")
#: nodes around a literal in which a sum needs no brackets
_OPEN = {
    "argument_list",
    "array_initializer",
    "assignment_expression",
    "parenthesized_expression",
    "return_statement",
    "variable_declarator",
}
#: nodes that declare a name in another field than ``name``
_DECLARE = ("inferred_parameters", "instanceof_expression", "lambda_expression", "type_parameter", "type_pattern")


def replace(content: bytes, span: tuple[int, int], variable: str, language: str) -> bytes:
    """Return the text with the look-up. Raise ``Refusal`` if that cannot be done."""
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
    """Raise ``Refusal`` if an annotation or a label of this file uses the field, directly or through constants."""
    names, seen = _declared_around(code, literal), set[bytes]()
    while names:
        name = names.pop()
        seen.add(name)
        for leaf, parent in code.leaves():
            if leaf.type != "identifier" or code.text(leaf) != name or parent.child_by_field_name("name") == leaf:
                continue
            code.refuse_in(leaf, dict.fromkeys(_CONSTANT_PLACES, f"{_CONSTANT}: it is used there by its name"), _BODIES)
            names |= _declared_around(code, leaf) - seen


def _declared_around(code: Code, node: Node) -> set[bytes]:
    """Return the name of the variable whose value contains the node; empty if there is none."""
    around = next((one for one in code.ancestors(node) if one.type in ("variable_declarator", *_BODIES)), None)
    name = around.child_by_field_name("name") if around is not None else None
    return {code.text(name)} if name is not None else set()


def _refuse_shadows(code: Code) -> None:
    for leaf, parent in code.leaves():
        if leaf.type not in ("identifier", "type_identifier") or code.text(leaf) != b"System":
            continue
        if parent.type in _DECLARE or parent.child_by_field_name("name") == leaf:
            around = code.ancestors(leaf)
            imported = any(one.type == "import_declaration" for one in around)
            if parent.type != "scoped_identifier" or (imported and code.text(parent) != b"java.lang.System"):
                raise Refusal("something else is called System in this file")
