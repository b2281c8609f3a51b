"""``key-logged``: code prints or logs a secret of the environment."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Collection, Iterator
from functools import cache
from itertools import accumulate, islice
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.project import variable_names, word_search
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.hygiene.stages.path_stage import test_or_example
from keyguard.hygiene.stages.words import split_words
from keyguard.model.finding import Confidence, Vendor
from keyguard.model.violation import Violation
from keyguard.support.regex import expression

#: code files that are read; if there are more, those whose names speak of keys, settings or the start of a program
_MOST = 250
#: bytes between the beginning of a call and the value that it prints
_REACH = 300
#: a read of the environment; it begins with one of the words that a candidate file contains
_READ = expression(
    rb"(?:process\.env|import\.meta\.env|Bun\.env)(?:\.(?P<a>[A-Z][A-Z0-9_]{2,80})\b|\[[\"'](?P<b>[A-Z][A-Z0-9_]{2,80})[\"']\])"
    rb"|(?:os\.environ|ENV|\$_ENV|\$_SERVER)\[[\"'](?P<c>[A-Z][A-Z0-9_]{2,80})[\"']\]"
    rb"|(?:os\.environ\.get|[gG]etenv|ENV\.fetch|Deno\.env\.get|get_env|env::var|GetEnvironmentVariable|(?<![\w.>$])env)"
    rb"\(\s*[\"'](?P<d>[A-Z][A-Z0-9_]{2,80})[\"'](?:\s*,[^()\r\n]{0,60})?\)"
)
_QUALIFIED = expression(rb"(?<![\w.])(?:[A-Za-z_]\w{0,20}(?:\.|::)){1,3}$")
_SINK = expression(
    rb"(?:\bconsole\.(?:log|info|warn|error|debug|dir|trace)|(?<![\w.])(?:pprint|print|printf|println!?|eprintln!|dd|dump|var_dump"
    rb"|print_r|error_log|warn)|\b(?:logger|logging|log|LOG|LOGGER|_logger|winston|Log|Logger|slog|zap|logrus)"
    rb"(?:\.|->|::)\w{1,20}|\bfmt\.Print(?:f|ln)?|\blog\.(?:Print|Fatal|Panic)(?:f|ln)?|\bSystem\.(?:out|err)\.print(?:ln|f)?"
    rb"|\bConsole\.Write(?:Line)?|\bIO\.(?:puts|inspect)|\bRails\.logger\.\w{1,10})\s*\("
    rb"|(?<![\w.$])(?:puts|pp|echo)[ \t(]"
)
#: calls that return their whole argument
_SHOWING = expression(
    rb"(?:\bJSON\.stringify|\bString|\bstr|\brepr|\bstring|\binspect|\bformat|\bconcat|\bunwrap|\bjson\.dumps|\bfmt\.Sprintf)$"
)
_STRING = expression(rb"\"(?:\\.|[^\"\\\r\n$#{}]){0,400}\"|'(?:\\.|[^'\\\r\n]){0,400}'")
#: what may stand directly before and directly after a value that is printed as it is
_BEFORE = expression(rb"(?:[(,+{:=.%&]|<<|\becho|\bputs|\bpp)\s*$")
_AFTER = expression(rb"\s*(?:[,)}\]+;]|=\}|\|\||\?\?|\.unwrap\(\)|\.to_s\b|\. |<<|\r?\n|\Z)(?!\s*(?:&&|\?[^?]))")
_COMMENT = expression(rb"^\s*(?://|#|\*|/\*|<!--|--\s)")
_ASSIGNED = expression(rb"(?:^|[\s({,])\$?(?P<name>[A-Za-z_]\w{5,60})(?:\s*:\s*[A-Za-z][\w<>| ]{0,40})?\s*:?=\s*$")
_WHOLE = expression(rb"!?\s*(?:(?:\|\||\?\?|or\b)[^\r\n]{0,60}\s*)?(?:;\s*)?(?:(?://|#)[^\r\n]*)?\r?(?:\n|\Z)")


class _Use(NamedTuple):
    """A secret that is printed."""

    span: tuple[int, int]
    name: str
    through: str = ""
    """The local variable that holds it; empty if the secret is printed directly."""


def key_logged(project: Project) -> Iterator[Violation]:
    """Yield a violation for each variable and file."""
    vendors = variable_names.server_vendors(project.engine.ruleset)
    for path in word_search.files_with(project, _candidates(project), _listed("words")):
        seen: set[str] = set()
        for use in _uses(project.read(path) or b"", vendors):
            if use.name not in seen and test_or_example(path) is None:
                seen.add(use.name)
                yield _violation(project, path, use)


CHECKS = (key_logged,)


def _violation(project: Project, path: bytes, use: _Use) -> Violation:
    how = f"{use.name}, which is in {use.through}, is printed" if use.through else f"{use.name} is printed"
    return Violation(
        check="key-logged",
        message=f"{how} or logged",
        spots=(project.spot(path, *use.span),),
        subject=use.name,
        confidence=Confidence.MEDIUM if use.through else None,
    )


def _candidates(project: Project) -> list[bytes]:
    """Return the code to look at, at most ``_MOST`` files: reading ten thousand takes as long as scanning them."""
    names = list(project.files.named((), (), _listed("endings")))
    if len(names) > _MOST or sum(len(project.by_name[name]) for name in names) > _MOST:
        names = _telling(names)
    aside, files = _aside(), [path for name in names for path in project.by_name[name]]
    return list(islice((path for path in sorted(files) if not aside.search(path)), _MOST))


def _telling(names: list[bytes]) -> list[bytes]:
    """Return the names that contain one of the words ``telling``, found in one pass over all names."""
    text, ends = b"\n".join(names).lower(), list(accumulate(len(name) + 1 for name in names))
    found = {bisect_right(ends, at) for word in _listed("telling") for at in _places(text, word)}
    return [names[index] for index in found]


def _places(text: bytes, word: bytes) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


@cache
def _aside() -> re.Pattern[bytes]:
    """Return the pattern that matches folders of tests and of third-party code."""
    return re.compile(
        rb"(?:\A|/)(?:%s)/" % b"|".join(map(re.escape, map(str.encode, tables.load("browser")["aside"]["folders"])))
    )


@cache
def _listed(which: str) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in tables.load("logging")[which])


def _uses(content: bytes, vendors: Collection[Vendor]) -> Iterator[_Use]:
    for start, found in islice(_reads(content), 200):
        name = next(filter(None, found.groups())).decode()
        if variable_names.public_prefix(name) or variable_names.secrecy(name, vendors) is not Secrecy.SURELY:
            continue
        if _is_printed(content, start, found.end()):
            yield _Use((start, found.end()), name)
        elif holder := _holder(content, start, found.end()):
            yield from _through(content, found.end(), holder, name)


def _reads(content: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Yield the reads of the environment: the offset of each, and its match."""
    end = 0
    for at in sorted({at for word in _listed("words") for at in _places(content, word)}):
        found = _READ.match(content, at)
        if found and at >= end:
            before = _QUALIFIED.search(content, max(0, at - 60), at)
            yield before.start() if before else at, found
            end = found.end()


def _holder(content: bytes, start: int, end: int) -> bytes:
    """Return the variable that a value is assigned to unchanged; empty if there is none with a descriptive name."""
    before = content[max(0, start - 120) : start].rpartition(b"\n")[2]
    given = _ASSIGNED.search(before)
    if not given or not _WHOLE.match(content, end):
        return b""
    return given["name"] if len(split_words(given["name"].decode())) > 1 else b""


def _through(content: bytes, start: int, holder: bytes, name: str) -> Iterator[_Use]:
    """Yield the first place where the program prints the local variable ``holder``."""
    again = re.compile(rb"(?<![\w.])\$?%s\b" % re.escape(holder))
    for found in islice(again.finditer(content, start), 200):
        if _is_printed(content, *found.span()):
            yield _Use(found.span(), name, holder.decode())
            return


def _is_printed(content: bytes, start: int, end: int) -> bool:
    """Return whether a span of code is a complete argument of a call that prints."""
    before = content[max(0, start - _REACH) : start]
    sink = next(iter(deque(_SINK.finditer(before), maxlen=1)), None)
    line = before.rpartition(b"\n")[2]
    if sink is None or _COMMENT.match(line) or not _BEFORE.search(_outside(before)) or not _AFTER.match(content, end):
        return False
    return _is_argument(_STRING.sub(b"", before[sink.end() :]))


def _outside(before: bytes) -> bytes:
    """Return the code with ``${`` and ``#{``, which begin an interpolation, replaced by a plain brace."""
    return before.replace(b"${", b"{").replace(b"#{", b"{")


def _is_argument(between: bytes) -> bool:
    """Return whether only calls that show their arguments are open between the printing call and the value."""
    opened: list[bool] = []
    for found in re.finditer(rb"[()]|;|\n[ \t]*\r?\n", between):
        if found[0] == b"(":
            opened.append(bool(_SHOWING.search(between, 0, found.start())))
        elif found[0] != b")" or not opened:
            return False
        else:
            opened.pop()
    return all(opened)
