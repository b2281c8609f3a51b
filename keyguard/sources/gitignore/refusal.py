"""How rules that are not obeyed are reported."""

from __future__ import annotations

from collections.abc import Sequence

from keyguard.model.finding import Skipped
from keyguard.sources.gitignore.tables import Refused

#: rules that are named, and bytes of each
_NAMED, _SHOWN = 3, 60


def refusal(path: bytes, refused: Sequence[Refused]) -> Skipped:
    """Return the gap for these rules of a list, which is the file at a path or goes by another name."""
    named = "; ".join(f"{_cut(one.source)}: {one.why}" for one in refused[:_NAMED])
    more = f"; and {len(refused) - _NAMED:,} more" if len(refused) > _NAMED else ""
    return Skipped(path=path, reason="ignore-rules", detail=f"not obeyed: {named}{more}")


def _cut(pattern: bytes) -> str:
    text = pattern[:_SHOWN].decode("utf-8", "replace")
    return f"{text}…" if len(pattern) > _SHOWN else text
