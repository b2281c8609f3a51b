"""Which keys in a file are secrets that a check reports, and how messages name them."""

from __future__ import annotations

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.masking.secret import MASK
from keyguard.model.finding import Environment, Sighting
from keyguard.support.regex import expression

#: the host behind the password in a URL
_HOST = expression(rb"[^\s@/\"']{1,400}@([A-Za-z0-9._-]{1,200})")


def is_reported(project: Project, path: bytes, key: Sighting) -> bool:
    """Return whether a check reports the key in this file.

    Publishable keys, third-party files, keys in a file's name, and passwords that open nothing from elsewhere do not
    count.
    """
    aside = tables.load("environments")["aside"]["folders"]
    if is_public(project, key) or patterns.in_folder(path, aside) or _in_name(project.display(path), key):
        return False
    if not project.rules[key.attribution.rule].guessable:
        return True
    content, at = project.read(path) or b"", project.offset(path, key)
    host = _HOST.match(content, at)
    # a host name without a dot is a service in the same network, which nobody else can reach
    return host is None or b"." in host[1]


def key_title(project: Project, key: Sighting) -> str:
    """Return the name of the key with a capital: ``Stripe live key``."""
    name = project.key_name(key, "" if key.environment is Environment.UNKNOWN else key.environment.value)
    return name[:1].upper() + name[1:]


def _in_name(path: bytes, key: Sighting) -> bool:
    """Return whether the key is in the name of the file, and not in its content."""
    prefix, place = key.masked.partition(MASK)[0], key.occurrence
    shown = path.decode("utf-8", "surrogateescape")
    return bool(prefix) and place.line == 1 and shown.startswith(prefix, place.column - 1)
