"""Applies a plan, step by step, up to the first step that fails."""

from __future__ import annotations

from typing import NamedTuple

from keyguard.fix.files.folder import Blocked
from keyguard.fix.files.site import Site
from keyguard.fix.plan import Plan, Restrict, Stage, Step, Untrack, Write
from keyguard.support.errors import GitError
from keyguard.support.sanitize import shown_path


class Outcome(NamedTuple):
    """The steps that were done, and the step that failed and why, if one did."""

    done: tuple[Step, ...]
    failed: Step | None = None
    reason: str = ""


def apply(plan: Plan, site: Site) -> Outcome:
    """Apply the plan. Steps before the one that fails stay done; that one and all after it are not."""
    done: list[Step] = []
    for step in plan.steps:
        try:
            _do(step, site)
        except (Blocked, GitError) as error:
            return Outcome(tuple(done), step, str(error))
        done.append(step)
    return Outcome(tuple(done))


def _do(step: Step, site: Site) -> None:
    if isinstance(step, Write):
        _write(step, site)
    elif isinstance(step, Untrack):
        _untrack(step, site)
    elif isinstance(step, Restrict):
        site.files.restrict(step.path, step.mode)


def _write(step: Write, site: Site) -> None:
    if step.stage is not Stage.IGNORE:  # before it contains a key
        _prove(step.proofs, site, everywhere=False)
    site.files.write(step.path, step.old, step.new, step.mode)
    if step.stage is Stage.IGNORE:
        try:
            _prove(step.proofs, site, everywhere=True)
        except (Blocked, GitError):
            if step.old is None:
                site.files.remove(step.path, step.new)
            else:
                site.files.write(step.path, step.new, step.old)
            raise


def _prove(paths: tuple[bytes, ...], site: Site, *, everywhere: bool) -> None:
    """Check that git now ignores the files, on this machine or for everybody. Raise ``Blocked`` if not."""
    for path, verdict in site.verdicts(paths).items():
        if not verdict.ignored or (everywhere and verdict.local_only):
            raise Blocked(f"git does not ignore {shown_path(path)} by it: look with git check-ignore -v --no-index")


def _untrack(step: Untrack, site: Site) -> None:
    from keyguard.fix.files.untracking import untrack

    repository = site.repository(step.path)
    if repository is not None:
        untrack(repository, site.inside(repository, step.path))
    if site.tracked(step.path):
        raise Blocked("git still tracks it")
