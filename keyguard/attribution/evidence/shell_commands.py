"""HTTP requests written as shell commands: the host that each goes to, and whether the key is its credential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.attribution.evidence.urls import host_of
from keyguard.support.regex import expression

_NAME = expression(
    rb"(?:^|[\s`(|;&\"'!@:])(?:(curl|wget)(?:\.exe)?(?=[\"'],|\s+[^=\s])"
    rb"|(https?|xh)(?=[ \t]+(?:-\S{1,20}\s+){0,6}(?:[A-Z]{3,7}\s|https?://)))"
)
_WORD = expression(rb"(?:\\.|[^\s\"'\\]|\"(?:\\.|[^\"\\])*(?:\"|\Z)|'[^']*(?:'|\Z))+", re.DOTALL)
#: the arguments of a script or function, passed on
_REST = expression(rb"\$[@*]|\$\{[@*]\}|\$\{?\w{1,40}\[[@*]\]\}?")
_ENDS = frozenset([b"|", b"||", b"&", b"&&", b";", b">", b">>", b"<", b"2>", b"2>&1", b")"])
#: options whose argument is a header, a credential, an address, part of the body, or something else
_HEADERS = frozenset([b"-H", b"--header", b"--headers"])
_CREDENTIALS = frozenset([b"-u", b"--user", b"--oauth2-bearer", b"--auth", b"-a", b"--password", b"--http-password"])
_TARGETS = frozenset([b"--url"])
#: options that send the request somewhere other than its URL says
_DIVERT = frozenset(
    b"--connect-to --resolve -x --proxy --preproxy --proxy1.0 --socks4 --socks4a --socks5 --socks5-hostname "
    b"--unix-socket --abstract-unix-socket --doh-url --dns-servers -K --config --next".split()
)
#: options without an argument; every other option may have one
_PLAIN = frozenset(
    b"--silent --show-error --location --location-trusted --fail --fail-with-body --insecure --verbose --get --head "
    b"--compressed --include --globoff --http1.1 --http2 --http3 --no-buffer --progress-bar --raw --tlsv1.2 --tlsv1.3 "
    b"--quiet --no-verbose --basic --digest --remote-name --body --print-headers --check-status --content-on-error "
    b"--no-check-certificate --follow --ignore-stdin --offline --download --stream --pretty".split()
)
#: letters of short options with an argument
_WITH = b"AbcCdDeEFhHKmoPQrtTuUwxXyYza"


class ShellRequest(NamedTuple):
    """One request: the hosts of its URLs, and whether the key is one of its credentials."""

    hosts: tuple[str, ...]
    """In lower case, the empty string for an unknown one; an empty tuple if the request is diverted."""
    credential: bool


def request_with_key(statement: bytes) -> ShellRequest | None:
    r"""Return the request in a statement that has the key (``\\0``) as an argument; None if there is none."""
    key = statement.find(b"\0")
    found = list(_NAME.finditer(statement, 0, max(key, 0)))
    if not found:
        return None
    return _read([*_words(statement[found[-1].end() :])], found[-1][1] or found[-1][2])


def _words(text: bytes) -> Iterator[bytes]:
    """Yield the words after the name of a command, without quotes; also of a command given as a list of strings."""
    for found in _WORD.finditer(re.sub(rb"[\\^`][ \t]*\r?\n|[\"'],[ \t]*[\"']", b" ", text)):
        word = re.sub(rb"\\?[\"']", b"", found.group()).rstrip(b")`;,]")
        if _REST.fullmatch(word):
            continue
        if word in _ENDS or word.startswith((b">", b"|", b";", b"#")):
            return
        if word:
            yield word


def _read(words: list[bytes], program: bytes) -> ShellRequest | None:
    hosts: list[str] = []
    credential, seen, rest = False, False, iter(words)
    for word in rest:
        name, argument = _option(word, rest) if word.startswith(b"-") and len(word) > 1 else (b"", word)
        seen |= b"\0" in word + argument
        if name in _DIVERT or name.startswith((b"--socks", b"--proxy")):
            return ShellRequest((), credential=False)
        if name in _HEADERS or (not name and program != b"curl" and re.match(rb"[\w-]+:(?!//)[^/\d]", argument)):
            credential |= b"\0" in argument
            hosts += [host_of(argument[5:].strip())] if argument[:5].lower() == b"host:" else []
        elif name in _CREDENTIALS:
            credential |= b"\0" in argument
        elif name in _TARGETS or (not name and _is_address(argument, program)):
            hosts.append(_host(argument))
            credential |= b"\0" in argument
    return ShellRequest(tuple(hosts), credential) if seen else None


def _option(word: bytes, rest: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Return an option and its argument, maybe the next word; an unknown option takes one, which proves nothing."""
    name, equals, argument = word.partition(b"=")
    if word.startswith(b"--"):
        if name in _PLAIN:
            return name, b""
        return name, argument if equals else next(rest, b"")
    for at in range(1, len(word)):
        if word[at : at + 1] in _WITH:
            return b"-" + word[at : at + 1], word[at + 1 :] or next(rest, b"")
    return word, b""


def _is_address(word: bytes, program: bytes) -> bool:
    """Whether a positional argument is the URL of the request, and not the method or an item of the body."""
    if program == b"curl":
        return True
    return not word.isupper() and not re.match(rb"[\w.\[\]-]+(?::?=|==|@)", word)


def _host(address: bytes) -> str:
    found = re.fullmatch(rb"(?i)(?:https?://)?([^/?#\\]*)(?:[/?#].*)?", address, re.DOTALL)
    return host_of(found[1].replace(b"\0", b"")) if found else ""
