"""Select the keys of a run by the ids that the user has typed."""

from __future__ import annotations

from collections.abc import Sequence

from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Finding, Run
from keyguard.support.errors import UsageError

_LEAST = 4


def keys_of(run: Run) -> list[Finding]:
    """Return the keys among the findings, for commands that act on them.

    All known values are loaded, because such commands display names that are in no finding.
    """
    KNOWN.complete()
    return [one for one in run.findings if one.kind == "key"]


def select_keys(run: Run, ids: Sequence[str]) -> list[Finding]:
    """Return the keys with these ids (``KG-7f3a9c``, its digits, or a fingerprint), each once, in order of the run.

    Raise ``UsageError`` for an id that matches no key or several.
    """
    return among(keys_of(run), ids)


def among(findings: Sequence[Finding], ids: Sequence[str]) -> list[Finding]:
    """Return the findings of these ids, each once and in their order. Raises ``UsageError`` as ``chosen`` does."""
    wanted = {_meant(text, findings).fingerprint for text in ids}
    return [one for one in findings if one.fingerprint in wanted]


def _meant(text: str, keys: Sequence[Finding]) -> Finding:
    digits = text.strip().lower().removeprefix("kg-")
    found = [one for one in keys if one.fingerprint.startswith(digits)] if len(digits) >= _LEAST else []
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{text!r} means {len(found)} findings: give more of its digits")
    known = ", ".join(one.id for one in keys[:5])
    hint = f": there are {known}{' and more' if len(keys) > 5 else ''}" if keys else ": no keys were found here"
    raise UsageError(f"there is no key {text!r}{hint}")
