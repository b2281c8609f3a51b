"""Resolve revisions as users write them (``main~2``, ``v1.0^{commit}``, ``1a2b3c4``; gitrevisions(7)) from the existing
refs.

Revisions that need reflogs or a search of messages (``@{1}``, ``:/text``) are not supported, and rejected with a
message.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from keyguard.git.layout.head import is_object_id
from keyguard.git.objects.blobs import BlobReader
from keyguard.git.objects.commits import Commit, parse_commit, parse_tag
from keyguard.git.process.isolated_git import IsolatedGit
from keyguard.git.refs.tips import FULL_DEPTH, Tip
from keyguard.support.errors import UsageError
from keyguard.support.regex import expression

#: where a name is looked up, in git's order
_PLACES = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_STEP = expression(r"~(\d*)|\^\{(\w*)\}|\^(\d*)")
_DESCRIBED = expression(r".+-\d+-g([0-9a-f]{4,64})")
_SHORT = expression(r"[0-9a-f]{4,64}")
#: limit for ``~n``: more is not an accident
_MOST = 100_000
_HINTS = 12
#: the variable with the commit that a merge request is based on, in GitLab jobs
_BASE_ON_GITLAB = "$CI_MERGE_REQUEST_DIFF_BASE_SHA"
#: largest commit or tag in bytes
_LARGEST = 16 << 20


class RawObject(NamedTuple):
    """The kind and content of an object; no content if it is too large or neither commit nor tag."""

    kind: bytes
    content: bytes


class Peeled(NamedTuple):
    """What an id leads to."""

    tags: list[str]
    """Annotated tags on the way, the outermost first."""
    oid: str
    kind: bytes
    """``commit``, ``tree`` or ``blob``; empty if the object is missing."""


class Revisions:
    """Resolves the revisions of one repository."""

    def __init__(self, git: IsolatedGit, tips: list[Tip], *, shallow: bool = False) -> None:
        self._git = git
        self._tips = tips
        self._shallow = shallow
        self._reader: BlobReader | None = None
        self._ids: dict[bytes, str] = {}
        #: for each tag that was read, its target; for each id, where it finally leads
        self._targets: dict[str, str] = {}
        self._ends: dict[str, tuple[str, bytes]] = {}
        for tip in tips:
            self._ids.setdefault(tip.name, tip.oid)

    def find(self, text: str) -> str:
        """Return the id of the object that a revision names. Raise UsageError if there is none."""
        at = min((text.find(mark) for mark in "~^" if mark in text[1:]), default=-1)
        base, steps = (text[:at], text[at:]) if at > 0 else (text, "")
        oid = self._resolve_name(base)
        if not oid:
            raise UsageError(f"unknown revision {text!r}: {self._available_names()}{self._ci_hint(text)}")
        place = 0
        while place < len(steps):
            step = _STEP.match(steps, place)
            oid = self._stepped(oid, step) if step else ""
            if step is None or not oid:
                raise UsageError(
                    f"unknown revision {text!r}: {base} leads to nothing by {steps[place:]}{self._shallow_hint()}"
                )
            place = step.end()
        return oid

    def ref(self, text: str) -> bytes:
        """Return the full name of the ref that a revision begins with, ``HEAD`` for HEAD; empty if it names none."""
        name = re.split(r"[~^]", text, maxsplit=1)[0]
        wanted = (place.format("HEAD" if name in ("@", "") else name) for place in _PLACES)
        return next((ref for one in wanted if (ref := one.encode("utf-8", "surrogateescape")) in self._ids), b"")

    def commit(self, text: str) -> str:
        """Return the id of the commit that a revision names, directly or by a tag. Raise UsageError if it names
        none.
        """
        found = self.peel(self.find(text))
        if found.kind != b"commit":
            problem = found.kind.decode() or f"it is missing{self._shallow_hint()}"
            raise UsageError(f"{text!r} is no commit: {problem}")
        return found.oid

    def commit_of(self, oid: str) -> Commit | None:
        """Return the commit with this id; None if it is not a commit or cannot be read."""
        raw = self.read(oid)
        return parse_commit(raw.content) if raw and raw.kind == b"commit" else None

    def peel(self, oid: str, known: Collection[str] = ()) -> Peeled:
        """Return the object that an id finally leads to, with all tags on the way that are not ``known``."""
        end, tags = self._end(oid), dict[str, None]()
        while oid in self._targets and oid not in known and oid not in tags:
            tags[oid] = None
            oid = self._targets[oid]
        return Peeled([*tags], *end)

    def _end(self, oid: str) -> tuple[str, bytes]:
        """Return the object to which an id leads through any number of tags, and its kind. Each tag is read once."""
        way = list[str]()
        while oid not in self._ends:
            raw = None if oid in self._targets else self.read(oid)  # a cycle leads nowhere
            if raw is None or raw.kind != b"tag":
                self._ends[oid] = oid, raw.kind if raw else b""
                break
            way.append(oid)
            self._targets[oid] = parse_tag(raw.content)
            oid = self._targets[oid]
        end = self._ends[oid]
        self._ends.update(dict.fromkeys(way, end))
        return end

    def read(self, oid: str) -> RawObject | None:
        """Return an object, or None if it cannot be read. Raise GitError if git fails."""
        if not is_object_id(oid, self._git.object_format):
            return None
        found = None
        for content in self.reader.blobs([oid]):
            if not content.problem:
                wanted = content.kind in (b"commit", b"tag") and content.size <= _LARGEST
                found = RawObject(content.kind, content.read(content.size) if wanted else b"")
        return found

    @property
    def reader(self) -> BlobReader:
        """Reads objects of any kind, as long as git runs."""
        self._reader = self._reader or BlobReader(self._git, any_kind=True)
        return self._reader

    def close(self) -> None:
        """Stop git if it was started."""
        if self._reader:
            self._reader.close()

    # --- names --------------------------------------------------------------------------------------------------

    def _resolve_name(self, name: str) -> str:
        if "@{" in name or ":" in name:
            raise UsageError(f"{name!r}: give a branch, a tag, a commit's id, or one of these with ~ or ^ behind it")
        if is_object_id(name.lower(), self._git.object_format):
            return name.lower()
        wanted = "HEAD" if name == "@" else name
        for place in _PLACES:
            oid = self._ids.get(place.format(wanted).encode("utf-8", "surrogateescape"))
            if oid:
                return oid
        described = _DESCRIBED.fullmatch(name)
        return self._short(described[1] if described else name.lower())

    def _short(self, text: str) -> str:
        """Return the object whose id has this prefix; a commit or tag if several objects have it."""
        if not _SHORT.fullmatch(text):
            return ""
        found = self._git.run("rev-parse", f"--disambiguate={text}").decode().split()
        if len(found) > 1:
            leading = [oid for oid in found if self.peel(oid).kind == b"commit"]
            if len(leading) != 1:
                raise UsageError(f"{text!r} is the beginning of {len(found)} ids: give more of it")
            found = leading
        return found[0] if found else ""

    def _stepped(self, oid: str, step: re.Match[str]) -> str:
        if step[2] is not None:
            found = self.peel(oid)
            return found.oid if found.kind and step[2] in ("", found.kind.decode(), "object") else ""
        if step[1] is not None:
            count, parent = int(step[1] or 1), 1
        else:
            count, parent = 1, int(step[3] or 1)
        if count > _MOST:
            return ""
        oid = self.peel(oid).oid
        for _ in range(count if parent else 0):
            commit = self.commit_of(oid)
            if commit is None or len(commit.parents) < parent:
                return ""
            oid = commit.parents[parent - 1]
        return oid

    def _available_names(self) -> str:
        """Return in words which names exist instead."""
        names = list(dict.fromkeys(_short_names(self._tips)))
        if not names:
            return "there is no branch and no tag here"
        more = f" and {len(names) - _HINTS} more" if len(names) > _HINTS else ""
        return f"there is {', '.join(names[:_HINTS])}{more}"

    def _ci_hint(self, text: str) -> str:
        """Return how a CI job gets a remote branch, or what a shallow clone lacks; otherwise an empty string."""
        if not (self._shallow or "/" in text):
            return ""
        return f" (a checkout in CI may lack it: {FULL_DEPTH}, and {_BASE_ON_GITLAB} for the target of a merge request)"

    def _shallow_hint(self) -> str:
        """Return what to do about a missing commit in a shallow clone; empty in a complete one."""
        return f" (shallow clone: {FULL_DEPTH})" if self._shallow else ""


def _short_names(tips: list[Tip]) -> Iterator[str]:
    for tip in tips:
        name = tip.name.decode("utf-8", "backslashreplace")
        for prefix in ("refs/heads/", "refs/remotes/", "refs/tags/"):
            if name.startswith(prefix):
                yield name.removeprefix(prefix)
        if name == "HEAD":
            yield name
