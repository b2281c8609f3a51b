"""A match with the text around it, examined only as far as it is asked for."""

from __future__ import annotations

from functools import cached_property

from keyguard.attribution.evidence.context import REACH, Context, context_of
from keyguard.attribution.structure.fields import own_name
from keyguard.attribution.structure.frames import Frame, Window, frames_of, window_of
from keyguard.attribution.structure.markup import elements_of
from keyguard.engine.page import Page
from keyguard.model.finding import Match

_NOTHING = Context(b"", b"", (), b"", b"")


class KeyContext:
    """A match with the text around it."""

    def __init__(self, match: Match, page: Page, path: bytes) -> None:
        self.match, self.page, self.path = match, page, path
        self.alone = False
        """Whether no candidate vendor is mentioned near it."""

    @cached_property
    def surroundings(self) -> Context:
        """Return the context of the key."""
        return context_of(*self.page.around(self.match.start, self.match.end, REACH, REACH))

    @property
    def around(self) -> Context:
        """Return the context of the key, or an empty one if no vendor is mentioned in it."""
        return _NOTHING if self.alone else self.surroundings

    @cached_property
    def window(self) -> Window:
        """Return the text around the key, wider than its context."""
        return window_of(self.page.data, self.match.start, self.match.end, self.path)

    @cached_property
    def frames(self) -> list[Frame]:
        """Return what the key stands in, innermost first."""
        return sorted([*frames_of(self.window), *elements_of(self.window)], key=lambda one: -one.opener)

    @cached_property
    def name(self) -> tuple[bytes, bytes]:
        """Return the name that the key is assigned to, and what else its statement holds that gives it a meaning."""
        return own_name(self.window, self.frames[0] if self.frames else None)
