"""A whole scan: list what there is, read and inspect it, decide what to say, and account for all of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from keyguard import sources
from keyguard.config.rotation import USUAL, Rotation
from keyguard.engine import compiled
from keyguard.inspection.filenames import Names
from keyguard.inspection.inspector import Inspector
from keyguard.inspection.tally import Guarded, Tally
from keyguard.masking.known import KNOWN
from keyguard.model.finding import UNOPENED, Blob, Certainty, Run, Sighting, Skipped, Where
from keyguard.rules.loader import AddedPack
from keyguard.scan.coverage import Account, Terms, settle
from keyguard.scan.coverage import exit_code as exit_code
from keyguard.scan.worklist import Worklist
from keyguard.sources.excludes import Exclude, exclude
from keyguard.sources.listing import Ask, Listing
from keyguard.support.errors import UsageError
from keyguard.triage import triage

if TYPE_CHECKING:
    from keyguard.history.outcome import Surveyed
    from keyguard.history.ranges.opened import Opened
    from keyguard.history.request import Range
    from keyguard.history.whole.run import Histories
    from keyguard.hygiene.run import Ahead, Kept
    from keyguard.policy.ruling import Ruling
    from keyguard.support.progress import Progress


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to scan and how; ``source`` is a name in ``keyguard.sources.SOURCES``."""

    source: str = "tree"
    ask: Ask = Ask()
    terms: Terms = Terms()
    hygiene: bool = False
    """Whether to check how keys are kept, too, in the folders that are asked for."""
    rotation: Rotation = USUAL
    also: Callable[[Listing, Sequence[Sighting], compiled.Engine], list[Sighting]] | None = None
    """Looks at the files once more, knowing the keys in them; those that it gives are reported with the others."""
    exclude: tuple[Exclude, ...] = ()
    max_size: int | None = None
    jobs: int = 0
    engine: str = "auto"
    rules: tuple[str, ...] = ()
    added: tuple[AddedPack, ...] = ()
    """Rule packs that the scanned repository's own configuration brings."""
    history: str = "auto"
    """Of the repositories whose top is asked for: ``auto``, ``no``, or ``only``."""
    range: Range | None = None
    """Only this part of the history of the repository around the one path that is asked for, and no files."""
    authors: bool = False
    """Whether reports may name people."""
    opened: Opened | None = None
    ruling: Ruling | None = None
    """Where not every marker counts: which ones do."""
    cached: bool = True
    """Whether what an earlier scan found may be used, and what this one finds be kept."""


class Interrupted(KeyboardInterrupt):
    """^C: ``run`` is what was found until then, with a gap for what was not read any more."""

    def __init__(self, found: Run) -> None:
        super().__init__()
        self.run = found


def run(request: Request, progress: Progress | None = None) -> Run:
    """Scan what is asked for. Raises ``KeyguardError`` where that cannot be done at all; gaps are in the run.

    ^C comes out as ``Interrupted``, or, before anything was listed, as it is.
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
    """One scan, and how far it has come."""

    def __init__(self, request: Request, progress: Progress | None) -> None:
        self._request = request
        self._progress = progress
        self._engine: compiled.Engine | None = None
        self._listing = Listing(scope="history")
        self._listed = 0
        self._worklist: Worklist | None = None
        self._histories: Histories | None = None
        self._homeless: list[Skipped] = []
        #: what was read, once that is complete
        self._tally: Tally | None = None
        self._past: Surveyed | None = None
        self._kept: Kept | None = None
        self._around: dict[tuple[bytes, bytes], Ahead] | None = None
        self._judged = False

    def run(self) -> Run:
        """List, read, account."""
        request = self._request
        if request.range is not None:
            return self._read_range(request.range)
        if request.history == "only":
            from keyguard.history import scope

            for path in request.ask.paths:
                scope.required(path)
            return self._read(_engine(request))
        with sources.started(request.source, request.ask) as listed:
            engine = _engine(request)
            self._listing = listed()
            return self._read(engine)

    def so_far(self) -> Run | None:
        """What had been found when ``run`` was interrupted; None where nothing had been listed yet."""
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
        # what the user allowed to be left out is not what he did not wait for
        terms = msgspec.structs.replace(self._request.terms, allow_incomplete=False)
        seen = Account(scope=self._listing.scope, listed=self._listed, past=past, kept=self._kept, gaps=gaps)
        seen.tally = tally or seen.tally
        if not self._judged:
            self._judge(seen.tally, past)
        return self._settled(seen, self._engine, terms)

    def _read(self, engine: compiled.Engine) -> Run:
        request, listing = self._request, self._listing
        self._listed = listing.count()
        exclude(listing, request.exclude)
        self._engine = engine
        self._histories = self._found_histories(engine)
        self._worklist = Worklist(
            listing, Inspector(engine), max_size=request.max_size, jobs=request.jobs, progress=self._progress
        )
        tally = self._worklist.run(self._look_around if request.hygiene else None)
        if request.source == "tree" and request.history != "only":
            self._require_something(tally)
        names = Names(engine)
        for where, paths in listing.names():
            tally.sightings += names.sightings(paths, where)
        if request.also:
            tally.sightings += request.also(listing, tally.sightings, engine)
        self._tally = tally
        if self._histories:
            self._past = self._with_homeless(self._histories.read())
        self._judge(tally, self._past, engine=engine)
        self._ask_others(tally, engine)
        if request.hygiene:
            self._kept = self._checked(tally, engine)
        seen = Account(scope=listing.scope, listed=self._listed, tally=tally, past=self._past, kept=self._kept)
        return self._settled(seen, engine, request.terms)

    def _judge(self, *parts: Tally | Surveyed | None, engine: compiled.Engine | None = None) -> None:
        """Take away the markers that do not count; without an engine, all of them if any may not."""
        if self._request.ruling:
            self._request.ruling.on_markers(parts, engine)
        self._judged = True

    def _settled(self, seen: Account, engine: compiled.Engine, terms: Terms) -> Run:
        found, ruling = settle(seen, engine, terms), self._request.ruling
        return ruling.on_findings(found, engine, self._request.rotation) if ruling else found

    def _require_something(self, tally: Tally) -> None:
        """Raise ``UsageError`` where there was no file to read, and there is no history to read either."""
        if tally.read or any(one.gap or one.reason in UNOPENED for one in tally.skipped):
            return
        if self._histories and self._histories.have_content():
            return
        if self._listed:
            raise UsageError(
                "nothing to scan: every file is left out, by its kind or by --exclude, --max-size or configuration"
            )
        where = ", ".join(self._request.ask.paths)
        raise UsageError(f"nothing to scan in {where}: no files, or all of them ignored (--all-files)")

    def _look_around(self) -> None:
        """What hygiene can find out while others look for keys."""
        from keyguard.hygiene.run import look_around

        if self._engine:
            self._around = look_around(self._listing, self._engine)

    def _ask_others(self, tally: Tally, engine: compiled.Engine) -> None:
        """What other files say of keys whose own file does not say for certain whose they are."""
        for seen in (tally, self._past):
            if seen and any(one.attribution.certainty is not Certainty.CERTAIN for one in seen.sightings):
                from keyguard.attribution.project import completed

                folders, masked = self._listing.folders, Names(engine).masked
                seen.sightings = completed(folders, seen.sightings, engine, masked, self._held)

    def _held(self, folder: int, path: bytes) -> bytes | None:
        """The text of a file that another process has read, if it is held."""
        shared = self._worklist.shared if self._worklist else None
        return shared.read(folder, path) if shared else None

    def _checked(self, tally: Tally, engine: compiled.Engine) -> Kept:
        """What the checks of hygiene say."""
        from keyguard.hygiene.run import run as check

        past = self._past
        kept = check(
            self._listing,
            tally.sightings,
            past.sightings if past else [],
            engine,
            history=past.coverage if past else None,
            now=self._request.terms.now,
            rotation=self._request.rotation,
            ahead=self._around,
            held=self._held,
        )
        return self._request.ruling.on_hygiene(kept) if self._request.ruling else kept

    def _found_histories(self, engine: compiled.Engine) -> Histories | None:
        """The histories that belong to what was asked for; None where there are none, or none were asked for."""
        request = self._request
        if request.source != "tree" or request.history == "no":
            return None
        from keyguard.history import scope

        homes, self._homeless = scope.homes_of(request.ask.paths, self._listing)
        if not homes:
            return None
        from keyguard.history.whole.run import Histories

        return Histories(homes, engine, request.jobs, self._progress, authors=request.authors, cached=request.cached)

    def _with_homeless(self, found: Surveyed) -> Surveyed:
        """With what cannot be looked at at all."""
        found.skipped += [gap for gap in self._homeless if gap not in found.skipped]
        return found

    def _read_range(self, asked: Range) -> Run:
        from keyguard.history.ranges import run as ranges

        request = self._request
        path, *_ = request.ask.paths
        repository = ranges.repository_of(path)
        engine = self._engine = _engine(request)
        how: dict[str, Any] = {"authors": request.authors, "cached": request.cached, "opened": request.opened}
        how |= {"now": request.terms.now, "most": request.max_size, "keep": partial(setattr, self, "_past")}
        ranges.read_range(repository, asked, engine, request.jobs, self._progress, **how)
        if self._past and request.exclude:
            from keyguard.policy.excluded import leave_out

            leave_out(self._past, request.exclude, os.fsencode(repository.top or repository.git_dir))
        self._judge(self._past, engine=engine)
        return self._settled(Account(scope="history", past=self._past), engine, request.terms)


def run_stream(request: Request, read: Callable[[], bytes], name: bytes) -> Run:
    """Scan one stream, for instance standard input: ``read`` gives pieces and then nothing."""
    engine = _engine(request)
    tally, guarded = Tally(), Guarded(read)
    blob = Blob(path=name, where=Where.STDIN)
    seen = Inspector(engine).inspect_stream(blob, guarded.read)
    tally.note(seen)
    tally.settle(blob.path, guarded, seen.container)
    if request.ruling:
        request.ruling.on_markers([tally], engine)
    return settle(Account(scope="standard input", listed=1, tally=tally), engine, request.terms)


def _engine(request: Request) -> compiled.Engine:
    engine = compiled.load(request.rules, request.engine, added=request.added)
    KNOWN.shapes = Names(engine).shapes
    policy = request.terms.policy
    if engine.added:
        from keyguard.hygiene.data import tables

        tables.refuse_taken(engine.ruleset.added)
    if policy.select or policy.ignore:
        from keyguard.hygiene.data import tables

        triage.check_names(policy, engine.ruleset, tables.checks())
    return engine
