"""From a key to the question that its vendor is asked about it; or why nobody is asked."""

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
from keyguard.response import canaries
from keyguard.rules.loader import RuleSet
from keyguard.support.errors import UsageError


class SelectedRequest(NamedTuple):
    """A request about one key."""

    request: Request | None
    """None where nobody is asked."""
    prepared: PreparedRequest | None
    why_not: str = ""
    vendor: str = ""
    """Who is asked: by what the user says, it may be another than the finding's."""
    settled: bool = False
    """Whether the evidence is certain that the key is that vendor's; else only the user says so."""
    by_hand: tuple[str, str] = ("", "")
    """What that vendor's rule says is to be done, and its page about it, where it is another's."""


class UserClaims(NamedTuple):
    """What the user says of a key that nobody else can know."""

    vendor: str = ""
    """Whose it is."""
    host: str = ""
    """Where the vendor's software runs that issued it."""
    overriding: bool = False
    """Whether the vendor counts although the key's own structure proves another."""


class SecretSource:
    """Where the secret of a finding comes from, and what belongs to it."""

    def __init__(self, secret: Callable[[], Secret | None], pair: Callable[[str, Secret], Secret | None]) -> None:
        """``pair`` gives the key of another rule that stands nearest."""
        self._fetch = secret
        self._known: list[Secret | None] = []
        self.pair = pair

    def secret(self) -> Secret | None:
        """The value, fetched once; None where it stands nowhere any more."""
        if not self._known:
            self._known.append(self._fetch())
        return self._known[0]


def request_of(rule: Rule, reached: Mapping[str, Reached], purpose: str) -> Request | None:
    """The request for keys of a rule; what the user has set for its vendor is for keys that can be asked about at all,
    and not for secrets of webhooks.
    """
    asked_about = rule.verify is not None or rule.revoke is not None
    own: Request | None = getattr(reached.get(rule.vendor), purpose, None) if asked_about else None
    found: Request | None = own or getattr(rule, purpose)
    return found


class RequestSelector:
    """Makes questions by the rules, and by what the user has set for himself."""

    def __init__(self, ruleset: RuleSet, reached: Mapping[str, Reached], purpose: str = "verify") -> None:
        """``purpose``: ``verify`` or ``revoke``, the request of a rule that is wanted."""
        self._ruleset = ruleset
        self._reached = reached
        self._purpose = purpose

    def question(self, finding: Finding, source: SecretSource, said: UserClaims) -> SelectedRequest:
        """What to ask, and whom. The secret is fetched when it is needed."""
        vendor = said.vendor
        rule = self._ruleset.by_id().get(finding.rule)
        if vendor:
            chosen = self._rule_of(vendor, rule)
            self._refuse_stranger(chosen, finding, source, said)
            page = chosen.rotation or self._ruleset.vendors[vendor].rotation
            return self._asked(chosen, finding, source, said)._replace(by_hand=(chosen.remedy, page))
        if finding.certainty is not Certainty.CERTAIN:
            return _nobody(f"whose key it is, is {finding.certainty.value}: it goes to nobody (--vendor says whose)")
        if rule is None:
            return _nobody("its rule is in no pack that is trusted with addresses")
        return self._asked(rule, finding, source, said)

    def _asked(self, rule: Rule, finding: Finding, source: SecretSource, said: UserClaims) -> SelectedRequest:
        """The same, of a key whose rule is known."""
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
        """Raise ``UsageError`` where the key is built as only those of other vendors are, unless the user insists."""
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
        """The request at the host that the user has named. ``UsageError`` where the vendor takes keys at one only."""
        if not request.hosted and (host == request.host or (request.self_hosted and host in vendor.hosts)):
            return request
        if not request.hosted and not request.self_hosted:
            raise UsageError(f"--host: keys of {vendor.name} are taken at {request.host} alone, and asked about there")
        try:
            return endpoint.at_host(request, host)
        except ValueError as error:
            raise UsageError(f"--host: {error}") from error

    def _rule_of(self, vendor: str, rule: Rule | None) -> Rule:
        """The rule of that vendor for keys that look like this one."""
        if vendor not in self._ruleset.vendors:
            from keyguard.support.tomlfile import suggestion

            hint = suggestion(vendor, tuple(self._ruleset.vendors))
            raise UsageError(f"there is no vendor {vendor!r}{hint} (keyguard rules list shows them)")
        family = rule.family if rule else ""
        same = [one for one in self._ruleset.rules if one.vendor == vendor and one.family == family]
        if not same or not family:
            same = [one for one in self._ruleset.rules if rule and one.vendor == vendor and one.id == rule.id]
        if not same:
            raise UsageError(f"no key of {self._ruleset.vendors[vendor].name} looks like this one")
        return same[0]


#: how ids of AWS begin that need no session token
_LASTING = b"AKIA"
_NOTHING = {
    "verify": "no request is known that would tell: look in the vendor's dashboard",
    "revoke": "the vendor offers no request for it: it is done in the dashboard",
}


def _nobody(why: str) -> SelectedRequest:
    return SelectedRequest(None, None, why)
