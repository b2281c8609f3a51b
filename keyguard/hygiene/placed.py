"""Keys with the stages that their places belong to: in the files of a project, and in environment files beside them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from keyguard.expression import expression
from keyguard.hygiene import data, patterns
from keyguard.hygiene.envfiles import is_env_file
from keyguard.hygiene.frontend import is_public
from keyguard.hygiene.project import Project
from keyguard.hygiene.stage import Judged, judge
from keyguard.model import Environment, Sighting
from keyguard.secrets import MASK

#: what stands behind the password in an address
_HOST = expression(rb"[^\s@/\"']{1,400}@([A-Za-z0-9._-]{1,200})")
#: keys of one file that are looked at: what holds more is a list, and no configuration
_MOST = 200


class Placed(NamedTuple):
    """A secret key at one place."""

    path: bytes
    key: Sighting
    offset: int
    judged: Judged


def placed(project: Project) -> list[Placed]:
    """Every secret key, in order of path and place; what the vendor means to be seen is none."""
    return [one for path in sorted(_paths(project)) for one in islice(_in_file(project, path), _MOST)]


def concerns(project: Project, path: bytes, key: Sighting) -> bool:
    """Whether a key is a secret that stands in the file: none that others wrote, or that opens nothing elsewhere."""
    aside = data.load("environments")["aside"]["folders"]
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


def _paths(project: Project) -> set[bytes]:
    found = {path for path, keys in project.keys.items() if keys}
    return found | {one.path for one in project.locals(is_env_file)}


def _in_name(path: bytes, key: Sighting) -> bool:
    """Whether the key is one in the name of the file, and not in its content."""
    prefix, place = key.masked.partition(MASK)[0], key.occurrence
    shown = path.decode("utf-8", "surrogateescape")
    return bool(prefix) and place.line == 1 and shown.startswith(prefix, place.column - 1)


def _in_file(project: Project, path: bytes) -> Iterator[Placed]:
    content = project.read(path)
    for key in project.inspect(path):
        if key.suppression is None and concerns(project, path, key):
            at = project.offset(path, key)
            yield Placed(path, key, at, judge(path, content, at))
