"""Select the vendor's request for a key, to verify or to revoke it; or give the reason why nobody is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from keyguard.attribution import attributor
from keyguard.config.user_config import Reached
from keyguard.masking.secret import Secret
from keyguard.model import endpoint
from keyguard.model.endpoint import Request
from keyguard.model.finding import Certainty, Environment, Finding, Rule, Vendor
from keyguard.remote.prepared_request import PreparedRequest
from keyguard.remote.signing import AwsSigned
from keyguard.report.phrases import has_vendor
from keyguard.response import canaries
from keyguard.rules.loader import RuleSet
from keyguard.support.errors import UsageError


class SelectedRequest(NamedTuple):
    """The request for one key."""

    request: Request | None
    """None if nobody is asked."""
    prepared: PreparedRequest | None
    why_not: str = ""
    vendor: str = ""
    """The vendor to ask; the user's choice may differ from the finding's."""
    settled: bool = False
    """Whether certain evidence attributes the key to that vendor; otherwise only the user does."""
    by_hand: tuple[str, str] = ("", "")
    """The remedy of that vendor's rule and its page, if the user has named another vendor."""


class UserClaims(NamedTuple):
    """What the user states about a key that nothing else reveals."""

    vendor: str = ""
    """The vendor of the key."""
    host: str = ""
    """The host of the self-hosted software that issued it."""
    overriding: bool = False
    """Whether the vendor counts even if the key's own structure proves another."""


class SecretSource:
    """Fetches the secret of a finding, and the secret that belongs to it."""

    def __init__(self, secret: Callable[[], Secret | None], pair: Callable[[str, Secret], Secret | None]) -> None:
        """``pair`` returns the nearest key of another rule."""
        self._fetch = secret
        self._known: list[Secret | None] = []
        self.pair = pair

    def secret(self) -> Secret | None:
        """Return the value, fetched once; None if it no longer exists anywhere."""
        if not self._known:
            self._known.append(self._fetch())
        return self._known[0]


def request_of(rule: Rule, reached: Mapping[str, Reached], purpose: str) -> Request | None:
    """Return the request for keys of a rule.

    The user's own setting for the vendor counts only for keys that can be verified or revoked at all, and not for
    webhook secrets.
    """
    asked_about = rule.verify is not None or rule.revoke is not None
    own: Request | None = getattr(reached.get(rule.vendor), purpose, None) if asked_about else None
    found: Request | None = own or getattr(rule, purpose)
    return found


def require_vendor(vendor: str, ruleset: RuleSet) -> None:
    """Raise ``UsageError`` for a vendor that no rule knows; an empty name stands for none."""
    if vendor and vendor not in ruleset.vendors:
        from keyguard.support.tomlfile import suggestion

        hint = suggestion(vendor, tuple(ruleset.vendors))
        raise UsageError(f"there is no vendor {vendor!r}{hint} (keyguard rules list shows them)")


class RequestSelector:
    """Selects requests by the rules, and by the user's own settings."""

    def __init__(self, ruleset: RuleSet, reached: Mapping[str, Reached], purpose: str = "verify") -> None:
        """``purpose`` is the request of a rule to select: ``verify`` or ``revoke``."""
        self._ruleset = ruleset
        self._reached = reached
        self._purpose = purpose

    def select(self, finding: Finding, source: SecretSource, said: UserClaims) -> SelectedRequest:
        """Return the request and its vendor. The secret is fetched when it is needed."""
        vendor = said.vendor
        rule = self._ruleset.by_id().get(finding.rule)
        if vendor:
            chosen = self._rule_of(vendor, rule)
            self._refuse_stranger(chosen, finding, source, said)
            page = chosen.rotation or self._ruleset.vendors[vendor].rotation
            return self._asked(chosen, finding, source, said)._replace(by_hand=(chosen.remedy, page))
        if not has_vendor(finding):
            return _nobody(_UNISSUED[self._purpose])
        if finding.certainty is not Certainty.CERTAIN:
            return _nobody(f"whose key it is, is {finding.certainty.value}: it goes to nobody (--vendor says whose)")
        if rule is None:
            return _nobody("its rule is in no pack that is trusted with addresses")
        return self._asked(rule, finding, source, said)

    def _asked(self, rule: Rule, finding: Finding, source: SecretSource, said: UserClaims) -> SelectedRequest:
        """Return the request for a key whose rule is known."""
        request = request_of(rule, self._reached, self._purpose)
        if request is None:
            return _nobody(_NOTHING[self._purpose])
        if request.hosted and not said.host:
            return _nobody(
                f"it may be of any {self._ruleset.vendors[rule.vendor].name}: --host says which, as {request.host}"
            )
        if said.host:
            request = self._at(request, said.host, self._ruleset.vendors[rule.vendor])
        if finding.environment is Environment.PUBLISHABLE and not said.vendor:
            return _nobody("it is publishable: whether it is active changes nothing")
        value = source.secret()
        if value is None:
            return _nobody(
                "it cannot be read again where it was found: gone, or in the name of a file (--stdin takes it)"
            )
        pair = source.pair(request.pair, value) if request.pair else None
        if request.pair and pair is None:
            return _nobody(
                "what belongs to it stands nowhere near, or there are several: it alone cannot be asked about"
            )
        if pair is not None and not pair.reveal().startswith(_LASTING):
            return _nobody("it is a temporary key: without its session token AWS would not know it")
        trap = canaries.canary_maker(value.reveal(), pair.reveal() if pair else b"")
        if trap:
            return _nobody(f"it is a trap, laid out with {trap}: who uses it is reported, so nobody is asked")
        settled = finding.certainty is Certainty.CERTAIN and finding.vendor == rule.vendor
        prepared = (
            AwsSigned(request, value, finding.masked, pair) if pair else PreparedRequest(request, value, finding.masked)
        )
        return SelectedRequest(request, prepared, vendor=rule.vendor, settled=settled)

    def _refuse_stranger(self, chosen: Rule, finding: Finding, source: SecretSource, said: UserClaims) -> None:
        """Raise ``UsageError`` if the key's structure proves other vendors, unless the user overrides that."""
        value = None if said.overriding else source.secret()
        if value is None:
            return
        owners = attributor.proven_vendors(self._ruleset, finding.rule, value.reveal())
        if owners and chosen.vendor not in owners:
            names = " or ".join(self._ruleset.vendors[one].name for one in owners)
            raise UsageError(
                f"{finding.id} is a key of {names} by its own structure, and is not sent to"
                f" {self._ruleset.vendors[chosen.vendor].name} (--override-evidence sends it all the same)"
            )

    def _at(self, request: Request, host: str, vendor: Vendor) -> Request:
        """Return the request at the user's host. Raise ``UsageError`` if the vendor accepts keys at one host only."""
        if not request.hosted and (host == request.host or (request.self_hosted and host in vendor.hosts)):
            return request
        if not request.hosted and not request.self_hosted:
            raise UsageError(f"--host: keys of {vendor.name} are taken at {request.host} alone, and asked about there")
        try:
            return endpoint.at_host(request, host)
        except ValueError as error:
            raise UsageError(f"--host: {error}") from error

    def _rule_of(self, vendor: str, rule: Rule | None) -> Rule:
        """Return that vendor's rule for keys that look like this one."""
        require_vendor(vendor, self._ruleset)
        family = rule.family if rule else ""
        same = [one for one in self._ruleset.rules if one.vendor == vendor and one.family == family]
        if not same or not family:
            same = [one for one in self._ruleset.rules if rule and one.vendor == vendor and one.id == rule.id]
        if not same:
            raise UsageError(f"no key of {self._ruleset.vendors[vendor].name} looks like this one")
        return same[0]


#: the prefix of AWS key ids that need no session token
_LASTING = b"AKIA"
_NOTHING = {
    "verify": "no request is known that would tell: look in the vendor's dashboard",
    "revoke": "the vendor offers no request for it: it is done in the dashboard",
}
#: the same for secrets that no vendor issues
_UNISSUED = {
    "verify": "no vendor issues it, so nobody can be asked: try it where it is used",
    "revoke": "no vendor issues it: it is replaced where it is used",
}


def _nobody(why: str) -> SelectedRequest:
    return SelectedRequest(None, None, why)
