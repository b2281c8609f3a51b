"""Decide whether an identifier names one vendor alone: ``STRIPE_SECRET_KEY``, not ``stripe_to_paystack_key``.

A name is proof only if every other word in it is known not to change its meaning. Any other word may negate it
(``NOT_STRIPE_KEY``, ``StripeMock``, ``CLERK_KEY_MOVED_TO_WORKOS``) or show that the vendor is not meant at all
(``clerk_office_token``, ``onTapKey``).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from keyguard.support.regex import expression

#: a word of an identifier, in camel case, snake case or with dots
_WORD = expression(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: words that do not change whose key it is
_NEUTRAL = frozenset(
    b"key keys secret secrets token tokens api apis apikey apikeys secretkey sk pk rk live test testing tests prod "
    b"production dev development staging stage sandbox auth authorization authentication access private public "
    b"publishable restricted credential credentials cred creds password passwd pass pwd client clients server "
    b"backend service services svc sdk account acct config configuration conf cfg settings setting options opts "
    b"option params env environment var variable vars val value values const constant webhook webhooks hook hooks "
    b"signing sign signature endpoint endpoints connect platform integration integrations app application web site "
    b"http https rest admin root main primary secondary default current new old legacy previous backup rotated my "
    b"our the set get init initialize initialise create make build setup configure configured with load use "
    b"provider providers vendor payment payments pay billing checkout mail mailer email emails smtp bearer basic "
    b"header headers string str text raw data info customer merchant org organization user users global next nuxt "
    b"vite react expo gatsby vue process import meta this self os environ getenv rails django laravel flask spring "
    b"tf window constants authenticate instance gateway id no1 eu us middleware plugin module resource field name "
    b"label title v x js ts py php go rb node java net pop promise elements factory manager helper util utils "
    b"handler bean shop add register".split()
)
#: those that do not change it even next to a vendor's name that is also a common word
_STRICT = _NEUTRAL - frozenset(
    b"account acct admin app application billing checkout connect customer data email emails endpoint endpoints "
    b"field header headers hook hooks info instance label load mail mailer mailbox main merchant module name new "
    b"old our org organization pass password pay payment payments platform plugin primary process raw resource "
    b"root secondary service services site smtp str string text the this title use user users vendor web window "
    b"pop promise elements factory manager helper util utils handler bean shop add register".split()
)
#: words that are neutral only in front of a vendor's name: ``key_for_stripe``
_LEADING = frozenset([b"for"])
#: words that negate a name, or indicate a replacement for the vendor
_DOUBTS = frozenset(
    b"not no non nor never without un anti ex former formerly instead unlike except beside besides other others "
    b"another than versus vs or and to from replaces replaced replace replacing replacement substitute substitutes "
    b"successor predecessor alternative alternate competitor rival like alike lookalike style compatible compat "
    b"clone clones replica imitation pseudo quasi fake faked fakes mock mocks mocked stub stubs stubbed dummy "
    b"dummies double spy emulator emulated emulate simulator simulated simulation sim standin placeholder example "
    b"sample demo local localhost offline inhouse selfhosted homemade toy proxy relay bridge mirror shim adapter "
    b"adaptor wrapper facade moved migrate migrated migration switched converted is has was are on off onto should "
    b"can if unless when else disable disabled enable enabled remove removed delete deleted unset drop dropped "
    b"skip ignore ignored sham bogus counterfeit imposter impostor surrogate proxied relayed tunnel shadow ghost "
    b"phantom rehearsal playground fixture fixtures canned recorded cassette vcr spoof spoofed pretend virtual "
    b"memory inmemory noop null void deprecated retired sunset discontinued obsolete prior minus excluding "
    b"excluded sans contra against opposite beyond outside rather swap swapped switch convert port ported "
    b"transition transfer handover fallback opponent knockoff copycat inspired based similar shaped formatted "
    b"equivalent analog analogue counterpart peer partner reseller broker aggregator middleman hub router gateway "
    b"connector zero free less only ersatz faux decoy honeypot canary bypass "
    b"neither avoid pre post after before invalid wrong bad broken unknown any some every all both either".split()
)
#: those of them that negate everything nested below them
_DENIALS = frozenset(
    b"not no non never without ex former formerly instead unlike except other others replaces replaced replace "
    b"replacing replacement moved migrate migrates migrated alternative disabled removed deleted dropped".split()
)
#: other companies; next to such a name a vendor's name is no certain evidence
_OTHERS = frozenset(
    b"adyen airtable airwallex algolia alipay amazon anthropic apideck apple asana auth0 authorizenet aws azure "
    b"bitpay bluesnap braintree brevo chargebee chargify clerk cloudflare cognito coinbase crisp culqi cybersource "
    b"databricks datadog descope digitalocean discord doku doppler ebay elastic elevenlabs etsy facebook fastly "
    b"fastspring figma firebase flutterwave flywire freshdesk github gitlab gocardless google grafana gumroad "
    b"heroku highnote hubspot hyperswitch intercom iyzico jira kinde klarna klaviyo knock korapay lemonsqueezy "
    b"linear liveblocks logto loops mailchimp mailersend mailgun mailjet mandrill mercadopago meta microsoft "
    b"midtrans mollie monnify moyasar msgbubbles netlify notion nowpayments okta omise openai openrouter paddle "
    b"pagarme paygentic payjp paymaya paymongo payoneer payonify paypal paystack paytm payu phonepe plaid plunk "
    b"polar postmark propelauth quickbooks rapyd razorpay recurly resend revolut ripple salesforce segment "
    b"sendgrid sendmailos sendmesh sendpulse sentry shopify sinch slack sparkpost square squareup stripe stytch "
    b"sumup supabase supertokens telegram twilio uber vonage wepay wise woocommerce workos worldpay xendit xero "
    b"yoco zendesk zoho zuora".split()
)
#: names that are also common words: next to any other word they need not mean the vendor
_EVERYDAY = (
    *("checkoutapi", "checkoutsecret", "ckokey", "clerk", "courier", "knock", "linear", "magic", "moment", "notion"),
    *(
        "postmark",
        "recharge",
        "replicate",
        "resend",
        "sentry",
        "slack",
        "slipstream",
        "square",
        "tap",
        "vault",
        "twine",
    ),
    *("wrangler", "claude", "gemini"),
)
#: names that are two common words if written apart
_APART = ("autorelay", "highnote", "liveblocks", "sendbyte", "sendmesh")
#: the longest word that is split, and the longest part of it, in letters
_LONGEST, _MOST = 40, 15
#: words next to which a name means something else
_SENSES = {"stripe": frozenset(b"mag magnetic zebra pin raid candy racing barber row disk volume lustre".split())}


def names_only(identifier: bytes, name: re.Match[bytes], start: int, called: str) -> bool:
    """Whether an identifier contains the vendor's name and otherwise only words that keep its meaning.

    ``start`` is the offset of the identifier in the text where ``name`` was matched. A project's name may come
    first: ``ACME_STRIPE_KEY``, ``acme.stripe.key``.
    """
    if any(called.startswith(one) and not name.group().lower().startswith(one.encode()) for one in _APART):
        return False
    before, after = identifier[: name.start() - start], identifier[name.end() - start :]
    everyday = called.startswith(_EVERYDAY)
    known = _STRICT if everyday else _NEUTRAL
    outer, _, near = before.rpartition(b".")
    words = [word for word in words_of(near) if word not in _LEADING]
    if near.isupper() and words and not everyday and _may_lead(words[0], called):
        del words[0]
    around = [word for word in words_of(outer) if everyday or not _may_lead(word, called)]
    behind = words_of(_without(called, after))
    words += behind
    if after[:1].isalpha() and behind and len(behind[0]) == 1:
        return False  # ``stripesKey`` is about stripes
    return _are_all(words, known) and _are_all(around, _NEUTRAL)


def is_verb(identifier: bytes, called: str) -> bool:
    """Whether a called identifier may be a common word and not a vendor's name: ``resend(…)``."""
    return called.startswith(_EVERYDAY) and identifier.rpartition(b".")[2] == called.encode()


def _are_all(words: list[bytes], known: frozenset[bytes]) -> bool:
    return all(len(word) == 1 or word in known or _is_made_of(word, known) for word in words)


def words_of(text: bytes) -> list[bytes]:
    """Return the words of an identifier or of prose, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def _without(called: str, text: bytes) -> bytes:
    """Return the text without further mentions of the name: ``Stripe.StripeClient``."""
    return re.sub(b"(?i)" + re.escape(called.encode()), b" ", text)


def _may_lead(word: bytes, called: str) -> bool:
    """Whether an unknown word can be the name of a project."""
    return word not in _DOUBTS and word not in _OTHERS and word not in _SENSES.get(called, ())


@lru_cache(maxsize=4096)
def _is_made_of(word: bytes, known: frozenset[bytes]) -> bool:
    """Whether a word consists of several known words: ``secretkey``."""
    if len(word) > _LONGEST:
        return False
    ends = {0}
    for end in range(2, len(word) + 1):
        if any(start in ends and word[start:end] in known for start in range(max(0, end - _MOST), end - 1)):
            ends.add(end)
    return len(word) in ends


def is_neutral(words: list[bytes]) -> bool:
    """Whether words of an identifier say nothing of whose key it is."""
    return _are_all(words, _NEUTRAL)


def is_neutral_prose(words: list[bytes]) -> bool:
    """Whether words before a name in prose keep its meaning."""
    return all(word in _NEUTRAL or word in _PROSE for word in words)


_PROSE = frozenset(
    b"a an here is this that your for in of using uses use used let echo export return local add".split()
)


def is_doubtful(words: list[bytes]) -> bool:
    """Whether one of the words negates what it refers to."""
    return any(word in _DOUBTS for word in words)


def is_about_another(words: list[bytes], own: Collection[str]) -> bool:
    """Whether the words name a company other than ``own``, or negate what is nested below them."""
    return any((word in _OTHERS and word.decode() not in own) or word in _DENIALS for word in words)
