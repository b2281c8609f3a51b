"""Claims: what another scanner was told to accept, held against the keys that keyguard finds."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from keyguard.masking.secret import Secret
from keyguard.model.finding import Finding
from keyguard.rules import backtracking


class Key:
    """A key that a scan found, as claims look at it. The value is read only where a claim needs it."""

    def __init__(self, finding: Finding, value: Callable[[Finding], Secret | None]) -> None:
        self.finding = finding
        self._value = value

    @cached_property
    def value(self) -> bytes:
        """The value; empty where it cannot be read again."""
        found = self._value(self.finding)
        return found.reveal() if found else b""

    @property
    def places(self) -> list[tuple[str, int, str]]:
        """Path, line and commit (empty outside history) of each place."""
        return [(one.path.decode("utf-8", "replace"), one.line, one.commit) for one in self.finding.occurrences]

    def lines(self) -> list[str]:
        """The lines of its places, as far as reports show them, with the value in them."""
        value = self.value.decode("utf-8", "replace")
        shown = [one.snippet for one in self.finding.occurrences]
        return [one.text[: one.start] + value + one.text[one.end :] for one in shown]

    def digest(self, kind: str) -> str:
        """``sha1`` or ``sha256`` of the value, in hex; empty where there is no value."""
        return hashlib.new(kind, self.value).hexdigest() if self.value else ""


class Claim(NamedTuple):
    """One thing that is to be accepted."""

    place: str
    """Where it is said: ``.gitleaksignore:3``."""
    reason: str
    covers: Callable[[Key], bool]
    glob: str = ""
    """A pattern for ``exclude`` that leaves out no more than the claim; empty where there is none."""


class Reading(NamedTuple):
    """What a file says."""

    claims: list[Claim]
    left: list[str]
    """What cannot be taken over, and why, a line each."""


def at_place(path: str, line: int | None = None, commit: str = "") -> Callable[[Key], bool]:
    """Return whether a key is at a place: a path, perhaps a line, perhaps brought by a commit."""

    def covers(key: Key) -> bool:
        return any(
            path == place and line in (None, at) and (not commit or (bool(brought) and brought.startswith(commit)))
            for place, at, brought in key.places
        )

    return covers


def all_paths(pattern: re.Pattern[str]) -> Callable[[Key], bool]:
    """Return whether every place of a key is in a file whose path a pattern finds something in."""
    return lambda key: all(pattern.search(path) for path, _, _ in key.places)


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of another tool. ``ValueError`` for one that Python does not know, or that could take long."""
    text = pattern.replace(r"\z", r"\Z")
    for name, class_ in _POSIX.items():
        text = text.replace(f"[:{name}:]", class_)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes that a later Python may read otherwise
            found = re.compile(text)
            endless = backtracking.steps(text) >= backtracking.ENDLESS
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a pattern that Python knows: {error}") from None
    if endless:
        raise ValueError("a pattern that could take endlessly long")
    return found


_POSIX = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "space": r"\s",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}


def glob_of(pattern: str) -> str:
    """Return a pattern in the manner of ``.gitignore`` that fits only paths in which ``pattern`` finds something; empty
    where none is found. An unescaped dot is taken for a dot.
    """
    text = pattern.replace(r"\/", "/")
    anchored = text.startswith("^") and not text.startswith("^(")
    text = re.sub(r"^(?:\(\?:\^\|/\)|\(\^\|/\)|\^)", "", text)
    ends = text.endswith("$")
    text = text.removesuffix("$")
    text = re.sub(r"^(?:\(\.\*\??\)|\.\*\??)", "*", text)
    text = re.sub(r"(?:\(\.\*\??\)|\.\*\??)$", "*", text)
    text = re.sub(r"\\([.\-_/])", r"\1", text)
    if not re.fullmatch(r"\*?[A-Za-z0-9_./-]+\*?|\*\.[A-Za-z0-9]+", text) or text.startswith("/"):
        return ""
    if text.endswith("/*"):
        text = text[:-1]
    if not ends and not text.endswith(("/", "*")) and "." not in text.rpartition("/")[2]:
        return ""
    return f"/{text}" if anchored else text if "/" not in text.rstrip("/") else f"**/{text}"


def any_of(claims: Iterable[Callable[[Key], bool]]) -> Callable[[Key], bool]:
    """Return whether one of these covers a key."""
    listed = [*claims]
    return lambda key: any(one(key) for one in listed)


def all_of(claims: Iterable[Callable[[Key], bool]]) -> Callable[[Key], bool]:
    """Return whether all of these cover a key; none does where there are none."""
    listed = [*claims]
    return lambda key: bool(listed) and all(one(key) for one in listed)
