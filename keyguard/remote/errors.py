"""The error for a request without an answer."""

from __future__ import annotations


class RequestError(Exception):
    """A request failed. The reason is for people, and contains nothing that was sent or received."""

    def __init__(self, reason: str, *, sent: bool = False) -> None:
        """``sent`` says that the request may have reached the other side all the same."""
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
