"""What decides over a change: the settings of a commit that is none of its own, and the markers of that commit."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple

import msgspec

from keyguard.config.project_config import Config, Settings
from keyguard.git.layout.repository import Repository
from keyguard.git.objects.blobs import read_blobs
from keyguard.git.objects.commit_files import CommitFiles
from keyguard.git.process.opening import open_objects
from keyguard.history.ranges.request import Range
from keyguard.history.ranges.run import repository_of
from keyguard.history.ranges.selection import resolve_range
from keyguard.history.ranges.session import RepositorySession
from keyguard.model.finding import Configuration
from keyguard.policy.allowed import changed, own_settings
from keyguard.policy.base import Base, Found, base_of_range, head_of, tip_of
from keyguard.policy.markers import Judge
from keyguard.policy.ruling import Ruling
from keyguard.policy.settings import find_in
from keyguard.support.errors import ConfigError, GitError, UsageError

_SHORT = 10
_NO_BASE = "there is no base: no configuration and no marker of the repository counts"
_SERVER = "on a server no configuration and no marker of the repository counts, unless trust-head is set"


class Decided(NamedTuple):
    """The settings that count, and whose markers; and the repository, where it is opened."""

    settings: Settings
    ruling: Ruling | None
    opened: RepositorySession | None = None


def by_base(start: str, asked: Range, now: int, instead: Settings | None = None) -> Decided:
    """What decides over a range; ``instead``: settings in place of those of the base, whose markers count all the same.

    ``UsageError`` where the range names what is not there, ``ConfigError`` where the base's configuration is broken.
    """

    def find(opened: RepositorySession) -> Found:
        return base_of_range(asked, opened.tips, opened.revisions, opened.git, now)

    return _decided(start, asked, find, instead=instead)


def by_head(start: str, asked: Range, server: Settings) -> Decided:
    """What decides over what was pushed: the server's settings, and those of HEAD where they say so."""
    repository = repository_of(start)
    if not server.config.trust_head:
        origin = msgspec.structs.replace(server.origin, note=_SERVER)
        return Decided(msgspec.structs.replace(server, origin=origin), Ruling(Judge(repository, None)))

    def find(opened: RepositorySession) -> Found:
        return Found(head_of(opened.tips), _tip(opened, asked))

    return _decided(start, asked, find, more=server)


def by_name(start: str, name: str, asked: Range | None) -> Decided:
    """What decides where the user names a commit. ``UsageError`` where it is not there."""

    def find(opened: RepositorySession) -> Found:
        try:
            base = Base(opened.revisions.commit(name), name)
        except UsageError as error:
            raise UsageError(f"--config-from: {error}") from error
        return Found(base, _tip(opened, asked) if asked else None)

    return _decided(start, asked or Range(), find, source="commit")


def of_tip(start: str, asked: Range) -> Decided:
    """The settings of what is about to be pushed; every marker counts."""

    def settings(opened: RepositorySession) -> Decided:
        tip = _tip(opened, asked)
        origin = Configuration("tip", ref=tip.name, commit=tip.commit) if tip else Configuration()
        found = _settings(opened, tip, start, "tip") if tip else None
        return Decided(found or Settings(Config(), origin=origin), None, opened)

    return _looked_up(start, asked, settings) or Decided(Settings(Config()), None)


def said(commit: Base) -> str:
    """``origin/main, 1a2b3c4d5e``."""
    short = commit.commit[:_SHORT]
    return f"commit {short}" if commit.commit.startswith(commit.name) else f"{commit.name}, {short}"


def _decided(
    start: str,
    asked: Range,
    find: Callable[[RepositorySession], Found],
    *,
    source: str = "base",
    instead: Settings | None = None,
    more: Settings | None = None,
) -> Decided:
    def decide(opened: RepositorySession) -> Decided:
        found = find(opened)
        judge = Judge(opened.repository, found.base)
        if instead:
            return Decided(instead, Ruling(judge), opened)
        return _settled(opened, found, judge, start, source, more)

    nothing = Decided(instead or more or _usual(None, source), Ruling(Judge(repository_of(start), None)))
    return _looked_up(start, asked, decide) or nothing


def _looked_up(start: str, asked: Range, decide: Callable[[RepositorySession], Decided]) -> Decided | None:
    """What is decided by what is in the repository; None where git fails: the scan meets that as well, and says so."""
    try:
        opened = RepositorySession(repository_of(start), asked)
    except GitError:
        return None
    with ExitStack() as stack:
        stack.callback(opened.close)
        try:
            found = decide(opened)
        except GitError:
            return None
        stack.pop_all()
        return found


def _settings(opened: RepositorySession, commit: Base, start: str, source: str) -> Settings | None:
    """The configuration of a commit; None where it has none. ``ConfigError`` for one that is broken."""
    name = said(commit)
    try:
        files = CommitFiles(opened.revisions.reader, commit.commit, name)
    except GitError as error:
        raise ConfigError(f"the configuration cannot be read in {name}: {error}") from error
    origin = Configuration(source, ref=commit.name, commit=commit.commit)
    return find_in(files, opened.repository, start, origin)


def _settled(
    opened: RepositorySession, found: Found, judge: Judge, start: str, source: str, more: Settings | None
) -> Decided:
    usual = _usual(found.base, source)
    before = _settings(opened, found.base, start, source) if found.base else None
    after, note = None, usual.origin.note
    if found.tip and found.tip != found.base:
        try:
            after = _settings(opened, found.tip, start, "tip")
        except ConfigError as error:
            note = f"the change's own configuration is broken: {error}"
    settings = before or usual
    differs = changed(before, after) if found.tip and found.base != found.tip else ()
    origin = msgspec.structs.replace(settings.origin, changed=differs, note=note)
    settings = msgspec.structs.replace(settings, origin=origin)
    top = opened.repository.top or opened.repository.git_dir
    if more:
        settings, after = more.with_more(settings), after and more.with_more(after)
    sizes = partial(_sizes, opened.repository, opened.borrowed)
    return Decided(settings, Ruling(judge, own_settings(after, top, sizes) if after else None), opened)


def _usual(base: Base | None, source: str) -> Settings:
    """The defaults, where a commit has no configuration, or there is no such commit."""
    origin = Configuration(source, ref=base.name, commit=base.commit) if base else Configuration(note=_NO_BASE)
    return Settings(Config(), origin=origin)


def _tip(opened: RepositorySession, asked: Range) -> Base | None:
    """The latest commit of what is asked for; None where it is none, or not there."""
    try:
        words = msgspec.structs.replace(asked, known=(), remotes=(), refs=False)
        selection = resolve_range(words, opened.tips, opened.revisions, opened.git, 0)
        return tip_of(selection, opened.tips, "what is pushed" if asked.pushed or asked.label else "the change")
    except GitError:
        return None


def _sizes(repository: Repository, borrowed: tuple[str, ...], oids: Collection[str]) -> dict[str, int]:
    """Bytes of the objects of these ids; without those that are not there."""
    try:
        with open_objects(repository, borrowed=borrowed) as git:
            return {one.oid: one.size for one in read_blobs(git, oids) if not one.problem}
    except GitError:
        return {}
