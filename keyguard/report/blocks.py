"""Findings grouped by key: a key and the problems of how it is kept are one block for a reader, headed by the worst."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from keyguard.model.finding import Finding, Occurrence, Run, Severity, Where


class Block(NamedTuple):
    """Everything that a run found about one key; or one finding that concerns no key."""

    head: Finding
    """The worst of them; of equally severe ones, the key itself."""
    others: tuple[Finding, ...] = ()
    """The others, worst first."""

    @property
    def severity(self) -> Severity:
        """The severity of the worst."""
        return self.head.severity

    @property
    def key(self) -> Finding | None:
        """The finding that is the key itself; None if there is only what hygiene reports."""
        return next((one for one in (self.head, *self.others) if one.kind == "key"), None)

    @property
    def subject(self) -> Finding:
        """The finding that knows most of the key: the key itself, else the worst."""
        return self.key or self.head


def blocks_of(findings: Iterable[Finding]) -> list[Block]:
    """Return the findings by key, in the order in which the first of each block comes."""
    groups: dict[str, list[Finding]] = {}
    for one in findings:
        groups.setdefault(_key(one), []).append(one)
    return [_block(group) for group in groups.values()]


def shown_blocks(run: Run, *, verbose: bool) -> list[Block]:
    """Return the blocks that a report for people shows: unless verbose, none that is only informational."""
    return [block for block in blocks_of(run.findings) if verbose or block.severity > Severity.INFO]


def accepted_count(run: Run) -> int:
    """Return the number of accepted findings: of keys, and of what concerns no key."""
    return len({one.key or one.fingerprint for one in run.suppressed if one.by == "accepted"})


def related_ids(findings: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    """Return for each fingerprint the ids of the other findings about the same key, worst first."""
    found = {}
    for head, others in blocks_of(findings):
        every = (head, *others)
        for one in every:
            found[one.fingerprint] = tuple(other.id for other in every if other is not one)
    return found


def block_places(block: Block) -> list[tuple[Finding, Occurrence]]:
    """Return the places of a block, each line once, with the finding that names it: first those of the head.

    Versions in history of files that contain the key now are left out.
    """
    seen: set[tuple[object, ...]] = set()
    found = []
    for one in (block.head, *block.others):
        for place in (one.occurrences[0], *other_places(one)):
            line = (place.path, place.line, place.where is Where.HISTORY and (place.commit, place.trace))
            # further findings about one key stand at its places; two places of one finding may be on one line
            if one is block.head or line not in seen:
                found.append((one, place))
            seen.add(line)
    return found


def other_places(finding: Finding) -> list[Occurrence]:
    """Return the places besides the first, without versions in history of files that contain the key now."""
    live = {one.path for one in finding.occurrences if one.where is not Where.HISTORY}
    return [one for one in finding.occurrences[1:] if not (_is_version(one) and one.path in live)]


def _is_version(one: Occurrence) -> bool:
    """Return whether this is a file's version in HEAD or the index, which is no other place than the file."""
    trace = one.trace
    return one.where is Where.HISTORY and trace is not None and (trace.at_head or trace.reach == "index")


def _key(finding: Finding) -> str:
    return finding.fingerprint if finding.kind == "key" else finding.key or finding.fingerprint


def _block(group: list[Finding]) -> Block:
    head, *others = sorted(group, key=lambda one: (-one.severity, one.kind != "key"))
    return Block(head, tuple(others))
