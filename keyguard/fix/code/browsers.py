"""Signs of where JavaScript runs: a key must not get into a browser, and not every server is Node.js."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyguard.fix.code.edits import Refusal
from keyguard.fix.code.grammar import Code

if TYPE_CHECKING:
    from tree_sitter import Node

_WHY = "a browser gets this file, and with it whatever is put in: move the call to a server"
_APP = "an app has this file, and with it whatever is put in: move the call to a server"
_ELSEWHERE = "what runs this file hands variables to it in another way than process.env"
#: globals that only browsers have
_GLOBALS = (
    b"$",
    b"XMLHttpRequest",
    b"alert",
    b"document",
    b"jQuery",
    b"localStorage",
    b"navigator",
    b"sessionStorage",
    b"window",
)
#: React functions that components use only in a browser
_CLIENT_ONLY = (
    b"createRoot",
    b"hydrateRoot",
    b"useEffect",
    b"useLayoutEffect",
    b"useReducer",
    b"useRef",
    b"useState",
)
#: packages for browsers or phones only, and imports of other engines
_PACKAGES = (
    (re.compile(rb"(?:@angular/(?!ssr)[a-z-]+|jquery|preact|react-dom(?:/client)?|solid-js|svelte|vue)\Z"), _WHY),
    (re.compile(rb"(?:react-native|expo)(?:[/-].*)?\Z"), _APP),
    (re.compile(rb"(?:https?|jsr|npm|cloudflare):"), _ELSEWHERE),
)


def refuse_browsers(code: Code) -> None:
    """Raise ``Refusal`` if the file shows that a browser runs it, or an engine other than Node.js."""
    if _is_marked(code):
        raise Refusal(_WHY)
    scopes = _Scopes(code)
    for leaf, parent in code.leaves():
        text = code.text(leaf)
        if leaf.type == "meta" and parent.type == "meta_property" and _reads_env(code, leaf):
            raise Refusal(_WHY)
        if leaf.type == "identifier" and text in _CLIENT_ONLY and parent.type == "import_specifier":
            raise Refusal(_WHY)
        if leaf.type == "string_fragment":
            _refuse_package(code, leaf, text)
        if leaf.type == "identifier" and text in _GLOBALS and _is_used(parent, leaf) and not scopes.declare(leaf):
            raise Refusal(_WHY)
        if leaf.type == "identifier" and text == b"Deno" and parent.type == "member_expression":
            raise Refusal(_ELSEWHERE)
        if leaf.type == "property_identifier" and text == b"fetch" and _is_handler(code, leaf, parent):
            raise Refusal(_ELSEWHERE)


def _refuse_package(code: Code, leaf: Node, name: bytes) -> None:
    """Raise ``Refusal`` if the file imports a package for another engine."""
    why = next((reason for pattern, reason in _PACKAGES if pattern.match(name)), "")
    around = code.ancestors(leaf)[1] if why else None
    if around is None:
        return
    if around.type == "import_statement" or (around.type == "arguments" and _calls(code, around.parent)):
        raise Refusal(why)


def _calls(code: Code, call: Node | None) -> bool:
    function = call.child_by_field_name("function") if call is not None else None
    return function is not None and code.text(function) == b"require"


def _is_used(parent: Node, leaf: Node) -> bool:
    """Return whether the name is used, and not only tested for existence."""
    if parent.type in ("call_expression", "new_expression"):
        arguments = parent.child_by_field_name("arguments")
        if arguments is not None and arguments.type == "template_string":
            return False  # a tagged template, as scripts for shells use it
        return leaf in (parent.child_by_field_name("function"), parent.child_by_field_name("constructor"))
    return parent.type in ("arguments", "member_expression", "subscript_expression")


class _Scopes:
    """The names that functions and blocks of a file declare."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._known: dict[tuple[int, bytes], bool] = {}

    def declare(self, leaf: Node) -> bool:
        """Return whether the file itself declares the name, in a function around it or at the top."""
        name = self._code.text(leaf)
        for one in self._code.ancestors(leaf):
            if (one.id, name) not in self._known:
                self._known[one.id, name] = any(_names(self._code, part, name) for part in _parts(one))
            if self._known[one.id, name]:
                return True
        return False


def _parts(scope: Node) -> list[Node]:
    """Return the nodes in which a scope declares names."""
    found = [scope.child_by_field_name(field) for field in ("parameters", "parameter")]
    if scope.type in ("program", "statement_block"):
        found += [part for statement in scope.named_children for part in _declarations(statement)]
    return [one for one in found if one is not None]


def _declarations(statement: Node) -> list[Node]:
    """Return the nodes in which a statement declares names: variables, functions, classes and imports."""
    if statement.type in ("lexical_declaration", "variable_declaration"):
        found = [one.child_by_field_name("name") for one in statement.named_children]
    elif statement.type == "import_statement":
        found = [one for one in statement.named_children if one.type == "import_clause"]
    elif statement.type in ("function_declaration", "class_declaration"):
        found = [statement.child_by_field_name("name")]
    else:
        found = []
    return [one for one in found if one is not None]


def _names(code: Code, part: Node, name: bytes) -> bool:
    if not part.child_count:
        return code.text(part) == name
    return any(_names(code, child, name) for child in part.named_children)


def _is_handler(code: Code, leaf: Node, method: Node) -> bool:
    """Return whether it is the method through which edge workers are called and receive their variables."""
    around = [one.type for one in code.ancestors(leaf)[1:3]]
    return method.type == "method_definition" and around == ["object", "export_statement"]


def _is_marked(code: Code) -> bool:
    """Return whether the file begins with ``"use client"``."""
    for statement in code.root.children:
        if statement.type in ("comment", "hash_bang_line"):
            continue
        if statement.type != "expression_statement":
            return False
        if code.text(statement).rstrip(b";").strip()[1:-1] == b"use client":
            return True
    return False


def _reads_env(code: Code, meta: Node) -> bool:
    """Return whether ``import.meta`` is asked for ``env``, which builds for browsers fill in."""
    around = next((one for one in code.ancestors(meta) if one.type == "member_expression"), None)
    field = around.child_by_field_name("property") if around is not None else None
    return field is not None and code.text(field) == b"env"
