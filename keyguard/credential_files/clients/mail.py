"""Passwords that programs for mail and chat keep: msmtp, mutt, fetchmail, OfflineIMAP, isync, Postfix, irssi, WeeChat.

In all of them a setting is one line with a name and a value; what differs is the sign between them. A command that
prints the password (``passwordeval``, ``PassCmd``) has another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax.encoded import passwords_in_urls
from keyguard.credential_files.syntax.entry import text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "mail-password"
_PASSWORD = Field(_RULE, "a password in the settings of a program for mail or chat")
_IN_URL = Field(_RULE, "the password of a URL in the settings of a program for mail")
_NICK = Field(_RULE, "the password with which a program for chat signs in to NickServ")
_RELAY = Field(_RULE, "the password for a mail relay")
_SETTING = expression(
    rb"^[ \t]*(?:#[ \t]*)?(?:set[ \t]+)?(?:[\w.-]{1,60}\.)?"
    rb"(?:(?:sasl_|server_|imap_|smtp_|pop_|nntp_)?pass(?:word)?|remotepass|localpass|authpass|smtp-auth-password)"
    rb"(?:[ \t]*=[ \t]*|[ \t]+)"
    rb"(?:\"(?P<double>[^\"\r\n`]{1,300})\"|'(?P<single>[^'\r\n]{1,300})'|(?P<bare>[^\s\"'`]{1,300}))"
    rb"[ \t]*;?[ \t]*\r?$",
    re.MULTILINE | re.IGNORECASE,
)
#: fetchmail's: ``user "me" there with password "…" is me here``
_INLINE = expression(rb"\b(?:password|pass)[ \t]+(?:\"(?P<double>[^\"\r\n`]{1,300})\"|'(?P<single>[^'\r\n]{1,300})')")
_IDENTIFY = expression(
    rb"nickserv[ \t]+:?identify[ \t]+(?:[^\s\"';]{1,40}[ \t]+)?(?P<bare>[^\s\"';^]{3,100})", re.IGNORECASE
)
_SASL = expression(
    rb"^[ \t]*(?:#[ \t]*)?(?:\[[\w.-]{1,200}\](?::\w{1,10})?|[\w.@-]{1,200}(?::\d{1,5})?)[ \t]+"
    rb"(?P<user>[^\s:]{1,200}):(?P<password>\S{1,200})[ \t]*\r?$",
    re.MULTILINE,
)

#: such a line in the text of anything
_RELAY_PORT = expression(
    rb"\[[\w.-]{1,200}\]:(?:25|465|587|2525|submission|smtps?)[ \t]+(?P<user>[^\s:]{1,200}):"
    rb"(?P<password>[^\s\"'`\\]{1,200})"
)
_RELAYS = (b"sasl_passw", b"relay_passwd", b"passwd.client")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    name = path.lower().rpartition(b"/")[2]
    if name.startswith(_RELAYS) or not named:
        yield from _relays(data, _SASL if named else _RELAY_PORT)
    if name.startswith(_RELAYS):
        return
    for sought, field in ((_SETTING, _PASSWORD), (_INLINE, _PASSWORD), (_IDENTIFY, _NICK)):
        for found in sought.finditer(data):
            group = found.lastgroup or 0
            comment = in_comment(data, found.start(group))
            secret = judged(field, text_of(found[group]), found.span(group), comment=comment)
            if secret:
                yield secret
    for one in passwords_in_urls(data, 0, len(data)) if named else ():
        comment = in_comment(data, one.start)
        secret = judged(_IN_URL, one.value, (one.start, one.end), user=one.user, comment=comment)
        if secret:
            yield secret


def _relays(data: bytes, line: re.Pattern[bytes]) -> Iterator[JudgedSecret]:
    """Yield the passwords of Postfix' table of relays, of lines of a form."""
    for found in line.finditer(data):
        user, comment = text_of(found["user"]), in_comment(data, found.start("password"))
        secret = judged(_RELAY, text_of(found["password"]), found.span("password"), user=user, comment=comment)
        if secret:
            yield secret
