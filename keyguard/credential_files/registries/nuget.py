"""``NuGet.config``: passwords of package sources in clear text; encrypted ones are left out.

The format is documented at https://learn.microsoft.com/nuget/reference/nuget-config-file
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field, judged
from keyguard.credential_files.syntax import xml
from keyguard.credential_files.syntax.entry import by_group
from keyguard.model.judged_secret import JudgedSecret

_PASSWORD = Field("package-registry-credential", "the password of a package source, in clear text, in NuGet.config")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    users: dict[tuple[str, ...], str] = {}
    for attributes in by_group(one for one in xml.entries(data) if one.keys[-2:-1] == ("add",)).values():
        key, value = attributes.get("@key"), attributes.get("@value")
        if not key or not value:
            continue
        source, name = key.keys[:-2], key.value.lower()
        if name == "username":
            users[source] = value.value
        elif name == "cleartextpassword":
            found = judged(_PASSWORD, value.value, value.span, user=users.get(source, ""), comment=value.comment)
            if found:
                yield found
