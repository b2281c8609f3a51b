"""``keyguard purge``: remove keys from a server's history, in a fresh clone of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import msgspec

from keyguard.cli.shared import key_options, key_status, scan_command
from keyguard.engine import compiled
from keyguard.engine.compiled import Engine
from keyguard.git.layout.repository import Repository, discover
from keyguard.masking.known_values import KNOWN
from keyguard.masking.secret import Secret
from keyguard.model.finding import Finding, Run, Where
from keyguard.remote import journal
from keyguard.remote.journal import Entry, Journal, is_dead
from keyguard.report.history_phrases import place_with_history
from keyguard.report.output import write_stdout
from keyguard.response import key_selection
from keyguard.response.purging import git_network, local_references, purge_report, rewrite, server
from keyguard.response.purging.affected_objects import Commits, Objects, search, walk
from keyguard.response.purging.clone import Clone, default_folder
from keyguard.response.purging.large_files import LargeFile, holding
from keyguard.response.purging.replacements import Replacements
from keyguard.response.purging.rewrite import Change
from keyguard.response.purging.rewrite_scope import Scope, scope_of
from keyguard.response.purging.secrets_in_names import secret_from_names
from keyguard.response.purging.server import Server
from keyguard.response.secret_retrieval import secret_of, texts_of
from keyguard.scan.run import ScanRequest, run_scan
from keyguard.sources.listing import Ask
from keyguard.support.errors import GitError, UsageError
from keyguard.support.sanitize import shown

_EPILOG = """\
The history is that of the server, cloned anew: work that only you or only others have is never rewritten, pushed or
deleted. The server's address is read from the repository, shown, and has to be confirmed: when asked, or by
--remote ADDRESS --yes. A repository without a remote is its own server. The clone is rewritten with git-filter-repo,
only where a key is; without --execute it is removed again. Nothing is pushed: the command for that is printed.

Revoke the key first. A dead key does no harm in history, and every clone keeps what it has.

exit code: 0 it can be done, or is done and the keys are gone from the clone; 1 nothing to rewrite, or a key is left;
2 an error
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("ids", nargs="+", metavar="ID", help="keys, as a scan names them")
    parser.add_argument("--execute", action="store_true", help="keep the rewritten clone, and say how it is published")
    parser.add_argument(
        "--into", default="", metavar="DIR", help="where the clone goes (default: beside the repository)"
    )
    parser.add_argument(
        "--remote", default="", metavar="ADDRESS", help="the server: its address, or the name of a remote"
    )
    parser.add_argument("--yes", action="store_true", help="the address given with --remote is confirmed")
    key_options.add_arguments(parser, network=False)


def run(options: argparse.Namespace) -> int:
    """Prepare the purge, and carry it out with ``--execute``."""
    if len(options.path) > 1:
        raise UsageError("history is that of one repository: give one --path")
    if options.execute:
        Journal(journal.folder(os.environ)).require_place()
    source = (tuple(options.path) or (".",))[0]
    folders = rewrite.tools(source)
    return scan_command.run(
        key_options.request(options), partial(_purge, options=options, source=source, folders=folders)
    )


def _purge(found: Run, options: argparse.Namespace, source: str, folders: list[str]) -> int:
    chosen = key_selection.select_keys(found, options.ids)
    repository = discover(source)
    if repository is None:
        raise UsageError(f"{source}: not in a git repository: there is no history")
    _check_whole(repository, chosen)
    engine = compiled.load(tuple(options.rules))
    secrets = _secrets(chosen, repository, source, engine)
    written = [texts_of(one, secret, (source,), engine) for one, (_, secret) in zip(chosen, secrets, strict=True)]
    forms = Replacements(secrets, written)
    asked, typing = server.propose_server(repository, options.remote), scan_command.is_terminal(sys.stdin)
    server.require_confirmation(asked, options.remote, yes=options.yes, ask=_ask if typing else None)
    top = repository.top or repository.git_dir
    clone = Clone(options.into or default_folder(top), top)
    kept = False
    with clone.made():
        try:
            reached = partial(git_network.variables, clone, top, os.environ, typing=typing)
            server.clone_server(clone, asked, repository, reached)
            purge = _Purge(chosen, source, repository, forms, asked, clone)
            code = purge.run(folders, tuple(options.rules), execute=options.execute)
            kept = purge.kept
        finally:
            if not kept:
                clone.remove()
        return code


class _Purge:
    """One purge, after the clone was made."""

    def __init__(
        self,
        chosen: list[Finding],
        source: str,
        repository: Repository,
        forms: Replacements,
        asked: Server,
        clone: Clone,
    ) -> None:
        self._chosen, self._source, self._repository = chosen, source, repository
        self._forms, self._server, self._clone = forms, asked, clone
        self._large: list[LargeFile] = []
        self.kept = False
        """Whether the clone was rewritten and is kept."""

    def run(self, folders: list[str], rules: tuple[str, ...], *, execute: bool) -> int:
        """Announce the changes, make them in the clone, and say what remains to do; return the exit code."""
        clone, forms = self._clone, self._forms
        objects = search(clone, forms)
        self._large = holding(self._repository, self._source, self._chosen, forms, objects.pointers)
        commits = walk(clone, forms, objects)
        scope = scope_of(clone, forms, objects, commits)
        _say(self._whence())
        if not scope.refs:
            _say(self._nothing(scope, {*commits.parents, *objects.tags}))
            return 1
        _say(_unrevoked(self._chosen, rules))
        _say(purge_report.head_lines(clone, forms, objects, commits))
        _say(purge_report.change_lines(forms, objects, commits, scope, self._served))
        change = rewrite.rewrite(clone, forms, objects, scope, folders)
        if not execute:
            _say(["this was tried in a clone, which is removed again: nothing was changed. --execute keeps it"])
            return 0
        clone.tidy()
        left = self._left(rules)
        self._note(left)
        clone.keep()
        self.kept = True
        _say(self._result(left, change, scope, objects, commits))
        return 1 if left or scope.left or self._served else 0

    @property
    def _served(self) -> list[LargeFile]:
        """The Git LFS objects that contain a key, and that the server has as well."""
        return [one for one in self._large if one.is_served]

    def _whence(self) -> Iterator[str]:
        name = self._server.name
        at = shown(self._server.address.text)
        if self._server.local:
            yield f"there is no remote: this is about the repository itself, and about nobody else's: {at}"
        else:
            yield f"the server is {at}{f' (remote {shown(name)})' if name else ''}"
        if self._server.address.stripped:
            yield "the address holds a password, which is not used: git asks your credential helper"

    def _nothing(self, scope: Scope, known: set[str]) -> Iterator[str]:
        """Yield why nothing can be rewritten, and what leads to the keys instead."""
        yield "nothing was rewritten: no branch or tag that can be pushed there leads to the key as text"
        yield from purge_report.archive_lines(self._chosen)
        yield from purge_report.unpushable_lines(self._server.address, scope, self._forms, self._served)
        found = local_references.local_references(self._repository, self._chosen, self._forms, known, self._large)
        if found:
            yield "what leads to it here, and what to do there:"
            yield from local_references.lines(found)
        files = [one for key in self._chosen for one in key.occurrences if one.where is Where.TREE]
        if files:
            yield "it is in files here (keyguard fix):"
            yield from (f"  {place_with_history(one)}" for one in files)

    def _left(self, rules: tuple[str, ...]) -> list[str]:
        """Return the keys still in the clone, with their places: by searching bytes, and by a scan of everything."""
        bare = search(self._clone, self._forms).keys
        bare |= {key for name in self._clone.refs() for key in self._forms.keys_in(name)}
        request = ScanRequest(ask=Ask(paths=(self._clone.path,)), history="only", cached=False, rules=rules)
        found = run_scan(request)
        if not found.coverage.complete:
            return [f"{one.id}: the clone could not be read whole" for one in self._chosen]
        places = [(one.fingerprint, place) for one in found.findings for place in one.occurrences]
        places += [(one.fingerprint, one.occurrence) for one in found.suppressed]
        left: list[str] = []
        for number, key in enumerate(self._chosen):
            there = [place_with_history(place) for fingerprint, place in places if fingerprint == key.fingerprint]
            if there or number in bare:
                left += [f"{key.id}: {where}" for where in there or ["in an object that no scan finds"]]
        return left

    def _result(
        self, left: list[str], change: Change, scope: Scope, objects: Objects, commits: Commits
    ) -> Iterator[str]:
        clone, address = self._clone, self._server.address
        yield f"done, in {shown(clone.path)}"
        if left:
            yield "still in the clone, in a form that is not replaced:"
            yield from (f"  {shown(line)}" for line in left)
            yield from purge_report.archive_lines(self._chosen)
        else:
            yield (
                "scanned again: no object of the clone holds it any more, as text, encoded or in an archive that can be"
                " opened"
            )
        yield ""
        work_tree = self._server.local and bool(self._repository.top)
        command = purge_report.push_command(clone, address, change.refs, into_work_tree=work_tree)
        if KNOWN.shows(command):
            yield "the name of a folder holds a key, and is masked in the command: purge again with another --into"
        yield from purge_report.follow_up_lines(clone, address, scope, self._forms, self._served, command)
        known = {*commits.parents, *objects.tags}
        found = local_references.local_references(self._repository, self._chosen, self._forms, known, self._large)
        if found:
            yield ""
            yield "besides, only here:"
            yield from local_references.lines(found)

    def _note(self, left: Sequence[str]) -> None:
        kept = Journal(journal.folder(os.environ))
        stored = frozenset[int]().union(*(one.keys for one in self._served))
        for number, one in enumerate(self._chosen):
            is_left = number in stored or any(line.startswith(f"{one.id}:") for line in left)
            outcome = "still-there" if is_left else "purged"
            entry = Entry(action="purge", fingerprint=one.fingerprint, id=one.id, vendor=one.vendor, outcome=outcome)
            kept.append(msgspec.structs.replace(entry, detail=self._clone.path))


def _check_whole(repository: Repository, chosen: Sequence[Finding]) -> None:
    try:
        server.check_whole(repository, "this")
    except GitError:
        _say(["what leads to the key, as far as this clone knows:"])
        _say(f"  {place_with_history(one)}" for key in chosen for one in key.occurrences)
        raise


def _secrets(chosen: list[Finding], repository: Repository, source: str, engine: Engine) -> list[tuple[str, Secret]]:
    found = []
    for one in chosen:
        secret = secret_of(one, (source,), engine) or secret_from_names(one, repository, engine)
        if secret is None:
            raise UsageError(f"{one.id} cannot be read again where it was found: it is gone")
        found.append((one.id, secret))
    return found


def _unrevoked(chosen: Sequence[Finding], rules: Sequence[str]) -> Iterator[str]:
    entries = list(Journal(journal.folder(os.environ)).entries())
    evidence = key_status.journal_evidence(rules) if entries else None
    for one in chosen:
        word = evidence.deciding_entry(entries, one.fingerprint, one) if evidence else None
        if word is None or not is_dead(word):
            yield f"warning: nothing says that {one.id} was revoked. Whoever has a clone has a key that works, and no"
            yield f"  rewrite changes that: keyguard revoke {one.id}"


def _ask(address: str) -> bool:
    sys.stderr.write(f"The repository says that its server is {shown(address)}\nType yes to clone it from there: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() in ("yes", address)


def _say(lines: Iterable[str]) -> None:
    said = list(lines)
    write_stdout(sys.stdout, lambda out: out.writelines(f"{line}\n" for line in said))
