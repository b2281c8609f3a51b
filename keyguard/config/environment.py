"""The environment variables that keyguard reads."""

from __future__ import annotations

from typing import NamedTuple


class Variable(NamedTuple):
    """An environment variable."""

    name: str
    meaning: str
    example: str = ""
    is_secret: bool = False
    """Only whether it is set may be shown."""


VARIABLES = (
    Variable("KEYGUARD_CONFIG", "The configuration file instead of the nearest one.", "/etc/keyguard.toml"),
    Variable("KEYGUARD_USER_CONFIG", "The user's own file; an absolute path.", "/home/me/keyguard.toml"),
    Variable("KEYGUARD_CACHE_DIR", "The folder of the cache; an absolute path.", "/var/cache/keyguard"),
    Variable("KEYGUARD_STATE_DIR", "The folder of the journal; an absolute path.", "/var/lib/keyguard"),
    Variable(
        "KEYGUARD_FINGERPRINT_KEY",
        "A secret that makes fingerprints of keys different from everybody else's.",
        is_secret=True,
    ),
    Variable("SOURCE_DATE_EPOCH", "The time from which ages are computed, in seconds since the epoch.", "1767582245"),
    Variable("NO_COLOR", "If not empty, no colour, unless --color always.", "1"),
    Variable("FORCE_COLOR", "If neither empty nor 0, colour even where there is no terminal.", "1"),
    Variable("CLICOLOR_FORCE", "The same.", "1"),
    Variable("COLUMNS", "The width of help.", "100"),
    Variable("TERM", "dumb: neither colour nor a progress bar.", "dumb"),
    Variable("CI", "If not empty, no progress bar and no links.", "true"),
    Variable("XDG_CONFIG_HOME", "The folder with the user's own file in keyguard/config.toml.", "/home/me/.config"),
    Variable("XDG_STATE_HOME", "The folder with the journal in keyguard.", "/home/me/.local/state"),
    Variable("XDG_CACHE_HOME", "The folder with the cache in keyguard.", "/home/me/.cache"),
)
