"""The text of a purge: what it will change, the command to publish it, and what remains to do with others."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from keyguard.model.finding import Finding, Where
from keyguard.report.phrases import counted, number
from keyguard.response.purging.affected_objects import Commits, Objects, files_of
from keyguard.response.purging.clone import Clone
from keyguard.response.purging.large_files import LargeFile
from keyguard.response.purging.remote_address import Address
from keyguard.response.purging.replacements import Replacements
from keyguard.response.purging.rewrite import Moved, is_signed
from keyguard.response.purging.rewrite_scope import Ref, Scope
from keyguard.support.sanitize import shown, shown_path

#: the number of lines shown of a long list
_MOST = 20
_GITHUB = "github.com"


def head_lines(clone: Clone, forms: Replacements, objects: Objects, commits: Commits) -> list[str]:
    """Return what will replace a key in the files of the default branch; empty if no key is in them."""
    head = clone.head()
    commit = clone.refs().get(head, "")
    paths = commits.paths.get(commit, frozenset())
    lines: list[str] = []
    for oid, path in files_of(clone, commit) if paths else ():
        if path in paths:
            name = shown_path(forms.hidden(path))
            if forms.named_in(path):
                lines.append(f"  {name}: its name becomes {shown_path(forms.replaced(path))}")
            if oid in objects.holding:
                found = forms.lines(clone("cat-file", "blob", oid))
                lines += [f"  {name}:{line}: {shown(new)}" for line, new in found]
    if not lines:
        return []
    branch = shown_path(forms.hidden(head.removeprefix(b"refs/heads/")))
    return [
        f"still in the files of {branch} (HEAD): what reads it there will get this instead, and fail.",
        "To take the key out of the files first is better (keyguard fix --unsafe):",
        *_most(lines, "places"),
    ]


def archive_lines(chosen: Sequence[Finding]) -> Iterator[str]:
    """Yield the files of history in which the keys are packed: no rewrite changes what is in those."""
    places = (place for key in chosen for place in key.occurrences)
    files = {place.file for place in places if place.member and place.where is Where.HISTORY}
    if files:
        yield "in archives, which no rewrite changes: take each out of history as a whole, and build it anew"
        yield from _most(
            [f"  git filter-repo --invert-paths --path {shlex.quote(shown_path(file))}" for file in sorted(files)],
            "files",
        )


def change_lines(
    forms: Replacements, objects: Objects, commits: Commits, scope: Scope, large: Sequence[LargeFile]
) -> Iterator[str]:
    """Yield what the rewrite changes, the same for a dry run and a real one."""
    changing, refs = counted(len(scope.commits), "commit"), counted(len(scope.refs), "ref")
    yield f"rewritten: {changing} of {number(len(commits.parents))}, {refs}:"
    yield from _most([f"  {_name(ref, forms)}" for ref in scope.refs], "refs")
    yield f"first changed commits: {' '.join(scope.first[:_MOST]) or 'none'}"
    tags = {tag for ref in scope.refs for tag in ref.chain}
    signed = sum(is_signed(objects.tags[tag]) for tag in tags)
    lost = len(objects.signed & scope.commits)
    yield f"signatures lost: {counted(lost, 'commit')}, {counted(signed, 'tag')}"
    yield f"refs of the host's own, which no push changes: {number(len(scope.hosted))}"
    yield from _most([f"  {_name(ref, forms)}" for ref in scope.hosted], "refs")
    if large:
        yield f"not changed, in Git LFS: {counted(len(large), 'object')}"
        yield from _most([f"  {one.what}" for one in large], "objects")
    else:
        yield "Git LFS: no object is known to hold it"
    if scope.left:
        yield f"not changed, and for you to delete at the host: {counted(len(scope.left), 'ref')}"
        yield from _most([f"  {_name(ref, forms)}: {why}" for ref, why in scope.left], "refs")


def push_command(clone: Clone, address: Address, moved: Sequence[Moved], *, into_work_tree: bool) -> str:
    """Return the command that publishes the rewrite: each ref only while the server has the old value."""
    words = ["git", "--git-dir", clone.path, "push", "--atomic", "--no-follow-tags"]
    if into_work_tree:  # update the branch that is checked out there with its files, if these are unmodified
        words.append("--receive-pack=git -c receive.denyCurrentBranch=updateInstead receive-pack")
    leases = [b"--force-with-lease=%s:%s" % (one.name, one.old.encode()) for one in moved]
    refs = [b"%s:%s" % (one.new.encode(), one.name) for one in moved]
    said = [*map(shlex.quote, words), *map(_word, leases), _word(address.text.encode("utf-8", "surrogateescape"))]
    return " ".join([*said, *map(_word, refs)])


def follow_up_lines(
    clone: Clone, address: Address, scope: Scope, forms: Replacements, large: Sequence[LargeFile], command: str
) -> Iterator[str]:
    """Yield what remains to do by hand, with others."""
    yield f"1. Look at the result: git --git-dir {shlex.quote(clone.path)} log --all"
    yield "2. Lift the protection of these branches and tags at the host, publish, and restore it:"
    yield f"   {command}"
    yield "   Where somebody has pushed to one of them since, it changes nothing: purge again then."
    yield "3. Tell everybody who has a clone to save what only they have, to delete it and to clone anew; and to rebase"
    yield "   what began before, not to merge it: whoever merges old commits and pushes brings the key back."
    yield "4. " + ("Write to the host's support." if address.protocol != "file" else "Tidy up the server.")
    yield from (f"   {line}" for line in support_lines(address, scope, forms, large))
    yield "5. Forks, build caches, artefacts, mirrors and backups have it as well: their owners have to act themselves."
    yield "6. Clone the server anew, and prove it there: keyguard prove FINGERPRINT --path CLONE"


def unpushable_lines(address: Address, scope: Scope, forms: Replacements, large: Sequence[LargeFile]) -> Iterator[str]:
    """Yield what leads to a key at the server and cannot be changed by a push."""
    for ref, why in scope.left:
        yield f"  {_name(ref, forms)}: {why}: delete it at the host"
    if scope.hosted:
        yield "  only refs of the host's own lead to it there:"
        yield from (f"  {line}" for line in support_lines(address, scope, forms, large))


def support_lines(address: Address, scope: Scope, forms: Replacements, large: Sequence[LargeFile]) -> Iterator[str]:
    """Yield what the operator of the host has to know and do."""
    first = " ".join(scope.first[:_MOST])
    pulls = [ref for ref in scope.hosted if ref.name.startswith(b"refs/pull/") and ref.name.endswith(b"/head")]
    if address.protocol == "file":
        yield "The old commits stay in it until nothing leads to them, and it forgets them:"
        git = f"  git -C {shlex.quote(shown(address.text))}"
        yield from _most([f"{git} update-ref -d {shlex.quote(_name(ref, forms))}" for ref in scope.hosted], "refs")
        yield f"{git} reflog expire --expire-unreachable=now --all"
        yield f"{git} gc --prune=now"
        return
    if address.host == _GITHUB:
        yield "At https://support.github.com, under removal of sensitive data; the text:"
    else:
        yield "Ask for these refs to be removed, for garbage collection, and for cached views to be cleared; the text:"
    yield f"  Repository: {shown(address.path.removesuffix('.git'))}"
    yield f"  First changed commits: {first or 'none'}"
    yield f"  Affected pull requests: {number(len(pulls))}"
    yield from (f"  {line}" for line in _most([f"  {_name(ref, forms)}" for ref in scope.hosted], "refs"))
    yield f"  Git LFS objects that hold it: {number(len(large))}"
    yield from (f"  {line}" for line in _most([f"  {shown(one.oid)}" for one in large], "objects"))
    yield "Until then whoever knows the id of an old commit can read it at the host, and in pull requests."


def _name(ref: Ref, forms: Replacements) -> str:
    return shown_path(forms.hidden(ref.name))


def _most(lines: Sequence[str], what: str) -> list[str]:
    more = len(lines) - _MOST
    return [*lines[:_MOST], f"  and {number(more)} more {what}"] if more > 0 else list(lines)


def _word(text: bytes) -> str:
    """Return a word for the shell; what cannot be displayed is written in ``printf`` escapes."""
    plain = text.decode("utf-8", "replace")
    if plain.encode() == text and shown(plain) == plain:
        return shlex.quote(plain)
    escaped = "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:03o}" for byte in text)
    return f"\"$(printf '{escaped}')\""
