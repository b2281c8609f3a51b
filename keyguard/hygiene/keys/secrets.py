"""Which keys in a file are secrets that matter, and what they are called."""

from __future__ import annotations

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.masking.secret import MASK
from keyguard.model.finding import Environment, Sighting
from keyguard.support.regex import expression

#: what stands behind the password in an address
_HOST = expression(rb"[^\s@/\"']{1,400}@([A-Za-z0-9._-]{1,200})")


def concerns(project: Project, path: bytes, key: Sighting) -> bool:
    """Whether a key is a secret that stands in the file: none that others wrote, or that opens nothing elsewhere."""
    aside = tables.load("environments")["aside"]["folders"]
    if is_public(project, key) or patterns.in_folder(path, aside) or _in_name(project.display(path), key):
        return False
    if not project.rules[key.attribution.rule].guessable:
        return True
    content, at = project.read(path) or b"", project.offset(path, key)
    host = _HOST.match(content, at)
    # a name without a dot is that of a service beside it, which nobody else can reach
    return host is None or b"." in host[1]


def a_key(project: Project, key: Sighting) -> str:
    """``Stripe live key``: what it is, in words."""
    name = project.key_name(key, "" if key.environment is Environment.UNKNOWN else key.environment.value)
    return name[:1].upper() + name[1:]


def _in_name(path: bytes, key: Sighting) -> bool:
    """Whether the key is one in the name of the file, and not in its content."""
    prefix, place = key.masked.partition(MASK)[0], key.occurrence
    shown = path.decode("utf-8", "surrogateescape")
    return bool(prefix) and place.line == 1 and shown.startswith(prefix, place.column - 1)
