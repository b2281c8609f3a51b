"""The secrets in an environment file: keys that rules find, and values whose names say that they are secret."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.envfiles.names import is_for_tests
from keyguard.hygiene.project import spots, variable_names
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.hygiene.project.settings import Setting, settings
from keyguard.hygiene.project.variable_names import Secrecy
from keyguard.model.finding import Environment, Severity, Sighting, Vendor
from keyguard.model.violation import Spot
from keyguard.rules.placeholders import entropy, is_placeholder
from keyguard.support.regex import expression

#: values that something else fills in, or that are paths or URLs
_FILLED_IN = expression(
    rb"[$%<{\[*@&!./~#]|[A-Za-z][A-Za-z0-9+.-]*:(?!.{20})|[A-Za-z][A-Za-z0-9+.-]*://|arn:|[Oo][Pp]://"
)
_EMBEDDED = expression(rb"\$[{(]|\{\{|%\(|<[A-Za-z_ -]+>|\s")
#: one line of an environment file; lines and bytes that are looked at, and the share of them that must be such lines
_ASSIGNMENT = expression(rb"(?:export\s{1,9})?[A-Z_][A-Z0-9_.]*\s{0,9}=(?![=>])")
_MOST_LINES, _LOOKED_AT, _MOSTLY = 500, 64 << 10, 0.9
_LEAST_RANDOM, _LEAST_CHOSEN, _LEAST_MIXED = 16, 8, 5
_LEAST_ENTROPY = 3.0


class EnvFile(NamedTuple):
    """The secrets in one environment file."""

    path: bytes
    keys: tuple[Sighting, ...] = ()
    """The most severe first."""
    names: tuple[Setting, ...] = ()
    """Settings whose names say secret, and whose values do not contradict."""
    encrypted: bool = False
    """Whether it is encrypted, or some of its values are."""
    defaults: bool = False
    """Whether the file says that it holds no production secrets: frameworks keep defaults in such files."""

    @property
    def severity(self) -> Severity | None:
        """How bad it is if others get the file; None if it contains no secret."""
        if any(one.environment is Environment.LIVE for one in self.keys):
            return Severity.CRITICAL
        if any(one.environment is not Environment.TEST for one in self.keys):
            return Severity.HIGH
        if self.names and not self.keys and self.defaults:
            return Severity.LOW
        return Severity.MEDIUM if self.keys or self.names else None

    def key(self) -> str:
        """Return the fingerprint of the most severe key; empty if there is none."""
        return self.keys[0].fingerprint if self.keys else ""


def read_env_file(project: Project, path: bytes) -> EnvFile:
    """Return the secrets in a file, listed or not. In a file for tests, only live keys count."""
    content = project.read(path) or b""
    values = tables.load("envfiles")["values"]
    whole = content.lstrip().startswith(tuple(map(str.encode, values["encrypted_files"])))
    defaults = any(word.encode() in content for word in values["defaults"])
    given = [] if whole else list(settings(path, content))
    clear = [one for one in given if not _is_encrypted(one)]
    encrypted = whole or len(clear) < len(given)
    keys = sorted((one for one in project.inspect(path) if not is_public(project, one)), key=partial(_rank, project))
    if is_for_tests(path):
        real = [one for one in keys if one.environment is not Environment.TEST and not _is_guessable(project, one)]
        return EnvFile(path, tuple(real), encrypted=encrypted)
    names = tuple(_secrets(project, clear))
    return EnvFile(path, tuple(keys), names, encrypted, defaults)


def key_phrase(project: Project, key: Sighting) -> str:
    """Return a phrase for the key, with an article: ``a live Stripe key``."""
    rule = project.rules[key.attribution.rule]
    if rule.vendor in ("connection-string", "private-key"):
        return f"a {rule.title[:1].lower()}{rule.title[1:]}"
    whose = "secret" if rule.vendor == "unknown" else project.vendor_name(key)
    kind = {Environment.LIVE: "live ", Environment.TEST: "test "}.get(key.environment, "")
    return f"{_article(kind + whose)} {kind}{whose} key"


def describe(project: Project, found: EnvFile) -> str:
    """Return what the file contains as the end of a sentence; empty if it contains no secret."""
    kinds = list(dict.fromkeys(key_phrase(project, one) for one in found.keys))
    if kinds:
        more = len({one.fingerprint for one in found.keys}) - 1
        return f"holds {kinds[0]}" + (f" and {more} more" if more else "")
    if found.names:
        more = len(found.names) - 1
        others = f" and {more} more secret{'s' if more > 1 else ''}" if more else ""
        return f"gives a value to {found.names[0].name}{others}"
    return ""


def worst_spot(project: Project, found: EnvFile) -> Spot:
    """Return the spot of the most severe key, else of the first secret setting, else of the file as a whole."""
    if found.keys:
        return spots.of_key(found.path, found.keys[0].occurrence)
    if found.names:
        return project.spot(found.path, found.names[0].start, found.names[0].end)
    return spots.of_file(found.path)


def says_secret(one: Setting, vendors: Sequence[Vendor] = ()) -> bool:
    """Return whether a name says that its value is a secret."""
    values = tables.load("envfiles")["values"]
    if variable_names.public_prefix(one.words) or one.words.rpartition("_")[2] in values["about"]:
        return False
    more = any(f"_{one.words}_".endswith(f"_{word}_") for word in values["secret"])
    return more or variable_names.secrecy(one.words, vendors) is not Secrecy.NONE


def is_environment(content: bytes) -> bool:
    """Return whether nearly all lines of a text are settings, as in an environment file."""
    lines = [one.strip() for one in content[:_LOOKED_AT].splitlines()[:_MOST_LINES]]
    lines = [one for one in lines if one and not one.startswith(b"#")]
    given = sum(_ASSIGNMENT.match(one) is not None for one in lines)
    return bool(given) and given >= _MOSTLY * len(lines)


def _is_encrypted(one: Setting) -> bool:
    marks = tables.load("envfiles")["values"]["encrypted_values"]
    return one.value.startswith(tuple(map(str.encode, marks))) or one.name.lower().startswith("sops_")


def _secrets(project: Project, given: Sequence[Setting]) -> Iterator[Setting]:
    vendors = variable_names.server_vendors(project.engine.ruleset)
    times = Counter(one.value for one in given)
    for one in given:
        if says_secret(one, vendors) and _is_meant(one, alone=times[one.value] == 1):
            yield one


def _is_meant(one: Setting, *, alone: bool) -> bool:
    """Return whether the value looks like a secret; ``alone``: no other setting of the file has it."""
    value, values = one.value, tables.load("envfiles")["values"]
    alone = alone or value.startswith(b"base64:")
    value = value.removeprefix(b"base64:")
    lowered = value.lower()
    if len(value) < _LEAST_CHOSEN or _FILLED_IN.match(value) or _EMBEDDED.search(value) or not alone:
        return False
    if any(word.encode() in lowered for word in values["weak"]) or is_placeholder(value):
        return False
    letters, digits = re.search(rb"[A-Za-z]", value), re.search(rb"[0-9]", value)
    if any(f"_{one.words}".endswith(f"_{word}") for word in values["chosen"]):
        return bool(letters and (digits or re.search(rb"[^A-Za-z0-9]", value) or _is_random(value)))
    return bool(letters and digits) and len(value) >= _LEAST_RANDOM and entropy(value) >= _LEAST_ENTROPY


def _is_random(letters: bytes) -> bool:
    """Return whether letters are too mixed for words that somebody wrote together."""
    small, large = (len(re.findall(kind, letters)) for kind in (rb"[a-z]", rb"[A-Z]"))
    return min(small, large) >= _LEAST_MIXED and entropy(letters) >= _LEAST_ENTROPY


def _rank(project: Project, key: Sighting) -> tuple[int, int, bool]:
    order = (Environment.LIVE, Environment.UNKNOWN, Environment.TEST, Environment.PUBLISHABLE)
    severity = project.rules[key.attribution.rule].severity_of(key.environment)
    return order.index(key.environment), -severity, _is_guessable(project, key)


def _is_guessable(project: Project, key: Sighting) -> bool:
    return project.rules[key.attribution.rule].guessable


def _article(word: str) -> str:
    return "an" if word[:1] in "AEIOUaeio" else "a"
