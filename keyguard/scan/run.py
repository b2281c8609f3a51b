"""Run a scan: list, read and inspect, triage, and build the result."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from keyguard import sources
from keyguard.config.rotation import DEFAULT_ROTATION, Rotation
from keyguard.engine import compiled
from keyguard.inspection.filenames import Names
from keyguard.inspection.inspector import Inspector
from keyguard.inspection.results import GuardedReader, Results
from keyguard.masking.known_values import KNOWN
from keyguard.model.finding import UNOPENED, Blob, Certainty, Run, Sighting, Skipped, Where
from keyguard.rules.loader import AddedPack
from keyguard.scan.coverage import Collected, Terms, build_run
from keyguard.scan.members import exclude_members, in_files
from keyguard.scan.worklist import Worklist
from keyguard.sources.excludes import Exclude, Excluded, exclude
from keyguard.sources.listing import Ask, Listing
from keyguard.support.errors import UsageError
from keyguard.triage.policy import check_names

if TYPE_CHECKING:
    from keyguard.history.full_scan.run import Histories
    from keyguard.history.ranges.request import Range
    from keyguard.history.ranges.session import RepositorySession
    from keyguard.history.result import HistoryResult
    from keyguard.hygiene.run import HygieneResult, PreparedProject
    from keyguard.policy.change_policy import ChangePolicy
    from keyguard.support.progress import Progress


class ScanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to scan, and how. ``source`` is a name in ``keyguard.sources.SOURCES``."""

    source: str = "tree"
    ask: Ask = Ask()
    terms: Terms = Terms()
    hygiene: bool = False
    """Whether to run the hygiene checks as well, in the requested folders."""
    rotation: Rotation = DEFAULT_ROTATION
    also: Callable[[Listing, Sequence[Sighting], compiled.Engine], list[Sighting]] | None = None
    """Reads the files again, given the keys found in them; the sightings that it returns are reported as well."""
    exclude: tuple[Exclude, ...] = ()
    max_size: int | None = None
    jobs: int = 0
    engine: str = "auto"
    rules: tuple[str, ...] = ()
    added: tuple[AddedPack, ...] = ()
    """Rule packs from the scanned repository's own configuration."""
    history: str = "auto"
    """Whether to read the history of repositories whose top is requested: ``auto``, ``no`` or ``only``."""
    range: Range | None = None
    """If set, scan only this part of the history of the repository around the one path, and no files."""
    authors: bool = False
    """Whether reports may name commit authors."""
    opened: RepositorySession | None = None
    change_policy: ChangePolicy | None = None
    """Set if not every marker counts: decides which ones do."""
    containers: bool = True  #: whether archives and their like are opened
    cached: bool = True
    """Whether to use results of earlier scans from the cache, and to store those of this one."""


class Interrupted(KeyboardInterrupt):
    """^C was pressed. ``run`` has the findings until then, and a gap for everything that was not read."""

    def __init__(self, found: Run) -> None:
        super().__init__()
        self.run = found


def run_scan(request: ScanRequest, progress: Progress | None = None) -> Run:
    """Scan what is requested, and return the result; gaps are part of it.

    Raise ``KeyguardError`` if the scan is impossible. ^C raises ``Interrupted``, or ``KeyboardInterrupt`` if nothing
    was listed yet.
    """
    scan = _Scan(request, progress)
    try:
        return scan.run()
    except KeyboardInterrupt:
        found = scan.so_far()
        if found is None:
            raise
        raise Interrupted(found) from None


class _Scan:
    """The state of one scan."""

    def __init__(self, request: ScanRequest, progress: Progress | None) -> None:
        self._request = request
        self._progress = progress
        self._engine: compiled.Engine | None = None
        self._listing = Listing(scope="history")
        self._listed = 0
        self._worklist: Worklist | None = None
        self._histories: Histories | None = None
        self._homeless: list[Skipped] = []
        self._tally: Results | None = None  #: of the files, once they are complete
        self._past: HistoryResult | None = None
        self._kept: HygieneResult | None = None
        self._around: dict[tuple[bytes, bytes], PreparedProject] | None = None
        self._judged = False

    def run(self) -> Run:
        """List, read, triage, and return the result."""
        request = self._request
        if request.range is not None:
            return self._read_range(request.range)
        if request.history == "only":
            from keyguard.history import stores

            for path in request.ask.paths:
                stores.require_history(path)
            return self._read(_engine(request))
        with sources.started(request.source, request.ask) as listed:
            engine = _engine(request)
            self._listing = listed()
            return self._read(engine)

    def so_far(self) -> Run | None:
        """Return the result until ``run`` was interrupted; None if nothing was listed yet."""
        tally, past, gaps = self._tally, self._past, list[Skipped]()
        if self._engine is None or (self._worklist is None and past is None):
            return None
        if tally is None and self._worklist:
            tally = self._worklist.so_far()
            unread = self._listed - tally.read - len(tally.skipped)
            detail = f"{unread:,} of {self._listed:,} files not read" if unread else "not looked at to the end"
            gaps.append(Skipped(path=self._listing.scope.encode(), reason="interrupted", detail=detail))
        if past is None and self._histories:
            past = self._with_homeless(self._histories.so_far())
        # --allow-incomplete does not cover what was not read because of the interrupt
        terms = msgspec.structs.replace(self._request.terms, allow_incomplete=False)
        seen = Collected(scope=self._listing.scope, listed=self._listed, past=past, kept=self._kept, gaps=gaps)
        seen.tally, seen.folders = tally or seen.tally, self._listing.folders
        if not self._judged:
            self._judge(seen.tally, past)
        return self._settled(seen, self._engine, terms)

    def _read(self, engine: compiled.Engine) -> Run:
        request, listing = self._request, self._listing
        excluded = Excluded(request.exclude)
        listing.skipped += excluded.refused()
        self._listed = listing.count()
        exclude(listing, excluded)
        self._engine = engine
        self._histories = self._found_histories(engine)
        worklist = self._worklist = Worklist(
            listing, Inspector(engine), max_size=request.max_size, jobs=request.jobs, progress=self._progress
        )
        tally = self._worklist.run(self._look_around if request.hygiene else None)
        if request.source == "tree" and request.history != "only":
            self._require_something(tally)
        names = Names(engine)
        tally.sightings += [one for where, paths in listing.names() for one in names.sightings(paths, where)]
        if request.also:
            tally.sightings += request.also(listing, tally.sightings, engine)
        exclude_members(tally, listing, excluded)
        self._tally = tally
        if self._histories:
            self._past = self._with_homeless(self._histories.read())
            self._exclude_history(self._past, os.fsencode(os.path.realpath(request.ask.paths[0])), tally.skipped)
        self._judge(tally, self._past, engine=engine)
        self._ask_others(tally, engine, worklist)
        if request.hygiene:
            self._kept = self._checked(tally, engine, worklist)
        seen = Collected(scope=listing.scope, listed=self._listed, tally=tally, past=self._past, kept=self._kept)
        seen.folders = listing.folders
        return self._settled(seen, engine, request.terms)

    def _judge(self, *parts: Results | HistoryResult | None, engine: compiled.Engine | None = None) -> None:
        """Remove the markers that do not count; without an engine, all of them if any may not."""
        if self._request.change_policy:
            self._request.change_policy.filter_markers(parts, engine)
        self._judged = True

    def _settled(self, seen: Collected, engine: compiled.Engine, terms: Terms) -> Run:
        found, policy = build_run(seen, engine, terms), self._request.change_policy
        return policy.note_allowances(found, engine, self._request.rotation) if policy else found

    def _require_something(self, tally: Results) -> None:
        """Raise ``UsageError`` if there is neither a file nor history to read."""
        if tally.read or any(one.gap or one.reason in UNOPENED for one in tally.skipped):
            return
        if self._histories and self._histories.have_content():
            return
        if self._listed:
            raise UsageError(
                "nothing to scan: every file is left out, by its kind or by --exclude, --max-size or configuration"
            )
        where = ", ".join(self._request.ask.paths)
        raise UsageError(f"nothing to scan in {where}: no files, or all are ignored (scan --all-files reads them)")

    def _look_around(self) -> None:
        """Prepare the hygiene checks while worker processes inspect files."""
        from keyguard.hygiene.run import prepare_projects

        if self._engine:
            self._around = prepare_projects(self._listing, self._engine, built=self._request.source == "built")

    def _ask_others(self, tally: Results, engine: compiled.Engine, worklist: Worklist) -> None:
        """Add evidence from other files to attributions that are not certain."""
        for seen in (tally, self._past):
            if seen and any(one.attribution.certainty is not Certainty.CERTAIN for one in seen.sightings):
                from keyguard.scan.other_files import with_other_files

                seen.sightings = with_other_files(self._listing.folders, seen.sightings, engine, worklist.held)

    def _checked(self, tally: Results, engine: compiled.Engine, worklist: Worklist) -> HygieneResult:
        """Return the result of the hygiene checks."""
        from keyguard.hygiene.run import run as check

        past = self._past
        files, before = in_files(tally.sightings), in_files(past.sightings if past else [])
        kept = check(
            *(self._listing, files, before, engine),
            history=past.coverage if past else None,
            now=self._request.terms.now,
            rotation=self._request.rotation,
            ahead=self._around,
            held=worklist.held,
            built=self._request.source == "built",
        )
        return self._request.change_policy.drop_hygiene_markers(kept) if self._request.change_policy else kept

    def _exclude_history(self, past: HistoryResult | None, top: bytes, known: Collection[Skipped] = ()) -> None:
        """Remove from history what ``--exclude`` leaves out of files."""
        if past and self._request.exclude:
            from keyguard.policy.history_excludes import apply_excludes

            apply_excludes(past, self._request.exclude, top, known)

    def _found_histories(self, engine: compiled.Engine) -> Histories | None:
        """Return the histories of what was requested; None if there are none, or none were requested."""
        request = self._request
        if request.source != "tree" or request.history == "no":
            return None
        from keyguard.history.stores import stores_of

        homes, self._homeless = stores_of(request.ask.paths, self._listing)
        if not homes:
            return None
        from keyguard.history.full_scan.run import Histories

        now = request.terms.now if request.cached and request.history != "only" else None
        how: dict[str, Any] = {"authors": request.authors, "cached": request.cached, "refused_since": now}
        return Histories(homes, engine, request.jobs, self._progress, **how)

    def _with_homeless(self, found: HistoryResult) -> HistoryResult:
        """Return the result with the repositories that cannot be read at all as gaps."""
        found.skipped += [gap for gap in self._homeless if gap not in found.skipped]
        return found

    def _read_range(self, asked: Range) -> Run:
        from keyguard.history.ranges import run as ranges

        request = self._request
        repository = ranges.repository_of(request.ask.paths[0])
        engine = self._engine = _engine(request)
        how: dict[str, Any] = {"authors": request.authors, "cached": request.cached, "session": request.opened}
        how |= {"now": request.terms.now, "max_size": request.max_size, "keep": partial(setattr, self, "_past")}
        ranges.read_range(repository, asked, engine, request.jobs, self._progress, **how)
        self._exclude_history(self._past, os.fsencode(repository.top or repository.git_dir))
        self._judge(self._past, engine=engine)
        return self._settled(Collected(scope="history", past=self._past), engine, request.terms)


def scan_stream(request: ScanRequest, read: Callable[[], bytes], name: bytes) -> Run:
    """Scan one stream, such as standard input. ``read`` returns pieces, and nothing at the end."""
    engine = _engine(request)
    tally, guarded = Results(), GuardedReader(read)
    seen = Inspector(engine).inspect_stream(Blob(path=name, where=Where.STDIN), guarded.read)
    tally.add_text(seen)
    tally.count_streamed(name, guarded, seen.unread)
    if request.change_policy:
        request.change_policy.filter_markers([tally], engine)
    return build_run(Collected(scope="standard input", listed=1, tally=tally), engine, request.terms)


def _engine(request: ScanRequest) -> compiled.Engine:
    engine = compiled.load(request.rules, request.engine, added=request.added)
    engine.opens, KNOWN.shapes = request.containers, Names(engine).shapes
    policy, paths = request.terms.policy, request.terms.paths
    if engine.added or policy.names() or paths:
        from keyguard.hygiene.data import tables

        if engine.added:
            tables.refuse_taken(engine.ruleset.added)
        check_names(policy, engine.ruleset, tables.checks(), [name for one in paths for name in one.policy.names()])
    return engine
