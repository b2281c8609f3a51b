"""The ``text`` format, for people: a block for each key with source line, vendor, reason, fix; then the summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from keyguard.model.finding import Finding, Run
from keyguard.report import Style, history_phrases
from keyguard.report.advice import block_steps, further_steps
from keyguard.report.ansi import BLUE, BOLD, DIM, SEVERITY_COLOR, link, paint, wrapped
from keyguard.report.blocks import Block, other_places, shown_blocks
from keyguard.report.phrases import (
    allowed_text,
    attribution_text,
    ended_text,
    evidence,
    further_problems,
    has_vendor,
    headline,
    if_harmless,
    is_doubtful,
    lowered_text,
    number,
    place_text,
    prose,
    verdict_text,
)
from keyguard.report.refusals import commit_lines, false_alarm_lines, refuses_commit
from keyguard.report.snippet import source_lines
from keyguard.report.summary import accepted_lines, configuration_lines, gap_lines, refused_lines, summary_line
from keyguard.support.sanitize import shown

_MOST_PLACES = 5
#: up to so many blocks are read without an overview
FEW = 10
_LANDING = "Land the exception first, or let somebody who approves it say --config-from."
_LABEL_WIDTH = len("whose: ")
#: columns between which prose is wrapped: longer and shorter lines are hard to read
_NARROWEST, _WIDEST = 40, 110


def render(run: Run, out: TextIO, style: Style) -> None:
    """Write the report; what is of severity info is only counted unless ``style.verbose``."""
    if refuses_commit(run, style) and not style.verbose:
        out.writelines(f"{part}\n" for line in commit_lines(run, style) for part in wrapped(line, style, " " * 4))
        return
    blocks = shown_blocks(run, verbose=style.verbose)
    for line in _summarized(blocks, run, style) if len(blocks) > FEW and not style.full else _full(blocks, run, style):
        out.write(line + "\n")
    gaps = list(gap_lines(run, style))
    for line in (
        *gaps,
        *([""] if gaps else []),
        *false_alarm_lines(run, style),
        *configuration_lines(run, style),
        *accepted_lines(run, style),
        *refused_lines(run, style),
        summary_line(run, style),
    ):
        out.writelines(f"{part}\n" for part in wrapped(line, style, " " * 6 if line.startswith("  ") else "  "))


def _full(blocks: Sequence[Block], run: Run, style: Style) -> Iterator[str]:
    """Yield the lines of all blocks; steps that several have are listed once."""
    explained: dict[tuple[str, str, str], Finding] = {}
    for block in blocks:
        kind = (block.head.rule, block.head.remedy, block.head.ended)
        yield from block_lines(block, run, style, explained.get(kind))
        yield ""
        explained.setdefault(kind, block.head)


def _summarized(blocks: Sequence[Block], run: Run, style: Style) -> Iterator[str]:
    """Yield an overview, the worst blocks in full, and the others in a line each."""
    from keyguard.report import overview  # a short report has no use for it

    worst, others = overview.choose_blocks(blocks, run, style.hook)
    yield from overview.overview_lines(blocks, run, style)
    yield overview.heading(len(worst), len(others), style)
    yield ""
    yield from _full(worst, run, style)
    yield from overview.row_lines(others, style)
    yield ""


def block_lines(block: Block, run: Run, style: Style, like: Finding | None = None) -> Iterator[str]:
    """Yield the lines for one block; ``like`` is the head of an earlier one with the same steps, which listed them."""
    finding = block.head
    first = finding.occurrences[0]
    gutter = len(str(first.line))
    word = paint(finding.severity.label, SEVERITY_COLOR[finding.severity], style)
    rule = link(prose(finding.rule), finding.rotation, style)
    yield f"{word}{paint(f'[{rule}]: {headline(finding)}', BOLD, style)}"
    yield f"{' ' * gutter}{paint('-->', BLUE, style)} {place_text(first)}"
    yield from source_lines(finding, gutter, style)
    for label, lines in _notes(block, run, style, like):
        title = f"{label}:".ljust(_LABEL_WIDTH)
        lead = f"{' ' * gutter} {paint('=', BLUE, style)} {paint(title, BOLD, style)}"
        indent = " " * (gutter + 3 + _LABEL_WIDTH)
        for at, line in enumerate(lines):
            yield (indent if at else lead) + line


def _notes(block: Block, run: Run, style: Style, like: Finding | None) -> Iterator[tuple[str, list[str]]]:
    """Yield label and lines of each note below the source line."""
    finding, subject = block.head, block.subject
    way = finding.occurrences[0].way
    said_how = [*([f"written in {shown(way)}"] if way else []), *evidence(finding)]
    how = [line for said in said_how for line in _wrapped(said, style)]
    if how:
        yield "how", how
    for problem in further_problems(block):
        yield "note", _wrapped(problem, style)
    where = [line for said in history_phrases.history_lines(subject, run) for line in _wrapped(said, style)]
    if where:
        yield "where", where
    if has_vendor(subject):
        yield "whose", _wrapped(attribution_text(subject, run), style)
    if subject.verdict:
        yield "alive", _wrapped(verdict_text(subject), style)
    if subject.ended:
        yield "state", _wrapped(ended_text(subject), style)
    if subject.lowered:
        yield "note", _wrapped(lowered_text(subject), style)
    if like:
        yield "fix", [line for said in _as_for(like, block, run, style) for line in _wrapped(said, style)]
    else:
        yield from _advice(block, run, style)
    for one in (block.head, *block.others):
        yield from _remarks(one, run, style)
    yield from _expired(block, style)
    yield from _others(subject, style)
    mask = paint(f"  {shown(finding.masked)}", DIM, style) if finding.masked else ""
    yield "id", [shown(finding.id) + mask]


def _remarks(finding: Finding, run: Run, style: Style) -> Iterator[tuple[str, list[str]]]:
    """Yield what limits a finding."""
    if finding.allowed_by_change:
        yield "note", _wrapped(f"{allowed_text(finding)}. {_LANDING}", style)
    if is_doubtful(finding):
        doubt = "this may be no key at all" if finding.kind == "key" else "see whether it is so here"
        advice = if_harmless(finding, "it is none" if finding.kind == "key" else "it is not")
        passes = ", and does not fail the run" if run.is_doubtful(finding) else ""
        yield "note", _wrapped(f"{finding.confidence.value} confidence: {doubt}{passes}; {advice}", style)


def _expired(block: Block, style: Style) -> Iterator[tuple[str, list[str]]]:
    """Yield the day until which the findings of a block were accepted."""
    over = [one for one in (block.head, *block.others) if one.accepted_until]
    if over:
        again = f"keyguard accept {' '.join(shown(one.id) for one in over)} --reason TEXT"
        until = shown(over[0].accepted_until)
        yield "note", _wrapped(f"was accepted until {until}; to accept it again: {again}", style)


def _advice(block: Block, run: Run, style: Style) -> Iterator[tuple[str, list[str]]]:
    if block.head.description:
        yield "why", _wrapped(prose(block.head.description), style)
    fix = [line for step in block_steps(block, run, style.hook) for line in _wrapped(step, style)]
    rotation = block.head.rotation or block.subject.rotation
    if rotation:
        fix.append(prose(rotation))
    if fix:
        yield "fix", fix


def _as_for(like: Finding, block: Block, run: Run, style: Style) -> Iterator[str]:
    """Yield the steps of a block by what they have besides those for ``like``."""
    advice = history_phrases.history_advice(block.head, style.hook)
    if advice and advice != history_phrases.history_advice(like, style.hook):
        yield advice
    more = further_steps(block, run, style.hook)
    yield f"as for {shown(like.id)} above{', and:' if more else ''}"
    yield from (f"- {step}" for step in more)


def _others(finding: Finding, style: Style) -> Iterator[tuple[str, list[str]]]:
    others = other_places(finding)
    if others or finding.more:
        listed = others[:_MOST_PLACES]
        places = [
            line for occurrence in listed for line in _wrapped(history_phrases.place_with_history(occurrence), style)
        ]
        more = len(others) - len(listed) + finding.more
        yield "also", places + ([f"and {number(more)} more {'place' if more == 1 else 'places'}"] if more else [])


def _wrapped(text: str, style: Style) -> list[str]:
    """Return the text as lines that fit the terminal; one line if the width is unlimited."""
    room = max(min(style.width, _WIDEST) - _LABEL_WIDTH - 8, _NARROWEST)
    if not style.width or len(text) <= room:
        return [text]
    from textwrap import wrap

    indent = "   " if text[:1].isdigit() else ""
    lines = wrap(text, room, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    # what was harmless in the middle of a line may now stand at its start
    return [shown(line) for line in lines]
