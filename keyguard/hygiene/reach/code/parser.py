"""The parser for JavaScript and TypeScript, by tree-sitter: what a file imports, declares and exports.

Only top-level statements are walked; what lies deeper is found by a search of the text, and the tree tells what each
match is. The time is linear in the size of the file, whatever it contains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from keyguard.hygiene.reach.code import specifiers
from keyguard.hygiene.reach.code.fallback_parser import scan_module
from keyguard.hygiene.reach.code.module import ALL, DEFAULT, Import, Module, Reexport, Statement
from keyguard.hygiene.reach.code.side_effects import is_pure
from keyguard.support.regex import expression

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

#: bytes: larger files are no code that a person wrote
LIMIT = 600_000
#: bytes: longer lines are generated, and their imports already resolved
_LINE = 20_000
_STATEMENTS = 20_000
#: levels of nesting: nobody writes deeper code, and each look-up costs the depth
_DEPTH = 300
_LOOKS = 5000
_BODIES = 200
#: comments that may stand before a directive
_COMMENTS = 5
_WORD = expression(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")
_CALLS = expression(rb"\b(?:import|require)\s{0,9}\(")
_COMMON = expression(rb"\bmodule\.exports\b|\bexports\.[A-Za-z_$]|\bexport\s*=|\bexports\[")
_DECORATOR = expression(rb"(?m)^[ \t]*@[A-Za-z_$][\w$.]*\s*\(")
_DIRECTIVE = expression(rb"[\"']use server[\"']")
#: TanStack Start's functions, whose handlers stay on the server
_SERVER_MAKER = expression(rb"\bcreate(?:ServerFn|ServerOnlyFn|IsomorphicFn|Middleware)\b")
_SERVERS = expression(rb"(?:\.(?:handler|server)|\bcreateServerOnlyFn)\(")
_VALUES = frozenset(("identifier", "shorthand_property_identifier"))
_TYPES = frozenset(("type_annotation", "type_query", "type_arguments", "type_alias_declaration", "interface_body"))
_NAMED = frozenset(
    (
        *("function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration"),
        *("enum_declaration", "internal_module", "module", "function_signature"),
    )
)
_VARIABLES = frozenset(("lexical_declaration", "variable_declaration"))


@cache
def parser_for(kind: str) -> Parser | None:
    """Return the parser for ``tsx`` or ``typescript``, which also read JavaScript; None without tree-sitter."""
    try:
        import tree_sitter
        import tree_sitter_typescript
    except ImportError:
        return None
    language = tree_sitter_typescript.language_tsx if kind == "tsx" else tree_sitter_typescript.language_typescript
    return tree_sitter.Parser(tree_sitter.Language(language()))


def available() -> bool:
    """Return whether tree-sitter is installed."""
    return parser_for("tsx") is not None


def parse(data: bytes, *, typescript: bool, jsx: bool) -> Module | None:
    """Return the module; None if the file is too large, is no code, or if tree-sitter is not installed."""
    parser = parser_for("tsx" if jsx or not typescript else "typescript")
    if parser is None or len(data) > LIMIT or max(map(len, data.split(b"\n"))) > _LINE:
        return None
    tree = parser.parse(data)
    if tree.root_node.type != "program" or tree.root_node.child_count > _STATEMENTS:
        return None
    return _Reader(data, tree).module(typescript)


class _Export(NamedTuple):
    """``export { local as given }``."""

    local: bytes
    given: bytes


class _Reader:
    """Builds the module of one file from its syntax tree."""

    def __init__(self, data: bytes, tree: Tree) -> None:
        self._data, self._tree = data, tree
        self._imports: list[Import] = []
        self._reexports: list[Reexport] = []
        self._statements: list[Statement] = []
        self._exports: list[_Export] = []

    def module(self, typescript: bool) -> Module:
        for node in self._tree.root_node.children:
            self._take(node)
        broken = self._tree.root_node.has_error
        if broken:
            # imports in the part that could not be parsed
            known = {one.text for one in self._imports} | {one.text for one in self._reexports}
            self._imports += (one for one in scan_module(self._data).imports if one.text not in known)
        self._join()
        self._imports += self._deep()
        return Module(
            imports=tuple(self._imports),
            reexports=tuple(self._reexports),
            statements=tuple(self._statements),
            whole=broken or _COMMON.search(self._data) is not None,
            # a class that a decorator injects by its type is used as a value
            elides=typescript and _DECORATOR.search(self._data) is None,
            hidden=tuple(self._hidden()),
            uses=self._uses,
        )

    def _take(self, node: Node) -> None:
        if node.type == "import_statement":
            self._imports += _imports(node)
        elif node.type == "export_statement":
            self._take_export(node)
        elif node.type not in ("comment", "empty_statement"):
            self._statements.append(_statement(node, node, ()))

    def _take_export(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        clause = next((one for one in node.children if one.type in ("export_clause", "namespace_export")), None)
        if any(one.type == "type" for one in node.children):
            return
        if source is not None:
            self._reexports += _reexports(_string(source), clause)
        elif clause is not None:
            self._exports += (_Export(*names) for names in _specifiers(clause))
        else:
            self._take_declaration(node)

    def _take_declaration(self, node: Node) -> None:
        inner = node.child_by_field_name("declaration") or node.child_by_field_name("value") or node
        default = any(one.type == "default" for one in node.children)
        if default and inner.type == "identifier":
            self._exports.append(_Export(_text(inner), DEFAULT))
            return
        given = (DEFAULT,) if default else None
        self._statements.append(_statement(node, inner, given))

    def _join(self) -> None:
        """Add the exports that later statements declare, and turn imports that are only exported into re-exports."""
        imported = {one.local: one for one in self._imports if one.local}
        given: dict[bytes, set[bytes]] = {}
        for export in self._exports:
            source = imported.get(export.local)
            if source is not None:
                self._reexports.append(Reexport(source.text, source.asked, export.given))
            else:
                given.setdefault(export.local, set()).add(export.given)
        for index, one in enumerate(self._statements if given else ()):
            more = [name for local in one.declares for name in given.get(local, ())]
            self._statements[index] = one._replace(exports=one.exports.union(more))

    # --- what lies deeper ---------------------------------------------------------------------------------------

    def _deep(self) -> Iterator[Import]:
        """Yield calls of ``import`` and ``require``, and other references to files."""
        known = {one.text for one in self._imports}
        for found in islice(_CALLS.finditer(self._data), _LOOKS):
            text = self._called(found.start())
            if text:
                yield Import(text, at=found.start(), deep=True)
        for text, at in specifiers.addresses(self._data):
            if text not in known:
                yield Import(text, at=at, deep=True)

    def _hidden(self) -> Iterator[tuple[int, int]]:
        """Yield the spans that stay on the server: bodies with ``"use server"``, and arguments of server functions."""
        for found in islice(_DIRECTIVE.finditer(self._data), _BODIES) if b"use server" in self._data else ():
            block = next((one for one in reversed(self._path(found.start())) if one.type == "statement_block"), None)
            if block is not None and _first(block) == found.start():
                yield block.start_byte, block.end_byte
        for found in islice(_SERVERS.finditer(self._data), _BODIES) if _SERVER_MAKER.search(self._data) else ():
            given = next((one for one in reversed(self._path(found.end() - 1)) if one.type == "arguments"), None)
            if given is not None and given.start_byte == found.end() - 1:
                yield given.start_byte, given.end_byte

    def _called(self, at: int) -> bytes | None:
        """Return the specifier that a call of ``import`` or ``require`` at an offset names; None if none is there."""
        nodes = self._path(at)
        call = next((index for index in range(len(nodes) - 1, -1, -1) if nodes[index].type == "call_expression"), None)
        if call is None or call < len(nodes) - 3 or any(one.type in _TYPES for one in nodes[max(0, call - 3) : call]):
            return None
        function, arguments = (nodes[call].child_by_field_name(name) for name in ("function", "arguments"))
        if function is None or function.start_byte != at or arguments is None:
            return None
        strings = (one for one in arguments.named_children[:4] if one.type in ("string", "template_string"))
        return next(map(_string, strings), None)

    def _uses(self, names: set[bytes], once: bool) -> Iterator[tuple[int, bytes]]:
        left, looks = set(names), 0
        words = (word for one in self._statements for word in _WORD.finditer(self._data, one.start, one.end))
        for found in words if names else ():
            if found[0] in left:
                looks += 1
                if looks > _LOOKS or self._is_value(found.start()):
                    yield found.start(), found[0]
                    if once:
                        left.discard(found[0])
                        if not left:
                            return

    def _is_value(self, at: int) -> bool:
        nodes = self._path(at)
        if len(nodes) >= _DEPTH:
            return True
        return nodes[-1].type in _VALUES and not any(one.type in _TYPES for one in nodes)

    def _path(self, at: int) -> list[Node]:
        """Return the nodes that contain an offset, the outermost first."""
        cursor = self._tree.walk()
        nodes = [self._tree.root_node]
        while len(nodes) < _DEPTH and cursor.goto_first_child_for_byte(at) is not None:
            if cursor.node is None or cursor.node.start_byte > at:
                break
            nodes.append(cursor.node)
        return nodes


def _first(block: Node) -> int | None:
    """Return the offset of the first statement in a block."""
    children = (block.named_child(index) for index in range(min(_COMMENTS, block.named_child_count)))
    return next((one.start_byte for one in children if one.type != "comment"), None)


def _statement(node: Node, inner: Node, given: Iterable[bytes] | None) -> Statement:
    """Return a statement; ``given`` are the names that it exports, None for all that it declares."""
    declares = frozenset(_declared(inner))
    exports = declares if given is None else frozenset(given)
    return Statement(node.start_byte, node.end_byte, declares, exports, is_pure(inner))


def _declared(node: Node) -> Iterator[bytes]:
    if node.type in _NAMED:
        name = node.child_by_field_name("name")
        if name is not None:
            yield _text(name)
    elif node.type in _VARIABLES:
        for one in node.named_children:
            name = one.child_by_field_name("name") if one.type == "variable_declarator" else None
            if name is not None:
                yield from _WORD.findall(_text(name))


def _imports(node: Node) -> Iterator[Import]:
    """Yield what one import statement imports; nothing if it is all types."""
    clause = next((one for one in node.named_children if one.type.endswith("_clause")), None)
    source = node.child_by_field_name("source") or (clause and clause.child_by_field_name("source"))
    if source is None or any(one.type in ("type", "typeof") for one in node.children):
        return
    text, at = _string(source), node.start_byte
    if clause is None or clause.type == "import_require_clause":
        yield Import(text, at=at)
        return
    for one in clause.named_children:
        if one.type == "identifier":
            yield Import(text, DEFAULT, _text(one), at)
        elif one.type == "namespace_import":
            yield from (Import(text, ALL, _text(name), at) for name in one.named_children[:1])
        elif one.type == "named_imports":
            yield from (Import(text, asked, local, at) for asked, local in _specifiers(one))


def _reexports(text: bytes, clause: Node | None) -> Iterator[Reexport]:
    if clause is None:
        yield Reexport(text, ALL, ALL)
    elif clause.type == "namespace_export":
        yield from (Reexport(text, ALL, _text(name).strip(b"\"'")) for name in clause.named_children[:1])
    else:
        yield from (Reexport(text, asked, given) for asked, given in _specifiers(clause))


def _specifiers(clause: Node) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, alias) of each value: ``{ a, b as c, type D }`` -> (a, a), (b, c)."""
    for one in clause.named_children:
        name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
        if name is not None and not any(child.type in ("type", "typeof") for child in one.children):
            yield _text(name).strip(b"\"'"), _text(alias or name).strip(b"\"'")


def _string(node: Node) -> bytes:
    return _text(node)[1:-1]


def _text(node: Node) -> bytes:
    return node.text or b""
