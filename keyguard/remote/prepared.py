"""A request with a secret in it, ready to be sent; shown, it has a mask in the secret's place."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from keyguard.endpoints import Request
from keyguard.secrets import Secret

_BASIC = re.compile(r"\{basic:([a-z_]{1,20})\}")
#: an authorisation header is latin-1, and so is nearly every key
_ENCODING = "latin-1"


class Prepared:
    """What goes over the wire. Only ``reveal`` gives it out; text and representation are masked."""

    __slots__ = ("_masked", "_request", "_secrets")

    def __init__(self, request: Request, secret: Secret, masked: str, others: Sequence[Prepared] = ()) -> None:
        """``others`` are the same request about other keys, which go with this one if the body has ``{secrets}``."""
        self._request = request
        self._secrets: tuple[Secret, ...] = (secret, *(one._secrets[0] for one in others))
        self._masked: tuple[str, ...] = (masked, *(one._masked[0] for one in others))

    def with_others(self, others: Sequence[Prepared]) -> Prepared:
        """One request about several keys."""
        return Prepared(self._request, self._secrets[0], self._masked[0], others)

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
        value = self._secrets[0].reveal()
        text = value.decode(_ENCODING)
        path, _, query = self._request.url.split("://", 1)[1].partition("/")[2].partition("?")
        target = "/" + _filled(path, quote(text, safe=":"), value) + (f"?{query}" if query else "")
        headers = {name: _filled(given, text, value) for name, given in self._request.headers.items()}
        listed = ",".join(f'"{_escaped(one.reveal().decode(_ENCODING))}"' for one in self._secrets)
        body = _filled(self._request.body, _escaped(text), value).replace("{secrets}", listed)
        return target, headers, body.encode(_ENCODING)

    def instead(self, request: Request) -> Prepared:
        """Another request with the same secret, to the same host. ValueError for one to another host."""
        if request.host != self.host:
            raise ValueError("a secret does not change hosts")
        return Prepared(request, self._secrets[0], self._masked[0])

    def lines(self) -> list[str]:
        """The request as people read it, with the secret masked."""
        one, listed = self._request, ",".join(f'"{mask}"' for mask in self._masked)
        fill = {"{secret}": self._masked[0], "{basic}": "********", "{secrets}": listed}
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
