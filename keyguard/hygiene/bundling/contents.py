"""What an expression may contain, and how conditions and loops select from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from keyguard.hygiene.bundling.syntax import FUNCTIONS, text
from keyguard.support.regex import expression

if TYPE_CHECKING:
    from tree_sitter import Node

#: a condition that looks at the name of a variable
_CONDITION = expression(
    rb"\b(?:startsWith|endsWith|test|includes|indexOf|match|has|some|hasOwnProperty)\b|\bin\b|===|/\^"
)


class Kind(Enum):
    """The kinds of what an expression may contain."""

    ALL = "all"
    """The whole environment."""
    SOME = "some"
    """An environment from which only variables of public prefixes are taken."""
    VARIABLE = "variable"
    KEYS = "keys"
    """The names of all variables."""
    TEXT = "text"


class Content(NamedTuple):
    """One thing that an expression may contain, and the span of the code that shows it, in bytes."""

    kind: Kind
    name: bytes
    start: int
    end: int


Contents = tuple[Content, ...]


#: what a condition on names picks from
PICKED = (Kind.ALL,)


def is_selective(condition: Node | None) -> bool:
    """Return whether a condition looks at the name of a variable."""
    return _CONDITION.search(text(condition)) is not None


def unless(condition: object, found: Iterable[Content], kinds: tuple[Kind, ...] = PICKED) -> list[Content]:
    """Return the contents; under a condition on names without the whole environment, from which it picks."""
    return [one for one in found if not (condition and one.kind in kinds)]


def kept(found: Iterable[Content], kinds: tuple[Kind, ...]) -> list[Content]:
    """Return the contents of some kinds."""
    return [one for one in found if one.kind in kinds]


def keys(found: Iterable[Content]) -> list[Content]:
    """Return the names of what is an environment as a whole."""
    return [one._replace(kind=Kind.KEYS) for one in found if one.kind is Kind.ALL]


def element(found: Iterable[Content], path: tuple[bytes, ...]) -> list[Content]:
    """Return what an element of an array contains; of an entry of an object, the name comes first."""
    return keys(found) if path[-1:] == (b"0",) else list(found)


def is_conditional(node: Node, scope: Node) -> bool:
    """Return whether a statement inside ``scope`` runs only under a condition on names, or behind a guard."""
    above = node.parent
    while above is not None and above.start_byte > scope.start_byte:
        if above.type == "if_statement" and is_selective(above.child_by_field_name("condition")):
            return True
        if above.type == "statement_block" and _has_guard(above, node.start_byte):
            return True
        above = above.parent
    return False


def _has_guard(block: Node, before: int) -> bool:
    """Return whether an earlier statement of a block leaves it under a condition on names."""
    early = (one for one in block.named_children if one.type == "if_statement" and one.end_byte <= before)
    return any(
        is_selective(one.child_by_field_name("condition"))
        and (b"continue" in text(one.child_by_field_name("consequence")) or b"return" in text(one))
        for one in early
    )


def returns(body: Node | None) -> Iterator[Node]:
    """Yield the return statements of a function, without those of functions in it."""
    waiting = [body] if body is not None else []
    while waiting:
        node = waiting.pop()
        if node.type == "return_statement":
            yield node
        elif node.type not in FUNCTIONS:
            waiting += reversed(node.named_children)
