"""Replacement of a key in code by a look-up in the environment: one module for each language, which parses the file.

To add a language, write a module with ``replace`` and a row in ``LANGUAGES``.
"""

from __future__ import annotations

from importlib import import_module

from keyguard.fix.code.edits import Refusal, Refused, Replaced

#: bytes: larger files are no code that a person wrote
LIMIT = 1 << 20

#: language -> module with ``replace(content, span, variable, language) -> bytes``, which may raise ``Refusal``
LANGUAGES: dict[str, str] = {
    "python": "keyguard.fix.code.python",
    "javascript": "keyguard.fix.code.javascript",
    "typescript": "keyguard.fix.code.javascript",
    "tsx": "keyguard.fix.code.javascript",
    "ruby": "keyguard.fix.code.ruby",
    "php": "keyguard.fix.code.php",
    "php-laravel": "keyguard.fix.code.php",
    "go": "keyguard.fix.code.golang",
    "java": "keyguard.fix.code.java",
    "yaml-compose": "keyguard.fix.code.yaml",
    "yaml-spring": "keyguard.fix.code.yaml",
    "yaml-workflow": "keyguard.fix.code.yaml",
    "yaml": "keyguard.fix.code.yaml",
}


def replace_literal(language: str, content: bytes, span: tuple[int, int], variable: str) -> Replaced | Refused:
    """Return the text with the secret at ``span`` (bytes, half open) read from the environment, or the refusal.

    Nothing but the literal changes, except for an import that the look-up needs, and the text still parses.
    """
    start, end = span
    secret = content[start:end]
    if len(content) > LIMIT:
        return Refused("the file is too large to be code that a person wrote")
    plain = bool(secret) and all(0x21 <= byte < 0x7F for byte in secret) and not set(secret) & set(b"\"'`\\")
    if not plain or content[start - 1 : start] == b"\\":
        return Refused("the key is not written as it is: it has escapes, quotes, spaces or several lines")
    try:
        found = import_module(LANGUAGES[language]).replace(content, span, variable, language)
    except Refusal as refusal:
        return Refused(str(refusal))
    except RecursionError:
        return Refused("the file is nested too deeply")
    return Replaced(bytes(found))
