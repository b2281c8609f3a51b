"""Requests that a secret signs instead of being sent: AWS Signature Version 4.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html documents it.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timezone
from urllib.parse import urlsplit

from keyguard.masking.secret import Secret
from keyguard.model.endpoint import Request
from keyguard.remote.prepared_request import PreparedRequest

_REGION = "us-east-1"


class AwsSigned(PreparedRequest):
    """A request that is signed when it is sent; ``key_id`` is no secret by itself, and part of a header."""

    __slots__ = ("_key_id",)

    def __init__(self, request: Request, secret: Secret, masked: str, key_id: Secret) -> None:
        super().__init__(request, secret, masked)
        self._key_id = key_id

    def reveal(self) -> tuple[str, dict[str, str], bytes]:
        """Return path, headers with a signature for this moment, and body."""
        moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        body = self._request.body.replace("{pair}", self._key_id.reveal().decode("ascii")).encode("ascii")
        headers = {**self._request.headers, "X-Amz-Date": moment}
        signature = sign(self._request, headers, body, moment, self._key_id, self._secrets[0])
        target = urlsplit(self._request.url).path or "/"
        return target, {**headers, "Authorization": signature}, body

    def instead(self, request: Request) -> PreparedRequest:
        """Return another request with the same pair, to the same host. ValueError for another host."""
        if request.host != self.host:
            raise ValueError("a secret does not change hosts")
        return AwsSigned(request, self._secrets[0], self._masked[0], self._key_id)

    def lines(self) -> list[str]:
        """Return the request for display, without the signing key."""
        return [*super().lines()[:1], "Authorization: AWS4-HMAC-SHA256 ********", "", self._request.body]


def sign(
    request: Request,
    headers: dict[str, str],
    body: bytes,
    moment: str,
    key_id: Secret,
    secret: Secret,
    service: str = "",
) -> str:
    """Return the header that proves possession of the secret at that moment; the query is not considered."""
    day, service = moment[:8], service or request.host.split(".")[0]
    named = {**{name.lower(): value for name, value in headers.items()}, "host": request.host}
    names = ";".join(sorted(named))
    canonical = "\n".join(
        (
            request.method,
            urlsplit(request.url).path or "/",
            "",
            *(f"{name}:{named[name]}" for name in sorted(named)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{day}/{_REGION}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = b"AWS4" + secret.reveal()
    for part in (day, _REGION, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"{key_id.reveal().decode('ascii')}/{scope}"
    return f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
