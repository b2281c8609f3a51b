"""How a key is written that its text does not contain as it is, as a reason: in base64, in a Kubernetes Secret."""

from __future__ import annotations

import re

from keyguard.engine.page import Page
from keyguard.model.finding import Match

#: largest text, in bytes, that is read as a manifest: those that people write are smaller
_MANIFEST = 256 << 10
#: names that may be shown
_NAME = re.compile(r"data\.[A-Za-z0-9._-]{1,64}")


class WrittenForms:
    """Reasons for the keys of one text after the other; a manifest is parsed once."""

    def __init__(self) -> None:
        self._page: Page | None = None
        self._secrets: dict[tuple[int, int], str] = {}

    def reason(self, match: Match, page: Page) -> str:
        """Return the reason for a match that was decoded or joined."""
        name = self._name(match, page) if match.way[0] == "base64" else ""
        if not name:
            return f"written in {match.written}"
        inner = f"{' in '.join(reversed(match.way[1:]))} in " if match.way[1:] else ""
        return f"{inner}base64 of {name} in a Kubernetes Secret"

    def _name(self, match: Match, page: Page) -> str:
        """Return the keys that lead to the value of a Kubernetes Secret that contains a match; empty if none does."""
        if not page.whole or len(page.data) > _MANIFEST or b"Secret" not in page.data:
            return ""
        if self._page is not page:
            from keyguard.credential_files.clouds import kubernetes_secret

            self._page, self._secrets = page, kubernetes_secret.places(page.data)
        names = (name for (start, end), name in self._secrets.items() if start <= match.start and match.end <= end)
        return next(filter(_NAME.fullmatch, names), "")
