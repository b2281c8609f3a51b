"""Files of ``NAME=value``: what they hold, one more line, and the same with names only, for others to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from keyguard.remedy.code.edits import newline_of
from keyguard.secrets import MASK

_SETTING = re.compile(
    rb"""[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*"""
    rb"""(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>[^']*)'|`(?P<back>[^`]*)`|(?P<plain>[^\r\n]*))""",
    re.DOTALL,
)
_COMMENTED = re.compile(rb"[ \t]*#+[ \t]*(?:export[ \t]+)?(?P<name>[A-Z_][A-Z0-9_]*)[ \t]*=")
_COMMENT = re.compile(rb"[ \t]+#.*")
_PLAIN = re.compile(rb"[A-Za-z0-9_./:@%+,=-]*\Z")
#: what may be a secret in a comment: long, and not made of words alone
_RANDOM = re.compile(rb"(?=[A-Za-z0-9+/_=.-]*[0-9])[A-Za-z0-9+/_=.-]{12,}|://[^\s/]*:[^\s/]*@")
_SAID = re.compile(rb"(?i)\w=\S|(?:auth|cred|key|pass|pwd|secret|token)[a-z_-]*[ \t]*(?:[:=]|is\b)[ \t]*\S")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")


def settings(content: bytes) -> dict[str, bytes]:
    """Name -> value, the last one where there are several."""
    found: dict[str, bytes] = {}
    for _, setting in _lines(content):
        if setting is not None:
            quoted = next((setting[kind] for kind in ("double", "single", "back") if setting[kind] is not None), None)
            plain = _COMMENT.sub(b"", setting["plain"] or b"").strip()
            found[setting["name"].decode()] = plain if quoted is None else quoted
    return found


def with_setting(content: bytes, name: str, value: bytes) -> bytes:
    """The text with one more line at its end; what is there stays. ``ValueError`` for a value that cannot be quoted."""
    line = newline_of(content)
    start = content if not content or content.endswith((b"\n", b"\r")) else content + line
    return start + name.encode() + b"=" + _quoted(value) + line


def example(content: bytes, is_secret: Callable[[bytes], bool]) -> bytes:
    """The names of a file without their values, with the comments between them, in order.

    A comment stays only if nothing in it could be a secret.
    """
    pieces = []
    for line, setting in _lines(content):
        end = line[len(line.rstrip(b"\r\n")) :] or newline_of(content)
        if setting is not None:
            # a name that is a key is none
            pieces.append(b"" if is_secret(setting["name"]) else setting["name"] + b"=" + end)
        elif not line.strip():
            pieces.append(line)
        elif (commented := _COMMENTED.match(line)) is not None:
            pieces.append(b"" if is_secret(commented["name"]) else b"# " + commented["name"] + b"=" + end)
        elif line.lstrip().startswith(b"#") and _is_harmless(line) and not is_secret(line):
            pieces.append(line)
    return b"".join(pieces)


def _is_harmless(comment: bytes) -> bool:
    return not _RANDOM.search(comment) and not _SAID.search(comment)


def with_names(content: bytes, names: Iterable[str]) -> bytes:
    """An example with those names that it does not have yet."""
    known = {*settings(content)}
    known |= {found["name"].decode() for line, _ in _lines(content) if (found := _COMMENTED.match(line))}
    for name in names:
        if name not in known:
            known.add(name)
            content = with_setting(content, name, b"")
    return content


def _lines(content: bytes) -> Iterable[tuple[bytes, re.Match[bytes] | None]]:
    """Each line with the setting in it, if there is one; a value in quotes may go over several."""
    at = 0
    while at < len(content):
        setting = _SETTING.match(content, at)
        line = _LINE.match(content, setting.end() if setting else at)
        end = max(at + 1, line.end() if line else len(content))
        yield content[at:end], setting
        at = end


def _quoted(value: bytes) -> bytes:
    """The value as all readers of such files take it: what they would replace is in single quotes."""
    if _PLAIN.match(value):
        return value
    if b"'" not in value and b"\n" not in value and b"\r" not in value:
        return b"'" + value + b"'"
    raise ValueError("it cannot be written into an environment file that all programs read alike")


def masked(content: bytes) -> bytes:
    """The text with no value to be seen, and nothing in its comments that could be one."""
    pieces = []
    for line, setting in _lines(content):
        end = line[len(line.rstrip(b"\r\n")) :]
        comment = line.lstrip().startswith(b"#") and _is_harmless(line)
        if (commented := _COMMENTED.match(line)) is not None:
            pieces.append(commented[0] + MASK.encode() + end)
        elif setting is not None:
            pieces.append(setting["name"] + b"=" + MASK.encode() * bool(settings(line)[setting["name"].decode()]) + end)
        else:
            pieces.append(line if comment or not line.strip() else MASK.encode() + end)
    return b"".join(pieces)
