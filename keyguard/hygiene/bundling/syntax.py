"""The syntax tree of one configuration in JavaScript or TypeScript, with its names and options indexed in one walk."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from keyguard.hygiene.reach.code.parser import parser_for

if TYPE_CHECKING:
    from tree_sitter import Node

#: bytes and nodes: larger files are no configuration that a person wrote
_LIMIT, _NODES = 256 << 10, 60_000
#: declarations and changes of one name: nobody writes more by hand
_SAME = 200
_SCOPES = frozenset(("statement_block", "program", "for_in_statement", "for_statement", "class_body"))
FUNCTIONS = frozenset(
    ("arrow_function", "function_expression", "function_declaration", "method_definition", "generator_function")
)
_CASTS = frozenset(("satisfies_expression", "as_expression", "parenthesized_expression"))
_MEMBERS = frozenset(("member_expression", "subscript_expression"))


class Binding(NamedTuple):
    """What a name stands for in one scope."""

    scope: Node
    source: Node
    """The expression that the value is taken from: an initial value, what a loop runs over, or a function."""
    kind: str
    """``value``, ``element`` and ``key`` of a loop, or ``parameter``."""
    path: tuple[bytes, ...] = ()
    """The properties and indexes by which the name is taken out of it; ``*`` for the rest of an object."""
    position: int = 0
    """Of a parameter."""


class Change(NamedTuple):
    """An assignment to a variable, or to a property of its value."""

    target: Node
    """The identifier at the left end."""
    value: Node


class Option(NamedTuple):
    """A property in an object, or an assignment to one."""

    value: Node
    inside: tuple[bytes, ...]
    """The names of the properties around it, the outermost first."""


class Syntax:
    """One configuration. All lists are in the order of the text."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.bindings: dict[bytes, list[Binding]] = defaultdict(list)
        self.changes: dict[bytes, list[Change]] = defaultdict(list)
        self.options: dict[bytes, list[Option]] = defaultdict(list)
        self.functions: dict[bytes, list[Node]] = defaultdict(list)
        """The functions that the file exports, by name."""
        self.elements: list[Node] = []
        """The opening tags in JSX."""
        self.calls: dict[bytes, list[Node]] = defaultdict(list)
        """The calls and constructions, by the last part of the callee's name."""
        self.imports: dict[bytes, bytes] = {}
        """The packages that local names were imported from."""
        self.imported: dict[bytes, bytes] = {}
        """The names that they have there."""
        self._walk()

    def binding(self, name: Node) -> Binding | None:
        """Return what an identifier stands for; None if the file does not say."""
        around = [one for one in self.bindings.get(text(name), ()) if _holds(one.scope, name)]
        return min(around, key=lambda one: one.scope.end_byte - one.scope.start_byte, default=None)

    def _walk(self) -> None:
        waiting: list[tuple[Node, Node, tuple[bytes, ...]]] = [(self.root, self.root, ())]
        left = _NODES
        while waiting and left:
            left -= 1
            node, scope, inside = waiting.pop()
            inner = node if node.type in _SCOPES or node.type in FUNCTIONS else scope
            self._take(node, scope, inside)
            below = (*inside, key_of(node)) if node.type == "pair" else inside
            waiting += [(child, inner, below) for child in reversed(node.named_children)]

    def _take(self, node: Node, scope: Node, inside: tuple[bytes, ...]) -> None:
        kind = node.type
        if kind == "variable_declarator":
            self._declare(node.child_by_field_name("name"), node.child_by_field_name("value"), scope, "value")
        elif kind == "function_declaration":
            self._declare(node.child_by_field_name("name"), node, scope, "value")
        elif kind in ("pair", "shorthand_property_identifier"):
            value = node.child_by_field_name("value") if kind == "pair" else node
            if value is not None:
                self.options[key_of(node)].append(Option(value, inside))
        elif kind in ("call_expression", "new_expression"):
            self.calls[last_name(callee(node))].append(node)
        elif kind in ("assignment_expression", "augmented_assignment_expression"):
            self._assign(node, inside)
        elif kind == "for_in_statement":
            self._loop(node)
        elif kind == "import_statement":
            self._import(node)
        elif kind == "export_statement":
            self._export(node)
        elif kind in ("jsx_opening_element", "jsx_self_closing_element"):
            self.elements.append(node)
        if kind in FUNCTIONS:
            self._parameters(node)

    def _declare(self, pattern: Node | None, source: Node | None, scope: Node, kind: str, position: int = 0) -> None:
        if pattern is None or source is None:
            return
        for name, path in (one for one in _names(pattern, ()) if len(self.bindings[one[0]]) < _SAME):
            self.bindings[name].append(Binding(scope, source, kind, path, position))

    def _parameters(self, node: Node) -> None:
        given = node.child_by_field_name("parameters")
        single = node.child_by_field_name("parameter")
        for index, one in enumerate(given.named_children if given is not None else filter(None, [single])):
            self._declare(one.child_by_field_name("pattern") or one, node, node, "parameter", index)

    def _loop(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        kind = "key" if operator is not None and text(operator) == b"in" else "element"
        self._declare(left, right, node, kind)

    def _assign(self, node: Node, inside: tuple[bytes, ...]) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "member_expression":
            self.options[last_name(left)].append(Option(right, inside))
        while left is not None and left.type in _MEMBERS:
            left = left.child_by_field_name("object")
        if left is not None and left.type == "identifier" and len(self.changes[text(left)]) < _SAME:
            self.changes[text(left)].append(Change(left, right))

    def _export(self, node: Node) -> None:
        declared = node.child_by_field_name("declaration")
        for one in [declared, *declared.named_children] if declared is not None else ():
            value = one if one.type in FUNCTIONS else one.child_by_field_name("value")
            while value is not None and value.type in (
                "satisfies_expression",
                "as_expression",
                "parenthesized_expression",
            ):
                value = next(iter(value.named_children), None)
            if value is not None and value.type in FUNCTIONS:
                self.functions[text(one.child_by_field_name("name"))].append(value)

    def _import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        clause = next((one for one in node.named_children if one.type == "import_clause"), None)
        for one in clause.named_children if source is not None and clause is not None else ():
            specifiers = one.named_children if one.type == "named_imports" else [one]
            for name in specifiers:
                local = name.child_by_field_name("alias") or name.child_by_field_name("name") or name
                self.imports[text(local)] = text(source).strip(b"\"'")
                self.imported[text(local)] = text(name.child_by_field_name("name") or name)


def parse(data: bytes) -> Syntax | None:
    """Return the syntax of a configuration; None if it is too large, or without tree-sitter."""
    parser = parser_for("tsx")
    if parser is None or len(data) > _LIMIT:
        return None
    return Syntax(parser.parse(data).root_node)


def text(node: Node | None) -> bytes:
    """Return the text of a node."""
    return (node.text if node is not None else None) or b""


def key_of(pair: Node) -> bytes:
    """Return the name of a property; empty if it is computed."""
    key = pair.child_by_field_name("key") if pair.type == "pair" else pair
    return b"" if key is None or key.type == "computed_property_name" else text(key).strip(b"\"'`")


def callee(call: Node) -> Node | None:
    """Return what a call calls, or a construction makes."""
    return call.child_by_field_name("function") or call.child_by_field_name("constructor")


def arguments(call: Node) -> list[Node]:
    """Return the arguments of a call."""
    given = call.child_by_field_name("arguments")
    return [one for one in given.named_children if one.type != "comment"] if given is not None else []


def last_name(node: Node | None) -> bytes:
    """Return the last part of a name: ``webpack.DefinePlugin`` -> ``DefinePlugin``."""
    if node is not None and node.type == "member_expression":
        node = node.child_by_field_name("property")
    return text(node) if node is not None and node.type.endswith("identifier") else b""


def _holds(scope: Node, node: Node) -> bool:
    return scope.start_byte <= node.start_byte and node.end_byte <= scope.end_byte


def _names(pattern: Node, path: tuple[bytes, ...]) -> list[tuple[bytes, tuple[bytes, ...]]]:
    """Return the names that a pattern declares, each with the path to its value."""
    kind = pattern.type
    if kind in ("identifier", "shorthand_property_identifier_pattern"):
        return [(text(pattern), (*path, text(pattern)) if kind != "identifier" else path)]
    if kind in ("object_assignment_pattern", "assignment_pattern", "required_parameter", "optional_parameter"):
        inner = pattern.child_by_field_name("left") or pattern.child_by_field_name("pattern")
        return _names(inner, path) if inner is not None else []
    if kind == "rest_pattern":
        return [found for one in pattern.named_children for found in _names(one, (*path, b"*"))]
    if kind == "pair_pattern":
        value = pattern.child_by_field_name("value")
        key = text(pattern.child_by_field_name("key")).strip(b"\"'")
        return _names(value, (*path, key)) if value is not None else []
    if kind == "array_pattern":
        return [
            found for index, one in enumerate(pattern.named_children) for found in _names(one, (*path, b"%d" % index))
        ]
    return [found for one in pattern.named_children for found in _names(one, path)] if kind == "object_pattern" else []
