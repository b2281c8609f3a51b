"""Determine the vendor that the opening of a block names: ``stripe:``, ``class StripeClient``, ``new Stripe(``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from keyguard.attribution.evidence.assignment import has_stand_in
from keyguard.attribution.evidence.identifiers import (
    is_about_another,
    is_doubtful,
    is_neutral,
    is_verb,
    names_only,
    words_of,
)
from keyguard.attribution.evidence.vendor_names import Vendors, as_word, is_showable
from keyguard.attribution.structure.frames import Frame
from keyguard.model.finding import Vendor
from keyguard.support.regex import expression

_IDENTIFIER = expression(rb"[A-Za-z0-9_$@.-]+")
#: a condition
_CONDITION = expression(
    rb"(?<![\w$.-])(?:if|elif|elsif|elseif|else|unless|when|case|while|until|switch|match|catch|except|rescue|assert\w*"
    rb"|expect|default:)(?![\w$-])|[=!]==?|\?(?![.?])"
)
_DEFINITION = expression(
    rb"(?<![\w$.-])(?:def|function|func|fn|fun|sub|defp)[ \t]+(?:\([^()]*\)[ \t]*)?([\w$]+)[!?]?"
    rb"(?:\([^()]*\))?$"
)
_DEFINED = expression(rb"(?<![\w$.-])(?:def|function|func|fn|fun|sub|defp)[ \t]+\w")
#: a line of code that opens a block
_CODE = expression(
    rb"(?<![\w$.-])(?:class|module|def|object|struct|enum|trait|interface|mod|defmodule|config|do)(?![\w-])|="
)
#: the type of a Terraform resource, which names the company that keeps it
_RESOURCE = expression(rb"^(?:resource|data)[ \t]+\"[\w-]+\"")
#: an argument before an object that names something: a string, a symbol, a member of an enumeration
_NAMING = expression(
    rb"(?:^|[(,])\s*(?:[bfru]{0,2}[\"'`]([\w$./@ -]{2,60})[\"'`]|:(\w{2,40})|[A-Z]\w{1,40}\.(\w{2,40}))\s*,$"
)
#: a call of a class
_CONSTRUCTOR = expression(rb"(?:\bnew[ \t]+[\w$.]{1,60}|(?:^|[\s.=(])[A-Z][a-z]\w{1,60})$")
#: resources that keep a secret
_KEEPING = expression(rb"(?i)(?:secret(?:_?version)?|parameter|securestring)$")
#: functions that make or configure what their first argument names
_MAKING = frozenset(
    b"create make get new build use register add set configure config init setup provider providers mailer mail email "
    b"payment payments gateway client driver factory connect describe context plugin plugins module resource variable "
    b"store service services integration connector transport adapter open load of for with channel key keys credential "
    b"credentials secret secrets settings options api override".split()
)
#: words of a head that say nothing of whose key it is
_SYNTAX = frozenset(
    b"const let var val static final public private protected readonly export exports default return new await "
    b"async class module object struct enum trait interface type def function func fn fun pub data sealed abstract "
    b"companion extends implements self this super constructor init initialize lambda do end begin cfg conf opts "
    b"with string str map dict array list record any resource variable provider locals local output services "
    b"service plugins plugin integrations integration providers gateways gateway payments payment connectors "
    b"connector channels channel apis accounts account main base model settings app application literals env "
    b"environment environments strings metadata spec values value props properties attributes headers header auth "
    b"credentials credential options parameters params live test production sandbox staging development prod dev "
    b"common shared global add root keys secrets tokens get set setup configure config update dumps tuple make create "
    b"build inner nested optional some just pure package namespace impl beforeeach beforeall before each describe "
    b"it context suite all".split()
)
#: words in the names of functions that are called back
_LISTENERS = frozenset(
    b"webhook webhooks hook hooks callback callbacks redirect listener cors allow mock nock log".split()
)
#: verbs and objects in the names of functions that send something to a vendor
_DOING = frozenset(
    b"request requests charge charges call calls fetch refund capture verify process checkout send post get with via "
    b"using api do run start pay customer customers subscription subscriptions invoice invoices by".split()
)


class Owner(NamedTuple):
    """The vendor that a head names; empty if it names several, or denies the one that it names."""

    vendor: str
    why: str


DOUBTED = Owner("", "")


def owner_of(vendors: Vendors, frame: Frame, outer: Sequence[Frame]) -> Owner | None:
    """Return the vendor that a frame's head names, ``DOUBTED`` if that is no proof, None if it names none.

    ``outer`` are the frames around it, innermost first.
    """
    if frame.lead and not frame.head and (naming := _NAMING.search(frame.lead)):
        called = outer[0].head if outer and outer[0].kind == b"(" else b""
        making = all(word in _MAKING or len(word) == 1 or is_neutral([word]) for word in words_of(called))
        if not making and not _KEEPING.search(called):
            return None
        return _named_alone(vendors, naming[1] or naming[2] or naming[3], b"")
    found = _named_alone(vendors, _RESOURCE.sub(b"resource", frame.head), frame.kind)
    if (
        found
        and found is not DOUBTED
        and frame.kind in (b":", b"#")
        and not _is_plain(frame.head, vendors[found.vendor])
    ):
        return DOUBTED
    return found


def _is_plain(head: bytes, vendor: Vendor) -> bool:
    """Whether a line is code, or prose of which no word can change the meaning."""
    if _CODE.search(head):
        return True
    words = [word for one in _IDENTIFIER.findall(head) if not _has_name(one, vendor.names) for word in words_of(one)]
    return all(len(word) == 1 or word in _SYNTAX or is_neutral([word]) for word in words)


def owner_of_text(vendors: Vendors, text: bytes, kind: bytes) -> Owner | None:
    """Return the vendor that a text names, as ``owner_of``; ``kind`` is that of a frame."""
    return _named_alone(vendors, text, kind)


def is_passed(frame: Frame) -> bool:
    """Whether a frame between the key and an outer one says nothing of its own."""
    if frame.kind == b"-":
        return True
    words = words_of(frame.head)
    if _CONDITION.search(frame.head) or is_doubtful(words):
        return False
    return all(len(word) == 1 or word in _SYNTAX or is_neutral([word]) for word in words)


def is_function(frame: Frame) -> bool:
    """Whether a frame is the body of a function or of a condition, in which statements follow each other."""
    if frame.kind == b"{":
        return frame.head.endswith((b")", b"=>", b"do")) or b") " in frame.head or bool(_CONDITION.search(frame.head))
    return frame.kind == b":" and bool(_DEFINED.search(frame.head) or _CONDITION.search(frame.head))


def is_argument_of_other(outer: Sequence[Frame]) -> bool:
    """Whether an object is an argument of a function that does not make or configure something."""
    if not outer or outer[0].kind != b"(":
        return False
    words = words_of(outer[0].head)
    if any(word in _LISTENERS for word in words):
        return True
    if _CONSTRUCTOR.search(outer[0].head):
        return False
    return not all(word in _MAKING or word in _SYNTAX or len(word) == 1 or is_neutral([word]) for word in words[-2:])


def _named_alone(vendors: Vendors, text: bytes, kind: bytes) -> Owner | None:
    """Return the one vendor that a text names."""
    found: set[str] = set()
    for vendor in vendors.values():
        for name in vendor.names:
            if as_word(name).search(text):
                if not _is_meant(text, name, kind):
                    return DOUBTED
                found.add(vendor.id)
    if not found:
        return None
    if len(found) > 1:
        return DOUBTED
    (id,) = found
    # the words of identifiers with the name have been examined; names of interfaces and bases say nothing
    others = [one for one in _IDENTIFIER.findall(text) if not _has_name(one, vendors[id].names)]
    words = [word for one in others for word in words_of(one) if not is_neutral([word])]
    if (
        _CONDITION.search(text)
        or has_stand_in(text)
        or is_doubtful(words)
        or is_about_another(words, vendors[id].names)
    ):
        return DOUBTED
    return Owner(id, f"it stands in {_shown(text, vendors[id].names)}")


def _has_name(identifier: bytes, names: Sequence[str]) -> bool:
    return any(as_word(name).search(identifier) for name in names)


def _is_meant(text: bytes, name: str, kind: bytes) -> bool:
    """Whether each identifier with the name means that vendor alone."""
    pattern = as_word(name)
    for one in _IDENTIFIER.findall(text):
        found = pattern.search(one)
        if found is None:
            continue
        if re.search(rb"/[\w.-]*" + re.escape(one) + rb"|" + re.escape(one) + rb"[\w.-]*/(?!>)", text) and kind != b"<":
            return False  # part of a path
        if names_only(one, found, 0, name):
            if kind == b"(" and is_verb(one, name):
                return False
        elif not _is_action(text, one, found):
            return False
    return True


def _is_action(text: bytes, identifier: bytes, found: re.Match[bytes]) -> bool:
    """Whether an identifier is a function that sends something to the vendor: ``charge_with_stripe``."""
    defined = _DEFINITION.search(text.rstrip(b" \t:({"))
    if defined is None or defined[1] != identifier:
        return False
    words = words_of(identifier[: found.start()]) + words_of(identifier[found.end() :])
    return not is_doubtful(words) and all(word in _DOING or is_neutral([word]) for word in words)


def _shown(text: bytes, names: Sequence[str]) -> str:
    """Return the text, or the identifier in it that has the name, as it may be shown."""
    line = b" ".join(text.split()).strip(b" :={([\"'`,")
    words = _IDENTIFIER.findall(line)
    if line and len(line) <= 40 and all(is_showable(word) for word in words):
        return line.decode("utf-8", "replace")
    found = (word.decode("utf-8", "replace") for word in words if is_showable(word) and _has_name(word, names))
    return next(found, "a block of that name")
