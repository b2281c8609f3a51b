"""Go: ``os.Getenv("X")``, with an import of ``os``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyguard.fix.code.edits import Edit, Refusal, newline_of, spaced
from keyguard.fix.code.grammar import Code

if TYPE_CHECKING:
    from tree_sitter import Node

_LITERALS = ("interpreted_string_literal", "raw_string_literal")
_NEVER = {
    "array_type": "the length of an array is a constant",
    "const_declaration": "it is a constant of Go, and those cannot be read when the program runs: make it a variable",
    "import_spec": "it is the name of a package",
    "field_declaration": "it is the tag of a field",
}
#: nodes around a literal in which a sum needs no brackets
_OPEN = {"argument_list", "expression_list", "literal_element", "parenthesized_expression", "return_statement"}


def replace(content: bytes, span: tuple[int, int], variable: str, language: str) -> bytes:
    """Return the text with the look-up. Raise ``Refusal`` if that cannot be done."""
    code = Code(language, content)
    literal = code.literal(span, _LITERALS)
    code.refuse_in(literal, _NEVER, free=("block",))
    _refuse_other_types(code, literal)
    imports = _Imports(code)
    before, after = code.around(literal, span)
    quote = code.text(literal.children[0])
    parts = [quote + before + quote if before else b"", imports.name + f'.Getenv("{variable}")'.encode()]
    parts.append(quote + after + quote if after else b"")
    text = b" + ".join(part for part in parts if part)
    if (before or after) and not _is_open(literal):
        text = b"(" + text + b")"
    edit = spaced(content, Edit(literal.start_byte, literal.end_byte, text))
    return code.changed(edit, *imports.missing())


def _is_open(literal: Node) -> bool:
    parent = literal.parent
    return parent is not None and (parent.type in _OPEN or (parent.type == "binary_expression" and _is_sum(parent)))


def _is_sum(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type == "+"


def _refuse_other_types(code: Code, literal: Node) -> None:
    """Raise ``Refusal`` for a literal of a declared type: constants convert to it implicitly, a string does not."""
    declared = _declared_type(code, literal)
    if declared is not None and code.text(declared) not in (b"string", b"any", b"interface{}"):
        raise Refusal("it is of a type of its own, and what is looked up is a string")


def _declared_type(code: Code, literal: Node) -> Node | None:
    """Return the type that the file declares for the literal directly around it; None if it declares none."""
    inner = literal
    index = 0
    for one in code.ancestors(literal):
        if one.type == "expression_list":
            index = one.named_children.index(inner)
        elif one.type == "return_statement":
            return _result_type(code, one, index)
        elif one.type == "keyed_element":
            index = one.named_children.index(inner)
        elif one.type == "literal_value":
            around = one.parent.child_by_field_name("type") if one.parent is not None else None
            return _element_type(around, is_key=inner.type == "keyed_element" and index == 0)
        elif one.type not in ("literal_element", "parenthesized_expression"):
            return one.child_by_field_name("type") if one.type in ("var_spec", "parameter_declaration") else None
        inner = one
    return None


def _result_type(code: Code, statement: Node, index: int) -> Node | None:
    functions = ("func_literal", "function_declaration", "method_declaration")
    function = next((one for one in code.ancestors(statement) if one.type in functions), None)
    result = function.child_by_field_name("result") if function is not None else None
    if result is None or result.type != "parameter_list":
        return result
    types: list[Node | None] = []
    for one in result.named_children:
        types += [one.child_by_field_name("type")] * max(1, len(one.children_by_field_name("name")))
    return types[index] if index < len(types) else None


def _element_type(around: Node | None, *, is_key: bool) -> Node | None:
    if around is None:
        return None
    if around.type == "map_type":
        return around.child_by_field_name("key" if is_key else "value")
    return around.child_by_field_name("element")


class _Imports:
    """The name under which the file imports ``os``, and the edit that imports it."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._specs = _specs(code.root)
        self.name = b"os"
        self._found = False
        for spec in self._specs:
            path, name = spec.child_by_field_name("path"), spec.child_by_field_name("name")
            called = code.text(name) if name is not None else b""
            if path is not None and code.text(path).strip(b'"`') == b"os" and called not in (b"_", b"."):
                self.name, self._found = called or b"os", True
        _refuse_shadows(code, self.name)

    def missing(self) -> list[Edit]:
        """Return the edit that imports ``os``; none if it is imported."""
        if self._found:
            return []
        line = newline_of(self._code.content)
        if not self._specs:
            package = next((one for one in self._code.root.children if one.type == "package_clause"), None)
            if package is None:
                raise Refusal("the file does not say which package it belongs to")
            at = self._end_of_line(package)
            return [Edit(at, at, line + line + b'import "os"')]
        declaration = next(one for one in self._code.ancestors(self._specs[0]) if one.type == "import_declaration")
        if self._specs[0].parent is not None and self._specs[0].parent.type == "import_spec_list":
            return [self._into_list(line)]
        at = self._end_of_line(declaration)
        return [Edit(at, at, line + b'import "os"')]

    def _into_list(self, line: bytes) -> Edit:
        """Return the edit that adds it to the first group, where the standard library is: sorted, on its own line."""
        group = self._first_group()
        own = b'"os"'
        standard = b"." not in self._path(group[0]).partition(b"/")[0]
        after = [spec for spec in group if self._path(spec) > b"os"]
        if not standard or after:
            first = after[0] if standard else group[0]
            indent, at = self._indent(first), self._above_comments(first)
            return Edit(at, at, own + line + (b"" if standard else line) + indent)
        at = self._end_of_line(group[-1])
        return Edit(at, at, line + self._indent(group[-1]) + own)

    def _above_comments(self, spec: Node) -> int:
        """Return where the comment lines above an import begin, behind their indentation."""
        first, above = spec, spec.prev_sibling
        while above is not None and above.type == "comment" and above.end_point.row == first.start_point.row - 1:
            start = self._code.content.rfind(b"\n", 0, above.start_byte) + 1
            if self._code.content[start : above.start_byte].strip():
                break  # it belongs to what stands before it
            first, above = above, above.prev_sibling
        return first.start_byte

    def _first_group(self) -> list[Node]:
        group = [self._specs[0]]
        for spec in self._specs[1:]:
            if spec.parent != group[0].parent or spec.start_point.row != group[-1].start_point.row + 1:
                break
            group.append(spec)
        return group

    def _path(self, spec: Node) -> bytes:
        path = spec.child_by_field_name("path")
        return self._code.text(path).strip(b'"`') if path is not None else b""

    def _indent(self, spec: Node) -> bytes:
        content = self._code.content
        start = content.rfind(b"\n", 0, spec.start_byte) + 1
        indent = content[start : spec.start_byte]
        if indent.strip():
            raise Refusal("the imports stand on one line: import os by hand")
        return indent

    def _end_of_line(self, node: Node) -> int:
        content = self._code.content
        end = content.find(b"\n", node.end_byte)
        end = len(content) if end < 0 else end
        rest = content[node.end_byte : end].strip()
        if rest and not rest.startswith(b"//"):
            raise Refusal("there is more on the line where the import belongs: import os by hand")
        return end - 1 if content[end - 1 : end] == b"\r" else end


def _specs(root: Node) -> list[Node]:
    found = []
    for declaration in root.children:
        if declaration.type == "import_declaration":
            for child in declaration.children:
                found += [child] if child.type == "import_spec" else child.named_children
    return [one for one in found if one.type == "import_spec"]


def _refuse_shadows(code: Code, name: bytes) -> None:
    """Raise ``Refusal`` if something else has the package's name, so that the look-up would mean that."""
    for leaf, parent in code.leaves():
        is_name = leaf.type in ("identifier", "package_identifier") and code.text(leaf) == name
        if is_name and parent.type not in ("selector_expression", "import_spec", "package_clause"):
            raise Refusal(f"something else is called {name.decode()} in this file")
