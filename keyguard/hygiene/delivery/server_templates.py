"""Templates from which a server makes pages: what of them reaches a browser, and what stays on the server.

The text is delivered, and what its tags print. Code in the other tags runs on the server; comments of the template's
own syntax are in no page, unlike those of HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import NamedTuple

from keyguard.hygiene.delivery.delivery import Delivery, Dropped
from keyguard.hygiene.project.balanced_blocks import block_end, block_ends
from keyguard.support.regex import expression


class Kind(Enum):
    """What a tag of a template does."""

    PRINT = "print"
    RUN = "run"
    COMMENT = "comment"


class Tag(NamedTuple):
    """A part of a template between an opening and its closing, both included: offsets in bytes."""

    start: int
    end: int
    kind: Kind


class _Syntax(NamedTuple):
    opening: bytes
    closing: bytes
    kind: Kind


#: the tags of languages, each before those that it begins with
_PHP = (_Syntax(b"<?=", b"?>", Kind.PRINT), _Syntax(b"<?php", b"?>", Kind.RUN), _Syntax(b"<?", b"?>", Kind.RUN))
_ERB = (
    *(
        _Syntax(b"<%#", b"%>", Kind.COMMENT),
        _Syntax(b"<%!--", b"--%>", Kind.COMMENT),
        _Syntax(b"<%--", b"--%>", Kind.COMMENT),
    ),
    *(_Syntax(b"<%=", b"%>", Kind.PRINT), _Syntax(b"<%:", b"%>", Kind.PRINT), _Syntax(b"<%", b"%>", Kind.RUN)),
)
_EJS = (_Syntax(b"<%-", b"%>", Kind.PRINT), *_ERB[:1], *_ERB[3:])
_JSP = (*_ERB, _Syntax(b"${", b"}", Kind.PRINT))
_BRACES = (_Syntax(b"{{", b"}}", Kind.PRINT), _Syntax(b"{%", b"%}", Kind.RUN), _Syntax(b"{#", b"#}", Kind.COMMENT))
_BLADE = (
    *(_Syntax(b"{{--", b"--}}", Kind.COMMENT), _Syntax(b"{{", b"}}", Kind.PRINT), _Syntax(b"{!!", b"!!}", Kind.PRINT)),
    *(_Syntax(b"@php\n", b"@endphp", Kind.RUN), *_PHP),
)
_LIQUID = (_Syntax(b"{% comment %}", b"{% endcomment %}", Kind.COMMENT), *_BRACES[:2])
_HANDLEBARS = (
    *(_Syntax(b"{{!--", b"--}}", Kind.COMMENT), _Syntax(b"{{!", b"}}", Kind.COMMENT)),
    *(_Syntax(b"{{{", b"}}}", Kind.PRINT), _Syntax(b"{{", b"}}", Kind.PRINT)),
)
_GO = (_Syntax(b"{{/*", b"*/}}", Kind.COMMENT), _Syntax(b"{{- /*", b"*/ -}}", Kind.COMMENT), _BRACES[0])
_RAZOR = (_Syntax(b"@*", b"*@", Kind.COMMENT), _Syntax(b"@(", b")", Kind.PRINT), _Syntax(b"@{", b"}", Kind.RUN))
_PUG = (_Syntax(b"//-", b"\n", Kind.COMMENT), _Syntax(b"\n- ", b"\n", Kind.RUN), _Syntax(b"#{", b"}", Kind.PRINT))
_HAML = (_Syntax(b"-#", b"\n", Kind.COMMENT), _Syntax(b"\n- ", b"\n", Kind.RUN), _Syntax(b"#{", b"}", Kind.PRINT))

#: the endings of names: a longer one comes before one that it ends with
_LANGUAGES: dict[bytes, tuple[_Syntax, ...]] = {
    b".blade.php": _BLADE,
    b".html.php": _PHP,
    **dict.fromkeys((b".phtml", b".php"), _PHP),
    **dict.fromkeys((b".erb", b".rhtml", b".heex", b".eex", b".leex"), _ERB),
    b".ejs": _EJS,
    **dict.fromkeys((b".jsp", b".jspx", b".tag", b".aspx", b".ascx", b".asp", b".gsp"), _JSP),
    **dict.fromkeys((b".twig", b".jinja", b".jinja2", b".html.j2", b".njk", b".nunjucks", b".mako"), _BRACES),
    b".liquid": _LIQUID,
    **dict.fromkeys((b".hbs", b".handlebars", b".mustache"), _HANDLEBARS),
    **dict.fromkeys((b".gohtml", b".tmpl", b".gotmpl", b".tpl"), _GO),
    **dict.fromkeys((b".cshtml", b".razor", b".vbhtml"), _RAZOR),
    **dict.fromkeys((b".pug", b".jade"), _PUG),
    **dict.fromkeys((b".haml", b".slim"), _HAML),
    b".ftl": (_Syntax(b"<#--", b"-->", Kind.COMMENT), _JSP[-1]),
    b".vm": (_Syntax(b"#*", b"*#", Kind.COMMENT), _Syntax(b"##", b"\n", Kind.COMMENT)),
}
_ENDINGS = tuple(_LANGUAGES)
#: files that are pages only if something in them says so: their names are those of templates of anything
_ANYTHING = (b".tmpl", b".gotmpl", b".tpl", b".php", b".vm", b".ftl", b".tag", b".mako", b".asp")
_MARKUP = expression(rb"(?i)<(?:!doctype html|html|head|body|script|div|form|meta|p|a|input)\b")
_ECHO = expression(rb"<\?(?:php)?\s+(?:echo|print)\b")
#: calls of WordPress that print their arguments into a page
_PRINTS = expression(rb"\b(?:wp_localize_script|wp_add_inline_script)\s{0,20}(?=\()")
_COMMENT = "it stands in a comment of the template, which is in no page"


def is_template(path: bytes) -> bool:
    """Return whether a file could be a template, by its name."""
    return path.endswith(_ENDINGS)


def delivery(path: bytes, data: bytes) -> Delivery | None:
    """Return how a server delivers a template; None if the file is none."""
    if not is_template(path):
        return None
    calls = list(block_ends(data, (found.end() for found in _PRINTS.finditer(data)))) if b"wp_" in data else []
    if path.endswith(_ANYTHING) and not (calls or _MARKUP.search(data)):
        return None
    found = list(tags(path, data))
    run = (part for one in found if one.kind is Kind.RUN for part in _without(one, calls))
    return Delivery(
        "a page that a server renders",
        server_spans=tuple(run),
        dropped=tuple(Dropped(one.start, one.end, _COMMENT) for one in found if one.kind is Kind.COMMENT),
    )


def tags(path: bytes, data: bytes) -> Iterator[Tag]:
    """Yield the tags of a template in order; one that is not closed reaches to the end of the text."""
    ending = next((one for one in _ENDINGS if path.endswith(one)), b"")
    syntax = _LANGUAGES.get(ending, _BRACES)
    opening, at = _openings(syntax), 0
    while begin := opening.search(data, at):
        one = next(one for one in syntax if one.opening == begin[0])
        end = data.find(one.closing, begin.end())
        if one.opening == b"@{":
            end = block_end(data, begin.end() - 1) - 1
        stop = end + len(one.closing) if end >= 0 else len(data)
        kind = Kind.PRINT if one.kind is Kind.RUN and _ECHO.match(data, begin.start()) else one.kind
        yield Tag(begin.start(), stop, kind)
        # a line break that closes a tag may open the next
        at = stop - 1 if one.closing == b"\n" and end >= 0 else stop


@cache
def _openings(syntax: tuple[_Syntax, ...]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(one.opening) for one in syntax))


def _without(tag: Tag, calls: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a tag that are in none of the calls."""
    at = tag.start
    for start, end in calls:
        if tag.start <= start < end <= tag.end:
            yield at, start
            at = end
    yield at, tag.end
