"""Find the vendors to which what holds a key is passed, in the same file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from keyguard.attribution.evidence.context import REACH, context_of
from keyguard.attribution.evidence.dataflow import is_telling, mentions_of, shown, uses_at
from keyguard.attribution.evidence.identifiers import is_neutral, words_of
from keyguard.attribution.evidence.request_targets import calls_other_targets
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors
from keyguard.attribution.flow.commands import command_owner
from keyguard.attribution.flow.holders import Holder, member_end
from keyguard.attribution.flow.scopes import is_in_scope, is_rebound
from keyguard.attribution.structure.heads import DOUBTED, owner_of_text
from keyguard.support.regex import expression

Resolve = Callable[[bytes], bytes]

_SELF = expression(rb"(?:\bthis|\bself|\bcls|\$this|\bstatic|\bself)(?:\.#?|->|::\$?)$|@$")
#: what reads a variable in a command
_READING = expression(rb"[\"']?\$[({]?$")
#: a call that checks the signature of a webhook, up to its last argument
_CHECKING = expression(
    rb"([A-Za-z_$][\w$]{1,60})(?:\.|::|->|\\)[Ww]eb_?[Hh]ooks?(?:\.|::|->)(?:construct|verify|unwrap|validate)\w{0,40}"
    rb"\([^()\r\n]{1,120},\s*$"
)
#: an assignment to a member
_ASSIGNED = expression(rb"[ \t]*(?::=|\?\?=|\|\|=|=)(?![=>~])")
#: a property of what the name means, which a text has none of
_PART = expression(rb"(?:\?\.|\.|->)(?!length\b)[A-Za-z_]\w{0,60}(?![\w(])(?!\s*\()")
_DESTRUCTURED = expression(rb"\{([^{}\r\n]{1,200})\}\s*=\s*$")


def uses_of(vendors: Vendors, text: bytes, holder: Holder, resolve: Resolve) -> list[Evidence]:
    """Return the vendors that a text passes a key to.

    ``holder.start`` is an offset in the text. Return none if the name is bound to another value as well: which one is
    used is then unknown. The evidence is not direct if a mention may mean another variable, or if the key is sent to
    other hosts as well.
    """
    found: dict[str, Evidence] = {}
    telling, foreign = is_telling(holder.name), False
    begin = holder.begin if holder.begin >= 0 else holder.start
    for one in mentions_of(holder.name, text):
        if one.start() == holder.start or not _is_meant(text, one, holder):
            continue
        if not (holder.is_member and _SELF.search(text, max(0, one.start() - 12), one.start())) and is_rebound(
            text, one
        ):
            return []
        end, followed = member_end(text, one.end(), holder.path)
        if holder.path and followed == len(holder.path) and _ASSIGNED.match(text, end):
            return []
        if followed < 0 or not _leads_on(holder, followed):
            continue
        if followed == len(holder.path) and _PART.match(text, end):
            continue
        scoped = telling or holder.is_member or is_in_scope(text, begin, one.start())
        for evidence in _uses_at(vendors, text, one.start(), end, holder, resolve):
            direct = evidence.direct and scoped
            said = evidence._replace(why=shown(evidence.why, holder.name), at=one.start(), direct=direct)
            if direct or evidence.vendor not in found:
                found[evidence.vendor] = said
        foreign = foreign or _is_sent_elsewhere(vendors, found, text, one.start(), end, resolve)
    return [one._replace(direct=one.direct and not foreign) for one in found.values()]


def _uses_at(
    vendors: Vendors, text: bytes, start: int, end: int, holder: Holder, resolve: Resolve
) -> Iterator[Evidence]:
    yield from uses_at(vendors, text, start, end, members=holder.is_member, resolve=resolve)
    line = text.rfind(b"\n", 0, start) + 1
    before = _READING.sub(b"", text[line:start])
    if owner := command_owner(vendors, before.lstrip(), b"") or _checker(vendors, text[line:start]):
        yield owner


def _checker(vendors: Vendors, before: bytes) -> Evidence | None:
    """Return the vendor whose library checks a webhook with what follows: ``Stripe.webhooks.constructEvent(…, ``."""
    found = _CHECKING.search(before[-240:])
    owner = owner_of_text(vendors, found[1], b"(") if found else None
    return Evidence(owner.vendor, f"{owner.vendor} checks webhooks with …") if owner and owner is not DOUBTED else None


def _is_meant(text: bytes, mention: re.Match[bytes], holder: Holder) -> bool:
    """Whether a mention is of the object's own member, or of its class."""
    before = text[max(0, mention.start() - 80) : mention.start()]
    if not before.endswith((b".", b"->", b"::", b"::$", b"#", b"@")):
        return True
    if _SELF.search(before):
        return holder.is_member
    return bool(holder.owner) and before.rstrip(b"$").endswith((holder.owner + b".", holder.owner + b"::"))


def _leads_on(holder: Holder, followed: int) -> bool:
    """Whether an object that is passed on as a whole is about the key alone: what remains of the path is general."""
    return all(is_neutral(words_of(one)) for one in holder.path[followed:])


def _is_sent_elsewhere(
    vendors: Vendors, found: dict[str, Evidence], text: bytes, start: int, end: int, resolve: Resolve
) -> bool:
    statement = resolve(context_of(text[max(0, start - REACH) : start], text[end : end + REACH]).statement)
    hosts = [host for id in found or vendors for host in vendors[id].hosts]
    return calls_other_targets(hosts, statement)


def destructured(text: bytes, holder: Holder) -> Iterator[Holder]:
    """Yield the variables to which members of what holds a key are assigned: ``const { key } = config``."""
    if len(holder.path) != 1:
        return
    for one in mentions_of(holder.name, text):
        names = _DESTRUCTURED.search(text, max(0, one.start() - 220), one.start())
        if names is None:
            continue
        for part in names[1].split(b","):
            name, _, alias = (piece.strip() for piece in part.partition(b":"))
            if name == holder.path[0]:
                variable = alias or name
                at = text.find(variable, names.start())
                if re.fullmatch(rb"[A-Za-z_]\w+", variable):
                    yield Holder(variable.decode(), at, begin=one.end())
