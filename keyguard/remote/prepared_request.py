"""A request with a secret in it, ready to be sent; displayed, it has a mask in place of the secret."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from keyguard.masking.secret import Secret
from keyguard.model.endpoint import Request

_FIELD = re.compile(r"\{(?:(secrets?|basic|admin|key_id)|basic:([a-z_]{1,20}))\}")
#: the encoding of headers, and of nearly every key
_ENCODING = "latin-1"


class PreparedRequest:
    """A request as it is sent. Only ``reveal`` returns that; text and representation are masked."""

    __slots__ = ("_admin", "_called", "_masked", "_request", "_secrets")

    def __init__(self, request: Request, secret: Secret, masked: str, others: Sequence[PreparedRequest] = ()) -> None:
        """``others`` are equal requests for other keys, sent together if the body has ``{secrets}``."""
        self._request = request
        self._secrets: tuple[Secret, ...] = (secret, *(one._secrets[0] for one in others))
        self._masked: tuple[str, ...] = (masked, *(one._masked[0] for one in others))
        self._admin: Secret | None = None
        self._called = ""

    def with_others(self, others: Sequence[PreparedRequest]) -> PreparedRequest:
        """Return one request for several keys."""
        return PreparedRequest(self._request, self._secrets[0], self._masked[0], others) if others else self

    def by(self, admin: Secret | None, key_id: str = "") -> PreparedRequest:
        """Return the request made with another credential, for the key with that id at its vendor."""
        found = PreparedRequest(self._request, self._secrets[0], self._masked[0])
        found._admin, found._called = admin, key_id
        return found

    @property
    def secret(self) -> Secret:
        """The key that the request is about."""
        return self._secrets[0]

    @property
    def known(self) -> int:
        """The number of leading characters that are the same in all keys of its kind."""
        return self._masked[0].find("*") if "*" in self._masked[0] else 0

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self._request.method

    @property
    def host(self) -> str:
        """The host that receives the request."""
        return self._request.host

    @property
    def port(self) -> int:
        """The port of that host."""
        return urlsplit(self._request.url).port or 443

    def is_in(self, text: str) -> bool:
        """Whether one of the request's secrets occurs in a text."""
        return any(_text(one) in text for one in (*self._secrets, self._admin) if one is not None)

    def reveal(self) -> tuple[str, dict[str, str], bytes]:
        """Return path with query, headers and body as sent. ValueError if a credential or an id is missing."""
        text = self._secrets[0].reveal().decode(_ENCODING)
        path, _, query = self._request.url.split("://", 1)[1].partition("/")[2].partition("?")
        target = "/" + self._filled(path, quote(text, safe=":")) + (f"?{query}" if query else "")
        headers = {name: self._filled(given, text) for name, given in self._request.headers.items()}
        body = self._filled(self._request.body, _escaped(text))
        return target, headers, body.encode(_ENCODING)

    def instead(self, request: Request) -> PreparedRequest:
        """Return another request with the same secrets, to the same host. ValueError for another host."""
        found = PreparedRequest(request, self._secrets[0], self._masked[0])
        if found.host != self.host or found.port != self.port:
            raise ValueError("a secret does not change hosts")
        found._admin, found._called = self._admin, self._called
        return found

    def lines(self) -> list[str]:
        """Return the request for display, with the secrets masked."""
        one, listed = self._request, ",".join(f'"{mask}"' for mask in self._masked)
        shown = {"secret": self._masked[0], "secrets": listed, "key_id": self._called or "{key_id}"}
        lines = [f"{one.method} {one.url}", *(f"{name}: {given}" for name, given in one.headers.items())]
        lines += ["", one.body] if one.body else []
        return [_FIELD.sub(lambda found: shown.get(found[1], "********"), line) for line in lines]

    def _filled(self, template: str, text: str) -> str:
        """Return a template with all fields substituted at once: a substituted value is no template."""

        def value(found: re.Match[str]) -> str:
            name, user = found[1], found[2]
            if name in ("secret", "secrets"):
                return text if name == "secret" else ",".join(f'"{_escaped(_text(one))}"' for one in self._secrets)
            if name == "admin" and self._admin is not None:
                return _text(self._admin)
            if name == "key_id" and self._called:
                return quote(self._called, safe="")
            if name in ("admin", "key_id"):
                raise ValueError("what the request needs besides the key is missing")
            basic = (user or "").encode() + b":" + self._secrets[0].reveal()
            return b64encode(basic if user else self._secrets[0].reveal() + b":").decode()

        return _FIELD.sub(value, template)

    def __repr__(self) -> str:
        return f"Prepared({self._request.method} {self._request.host})"


def _text(secret: Secret) -> str:
    return secret.reveal().decode(_ENCODING)


def _escaped(text: str) -> str:
    """Return the text escaped for a JSON string or a form: keys have no characters that need more."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
