"""What code of a server hands to browsers: props of pages and components, data of loaders, answers to requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from keyguard.hygiene.bundling.contents import Content, returns
from keyguard.hygiene.bundling.dataflow import Dataflow
from keyguard.hygiene.bundling.objects import property_of
from keyguard.hygiene.bundling.syntax import FUNCTIONS, Syntax, arguments, callee, key_of, text
from keyguard.support.regex import expression

if TYPE_CHECKING:
    from tree_sitter import Node

#: functions whose ``props`` Next.js writes into the page
_PROPS = (b"getServerSideProps", b"getStaticProps", b"getInitialProps")
#: files whose ``load`` SvelteKit, and whose ``loader`` Remix and React Router, answer to browsers
_LOAD = expression(rb"(?:^|/)\+(?:page|layout)(?:\.server)?\.[jt]s\Z")
_LOADER = expression(rb"(?:^|/)app/(?:.+/)?[^/]+\.[jt]sx?\Z")
#: objects and methods that answer a request
_ANSWERS = (b"json", b"send", b"jsonp", b"render", b"write", b"end")
_RESPONSES = frozenset((b"res", b"response", b"reply", b"c", b"ctx", b"Response", b"NextResponse", b"event"))


#: the property of React's ``dangerouslySetInnerHTML``; expressions between tags that are text, and no condition
_MARKUP = b"__html"
_PRINTED = frozenset(("member_expression", "identifier", "template_string", "subscript_expression"))


class Handed(NamedTuple):
    """Something that a browser is handed."""

    content: Content
    how: str
    certain: bool
    """Whether the framework itself hands it on, whoever asks."""


def handed(path: bytes, syntax: Syntax, flow: Dataflow, is_client: Callable[[bytes], bool]) -> Iterator[Handed]:
    """Yield what a file hands to browsers; ``is_client`` tells whether an import of it is a client component."""
    for name in _PROPS:
        for function in syntax.functions.get(name, ()):
            for one in _returned(function):
                for value in property_of(syntax, one, b"props"):
                    yield from _all(
                        flow, value, f"props that {name.decode()} returns are part of the page", certain=True
                    )
    yield from _loaded(path, syntax, flow)
    yield from _components(syntax, flow, is_client)
    yield from _answers(syntax, flow)


def _loaded(path: bytes, syntax: Syntax, flow: Dataflow) -> Iterator[Handed]:
    kinds = ((b"load", _LOAD, "SvelteKit"), (b"loader", _LOADER, "the router"))
    for name, pattern, tool in kinds:
        for function in syntax.functions.get(name, ()) if pattern.search(path) else ():
            for one in _returned(function):
                how = f"what {name.decode()} returns, {tool} sends to browsers"
                yield from _all(flow, one, how, certain=True)


def _components(syntax: Syntax, flow: Dataflow, is_client: Callable[[bytes], bool]) -> Iterator[Handed]:
    for tag in syntax.elements:
        name = text(tag.child_by_field_name("name"))
        if name[:1].islower() and b"." not in name:
            how = f"<{name.decode('utf-8', 'replace')}> is part of the page that a server renders"
            yield from (found for one in _of_element(tag) for found in _all(flow, one, how, certain=False))
            continue
        package = syntax.imports.get(name.partition(b".")[0], b"")
        if package and is_client(package):
            how = f"props of {name.decode('utf-8', 'replace')}, a client component, are part of the page"
            for value in filter(None, map(_value, tag.named_children)):
                yield from _all(flow, value, how, certain=True)


def _of_element(tag: Node) -> Iterator[Node]:
    """Yield the expressions that an element of HTML is given as attributes, as markup, or contains."""
    for one in filter(None, map(_value, tag.named_children)):
        markup = next((pair for pair in one.named_children if one.type == "object" and key_of(pair) == _MARKUP), None)
        value = markup.child_by_field_name("value") if markup is not None else one
        if value is not None and value.type not in FUNCTIONS:
            yield value
    around = tag.parent
    for one in around.named_children if around is not None and around.type == "jsx_element" else ():
        printed = next(iter(one.named_children), None) if one.type == "jsx_expression" else None
        whole = printed is not None and text(callee(printed)).endswith(b"stringify")
        if printed is not None and (printed.type in _PRINTED or whole):
            yield printed


def _value(node: Node) -> Node | None:
    """Return the expression that an attribute of a tag is given, or that is spread into it."""
    if node.type == "jsx_attribute":
        return next((_value(one) for one in node.named_children if one.type == "jsx_expression"), None)
    return next(iter(node.named_children), None) if node.type == "jsx_expression" else None


def _answers(syntax: Syntax, flow: Dataflow) -> Iterator[Handed]:
    for name in _ANSWERS:
        for call in syntax.calls.get(name, ()):
            function = callee(call)
            receiver = function.child_by_field_name("object") if function is not None else None
            if _first(receiver) in _RESPONSES:
                how = "whoever asks gets this answer"
                yield from (found for one in arguments(call)[:2] for found in _all(flow, one, how, certain=False))


def _first(receiver: Node | None) -> bytes:
    """Return the name at the beginning of a chain: ``res.status(200)`` -> ``res``."""
    while receiver is not None and receiver.type in ("call_expression", "member_expression"):
        receiver = callee(receiver) if receiver.type == "call_expression" else receiver.child_by_field_name("object")
    return text(receiver)


def _returned(function: Node) -> Iterator[Node]:
    """Yield the values that a function returns."""
    body = function.child_by_field_name("body")
    if body is not None and body.type != "statement_block":
        yield body.named_children[0] if body.type == "parenthesized_expression" and body.named_children else body
    elif body is not None:
        yield from (one.named_children[0] for one in returns(body) if one.named_children)


def _all(flow: Dataflow, node: Node | None, how: str, *, certain: bool) -> Iterator[Handed]:
    yield from (Handed(one, how, certain) for one in flow.contents(node))
