"""Signs that code runs in a browser: a key has no place there, however it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyguard.remedy.code.edits import Refusal
from keyguard.remedy.code.grammar import Code

if TYPE_CHECKING:
    from tree_sitter import Node

_WHY = "a browser gets this file, and with it whatever is put in: move the call to a server"
#: what only browsers have
_GLOBALS = (b"document", b"localStorage", b"navigator", b"sessionStorage", b"window")
#: what a component takes that does something in a browser
_CLIENT_ONLY = (
    b"createRoot",
    b"hydrateRoot",
    b"useEffect",
    b"useLayoutEffect",
    b"useReducer",
    b"useRef",
    b"useState",
)


def refuse_browsers(code: Code) -> None:
    """Raise ``Refusal`` where the file says that browsers run it."""
    if _is_marked(code):
        raise Refusal(_WHY)
    used: set[bytes] = set()
    own: set[bytes] = set()
    for leaf, parent in code.leaves():
        text = code.text(leaf)
        if leaf.type == "meta" and parent.type == "meta_property" and _reads_env(code, leaf):
            raise Refusal(_WHY)
        if leaf.type == "identifier" and text in _CLIENT_ONLY and parent.type == "import_specifier":
            raise Refusal(_WHY)
        if text in _GLOBALS and "identifier" in leaf.type and leaf.type != "property_identifier":
            (used if parent.type == "member_expression" else own).add(text)
    if used - own:
        raise Refusal(_WHY)


def _is_marked(code: Code) -> bool:
    """Whether the file begins with ``"use client"``."""
    for statement in code.root.children:
        if statement.type in ("comment", "hash_bang_line"):
            continue
        if statement.type != "expression_statement":
            return False
        if code.text(statement).rstrip(b";").strip()[1:-1] == b"use client":
            return True
    return False


def _reads_env(code: Code, meta: Node) -> bool:
    """Whether ``import.meta`` is asked for its ``env``, which builds for browsers fill in."""
    around = next((one for one in code.ancestors(meta) if one.type == "member_expression"), None)
    field = around.child_by_field_name("property") if around is not None else None
    return field is not None and code.text(field) == b"env"
