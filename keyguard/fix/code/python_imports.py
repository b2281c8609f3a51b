"""How a Python file refers to ``os.environ``, and the edit that imports it."""

from __future__ import annotations

import ast
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator

from keyguard.fix.code.edits import Edit, Refusal, newline_of

_Import = (ast.Import, ast.ImportFrom)
_Named = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
)
_BREAK = re.compile(rb"\r\n|\n|\r")


class Imports:
    """The imports of a file, as one of its nodes sees them."""

    def __init__(self, tree: ast.Module, content: bytes, user: ast.expr) -> None:
        """Find them. Raise ``Refusal`` if something else is called ``os``."""
        self._tree, self._content = tree, content
        self._mark = len(BOM_UTF8) * content.startswith(BOM_UTF8)
        self._lines = [self._mark, *(found.end() for found in _BREAK.finditer(content))]
        self._name, self._direct, self._found = "os", False, False
        for statement in _before(tree, user):
            self._note(statement)
        #: the source of the mapping that is indexed
        self.environ = self._name if self._direct else f"{self._name}.environ"
        _refuse_shadows(tree, self._name)
        self._at = None if self._found else self._place()

    def _note(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Import) and not self._found:
            for alias in statement.names:
                if alias.name == "os" or (alias.name.startswith("os.") and not alias.asname):
                    self._name, self._found = alias.asname or "os", True
        elif isinstance(statement, ast.ImportFrom) and statement.module == "os" and not self._found:
            for alias in statement.names:
                if alias.name == "environ":
                    self._name, self._direct, self._found = alias.asname or "environ", True, True

    def look_up(self, variable: str) -> ast.expr:
        """Return the tree of the look-up."""
        name: ast.expr = ast.Name(id=self._name, ctx=ast.Load())
        environ = name if self._direct else ast.Attribute(value=name, attr="environ", ctx=ast.Load())
        return ast.Subscript(value=environ, slice=ast.Constant(value=variable), ctx=ast.Load())

    def missing(self) -> list[Edit]:
        """Return the edit that imports ``os``; none if it is imported."""
        if self._at is None:
            return []
        _, at, before, after = self._at
        line = newline_of(self._content)
        if at > self._mark and self._content[at - 1 : at] not in (b"\n", b"\r"):
            before += 1
        return [Edit(at, at, line * before + b"import os" + line * (1 + after))]

    def added_to(self, tree: ast.Module) -> ast.Module:
        """Return the tree with that import added."""
        if self._at is not None:
            tree.body.insert(self._at[0], ast.Import(names=[ast.alias(name="os")]))
        return tree

    def _place(self) -> tuple[int, int, int, int]:
        """Return (index among the statements, offset, empty lines before, empty lines after)."""
        body = self._tree.body
        head = _head(body)
        group = self._group(head)
        if not group:
            return self._before_code(head)
        plain = [one for one in group if isinstance(one, ast.Import)]
        later = [one for one in plain if one.names[0].name > "os"]
        if not any(map(_is_standard, group)):
            return (body.index(group[0]), self._start(group[0]), 0, 1)
        if later or not plain:
            first = (later or group)[0]
            return (body.index(first), self._start(first), 0, 0)
        return (body.index(plain[-1]) + 1, self._after(plain[-1]), 0, 0)

    def _group(self, head: int) -> list[ast.stmt]:
        """Return the first imports that stand on consecutive lines."""
        group: list[ast.stmt] = []
        for statement in self._tree.body[head:]:
            if not isinstance(statement, _Import) or (group and statement.lineno != (group[-1].end_lineno or 0) + 1):
                break
            group.append(statement)
        return group

    def _before_code(self, head: int) -> tuple[int, int, int, int]:
        """Return where code begins in a file without imports: behind its head, or before its first statement."""
        if head:
            at = self._after(self._tree.body[head - 1])
            return head, at, 1, int(self._content[at : at + 1] not in (b"", b"\n", b"\r"))
        first = self._tree.body[0]
        line = min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", ()))]) - 1
        above = line
        while above and self._line(above - 1).lstrip().startswith(b"#"):
            above -= 1
        at = line if above == 0 else above  # comments at the very top describe the file
        if at == 0:
            return 0, self._mark, 0, 1
        return 0, self._lines[at], 0, 1

    def _line(self, index: int) -> bytes:
        end = self._lines[index + 1] if index + 1 < len(self._lines) else len(self._content)
        return self._content[self._lines[index] : end]

    def _start(self, statement: ast.stmt) -> int:
        """Return where the line of a statement begins. Raise ``Refusal`` if the statement does not begin it."""
        if statement.col_offset:
            raise Refusal("the imports stand behind something else: import os by hand")
        return self._lines[statement.lineno - 1]

    def _after(self, statement: ast.stmt) -> int:
        line = statement.end_lineno or statement.lineno
        return self._lines[line] if line < len(self._lines) else len(self._content)


def _head(body: list[ast.stmt]) -> int:
    """Return how many statements must stay first: a docstring, and imports from ``__future__``."""
    count = 0
    if body and isinstance(body[0], ast.Expr) and isinstance(getattr(body[0].value, "value", None), str):
        count = 1
    while count < len(body):
        statement = body[count]
        if not isinstance(statement, ast.ImportFrom) or statement.module != "__future__":
            break
        count += 1
    return count


def _is_standard(statement: ast.stmt) -> bool:
    """Return whether the statement imports from the standard library."""
    names = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else []
    if isinstance(statement, ast.ImportFrom) and not statement.level:
        names = [statement.module or ""]
    return any(name.partition(".")[0] in sys.stdlib_module_names for name in names)


def _before(tree: ast.Module, user: ast.expr) -> Iterator[ast.stmt]:
    """Yield the statements that have certainly run when the node runs."""
    early = _runs_at_once(tree, user)
    holder = next(one for one in tree.body if any(node is user for node in ast.walk(one)))
    passed = False
    for statement in tree.body:
        passed = passed or statement is holder
        # anything but imports and function definitions may call a function
        quiet = isinstance(statement, (*_Import, ast.FunctionDef, ast.AsyncFunctionDef))
        if statement is early or (passed and statement is not holder and not quiet):
            return
        yield statement


def _runs_at_once(tree: ast.Module, user: ast.expr) -> ast.stmt | None:
    """Return the statement that contains the node, if it runs during import; None if a function contains it."""
    for statement in tree.body:
        if any(node is user for node in ast.walk(statement)):
            return None if any(one is user for one in _within_functions(statement)) else statement
    return None


def _within_functions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield all nodes that run only when a function is called."""
    for node in ast.walk(statement):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for part in node.body:
                yield from ast.walk(part)


def _refuse_shadows(tree: ast.Module, name: str) -> None:
    for node in ast.walk(tree):
        if name in _bound(node):
            raise Refusal(f"something else is called {name} in this file")


def _bound(node: ast.AST) -> list[str | None]:
    """Return the names that a node binds, except imports of the modules themselves."""
    if isinstance(node, ast.Name):
        return [node.id] if not isinstance(node.ctx, ast.Load) else []
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.Import):
        return [alias.asname for alias in node.names if alias.asname and alias.name != "os"]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names if node.module != "os"]
    if isinstance(node, _Named):
        return [node.name]
    return [node.rest] if isinstance(node, ast.MatchMapping) else []
