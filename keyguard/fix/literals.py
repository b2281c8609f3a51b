"""Replaces keys in code by look-ups in the environment, and moves their values to an ignored environment file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from keyguard.engine.page import Page
from keyguard.fix.browser_files import browser_files
from keyguard.fix.code import replace_literal
from keyguard.fix.code.edits import Refused
from keyguard.fix.draft import Draft
from keyguard.fix.env_files import EnvFiles
from keyguard.fix.files.folder import Blocked
from keyguard.fix.languages import language_of
from keyguard.fix.plan import Stage
from keyguard.fix.third_party import third_party_reason
from keyguard.hygiene.envfiles.names import holds_keys, is_example
from keyguard.masking.secret import Secret, fingerprint
from keyguard.model.finding import Environment, Finding, Match, Run, Severity, Where

#: checks that report files which a browser receives
_DELIVERED = ("env-inlined-in-bundle", "key-in-frontend", "public-env-prefix", "server-key-in-client-code")
#: keys in one file: more are no code that a person wrote
_MOST = 100
_BEFORE = 400
#: other frameworks have files with the same names as Spring's, in which no variables are replaced
_JAVA = (b"pom.xml", b"build.gradle", b"build.gradle.kts")
#: configuration of Laravel, and what marks the folder of one of its applications
_CONFIGURATION, _LARAVEL = re.compile(rb"(?:\A|/)config/[^/]+\.php\Z"), (b"artisan",)
_RESOURCE = re.compile(rb"(?:\A|/)src/[^/]+/resources/")


class _Place(NamedTuple):
    """One place of a key in a file."""

    line: int
    column: int


_Wanted = Mapping[str, tuple[Finding, frozenset[_Place]]]


def plan_literals(run: Run, draft: Draft) -> None:
    """Add to the draft every key of the run that can be replaced; leave the others, with a reason."""
    ruleset = draft.site.engine.ruleset
    homes = EnvFiles(draft, ruleset)
    told = {one.occurrences[0].path for one in run.findings if one.kind == "hygiene" and one.rule in _DELIVERED}
    places = _by_path(run)
    packed = {place.path for one in run.findings for place in one.occurrences if place.member}
    apart = told | packed
    code = [draft.site.place(path) for path in places if path not in apart and language_of(draft.site.place(path))]
    shipped = browser_files(draft.site, code)
    for path, wanted in sorted(places.items()):
        if path in packed:
            _leave_all(draft, path, wanted, "it is in an archive, which is never rewritten: build that anew")
        elif path in told or draft.site.place(path) in shipped:
            _leave_all(draft, path, wanted, "a browser gets this file: the key belongs on a server")
        else:
            _plan_file(draft, homes, path, wanted)


def _by_path(run: Run) -> dict[bytes, dict[str, tuple[Finding, frozenset[_Place]]]]:
    """Return path as shown -> fingerprint -> the key and its places in that file."""
    places: dict[bytes, dict[str, set[_Place]]] = defaultdict(lambda: defaultdict(set))
    keys = {one.fingerprint: one for one in run.findings if one.kind == "key"}
    for key in keys.values():
        for one in key.occurrences if _matters(key) else ():
            in_file = not (holds_keys(one.path) and not language_of(one.path))
            if one.where is Where.TREE and (one.member or in_file):
                places[one.path][key.fingerprint].add(_Place(one.line, one.column))
    return {
        path: {name: (keys[name], frozenset(where)) for name, where in group.items()} for path, group in places.items()
    }


def _matters(key: Finding) -> bool:
    """Return whether a scan reports the key without further options."""
    return key.environment is not Environment.PUBLISHABLE and key.severity is not Severity.INFO


def _leave_all(draft: Draft, displayed: bytes, wanted: _Wanted, reason: str) -> None:
    path = draft.site.place(displayed)
    for _, places in wanted.values():
        for place in places:
            draft.leave(path, place.line, reason)


def _plan_file(draft: Draft, homes: EnvFiles, displayed: bytes, wanted: _Wanted) -> None:
    path = draft.site.place(displayed)
    language = language_of(path)
    if not language:
        example = is_example(path[path.rfind(b"/") + 1 :])
        what = "leave its value empty there" if example else "nothing can look it up in a file of this kind"
        return _leave_all(draft, displayed, wanted, what)
    if language == "php" and _CONFIGURATION.search(path) and homes.is_beside(path, _LARAVEL):
        language = "php-laravel"
    try:
        if not draft.exists(path):
            return _leave_all(draft, displayed, wanted, "there is no such file any more")
        draft.refuse(path)
        content = draft.content(path)
        home = homes.home(path, language)
        trouble = third_party_reason(path, content) or _unread(homes, path, language) or homes.trouble(home)
    except Blocked as blocked:
        return _leave_all(draft, displayed, wanted, str(blocked))
    if trouble:
        return _leave_all(draft, displayed, wanted, trouble)
    found = [one for one in _matches(draft, path, content) if _finding(draft, one, wanted)]
    if len(found) > _MOST:
        return _leave_all(draft, displayed, wanted, f"there are more than {_MOST} keys in the file")
    _replace_all(draft, homes, _File(path, language, home, wanted), content, found)
    return None


def _unread(homes: EnvFiles, path: bytes, language: str) -> str:
    """Return why nothing would replace the reference in the file; empty if something does."""
    spring = language != "yaml-spring" or _RESOURCE.search(path) or homes.is_beside(path, _JAVA)
    return "" if spring else "nothing puts variables into a file of this kind"


class _File(NamedTuple):
    """A file with keys, and the environment file for them."""

    path: bytes
    language: str
    home: bytes
    wanted: _Wanted


def _replace_all(draft: Draft, homes: EnvFiles, file: _File, content: bytes, found: list[Match]) -> None:
    """Replace from the last key to the first, so that the remaining ones keep their number."""
    page = Page.of(content)
    places = [_Place(*page.position(one.start)) for one in found]
    named = {}
    for index, match in enumerate(found):
        finding, where = _finding(draft, match, file.wanted) or (None, frozenset())
        if finding is not None and places[index] in where:
            before = content[max(0, match.start - _BEFORE) : match.start]
            named[index] = homes.name(file.home, finding, match.secret, before, file.language)
    seen = {places[index] for index in named}
    in_name = draft.site.names.masked(file.path) != file.path
    for gone in {place for _, where in file.wanted.values() for place in where} - seen:
        renamed = "a key stands in its name: rename it" if in_name and gone.line == 1 else ""
        draft.leave(file.path, gone.line, renamed or "it is not there any more: run this again")
    for index in sorted(named, reverse=True):
        now = draft.content(file.path)
        left = [one for one in _matches(draft, file.path, now) if _finding(draft, one, file.wanted)]
        if index >= len(left) or left[index].secret != found[index].secret:
            draft.leave(file.path, places[index].line, "it cannot be told from the others: run this again")
            continue
        _replace(draft, homes, file, left[index], named[index], places[index].line)


def _replace(draft: Draft, homes: EnvFiles, file: _File, match: Match, name: str, line: int) -> None:
    if match.way:  # what decodes or joins it would get the plain key
        draft.leave(file.path, line, f"it is written in {match.written}: replace what reads it, too")
        return
    answer = replace_literal(file.language, draft.content(file.path), (match.start, match.end), name)
    if isinstance(answer, Refused):
        draft.leave(file.path, line, answer.reason)
        return
    title = f"reads {name} from the environment"
    if file.language == "yaml-workflow":
        title = f"reads {name} from the repository's secrets: gh secret set {name}"
    try:
        homes.keep(file.home, name, match.secret)
    except Blocked as blocked:
        draft.leave(file.path, line, str(blocked))
        return
    draft.put(file.path, answer.content, Stage.CODE, title)


def _matches(draft: Draft, path: bytes, content: bytes) -> list[Match]:
    return draft.site.engine.matcher.find(content, path).matches


def _finding(draft: Draft, match: Match, wanted: _Wanted) -> tuple[Finding, frozenset[_Place]] | None:
    """Return the key that a match is, and its places in the file."""
    rules = draft.site.engine.ruleset.rules
    kinds = {rules[index].guessable for index in match.rules}
    if match.judged:
        kinds.add(match.judged.guessable)
    names = (fingerprint(Secret(match.secret), guessable=kind) for kind in sorted(kinds))
    return next((wanted[name] for name in names if name in wanted), None)
