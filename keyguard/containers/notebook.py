"""Notebooks of Jupyter: the source of each cell, and what it printed, as the text that a reader sees.

Format: https://nbformat.readthedocs.io, versions 3 and 4. Images in outputs are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from keyguard.containers.budget import Budget
from keyguard.containers.codecs import DAMAGED
from keyguard.containers.content import Content, Entry, NotRead, slices

_ENDINGS = {"python": b".py", "r": b".r", "julia": b".jl", "javascript": b".js", "scala": b".scala", "bash": b".sh"}


def read_notebook(content: Content, budget: Budget) -> Iterator[Entry]:
    """Yield the sources and outputs of all cells. Raise ``NotRead`` if it is no notebook."""
    data = content.whole()
    budget.spend(len(data))
    try:
        book: Any = msgspec.json.decode(data)
        cells = [
            *_items(book, "cells"),
            *(cell for sheet in _items(book, "worksheets") for cell in _items(sheet, "cells")),
        ]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotRead(f"{DAMAGED}: it is no JSON") from None
    ending = _ENDINGS.get(_language(book), b".txt")
    for number, cell in enumerate(cells, 1):
        is_code = _field(cell, "cell_type") == "code"
        for source in filter(None, (_joined(_field(cell, "source")), _joined(_field(cell, "input")))):
            budget.entry()
            yield _entry(b"cell-%d%b" % (number, ending if is_code else b".md"), source)
        printed = "\n".join(filter(None, map(_printed, _items(cell, "outputs"))))
        if printed:
            budget.entry()
            yield _entry(b"cell-%d-output.txt" % number, printed)


def _entry(name: bytes, text: str) -> Entry:
    data = text.encode("utf-8", "replace")
    return Entry(name, slices(data, 0, len(data)))


def _printed(output: Any) -> str:
    """Return the text of an output: what was written, what was returned, and what was raised."""
    data = _field(output, "data")
    shown = [value for kind, value in data.items() if not kind.startswith("image/")] if isinstance(data, dict) else []
    return "\n".join(filter(None, map(_joined, (_field(output, "text"), *shown, _field(output, "traceback")))))


def _joined(text: Any) -> str:
    """Return a text, which may be a list of its lines; other values as JSON."""
    if isinstance(text, list) and all(isinstance(one, str) for one in text):
        return "".join(text)
    if text is None or isinstance(text, str):
        return text or ""
    return msgspec.json.encode(text).decode()


def _language(book: Any) -> str:
    about = _field(book, "metadata")
    found = _field(_field(about, "kernelspec"), "language") or _field(_field(about, "language_info"), "name")
    return found.lower() if isinstance(found, str) else "python"


def _items(value: Any, name: str) -> list[Any]:
    found = _field(value, name)
    return found if isinstance(found, list) else []


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
