"""Credentials of sbt, Ivy and Leiningen: ``Credentials("realm", "host", "user", "password")``, ``.credentials``.

The formats are documented at https://www.scala-sbt.org/1.x/docs/Publishing.html and
https://codeberg.org/leiningen/leiningen/src/branch/main/doc/DEPLOY.md
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax import properties
from keyguard.credential_files.syntax.entry import text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_PASSWORD = Field("package-registry-credential", "the password for a repository of artifacts in a build's settings")
_IVY = (Place(("password",), _PASSWORD, ("user",)),)
_STRING = rb"\"[^\"\\\r\n]{0,200}\"\s{0,40},\s{0,40}"
_CALL = expression(
    rb"\bCredentials\(\s{0,40}"
    + _STRING
    + _STRING
    + rb"\"(?P<user>[^\"\\\r\n]{0,200})\"\s{0,40},\s{0,40}\"(?P<password>[^\"\\\r\n]{1,300})\"\s{0,40}\)"
)
_CLOJURE = expression(
    rb":username\s{1,20}\"(?P<user>[^\"\\\r\n]{1,200})\"[\s,]{1,40}:(?:password|passphrase)\s{1,20}"
    rb"\"(?P<password>[^\"\\\r\n]{1,300})\""
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    if path.lower().endswith(b"credentials"):
        yield from secrets(data, properties.entries(data), _IVY)
    for sought in (_CALL, _CLOJURE):
        for found in sought.finditer(data):
            user, comment = text_of(found["user"]), in_comment(data, found.start())
            secret = judged(_PASSWORD, text_of(found["password"]), found.span("password"), user=user, comment=comment)
            if secret:
                yield secret
