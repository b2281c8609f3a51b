"""Refusals as git shows them: of a commit in five lines, of a push in one line for each key, for GitLab's pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keyguard.model.finding import Run
from keyguard.report import Style
from keyguard.report.ansi import BLUE, BOLD, SEVERITY_COLOR, paint
from keyguard.report.blocks import Block, shown_blocks
from keyguard.report.history_phrases import is_staged, place_with_history
from keyguard.report.phrases import counted, headline, number, place_text, prose
from keyguard.report.summary import configuration_lines, gap_text, gaps, summary_line
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown, shown_path

#: the prefix of the lines that GitLab shows of a hook's output
GITLAB = "GL-HOOK-ERR: "
#: keys and gaps that are listed: nobody reads more
_MOST = 100
#: keys that the refusal of a commit lists
_MOST_STAGED = 20
#: ids that a command names
_MOST_IDS = 5
#: a path that a shell takes as it is; a masked key in it is a pattern that fits the file
_PLAIN = expression(r"[\w@%+=:,./*-]+")
_UNSTAGE = {"commit": "git restore --staged", "first commit": "git rm --cached"}


def push_lines(run: Run) -> Iterator[str]:
    """Yield the reasons against a push; none if there is none."""
    failing = [finding for finding in run.findings if run.fails(finding)]
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


def refuses_commit(run: Run, style: Style) -> bool:
    """Return whether a commit is refused for what is staged, and for nothing else."""
    if style.hook not in _UNSTAGE or gaps(run) or not run.failing:
        return False
    return all(map(is_staged, run.findings))


def commit_lines(run: Run, style: Style) -> Iterator[str]:
    """Yield why a commit is refused: two lines for each key, then how to go on, and the summary."""
    blocks = shown_blocks(run, verbose=False) or shown_blocks(run, verbose=True)
    for block in blocks[:_MOST_STAGED]:
        yield from _staged_key(block, style)
    if len(blocks) > _MOST_STAGED:
        yield f"and {number(len(blocks) - _MOST_STAGED)} more"
    file = _only([shown_path(block.head.occurrences[0].path) for block in blocks])
    named = _word(file) if file else "FILE"
    yield (
        f"{paint('to go on:', BOLD, style)} {_UNSTAGE[style.hook]} {named}, or edit it and git add {named},"
        f" or move the key to the environment: keyguard fix --unsafe"
    )
    rule = _only([prose(block.head.rule) for block in blocks]) or "RULE"
    yield (
        f"{paint('false alarm:', BOLD, style)} '# keyguard: allow[{rule}] reason' on the line,"
        f" or keyguard accept {_ids(blocks)} --reason TEXT; then git add what that changed"
    )
    yield from configuration_lines(run, style)
    yield f"{paint('keyguard refuses this commit:', BOLD, style)} {summary_line(run, style)}"


def false_alarm_lines(run: Run, style: Style) -> Iterator[str]:
    """Yield what to do about a false alarm, if this user's own push is refused."""
    blocks = [block for block in shown_blocks(run, verbose=True) if run.fails(block.head)]
    if style.hook == "push" and blocks:
        rule = _only([prose(block.head.rule) for block in blocks]) or "RULE"
        yield (
            f"{paint('false alarm:', BOLD, style)} '# keyguard: allow[{rule}] reason' on the line,"
            f" or keyguard accept {_ids(blocks)} --reason TEXT; then commit that, and push again"
        )


def _staged_key(block: Block, style: Style) -> Iterator[str]:
    finding = block.head
    first, *more = finding.occurrences
    word = paint(finding.severity.label, SEVERITY_COLOR[finding.severity], style)
    key = f"  {shown(finding.masked)}" if finding.masked else ""
    yield f"{word}{paint(f'[{prose(finding.rule)}]: {headline(finding)}', BOLD, style)}"
    count = len(more) + finding.more
    also = f" and {counted(count, 'more place')}" if count else ""
    until = f", accepted until {shown(finding.accepted_until)}" if finding.accepted_until else ""
    yield f" {paint('-->', BLUE, style)} {place_text(first)}{also}{until}{key}  {shown(finding.id)}"


def _only(words: Sequence[str]) -> str:
    """Return the word if all are equal, else nothing."""
    return words[0] if len(set(words)) == 1 else ""


def _word(path: str) -> str:
    """Return a path as a shell takes it; ``FILE`` if it cannot be written so."""
    if _PLAIN.fullmatch(path) and not path.startswith("-"):
        return path
    return f"'{path}'" if not set(path) & set("'*\\") and not path.startswith("-") else "FILE"


def _ids(blocks: Sequence[Block]) -> str:
    named = [shown(block.subject.id) for block in blocks]
    return " ".join(named) if len(named) <= _MOST_IDS else "ID..."
