"""What to do about a key, as one list of steps: the key's own first, then those of how it is kept."""

from __future__ import annotations

from keyguard.model.finding import Finding, Run
from keyguard.report.blocks import Block
from keyguard.report.history_phrases import history_advice, is_staged, never_committed
from keyguard.report.phrases import steps
from keyguard.support.regex import expression

_NUMBER = expression(r"^\d+\. ")
_ENDS_IN_HISTORY = expression(r",? and (?:the \w+ )?out of the repository's history")
_OUT_OF_HISTORY = "out of the repository's history"
#: steps that replace a key in general, which its own steps say in particular, or that are about a check's settings
_REPLACES = expression(
    r"^(?:revoke|replace|create a|rewriting|then rewrite|look in the|put the new one|when nothing uses|how old)\b"
    r"|revoke (?:it|the key)"
)


def block_steps(block: Block, run: Run, hook: str = "") -> list[str]:
    """Return the steps for a block, numbered in one row if several of its findings have any."""
    listed = finding_steps(block.head, run, hook)
    last = sum(bool(_NUMBER.match(step)) for step in listed)
    return listed + [f"{last + nth}. {step}" for nth, step in enumerate(further_steps(block, run, hook), 1)]


def further_steps(block: Block, run: Run, hook: str = "") -> list[str]:
    """Return what is to be done besides the steps for the head of the block, without numbers."""
    known = {_NUMBER.sub("", step) for step in finding_steps(block.head, run, hook)}
    more = []
    for one in block.others:
        own = [_NUMBER.sub("", step) for step in steps(one.remedy)]
        more += [step for step in own if one.kind == "key" or not _REPLACES.search(step.lower())]
    return [step for step in dict.fromkeys(more) if step not in known]


def finding_steps(finding: Finding, run: Run, hook: str = "") -> list[str]:
    """Return the steps for one finding; they speak of history only if the key may be there."""
    if finding.ended:
        return [*filter(None, [history_advice(finding, hook)])]
    said = finding.remedy
    if finding.kind == "key" and (is_staged(finding) or never_committed(finding, run)):
        said = _ENDS_IN_HISTORY.sub("", said).replace(_OUT_OF_HISTORY, "out of the file")
    return [*filter(None, [history_advice(finding, hook)]), *steps(said)]
