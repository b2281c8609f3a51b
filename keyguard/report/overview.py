"""The overview of a long report: counts by vendor, severity, folder and age, and findings in a line each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from keyguard.model.finding import Certainty, Run, Severity, Where
from keyguard.report import Style
from keyguard.report.advice import further_steps
from keyguard.report.ansi import BOLD, CARET_COLOR, cells, paint
from keyguard.report.blocks import Block
from keyguard.report.phrases import counted, has_vendor, headline, in_commit, is_doubtful, number, prose
from keyguard.support.dates import age
from keyguard.support.sanitize import shown, shown_path

#: how many of the worst are shown in full: the first of each kind, and at least so many
_MOST_FULL, _FEWEST_FULL = 6, 5
_MOST_VENDORS = 8
_MOST_NAMED = 6
#: reach -> every clone gets it
_SHARED = ("head", "branch", "remote", "tag", "ref")
_YEAR, _QUARTER = 365, 90
_LABEL = 9
#: terminals narrower than this have no room for vendors and masks beside the place
_WIDE = 110
_NARROWEST = 20
_MESSAGES = {b"commit:": "commit messages", b"tag:": "tag messages", b"blob:": "(no path)"}


def choose_blocks(blocks: Sequence[Block], run: Run, hook: str) -> tuple[list[Block], list[Block]]:
    """Return the worst blocks, to be shown in full, and all others, both worst first.

    Of the highest severity it is the first block of each kind, so that every set of steps is there once.
    """
    ranked = sorted(blocks, key=_rank)
    kinds: set[tuple[str, ...]] = set()
    full: list[Block] = []
    for block in ranked:
        kind = (block.head.rule, *further_steps(block, run, hook))
        if block.severity == ranked[0].severity and kind not in kinds and len(full) < _MOST_FULL:
            kinds.add(kind)
            full.append(block)
    for block in ranked:
        if len(full) < _FEWEST_FULL and block not in full:
            full.append(block)
    chosen = {block.head.fingerprint for block in full}
    return sorted(full, key=_rank), [block for block in ranked if block.head.fingerprint not in chosen]


def overview_lines(blocks: Sequence[Block], run: Run, style: Style) -> Iterator[str]:
    """Yield at most 20 lines: counts by vendor and severity, by folder, by place, by age, and how to read on."""
    yield from _vendor_table(blocks, style)
    yield ""
    yield from _counts("folder", _folders(blocks), style)
    yield from _counts("where", Counter(map(_presence, blocks)).most_common(), style)
    ages = Counter(_age(block, run) for block in blocks)
    if len(ages) > 1 or "unknown" not in ages:
        yield from _counts("age", [(name, ages[name]) for name in _AGES if ages[name]], style)
    yield ""


def heading(full: int, others: int, style: Style) -> str:
    """Return how the report goes on below the overview."""
    said = f"Begin with these {number(full)}, the worst."
    return f"{paint(said, BOLD, style)} The other {number(others)} follow in a line each (--full: all in full)."


def row_lines(blocks: Sequence[Block], style: Style) -> Iterator[str]:
    """Yield one line for each block: severity, id, rule, vendor, masked key, place, and further problems."""
    rows = [_columns(block, style) for block in blocks]
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    room = max(style.width - sum(widths) - 2 * len(widths), _NARROWEST) if style.width else 0
    for block, row in zip(blocks, rows, strict=True):
        padded = [text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=True)]
        padded[0] = paint(padded[0], CARET_COLOR[block.severity], style)
        first = block.head.occurrences[0]
        place = _clipped(f"{shown_path(first.path)}:{first.line}:{first.column}", room)
        also = ", ".join(dict.fromkeys(prose(one.rule) for one in block.others))
        found = "" if block.subject.masked else f"  {headline(block.head)}"
        doubt = f"  {block.head.confidence.value} confidence" if is_doubtful(block.head) else ""
        for more in (in_commit(first), found, doubt, f"  also {also}" if also else ""):
            place += more if not room or cells(place) + cells(more) <= room else ""
        yield "  ".join([*padded, place])


def _columns(block: Block, style: Style) -> list[str]:
    columns = [block.severity.label, shown(block.head.id), prose(block.head.rule)]
    wide = not style.width or style.width >= _WIDE
    return [*columns, _vendor(block), shown(block.subject.masked)] if wide else columns


def _rank(block: Block) -> tuple[int, bool, int, int]:
    """Return the sort key: severity, whether it is a key, how many people have it, and its further problems."""
    more = sum(one.severity == block.severity for one in block.others)
    return -block.severity, is_doubtful(block.head), _reach(block), -more


def _reach(block: Block) -> int:
    """Return 0 for what is in the files or staged, 1 for history that clones get, 2 for what is in this one alone."""
    first = block.subject.occurrences[0]
    if first.where is not Where.HISTORY or first.trace is None or first.trace.at_head:
        return 0
    return 1 if first.trace.reach in _SHARED else 2


def _vendor_table(blocks: Sequence[Block], style: Style) -> Iterator[str]:
    severities = sorted({block.severity for block in blocks}, reverse=True)
    rows: dict[str, Counter[Severity]] = {}
    for block in sorted(blocks, key=_rank):
        rows.setdefault(_vendor(block) or _kind(block), Counter())[block.severity] += 1
    named = sorted(rows.items(), key=lambda row: [-row[1][severity] for severity in severities])
    if len(named) > _MOST_VENDORS:
        rest = sum((count for _, count in named[_MOST_VENDORS - 1 :]), Counter[Severity]())
        named = [*named[: _MOST_VENDORS - 1], (f"{number(len(named) - _MOST_VENDORS + 1)} others", rest)]
    total = counted(len(blocks), "finding")
    widest = max(map(cells, [total, *(name for name, _ in named)]))
    heads = [paint(f"{severity.label:>10}", CARET_COLOR[severity], style) for severity in severities]
    yield paint(total, BOLD, style) + " " * (widest - cells(total)) + "".join(heads)
    for name, counts in named:
        row = "".join(f"{number(counts[severity]) if counts[severity] else '-':>10}" for severity in severities)
        yield f"{name}{' ' * (widest - cells(name))}{row}"


def _vendor(block: Block) -> str:
    subject = block.subject
    if not has_vendor(subject):
        return ""
    return "vendor unclear" if subject.certainty is Certainty.AMBIGUOUS else prose(subject.vendor_name)


def _kind(block: Block) -> str:
    """Return what is found where there is no vendor: ``Private key``, or the name of a check."""
    return prose(block.subject.title if block.key else block.head.rule)


def _counts(label: str, pairs: Sequence[tuple[str, int]], style: Style) -> Iterator[str]:
    """Yield ``label:  name 12, name 3 and 4 in 2 more``, with as many names as fit."""
    room = max(style.width - _LABEL, _NARROWEST) if style.width else 0
    most = min(len(pairs), _MOST_NAMED)
    while most > 1 and room and cells(_listed(pairs, most)) > room:
        most -= 1
    yield paint(f"{label}:".ljust(_LABEL), BOLD, style) + _listed(pairs, most)


def _listed(pairs: Sequence[tuple[str, int]], most: int) -> str:
    named = ", ".join(f"{name} {number(count)}" for name, count in pairs[:most])
    left = sum(count for _, count in pairs[most:])
    return f"{named} and {number(left)} in {number(len(pairs) - most)} more" if left else named


def _folders(blocks: Sequence[Block]) -> list[tuple[str, int]]:
    """Return the number of blocks in each folder below the one that has all of them, most first."""
    paths = [block.subject.occurrences[0].path for block in blocks]
    files = [path for path in paths if not path.startswith((*_MESSAGES,))]
    folders = [os.path.dirname(path) for path in files]
    common = os.path.commonpath(folders) if folders and not any(os.path.isabs(path) for path in folders) else b""
    return Counter(_folder(path, common) for path in paths).most_common()


def _folder(path: bytes, common: bytes) -> str:
    for prefix, name in _MESSAGES.items():
        if path.startswith(prefix):
            return name
    below = path[len(common) + 1 :] if common else path
    first, slash, _ = below.partition(b"/")
    if not slash:
        return f"{shown_path(common)}/" if common else "(top)"
    return shown_path(common + b"/" + first if common else first) + "/"


def _presence(block: Block) -> str:
    first = block.subject.occurrences[0]
    if first.where is Where.TREE or (first.trace is not None and first.trace.at_head):
        return "in the files"
    return {Where.INDEX: "staged", Where.HISTORY: "only in history"}.get(first.where, "elsewhere")


_AGES = ("over a year", "over 90 days", "newer", "not in history", "unknown")


def _age(block: Block, run: Run) -> str:
    days = age(block.subject.first_seen, run.now)
    if days is None:
        return "unknown" if run.coverage.history is None or block.subject.first_seen else "not in history"
    return _AGES[0] if days >= _YEAR else _AGES[1] if days >= _QUARTER else _AGES[2]


def _clipped(text: str, room: int) -> str:
    """Return the end of a text that fits into so many columns: it has the file and the line."""
    if not room or cells(text) <= room:
        return text
    end = text
    while end and cells(end) > room - 3:
        end = end[1:]
    return f"...{end}"
