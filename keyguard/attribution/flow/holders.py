"""Determine what holds a key: a variable, or a member of an object or class that one is assigned to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from keyguard.attribution.evidence.vendor_names import is_showable
from keyguard.attribution.structure.frames import Frame, Window
from keyguard.support.regex import expression

#: an assignment at the end of a head: ``const config =``, ``private readonly options: Options =``, ``self.x = dict``
_GIVEN = expression(
    rb"(?:^|[\s(])(?:(this|self|cls|\$this)(?:\.#?|->))?[$@]{0,2}([A-Za-z_]\w{1,60})"
    rb"(?:[ \t]{0,9}:(?:[ \t]|[ \t]{0,9}[\w<>\[\],.'|&][\w<>\[\], .'|&]{0,59}?))?"
    rb"[ \t]{0,9}(?::=|=)[ \t]{0,9}(?:(?:new[ \t]{1,9})?[\w.:&@]{1,40}[ \t]{0,9})?$"
)
_LABEL = expression(rb"(?:^|[\s\"'`:])([A-Za-z_][\w-]{0,60})[\"'`]?[ \t]*(?:=>|:|=)[ \t]*$")
_CLASS = expression(rb"(?:class|struct|object|enum|module)[ \t]+([A-Za-z_]\w{0,60})")
#: the assignment of a member: ``this.key = ``, ``config.key = ``
_MEMBER = expression(
    rb"(?<![\w$.])[$@]{0,2}(this|self|cls|[A-Za-z_]\w{1,60})(?:\.#?|->|\[[ ]?[\"'`:])"
    rb"([A-Za-z_]\w{0,60})(?:[\"'`]?[ ]?\])?"
    rb"[ \t]*(?::[ \t]*\w{1,30}[ \t]*)?=[ \t]*[bfru@]{0,2}[\"'`]?(?:Bearer )?$"
)
#: a variable of the environment, in a file of settings
_SETTING = expression(rb"(?<!\w)[A-Z]\w{0,80}[\"']?[ \t]{0,9}[:=][ \t]{0,9}[\"']?$")
_SELVES = frozenset([b"this", b"self", b"cls"])


class Holder(NamedTuple):
    """What holds a key."""

    name: str
    """The variable, or the member of the object that code is in."""
    start: int
    """Offset of the assignment in the window."""
    path: tuple[bytes, ...] = ()
    """The members that lead from the variable to the key."""
    owner: bytes = b""
    """The class whose member it is."""
    is_member: bool = False
    begin: int = -1
    """Where the scope of the name begins; -1 if at the assignment."""


def holder_of(window: Window, frames: Sequence[Frame], name: bytes) -> Holder | None:
    """Return what holds the key, other than a variable that it is assigned to directly; None if that is not known.

    ``name`` is the field or argument that the key is assigned to.
    """
    line = window.line
    if found := _MEMBER.search(line[-240:]):
        at = window.at - len(line[-240:]) + found.start()
        if found[1] in _SELVES:
            return _shown(Holder(found[2].decode(), at, is_member=True))
        return _shown(Holder(found[1].decode(), at, (found[2],)))
    if name.isupper() and len(name) > 2 and _SETTING.search(line[-120:]):
        return _shown(Holder(name.decode("utf-8", "replace"), window.text.rfind(name, 0, window.at)))
    path = [name] if name else []
    for number, frame in enumerate(frames):
        if frame.kind == b"-":
            return None
        if frame.kind == b"<" or frame.lead:
            return None
        if frame.head == b"return" and len(path) == 1 and any(one.head.startswith(b"data") for one in frames):
            at = window.text.rfind(path[0], 0, window.at)
            return _shown(Holder(path[0].decode("utf-8", "replace"), at, is_member=True))
        given = _GIVEN.search(frame.head)
        if given and frame.kind in (b"{", b"[", b"("):
            at = window.text.rfind(given[2], 0, frame.opener)
            outer = frames[number + 1 : number + 2]
            member = bool(given[1]) or bool(outer and _CLASS.search(outer[0].head))
            return _shown(Holder(given[2].decode(), at, tuple(path), is_member=member))
        if owner := _CLASS.search(frame.head):
            if len(path) == 1 and frame is frames[0]:
                at = window.text.rfind(path[0], 0, window.at)
                return _shown(Holder(path[0].decode("utf-8", "replace"), at, (), owner[1], is_member=True))
            return None
        if not frame.head and frame.kind == b"{":
            continue
        label = _LABEL.search(frame.head)
        if label is None or frame.kind not in (b"{", b"["):
            return None
        path.insert(0, label[1])
    return None


def class_of(frames: Sequence[Frame]) -> bytes:
    """Return the name of the class whose body a key stands in directly; empty if it is in none."""
    found = _CLASS.search(frames[0].head) if frames else None
    return found[1] if found else b""


def _shown(holder: Holder) -> Holder | None:
    return holder if is_showable(holder.name.encode()) and len(holder.path) <= 5 else None


def member_end(text: bytes, at: int, path: Sequence[bytes]) -> tuple[int, int]:
    """Return where the chain of members after a name ends, and how many of ``path`` it follows; -1 if it leaves it."""
    followed = 0
    for member in path:
        if not member or member.isdigit():
            break
        pattern = (
            rb"\s{0,4}(?:\?\.|\.|->|::)\s{0,4}#?" + re.escape(member) + rb"(?![\w-])"
            rb"|\??\.?\[\s?[\"'`:]" + re.escape(member) + rb"[\"'`]?\s?\]"
            rb"|\.(?:get|fetch|dig)\(\s?[\"':]" + re.escape(member) + rb"[\"']?\s?\)"
        )
        found = re.compile(pattern).match(text, at)
        if found is None:
            break
        at = found.end()
        followed += 1
    if followed < len(path) and re.compile(rb"\??\.\w|->\w|\[[ ]?[\"':]").match(text, at):
        return at, -1
    return at, followed
