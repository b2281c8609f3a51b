"""Fixes for findings about hygiene: ignore rules, removal from the index, examples, permissions.

They act on the findings of the checks, and verify each before they change anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from keyguard.fix.draft import Draft
from keyguard.fix.env_file_readers import lines_that_read
from keyguard.fix.files import dotenv, ignore_files
from keyguard.fix.files.folder import PRIVATE, Blocked
from keyguard.fix.plan import Restrict, Stage, Untrack
from keyguard.git.layout.repository import Repository
from keyguard.git.worktree.ignore_rules import IgnoreVerdict
from keyguard.hygiene.envfiles.names import is_env_file, is_example
from keyguard.model.finding import Finding, Run
from keyguard.support.sanitize import shown_path

_IGNORE = b".gitignore"
_EXAMPLES = (b".env.example", b".env.sample", b".env.template", b".env.dist", b"env.example", b"example.env")
#: scripts that shells run, which contain more than names
_SCRIPTS = (b".envrc",)
#: bytes: longer files are no settings that a person wrote
_LIMIT = 64 << 10
#: lines that are named
_MOST_READERS = 5


def plan_keeping(run: Run, draft: Draft) -> None:
    """Add to the draft all that these findings ask for."""
    for finding in run.findings:
        act = _ACTS.get(finding.rule) if finding.kind == "hygiene" else None
        if act is not None:
            _tried(act, finding, draft)
        elif finding.rule == "env-example-has-key":
            place = finding.occurrences[0]
            draft.leave(draft.site.place(place.path), place.line, "leave its value empty there")


def _tried(act: Callable[[Draft, list[bytes]], None], finding: Finding, draft: Draft) -> None:
    paths = [draft.site.place(path) for path in finding.files]
    try:
        act(draft, paths)
    except Blocked as blocked:
        draft.leave(paths[0], 0, f"{finding.rule}: {blocked}")


def ignore(draft: Draft, paths: Iterable[bytes]) -> None:
    """Add an ignore rule for each file that git would add."""
    for path in paths:
        repository = draft.site.repository(path)
        verdict = draft.site.verdicts([path])[path]
        if repository is None or (verdict.ignored and not verdict.local_only):
            continue
        home = _home(draft, repository, path, verdict)
        try:
            name = draft.site.names.masked(path[len(home) - len(_IGNORE) :])
            rule = ignore_files.without_mask(ignore_files.git_rule(draft.content(home), name))
            draft.put(home, _ruled(draft, home, rule), Stage.IGNORE, f"ignores {shown_path(path)}", proof=path)
        except Blocked as blocked:
            raise Blocked(f"{draft.site.name(home)}: {blocked}") from blocked


def untrack(draft: Draft, paths: Iterable[bytes]) -> None:
    """Remove files from the index, ignore them, and add an example, since nobody else will have the file."""
    for path in paths:
        ignore(draft, [path])
        if draft.site.tracked(path, unmerged=True):
            draft.leave(path, 0, "git has several contents for it: end the merge first")
        elif draft.site.tracked(path):
            title = "is no longer tracked by git; it stays on disk" + _readers(draft, path)
            draft.add(Untrack(stage=Stage.UNTRACK, path=path, title=title))
            described(draft, path, names=None)


def _readers(draft: Draft, path: bytes) -> str:
    """Return which lines of compose files and CI jobs read a file, as the end of a sentence; empty if none do."""
    lines = [f"{draft.site.name(reader)}:{line}" for reader, line in lines_that_read(draft.site, path)]
    if not lines:
        return ""
    shown = ", ".join(lines[:_MOST_READERS]) + (" and more" if len(lines) > _MOST_READERS else "")
    return f". A new clone will lack it, and {shown} read{'s' if len(lines) == 1 else ''} it: create it there first"


def restrict(draft: Draft, paths: Iterable[bytes]) -> None:
    """Restrict files to their owner."""
    for path in paths:
        found = draft.site.found(path)
        if found is None or not found.mode & 0o077:
            continue
        if found.info.st_nlink > 1:
            draft.leave(path, 0, "it has several names, and others would be refused it under all of them")
        else:
            title = f"can be read by its owner only, {found.mode:04o} -> {PRIVATE:04o}"
            draft.add(Restrict(stage=Stage.RESTRICT, path=path, title=title, mode=PRIVATE))


def leave_out(draft: Draft, paths: list[bytes]) -> None:
    """Exclude files from the build context; the first path is the ignore file, the others are to be named in it."""
    home, *others = paths
    for path in others:
        rule = ignore_files.without_mask(ignore_files.docker_rule(draft.site.names.masked(path)))
        content = _ruled(draft, home, rule)
        draft.put(home, content, Stage.DESCRIBE, f"keeps {shown_path(path)} out of images")


_ACTS: dict[str, Callable[[Draft, list[bytes]], None]] = {
    "env-not-ignored": ignore,
    "env-tracked": untrack,
    "env-ignore-undone": untrack,
    "env-file-readable": restrict,
    "env-in-docker-context": leave_out,
}


# --- examples ---------------------------------------------------------------------------------------------------------


def described(draft: Draft, path: bytes, names: Iterable[str] | None) -> None:
    """Add an example beside an environment file, without values.

    To an existing one only these names are added (None: all of the file). If it cannot be done, that is reported, and
    nothing else depends on it.
    """
    folder, name = path[: path.rfind(b"/") + 1], path[path.rfind(b"/") + 1 :]
    if not is_env_file(name) or name in _SCRIPTS:
        return
    home = _example(draft, folder, name)
    try:
        if is_example(home[len(folder) :]):
            _describe(draft, path, home, names)
    except (Blocked, ValueError) as error:
        draft.leave(home, 0, f"names are missing in it: {error}", lasting=True)


def _describe(draft: Draft, path: bytes, home: bytes, names: Iterable[str] | None) -> None:
    content, is_key = draft.content(path), partial(_has_key, draft)
    if len(content) > _LIMIT:
        return
    if draft.exists(home):
        wanted = dotenv.names(content, is_key) if names is None else names
        new = dotenv.with_names(draft.content(home), wanted)
    else:
        new = dotenv.example(content, is_key)
    verdict = draft.site.verdicts([home])[home]
    if new and new != draft.content(home) and not verdict.ignored:
        draft.put(home, new, Stage.DESCRIBE, f"names what {shown_path(path[path.rfind(b'/') + 1 :])} needs")


def _example(draft: Draft, folder: bytes, name: bytes) -> bytes:
    """Return the existing example, or where it belongs. A key in a file's name gets into no other name."""
    plain = name == b".env" or name.startswith(b".env.") or _has_key(draft, name)
    for one in _EXAMPLES if plain else ():
        if draft.site.content(folder + one) is not None:
            return folder + one
    return folder + (_EXAMPLES[0] if plain else name + b".example")


def _has_key(draft: Draft, text: bytes) -> bool:
    return draft.site.names.masked(text) != text


def _ruled(draft: Draft, home: bytes, rule: bytes) -> bytes:
    """Return the file with the rule at its end: an earlier one in the old file is not enough, one of this plan is."""
    content = draft.content(home)
    before = ignore_files.rules(draft.site.content(home) or b"")
    if rule in ignore_files.rules(content)[len(before) :]:
        return content
    return ignore_files.with_rule(content, rule)


def _home(draft: Draft, repository: Repository, path: bytes, verdict: IgnoreVerdict) -> bytes:
    """Return the ``.gitignore`` for a rule: the one that includes the file again, else the nearest with such rules.

    If there is neither, return that of the top.
    """
    site = draft.site
    base = site.base(repository)
    top = base + b"/" if base else b""
    if verdict.pattern.startswith(b"!") and verdict.source.endswith(_IGNORE):
        return top + verdict.source
    folder = path[: path.rfind(b"/") + 1]
    while len(folder) > len(top):
        if ignore_files.speaks(site.content(folder + _IGNORE) or b""):
            return folder + _IGNORE
        folder = folder[: folder.rstrip(b"/").rfind(b"/") + 1]
    return top + _IGNORE
