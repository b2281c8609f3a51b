"""What a rule requires of the text that its pattern matches: a checksum, and that it is no placeholder or sample."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property, lru_cache

from keyguard.model.finding import Rule
from keyguard.support import digests

#: the vendor of rules for private keys
_PRIVATE_KEYS = "private-key"
#: checksums of secrets that are found in wrappings
_WRAPPED = frozenset(("pem-locked", "pem-open", "putty-locked", "putty-open"))


class SecretTests:
    """The tests of all rules of a run; rules are given by their numbers."""

    def __init__(self, rules: tuple[Rule, ...], added: Collection[int]) -> None:
        """``added`` are the numbers of the rules from the scanned repository."""
        self._rules = rules
        self._added = added
        self._numbers: dict[tuple[object, ...], int] = {}

    def number(self, index: int) -> int:
        """Return a number for what ``is_placeholder`` looks at: the same for rules that ask the same."""
        rule = self._rules[index]
        samples = rule.samples if index in self._added else ()
        spelled = bool(rule.checksum or rule.spelled)
        test = rule.guessable, rule.placeholders, rule.entropy, spelled, samples
        return self._numbers.setdefault(test, len(self._numbers))

    def is_rule(self, index: int, match: re.Match[bytes]) -> bool:
        """Whether the checksum is right, if the rule requires that."""
        check = self._rules[index].checksum
        if not check:
            return True
        from keyguard.rules import checksums

        return check not in checksums.REQUIRED or checksums.CHECKSUMS[check](match["secret"])

    def value(self, index: int, secret: bytes) -> bytes:
        """Return the secret in the text that matched: the same for one key in any wrapping."""
        if self._rules[index].checksum not in _WRAPPED:
            return secret
        from keyguard.rules import checksums

        return checksums.UNWRAPPED[self._rules[index].checksum](secret)

    def is_placeholder(self, index: int, match: re.Match[bytes], body: int) -> bool:
        """Whether the text is a placeholder or a published sample; ``body`` is the offset of its random part."""
        # imported late: most texts with an anchor contain no match, and most commits no such text
        from keyguard.engine.word_shapes import is_wordy
        from keyguard.rules.placeholders import is_placeholder, is_spelled
        from keyguard.rules.published_keys import is_published_key

        rule = self._rules[index]
        secret = self.value(index, match["secret"])
        random = secret[body - match.start("secret") :]
        if is_placeholder(random, rule.placeholders, rule.entropy, chosen=rule.guessable):
            return True
        if not rule.spelled and ((not rule.checksum and is_spelled(random)) or (rule.family and is_wordy(random))):
            return True
        if rule.vendor == _PRIVATE_KEYS and is_published_key(secret):
            return True
        known = self._samples
        if not (known or (rule.samples and index in self._added)):
            return False
        digest = _digest(secret)
        return digest in known or (index in self._added and digest in rule.samples)

    @cached_property
    def _samples(self) -> frozenset[str]:
        """The digests of published sample keys, which are no keys of any vendor.

        Samples in a rule of the scanned repository count for that rule only.
        """
        known = (rule for index, rule in enumerate(self._rules) if index not in self._added)
        return frozenset(sample for rule in known for sample in rule.samples)


@lru_cache(maxsize=1024)
def _digest(secret: bytes) -> str:
    return digests.new("sha256", secret).hexdigest()
