"""The question that is asked: which of a few files reach a browser or a phone, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from keyguard.hygiene.reach import frameworks
from keyguard.hygiene.reach.graph import Graph
from keyguard.hygiene.reach.layout import Layout
from keyguard.hygiene.reach.resolve import Files, Resolver


class Way(NamedTuple):
    """How a file gets to a browser."""

    entry: bytes
    kind: str
    """What the entry is, in words."""
    steps: tuple[bytes, ...]
    """Each imports the next: the entry first, the file itself last."""
    sure: bool = True
    """Whether every step was parsed, and not only looked at."""


def client_ways(
    files: Collection[bytes], read: Callable[[bytes], bytes | None], wanted: Collection[bytes]
) -> dict[bytes, Way]:
    """The shortest way to each wanted file that reaches a client; of several the first by its paths.

    ``files`` are all paths of a project, relative to its root, and ``read`` gives what they hold, or None.
    """
    known = Files(files)
    asked = frozenset(wanted) & known.paths
    if not asked:
        return {}
    layout = Layout(known, read, frameworks.config_names())
    kinds: dict[bytes, str] = {}
    for app in layout.apps.values():
        for entry in frameworks.entries(app, known):
            kinds.setdefault(entry.path, entry.kind)
    graph = Graph(Resolver(known), read)
    away = graph.spread(kinds, asked)
    return {path: _way(path, graph, away, kinds) for path in sorted(asked) if path in away}


def _way(path: bytes, graph: Graph, away: Mapping[bytes, int], kinds: Mapping[bytes, str]) -> Way:
    steps = [path]
    while away[steps[0]]:
        before = away[steps[0]] - 1
        steps.insert(0, min(one for one, links in graph.links.items() if away[one] == before and steps[0] in links))
    return Way(steps[0], kinds[steps[0]], tuple(steps), sure=False)
