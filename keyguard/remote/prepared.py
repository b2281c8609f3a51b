"""A request with a secret in it, ready to be sent; shown, it has a mask in the secret's place."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import quote, urlsplit

from keyguard.endpoints import Request
from keyguard.secrets import Secret

_BASIC = re.compile(r"\{basic:([a-z_]{1,20})\}")
#: an authorisation header is latin-1, and so is nearly every key
_ENCODING = "latin-1"


class Prepared:
    """What goes over the wire. Only ``reveal`` gives it out; text and representation are masked."""

    __slots__ = ("_masked", "_request", "_secret")

    def __init__(self, request: Request, secret: Secret, masked: str) -> None:
        self._request = request
        self._secret = secret
        self._masked = masked

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self._request.method

    @property
    def host(self) -> str:
        """The host that it goes to."""
        return self._request.host

    @property
    def port(self) -> int:
        """The port of that host."""
        return urlsplit(self._request.url).port or 443

    def reveal(self) -> tuple[str, dict[str, str], bytes]:
        """Path with query, headers and body as they are sent."""
        value = self._secret.reveal()
        text = value.decode(_ENCODING)
        path, _, query = self._request.url.split("://", 1)[1].partition("/")[2].partition("?")
        target = "/" + _filled(path, quote(text, safe=":"), value) + (f"?{query}" if query else "")
        headers = {name: _filled(given, text, value) for name, given in self._request.headers.items()}
        return target, headers, _filled(self._request.body, _escaped(text), value).encode(_ENCODING)

    def instead(self, request: Request) -> Prepared:
        """Another request with the same secret, to the same host. ValueError for one to another host."""
        if request.host != self.host:
            raise ValueError("a secret does not change hosts")
        return Prepared(request, self._secret, self._masked)

    def lines(self) -> list[str]:
        """The request as people read it, with the secret masked."""
        one, mask = self._request, self._masked
        fill = {"{secret}": mask, "{basic}": "********"}
        lines = [f"{one.method} {one.url}", *(f"{name}: {given}" for name, given in one.headers.items())]
        lines += ["", one.body] if one.body else []
        for field, shown in fill.items():
            lines = [line.replace(field, shown) for line in lines]
        return [_BASIC.sub("********", line) for line in lines]

    def __repr__(self) -> str:
        return f"Prepared({self._request.method} {self._request.host})"


def _filled(template: str, text: str, value: bytes) -> str:
    filled = template.replace("{secret}", text).replace("{basic}", b64encode(value + b":").decode())
    return _BASIC.sub(lambda found: b64encode(found[1].encode() + b":" + value).decode(), filled)


def _escaped(text: str) -> str:
    """As it stands in a string of JSON, or in a form: keys have no characters that would need more."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
