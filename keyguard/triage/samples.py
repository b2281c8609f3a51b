"""Lower the severity of a key by one step if every place of it looks like a sample: test data, documentation.

A path is evidence, and so are words beside the key (``keyguard.triage.sample_words``). Nothing is hidden: the lowest
severity that results is ``low``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from keyguard.model.finding import Occurrence, Severity, Sighting, Where
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

#: folders whose files are for tests or for readers, in lower case
_FOLDERS = frozenset(
    b"test tests testing testdata test-data test_data testfiles test-files unittests testsuite androidtest __tests__ "
    b"__fixtures__ __mocks__ __snapshots__ fixtures fixture mocks mock e2e cypress spec specs testvectors test_vectors "
    b"test-vectors wycheproof examples example samples sample docs doc documentation tutorials tutorial "
    b"cookbook".split()
)
#: file names that are for tests by the convention of a language or of a test runner
_TEST_FILE = expression(
    rb"(?:test_[\w-]{1,200}|[\w-]{1,200}_(?:test|spec))\.\w{1,8}|[\w-]{1,200}[.-](?:test|spec)\.[cm]?[jt]sx?"
    rb"|[\w-]{1,200}(?:Test|Tests|Spec)\.(?:java|kt|php|cs|swift|scala|groovy)|conftest\.py"
    rb"|(?:[\w-]{0,200}[_-])?test[_-]?vectors?(?:[_-][\w-]{0,200})?\.\w{1,8}"
)
#: environment files hold what a program uses, in whatever folder they are
_ENV_FILE = expression(rb"\.env(?:rc|\..*)?|.*\.env", re.DOTALL)
#: documents, by their ending or their name
_DOCUMENT = expression(
    rb".*\.(?:md|mdx|markdown|rst|adoc|asciidoc|textile|org|tex|rdoc|pod|ipynb|html?|1|3|7|8)|(?:rfc[0-9]|draft-).*\.txt|(?:readme|changelog|changes"
    rb"|history|news|contributing|license|notice|security|install)(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
#: folders and names that say so in a part of them
_TEST_FOLDER = expression(
    rb"(?:^|[_.-])(?:tests?|specs?|testing|fixtures?|mocks?|examples?|samples?|demos?|docs?|cassettes|vcr|tutorials?"
    rb"|playground|sandbox|benchmarks?)(?:$|[_.-])|[a-z](?:Tests?|Specs?|Samples?|Examples?)$"
)
_TEST_NAME = expression(
    rb"(?i)(?:^|[_.-])(?:tests?|specs?|testing|fixtures?|mocks?|examples?|samples?|demos?|dummy|seeds?|template|dist)"
    rb"(?:$|[_.-])|[a-z](?:Tests?|TestCase|IT|Specs?|Mock|Fixture|Sample|Example)\.\w{1,8}$|\w\.t$"
)
#: further folders of tests (Perl's, continuous integration's), for secrets without a vendor's format
_ASIDE_FOLDERS = frozenset(b"t ci .ci".split())
#: folders in which package managers and people keep what others wrote
_VENDORED = frozenset(
    b"vendor vendors node_modules bower_components site-packages dist-packages third_party third-party thirdparty"
    b" .yarn .bundle .venv venv virtualenv".split()
)
#: a package with its version, and the folders in which packages of others are
_PACKAGE = expression(rb"(?i)[a-z][\w.-]{0,80}-\d[\w.+-]{0,60}\.(?:jar|whl|egg|gem|nupkg|crate)!")
_PACKAGES = frozenset(b"lib libs jars wheels packages".split())
#: templates that are filled in elsewhere, and examples
_EXAMPLE_FILE = expression(
    rb"(?i)(?:[._-](?:example|sample|template|tmpl|tpl|dist|j2|jinja2?|erb|tt|in|mustache|hbs|gotmpl|eex))$"
)
_MOST_REASONS = 4


def lower(severity: Severity, places: Sequence[Sighting]) -> tuple[Severity, tuple[str, ...]]:
    """Return the severity of a key, and why it was lowered; the same severity and no reasons unless it was.

    ``places`` are all that are known of the key. One that is no sample, or that was counted and not stored, keeps the
    severity.
    """
    if severity <= Severity.LOW:
        return severity, ()
    reasons = dict[str, None]()
    for place in places:
        reason = path_reason(place.occurrence) or place.sample
        if not reason or place.more:
            return severity, ()
        reasons[reason] = None
    return less_severe(severity), tuple(reasons)[:_MOST_REASONS]


def set_aside(severity: Severity, places: Sequence[Sighting]) -> tuple[Severity, tuple[str, ...]]:
    """Return the severity of a secret without a vendor's format, and why it is informational; the same severity and no
    reasons unless it is.

    Such a secret in a test, an example, a document or a comment is shown and does not fail a run: it is a secret, but
    nearly always opens nothing.
    """
    reasons = [aside_reason(one) for one in places]
    if not all(reasons) or any(one.more for one in places):
        return severity, ()
    return Severity.INFO, tuple(dict.fromkeys(reasons))[:_MOST_REASONS]


def aside_reason(place: Sighting) -> str:
    """Return why a secret without a vendor's format is informational at one place; empty if it is not."""
    return place_reason(place.occurrence) or place.aside or place.sample


def place_reason(place: Occurrence) -> str:
    """Return why such a secret is informational wherever in the file it stands; empty if it is not."""
    if place.where is Where.STDIN or (place.trace is not None and place.trace.kind != "blob"):
        return ""
    return path_reason(place) or aside_path(place.path)


def aside_path(path: bytes) -> str:
    """Return why a path is one of tests, examples, documents or other people's code; empty if it is none."""
    *folders, name = path.split(b"/")
    if is_environment_file(name):
        return ""
    return next(filter(None, map(folder_reason, folders)), "") or _package_reason(folders) or name_reason(name)


def _package_reason(folders: Sequence[bytes]) -> str:
    """Return why what is in a package in a container, or in a folder for packages, is set aside; empty if none is."""
    for before, folder in pairwise(folders):
        if before.lower() in _PACKAGES and _PACKAGE.fullmatch(folder):
            return f"in {shown(folder[:-1].decode('utf-8', 'replace'))}: other people's code"
    return ""


def is_environment_file(name: bytes) -> bool:
    """Return whether a file of this name tells what a program uses, in whatever folder it is."""
    return _ENV_FILE.fullmatch(name) is not None


@lru_cache(4096)
def folder_reason(folder: bytes) -> str:
    """Return why everything in a folder of this name is set aside; empty if it is not."""
    lower = folder.lower()
    if lower in _FOLDERS or lower in _ASIDE_FOLDERS or _TEST_FOLDER.search(folder):
        return f"{shown(folder.decode('utf-8', 'replace'))}/ in the path"
    if lower in _VENDORED:
        return f"{shown(folder.decode('utf-8', 'replace'))}/ in the path: other people's code"
    return ""


@lru_cache(4096)
def name_reason(name: bytes) -> str:
    """Return why a file of this name is set aside; empty if it is not."""
    if _ENV_FILE.fullmatch(name) and not _EXAMPLE_FILE.search(name):
        return ""
    text = shown(name.decode("utf-8", "replace"))
    if _DOCUMENT.fullmatch(name):
        return f"{text} is a document"
    if _EXAMPLE_FILE.search(name):
        return f"{text} is an example or a template"
    return f"{text} is a test or an example" if _TEST_NAME.search(name) or _TEST_FILE.fullmatch(name) else ""


def less_severe(severity: Severity) -> Severity:
    """Return the severity one step below, at least ``low``; one that is not above that unchanged."""
    return Severity(severity - 1) if severity > Severity.LOW else severity


def path_reason(place: Occurrence) -> str:
    """Return why a path is that of a sample; empty if it is not."""
    if place.where is Where.STDIN or (place.trace is not None and place.trace.kind != "blob"):
        return ""
    *folders, name = place.path.split(b"/")
    if _ENV_FILE.fullmatch(name):
        return ""
    for folder in folders:
        if folder.lower() in _FOLDERS:
            return f"{shown(folder.decode('utf-8', 'replace'))}/ in the path"
    return f"{shown(name.decode('utf-8', 'replace'))} is a test" if _TEST_FILE.fullmatch(name) else ""
