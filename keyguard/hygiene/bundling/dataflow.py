"""What an expression in a configuration may contain: variables of the environment, all of it, or fixed texts.

Names are followed within the file: through variables, properties, loops, callbacks and functions of its own. What a
condition or an unknown function picks from the whole environment counts as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from keyguard.hygiene.bundling.contents import (
    PICKED,
    Content,
    Contents,
    Kind,
    element,
    is_conditional,
    is_selective,
    kept,
    keys,
    returns,
    unless,
)
from keyguard.hygiene.bundling.objects import WRAPPERS, property_of
from keyguard.hygiene.bundling.syntax import FUNCTIONS, Binding, Syntax, arguments, callee, last_name, text
from keyguard.support.regex import expression

if TYPE_CHECKING:
    from tree_sitter import Node

#: levels of expressions that are followed: nobody writes deeper ones; expressions that are looked at for one option
_DEPTH, _STEPS = 60, 20_000
_VARIABLE = expression(rb"[A-Z_][A-Z0-9_]{1,80}\Z")
_ENVIRONMENTS = frozenset((b"process.env", b"import.meta.env", b"Deno.env", b"Bun.env"))
#: functions whose results contain a text that they are given, or that they belong to
#: properties of what loads an environment that are all of it; ``*`` is the rest of an object
_ON_STRINGS = frozenset(
    (b"trim", b"toString", b"slice", b"concat", b"replace", b"replaceAll", b"padEnd", b"json", b"data", b"defer")
)
_WHOLE = frozenset((b"*", b"parsed", b"env", b"rawPublicVars"))
#: calls whose results contain their arguments
_HANDS_ON = frozenset(
    (
        *(b"stringify", b"String", b"structuredClone", b"assign", b"freeze", b"fromEntries", b"entries", b"values"),
        *(b"merge", b"mergeConfig", b"defaults", b"cloneDeep", b"clone", b"omit", b"mapValues", b"expand", b"toObject"),
        *(b"dotenvExpand", b"config", b"parse", b"defineConfig"),
    )
)
#: methods that return an array or object with the same content, and those that return something else
_ON_ARRAYS = frozenset((b"map", b"flatMap", b"reduce", b"forEach"))
_PICKS = frozenset((b"filter", b"find", b"pickBy"))
_ANSWERS = frozenset(
    (
        *(b"length", b"startsWith", b"endsWith", b"includes", b"indexOf", b"has", b"test", b"match", b"some", b"every"),
        *(b"Boolean", b"Number", b"parseInt", b"parseFloat", b"createHash", b"digest", b"update", b"existsSync", b"is"),
    )
)
_DENIES = expression(rb"\A\(?[\w\s,\[\]()]{0,60}(?:=>|return)\s{0,9}!")
_JOINS = frozenset((b"||", b"??", b"+"))


class Dataflow:
    """Follows the expressions of one configuration."""

    def __init__(self, syntax: Syntax, is_public: Callable[[bytes], bool], *, strict: bool = False) -> None:
        """``is_public`` tells whether variables of a prefix are meant for browsers.

        ``strict``: what unknown functions are given is not taken to be part of their results.
        """
        self._syntax, self._is_public, self._strict = syntax, is_public, strict
        self._known: dict[tuple[int, int], Contents] = {}
        self._open: set[int] = set()
        self._steps = _STEPS

    def contents(self, node: Node | None, depth: int = 0) -> Contents:
        """Return what the value of an expression may contain, each once."""
        if node is None or depth > _DEPTH or node.id in self._open:
            return ()
        key = (node.start_byte, node.end_byte)
        if key not in self._known:
            if self._steps <= 0:
                return ()
            self._steps -= 1
            self._open.add(node.id)
            found = tuple(dict.fromkeys(self._of(node, depth + 1)))
            self._open.discard(node.id)
            self._known[key] = found
        return self._known[key]

    # --- expressions ----------------------------------------------------------------------------------------------

    def _of(self, node: Node, depth: int) -> Iterable[Content]:
        kind = node.type
        if kind in ("string", "string_fragment"):
            return [Content(Kind.TEXT, text(node).strip(b"\"'"), node.start_byte, node.end_byte)]
        if kind in ("identifier", "shorthand_property_identifier"):
            return self._named(node, depth)
        if kind in ("member_expression", "subscript_expression"):
            return self._member(node, depth)
        if kind in ("call_expression", "new_expression"):
            return self._called(node, depth)
        if kind == "object":
            return self._all((self._entry(one) for one in node.named_children), depth)
        if kind == "binary_expression":
            return self._binary(node, depth)
        if kind == "ternary_expression":
            return self._chosen(node, depth)
        if kind in WRAPPERS:
            return self.contents(next(iter(node.named_children), None), depth)
        if kind in ("array", "template_string"):
            return self._all(node.named_children, depth)
        if kind in FUNCTIONS:
            return self._returned(node, depth)
        return ()

    def _all(self, nodes: Iterable[Node | None], depth: int) -> list[Content]:
        return [found for one in nodes for found in self.contents(one, depth)]

    def _entry(self, node: Node) -> Node | None:
        """Return the value of one entry in an object."""
        return node.child_by_field_name("value") if node.type == "pair" else node

    def _binary(self, node: Node, depth: int) -> Iterable[Content]:
        operator = text(node.child_by_field_name("operator"))
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator == b"&&":
            return unless(is_selective(left), self.contents(right, depth))
        return self._all((left, right), depth) if operator in _JOINS else ()

    def _chosen(self, node: Node, depth: int) -> Iterable[Content]:
        """Return the contents of both branches of a condition."""
        branches = (node.child_by_field_name("consequence"), node.child_by_field_name("alternative"))
        return unless(is_selective(node.child_by_field_name("condition")), self._all(branches, depth))

    # --- names ----------------------------------------------------------------------------------------------------

    def _named(self, node: Node, depth: int) -> Iterable[Content]:
        binding = self._syntax.binding(node)
        if binding is None:
            return self._imported(node)
        found = list(self._bound(binding, depth))
        for change in self._syntax.changes.get(text(node), ()):
            if self._syntax.binding(change.target) is binding:
                found += unless(is_conditional(change.target, binding.scope), self.contents(change.value, depth))
        found += self._assigned(text(node), binding, depth)
        return found

    def _imported(self, node: Node) -> list[Content]:
        """Return what an imported name is, where a framework hands out the environment under it."""
        package, name = self._syntax.imports.get(text(node), b""), self._syntax.imported.get(text(node), b"")
        if package == b"$env/dynamic/private":
            return [Content(Kind.ALL, b"", node.start_byte, node.end_byte)]
        if package in (b"$env/static/private", b"astro:env/server"):
            return [Content(Kind.VARIABLE, name, node.start_byte, node.end_byte)]
        return []

    def _assigned(self, name: bytes, binding: Binding, depth: int) -> Iterator[Content]:
        """Yield what ``Object.assign`` adds to a variable."""
        for call in self._syntax.calls.get(b"assign", ()):
            given = arguments(call)
            if given and text(given[0]) == name and self._syntax.binding(given[0]) is binding:
                yield from self._all(given[1:], depth)

    def _bound(self, one: Binding, depth: int) -> Iterable[Content]:
        if one.kind == "parameter":
            return self._parameter(one, depth)
        if one.kind == "key":
            return keys(self.contents(one.source, depth))
        if one.kind == "element":
            return element(self.contents(one.source, depth), one.path)
        if one.source.type in FUNCTIONS:
            return ()
        nodes: list[Node] = [one.source]
        for step in one.path[:-1]:
            nodes = [value for node in nodes for value in property_of(self._syntax, node, step)]
        if not one.path:
            return self._all(nodes, depth)
        return [found for node in nodes for found in self._taken(node, one.path[-1], one.scope, depth)]

    def _parameter(self, one: Binding, depth: int) -> Iterable[Content]:
        """Return what is passed to a function: by calls of it, or as a callback for the elements of an array."""
        function = one.source
        above = function.parent
        call = above.parent if above is not None and above.type == "arguments" else None
        if call is not None and last_name(callee(call)) in (*_ON_ARRAYS, *_PICKS):
            method = callee(call)
            receiver = method.child_by_field_name("object") if method is not None else None
            if last_name(method) == b"reduce" and one.position == 0:
                return self._all(arguments(call)[1:2], depth)
            wanted = 1 if last_name(method) == b"reduce" else 0
            return element(self.contents(receiver, depth), one.path) if one.position == wanted else ()
        name = above.child_by_field_name("name") if above is not None and above.type == "variable_declarator" else None
        calls = self._syntax.calls.get(text(name or function.child_by_field_name("name")), ())
        given = [arguments(each)[one.position] for each in calls if len(arguments(each)) > one.position]
        return self._all(given, depth) if not one.path else ()

    # --- properties -----------------------------------------------------------------------------------------------

    def _member(self, node: Node, depth: int) -> Iterable[Content]:
        if text(node).replace(b"?.", b".") in _ENVIRONMENTS:
            return [Content(Kind.ALL, b"", node.start_byte, node.end_byte)]
        above = node.child_by_field_name("object")
        if above is None or last_name(node) in _ANSWERS:
            return ()
        if node.type == "member_expression":
            return self._taken(above, last_name(node), node, depth)
        names = self.contents(node.child_by_field_name("index"), depth)
        if any(one.kind is Kind.KEYS for one in names):
            return kept(self.contents(above, depth), (Kind.ALL,))
        return [found for one in names if one.kind is Kind.TEXT for found in self._taken(above, one.name, node, depth)]

    def _taken(self, above: Node, name: bytes, at: Node, depth: int) -> Iterable[Content]:
        """Return what a property of an expression contains."""
        values = property_of(self._syntax, above, name)
        if values:
            return self._all(values, depth)
        held = self.contents(above, depth)
        if not any(one.kind in (Kind.ALL, Kind.SOME) for one in held):
            return kept(held, (Kind.VARIABLE,))
        if name in _WHOLE:
            return kept(held, (Kind.ALL, Kind.SOME))
        if not _VARIABLE.match(name) and text(above) not in _ENVIRONMENTS:
            return ()
        span = (at.start_byte, at.end_byte) if at.type.endswith("_expression") else (held[0].start, held[0].end)
        return [Content(Kind.VARIABLE, name, *span)]

    # --- calls ----------------------------------------------------------------------------------------------------

    def _called(self, node: Node, depth: int) -> Iterable[Content]:
        function, given = callee(node), arguments(node)
        name = last_name(function)
        receiver = function.child_by_field_name("object") if function is not None else None
        if name == b"loadEnv":
            return self._loaded(node, given, depth)
        if self._is_dotenv(function, name):
            return [Content(Kind.ALL, b"", node.start_byte, node.end_byte)]
        if name == b"keys":
            return keys(self._all(given, depth))
        if name == b"pick":
            return self._picked(given, depth)
        if name in _ANSWERS:
            return ()
        if name in _ON_ARRAYS or name in _PICKS:
            return self._over_array(name, receiver, given, depth)
        own = self._own_function(function)
        if own is not None:
            return self._returned(own, depth)
        if name in _HANDS_ON:
            return self._all(given, depth)
        if self._strict and name not in _ON_STRINGS:
            return ()
        passed = (*given, receiver) if receiver is not None and text(receiver) not in (b"JSON", b"Object") else given
        return kept(self._all(passed, depth), (Kind.VARIABLE, Kind.TEXT))

    def _loaded(self, node: Node, given: list[Node], depth: int) -> list[Content]:
        """Return what Vite's ``loadEnv`` returns: without a prefix of one's own, only what is meant for browsers."""
        prefixes = [one.name for one in self.contents(given[2], depth) if one.kind is Kind.TEXT] if given[2:] else []
        everything = any(not one for one in prefixes)
        name = b"" if everything else b"|".join(one for one in prefixes if not self._is_public(one))
        return [Content(Kind.ALL if everything else Kind.SOME, name, node.start_byte, node.end_byte)]

    def _is_dotenv(self, function: Node | None, name: bytes) -> bool:
        if name not in (b"config", b"parse", b"load") or function is None:
            return False
        whole = text(function)
        package = self._syntax.imports.get(whole.partition(b".")[0], b"")
        return b"dotenv" in whole or package.startswith((b"dotenv", b"@dotenvx"))

    def _picked(self, given: list[Node], depth: int) -> list[Content]:
        """Return the variables that are picked by their names."""
        names = self._all(given[1:], depth)
        whole = any(one.kind is Kind.ALL for one in self._all(given[:1], depth))
        return [one._replace(kind=Kind.VARIABLE) for one in names if one.kind is Kind.TEXT] if whole else []

    def _over_array(self, name: bytes, receiver: Node | None, given: list[Node], depth: int) -> Iterable[Content]:
        if name in _PICKS:
            denies = given and _DENIES.search(text(given[-1]))
            return unless(not denies, self.contents(receiver, depth), (*PICKED, Kind.KEYS))
        if name == b"forEach" or not given:
            return ()
        callback = given[0]
        found = self._returned(callback, depth) if callback.type in FUNCTIONS else self.contents(receiver, depth)
        return [*found, *self._all(given[1:2], depth)] if name == b"reduce" else found

    def _own_function(self, function: Node | None) -> Node | None:
        binding = self._syntax.binding(function) if function is not None and function.type == "identifier" else None
        source = binding.source if binding is not None and binding.kind == "value" and not binding.path else None
        return source if source is not None and source.type in FUNCTIONS else None

    def _returned(self, function: Node, depth: int) -> list[Content]:
        """Return what a function may return."""
        body = function.child_by_field_name("body")
        if body is not None and body.type != "statement_block":
            return list(self.contents(body, depth))
        found: list[Content] = []
        for one in returns(body):
            found += unless(is_conditional(one, function), self._all(one.named_children[:1], depth))
        return found
