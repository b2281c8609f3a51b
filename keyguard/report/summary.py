"""The end of a report for people: what was not read, then one line with findings and coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from keyguard.model.finding import UNOPENED, Configuration, HistoryCoverage, Run, Severity, Skipped
from keyguard.report import Style
from keyguard.report.ansi import ALARM, BOLD, CARET_COLOR, DIM, GREEN, RED, YELLOW, paint
from keyguard.report.blocks import accepted_count
from keyguard.report.phrases import by_severity, counted, number, prose, size
from keyguard.support.sanitize import shown_path

_MOST_GAPS = 20
_MOST_PACKS = 5
#: reasons why something in history was not read -> what to do, where its source does not say
_HISTORY_REASONS = {
    "missing": "something names it, and no store holds it",
    "corrupt": "git fsck tells more",
    "unreadable": "",
    "shallow": "shallow clone: fetch-depth: 0 (GitLab: GIT_DEPTH: 0), or --allow-incomplete",
    "partial": "partial clone: clone without --filter, or --allow-incomplete",
    "too-deep": "nested beyond any use",
    "interrupted": "",
    "broken-repository": "",
    **dict.fromkeys(UNOPENED, ""),
}
_DAMAGED = "git fetch --refetch gets missing or corrupt objects again if the remote has them; or --allow-incomplete"

#: scope -> the words for it, and the noun that is counted
_SCOPES = {
    "staged changes": ("", "staged file"),
    "changes since the last commit": ("", "changed file"),
    "files named by the hook": ("", "named file"),
}

#: why git could not say which files a folder has: they are read all the same
_UNLISTED = ("broken-repository", "git-failed")
#: gaps that are told in words of their own
_APART = ("interrupted", "ignore-rules", "git-unanswered", *_UNLISTED)


def gaps(run: Run) -> list[Skipped]:
    """Return what was asked for and not read."""
    return [skipped for skipped in run.skipped if skipped.gap]


def is_incomplete(run: Run) -> bool:
    """Return whether anything that was asked for was not read completely."""
    return not run.coverage.complete or any(skipped.gap for skipped in run.skipped)


def of_history(skipped: Skipped) -> bool:
    """Return whether this is an object in git's stores, or history as a whole, rather than a file."""
    return skipped.path.startswith(b"object:") or (skipped.path == b"history" and skipped.reason in _HISTORY_REASONS)


def gap_headline(run: Run) -> str:
    """Return what makes the scan incomplete, such as ``1 of 12 files was not read``."""
    interrupted = [gap for gap in gaps(run) if gap.reason == "interrupted"]
    rules = [gap for gap in gaps(run) if gap.reason == "ignore-rules"]
    missing = [gap for gap in gaps(run) if gap.reason not in _APART or of_history(gap)]
    parts = ["interrupted" if interrupted else ""]
    parts += [_files_missing(sum(not of_history(gap) for gap in missing), run.coverage.listed)]
    parts += _history_missing([gap for gap in missing if of_history(gap)], run.coverage.history or HistoryCoverage())
    parts += [_git_failed(run)]
    parts += ["not every ignore rule was obeyed" if rules else ""]
    return "; ".join(filter(None, parts)) or "not everything was read"


def _git_failed(run: Run) -> str:
    """``git could not list the files of 1 folder``; empty where it could answer everything."""
    unlisted = sum(map(_is_unlisted, gaps(run)))
    unanswered = sum(gap.reason == "git-unanswered" for gap in gaps(run))
    parts = [f"git could not list the files of {counted(unlisted, 'folder')}" if unlisted else ""]
    parts += [f"git gave no answer about {counted(unanswered, 'file')}" if unanswered else ""]
    return "; ".join(filter(None, parts))


def _is_unlisted(skipped: Skipped) -> bool:
    return skipped.reason in _UNLISTED and not of_history(skipped)


def _files_missing(count: int, listed: int) -> str:
    if not count:
        return ""
    verb = "was" if count == 1 else "were"
    if count > listed:
        return f"{counted(count, 'place')} {verb} not read"
    return f"{number(count)} of {counted(listed, 'file')} {verb} not read"


def _history_missing(missing: list[Skipped], history: HistoryCoverage) -> list[str]:
    """Return phrases such as ``3 of 243,191 objects of history were not read``, ``history: shallow clone, ...``."""
    parts = []
    objects = sum(gap.path != b"history" for gap in missing)
    if objects:
        of = f"{number(objects)} of " if objects <= history.listed else ""
        verb = "was" if objects == 1 else "were"
        parts.append(f"{of}{counted(history.listed if of else objects, 'object')} of history {verb} not read")
    reasons = {gap.reason for gap in missing if gap.path == b"history"}
    if "shallow" in reasons:
        parts.append(f"history: shallow clone, {counted(history.commits, 'commit')} of an unknown number")
    if "partial" in reasons:
        parts.append("history: partial clone, without the objects that were filtered out")
    if reasons - {"shallow", "partial"}:
        parts.append("history was not read whole")
    return parts


def gap_text(skipped: Skipped) -> str:
    """Return what was not read, and why, on one line."""
    detail = prose(skipped.detail) or (_HISTORY_REASONS.get(skipped.reason, "") if of_history(skipped) else "")
    if of_history(skipped) and detail.startswith(prose(skipped.reason)):
        return f"{shown_path(skipped.path)}: {detail}"
    return f"{shown_path(skipped.path)}: {prose(skipped.reason)}" + (f" ({detail})" if detail else "")


def gap_lines(run: Run, style: Style) -> Iterator[str]:
    """Yield what was not read, if the scan is incomplete: the first twenty, or all if verbose."""
    if not is_incomplete(run):
        return
    missing = gaps(run)
    loud, color, tail = (YELLOW, YELLOW, ", which is allowed") if run.allow_incomplete else (ALARM, RED, "")
    yield paint("incomplete", loud, style) + paint(f": {gap_headline(run)}{tail}", BOLD, style)
    most = len(missing) if style.verbose else _MOST_GAPS
    for skipped in missing[:most]:
        yield f"  {paint('-->', color, style)} {gap_text(skipped)}"
    if len(missing) > most:
        yield f"      and {number(len(missing) - most)} more: --verbose lists them all"
    if any(one.reason in ("missing", "corrupt") and of_history(one) for one in missing):
        yield f"      {_DAMAGED}"


def configuration_lines(run: Run, style: Style) -> Iterator[str]:
    """Yield which configuration applied, if the change has another one, if that explains findings, or if verbose."""
    found = run.configuration
    said = [f"configuration: {_configured(found)}"]
    said += [f"without effect: the change's own {_listed(found.changed)}"] if found.changed else []
    said += [prose(found.note)] if found.note else []
    if (style.verbose and found.source != "defaults") or found.changed or (found.note and run.findings):
        yield "; ".join(said)


def _configured(found: Configuration) -> str:
    """Return ``.keyguard.toml of origin/main, 1a2b3c4d5e``."""
    if found.source == "defaults":
        return "none"
    if found.source == "file":
        return prose(found.path)
    where = f"{prose(found.ref)}, {found.commit[:10]}" if found.commit else f"the {found.source}"
    return f"{prose(found.path) or 'none'} {'of' if found.path else 'in'} {where}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def accepted_lines(run: Run, style: Style) -> Iterator[str]:
    """Say how many accepted findings are not there any more."""
    if run.unused:
        said = f"{counted(run.unused, 'accepted finding')} {'is' if run.unused == 1 else 'are'} not there any more"
        yield paint(f"{said}: keyguard accept prune", DIM, style)


def refused_lines(run: Run, style: Style) -> Iterator[str]:
    """Yield that refused commits have left keys behind, unless the findings are shown."""
    blobs = {one.trace.oid for found in run.findings if found.severity is Severity.INFO for one in found.occurrences
             if one.trace and one.trace.refused}  # fmt: skip
    if blobs and not style.verbose:
        them = "it" if len(blobs) == 1 else "them"
        yield (
            f"info: git still holds {counted(len(blobs), 'blob')} with keys that your commit hook refused:"
            f" git gc --prune=now removes {them}"
        )


def summary_line(run: Run, style: Style) -> str:
    """Return the findings by severity, each key once, then the coverage and what was left out."""
    if run.findings:
        found = finding_counts(run, style)
    elif is_incomplete(run):
        found = paint(f"{_nothing(run)} in what was read", YELLOW, style)
    else:
        found = paint(_nothing(run), GREEN, style)
    return found + paint(f"; {covered(run)}", DIM, style)


def finding_counts(run: Run, style: Style) -> str:
    """Return ``3 findings: 2 critical, 1 low``, where everything that was found about one key counts once."""
    counts = by_severity(run)
    total = counted(sum(count for _, count in counts), "finding")
    doubtful = sum(run.is_doubtful(one) and one.severity > Severity.INFO for one in run.findings)
    them = "it" if doubtful == 1 else "them"
    passing = f" ({number(doubtful)} of medium confidence: --confidence medium fails for {them})" if doubtful else ""
    each = ", ".join(_count(severity, count, style) for severity, count in counts)
    return f"{paint(total, BOLD, style)}: {each}{passing}"


def _nothing(run: Run) -> str:
    return "no keys found" if run.keys else "nothing found that should be kept otherwise"


def _count(severity: Severity, count: int, style: Style) -> str:
    unseen = "" if style.verbose or severity > Severity.INFO else " (shown with --verbose)"
    return paint(f"{number(count)} {severity.label}", CARET_COLOR[severity], style) + unseen


def history_line(history: HistoryCoverage) -> str:
    """Return ``history: 81,966 commits, 161,216 blobs, 9 tags, 5.5 GB, 812 refs, 14 unreachable objects``."""
    parts = [counted(history.commits, "commit"), counted(history.blobs, "blob")]
    parts += [counted(history.tags, "tag")] if history.tags else []
    parts += [size(history.bytes), counted(history.refs, "ref")]
    if history.unreachable:
        parts.append(counted(history.unreachable, "unreachable object"))
    if history.repositories > 1:
        parts.append(counted(history.repositories, "repository", "repositories"))
    absent = [(history.missing, "missing"), (history.unreadable, "unreadable"), (history.unread, "not read")]
    parts += [f"{number(count)} {word}" for count, word in absent if count]
    parts += _unopened(history.unopened)
    parts += [word for flag, word in ((history.shallow, "shallow clone"), (history.partial, "partial clone")) if flag]
    asked = f" ({prose(history.range)})" if history.range else ""
    return f"history{asked}: {', '.join(parts)}"


def _unopened(kinds: Mapping[str, int]) -> list[str]:
    """Return ``3 archives and 1 submodule not read``; empty if there are none."""
    words = [counted(count, kind) for kind, count in kinds.items()]
    *first, last = words or [""]
    return [f"{' and '.join(filter(None, [', '.join(first), last]))} not read"] if last else []


def added_rules(run: Run) -> str:
    """Return ``2 of them from packs of this repository: a.toml, b.toml``; empty if the repository adds none."""
    added = run.coverage.added
    if not added:
        return ""
    names = [prose(name) for name, _ in added[:_MOST_PACKS]]
    names += [f"{number(len(added) - _MOST_PACKS)} more"] if len(added) > _MOST_PACKS else []
    which = "a pack" if len(added) == 1 else "packs"
    return f"{number(sum(count for _, count in added))} of them from {which} of this repository: {', '.join(names)}"


def covered(run: Run) -> str:
    """Return what was read, and what was left out, in one line."""
    coverage, history = run.coverage, run.coverage.history
    # what stands for a whole folder is no file
    count = coverage.listed - sum(map(_is_unlisted, run.skipped))
    scope, noun = _SCOPES.get(coverage.scope, (prose(coverage.scope), "file"))
    read, listed = number(coverage.read), counted(count, noun)
    files = (f"{scope}: " if scope else "") + (listed if coverage.read == count else f"{read} of {listed}")
    looked = [files, size(coverage.bytes)]
    rules = counted(coverage.rules, "rule") + (f" ({added_rules(run)})" if coverage.added else "")
    parts = [*(looked if coverage.listed or not history else [history_line(history)]), rules]
    parts += [counted(coverage.checks, "check")] if coverage.checks else []
    parts += _unopened(coverage.unopened)
    chosen = sum(not skipped.gap and skipped.reason not in UNOPENED for skipped in run.skipped)
    others = sum(one.by != "accepted" for one in run.suppressed)
    aside = [(chosen, "left out by choice"), (others, "suppressed"), (accepted_count(run), "accepted")]
    parts += [f"{number(count)} {word}" for count, word in aside if count]
    if run.placeholders:
        parts.append(counted(run.placeholders, "placeholder"))
    also = f"; {history_line(history)}" if history and coverage.listed else ""
    return ", ".join(parts) + also
