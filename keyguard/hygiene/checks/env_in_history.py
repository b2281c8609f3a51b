"""``env-in-history``: environment files that were committed and are still in history, and so in every clone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from keyguard.git.objects.blobs import read_blobs
from keyguard.git.objects.commits import parse_commit
from keyguard.git.process.opening import open_objects
from keyguard.hygiene.envfiles import contents
from keyguard.hygiene.envfiles.names import holds_keys, is_for_tests, may_hold_keys
from keyguard.hygiene.project import spots
from keyguard.hygiene.project.project import Project
from keyguard.hygiene.project.publishable_keys import is_public
from keyguard.model.finding import Environment, Severity, Sighting, Trace
from keyguard.model.violation import Violation
from keyguard.support import dates
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown, shown_path

#: digits of an abbreviated commit id
_SHORT = 12


def env_in_history(project: Project) -> Iterator[Violation]:
    """Yield a violation for each file, with the keys that history keeps and the file no longer contains."""
    files: dict[bytes, dict[str, Sighting]] = defaultdict(dict)
    still = {(one.occurrence.path, one.fingerprint) for one in project.past if _trace(one).at_head}
    for one in project.past:
        path, trace = one.occurrence.path, _trace(one)
        gone = trace.kind == "blob" and (path, one.fingerprint) not in still
        if gone and _is_env_file(path) and _counts(project, path, one):
            known = files[path].setdefault(one.fingerprint, one)
            files[path][one.fingerprint] = max(known, one, key=lambda seen: _trace(seen).removed_date)
    for path, keys in sorted(files.items()):
        ranked = sorted(keys.values(), key=lambda one: (-_severity(project, one), one.fingerprint))
        yield _violation(project, path, ranked)


CHECKS = (env_in_history,)


def _is_env_file(path: bytes) -> bool:
    """Return whether the path tells that it was an environment file: of copies that begin with ``.env``, it does."""
    return holds_keys(path) or (may_hold_keys(path) and path[path.rfind(b"/") + 1 :].startswith(b".env"))


def _counts(project: Project, path: bytes, key: Sighting) -> bool:
    """Return whether the key may open anything: keys in files for tests are made up, unless they are live."""
    guessable = project.rules[key.attribution.rule].guessable
    made_up = is_for_tests(path) and (guessable or key.environment is not Environment.LIVE)
    return not is_public(project, key) and not made_up


def _severity(project: Project, key: Sighting) -> Severity:
    if key.environment is Environment.TEST:
        return Severity.LOW
    return Severity.MEDIUM if project.rules[key.attribution.rule].guessable else Severity.HIGH


def _trace(key: Sighting) -> Trace:
    return key.occurrence.trace or Trace(kind="")


def _violation(project: Project, path: bytes, keys: Sequence[Sighting]) -> Violation:
    worst, more = keys[0], len(keys) - 1
    removed = max((_trace(one) for one in keys), key=lambda one: one.removed_date)
    held = contents.key_phrase(project, worst) + (f" and {more} more" if more else "")
    return Violation(
        check="env-in-history",
        message=f"{shown_path(path)} was committed, and history keeps {held} from it{_until(removed)}",
        spots=tuple(spots.of_key(path, one.occurrence) for one in keys),
        because=tuple(filter(None, (_since(worst), _by(project, removed)))),
        severity=_severity(project, worst),
        key=worst.fingerprint,
    )


def _until(trace: Trace) -> str:
    day = dates.day(trace.removed_date)
    return f", though taken out on {day}" if day else ""


def _since(key: Sighting) -> str:
    occurrence = key.occurrence
    day = dates.day(occurrence.author_date)
    whose = f" by {shown(_trace(key).author)}" if _trace(key).author else ""
    return f"added by commit {occurrence.commit[:_SHORT]} on {day}{whose}" if occurrence.commit and day else ""


def _by(project: Project, trace: Trace) -> str:
    if not trace.removed:
        return ""
    # who removed it is named only where the report may name people
    name = _author(project, trace.removed) if trace.author else ""
    whose = f" by {shown(name)}" if name else ""
    return f"taken out by commit {trace.removed[:_SHORT]} on {dates.day(trace.removed_date)}{whose}"


def _author(project: Project, commit: str) -> str:
    """Return the author that a commit names; empty if it cannot be read."""
    for repository in (one.repository for one in project.folders if one.repository):
        try:
            with open_objects(repository) as shadow:
                for content in read_blobs(shadow, [commit], any_kind=True):
                    found = parse_commit(b"".join(iter(content.read, b"")))
                    if found:
                        return found.author.decode("utf-8", "replace")
        except GitError:
            continue
    return ""
