"""The language of a file, as far as a key in it can be replaced."""

from __future__ import annotations

from keyguard.hygiene.data import tables
from keyguard.hygiene.paths import patterns

_SUFFIXES = {
    b".py": "python",
    b".js": "javascript",
    b".jsx": "javascript",
    b".mjs": "javascript",
    b".cjs": "javascript",
    b".ts": "typescript",
    b".mts": "typescript",
    b".cts": "typescript",
    b".tsx": "tsx",
    b".rb": "ruby",
    b".rake": "ruby",
    b".gemspec": "ruby",
    b".php": "php",
    b".go": "go",
    b".java": "java",
    b".yml": "yaml",
    b".yaml": "yaml",
}
_NAMES = {b"Rakefile": "ruby", b"Gemfile": "ruby", b"config.ru": "ruby"}
_SPRING = (
    "application.yml",
    "application.yaml",
    "application-*.yml",
    "application-*.yaml",
    "bootstrap*.yml",
    "bootstrap*.yaml",
)
_WORKFLOWS = ("**/.github/workflows/*.yml", "**/.github/workflows/*.yaml")


def language_of(path: bytes) -> str:
    """Return the language, one of ``keyguard.fix.code.LANGUAGES``; empty for any other."""
    name = path[path.rfind(b"/") + 1 :]
    if name.endswith((b".d.ts", b".d.mts", b".d.cts")):
        return ""
    found = _NAMES.get(name) or _SUFFIXES.get(name[max(0, name.rfind(b".")) :].lower(), "")
    return _yaml(path) if found == "yaml" else found


def _yaml(path: bytes) -> str:
    if patterns.of(_WORKFLOWS).fit(path):
        return "yaml-workflow"
    if patterns.of(tuple(tables.load("envfiles")["compose"]["names"])).fit(path):
        return "yaml-compose"
    return "yaml-spring" if patterns.of(_SPRING).fit(path) else "yaml"
