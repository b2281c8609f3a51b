"""The refusal of a push: one line for each key, as GitLab shows them on its pages, and as git shows them."""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.model.finding import Run
from keyguard.report.history_phrases import place_with_history
from keyguard.report.phrases import counted
from keyguard.report.summary import gap_text, gaps
from keyguard.support.sanitize import shown

#: the prefix of the lines that GitLab shows of a hook's output
GITLAB = "GL-HOOK-ERR: "
#: keys and gaps that are listed: nobody reads more
_MOST = 100


def lines(run: Run) -> Iterator[str]:
    """Yield the reasons against a push; none if there is none."""
    failing = [finding for finding in run.findings if finding.severity >= run.fail_on]
    missing = [] if run.allow_incomplete else gaps(run)
    if not failing and not missing:
        return
    said = [counted(len(failing), "key")] if failing else []
    said += [counted(len(missing), "gap")] if missing else []
    yield f"{GITLAB}keyguard refuses this push: {' and '.join(said)}"
    for finding in failing[:_MOST]:
        first, *more = finding.occurrences
        count = len(more) + finding.more
        also = f" and {counted(count, 'more place')}" if count else ""
        own = ", allowed by this change, which does not count" if finding.allowed_by_change else ""
        where = f"{place_with_history(first)}{also}{own}"
        yield f"{GITLAB}{shown(finding.masked)}: {shown(finding.title)} in {where} ({finding.id})"
    for gap in missing[:_MOST]:
        yield f"{GITLAB}not read: {gap_text(gap)}"
    left = max(len(failing) - _MOST, 0) + max(len(missing) - _MOST, 0)
    if left:
        yield f"{GITLAB}and {left:,} more"
    if failing:
        yield f"{GITLAB}Revoke them first, then take them out of the commits and push again."
