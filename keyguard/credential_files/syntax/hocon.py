"""HOCON, the configuration of Play, Akka, Lightbend: JSON with unquoted text, ``key = value`` and ``key { … }``.

The keys of an entry are those of the objects around it; a path with dots is one key. Documented at
https://github.com/lightbend/config/blob/main/HOCON.md
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.syntax.entry import DEEPEST, Entry, text_of
from keyguard.support.regex import expression

_LINE = expression(
    rb"[ \t,{]*(?P<mark>#+|//+)?[ \t]*(?:(?P<close>\}+)[ \t,]*)?"
    rb"(?:(?P<key>[\w.\"-]{1,200})[ \t]*(?P<sign>[=:]|\+=|(?=\{))[ \t]*"
    rb"(?:(?P<open>\{)|\"(?P<quoted>(?:[^\"\\\r\n]|\\.)*)\"|(?P<plain>[^\s\"\[{#][^\r\n#]*))?)?[^\r\n]*"
)
_ESCAPE = expression(r"\\(.)")


def entries(data: bytes) -> Iterator[Entry]:
    """Yield all strings that are set to a key, those in comments too."""
    around: list[str] = []
    groups = [0]
    count = 0
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while at < len(data):
        line = _LINE.match(data, at)
        if not line:
            break
        at = line.end() + 1
        if line["close"] and not line["mark"]:
            del around[max(len(around) - len(line["close"]), 0) :], groups[max(len(groups) - len(line["close"]), 1) :]
        if not line["key"]:
            continue
        key = text_of(line["key"]).replace('"', "")
        if line["open"] and not line["mark"] and len(around) < DEEPEST:
            count += 1
            around.append(key)
            groups.append(count)
        for kind in ("quoted", "plain"):
            if line[kind]:
                start, end = line.span(kind)
                end = start + len(data[start:end].rstrip(b" \t,}"))
                value = text_of(data[start:end])
                value = _ESCAPE.sub(r"\1", value) if kind == "quoted" else value
                yield Entry((*around, key), value, start, end, groups[-1], line["mark"] is not None)
