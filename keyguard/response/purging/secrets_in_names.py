"""Retrieve the value of a key that occurs in no content, only in the name of a file or ref."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from keyguard.engine.compiled import Engine
from keyguard.engine.prefilter import suspects
from keyguard.git.layout.repository import Repository
from keyguard.git.process.opening import open_objects
from keyguard.git.refs.tips import read_tips
from keyguard.inspection.name_boundaries import found_in
from keyguard.inspection.sightings import SightingFinder
from keyguard.masking.secret import Secret
from keyguard.model.finding import Blob, Finding, Where


def secret_from_names(finding: Finding, repository: Repository, engine: Engine) -> Secret | None:
    """Return the key of a finding if a name in the repository or its history contains it. Raise ``GitError``."""
    names = list(dict.fromkeys(_names(repository)))
    for number in suspects(engine.prefilter, names):
        sighter = SightingFinder(engine.ruleset, engine.matcher)
        keys = found_in(names[number], engine)
        sighter.sight(Blob(names[number], Where.HISTORY), _once(names[number]), keys)
        found = sighter.secret(finding.fingerprint)
        if found is not None:
            return found
    return None


def _names(repository: Repository) -> Iterator[bytes]:
    top = os.fsencode(repository.top)
    for folder, folders, files in os.walk(top) if top else ():
        folders[:] = [name for name in folders if name != b".git"]
        yield from (os.path.relpath(os.path.join(folder, name), top) for name in files)
    tips = [one for one in read_tips(repository).tips if one.reach != "index"]
    yield from (one.name for one in tips)
    commits = sorted({one.oid for one in tips})
    words = ("log", "-m", "--name-only", "-z", "--format=", "--no-renames", "--no-ext-diff", "--no-textconv")
    with open_objects(repository) as git:
        if commits:
            yield from filter(None, git.run(*words, "--ignore-missing", *commits, "--").split(b"\0"))


def _once(data: bytes) -> Callable[[int], bytes]:
    left = [data]
    return lambda size: left.pop() if left else b""
