"""Alerts of GitHub's secret scanning, as its API gives them (``gh api /repos/OWNER/NAME/secret-scanning/alerts``).

Format: https://docs.github.com/rest/secret-scanning/secret-scanning
"""

from __future__ import annotations

import json
from collections.abc import Callable

from keyguard.migration.claims import Claim, Key, Reading
from keyguard.support.errors import ConfigError

#: resolutions by which somebody has decided to live with a value
_ACCEPTED = {"false_positive": "false alarm", "used_in_tests": "used in tests", "wont_fix": "will not be fixed"}


def read(name: str, data: bytes) -> Reading:
    """Read exported alerts. Raises ``ConfigError`` for what is no list of them."""
    try:
        listed = json.loads(data)
    except ValueError as error:
        raise ConfigError(f"{name}: not JSON: {error}") from None
    if not isinstance(listed, list):
        raise ConfigError(f"{name}: not a list of alerts")
    claims, left = [], []
    for number, one in enumerate(listed, 1):
        alert = one if isinstance(one, dict) else {}
        place = f"{name}: alert {alert.get('number', number)}"
        resolution, secret = alert.get("resolution"), alert.get("secret")
        if not isinstance(secret, str) or not secret:
            left.append(f"{place}: there is no secret in it (export with a token that may see secrets)")
        elif resolution == "revoked":
            left.append(f"{place}: revoked: record it under [revoked] in .keyguard.toml, or keyguard verify says so")
        elif alert.get("state") != "resolved" or resolution not in _ACCEPTED:
            left.append(f"{place}: open, so it is not accepted")
        else:
            claims.append(Claim(place, f"GitHub: {_ACCEPTED[resolution]}", _is(secret)))
    return Reading(claims, left)


def _is(secret: str) -> Callable[[Key], bool]:
    value = secret.encode("utf-8", "surrogateescape")
    return lambda key: bool(key.value) and key.value == value
