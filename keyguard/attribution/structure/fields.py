"""Read the fields beside a key: ``provider: stripe``, ``baseUrl: https://api.stripe.com``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from keyguard.attribution.evidence import urls
from keyguard.attribution.evidence.identifiers import is_about_another, is_doubtful, is_neutral, names_only, words_of
from keyguard.attribution.evidence.urls import belongs_to
from keyguard.attribution.evidence.vendor_names import Vendors, as_word, is_showable
from keyguard.attribution.structure.field_reader import Field, unquoted
from keyguard.attribution.structure.frames import Frame, Window
from keyguard.model.finding import Vendor
from keyguard.support.regex import expression

_OF_FILE = expression(
    rb"[ \t]*(?:(?:export|set|const|let|var|ENV|ARG|static|final|private|public)[ \t]+){0,4}[$]?"
    rb"([A-Za-z_][\w.-]{2,80})[ \t]*(?:=|:)[ \t]*([^\n]{1,200}?)[ \t;]*$"
)
#: the key's own field or argument, up to it
_OWN = expression(
    rb"(?:^|(?<=[\s(\[{,;<|\"'`@$#]))[\"'`:@$]{0,2}([A-Za-z_#][\w$.-]{0,80})[\"'`]?\]?[?!]?"
    rb"(?:[ \t]*:[ \t]*[&A-Za-z][\w<>&'\[\]. ]{0,40}?)?[ \t]*(?:=>|:=|=|:|,)\s*"
    rb"(?:(?:new[ \t]+)?[\w$.:]{1,40}\([ \t]?){0,2}[bfru@$]{0,2}[\"'`]?(?:(?i:bearer|basic|token)[ ]+)?$"
)
_BARE = expression(rb"[\s\-*(\[{,]*[bfru@$]{0,2}[\"'`]?(?:(?i:bearer|basic)[ ]+)?$")
#: fields whose value is the vendor, and fields that may only name it
_OWNERS = frozenset(
    b"provider vendor service gateway processor platform driver integration psp esp issuer connector adapter transport "
    b"backend company".split()
)
_LABELS = frozenset(
    b"name type kind id slug code title label resolve package module plugin engine key source dest path "
    b"parametername secretname".split()
)
#: two words for whose name it is: ``sourceName``, ``vendor_id``
_SOURCES, _NAMING = frozenset([b"source"]), frozenset(b"name type kind id slug".split())
#: fields that give the host to which the key is sent
_TARGETS = frozenset(
    b"url uri baseurl baseuri base baseaddress apibase apiurl apibaseurl apihost endpoint endpointurl serverurl host "
    b"hostname root apiroot server gatewayurl domain apiendpoint api rooturl target prefixurl raw".split()
)
#: words for an address; and words for one that the key is not sent to
_ADDRESSES = frozenset(b"url uri host hostname endpoint address server upstream proxy base domain".split())
_NOT_TARGETS = frozenset(
    b"webhook webhooks hook callback callbacks redirect return success cancel failure error docs documentation doc "
    b"help site website home homepage frontend app public image logo icon store shop support terms privacy dashboard "
    b"sender mail from notify notification reply origin".split()
)
_OLD = frozenset(b"previous old legacy secondary backup current".split())
#: trailing words of a name that say only that it is a credential
_CREDENTIAL = frozenset(
    b"key keys secret secrets token tokens api apikey password pass auth sk pk private public access live test "
    b"credential credentials secretkey bearer authorization value string".split()
)
#: words of names whose value is something else of the vendor's
_OTHER_VALUES = frozenset(b"id ids customer customers user users url name title mode".split())
#: words of names that say nothing of their value
_PLAIN = frozenset(
    b"value default data content literal text prod production sandbox staging stage dev development env environment "
    b"admin root main primary secondary current new old header username user basic signing publishable restricted "
    b"server client backend webhook apikey sdk raw info config options settings".split()
)
_ABSOLUTE = expression(
    rb"(?i)[a-z][a-z0-9+.-]{1,10}://|(?:localhost|(?:[a-z0-9-]{1,63}\.){1,9}[a-z]{2,24}|[0-9.]{7,15})(?::\d|/|$)"
)


class Named(NamedTuple):
    """The vendor that a field names; none if fields contradict each other."""

    vendor: str
    why: str


def own_name(window: Window, frame: Frame | None) -> tuple[bytes, bytes]:
    """Return the name that the key is assigned to, and what else its statement holds that could give it a meaning."""
    line = window.line
    if frame and frame.kind == b"<" and not window.text[frame.start : window.at].strip():
        return frame.head, b""
    if frame and frame.kind in (b"(", b"[", b"{"):
        line = window.text[max(frame.start, window.at - len(line)) : window.at]
    if found := _OWN.search(line[-240:]):
        return found[1], b""
    if _BARE.fullmatch(line[-240:]):
        above = window.text[: window.at - len(window.line)].rstrip()
        last = above[-200:].rpartition(b"\n")[2]
        if last.endswith((b"=", b":", b"=>")) and (found := _OWN.search(last)):
            return found[1], b""
        return b"", b""
    return b"", line


def is_credential(name: bytes) -> bool:
    """Whether a name says that its value is a credential, or nothing of it: ``key``, ``live``, ``value``, none."""
    words = words_of(name)
    return not words or any(len(word) == 1 or word in _CREDENTIAL or word in _PLAIN for word in words)


def vendor_of_fields(vendors: Vendors, fields: list[Field], own: bytes, *, targets: bool = True) -> Named | None:
    """Return the vendor that the fields beside a key name; one without an id if they contradict each other.

    ``targets`` includes fields with a host.
    """
    owner = _by_owner(vendors, fields)
    target = _by_target(vendors, fields, own) if targets else None
    if owner and target and owner.vendor != target.vendor:
        return Named("", "")
    return owner or target


def flat_fields(window: Window, own: bytes) -> list[Field]:
    """Return the fields of a file without blocks whose names have the prefix of the key's own, without that prefix."""
    prefix = _prefix(own)
    if not prefix:
        return []
    lines = [_OF_FILE.match(one) for one in re.split(rb"\n", window.text)]
    found = [one for one in lines if one and one[1].lower().startswith(prefix)]
    return [Field(one[1], unquoted(one[2]), unquoted(one[2]) != one[2]) for one in found]


def foreign_target(vendor: Vendor, fields: Sequence[Field]) -> bool:
    """Whether a field gives a host that is none of the vendor's."""
    return any(_may_be_target(one.name) and _is_foreign(one.value, vendor) for one in fields)


def _may_be_target(name: bytes) -> bool:
    words = words_of(name)
    return _is_target(name) or (
        any(word in _ADDRESSES for word in words[-1:]) and not any(word in _NOT_TARGETS for word in words)
    )


def _by_owner(vendors: Vendors, fields: list[Field]) -> Named | None:
    strong, weak = list[Named](), list[Named]()
    for one in fields:
        words = [one.name.lower()] if one.name.lower() in _LABELS else words_of(one.name)
        if not words or words[-1] not in _OWNERS | _LABELS:
            continue
        found = vendor_in(vendors, one.value)
        if words[-1] in _OWNERS or (len(words) == 2 and words[0] in _OWNERS | _SOURCES and words[1] in _NAMING):
            if is_doubtful(words[:-1]) or any(word in _OLD for word in words):
                if found:
                    return Named("", "")
                continue
            strong.append(Named(found, f"{_shown(one.name)}: {found} beside it"))
        elif found and len(words) == 1:
            weak.append(Named(found, f"{_shown(one.name)}: {found} beside it"))
        elif len(words) == 1 and _is_doubted(vendors, one.value):
            return Named("", "")
    if len({one.vendor for one in strong}) > 1 or (strong and weak and strong[0].vendor != weak[0].vendor):
        return Named("", "") if any(one.vendor for one in strong + weak) else None
    if strong:
        return strong[0] if strong[0].vendor else None
    if len({one.vendor for one in weak}) > 1:
        return Named("", "")
    return weak[0] if weak else None


def vendor_in(vendors: Vendors, value: bytes) -> str:
    """Return the vendor that a value names and nothing else; empty if there is none."""
    value = re.sub(rb"^(?:[A-Z]\w*(?:\.|::)|:)", b"", value.strip(b"\"'` "))
    if value.startswith(b"@"):
        return ""  # the name of a package
    if not 2 < len(value) <= 60 or b"://" in value:
        return ""
    segments = [one for one in re.split(rb"[/\s]", value) if one]
    found = ""
    for one in segments:
        for vendor in vendors.values():
            for name in vendor.names:
                match = as_word(name).search(one)
                if match and not names_only(one, match, 0, name):
                    return ""
                if match:
                    if found not in ("", vendor.id):
                        return ""
                    found = vendor.id
    if found and b" " in value and not is_neutral(_without_vendor(value, vendors[found])):
        return ""
    if found and _OTHER_VALUES.intersection(words_of(value)):
        return ""
    if found and (is_doubtful(words_of(value)) or is_about_another(words_of(value), vendors[found].names)):
        return ""
    return found


def _without_vendor(value: bytes, vendor: Vendor) -> list[bytes]:
    for name in vendor.names:
        value = as_word(name).sub(b" ", value)
    return words_of(value)


def _is_doubted(vendors: Vendors, value: bytes) -> bool:
    return any(as_word(name).search(value) for vendor in vendors.values() for name in vendor.names)


def _by_target(vendors: Vendors, fields: list[Field], own: bytes) -> Named | None:
    prefix = _prefix(own)
    found, shown = set[str](), ""
    for one in fields:
        rest = one.name
        if prefix:
            if rest.lower().startswith(prefix):
                rest = rest[len(prefix) :]
            elif not is_neutral(words_of(prefix)):
                continue
        if not _is_target(rest) or not _ABSOLUTE.match(unquoted(one.value)):
            continue
        owner = next((vendor.id for vendor in vendors.values() if not _is_foreign(one.value, vendor)), "")
        found.add(owner)
        shown = f"{_shown(one.name)} beside it is a host of {owner}"
    if len(found) == 1 and "" not in found:
        return Named(found.pop(), shown)
    return None


def _prefix(own: bytes) -> bytes:
    """Return what comes before the credential words of a name: ``gateway_`` of ``GATEWAY_API_KEY``."""
    parts = re.findall(rb"[A-Za-z0-9$@]+|[_.-]+", own)
    while parts and (parts[-1][:1] in b"_.-" or all(word in _CREDENTIAL for word in words_of(parts[-1]))):
        parts.pop()
    return b"".join(parts).lower()


def _is_target(name: bytes) -> bool:
    return re.sub(rb"[^a-z]", b"", name.lower()) in _TARGETS


def _is_foreign(value: bytes, vendor: Vendor) -> bool:
    plain = unquoted(value)
    if not _ABSOLUTE.match(plain):
        return False
    authority = re.split(rb"[/?#\\]", plain.partition(b"://")[2] or plain, maxsplit=1)[0]
    return not belongs_to(urls.host_of(authority), vendor.hosts)


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "replace") if is_showable(name) else "a field"
