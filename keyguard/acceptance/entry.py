"""One accepted finding, and the file in which a project keeps them: ``.keyguard/accepted.toml``.

The file is an array of inline tables, one a line and sorted, so that it is TOML for everybody and git's ``union`` merge
of two branches is still right: a line that comes twice, and a second head of the array, are legal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from keyguard.support import dates
from keyguard.support.errors import ConfigError, RuleError

_HEAD = "# Findings that this project accepts, one a line; no secret is in here: keyguard accept --help\naccepted = [\n"
_TAIL = "]\n"
_FRAME = ("", "accepted = [", "]")
_ID = re.compile(r"[0-9a-f]{3}(?:[0-9a-f]{17})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{16,64}")
#: what a TOML basic string cannot hold as it is: controls, quotes, backslashes
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is accepted: a key (``id``), what a check says of a key (``id``, ``check``), or what a check says of a file
    (``check``, ``file`` and perhaps ``subject``), or that a file is not read whole (``digest``).
    """

    id: str = ""
    """Names a value: 20 hex digits, or 3 of a value that could be guessed (``keyguard.acceptance.identity``)."""
    salt: str = ""
    """Hex digits, by which ``id`` is made; entries of one file share it, if no merge brought others."""
    rule: str = ""
    """The rule that found the key. Where ``id`` has 3 digits it has to be the same; else it is for people."""
    name: str = ""
    """Only where ``id`` has 3 digits: the name that the value is given."""
    check: str = ""
    """The check of hygiene."""
    file: str = ""
    """From the top of the repository; bytes that are no UTF-8 as ``%XX``; ``.`` for the repository as a whole."""
    digest: str = ""
    """The SHA-256, in hex, of a file that takes too much to open; ``file`` is for people then."""
    subject: str = ""
    """What tells several findings of one check in one file apart."""
    reason: str
    until: str = ""
    """The last day on which it counts, ISO 8601."""
    owner: str = ""

    @property
    def order(self) -> tuple[str, ...]:
        """The order of the lines of a file."""
        found = (self.digest, self.id, self.salt, self.check, self.file, self.subject)
        return (*found, self.rule, self.name, self.until, self.reason)


def parse(data: bytes, shown: str) -> tuple[Entry, ...]:
    """Return the entries of a file, without those that come twice.

    Raises ``ConfigError``, which names ``shown`` and the line, for whatever is no entry.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown}: not UTF-8: {error.reason}") from None
    found: dict[Entry, None] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text in _FRAME or text.startswith("#"):
            continue
        found[_entry(text, f"{shown}:{number}")] = None
    return tuple(found)


def render(entries: Iterable[Entry]) -> str:
    """Return the content of a file with these entries, sorted and each once."""
    lines = [f"  {_line(one)},\n" for one in sorted({*entries}, key=lambda one: one.order)]
    return _HEAD + "".join(lines) + _TAIL


def _entry(text: str, place: str) -> Entry:
    from keyguard.support import tomlfile

    if not text.startswith("{"):
        raise ConfigError(f"{place}: not an entry: one line, {{ id = …, reason = … }}, as keyguard accept writes it")
    try:
        table = tomlfile.load(place, b"entry = " + text.removesuffix(",").encode())["entry"]
        if isinstance(table, dict) and "until" in table:
            table["until"] = str(table["until"])
        found = msgspec.convert(table, Entry)
    except RuleError as error:
        raise ConfigError(str(error)) from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{place}: {error}") from None
    _check(found, place)
    return found


def _check(one: Entry, place: str) -> None:
    """Raise ``ConfigError`` for an entry that could accept nothing, or more than one finding."""
    if not one.reason.strip():
        raise ConfigError(f"{place}: there is no reason")
    if one.until and not dates.day(one.until):
        raise ConfigError(f"{place}: until = {one.until!r} is no date: write 2026-01-31")
    if one.digest:
        if not _DIGEST.fullmatch(one.digest) or one.id or one.check:
            raise ConfigError(f"{place}: a digest is 64 hex digits, and stands without id and check")
    elif one.id:
        if not _ID.fullmatch(one.id) or not _SALT.fullmatch(one.salt):
            raise ConfigError(f"{place}: id and salt are hex digits as keyguard accept writes them")
        if len(one.id) == 3 and not one.rule:
            raise ConfigError(f"{place}: a short id needs the rule")
    elif not one.check or not one.file:
        raise ConfigError(f"{place}: an entry needs an id, or a check and a file")


def _line(one: Entry) -> str:
    said = msgspec.to_builtins(one)
    return "{ " + ", ".join(f"{name} = {_value(name, value)}" for name, value in said.items()) + " }"


def _value(name: str, value: str) -> str:
    if name == "until":
        return value
    return '"' + _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", value) + '"'
