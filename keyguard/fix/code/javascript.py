"""JavaScript and TypeScript: ``process.env.X``, and never in code for browsers, where a key has no place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyguard.fix.code.browsers import refuse_browsers
from keyguard.fix.code.edits import Edit, Refusal, spaced
from keyguard.fix.code.grammar import Code

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME = "it is a name there, and those are written down"
_TYPE = "it is a type, and those are written down"
#: kinds of the node directly around a literal
_NEVER = {
    "enum_assignment": "the values of an enumeration are written down",
    "enum_body": "the values of an enumeration are written down",
    "export_specifier": _NAME,
    "expression_statement": "it is a text that nothing uses",
    "import_attribute": _NAME,
    "import_require_clause": "it is the name of a module",
    "import_specifier": _NAME,
    "import_statement": "it is the name of a module",
    "index_type_query": _TYPE,
    "literal_type": _TYPE,
    "lookup_type": _TYPE,
    "template_literal_type": _TYPE,
}
#: kinds of any node around it
_NEVER_WITHIN = {"ambient_declaration": "it is only declared there", "import_statement": "it is about an import"}
#: fields in which a literal is a name
_NAMES = {
    "pair": "key",
    "pair_pattern": "key",
    "method_definition": "name",
    "public_field_definition": "name",
    "field_definition": "property",
    "property_signature": "name",
}
_ESCAPE = re.compile(rb"\\(?:\r\n|.)", re.DOTALL)
_OCTAL = re.compile(rb"\\[0-9]")
#: an escape, which stays, and what has a meaning only in a template
_TEMPLATE = re.compile(rb"\\.|`|\$\{", re.DOTALL)


def replace(content: bytes, span: tuple[int, int], variable: str, language: str) -> bytes:
    """Return the text with the look-up. Raise ``Refusal`` if that cannot be done."""
    code = Code(language, content)
    literal = code.literal(span, ("string", "template_string"))
    parent = literal.parent
    if parent is None:
        raise Refusal("it is a text that nothing uses")
    _refuse_place(code, literal, parent)
    refuse_browsers(code)
    _refuse_shadows(code)
    before, after = code.around(literal, span)
    look_up = f"process.env.{variable}".encode()
    # a variable may be missing, and TypeScript accepts it as a string only with an assertion
    sure = b"" if language == "javascript" else b"!"
    if before or after:
        if literal.type == "string":
            before, after = (_as_template(part, in_tag=parent.type == "jsx_attribute") for part in (before, after))
        text = b"`" + before + b"${" + look_up + b"}" + after + b"`"
    else:
        text = look_up + (sure if parent.type != "template_substitution" else b"")
    if parent.type == "jsx_attribute":
        text = b"{" + text + b"}"
    return code.changed(spaced(content, Edit(literal.start_byte, literal.end_byte, text)))


def _as_template(text: bytes, *, in_tag: bool) -> bytes:
    """Return the source of a quoted text as it is written in a template."""
    if in_tag and set(text) & set(b"&\\\r\n"):
        raise Refusal("the text around it is written as only a tag has it")
    if not in_tag and set(_ESCAPE.sub(b"", text)) & set(b"\r\n"):
        raise Refusal("the file does not parse as JavaScript")  # the grammar is not as strict as the language
    if _OCTAL.search(text):
        raise Refusal("the text around it has escapes that templates do not know")
    return _TEMPLATE.sub(lambda found: found[0] if found[0][:1] == b"\\" else b"\\" + found[0], text)


def _refuse_place(code: Code, literal: Node, parent: Node) -> None:
    if parent.type in _NEVER:
        raise Refusal(_NEVER[parent.type])
    code.refuse_in(literal, _NEVER_WITHIN)
    if parent.type == "export_statement" and parent.child_by_field_name("source") == literal:
        raise Refusal("it is the name of a module")
    if parent.type in _NAMES and parent.child_by_field_name(_NAMES[parent.type]) == literal:
        raise Refusal(_NAME)
    if parent.type == "call_expression":
        raise Refusal("what stands before the template decides what it means")
    if parent.type in ("as_expression", "satisfies_expression", "type_assertion"):
        raise Refusal("its type is that of what is written down")
    if any(one.type in ("type_annotation", "type_alias_declaration") for one in code.ancestors(literal)):
        raise Refusal(_TYPE)


#: nodes that declare a name, or give it another meaning
_DECLARE = {
    "array_pattern",
    "catch_clause",
    "class_declaration",
    "enum_declaration",
    "formal_parameters",
    "function_declaration",
    "function_expression",
    "generator_function_declaration",
    "import_alias",
    "import_clause",
    "import_require_clause",
    "import_specifier",
    "internal_module",
    "module",
    "namespace_import",
    "object_assignment_pattern",
    "object_pattern",
    "optional_parameter",
    "required_parameter",
    "rest_pattern",
}
#: the field of a node in which a name is declared; anything else in the node is a use of it
_DECLARE_IN = {
    "arrow_function": "parameter",
    "assignment_expression": "left",
    "assignment_pattern": "left",
    "for_in_statement": "left",
    "variable_declarator": "name",
}


def declared(code: Code, name: bytes) -> Node | None:
    """Return where the file declares a name; None if it does not."""
    for leaf, parent in code.leaves():
        if code.text(leaf) != name or "identifier" not in leaf.type:
            continue
        if parent.type in _DECLARE_IN:
            if parent.child_by_field_name(_DECLARE_IN[parent.type]) == leaf:
                return leaf
        elif parent.type in _DECLARE or leaf.type == "shorthand_property_identifier_pattern":
            return leaf
    return None


def _refuse_shadows(code: Code) -> None:
    own = declared(code, b"process")
    if own is None:
        return
    statement = next((one for one in code.ancestors(own) if one.type == "import_statement"), None)
    source = statement.child_by_field_name("source") if statement is not None else None
    if source is None or code.text(source)[1:-1] not in (b"process", b"node:process"):
        raise Refusal("something else is called process in this file")
