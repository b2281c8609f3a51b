"""Keys that are no secrets: publishable ones, and those that the vendor never issued."""

from __future__ import annotations

from keyguard.hygiene.data import tables
from keyguard.hygiene.project.project import Project
from keyguard.model.finding import Environment, Sighting


def is_public(project: Project, key: Sighting) -> bool:
    """Return whether the vendor means keys of this kind to be public, or never issued this one."""
    rule = project.rules[key.attribution.rule]
    known = rule.id in tables.load("browser")["public"]["rules"]
    return known or key.malformed or key.environment is Environment.PUBLISHABLE
