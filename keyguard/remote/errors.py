"""Why a request got no answer."""

from __future__ import annotations


class RequestError(Exception):
    """A reason in words, made of nothing that was sent or received: it is shown to people."""

    def __init__(self, reason: str, *, sent: bool = False) -> None:
        """``sent``: the request may have reached the other side all the same."""
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
