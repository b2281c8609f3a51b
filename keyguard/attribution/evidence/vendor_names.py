"""Find vendors by name: in the identifier that a key is assigned to, in its statement, in any text near it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from keyguard.attribution.evidence.assignment import assigned_name, is_given, is_held_by_another
from keyguard.attribution.evidence.conditionals import without_conditions
from keyguard.attribution.evidence.fallbacks import ACCESS, is_other_argument, tried_before
from keyguard.attribution.evidence.identifiers import is_about_another, is_doubtful, is_verb, names_only, words_of
from keyguard.model.finding import Vendor

Vendors = Mapping[str, Vendor]

_NOISE = re.compile(rb"[_\-\s.]")
#: URLs and e-mail addresses name their owner, and not the key after them
_ADDRESS = re.compile(
    rb"[a-z]{2,10}://[^\s\"'`<>]*|[\w.+-]{1,64}@[\w.-]+|(?<![\w.-])(?:[\w-]{1,63}\.){1,9}(?:ai|com|io|jp|net|org)(?![\w-])"
)
#: the part of a URL that identifies its owner: not the path, which may name anybody
_OWNER = re.compile(
    rb"(?:[a-z]{2,10}://(?:[^\s\"'`<>/@]{0,256}@)?|@)((?:[\w-]{1,63}\.){1,9}[A-Za-z]{2,24})(?![\w-])"
    rb"|(?<![\w.-])((?:[\w-]{1,63}\.){1,9}(?:ai|co|com|dev|io|jp|net|org))(?![\w.(-])"
)
_IDENTIFIER = re.compile(rb"[A-Za-z_$][\w$.-]{2,}")
#: between the names of a namespace in PHP
_NAMESPACE = re.compile(rb"(?<=[a-z])\\(?=[A-Z][a-z])")
_WORD = re.compile(rb"[a-z]{3,}")
#: a word of this length is another key
_LONG = re.compile(rb"[\w+/-]{20,}")
#: after a name that has a key of its own, and is no evidence for other keys; and bytes of the names before it
_GIVES_KEY = re.compile(rb"(?<=[\w$.-])[\"'\]]?[ \t]*(?:=>|:=|[=:])[ \t]*[\"'`]?[\w+/-]{20,}[\"'`]?")
_NAME_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789$.-"
_FIRST_BYTES = b"0123456789.-"
#: words between a name and its value that do not change what the value is
_PLAIN = frozenset(
    b"bearer basic token string str new env key keys secret api value const let var val live test authorization header "
    b"headers getenv get set process default config options params sdk client create init from text char static final "
    b"public private password pass user auth data json true false null none the for prod production dev sandbox mode "
    b"setapikey apikey secretkey access credential credentials echo export and is environ setdefault optional quot "
    b"apos fetch getenv defaultvalue unwrap unwrap_or orelse or_else else".split()
)
#: what may follow a vendor's name within a word of one case
_SUFFIX = (
    rb"(?i:key|api|secret|token|sk|pk|live|test|client|auth|prod|dev|access|sdk|webhook|private|public|publishable|restricted"
    rb"|pass|cred|env|account|config)"
)
#: further ones, in a word that is only about the vendor
_ABOUT = (
    rb"|(?i:app|pay|service|gateway|connect|demo|hook|integration|backend|server|checkout|provider|mail|php|node|js)"
)
#: closed brackets; and a further name that has its own value, after another value
_CLOSED = re.compile(rb"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_OPEN = re.compile(rb"[(\[{]")
_ANOTHER = re.compile(rb"[=:>]\s*[^\s=:,]+[\s,]+[\"']?[A-Za-z_$][\w$.-]*[\"']?\s*(?:=>|:=|[=:])")
#: after a name that is a string: ``get("STRIPE_KEY", …)``, to which the next argument belongs
_NAMED = re.compile(rb"[\"'`]\s*(?:[\])]\s*)?,")
#: several names that are assigned at once: which value belongs to which is unknown
_SEVERAL = re.compile(
    rb"\s*(?:(?:const|let|var|my|local)\s+)?(?:[\[(]\s*)?[A-Za-z_$][\w$.]*(?:\s*,\s*[A-Za-z_$][\w$.]*)+\s*(?:[\])]\s*)?:?=(?![=>])"
)
#: words before a name that may not be meant
_OTHERWISE = re.compile(rb"(?i)(?<![\w|])(?:or|not|no|nor|instead of|was|ex)[ \t]+$")
_HOST_BEFORE = re.compile(rb"[A-Za-z0-9-]")
_HOST_AFTER = re.compile(rb"[A-Za-z0-9-]|\.[A-Za-z0-9]")
#: the local part of an e-mail address; a user name in a URL follows ``//`` or ``:``
_MAILBOX = re.compile(rb"(?<![\w.+/:-])[\w.+-]{1,64}@$")
#: the parent names in a path: ``stripe/clerk/key``
_PATH = re.compile(rb"(?<![\w$./-])[\w$.-]+/(?:[\w$.-]+/)*$")
#: the syntax between a name and its value, shown in a reason
_JOIN = re.compile(rb"[\"'\]\s]*(:?=|=>|:|\()")
#: a name is shown if it is no longer than this and contains nothing that could be part of a key
_LONGEST = 60
_RANDOM = re.compile(rb"[A-Za-z]*[0-9][A-Za-z0-9]{14,}|[A-Za-z0-9]{32,}")


class Evidence(NamedTuple):
    """One reason to attribute a key to a vendor."""

    vendor: str
    why: str
    #: the key is the value of the name, not just on the same line
    direct: bool = True
    #: for a name: something is assigned or passed to it; it is not only mentioned
    joined: bool = True
    #: the offset in the text, if not at the key
    at: int = -1


def by_name(vendors: Vendors, before: bytes) -> Evidence | None:
    """Return the vendor whose name is nearest before the key in an identifier; a longer name beats its part."""
    text = without_conditions(_ADDRESS.sub(b" ", _NAMESPACE.sub(b".", before)))
    several, plain = bool(_SEVERAL.match(text)), _NOISE.sub(b"", text).lower()
    best: tuple[int, int, Evidence, int] | None = None
    for vendor in vendors.values():
        for name in vendor.names:
            if name.encode() not in plain:
                continue
            start, end, whole = _last_with(text, name)
            if end >= 0 and (best is None or (end, len(name)) > best[:2]):
                direct = whole and not several and _is_direct(text[end:]) and _is_proof(text, start, end, name)
                if not direct and _GIVES_KEY.match(text, end):
                    continue
                joined = bool(_JOIN.match(text, end))
                said = Evidence(vendor.id, _shown(name, text, start, end), direct, joined)
                best = (end, len(name), said, start)
    if best is None:
        return None
    found = best[2]
    # ``stripe_key = Clerk(…)``, or the variable of another vendor that is tried first
    others = assigned_name(text, best[3]) + b" " + tried_before(text, best[3])
    if found.direct and _names_others(vendors, found.vendor, others):
        return found._replace(direct=False)
    return found


def _names_others(vendors: Vendors, but: str, identifier: bytes) -> bool:
    """Whether an identifier names a vendor other than ``but``."""
    others = (name for vendor in vendors.values() if vendor.id != but for name in vendor.names)
    plain = _NOISE.sub(b"", identifier).lower()
    return bool(identifier) and any(name.encode() in plain and as_word(name).search(identifier) for name in others)


def _is_proof(text: bytes, start: int, end: int, name: str) -> bool:
    """Whether the identifier between the offsets names only that vendor, and what follows is assigned to it."""
    if _OTHERWISE.search(text, 0, start) or not is_given(text, start, end) or is_other_argument(text, start, end):
        return False
    identifier = text[start:end].rstrip(b".-")
    if text[end : end + 1] == b"(" and (is_verb(identifier, name) or is_held_by_another(text, start, (name,))):
        return False
    if (path := _PATH.search(text, 0, start)) and _is_foreign(words_of(path[0]), name):
        return False
    found = as_word(name).search(text, start, end)
    return bool(found and names_only(identifier, found, start, name))


def _is_foreign(words: list[bytes], name: str) -> bool:
    """Whether words that a name is nested below are about another company, or negate what is below them."""
    return is_about_another(words, (name,)) or is_doubtful(words)


def by_host(vendors: Vendors, statement: bytes) -> Evidence | None:
    """Return the one vendor whose host a statement names; None if there are several or none."""
    found = hosts_in(vendors, statement, "in the same statement")
    return found[0] if len(found) == 1 else None


def hosts_in(vendors: Vendors, text: bytes, where: str) -> list[Evidence]:
    """Return the vendors whose hosts occur in a text."""
    text = text.lower()
    return [*_calling(vendors, text, where)]


@lru_cache(maxsize=512)
def shortest_identifiers(hosts: tuple[str, ...], imports: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return the shortest of a vendor's hosts and packages, in lower case; every other one contains one of these."""
    found: list[str] = []
    for one in sorted({*map(str.lower, (*hosts, *imports))}, key=len):
        if not any(mark in one for mark in found):
            found.append(one)
    return tuple(mark.encode() for mark in found)


def _calling(vendors: Vendors, text: bytes, where: str) -> Iterator[Evidence]:
    for vendor in vendors.values():
        host = next((host for host in vendor.hosts if _has_host(text, host.encode())), "")
        if host:
            yield Evidence(vendor.id, f"host {host} {where}")


def by_words(vendors: Vendors, text: bytes, where: str = "beside it") -> list[Evidence]:
    """Return the vendors that a text mentions, except in a name that has a key of its own, or that own a URL in it."""
    text = _without_spent(text)
    owners = [(found[1] or found[2]).lower() for found in _OWNER.finditer(text)]
    return [*_named(vendors, _OWNER.sub(b" ", text) if owners else text, owners, where)]


def _without_spent(text: bytes) -> bytes:
    """Return the text without names that have a key of their own, and without these keys.

    Search for the syntax after a name first, then backwards: starting at names would take time that grows with
    the square of the longest one.
    """
    parts, at, low = [], 0, 0
    while found := _GIVES_KEY.search(text, low):
        before = text[low : found.start()]
        name = before[len(before.rstrip(_NAME_BYTES)) :].lstrip(_FIRST_BYTES)
        if name:
            parts.append(text[at : found.start() - len(name)])
            at = low = found.end()
        else:
            low = found.start() + 1
    return b" ".join([*parts, text[at:]])


def in_path(vendors: Vendors, path: bytes) -> list[Evidence]:
    """Return the vendors that a path names."""
    return [*_named(vendors, path, [], "in the path")]


def _named(vendors: Vendors, text: bytes, owners: list[bytes], where: str) -> Iterator[Evidence]:
    plain = _NOISE.sub(b"", text).lower()
    for vendor in vendors.values():
        names = [name for name in vendor.names if name.encode() in plain and _as_part(name).search(text)]
        if names:
            yield Evidence(vendor.id, f"{names[-1]!r} {where}")
        elif owners and (host := _owned(vendor, owners)):
            yield Evidence(vendor.id, f"an address at {host} {where}")


def _owned(vendor: Vendor, owners: list[bytes]) -> str:
    """Return the vendor's domain to which one of the hosts belongs; empty if none does."""
    for domain in (".".join(host.split(".")[-2:]) for host in vendor.hosts):
        if any(one == domain.encode() or one.endswith(b"." + domain.encode()) for one in owners):
            return domain
    return ""


def _shown(name: str, text: bytes, start: int, end: int) -> str:
    """Return the name as it is before the key: ``STRIPE_KEY = …``."""
    identifier, join = text[start:end].rstrip(b".-"), _JOIN.match(text, end)
    if not is_showable(identifier):
        return f"a name with {name!r} before it"
    how = {b"(": "(…)", b":": ": …"}.get(join[1], " = …") if join else " …"
    return identifier.decode() + how


def is_showable(identifier: bytes) -> bool:
    """Whether a name is short and not part of a key."""
    return 0 < len(identifier) <= _LONGEST and identifier.isascii() and not _RANDOM.search(identifier)


def _last_with(text: bytes, name: str) -> tuple[int, int, bool]:
    """Return the span of the last identifier with a vendor's name, and whether the name is a word in it.

    The end is -1 if there is none.
    """
    for found in reversed(list(_IDENTIFIER.finditer(text))):
        if name.encode() in _NOISE.sub(b"", found.group()).lower() and _as_part(name).search(found.group()):
            return *found.span(), bool(as_word(name).search(found.group()))
    return 0, -1, False


@lru_cache(maxsize=512)
def as_word(name: str) -> re.Pattern[bytes]:
    """Return a pattern for a vendor's name as whole words of an identifier: ``STRIPE_KEY``, not ``stripes``."""
    letters = b"[_.-]?".join(re.escape(char.encode()) for char in name)
    before = rb"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"
    after = rb"(?:(?![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?=" + _SUFFIX + rb"))"
    return re.compile(before + rb"(?i:" + letters + rb")" + after)


@lru_cache(maxsize=512)
def _as_part(name: str) -> re.Pattern[bytes]:
    """Return a pattern for a name in prose, where it may be two words, or the end of a longer word."""
    parted = b"[ _.-]?".join(re.escape(char.encode()) for char in name)
    before = rb"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"
    after = rb"(?:(?![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?=" + _SUFFIX + _ABOUT + rb"))"
    whole = re.escape(name.encode())
    return re.compile(rb"(?:" + before + rb"(?i:" + parted + rb")|(?i:" + whole + rb"))" + after)


def _is_direct(between: bytes) -> bool:
    """Whether only syntax and neutral words are between a name and the key, so that the key is its value."""
    between = ACCESS.sub(b" ", between)
    plain, count = between, 1
    while count:
        plain, count = _CLOSED.subn(b"0", plain)
    if not _OPEN.search(plain) and (_ANOTHER.search(plain) or (b"," in plain and not _NAMED.match(plain))):
        return False
    return all(word in _PLAIN for word in _WORD.findall(_LONG.sub(b"", between).lower()))


def _has_host(text: bytes, host: bytes) -> bool:
    at = text.find(host)
    while at >= 0:
        end = at + len(host)
        longer = (at and _HOST_BEFORE.match(text, at - 1)) or _HOST_AFTER.match(text, end)
        if not longer and not _MAILBOX.search(text, max(0, at - 66), at):
            return True
        at = text.find(host, at + 1)
    return False
