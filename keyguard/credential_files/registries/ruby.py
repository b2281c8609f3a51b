"""Bundler's settings and RubyGems' ``credentials``: passwords and keys by gem server.

The formats are documented at https://bundler.io/man/bundle-config.1.html and
https://guides.rubygems.org/command-reference/#gem-signin
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax.entry import text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "package-registry-credential"
_BUNDLER = Field(_RULE, "the credentials for a gem server in Bundler's settings")
_KEY = Field(_RULE, "an API key for a gem server", guessable=False)
#: ``BUNDLE_GEMS__ACME__DEV: "user:password"``: two underscores are the dot of a host's name
_SETTING = expression(
    rb"\bBUNDLE_[A-Z0-9_]{1,60}__[A-Z0-9_]{2,60}[\"']?(?:[ \t]{0,4}[:=][ \t]{0,4}|[ \t]{1,4})[\"']?"
    rb"(?P<user>[^\s:\"'$/]{1,100}):(?P<password>[^\s\"'@/\\]{3,200})(?=[\"'\s\\]|\Z)"
)
_CREDENTIAL = expression(
    rb"^[ \t]*(?:#[ \t]*)?:(?P<name>[a-z_]{3,60}):[ \t]+[\"']?(?:Bearer[ \t]+|Basic[ \t]+)?"
    rb"(?P<key>[^\s\"']{8,300})[\"']?[ \t]*\r?$",
    re.MULTILINE,
)
#: what stands behind a token in place of a password
_NO_PASSWORD = "x-oauth-basic"  # noqa: S105  (it is none)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords and keys. See :data:`keyguard.credential_files.format.Finder`."""
    for found in _SETTING.finditer(data):
        user, password = text_of(found["user"]), text_of(found["password"])
        group = "user" if password == _NO_PASSWORD else "password"
        account = "" if group == "user" else user
        comment = in_comment(data, found.start())
        secret = judged(_BUNDLER, text_of(found[group]), found.span(group), user=account, comment=comment)
        if secret:
            yield secret
    if not named and b":rubygems_api_key:" not in data:
        return
    for found in _CREDENTIAL.finditer(data):
        secret = judged(_KEY, text_of(found["key"]), found.span("key"), comment=in_comment(data, found.start("key")))
        if secret and found["name"] not in (b"sources", b"backtrace", b"bulk_threshold", b"verbose", b"update_sources"):
            yield secret
