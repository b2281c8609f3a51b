"""Files of ``NAME=value``: their settings, adding one, and examples with names only."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping

from keyguard.fix.code.edits import newline_of
from keyguard.masking.secret import MASK

_SETTING = re.compile(
    rb"""[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*"""
    rb"""(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>[^']*)'|`(?P<back>[^`]*)`"""
    # a key on several lines, without the quotes that it should have: none of its lines is a setting
    rb"""|(?P<block>-----BEGIN[^\r\n]*(?:\r?\n(?!-----)[A-Za-z0-9+/=:, -]*)*\r?\n-----END[^\r\n]*)"""
    rb"""|(?P<plain>[^\r\n]*))""",
    re.DOTALL,
)
_QUOTED = ("double", "single", "back", "block")
_COMMENTED = re.compile(rb"[ \t]*#+[ \t]*(?:export[ \t]+)?(?P<name>[A-Z_][A-Z0-9_]*)[ \t]*=")
_COMMENT = re.compile(rb"(?<![ \t])[ \t]+#.*")
_PLAIN = re.compile(rb"[A-Za-z0-9_./:@%+,=-]*\Z")
#: what may be a secret in a comment: words with digits or symbols
_RANDOM = re.compile(
    rb"(?<![A-Za-z0-9+/_=.-])(?=[A-Za-z0-9+/_=.-]*[0-9])[A-Za-z0-9+/_=.-]{12,}|\b(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{5,}"
    rb"|\w[!@$%^&*~]+\w|\w:\w|://[^\s/]{0,200}:[^\s/]{0,200}@"
)
#: words that say that a secret follows, even one that is a plain word
_SAID = re.compile(
    rb"(?i)\w=|(?:auth|cred|key|pass|pwd|secret|token)[a-z_-]{0,200}[ \t]*(?:[:=]|is\b)[ \t]*\S"
    rb"|\b(?:user(?:name)?|login|pass(?:word|wd|phrase|code)?|pwd?|pin|cred(?:ential)?s?)\b[^A-Za-z0-9]*[A-Za-z0-9]"
)
#: values that a clone needs and that are no secret, and names of which even such a value may be one
_DEFAULT = re.compile(
    rb"(?i)\d{1,5}|\d{1,4}[smhdkMG]B?|true|false|on|off|yes|no|null|none|development|production|staging|test|testing|local"
    rb"|debug|info|warn|warning|error|(?:https?://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|::1)(?::\d{1,5})?/?|utf-?8|UTC"
    rb"|db|database|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|memcached|sqlite|rabbitmq|mailhog|mailpit|smtp|log|file"
    rb"|array|sync|cookie|daily|stack|single|en|de|fr|es"
)
_SECRET_NAME = re.compile(
    rb"(?i)key|token|secret|pass|pwd|pin|auth|cred|salt|seed|sign|private|login|otp|cookie|session|dsn|hash|code"
)
#: the end of a base64 text, whose padding looks like a setting
_PADDED = re.compile(rb"(?=\w*[0-9])(?=\w*[a-z])(?=\w*[A-Z])[A-Za-z0-9]{12,}\Z")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")


def settings(content: bytes) -> dict[str, bytes]:
    """Return name -> value; if a name is set more than once, the last value."""
    found: dict[str, bytes] = {}
    for _, setting in _lines(content):
        if setting is not None:
            quoted = next((setting[kind] for kind in _QUOTED if setting[kind] is not None), None)
            plain = _COMMENT.sub(b"", setting["plain"] or b"").strip()
            found[setting["name"].decode()] = plain if quoted is None else quoted
    return found


def with_setting(content: bytes, name: str, value: bytes) -> bytes:
    """Return the text with one more line at its end, in the style of the others.

    Raise ``ValueError`` if the value cannot be quoted, or if the new line would not be read as it was written.
    """
    return _with(content, {name: value})


def _with(content: bytes, added: Mapping[str, bytes]) -> bytes:
    line, known = newline_of(content), settings(content)
    start = content if not content or content.endswith((b"\n", b"\r")) else content + line
    word = b"export " if _exports(content) else b""
    new = start + b"".join(word + name.encode() + b"=" + _quoted(value) + line for name, value in added.items())
    if settings(new) != {**known, **added}:
        raise ValueError("a quote in it is not closed, so that one more line would be read as something else")
    return new


def _exports(content: bytes) -> bool:
    """Return whether it is a shell script: programs that it starts would not receive a variable without ``export``."""
    found = [setting[0].lstrip().startswith(b"export") for _, setting in _lines(content) if setting is not None]
    return bool(found) and all(found)


def names(content: bytes, is_secret: Callable[[bytes], bool]) -> list[str]:
    """Return the names in a file that others may see; one that is a key, or a part of one, is left out."""
    return [name for name in settings(content) if not _is_hidden(name.encode(), is_secret)]


def _is_hidden(name: bytes, is_secret: Callable[[bytes], bool]) -> bool:
    return bool(_PADDED.match(name)) or is_secret(name)


def example(content: bytes, is_secret: Callable[[bytes], bool]) -> bytes:
    """Return the names of a file without their values, with the comments between them, in order.

    Only comments in which nothing could be a secret are kept.
    """
    pieces = []
    for line, setting in _lines(content):
        end = line[len(line.rstrip(b"\r\n")) :] or newline_of(content)
        if setting is not None:
            kept = _default(setting)
            pieces.append(b"" if _is_hidden(setting["name"], is_secret) else setting["name"] + b"=" + kept + end)
        elif not line.strip():
            pieces.append(line)
        elif (commented := _COMMENTED.match(line)) is not None:
            pieces.append(b"" if _is_hidden(commented["name"], is_secret) else b"# " + commented["name"] + b"=" + end)
        elif line.lstrip().startswith(b"#") and _is_harmless(line) and not is_secret(line):
            pieces.append(line)
    return b"".join(pieces)


def _default(setting: re.Match[bytes]) -> bytes:
    """Return the value of a setting, if it tells nobody anything: a port, a switch, a name of a service."""
    value = _COMMENT.sub(b"", setting["plain"] or b"").strip() if setting["block"] is None else b""
    return value if _DEFAULT.fullmatch(value) and not _SECRET_NAME.search(setting["name"]) else b""


def _is_harmless(comment: bytes) -> bool:
    return not _RANDOM.search(comment) and not _SAID.search(comment)


def with_names(content: bytes, names: Iterable[str]) -> bytes:
    """Return an example with the names that it lacks."""
    known = {*settings(content)}
    known |= {found["name"].decode() for line, _ in _lines(content) if (found := _COMMENTED.match(line))}
    added = {name: b"" for name in names if name not in known}
    return _with(content, added) if added else content


def _lines(content: bytes) -> Iterable[tuple[bytes, re.Match[bytes] | None]]:
    """Yield each line with its setting, if there is one; a quoted value may span several lines."""
    at = len(BOM_UTF8) if content.startswith(BOM_UTF8) else 0
    while at < len(content):
        setting = _SETTING.match(content, at)
        line = _LINE.match(content, setting.end() if setting else at)
        end = max(at + 1, line.end() if line else len(content))
        yield content[at:end], setting
        at = end


def _quoted(value: bytes) -> bytes:
    """Return the value as all readers of such files accept it; what they would expand is in single quotes."""
    if _PLAIN.match(value):
        return value
    # some readers expand ``${X}`` even in single quotes
    if not set(value) & set(b"'\\\r\n") and b"${" not in value:
        return b"'" + value + b"'"
    raise ValueError("it cannot be written into an environment file that all programs read alike")


def masked(content: bytes) -> bytes:
    """Return the text with every value masked, and every comment that may contain one."""
    pieces = []
    for line, setting in _lines(content):
        end = line[len(line.rstrip(b"\r\n")) :]
        comment = line.lstrip().startswith(b"#") and _is_harmless(line)
        if (commented := _COMMENTED.match(line)) is not None:
            pieces.append(commented[0] + MASK.encode() + end)
        elif setting is not None:
            name = MASK.encode() if _PADDED.match(setting["name"]) else setting["name"]
            pieces.append(name + b"=" + MASK.encode() * bool(settings(line)[setting["name"].decode()]) + end)
        else:
            pieces.append(line if comment or not line.strip() else MASK.encode() + end)
    return b"".join(pieces)
