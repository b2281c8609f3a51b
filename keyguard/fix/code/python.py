"""Python: ``os.environ["X"]``, with ``import os``; in a longer text an f-string.

The result is proved: the new text must parse to the old tree with that one change in it.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from codecs import BOM_UTF8
from typing import NamedTuple

from keyguard.fix.code.edits import Edit, Refusal, edited, spaced
from keyguard.fix.code.python_imports import Imports

_PREFIX = re.compile(rb"([A-Za-z]*)('''|\"\"\"|'|\")")
_BREAK = re.compile(rb"\r\n|\n|\r")


class Literal(NamedTuple):
    """One string token, and the node of the tree that it is, or is a part of."""

    start: int
    end: int
    prefix: bytes
    quote: bytes
    node: ast.Constant | ast.JoinedStr
    whole: bool
    """Whether the node is this token alone, and not several adjacent ones."""


def replace(content: bytes, span: tuple[int, int], variable: str, language: str) -> bytes:
    """Return the text with the look-up. Raise ``Refusal`` if that cannot be done."""
    tree = parsed(content)
    literal = _literal(content, tree, span)
    _refuse_place(tree, literal.node)
    imports = Imports(tree, content, literal.node)
    text = _rewritten(content, literal, span, f"{imports.environ}[%s]", variable)
    edit = spaced(content, Edit(literal.start, literal.end, text))
    result = edited(content, [edit, *imports.missing()])
    expected = _expected(tree, literal, content[span[0] : span[1]].decode(), imports, variable)
    if not _is(result, expected):
        raise Refusal("it could not be replaced without a change to something else")
    return result


def _is(content: bytes, expected: ast.Module) -> bool:
    try:
        return ast.dump(parsed(content)) == ast.dump(expected)
    except Refusal:
        return False


def parsed(content: bytes) -> ast.Module:
    """Return the tree of a text in UTF-8. Raise ``Refusal`` if it does not parse."""
    try:
        text = content.removeprefix(BOM_UTF8).decode()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Refusal("the file does not parse as Python") from None
    if encoding not in ("utf-8", "utf-8-sig"):
        raise Refusal("the file is not written in UTF-8")
    return tree


def _literal(content: bytes, tree: ast.Module, span: tuple[int, int]) -> Literal:
    """Return the string literal around the span. Raise ``Refusal`` if there is none."""
    lines = line_starts(content)
    token = _token(content, lines, span)
    node = _node(tree, lines, token)
    found = _PREFIX.match(content, token[0])
    if node is None or found is None:
        raise Refusal("it does not stand in a text literal")
    whole = token == _range(node, lines)
    return Literal(*token, found[1].lower(), found[2], node, whole)


def line_starts(content: bytes) -> list[int]:
    """Return the offset of each line, in bytes; that of the first is behind a byte-order mark."""
    return [len(BOM_UTF8) * content.startswith(BOM_UTF8), *(found.end() for found in _BREAK.finditer(content))]


def _token(content: bytes, lines: list[int], span: tuple[int, int]) -> tuple[int, int]:
    """Return the span of the token around ``span``; an f-string is one token, whatever this Python makes of it."""
    opened: list[int] = []
    for token in _tokens(content):
        start = _offset(content, lines, token.start)
        end = _offset(content, lines, token.end)
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":
            opened.append(start)
        elif name == "FSTRING_END" and opened:
            start = opened.pop()
        elif name == "COMMENT" and start <= span[0] < end:
            raise Refusal("it stands in a comment: take it out by hand")
        elif name != "STRING":
            continue
        if name != "FSTRING_START" and start <= span[0] and span[1] <= end:
            return start, end
    raise Refusal("it does not stand in a text literal")


def _tokens(content: bytes) -> list[tokenize.TokenInfo]:
    text = content.removeprefix(BOM_UTF8).decode()
    try:
        return list(tokenize.generate_tokens(io.StringIO(text, newline="").readline))
    except (tokenize.TokenError, SyntaxError):
        raise Refusal("the file does not parse as Python") from None


def _offset(content: bytes, lines: list[int], place: tuple[int, int]) -> int:
    """Return the offset, in bytes, of a line and a column in characters."""
    line, column = place
    start = lines[line - 1] if line <= len(lines) else len(content)
    end = lines[line] if line < len(lines) else len(content)
    return start + len(content[start:end].decode()[:column].encode())


def _range(node: ast.expr, lines: list[int]) -> tuple[int, int]:
    start = lines[node.lineno - 1] + node.col_offset
    return start, lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def _node(tree: ast.Module, lines: list[int], token: tuple[int, int]) -> ast.Constant | ast.JoinedStr | None:
    """Return the smallest string in the tree that contains the token; parts of an f-string have no position."""
    found: list[tuple[int, ast.Constant | ast.JoinedStr]] = []
    inner = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))):
            start, end = _range(node, lines)
            if start <= token[0] and token[1] <= end and id(node) not in inner:
                found.append((end - start, node))
    return min(found, key=lambda one: one[0])[1] if found else None


def _rewritten(content: bytes, literal: Literal, span: tuple[int, int], look_up: str, variable: str) -> bytes:
    """Return the source that replaces the token."""
    opening = literal.start + len(literal.prefix) + len(literal.quote)
    before, after = content[opening : span[0]], content[span[1] : literal.end - len(literal.quote)]
    quote = literal.quote.decode()[0]
    if b"b" in literal.prefix:
        return _of_bytes(literal, before, after, look_up % f"{quote}{variable}{quote}")
    if literal.whole and not (before or after) and b"f" not in literal.prefix:
        return (look_up % f"{quote}{variable}{quote}").encode()
    other = "'" if quote == '"' else '"'
    value = b"{" + (look_up % f"{other}{variable}{other}").encode() + b"}"
    if b"f" not in literal.prefix:
        if b"r" not in literal.prefix and b"\\N{" in before + after:
            raise Refusal("the text around it has escapes that f-strings do not know")
        before, after = (part.replace(b"{", b"{{").replace(b"}", b"}}") for part in (before, after))
    raw = b"r" if b"r" in literal.prefix else b""
    return b"f" + raw + literal.quote + before + value + after + literal.quote


def _of_bytes(literal: Literal, before: bytes, after: bytes, look_up: str) -> bytes:
    if not literal.whole:
        raise Refusal("it is one of several literals that stand beside each other")
    start = literal.prefix + literal.quote
    parts = [start + before + literal.quote if before else b"", f"{look_up}.encode()".encode()]
    parts.append(start + after + literal.quote if after else b"")
    text = b" + ".join(part for part in parts if part)
    return b"(" + text + b")" if before or after else text


def _expected(tree: ast.Module, literal: Literal, secret: str, imports: Imports, variable: str) -> ast.Module:
    """Return the tree that the new text must have."""
    look_up = imports.look_up(variable)
    _Change(literal.node, _value(literal.node, secret, look_up, as_text=not literal.whole)).visit(tree)
    return imports.added_to(tree)


def _value(node: ast.Constant | ast.JoinedStr, secret: str, look_up: ast.expr, *, as_text: bool) -> ast.expr:
    if isinstance(node, ast.JoinedStr):
        return ast.JoinedStr(values=[part for value in node.values for part in _split(value, secret, look_up)])
    if isinstance(node.value, bytes):
        return _sum(node.value.partition(secret.encode()), look_up)
    if node.value == secret and not as_text:
        return look_up
    return ast.JoinedStr(values=_split(node, secret, look_up))


def _split(value: ast.expr, secret: str, look_up: ast.expr) -> list[ast.expr]:
    """Return a part of an f-string, split where the secret was."""
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str) or secret not in value.value:
        return [value]
    if value.value.count(secret) > 1:
        raise Refusal("it stands in the same text twice")
    before, _, after = value.value.partition(secret)
    middle = ast.FormattedValue(value=look_up, conversion=-1, format_spec=None)
    return [*_constant(before), middle, *_constant(after)]


def _constant(text: str) -> list[ast.expr]:
    return [ast.Constant(value=text)] if text else []


def _sum(parts: tuple[bytes, bytes, bytes], look_up: ast.expr) -> ast.expr:
    """Return the concatenation of the bytes around the secret with the look-up."""
    call = ast.Call(func=ast.Attribute(value=look_up, attr="encode", ctx=ast.Load()), args=[], keywords=[])
    total: ast.expr = call
    if parts[0]:
        total = ast.BinOp(left=ast.Constant(value=parts[0]), op=ast.Add(), right=call)
    if parts[2]:
        total = ast.BinOp(left=total, op=ast.Add(), right=ast.Constant(value=parts[2]))
    return total


class _Change(ast.NodeTransformer):
    """Replaces one node by another."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the new node for the old one."""
        if node is self._old:
            return self._new
        found: ast.AST = self.generic_visit(node)
        return found


def _refuse_place(tree: ast.Module, node: ast.expr) -> None:
    for around in ast.walk(tree):
        if isinstance(around, ast.Expr) and around.value is node:
            raise Refusal("it is a text that nothing uses: take it out by hand")
        if isinstance(around, ast.MatchValue) and around.value is node:
            raise Refusal("Python takes only constants as a pattern")
        for part in _never_within(around):
            if any(child is node for child in ast.walk(part)):
                raise Refusal("it is a type, and those are written down")


def _never_within(node: ast.AST) -> list[ast.expr]:
    """Return the parts of a node that are types."""
    if isinstance(node, ast.Subscript) and getattr(node.value, "attr", getattr(node.value, "id", "")) == "Literal":
        return [node.slice]
    parts = (getattr(node, "annotation", None), getattr(node, "returns", None))
    return [part for part in parts if isinstance(part, ast.expr)]
