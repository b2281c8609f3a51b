"""The contents of a rule pack: the vendor, what its keys look like, how severe they are, and its endpoints."""

from __future__ import annotations

import msgspec

from keyguard.model.endpoint import Request, Revocation
from keyguard.model.scales import Confidence, Environment, Severity


class Vendor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The company that issues a key, and the words in code that identify it."""

    id: str
    name: str
    url: str = ""
    #: the vendor's own page about rotating or revoking keys
    rotation: str = ""
    #: words inside variable names (``SENDMAILOS_API_KEY``), lower case, compared without ``_`` and ``-``
    names: tuple[str, ...] = ()
    #: host names of the vendor's API and dashboard
    hosts: tuple[str, ...] = ()
    #: packages or modules that are imported to use the API
    imports: tuple[str, ...] = ()
    #: words in a request that indicate a master key, with access to everything
    master_words: tuple[str, ...] = ()
    #: one of the vendors that issue most keys of the family: listed first if the vendor is ambiguous
    common: bool = False

    @property
    def is_nobody(self) -> bool:
        """Whether it is no company: the keys are of a kind that many issue, or that people make themselves."""
        return not (self.url or self.names or self.hosts or self.imports)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One kind of key: what it looks like, how severe it is, and examples that prove the pattern."""

    id: str
    title: str
    #: what an attacker can do with the key
    description: str
    vendor: str
    #: bytes pattern (``re`` syntax) with the secret in the group ``secret``; its random part may be the group ``body``
    pattern: str = ""
    #: built-in packs only, instead of a pattern: the finder in ``keyguard.generic`` or ``keyguard.credential_files``
    detector: str = ""
    #: rules of one family match the same text; attribution chooses one of them
    family: str = ""
    #: in a family: the rule to report if the vendor is ambiguous
    fallback: bool = False
    #: fallback only: so many issue keys of this shape that a project's use of a known vendor is no evidence
    widespread: bool = False
    #: in a family: the shape proves nothing, so the rule applies only with a name, host or import as evidence
    needs_context: bool = False
    #: ``token`` (not inside a longer word), ``strict`` (nor before ``-x``, ``_x``), ``isolated`` (nor inside base64),
    #: ``right`` (only its end), ``none``
    boundary: str = "token"
    #: literals for the prefilter, if none can be derived from the pattern
    literals: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH
    #: environment -> prefixes of the secret that indicate it
    environments: dict[str, tuple[str, ...]] = {}
    #: environment (or ``default``) -> severity
    severity: dict[str, str] = {}
    #: least Shannon entropy of the body, in bits per character; a body below it is a placeholder
    entropy: float = 0.0
    #: name of a checksum in ``keyguard.rules.checksums``
    checksum: str = ""
    #: one of many kinds that are seldom seen: within encoded texts it is only looked for in base64 or hex applied once
    rare: bool = False
    #: the format's body is base64 of text, so base64 of text is no sign of a placeholder
    spelled: bool = False
    #: a person may have chosen the value: its fingerprint is stretched with PBKDF2, and no part of it is shown
    guessable: bool = False
    #: values, or parts of the body, that are placeholders, in addition to the general list
    placeholders: tuple[str, ...] = ()
    #: SHA-256 of sample keys that vendors publish, 64 hex digits
    samples: tuple[str, ...] = ()
    remedy: str = ""
    #: the page about rotating keys of this kind, if it is not the vendor's general one
    rotation: str = ""
    #: the request that verifies whether a key is active
    verify: Request | None = None
    #: the request that revokes a key; ``remedy`` describes how to do that by hand
    revoke: Revocation | None = None
    references: tuple[str, ...] = ()
    #: templates (``keyguard.rules.examples``) that this rule must find, and no other
    examples: tuple[str, ...] = ()
    #: the path under which examples are scanned, for what is recognised by its name
    example_path: str = "example"
    #: templates in which this rule must not match
    non_examples: tuple[str, ...] = ()

    def environment_of(self, secret: bytes) -> Environment:
        """Return the environment of the longest prefix that matches the secret, or ``UNKNOWN``."""
        best, longest = "", -1
        text = secret.decode("utf-8", "replace") if self.environments else ""
        for name, prefixes in self.environments.items():
            for prefix in prefixes:
                if len(prefix) > longest and text.startswith(prefix):
                    best, longest = name, len(prefix)
        return Environment(best) if best else Environment.UNKNOWN

    def severity_of(self, environment: Environment) -> Severity:
        """Return the severity for an environment; ``default``, else high, if the rule does not list it."""
        return Severity[(self.severity.get(environment.value) or self.severity.get("default") or "high").upper()]
