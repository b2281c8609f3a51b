"""The options of build tools whose values get into the bundle, as a configuration gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from keyguard.hygiene.bundling.contents import Content, Kind
from keyguard.hygiene.bundling.dataflow import Dataflow
from keyguard.hygiene.bundling.objects import property_of
from keyguard.hygiene.bundling.syntax import Syntax, arguments, key_of, text
from keyguard.support.regex import expression

if TYPE_CHECKING:
    from tree_sitter import Node

_SERVER = expression(rb"(?<!!)\b(?:isServer|isSsrBuild|ssrBuild)\b|target\s*===?\s*[\"']node")
#: what stands for all variables
_EVERY = b"all"
_CLIENT = expression(rb"\bcontext\s{0,9}:\s{0,9}[\"']client\b")
_NODE = expression(rb"[\"'](?:node|electron-main|async-node)")


class Inlined(NamedTuple):
    """A variable, a text or the whole environment that gets into the bundle."""

    content: Content
    says: str
    """How, in words."""


def inlined(syntax: Syntax, flow: Dataflow, rows: list[Mapping[str, Any]]) -> Iterator[Inlined]:
    """Yield what each option of ``rows`` (``[[inlining]]`` in browser.toml) writes into the bundle."""
    for row in rows:
        for node in _values(syntax, flow, row):
            if not _is_for_server(node):
                contents = _of_schema(node) if row.get("client") else _contents(flow, node, bool(row.get("names")))
                yield from (Inlined(one, row["says"]) for one in contents)


def _values(syntax: Syntax, flow: Dataflow, row: Mapping[str, Any]) -> Iterator[Node]:
    for call in syntax.calls.get(row.get("call", "").encode(), ()) if row.get("call") else ():
        yield from arguments(call)
    first, *others = [name.encode() for name in row.get("option", ())] or [b""]
    outside = frozenset(name.encode() for name in row.get("outside", ()))
    for option in syntax.options.get(first, ()) if first else ():
        if outside.isdisjoint(option.inside) and not (row.get("top") and option.inside):
            nodes = [option.value]
            for name in others:
                nodes = [value for node in nodes for value in property_of(syntax, node, name)]
            yield from nodes


def _contents(flow: Dataflow, node: Node, names: bool) -> Iterator[Content]:
    if names and node.type == "object":
        for pair in (one for one in node.named_children if key_of(one) and one.type == "pair"):
            yield Content(Kind.VARIABLE, key_of(pair), pair.start_byte, pair.start_byte + len(key_of(pair)))
    for one in flow.contents(node):
        listed = names and one.kind is Kind.TEXT
        whole = names and (one.kind is Kind.KEYS or one.name == _EVERY)
        yield one._replace(kind=Kind.ALL if whole else Kind.VARIABLE if listed else one.kind)


def _of_schema(node: Node) -> Iterator[Content]:
    """Yield the variables of a schema that are for browsers: ``envField.string({ context: "client" })``."""
    for pair in node.named_children if node.type == "object" else ():
        if pair.type == "pair" and _CLIENT.search(text(pair.child_by_field_name("value"))):
            yield Content(Kind.VARIABLE, key_of(pair), pair.start_byte, pair.start_byte + len(key_of(pair)))


def _is_for_server(node: Node) -> bool:
    """Return whether an option is that of a build for a server: beside ``target: "node"``, or under ``isServer``."""
    above = node
    while above.parent is not None:
        before, above = above, above.parent
        if above.type == "object" and any(map(_is_node, above.named_children)):
            return True
        if above.type in ("if_statement", "ternary_expression"):
            condition = above.child_by_field_name("condition")
            taken = above.child_by_field_name("consequence") == before
            if taken and _SERVER.search(text(condition)):
                return True
    return False


def _is_node(pair: Node) -> bool:
    named = pair.type == "pair" and key_of(pair) in (b"platform", b"target")
    return named and _NODE.search(text(pair.child_by_field_name("value"))) is not None
