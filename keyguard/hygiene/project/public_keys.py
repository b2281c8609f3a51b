"""Keys that are no secrets: the vendor means them to be seen, or never issued them."""

from __future__ import annotations

from keyguard.hygiene.data import tables
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Environment, Sighting


def is_public(project: Project, key: Sighting) -> bool:
    """Whether the vendor means keys of this kind to be seen, or never issued this one."""
    rule = project.rules[key.attribution.rule]
    known = rule.id in tables.load("browser")["public"]["rules"]
    return known or key.malformed or key.environment is Environment.PUBLISHABLE
