"""The labelled repositories: files, and what CredData's labels and the second reading say about their candidates.

A label names a file by the first 8 hex digits of the SHA-256 of its path, and a line. Labels whose secrets have a shape
of their own, or that are no secrets, count neither way.
"""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import hyperscan

from keyguard.generic.assignment_syntax import EXPRESSIONS
from keyguard.generic.assignments.candidates import Candidate, read

_SHAPED_LIST = """
PEM Private Key|BASE64 Private Key|BASE64 encoded PEM Private Key|JSON Web Token|JWK|AWS Client ID|AWS Multi
|Google API Key|Google Multi|Slack Token|Twilio Credentials|Salesforce Credentials|Stripe Credentials
|Docker Swarm Token|UUID|Nonce|Salt|Firebase Domain|AWS S3 Bucket|Tencent WeChat API App ID|IPv4|IPv6|URL|Other
"""
_SHAPED = frozenset(_SHAPED_LIST.replace("\n", "").split("|"))
#: what finders of their own read: category -> kind
_KINDS = (
    ("URL Credentials", "url"), ("SQL Password", "sql"), ("CMD ", "command"), ("CURL", "command"), ("OTP", "otp"),
    ("Authorization", "header"), ("Password", "password"), ("Token", "token"), ("Secret", "secret"), ("Key", "key"),
)  # fmt: skip
#: candidates of the unlabelled files of a repository, and bytes of them, at most
_MOST_OTHERS, _MOST_BYTES = 1500, 6_000_000
_LARGEST = 300_000
_FLAGS = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE


class Label(NamedTuple):
    """What CredData says about a span of lines, counted from 1."""

    first: int
    last: int
    verdict: str
    """``T``, ``F`` or ``X`` (unclear)."""
    columns: tuple[int, int] | None
    """Of the value in its line, in characters."""
    kind: str
    """Empty if it counts neither way."""


class Repository(NamedTuple):
    """A repository at the commit that was labelled."""

    name: str
    files: dict[bytes, bytes]
    labels: dict[bytes, list[Label]]
    others: dict[bytes, bytes]
    """A sample of the files without labels."""


class Row(NamedTuple):
    """A candidate and what is known of it."""

    repository: str
    path: bytes
    candidate: Candidate
    truth: int | None
    """1 a secret, 0 none, None neither way."""
    labelled: bool
    """Whether a label says so; else nobody labelled it, in a file with labels."""
    kind: str
    line: int


class TrueLine(NamedTuple):
    """A line that is labelled as a secret, and the rows that reach it."""

    repository: str
    kind: str
    rows: tuple[int, ...]


def repositories(mirror: Path, listed: Path) -> Iterator[Repository]:
    """Yield the repositories of a list (id, name, commit) whose commit is in the mirror."""
    creddata = _git_dir(mirror, "Samsung/CredData")
    for row in listed.read_text().splitlines():
        if row.startswith("#"):
            continue
        identity, name, commit, *_ = row.split("\t")
        folder = _git_dir(mirror, name)
        if folder.is_dir() and _has(folder, commit):
            labels = _git(creddata, "show", f"HEAD:meta/{identity}.csv").decode()
            yield _repository(name, folder, commit, labels)


def _repository(name: str, folder: Path, commit: str, labels: str) -> Repository:
    blobs = _tree(folder, commit)
    by_id = {hashlib.sha256(path).hexdigest()[:8]: path for path in blobs}
    found: dict[bytes, list[Label]] = defaultdict(list)
    for one in csv.DictReader(io.StringIO(labels)):
        if one["FileID"] in by_id:
            found[by_id[one["FileID"]]].append(_label(one))
    files = dict(_contents(folder, {path: blobs[path][0] for path in sorted(found)}))
    rest = [path for path, (_, size) in blobs.items() if path not in files and 0 < size < _LARGEST]
    others: dict[bytes, bytes] = {}
    for path, data in _contents(folder, {path: blobs[path][0] for path in sorted(rest, key=zlib.crc32)[:_MOST_OTHERS]}):
        if b"\0" not in data[:4000] and sum(map(len, others.values())) < _MOST_BYTES:
            others[path] = data
    return Repository(name, files, found, others)


def _label(row: dict[str, str]) -> Label:
    first, last, begin, end = (
        int(float(row[name] or -1)) for name in ("LineStart", "LineEnd", "ValueStart", "ValueEnd")
    )
    parts = set(row["Category"].split(":"))
    kind = next((kind for part, kind in _KINDS if part in row["Category"]), "other")
    exact = row["GroundTruth"] == "T" and 0 <= begin < end and first == last
    return Label(first, last, row["GroundTruth"], (begin, end) if exact else None, "" if parts & _SHAPED else kind)


class Finder:
    """The candidates of a text, as a scan reads them."""

    def __init__(self) -> None:
        self._database = hyperscan.Database()
        texts = [one.encode() for one in EXPRESSIONS]
        self._database.compile(expressions=texts, flags=[_FLAGS] * len(texts))

    def candidates(self, data: bytes, path: bytes) -> list[Candidate]:
        """Return the candidates of a text, each once."""
        ends = set[int]()
        self._database.scan(data, match_event_handler=lambda *hit: ends.add(hit[2]))
        read_ = (read(data, end, path) for end in sorted(ends))
        return list({one.start: one for one in read_ if one is not None}.values())


def rows_of(repository: Repository, finder: Finder) -> tuple[list[Row], list[TrueLine]]:
    """Return the candidates of the labelled files, and the lines that are labelled as secrets."""
    rows, lines = list[Row](), list[TrueLine]()
    for path, data in sorted(repository.files.items()):
        starts = [0, *(at + 1 for at, byte in enumerate(data) if byte == 10)]
        spans = [_span(data, starts, one) for one in repository.labels[path] if one.first <= len(starts)]
        reached: dict[tuple[int, str], list[int]] = {(one.first, one.kind): [] for *_, one in spans if _is_true(one)}
        for candidate in finder.candidates(data, path):
            mine = [span for span in spans if span[0] <= candidate.start < span[1]]
            truth, labelled, hits = _truth(candidate, mine)
            for one in hits:
                reached[one.first, one.kind].append(len(rows))
            line = data.count(b"\n", 0, candidate.start) + 1
            rows.append(Row(repository.name, path, candidate, truth, labelled, hits[0].kind if hits else "", line))
        lines += [TrueLine(repository.name, kind, tuple(found)) for (_, kind), found in reached.items()]
    return rows, lines


_Span = tuple[int, int, int, int, Label]


def _is_true(label: Label) -> bool:
    return label.verdict == "T" and label.kind != ""


def _span(data: bytes, starts: Sequence[int], label: Label) -> _Span:
    """Return (begin and end of the lines, begin and end of the value, the label)."""
    begin = starts[label.first - 1]
    end = starts[label.last] if label.last < len(starts) else len(data)
    if label.columns is None:
        return begin, end, begin, end, label
    line = data[begin:end].decode("utf-8", "replace")
    first, last = (begin + len(line[:column].encode()) for column in label.columns)
    return begin, end, first, last, label


def _truth(candidate: Candidate, spans: Sequence[_Span]) -> tuple[int | None, bool, list[Label]]:
    """Return what labels say about a candidate, whether any does, and the true ones that it reaches."""
    true = [
        one for *_, begin, end, one in spans if one.verdict == "T" and begin < candidate.end and candidate.start < end
    ]
    if true:
        hits = [one for one in true if one.kind]
        return (1 if hits else None), True, hits
    if any(one.verdict == "X" for *_, one in spans) or any(one.verdict == "T" and not one.columns for *_, one in spans):
        return None, True, []
    exact = any(one.verdict == "T" for *_, one in spans)
    return 0, bool(spans) and not exact, []


def others_of(repository: Repository, finder: Finder) -> list[Candidate]:
    """Return candidates of files that nobody labelled: nearly all of them are no secrets."""
    found: list[Candidate] = []
    for path, data in repository.others.items():
        if len(found) < _MOST_OTHERS:
            found += finder.candidates(data, path)
    return found


def _git_dir(mirror: Path, name: str) -> Path:
    folder = mirror / name.removesuffix(".git").replace("/", "+") / "repo"
    return folder / ".git" if (folder / ".git").is_dir() else folder


def _git(folder: Path, *arguments: str, data: bytes | None = None) -> bytes:
    return subprocess.run(
        ["git", "--git-dir", str(folder), *arguments], input=data, capture_output=True, check=True
    ).stdout


def _has(folder: Path, commit: str) -> bool:
    command = ["git", "--git-dir", str(folder), "cat-file", "-e", commit + "^{commit}"]
    return subprocess.run(command, capture_output=True).returncode == 0


def _tree(folder: Path, commit: str) -> dict[bytes, tuple[str, int]]:
    """Return path -> (blob, size) of the regular files."""
    found = {}
    for row in _git(folder, "ls-tree", "-r", "-z", "-l", commit).split(b"\0"):
        if row:
            head, path = row.split(b"\t", 1)
            mode, kind, blob, size = head.split()
            if kind == b"blob" and mode != b"120000":
                found[path] = blob.decode(), int(size) if size.isdigit() else 0
    return found


def _contents(folder: Path, blobs: dict[bytes, str]) -> Iterator[tuple[bytes, bytes]]:
    """Yield (path, content)."""
    paths = list(blobs)
    for first in range(0, len(paths), 300):
        some = paths[first : first + 300]
        raw = _git(folder, "cat-file", "--batch", data="".join(f"{blobs[path]}\n" for path in some).encode())
        at = 0
        for path in some:
            end = raw.index(b"\n", at)
            head = raw[at:end].split()
            size = int(head[2]) if head[-1] != b"missing" else -1
            if size >= 0:
                yield path, raw[end + 1 : end + 1 + size]
            at = end + size + 2
