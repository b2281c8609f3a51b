"""YAML files of other tools, for whose sake nobody need install a parser unless there are some."""

from __future__ import annotations

from typing import Any

from keyguard.support.errors import ConfigError, UsageError


def load(name: str, data: bytes) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Raises ``ConfigError`` for what is none, ``UsageError`` where no parser is installed.
    """
    try:
        import yaml
    except ImportError:
        raise UsageError(f"{name}: to read YAML, install the extra: pip install 'keyguard-lint[fix]'") from None
    try:
        found = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{name}: not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{name}: not a mapping")
    return found
