"""Resolve constants that hold a URL or a host, so that ``fetch(`${BASE}/v1`)`` tells where it goes."""

from __future__ import annotations

import re

from keyguard.support.regex import expression

#: a name, and a URL or host that it is given whole
_CONSTANT = expression(
    rb"(?<![\w$.>\"'`-])(?:(?:this|self|cls|\$this)(?:\.|->))?[$@]{0,2}([A-Za-z_]\w{1,60})"
    rb"(?:[ \t]*:[ \t]*[&A-Za-z][\w<>&'\[\]. ]{0,30}|[ \t]+(?:string|str))?"
    rb"(?:[ \t]*(?:=|:=|<-)[ \t]*|[ \t]+(?=\"))"
    rb"(?:(?:new[ \t]+)?(?:URL|Uri|URI|url)(?:\.parse|\.create|\.URL)?\((?:string:[ \t]*)?|Uri\.parse\(|URI\.create\()?"
    rb"(?:[bfru]{0,2}([\"'`])(https?://[^\s\"'`<>$#{}\\]{4,200}|(?:[A-Za-z0-9-]{1,63}\.){1,9}[A-Za-z]{2,24})\2"
    rb"|(https?://[^\s\"'`<>$#{}\\;,)]{4,200}))(?=\)?!?(?:\.freeze|[ \t]+as[ \t]+const)?[ \t]*(?:[;,)}\r\n#]|//|\Z|&&))"
)
_DEFINED = expression(
    rb"define\([ \t]*[\"'](\w{2,60})[\"'][ \t]*,[ \t]*([\"'])(https?://[^\s\"'`<>$#{}\\]{4,200})\2[ \t]*\)"
)
#: what may come before a constant: the object or class that it belongs to
_OWNER = rb"(?:(?:this|self|cls|static)(?:\.#?|::\$?|->)|\$this->|[A-Z]\w{0,60}(?:\.|::)|@|\$)?"
#: a scheme and a host that are put together
_JOINED = expression(rb"(https?://)([\"'`])\s*(?:\+|\.\.?|<>)\s*[\"'`]([\w.-]+)")
#: a format with the URL as its first argument
_FORMATTED = expression(
    rb"\"(?:%s|\{\})((?:/[^\"\r\n]{0,200})?)\"\s*(?:,|%|\.format\()\s*\"(https?://[^\"\r\n]{1,200})\""
)
#: the number of constants in one text, and of mentions of one that are examined
_MOST, _MENTIONS = 100, 60
_BOUND = rb"(?:[ \t]*:[ \t]*[&A-Za-z][^=\r\n]{0,40})?[ \t]*(?::=|\?\?=|\|\|=|\+=|\.=|=)(?![=>~])"


class HostConstants:
    """The constants of a text that hold a URL or a host, and are given no other value in it."""

    def __init__(self, text: bytes) -> None:
        found: dict[bytes, set[bytes]] = {}
        for one in _CONSTANT.finditer(text):
            found.setdefault(one[1], set()).add(one[3] or one[4])
            if len(found) > _MOST:
                break
        for one in _DEFINED.finditer(text):
            found.setdefault(one[1], set()).add(one[3])
        self._values = {name: values.pop() for name, values in found.items() if len(values) == 1}
        self._text = text
        self._bound: dict[bytes, bool] = {}

    def resolve(self, statement: bytes) -> bytes:
        """Return the statement with the values of constants in place of their names."""
        if b"\0" not in statement:
            return statement
        for name, value in self._values.items():
            if name in statement and self._is_constant(name):
                statement = _inserted(statement, name, value)
        return _FORMATTED.sub(rb'"\2\1"', _JOINED.sub(rb"\1\3", statement))

    def _is_constant(self, name: bytes) -> bool:
        """Whether nothing else is assigned to a name in the text."""
        if name not in self._bound:
            given, at, count = re.compile(re.escape(name) + _BOUND), self._text.find(name), 0
            examined = 0
            while at >= 0 and examined < _MENTIONS and count < 2:
                examined += 1
                count += not self._text[at - 1 : at].isalnum() and bool(given.match(self._text, at))
                at = self._text.find(name, at + 1)
            self._bound[name] = count > 1 or examined == _MENTIONS
        return not self._bound[name]


def _inserted(statement: bytes, name: bytes, value: bytes) -> bytes:
    word = re.escape(name)
    whole = value if b"/" in value.partition(b"://")[2] or b"://" not in value else value + b"/"

    def within(found: re.Match[bytes]) -> bytes:
        return value if statement_after(found) == b"/" else whole

    def statement_after(found: re.Match[bytes]) -> bytes:
        return found.string[found.end() : found.end() + 1]

    statement = re.sub(
        rb"(?:\$\{|#\{|\{\{\.?|\{|%\{|\$\()\s?" + _OWNER + word + rb"\s?(?:\}\}|\}|\))", within, statement
    )
    statement = re.sub(rb"\$" + word + rb"(?=[/?\"'])", within, statement)
    bare = rb"(?<![\w$.>\"'`/-])" + _OWNER + word + rb"(?![\w\"'`]|[ \t]*(?:=(?!=)|:(?!:)|\())"
    return re.sub(bare, lambda _: b'"' + value + b'"', statement)
