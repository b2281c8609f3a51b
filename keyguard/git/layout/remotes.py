"""Read the remotes in a repository's own configuration without git; no setting in the file is obeyed.

The format is described in git-config(1), section "Syntax". Included files are not read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.git.layout.control_files import read_control
from keyguard.git.layout.repository import Repository
from keyguard.support.errors import GitError

_LIMIT = 1 << 20
_SECTION = re.compile(r'\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\\n]|\\.)*)")?\s*\]')
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*(=?)")
#: tokens of a value: plain text, an escape (including a continued line), a quote, the start of a comment
_VALUE = re.compile(r'[^"\\#;\n]+|\\(?:\r?\n|.)|["#;]')
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}


class Remote(NamedTuple):
    """One remote."""

    name: str
    urls: tuple[str, ...]
    """URLs to fetch from, as written."""
    push_urls: tuple[str, ...]
    """URLs to push to, if they differ."""


def remotes_of(repository: Repository) -> list[Remote]:
    """Return the remotes that have a URL, in the order of the file. Raise GitError if the file cannot be read."""
    data = read_control(os.path.join(repository.common_dir, "config"), _LIMIT) or b""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for section, name, key, value in entries(data.decode("utf-8", "surrogateescape")):
        if section == "remote" and name and key in ("url", "pushurl"):
            kept = found.setdefault(name, ([], []))[key == "pushurl"]
            # an empty value clears the list
            kept.append(value) if value else kept.clear()
    return [Remote(name, tuple(urls), tuple(push)) for name, (urls, push) in found.items() if urls or push]


def entries(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield ``(section, subsection, key, value)`` of a configuration file, with section and key in lower case.

    Raise GitError where git would reject the file.
    """
    section, name, at = "", "", 0
    while at < len(text):
        char = text[at]
        if char in " \t\r\n\ufeff":
            at += 1
        elif char in "#;":
            at = _line_end(text, at)
        elif match := _SECTION.match(text, at):
            section, name, at = match[1].lower(), re.sub(r"\\(.)", r"\1", match[2] or ""), match.end()
            if match[2] is None and "." in section:
                section, _, name = section.partition(".")
        elif match := _KEY.match(text, at):
            value, at = _value(text, match.end()) if match[2] else ("", match.end())
            if not match[2] and text[at : _line_end(text, at)].strip():
                raise _damaged(text, at)
            yield section, name, match[1].lower(), value
        else:
            raise _damaged(text, at)


def _value(text: str, at: int) -> tuple[str, int]:
    """Return the value that begins at ``at``, and where the next line begins."""
    parts: list[str] = []
    quoted, firm = False, 0
    while match := _VALUE.match(text, at):
        piece, at = match[0], match.end()
        if piece == '"':
            quoted = not quoted
        elif piece in "#;" and not quoted:
            at = _line_end(text, at)
            break
        elif piece.startswith("\\"):
            # a backslash at the end of a line continues the value on the next line
            parts += [] if piece.endswith("\n") else [_ESCAPES.get(piece[1:], piece[1:])]
            firm = firm if piece.endswith("\n") else len(parts)
        else:
            parts.append(piece if quoted or parts else piece.lstrip())
        firm = len(parts) if quoted else firm
    if quoted:
        raise GitError("the repository's configuration is damaged: a quote is not closed")
    # trailing blanks count only within quotes
    return "".join(parts[:firm]) + "".join(parts[firm:]).rstrip(), at


def _damaged(text: str, at: int) -> GitError:
    return GitError(f"the repository's configuration is damaged in line {text.count(chr(10), 0, at) + 1}")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
