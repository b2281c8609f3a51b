"""The small changes that a mutation test makes: which there are in a module, and the module with one of them made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Mutation", "mutations"]

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "+",
    ast.FloorDiv: "*",
    ast.Mod: "//",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.LShift: ">>",
    ast.RShift: "<<",
}


class Mutation(NamedTuple):
    """One change: the bytes from ``start`` to ``end`` of the module at ``path`` become ``text``."""

    path: str
    line: int
    start: int
    end: int
    text: str

    def __str__(self) -> str:
        """Name the mutation so that it can be found again."""
        return f"{self.path}:{self.line}[{self.start}:{self.end}] {self.text}"

    def applied(self, source: str) -> str:
        """Return the module with the change made."""
        data = source.encode()
        return (data[: self.start] + self.text.encode() + data[self.end :]).decode()

    def parses(self, source: str) -> bool:
        """Return whether the changed module is still Python."""
        try:
            compile(self.applied(source), self.path, "exec")
        except SyntaxError:
            return False
        return True


class _Places:
    """Where nodes stand in a source text, in bytes."""

    def __init__(self, path: str, source: str) -> None:
        self.path = path
        self.data = source.encode()
        self._starts = [0]
        for line in self.data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.data[start:end].decode()

    def change(self, node: ast.expr | ast.stmt, text: str) -> Mutation:
        start, end = self.span(node)
        return Mutation(self.path, node.lineno, start, end, text)


def mutations(path: str, source: str) -> list[Mutation]:
    """Return all mutations of a module in the order of its text; a few may not be Python any more."""
    places = _Places(path, source)
    found = {each for node in _executed(ast.parse(source)) for each in _of(node, places)}
    return sorted(found, key=lambda each: each[1:])


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node that runs: no annotation, no docstring, nothing below ``if TYPE_CHECKING``."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "type_params", "decorator_list"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _is_inert(node):
                continue
            yield node
            yield from _executed(node)


def _is_inert(node: ast.AST) -> bool:
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, (ast.Import, ast.ImportFrom, ast.Assert))


def _of(node: ast.AST, places: _Places) -> Iterator[Mutation]:
    """Yield the mutations of one node."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = places.text(node.left), places.text(node.comparators[0])
        yield places.change(node, f"({left} {COMPARISONS[type(node.ops[0])]} {right})")
    elif isinstance(node, ast.BoolOp):
        word = " or " if isinstance(node.op, ast.And) else " and "
        yield places.change(node, "(" + word.join(f"({places.text(value)})" for value in node.values) + ")")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield places.change(node, f"bool({places.text(node.operand)})")
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS and not _is_text(node):
        left, right = places.text(node.left), places.text(node.right)
        yield places.change(node, f"({left} {OPERATORS[type(node.op)]} {right})")
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node, places)
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)) and not isinstance(node.test, (ast.Compare, ast.BoolOp)):
        yield places.change(node.test, f"(not ({places.text(node.test)}))")
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield places.change(node.value, "None")
    elif isinstance(node, (ast.Continue, ast.Break)):
        yield places.change(node, "break" if isinstance(node, ast.Continue) else "continue")
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield places.change(node, "pass")


def _of_constant(node: ast.Constant, places: _Places) -> Iterator[Mutation]:
    if isinstance(node.value, bool):
        yield places.change(node, str(not node.value))
    elif isinstance(node.value, int):
        yield places.change(node, f"{node.value + 1}")


def _is_text(node: ast.BinOp) -> bool:
    """Whether an operand is a text literal, so that another operator would only be a type error."""
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, (str, bytes)))
        for side in (node.left, node.right)
    )
