"""What a rule pack says: whose keys, how they look, how bad they are, and how their vendor is reached."""

from __future__ import annotations

import msgspec

from keyguard.model.endpoint import Request, Revocation
from keyguard.model.scales import Confidence, Environment, Severity


class Vendor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Who issues a key, and the words by which code that uses it gives itself away."""

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
    #: what requests say besides when their key is one that reaches everything
    master_words: tuple[str, ...] = ()
    #: one of those that most keys of its family come from: named first where a vendor cannot be told
    common: bool = False

    @property
    def is_nobody(self) -> bool:
        """Whether it stands for no company: for what many issue, or people make themselves."""
        return not (self.url or self.names or self.hosts or self.imports)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One kind of key: how it looks, how bad it is, and the proof that the pattern does what it says."""

    id: str
    title: str
    #: what an attacker can do with it
    description: str
    vendor: str
    #: bytes pattern (``re`` syntax) with the secret in the group ``secret``; its random part may be the group ``body``
    pattern: str
    #: rules of one family match the same text; attribution decides which of them speaks
    family: str = ""
    #: in a family: speaks when no vendor can be told
    fallback: bool = False
    #: of a fallback: so many issue keys like this that to use one of the vendors known here says nothing of a key
    widespread: bool = False
    #: in a family: the shape proves nothing, so the rule speaks only when a name, host or import does
    needs_context: bool = False
    #: ``token`` (not inside a longer word), ``strict`` (nor before ``-x``, ``_x``), ``right`` (only its end), ``none``
    boundary: str = "token"
    #: literals for the prefilter, where none can be derived from the pattern
    literals: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH
    #: environment -> prefixes of the secret that tell it
    environments: dict[str, tuple[str, ...]] = {}
    #: environment (or ``default``) -> severity
    severity: dict[str, str] = {}
    #: least Shannon entropy of the body, in bits a character; below it is a placeholder
    entropy: float = 0.0
    #: name of a check in ``keyguard.rules.checksums``
    checksum: str = ""
    #: its body is base64 of text by its format, so that to be so is no sign of a stand-in
    spelled: bool = False
    #: a person may have chosen this value: its fingerprint is stretched, and none of it is shown
    guessable: bool = False
    #: values (or parts of the body) that stand in examples, besides the general list
    placeholders: tuple[str, ...] = ()
    #: SHA-256 of sample keys that vendors publish, 64 hex digits
    samples: tuple[str, ...] = ()
    remedy: str = ""
    #: the page about rotating keys of this kind, where it is not the vendor's usual one
    rotation: str = ""
    #: how the vendor is asked whether a key is active
    verify: Request | None = None
    #: how a key is made inactive by a request; how that is done by hand says ``remedy``
    revoke: Revocation | None = None
    references: tuple[str, ...] = ()
    #: templates (``keyguard.rules.examples``) that must be found, as this rule and as no other
    examples: tuple[str, ...] = ()
    #: templates in which this rule must find nothing
    non_examples: tuple[str, ...] = ()

    def environment_of(self, secret: bytes) -> Environment:
        """The environment that the longest matching prefix tells, or ``UNKNOWN``."""
        best, longest = "", -1
        text = secret.decode("utf-8", "replace") if self.environments else ""
        for name, prefixes in self.environments.items():
            for prefix in prefixes:
                if len(prefix) > longest and text.startswith(prefix):
                    best, longest = name, len(prefix)
        return Environment(best) if best else Environment.UNKNOWN

    def severity_of(self, environment: Environment) -> Severity:
        """The severity for a key of that environment; ``default`` (else high) where the rule says nothing."""
        return Severity[(self.severity.get(environment.value) or self.severity.get("default") or "high").upper()]
