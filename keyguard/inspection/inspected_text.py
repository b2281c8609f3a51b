"""What is found in one text."""

from __future__ import annotations

import msgspec

from keyguard.masking.secret import Secret
from keyguard.model.finding import Sighting, Unread


class InspectedText(msgspec.Struct, frozen=True):
    """The sightings in one text, and its size in bytes."""

    sightings: list[Sighting]
    placeholders: int
    size: int
    doubtful: bool = False
    """Whether an attribution could change with the path, which may not be known yet."""
    plain: bool = False
    """Whether it is a text in which the prefilter found nothing but places where no secret is."""
    judged: tuple[str, ...] = ()
    """Without a path: what identifies, in this run, the secrets without a vendor's format. They are judged under each
    path, and only then are there sightings of them.
    """
    excerpts: dict[Secret, Secret] | None = None
    """The same secrets, each with the text around it, if nothing else tells of them; they stay in this process."""
    unread: tuple[Unread, ...] = ()
    """What is packed or encrypted and so was not really read: the text itself, or something in it."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found in it that a report could need, under whatever path."""
        return not (self.sightings or self.judged or self.doubtful or self.unread)
