"""The history of a key in words: whether it is still there, since when, what added and removed it, and its refs."""

from __future__ import annotations

from keyguard.model.finding import Finding, Occurrence, Run, Trace, Where
from keyguard.report.phrases import counted, number, place_text
from keyguard.report.summary import is_incomplete
from keyguard.support import dates
from keyguard.support.sanitize import shown

_MOST_REFS = 3
_UNKNOWN = Trace(kind="blob")
_REFS = (
    ("refs/heads/", "branch "),
    ("refs/remotes/", "remote branch "),
    ("refs/tags/", "tag "),
    ("refs/notes/", "notes "),
)
#: reach -> where a key is that is not in the files
_REACH = {
    "head": "gone from the files, but still in history",
    "branch": "not in the files here, but in the history of another branch",
    "remote": "not in the files here, but in the history of a remote branch",
    "tag": "not in the files here, but in history that a tag keeps",
    "ref": "not in the files here, but in history that another ref keeps",
    "stash": "only in a stash",
    "index": "only staged, not committed",
    "worktree": "only in another working tree of this repository",
    "reflog": "only in the reflog",
    "dangling": "dangling: nothing leads to it any more, but git still holds it",
    "": "not in the files that were read, but in history",
}
#: the same in few words, for what no clone receives
_LOCAL = {
    "stash": "only in a stash",
    "index": "only staged",
    "worktree": "only in another working tree",
    "reflog": "only in the reflog",
    "dangling": "dangling",
}
_MESSAGE = {
    "commit": "not in a file, but in the message or author of a commit",
    "tag": "not in a file, but in the message or author of a tag",
}
_OWN_FILE = "in a file of git's own, here only: no clone gets it"
#: what a hook may refuse -> advice about a key in it
_UNSENT = {
    "push": "Nothing was sent yet: take it out of the commits (git rebase -i), and push again. If anybody else may have"
    " seen it, revoke it:",
    "receive": "The push is refused: take it out of the commits (git rebase -i), and push again. If anybody else may"
    " have seen it, revoke it:",
}
_STAGED = (
    "Nothing was committed yet: take it out of the file, or unstage it. If anybody else may have seen it, revoke it:"
)
_THEN = {
    "stash": "Then drop the stash.",
    "index": "Then take it out of the index.",
    "worktree": "Then take it out of that working tree.",
    "reflog": "Git forgets it once the reflog has expired and `git gc` has run.",
    "dangling": "Git forgets it with `git gc --prune=now`.",
}


def history_lines(finding: Finding, run: Run) -> list[str]:
    """Return where the key is now and since when, what added and removed it, and which refs hold it.

    It is empty without history.
    """
    past = [one for one in finding.occurrences if one.where is Where.HISTORY]
    if not past and is_staged(finding):
        return ["staged, not committed"]
    if not past:
        return ["in the files, but not in history"] if finding.kind == "key" and never_committed(finding, run) else []
    first = finding.occurrences[0]
    # for a key that is still there it matters how it came; for one that is gone, how the first place was removed
    told = first if _is_gone(first) else _earliest(past)
    lines = [_since(_headline(first, past), finding, run), _course(told, ended=_is_gone(first))]
    refs = sorted({ref for one in past for ref in _trace(one).refs})
    if refs:
        lines.append(f"now {'at' if _trace(first).kind in _MESSAGE else 'in the files of'} {ref_names(refs)}")
    return list(filter(None, lines))


def history_advice(finding: Finding, hook: str = "") -> str:
    """Return the advice that precedes the rule's own steps; empty if history makes no difference.

    ``hook`` is as in ``keyguard.report.Style``: what a hook may refuse has gone nowhere yet.
    """
    first, *_ = finding.occurrences
    if finding.ended:
        return "" if _is_gone(first) else _take_out(finding)
    if hook and finding.kind == "key" and is_staged(finding):
        return _STAGED
    if finding.kind != "key" or not _past(finding):
        return ""
    if _trace(first).refused:
        return "It was never committed: `git gc --prune=now` removes it."
    if hook in _UNSENT:
        return _UNSENT[hook]
    if not _is_gone(first):
        if _trace(first).kind == "file" or all(_trace(one).reach == "index" for one in _past(finding)):
            return ""
        return "Revoke it first: taking it out of the file leaves it in history, and in every clone."
    then = _THEN.get(_trace(first).reach)
    if then:
        return f"Revoke it first: nobody can say that it never left this machine. {then}"
    return "Revoke it first: existing clones keep it even if you rewrite history."


def _take_out(finding: Finding) -> str:
    """Return what is left to do about a dead key that is still in the files."""
    if finding.ended.startswith("revoked"):
        return f"Take it out of the files; keyguard verify {shown(finding.id)} asks its vendor whether it is revoked."
    return "It works no longer: take it out of the files."


def is_staged(finding: Finding) -> bool:
    """Return whether the key is known from what is staged alone."""
    return all(one.where is Where.INDEX for one in finding.occurrences)


def place_with_history(occurrence: Occurrence) -> str:
    """Return ``path:line:column in commit 4f2c1ab990 of 2021-03-04, removed 2022-01-09 by 77aa001122``."""
    return (
        place_text(occurrence)
        + history_suffix(occurrence)
        + (f", in {shown(occurrence.way)}" if occurrence.way else "")
    )


def history_suffix(occurrence: Occurrence) -> str:
    """Return what follows the commit of a place: its date, its removal, and whether HEAD still has it."""
    if occurrence.where is not Where.HISTORY:
        return ""
    trace = _trace(occurrence)
    parts = [_LOCAL.get(trace.reach, ""), _removal(trace, "removed"), "still at HEAD" if trace.at_head else ""]
    if trace.refs and not trace.at_head:
        parts.append(f"in the files of {ref_names(trace.refs)}")
    date = dates.day(occurrence.author_date)
    return "".join([f" of {date}" if date else "", *(f", {part}" for part in parts if part)])


def ref_names(refs: list[str] | tuple[str, ...]) -> str:
    """Return ``branch release/1.x, tag v1.0, remote branch origin/x and 12 more``."""
    # what a remote calls its HEAD is a second name of one of its branches
    refs = [ref for ref in refs if not (ref.startswith("refs/remotes/") and ref.endswith("/HEAD"))] or refs
    said = ", ".join(map(_ref, refs[:_MOST_REFS]))
    return f"{said} and {number(len(refs) - _MOST_REFS)} more" if len(refs) > _MOST_REFS else said


def _ref(name: str) -> str:
    for prefix, word in _REFS:
        if name.startswith(prefix):
            return word + shown(name[len(prefix) :])
    return "the stash" if name == "refs/stash" else shown(name)


def _headline(first: Occurrence, past: list[Occurrence]) -> str:
    if first.where is not Where.HISTORY:
        name = "staged" if first.where is Where.INDEX else "still in the files"
        if all(_trace(one).reach == "index" for one in past):
            return "in the files and staged, but not committed"
        return f"{name}, and in history"
    trace = _trace(first)
    if trace.kind == "file":
        return _OWN_FILE
    if trace.kind in _MESSAGE:
        return ", ".join(filter(None, (_MESSAGE[trace.kind], _LOCAL.get(trace.reach))))
    if trace.refused:
        return "dangling: staged for a commit that your hook refused, and left behind by `git add`"
    named = "in the name of a file: " if trace.kind == "name" else ""
    return named + (
        "still in the files of HEAD, and in history" if trace.at_head else _REACH.get(trace.reach, _REACH[""])
    )


def _since(headline: str, finding: Finding, run: Run) -> str:
    """Return the headline with ``since 2021-03-04, 1,727 days``."""
    day = dates.day(finding.first_seen)
    if not day:
        return headline
    old = dates.age(finding.first_seen, run.now)
    comma = "" if headline.endswith("in history") else ","
    return f"{headline}{comma} since {day}" + ("" if old is None else f", {counted(old, 'day')}")


def _course(one: Occurrence, *, ended: bool) -> str:
    """Return ``came 2021-03-04 with commit 4f2c1ab990 by A. N. Author, removed 2022-01-09 by commit 77aa001122``.

    Unless ``ended``, the key only moved from there.
    """
    trace = _trace(one)
    parts = []
    # for a place that is the commit itself, its date has been said already
    if one.commit and (trace.kind != "commit" or trace.author):
        day = dates.day(one.author_date)
        author = f" by {shown(trace.author)}" if trace.author else ""
        parts.append(f"came{f' {day}' if day else ''} with commit {shown(one.commit[:10])}{author}")
    parts.append(_removal(trace, "removed") if ended else "")
    return ", ".join(filter(None, parts))


def _removal(trace: Trace, verb: str) -> str:
    if not trace.removed:
        return ""
    day = dates.day(trace.removed_date)
    return f"{verb}{f' {day}' if day else ''} by commit {shown(trace.removed[:10])}"


def _trace(one: Occurrence) -> Trace:
    return one.trace or _UNKNOWN


def _past(finding: Finding) -> list[Occurrence]:
    return [one for one in finding.occurrences if one.where is Where.HISTORY]


def _earliest(past: list[Occurrence]) -> Occurrence:
    committed = dates.sorted_dates(one.author_date for one in past)
    return next((one for one in past if committed and one.author_date == committed[0]), past[0])


def _is_gone(one: Occurrence) -> bool:
    """Return whether the key is in no file that one could open now."""
    return one.where is Where.HISTORY and not _trace(one).at_head and _trace(one).kind != "file"


def never_committed(finding: Finding, run: Run) -> bool:
    """Return whether all of history was read and the key is nowhere in it, not even where a marker allows it."""
    history = run.coverage.history
    if history is None or history.range or is_incomplete(run) or _past(finding):
        return False
    if finding.occurrences[0].where is not Where.TREE:
        return False
    kept = (one.occurrence.where for one in run.suppressed if one.fingerprint == finding.fingerprint)
    return Where.HISTORY not in kept
