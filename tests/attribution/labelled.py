"""Places of keys with what a person would say whose they are, read from ``cases/*.txt``, and what keyguard says.

A case begins with ``==== vendor | what it is | how the key looks``; ``-`` stands for what no person could tell. Then
come its files, each behind ``---- path``, with ``<key>`` for the key that is judged and ``<other>`` for another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from keyguard.masking.secret import Secret, fingerprint
from keyguard.model.finding import Certainty, Finding
from keyguard.scan.run import ScanRequest, run_scan
from keyguard.sources.listing import Ask
from tests.helpers.seeing import key

FOLDER = Path(__file__).parent / "cases"
NOBODY = "-"
_USUAL = "sk_live_{alnum:32}"
_CASE = re.compile(r"^==== ", re.MULTILINE)
_FILE = re.compile(r"^---- (.+)\n", re.MULTILINE)


class Case(NamedTuple):
    """One key in one project."""

    id: str
    vendor: str
    """Whose a person would say that it is; ``NOBODY`` where he could not."""
    what: str
    template: str
    files: dict[str, str]


class Verdict(NamedTuple):
    """What keyguard says of a case."""

    case: Case
    vendor: str
    certainty: Certainty | None
    """None where the key was not found at all."""
    because: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether it names the vendor that a person would."""
        return self.certainty in (Certainty.CERTAIN, Certainty.LIKELY) and self.vendor == self.case.vendor


def cases() -> list[Case]:
    """All of them, in order."""
    return [case for path in sorted(FOLDER.glob("*.txt")) for case in _read(path)]


def judge(case: Case, folder: Path, jobs: int = 1) -> Verdict:
    """Scan the project, which is written to the folder, and look for the key."""
    secrets = {mark: key(case.template, f"{mark} of {case.id}") for mark in ("<key>", "<other>")}
    for name, text in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for mark, secret in secrets.items():
            text = text.replace(mark, secret)
        path.write_text(text, encoding="utf-8")
    ask = Ask(paths=(str(folder),))
    found = run_scan(ScanRequest(ask=ask, history="no", jobs=jobs, cached=False)).findings
    return _verdict(case, found, fingerprint(Secret(secrets["<key>"].rstrip("=").encode()), guessable=False))


def _verdict(case: Case, found: tuple[Finding, ...], name: str) -> Verdict:
    for one in found:
        if one.fingerprint == name:
            vendor = one.vendor if one.certainty is not Certainty.AMBIGUOUS else ""
            return Verdict(case, vendor, one.certainty, one.because)
    return Verdict(case, "", None)


def _read(path: Path) -> Iterator[Case]:
    for number, text in enumerate(_CASE.split(path.read_text(encoding="utf-8"))[1:], 1):
        head, _, body = text.partition("\n")
        vendor, what, *template = (part.strip() for part in head.split(" | "))
        names = _FILE.split(body)[1:]
        files = dict(zip(names[::2], names[1::2], strict=True))
        yield Case(f"{path.stem}-{number}", vendor, what, template[0] if template else _USUAL, files)
