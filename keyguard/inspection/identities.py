"""What identifies the values that are found: fingerprints, and for values that people choose what costs less."""

from __future__ import annotations

from keyguard.masking.known_values import KNOWN
from keyguard.masking.run_identity import place_fingerprint, run_identity
from keyguard.masking.secret import MASK, Secret, fingerprint
from keyguard.masking.values import Value
from keyguard.model.finding import Occurrence, Where
from keyguard.triage import samples


class Identities:
    """The identities of one run; each value is hashed once."""

    def __init__(self) -> None:
        self._fingerprints: dict[tuple[Secret, bool], str] = {}
        self._secrets: dict[str, Secret] = {}

    def secret(self, fingerprint: str) -> Secret | None:
        """Return the value with that fingerprint, if it was seen."""
        return self._secrets.get(fingerprint)

    def of_judged(
        self, secret: Secret, place: Occurrence, rule: str, name: str, *, guessable: bool, aside: bool
    ) -> tuple[str, str]:
        """Return the fingerprint of a value without a vendor's format, and its identity in the run.

        ``name`` is what it is assigned to; ``aside`` says whether the text makes it informational. Where the path is
        not known yet, both are the latter.
        """
        run = run_identity(secret)
        if not place.path and place.where is Where.HISTORY:
            found = run
        elif guessable and (aside or samples.place_reason(place)):
            found = place_fingerprint(rule, place.path, name)
        else:
            found = self.of_value(secret, guessable=guessable)
        self._secrets.setdefault(found, secret)
        return found, run

    def of_value(self, secret: Secret, *, guessable: bool) -> str:
        """Return the fingerprint of a value, the same wherever it stands."""
        known = self._fingerprints.get((secret, guessable))
        if known is None:
            known = self._fingerprints[secret, guessable] = fingerprint(secret, guessable=guessable)
            self._secrets.setdefault(known, secret)
        return known


def note(secret: Secret, body: int, mask: str, identity: str, *, guessable: bool) -> None:
    """Record a value, so that it is masked wherever else it occurs."""
    if identity not in KNOWN:
        KNOWN.note(Value(secret.reveal(), body, mask, identity, guessable))


def note_written(text: bytes, identity: str) -> None:
    """Record the text in which a value is written where it is not written as it is, so that it is masked as well."""
    other = f"{identity} {run_identity(Secret(text))}"
    if other not in KNOWN:
        KNOWN.note(Value(text, 0, MASK, other))
