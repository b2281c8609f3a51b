"""Keys that are no secrets: the vendor means them to be seen, or never issued them."""

from __future__ import annotations

from keyguard.hygiene import data
from keyguard.hygiene.project import Project
from keyguard.model import Environment, Sighting


def is_public(project: Project, key: Sighting) -> bool:
    """Whether the vendor means keys of this kind to be seen, or never issued this one."""
    rule = project.rules[key.attribution.rule]
    known = rule.id in data.load("browser")["public"]["rules"]
    return known or key.malformed or key.environment is Environment.PUBLISHABLE
