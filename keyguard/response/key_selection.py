"""Which of the keys of a run are meant by what was typed."""

from __future__ import annotations

from collections.abc import Sequence

from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import Finding, Run
from keyguard.support.errors import UsageError

_LEAST = 4


def keys_of(run: Run) -> list[Finding]:
    """The keys among the findings, for who acts on them: from here on every value is known, since names are shown then
    that are in no finding.
    """
    KNOWN.complete()
    return [one for one in run.findings if one.kind == "key"]


def select_keys(run: Run, ids: Sequence[str]) -> list[Finding]:
    """The keys of these ids (``KG-7f3a9c``, its digits, or a fingerprint), each once, in the order of the run.

    Raises ``UsageError`` for an id that means none or several.
    """
    keys = keys_of(run)
    wanted = {_meant(text, keys).fingerprint for text in ids}
    return [one for one in keys if one.fingerprint in wanted]


def _meant(text: str, keys: Sequence[Finding]) -> Finding:
    digits = text.strip().lower().removeprefix("kg-")
    found = [one for one in keys if one.fingerprint.startswith(digits)] if len(digits) >= _LEAST else []
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{text!r} means {len(found)} keys: give more of its digits")
    known = ", ".join(one.id for one in keys[:5])
    hint = f": there are {known}{' and more' if len(keys) > 5 else ''}" if keys else ": no keys were found here"
    raise UsageError(f"there is no key {text!r}{hint}")
