"""Determine the settings in effect for a change, a push or a named commit, and the markers that count with them."""

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
from keyguard.history.ranges.selection import Selection, resolve_range
from keyguard.history.ranges.session import RepositorySession
from keyguard.model.finding import Configuration
from keyguard.policy.accepted_findings import accepted_in
from keyguard.policy.base_markers import BaseMarkers
from keyguard.policy.change_base import BaseAndTip, NamedCommit, base_of_range, head_of, tip_of
from keyguard.policy.change_policy import ChangePolicy
from keyguard.policy.self_allowances import changed_settings, own_settings
from keyguard.policy.stored_settings import find_in
from keyguard.policy.tip_markers import TipMarkers
from keyguard.support.errors import ConfigError, GitError, UsageError

_SHORT = 10
_NO_BASE = "there is no base: no configuration and no marker of the repository counts"
_SERVER = "on a server no configuration and no marker of the repository counts, unless trust-head is set"


class EffectiveSettings(NamedTuple):
    """The settings, the policy for markers, and the repository session if one was opened."""

    settings: Settings
    change_policy: ChangePolicy | None
    opened: RepositorySession | None = None


def for_range(start: str, asked: Range, now: int, instead: Settings | None = None) -> EffectiveSettings:
    """Return the settings for a range: those of its base, or ``instead``; the base's markers count in both cases.

    Raise ``UsageError`` if the range names something that does not exist, ``ConfigError`` if the base's configuration
    is invalid.
    """

    def find(opened: RepositorySession) -> BaseAndTip:
        return base_of_range(asked, opened.tips, opened.revisions, opened.git, now)

    return _decided(start, asked, find, instead=instead)


def for_server_push(start: str, asked: Range, server: Settings) -> EffectiveSettings:
    """Return the settings for a push on a server: the server's own, and those of HEAD if ``trust-head`` is set."""
    repository = repository_of(start)
    if not server.config.trust_head:
        origin = msgspec.structs.replace(server.origin, note=_SERVER)
        return EffectiveSettings(
            msgspec.structs.replace(server, origin=origin), ChangePolicy(BaseMarkers(repository, None))
        )

    def find(opened: RepositorySession) -> BaseAndTip:
        return BaseAndTip(head_of(opened.tips), _tip(opened, asked))

    return _decided(start, asked, find, more=server)


def from_commit(start: str, name: str, asked: Range | None) -> EffectiveSettings:
    """Return the settings of a commit that the user names. Raise ``UsageError`` if it does not exist."""

    def find(opened: RepositorySession) -> BaseAndTip:
        try:
            base = NamedCommit(opened.revisions.commit(name), name)
        except UsageError as error:
            raise UsageError(f"--config-from: {error}") from error
        return BaseAndTip(base, _tip(opened, asked) if asked else None)

    return _decided(start, asked or Range(), find, source="commit")


def for_push(start: str, asked: Range, instead: Settings | None = None) -> EffectiveSettings:
    """Return the settings for a push about to be sent: those of its tip, or these ``instead``.

    Every marker and accepted finding of the tip counts, also for what earlier commits of the push have.
    """

    def settings(opened: RepositorySession) -> EffectiveSettings:
        tip = _tip(opened, asked)
        origin = Configuration("tip", ref=tip.name, commit=tip.commit) if tip else Configuration()
        found = instead or (_settings(opened, tip, start, "tip") if tip else None)
        settings = _accepting(found or Settings(Config(), origin=origin), opened, tip)
        markers = TipMarkers(opened.repository, _included(opened, asked)) if tip else None
        return EffectiveSettings(settings, ChangePolicy(markers) if markers else None, opened)

    return _looked_up(start, asked, settings) or EffectiveSettings(instead or Settings(Config()), None)


def describe_commit(commit: NamedCommit) -> str:
    """Return the name of a commit for people: ``origin/main, 1a2b3c4d5e``."""
    short = commit.commit[:_SHORT]
    return f"commit {short}" if commit.commit.startswith(commit.name) else f"{commit.name}, {short}"


def _decided(
    start: str,
    asked: Range,
    find: Callable[[RepositorySession], BaseAndTip],
    *,
    source: str = "base",
    instead: Settings | None = None,
    more: Settings | None = None,
) -> EffectiveSettings:
    def decide(opened: RepositorySession) -> EffectiveSettings:
        found = find(opened)
        judge = BaseMarkers(opened.repository, found.base)
        if instead:
            return EffectiveSettings(_accepting(instead, opened, found.base), ChangePolicy(judge), opened)
        return _settled(opened, found, judge, start, source, more)

    nothing = EffectiveSettings(
        instead or more or _usual(None, source), ChangePolicy(BaseMarkers(repository_of(start), None))
    )
    return _looked_up(start, asked, decide) or nothing


def _looked_up(
    start: str, asked: Range, decide: Callable[[RepositorySession], EffectiveSettings]
) -> EffectiveSettings | None:
    """Return the decision from the repository; None if git fails: the scan meets the same error and reports it."""
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


def _settings(opened: RepositorySession, commit: NamedCommit, start: str, source: str) -> Settings | None:
    """Return the configuration of a commit; None if it has none. Raise ``ConfigError`` if it is invalid."""
    origin = Configuration(source, ref=commit.name, commit=commit.commit)
    return find_in(_files(opened, commit), opened.repository, start, origin)


def _accepting(settings: Settings, opened: RepositorySession, commit: NamedCommit | None) -> Settings:
    """Return the settings with the accepted findings of a commit, which are read now, while the repository is open."""
    data = accepted_in(_files(opened, commit)) if commit else b""
    return msgspec.structs.replace(settings, accepted=partial(bytes, data)) if data else settings


def _files(opened: RepositorySession, commit: NamedCommit) -> CommitFiles:
    name = describe_commit(commit)
    try:
        return CommitFiles(opened.revisions.reader, commit.commit, name)
    except GitError as error:
        raise ConfigError(f"the configuration cannot be read in {name}: {error}") from error


def _settled(
    opened: RepositorySession, found: BaseAndTip, judge: BaseMarkers, start: str, source: str, more: Settings | None
) -> EffectiveSettings:
    usual = _usual(found.base, source)
    before = _settings(opened, found.base, start, source) if found.base else None
    after, note = None, usual.origin.note
    if found.tip and found.tip != found.base:
        try:
            after = _settings(opened, found.tip, start, "tip")
        except ConfigError as error:
            note = f"the change's own configuration is broken: {error}"
    settings = before or usual
    differs = changed_settings(before, after) if found.tip and found.base != found.tip else ()
    origin = msgspec.structs.replace(settings.origin, changed=differs, note=note)
    settings = msgspec.structs.replace(settings, origin=origin)
    top = opened.repository.top or opened.repository.git_dir
    if more:
        settings, after = more.with_more(settings), after and more.with_more(after).for_hooks()
    settings = _accepting(settings, opened, found.base)
    accepted = _accepted_by_change(opened, found)
    sizes = partial(_sizes, opened.repository, opened.borrowed)
    own = own_settings(after or Settings(Config()), top, sizes, accepted) if after or accepted else None
    return EffectiveSettings(settings, ChangePolicy(judge, own), opened)


def _accepted_by_change(opened: RepositorySession, found: BaseAndTip) -> bytes:
    """Return the accepted findings of the change itself; empty if it has none, or its file is invalid."""
    if not found.tip or found.tip == found.base:
        return b""
    try:
        return accepted_in(_files(opened, found.tip))
    except ConfigError:
        return b""


def _usual(base: NamedCommit | None, source: str) -> Settings:
    """Return the defaults, for a commit without configuration or if there is no commit."""
    origin = Configuration(source, ref=base.name, commit=base.commit) if base else Configuration(note=_NO_BASE)
    return Settings(Config(), origin=origin)


def _tip(opened: RepositorySession, asked: Range) -> NamedCommit | None:
    """Return the latest commit of the range; None if there is none or it is missing."""
    try:
        selection = _selected(opened, asked)
        return tip_of(selection, opened.tips, "what is pushed" if asked.pushed or asked.label else "the change")
    except GitError:
        return None


def _included(opened: RepositorySession, asked: Range) -> list[str]:
    """Return the commits that are pushed."""
    try:
        return _selected(opened, asked).include
    except GitError:
        return []


def _selected(opened: RepositorySession, asked: Range) -> Selection:
    """Return what the range selects, without what the other side has already."""
    words = msgspec.structs.replace(asked, known=(), remotes=(), refs=False)
    return resolve_range(words, opened.tips, opened.revisions, opened.git, 0)


def _sizes(repository: Repository, borrowed: tuple[str, ...], oids: Collection[str]) -> dict[str, int]:
    """Return object id -> size in bytes, without missing objects."""
    try:
        with open_objects(repository, borrowed=borrowed) as git:
            return {one.oid: one.size for one in read_blobs(git, oids) if not one.problem}
    except GitError:
        return {}
