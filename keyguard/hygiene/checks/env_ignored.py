"""``env-not-ignored``, ``env-tracked``, ``env-ignore-undone``, ``env-file-readable`` and ``env-example-has-key``.

These are about environment files and git: which git tracks, which it would add, and which only seem to be ignored.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence

from keyguard.git.worktree.ignore_rules import IgnoreVerdict
from keyguard.hygiene.envfiles import contents
from keyguard.hygiene.envfiles.contents import EnvFile
from keyguard.hygiene.envfiles.names import is_example, is_for_tests, is_private
from keyguard.hygiene.envfiles.readers import Reader
from keyguard.hygiene.envfiles.survey import must_stay_private, survey
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.local_files import Local
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.model.finding import Confidence, Environment, Severity
from keyguard.model.violation import Spot, Violation
from keyguard.support.sanitize import shown_path

#: permission bits of everybody but the owner
_OTHERS = 0o077
#: the mode that file systems without permissions report for every file
_EVERYTHING = 0o777
_DEFAULT, _LOCAL = b".env", b".env.local"
_MOST_REASONS = 8


def environment_files(project: Project) -> Iterator[Violation]:
    """Yield ``env-not-ignored``, ``env-tracked``, ``env-ignore-undone`` and ``env-file-readable``."""
    known = survey(project)
    here, found = known.here, known.contents
    wanted = [one for one in known.readers if project.in_repository(one.file)]
    paths = {path for path in found if project.in_repository(path)}
    paths |= {path for one in wanted for path in (one.file, *_twins(one.file))}
    verdicts = project.ignored(sorted(paths))
    for path in sorted(found):
        if project.tracked(path):
            yield from _tracked(project, found[path], verdicts[path])
    yield from _untracked(project, [one for path, one in sorted(found.items()) if path in verdicts], verdicts)
    yield from _to_come(project, wanted, verdicts)
    yield from _readable(project, here, found, verdicts)


def examples(project: Project) -> Iterator[Violation]:
    """Yield ``env-example-has-key`` for each key in each example file."""
    for path in sorted(project.keys):
        if path not in project.files or not is_example(path[path.rfind(b"/") + 1 :]):
            continue
        for key in {one.fingerprint: one for one in reversed(project.keys[path])}.values():
            guessable = project.rules[key.attribution.rule].guessable
            if is_public(project, key) or guessable:
                continue
            yield Violation(
                check="env-example-has-key",
                message=f"{shown_path(path)} is for everybody to read, and holds {contents.key_phrase(project, key)}",
                spots=(spots.of_key(path, key.occurrence),),
                severity={Environment.LIVE: Severity.CRITICAL, Environment.TEST: Severity.MEDIUM}.get(key.environment),
                key=key.fingerprint,
            )


CHECKS = (environment_files, examples)


# --- what is there ----------------------------------------------------------------------------------------------------


def _tracked(project: Project, one: EnvFile, verdict: IgnoreVerdict) -> Iterator[Violation]:
    undone = verdict.pattern.startswith(b"!") or _holds(verdict)
    severity = one.severity
    if severity is None and not one.encrypted and not is_for_tests(one.path):
        severity = Severity.LOW if is_private(one.path) else None
    if severity is None:
        return
    rule = _rule(project, one.path, verdict) if undone else None
    says = f"{shown_path(one.path)} is tracked by git{_although(verdict)}"
    yield Violation(
        check="env-ignore-undone" if undone else "env-tracked",
        message=_sentence(says, contents.describe(project, one)),
        spots=(contents.worst_spot(project, one), *([rule] if rule else [])),
        severity=severity,
        key=one.key(),
        files=(one.path,),
    )


def _untracked(project: Project, found: Sequence[EnvFile], verdicts: dict[bytes, IgnoreVerdict]) -> Iterator[Violation]:
    """Yield one violation for all files of one name that one ignore rule would cover."""
    groups: dict[tuple[int, bytes, str, bytes], list[EnvFile]] = defaultdict(list)
    for one in found:
        verdict = verdicts[one.path]
        if project.tracked(one.path) or _holds(verdict) or not must_stay_private(project, one):
            continue
        undone = verdict.pattern.startswith(b"!")
        rule = verdict.source + b":%d" % verdict.line if undone else b""
        kind = "undone" if undone else "here" if verdict.local_only else "open"
        groups[project.repository_of(one.path), _name(one.path), kind, rule].append(one)
    for (_, _, kind, _), group in sorted(groups.items()):
        worst = max(group, key=lambda one: (one.severity or Severity.INFO, -one.path.count(b"/")))
        yield _open(project, [worst, *(one for one in group if one is not worst)], verdicts[worst.path], kind)


def _open(project: Project, group: Sequence[EnvFile], verdict: IgnoreVerdict, kind: str) -> Violation:
    first = group[0]
    what = shown_path(first.path) + (f" and {len(group) - 1} more" if len(group) > 1 else "")
    holds = contents.describe(project, first)
    held = f"{what}, {'of which the first' if len(group) > 1 else 'which'} {holds}," if holds else what
    says = {
        "undone": f"{_pattern(verdict)} takes {held} back from the rules that ignore it",
        "here": _sentence(f"{what} is ignored only on this machine, by {_source(verdict)}", holds),
        "open": f"nothing ignores {held.removesuffix(',')}: the next `git add .` takes it",
    }[kind]
    places = [contents.worst_spot(project, one) for one in group]
    rule = _rule(project, first.path, verdict) if kind == "undone" else None
    severity = first.severity or Severity.LOW
    return Violation(
        check="env-ignore-undone" if kind == "undone" else "env-not-ignored",
        message=says,
        spots=(*([rule] if rule else []), *places),
        subject=_name(first.path).decode("utf-8", "backslashreplace"),
        severity=min(severity, Severity.LOW) if kind == "here" else severity,
        key=first.key(),
        files=tuple(one.path for one in group),
    )


def _readable(
    project: Project, here: Sequence[Local], found: dict[bytes, EnvFile], verdicts: dict[bytes, IgnoreVerdict]
) -> Iterator[Violation]:
    """Yield ``env-file-readable`` for untracked files with a live key that other users of this machine can read.

    Tracked files are left out: git sets their mode, and everybody who clones can read them. Of a file that git ignores
    it is only information: the key is where it belongs, and the usual umask lets others read every new file.
    """
    for one in here if os.name == "posix" else ():
        live = [key for key in found[one.path].keys if key.environment is Environment.LIVE]
        if live and one.mode & _OTHERS and one.mode != _EVERYTHING and not project.tracked(one.path):
            whose = "everybody" if one.mode & 0o004 else "its group"
            yield Violation(
                check="env-file-readable",
                message=f"{shown_path(one.path)} can be read by {whose} on this machine, and holds "
                + contents.key_phrase(project, live[0]),
                spots=(spots.of_key(one.path, live[0].occurrence),),
                because=(f"its permissions are {one.mode:04o}",),
                severity=Severity.INFO if one.path in verdicts and verdicts[one.path].ignored else None,
                key=live[0].fingerprint,
                files=(one.path,),
            )


# --- what is still to come --------------------------------------------------------------------------------------------


def _to_come(project: Project, wanted: Sequence[Reader], verdicts: dict[bytes, IgnoreVerdict]) -> Iterator[Violation]:
    """Yield one violation for each repository and name: the rule belongs at its top, whichever code needs it."""
    groups: dict[tuple[int, bytes, bool], list[Reader]] = defaultdict(list)
    local = {project.repository_of(one.file) for one in wanted if _name(one.file) == _LOCAL}
    for one in wanted:
        verdict, home = verdicts[one.file], project.repository_of(one.file)
        # a project with a file for each machine commits the default one on purpose
        instead = _twins(one.file) if home in local else ()
        covered = [_holds(verdicts[path]) for path in (one.file, *instead)]
        if not any(covered) and not one.weak and not verdict.pattern.startswith(b"!") and not project.exists(one.file):
            groups[home, _name(one.file), verdict.local_only].append(one)
    for (_, name, local_only), group in sorted(groups.items()):
        places = {one.path: project.spot(one.path, one.start, one.end) for one in reversed(group)}
        verdict = verdicts[group[0].file]
        says = f"is ignored only on this machine, by {_source(verdict)}" if local_only else "would not be ignored"
        yield Violation(
            check="env-not-ignored",
            message=f"{shown_path(group[0].file)} {says}, and {group[0].why}",
            spots=tuple(sorted(places.values(), key=lambda spot: (spot.path.count(b"/"), spot.path))),
            subject=name.decode("utf-8", "backslashreplace"),
            because=tuple(dict.fromkeys(f"{shown_path(one.path)}: {one.why}" for one in group))[:_MOST_REASONS],
            severity=Severity.LOW,
            confidence=Confidence.MEDIUM,
            files=tuple(sorted({one.file for one in group})),
        )


def _twins(path: bytes) -> tuple[bytes, ...]:
    """Return the files that hold the keys instead, where a program reads both ``.env`` and ``.env.local``."""
    folder, name = path[: path.rfind(b"/") + 1], _name(path)
    return tuple(folder + other for other in (_DEFAULT, _LOCAL) if name in (_DEFAULT, _LOCAL) and name != other)


def _holds(verdict: IgnoreVerdict) -> bool:
    """Return whether the file is ignored for everybody."""
    return verdict.ignored and not verdict.local_only


# --- words ------------------------------------------------------------------------------------------------------------


def _sentence(what: str, holds: str) -> str:
    return f"{what}, and {holds}" if holds else what


def _although(verdict: IgnoreVerdict) -> str:
    if verdict.pattern.startswith(b"!"):
        return f": {_pattern(verdict)} takes it back from the rules that ignore it"
    return f" although {_pattern(verdict)} ignores it" if _holds(verdict) else ""


def _pattern(verdict: IgnoreVerdict) -> str:
    return f"`{shown_path(verdict.pattern)}` in {shown_path(verdict.source)}:{verdict.line}"


def _source(verdict: IgnoreVerdict) -> str:
    return "this user's own excludes" if os.path.isabs(verdict.source) else shown_path(verdict.source)


def _rule(project: Project, path: bytes, verdict: IgnoreVerdict) -> Spot | None:
    """Return the spot of the ignore rule that decided; None if it lies outside the project."""
    source = project.in_project(verdict.source, path)
    content = project.read(source) if source else None
    if not content:
        return None
    start = 0
    for _ in range(verdict.line - 1):
        start = content.find(b"\n", start) + 1
    end = content.find(b"\n", start)
    return project.spot(source, start, len(content) if end < 0 else end)


def _name(path: bytes) -> bytes:
    return path[path.rfind(b"/") + 1 :]
