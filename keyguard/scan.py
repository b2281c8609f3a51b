"""A whole scan: list what there is, read and inspect it, decide what to say, and account for all of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from keyguard import __version__, sources, triage
from keyguard.engine import compiled
from keyguard.errors import UsageError
from keyguard.inspector import Inspector
from keyguard.model import Blob, Coverage, Run, Severity, Skipped, Where
from keyguard.names import Names
from keyguard.rules import RuleSet
from keyguard.sources.listing import Ask, Listing
from keyguard.tally import Guarded, Tally
from keyguard.triage import Policy
from keyguard.worklist import Worklist

if TYPE_CHECKING:
    from keyguard.history.asked import Range
    from keyguard.history.run import Histories
    from keyguard.history.surveyed import Surveyed
    from keyguard.progress import Progress
    from keyguard.sources.ignores import Ignores


class Exclude(msgspec.Struct, frozen=True):
    """Patterns in the manner of ``.gitignore``, and the folder that they are relative to."""

    base: str
    patterns: tuple[str, ...]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to scan and how; ``source`` is a name in ``keyguard.sources.SOURCES``."""

    source: str = "tree"
    ask: Ask = Ask()
    policy: Policy = Policy()
    fail_on: Severity = Severity.LOW
    allow_incomplete: bool = False
    exclude: tuple[Exclude, ...] = ()
    max_size: int | None = None
    jobs: int = 0
    engine: str = "auto"
    rules: tuple[str, ...] = ()
    history: str = "auto"
    """Of the repositories whose top is asked for: ``auto``, ``no``, or ``only``."""
    range: Range | None = None
    """Only this part of the history of the repository around the one path that is asked for, and no files."""
    authors: bool = False
    """Whether reports may name people."""
    cached: bool = True
    """Whether what an earlier scan found may be used, and what this one finds be kept."""
    now: int | None = None
    """Seconds since the epoch, to which ages are counted; None: reports tell no age."""


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
        request = msgspec.structs.replace(self._request, allow_incomplete=False)
        return _account(request, self._engine, self._listing.scope, self._listed, tally or Tally(), past, gaps)

    def _read(self, engine: compiled.Engine) -> Run:
        request, listing = self._request, self._listing
        self._listed = listing.count()
        _exclude(listing, request.exclude)
        self._engine = engine
        self._histories = self._found_histories(engine)
        self._worklist = Worklist(
            listing, Inspector(engine), max_size=request.max_size, jobs=request.jobs, progress=self._progress
        )
        tally = self._worklist.run()
        if request.source == "tree" and not (tally.read or self._histories or any(one.gap for one in tally.skipped)):
            raise UsageError(
                "nothing to scan: every file is left out, by its kind or by --exclude, --max-size or configuration"
            )
        names = Names(engine)
        for where, paths in _named(listing):
            tally.sightings += names.sightings(paths, where)
        self._tally = tally
        if self._histories:
            self._past = self._with_homeless(self._histories.read())
        return _account(request, engine, listing.scope, self._listed, tally, self._past)

    def _found_histories(self, engine: compiled.Engine) -> Histories | None:
        """The histories that belong to what was asked for; None where there are none, or none were asked for."""
        request = self._request
        if request.source != "tree" or request.history == "no":
            return None
        from keyguard.history import scope

        homes, self._homeless = scope.homes_of(request.ask.paths, self._listing)
        if not homes:
            return None
        from keyguard.history.run import Histories

        return Histories(homes, engine, request.jobs, self._progress, authors=request.authors, cached=request.cached)

    def _with_homeless(self, found: Surveyed) -> Surveyed:
        """With what cannot be looked at at all."""
        found.skipped += [gap for gap in self._homeless if gap not in found.skipped]
        return found

    def _read_range(self, asked: Range) -> Run:
        from keyguard.history import ranges

        def keep(found: Surveyed) -> None:
            self._past = found

        request = self._request
        path, *_ = request.ask.paths
        repository = ranges.repository_of(path)
        engine = self._engine = _engine(request)
        how = {"authors": request.authors, "cached": request.cached}
        ranges.read_range(repository, asked, engine, request.jobs, self._progress, now=request.now, keep=keep, **how)
        return _account(request, engine, "history", 0, Tally(), self._past)


def run_stream(request: Request, read: Callable[[], bytes], name: bytes) -> Run:
    """Scan one stream, for instance standard input: ``read`` gives pieces and then nothing."""
    engine = _engine(request)
    tally, guarded = Tally(), Guarded(read)
    blob = Blob(path=name, where=Where.STDIN)
    tally.note(Inspector(engine).inspect_stream(blob, guarded.read))
    tally.settle(blob.path, guarded)
    return _account(request, engine, "standard input", 1, tally)


def _engine(request: Request) -> compiled.Engine:
    engine = compiled.load(request.rules, request.engine)
    if request.policy.select or request.policy.ignore:
        triage.check_names(request.policy, engine.ruleset)
    return engine


def exit_code(run: Run) -> int:
    """0: all was read and nothing found; 1: findings; 2: a gap, whether or not there are findings too."""
    if not run.coverage.complete and not run.allow_incomplete:
        return 2
    return 1 if run.failing else 0


def _named(listing: Listing) -> Iterator[tuple[Where, list[bytes]]]:
    """The names that are looked at; what only changed had its name before."""
    yield Where.TREE, [path for folder in listing.folders for path in folder.displayed()]
    yield Where.INDEX, [blob.path for stored in listing.stored for blob in stored.blobs if not blob.old]


def _exclude(listing: Listing, excludes: tuple[Exclude, ...]) -> None:
    """Take out what the user's own patterns leave out; each is listed as skipped."""
    rules = [rule for rule in map(_rules, excludes) if rule]
    if not rules:
        return

    def wanted(root: bytes, path: bytes, shown: bytes) -> bool:
        place = os.path.join(root, path)
        for base, ignores in rules:
            if ignores.covers(place[len(base) :] if place.startswith(base) else shown):
                listing.skipped.append(Skipped(path=shown, reason="excluded", gap=False))
                return False
        return True

    for folder in listing.folders:
        folder.files[:] = [one for one in folder.files if wanted(folder.root, one.path, folder.display(one.path))]
    for stored in listing.stored:
        top = os.fsencode(stored.repository.top)
        stored.blobs[:] = [blob for blob in stored.blobs if wanted(top, blob.path, blob.path)]


def _rules(exclude: Exclude) -> tuple[bytes, Ignores] | None:
    """The folder, with a slash, and its patterns; None if there are none."""
    if not exclude.patterns:
        return None
    from keyguard.sources.ignores import Ignores

    base = os.fsencode(os.path.realpath(exclude.base)).rstrip(b"/") + b"/"
    try:
        return base, Ignores("\n".join(exclude.patterns).encode("utf-8", "surrogateescape"))
    except ValueError as error:
        raise UsageError(f"--exclude: {error}") from error


def _account(
    request: Request,
    engine: compiled.Engine,
    scope: str,
    listed: int,
    tally: Tally,
    past: Surveyed | None = None,
    gaps: Sequence[Skipped] = (),
) -> Run:
    """``gaps`` are those that stand for any number of files."""
    names = Names(engine)
    chosen = [*tally.skipped, *gaps, *(past.skipped if past else [])]
    skipped = tuple(sorted(map(names.hide_in, chosen)))
    decided, ruleset = triage.Decided(), RuleSet()
    sightings = tally.sightings + (past.sightings if past else [])
    if sightings:
        ruleset = engine.ruleset
        decided = triage.decide(map(names.hide, sightings), ruleset, request.policy)
    rules = ruleset.by_id()
    found = sorted({finding.rule for finding in decided.findings})
    vendors = sorted({name for finding in decided.findings for name in (finding.vendor, *finding.candidates)})
    coverage = Coverage(
        scope=scope,
        listed=listed,
        read=tally.read,
        skipped=listed - tally.read if gaps else len(tally.skipped),
        bytes=tally.size,
        rules=engine.count,
        engine=engine.prefilter.name,
        complete=not any(one.gap for one in skipped),
        history=past.coverage if past else None,
    )
    return Run(
        version=__version__,
        findings=decided.findings,
        suppressed=decided.suppressed,
        skipped=skipped,
        coverage=coverage,
        placeholders=tally.placeholders + (past.placeholders if past else 0),
        fail_on=request.fail_on,
        allow_incomplete=request.allow_incomplete,
        rules=tuple(rules[name] for name in found),
        vendors={name: ruleset.vendors[name] for name in vendors},
        now=request.now,
    )
