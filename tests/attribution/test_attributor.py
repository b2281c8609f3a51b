"""Whose key is it? A table of how people write keys down, over all the vendors that write them alike."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import pytest

from keyguard.attribution.evidence.context import REACH, Context, context_of
from keyguard.masking.secret import Secret, fingerprint
from keyguard.model.finding import Attribution, Certainty
from tests.helpers.seeing import key, see

CERTAIN, LIKELY, AMBIGUOUS = Certainty
#: what stands where a key does: the one that is judged, and one that is not
MINE, OTHER = "<1>", "<2>"
WORKOS, HEX24, HEX40, UPPER16 = "{workos}", "{hex:24}", "{hex:40}", "{HEX:16}"


class Case(NamedTuple):
    """A text, whose key is in it, and how sure that is."""

    text: str
    vendor: str
    body: str = "{alnum:32}"
    path: str = "config"


NAMED = [
    Case("SENDMAILOS_API_KEY=<1>", "sendmailos"),
    Case('SENDMAILOS_API_KEY="<1>"', "sendmailos"),
    Case("export SENDMAILOS_API_KEY='<1>'", "sendmailos"),
    Case("$env:SENDMAILOS_API_KEY = '<1>'", "sendmailos"),
    Case("set SENDMAILOS_API_KEY=<1>", "sendmailos"),
    Case("ENV SENDMAILOS_API_KEY <1>", "sendmailos"),
    Case("      SENDMAILOS_API_KEY: <1>", "sendmailos"),
    Case("new SendMailOS('<1>')", "sendmailos"),
    Case('const client = new SendMailOS(\n  "<1>"\n);', "sendmailos"),
    Case("export const sendMailOsKey: string = `<1>`;", "sendmailos"),
    Case("send_mail_os_key = '<1>'", "sendmailos"),
    Case("SENDMAILOS_API_KEY=%3D<1>", "sendmailos"),
    Case("STRIPE_SECRET_KEY=<1>", "stripe"),
    Case("stripe.api_key = '<1>'", "stripe"),
    Case("Stripe.api_key = '<1>'", "stripe"),
    Case("\\Stripe\\Stripe::setApiKey('<1>');", "stripe"),
    Case('stripe.Key = "<1>"', "stripe"),
    Case('Stripe.apiKey = "<1>";', "stripe"),
    Case('StripeConfiguration.ApiKey = "<1>";', "stripe"),
    Case("const stripe = require('stripe')('<1>');", "stripe"),
    Case("const stripe = new Stripe('<1>', { apiVersion: '2024-06-20' });", "stripe"),
    Case("'stripe' => ['secret' => '<1>'],", "stripe"),
    Case("// the Stripe test key is <1>", "stripe"),
    Case('os.environ["STRIPE_SECRET_KEY"] = "<1>"', "stripe"),
    Case('os.environ.get("STRIPE_SECRET_KEY", "<1>")', "stripe"),
    Case('@Value("${stripe.secret-key:<1>}")', "stripe"),
    Case('<add key="Stripe.SecretKey" value="<1>" />', "stripe"),
    Case('myStripeKey := "<1>"', "stripe"),
    Case("CLERK_SECRET_KEY=<1>", "clerk"),
    Case('{"clerkSecretKey": "<1>"}', "clerk"),
    Case('createClerkClient({ secretKey: "<1>" })', "clerk"),
    Case("clerk = Clerk(bearer_auth='<1>')", "clerk"),
    Case("const CLERK_SECRET_KEY =\n  '<1>';", "clerk"),
    Case("clerk:<1>", "clerk"),
    Case("PAYSTACK_SECRET_KEY=<1>", "paystack", HEX40),
    Case("define('PAYSTACK_SECRET_KEY', '<1>');", "paystack", HEX40),
    Case("Paystack(secret_key='<1>')", "paystack", HEX40),
    Case('putenv("PAYSTACK_SECRET_KEY=<1>");', "paystack", HEX40),
    Case("WORKOS_API_KEY=<1>", "workos", WORKOS),
    Case("const workos = new WorkOS('<1>');", "workos", WORKOS),
    Case("HIGHNOTE_API_KEY=<1>", "highnote", WORKOS),
    Case("PAYJP_SECRET_KEY=<1>", "payjp", HEX24),
    Case("Payjp::Payjp::setApiKey('<1>');", "payjp", HEX24),
    Case("MAGIC_SECRET_KEY=<1>", "magic", UPPER16),
    Case("KORAPAY_SECRET_KEY: '<1>'", "korapay", "{alnum:40}"),
    Case("APIDECK_API_KEY=<1>", "apideck", "{alnum:93}"),
    Case("SEND0_API_KEY=<1>", "send0"),
    Case("PAYMONGO_SECRET_KEY=<1>", "paymongo"),
    Case("MOYASAR_API_KEY=<1>", "moyasar"),
    Case("YOCO_SECRET_KEY=<1>", "yoco", "{alnum:28}"),
    Case("CULQI_SECRET_KEY=<1>", "culqi", "{alnum:16}"),
    Case("TAP_SECRET_KEY=<1>", "tap-payments"),
    Case("MSGBUBBLES_KEY=<1>", "msgbubbles"),
    # the nearest of two names, and names that are near and do not count
    Case("STRIPE=<2> CLERK=<1>", "clerk"),
    Case("STRIPE_KEY=<1> CLERK_KEY=<2>", "stripe"),
    Case("# not Stripe's: CLERK_SECRET_KEY=<1>", "clerk"),
    Case('{"stripeKey":"<2>","clerkKey":"<1>"}', "clerk"),
    Case('{ stripe: { live: "<2>", test: "<1>" } }', "stripe"),
    Case('log("stripe is up"); CLERK_SECRET_KEY = "<1>";', "clerk"),
    Case("CLERK_SECRET_KEY=<1>\nSTRIPE_SECRET_KEY=<2>", "clerk"),
    Case("STRIPE_SECRET_KEY=<2>\nCLERK_SECRET_KEY=<1>", "clerk"),
    Case("STRIPE_URL=https://api.stripe.com/v1\nCLERK_SECRET_KEY=<1>", "clerk"),
    # name and value apart
    Case("- name: STRIPE_SECRET_KEY\n  value: <1>", "stripe"),
    Case("- name: STRIPE_SECRET_KEY\n  value: <2>\n- name: CLERK_SECRET_KEY\n  value: <1>", "clerk"),
    Case('{"name": "PAYMONGO_KEY", "value": "<1>"}', "paymongo"),
    Case('{\n  "name": "PAYMONGO_KEY",\n  "value": "<1>"\n}', "paymongo"),
    Case("STRIPE_KEY=&quot;<1>&quot;", "stripe"),
]

HOSTS = [
    Case('curl https://api.sendmailos.com/api/v1/domains -H "Authorization: Bearer <1>"', "sendmailos"),
    Case(
        "curl -X POST https://sendmailos.com/api/v1/send \\\n  -H 'X: y' \\\n  -H 'Authorization: Bearer <1>'",
        "sendmailos",
    ),
    Case("curl -u <1>: \\\n  -d amount=1 \\\n  https://api.stripe.com/v1/charges", "stripe"),
    Case("curl https://<1>@api.stripe.com/v1/charges", "stripe"),
    Case("curl -u <1>: https://API.STRIPE.COM/v1/charges", "stripe"),
    Case("Invoke-RestMethod https://api.clerk.com/v1/users `\n  -Headers @{Authorization='Bearer <1>'}", "clerk"),
    Case(
        'await fetch("https://api.clerk.com/v1/users", {\n  headers: {\n    Authorization: "Bearer <1>",\n  },\n});',
        "clerk",
    ),
    Case("axios({ url: 'https://api.paystack.co/balance', headers: { a: 'Bearer <1>' } })", "paystack", HEX40),
    Case(
        'requests.get(\n    "https://api.paystack.co/balance",\n    headers={"a": "Bearer <1>"},\n)', "paystack", HEX40
    ),
    Case("requests.post(\n    headers={'a': '<1>'},\n    url='https://api.paymongo.com/v1',\n)", "paymongo"),
    Case(
        'HttpRequest.newBuilder()\n  .uri(URI.create("https://api.clerk.com/"))\n  .header("a", "<1>")\n  .build();',
        "clerk",
    ),
    Case("GET /v1/customers HTTP/1.1\nHost: api.stripe.com\nAuthorization: Bearer <1>", "stripe"),
    Case("curl https://api.us.highnote.com/graphql -u <1>:", "highnote", WORKOS),
    Case("curl https://api.workos.com/organizations -u <1>:", "workos", WORKOS),
    Case("curl https://api.pay.jp/v1/charges -u <1>:", "payjp", HEX24),
    Case("curl https://api.korapay.com/merchant -H 'Authorization: Bearer <1>'", "korapay", "{alnum:40}"),
    Case("curl https://api.send0.dev/v1/emails -H 'Authorization: Bearer <1>'", "send0"),
    Case("curl https://api.moyasar.com/v1 -u <1>:", "moyasar"),
    Case('app.get("/pay", async () => {\n  await call("https://api.stripe.com/v1", "<1>")\n})', "stripe"),
]

STRUCTURE = [
    Case("stripe:\n  url: /v1\n  secret: <1>", "stripe"),
    Case("stripe:\n  secret: <2>\npaystack:\n  secret: <1>\nclerk:\n  secret: <2>", "paystack", HEX40),
    Case('{\n  "stripe": {\n    "sk": "<2>"\n  },\n  "clerk": {\n    "live": "<1>"\n  }\n}', "clerk"),
    Case('variable "stripe_key" {\n  default = "<1>"\n}', "stripe"),
    Case("[stripe]\nsecret = <2>\n[clerk]\nsecret = <1>", "clerk"),
    Case('{\n  "url": "https://api.stripe.com",\n  "key": "<1>"\n}', "stripe"),
    Case("stripe:\n  live:\n    secret: <1>", "stripe"),
    Case("services:\n  - provider: clerk\n    token: <1>", "clerk"),
]

BESIDE = [
    Case("key = '<1>'  # stripe", "stripe"),
    Case('secret: "<1>" // Clerk, staging', "clerk"),
    Case("import stripe\n\n\ndef f():\n    pay('<1>')", "stripe"),
    Case("import { loadStripe } from '@stripe/stripe-js'\nimport Stripe from 'stripe'\n\npay('<1>')", "stripe"),
    Case('using Stripe;\n\nPay("<1>");', "stripe"),
    Case('import com.stripe.Stripe;\n\npay("<1>");', "stripe"),
    Case('import "github.com/stripe/stripe-go/v76"\n\npay("<1>")', "stripe"),
    Case("import { ClerkProvider } from '@clerk/nextjs'\n\nuse('<1>')", "clerk"),
    Case("import { SendMailOS } from '@sendmailos/sdk'\n\nuse('<1>')", "sendmailos"),
    Case("<script src='https://js.stripe.com/v3'></script>\n\n\nuse('<1>')", "stripe"),
    Case("key: <1>", "stripe", path="src/stripe/settings.yml"),
    Case("key: <1>", "sendmailos", path="tests/sendmailos_client.py"),
    Case("key: <1>", "clerk", path="Clerk.Tests/app.config"),
    # a name on the line that is not what the key is given to
    Case('{"stripe": true, "key": "<1>"}', "stripe"),
    Case("STRIPE_MODE=live KEY=<1>", "stripe"),
    Case("mystripesecret = '<1>'", "stripe"),
    Case('fetch("https://api.stripe.com/v1")\nkey = "<1>"', "stripe"),
    Case("STRIPE_URL=https://api.stripe.com/v1\nMAIL_KEY=<1>", "stripe"),
    Case("const url = `https://api.stripe.com`\nconst key = '<1>'", "stripe"),
    Case('describe("pay", () => {\n  const url = "https://api.stripe.com"\n  const key = "<1>"\n})', "stripe"),
    Case("curl https://api.stripe.com; curl -u <1>: https://mail.example", "stripe"),
    Case("key_of_them, stripe_key = '<1>', '<2>'", "stripe"),
    Case("contact = 'bob@sendmailos.com', key = '<1>'", "sendmailos"),
]

NOBODY = [
    Case("API_KEY=<1>", ""),
    Case("Authorization: Bearer <1>", ""),
    Case("<1>", ""),
    Case("import stripes\n\n\nfoo('<1>')", ""),
    # what contradicts itself
    Case("STRIPE_KEY=<1> curl https://api.clerk.com/v1", "clerk stripe"),
    Case("curl -u <1>: https://api.stripe.com https://api.clerk.com", "clerk stripe"),
    Case("# stripe or clerk?\nkey = '<1>'", "clerk stripe"),
    Case("import stripe\nimport clerk_backend_api\n\npay('<1>')", "clerk stripe"),
    Case("key: <1>", "clerk stripe", path="clerk-to-stripe/config"),
    # names that are only part of a word or of another host
    Case("curl -u <1>: https://api.stripe.com.evil.example/v1", "?stripe"),
    Case("curl -u <1>: https://evil-stripe.com/v1", "?stripe"),
    Case("curl evil-stripe.com/v1 -u <1>:", "?stripe"),
    Case("curl -u <1>: https://mysendmailos.com/v1", "?sendmailos"),
    Case("striped_key = '<1>'", "?stripe"),
    Case("network_os = '<1>'", "?workos", WORKOS),
    Case("display_jpeg = '<1>'", "?payjp", HEX24),
    Case("stripe_key, clerk_key = '<1>', '<2>'", "?clerk"),
]

numbers = itertools.count(1)


def attribution_of(case: Case) -> Attribution:
    """What is said of the key in question."""
    keys = {mark: key(f"sk_live_{case.body}", mark) for mark in (MINE, OTHER)}
    text = case.text.replace(MINE, keys[MINE]).replace(OTHER, keys[OTHER])
    name = fingerprint(Secret(keys[MINE].encode()), guessable=False)
    (one,) = [one for one in see(text + "\n", case.path.encode()) if one.fingerprint == name]
    return one.attribution


def each(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.vendor}-{next(numbers)}") for case in cases])


@each(NAMED)
def test_a_key_is_certainly_its_vendor_s_where_that_name_is_what_it_is_given_to(case: Case) -> None:
    found = attribution_of(case)
    assert (found.vendor, found.certainty) == (case.vendor, CERTAIN), found.because


@each(HOSTS)
def test_a_key_is_certainly_its_vendor_s_where_the_statement_calls_its_host(case: Case) -> None:
    found = attribution_of(case)
    assert (found.vendor, found.certainty) == (case.vendor, CERTAIN), found.because


@each(STRUCTURE)
def test_a_key_is_certainly_that_of_the_vendor_whom_its_section_is_about(case: Case) -> None:
    found = attribution_of(case)
    assert (found.vendor, found.certainty) == (case.vendor, CERTAIN), found.because


@each(BESIDE)
def test_what_merely_stands_beside_a_key_makes_it_likely(case: Case) -> None:
    found = attribution_of(case)
    assert (found.vendor, found.certainty) == (case.vendor, LIKELY), found.because


def test_a_prefix_that_only_one_well_known_vendor_has_makes_it_likely() -> None:
    (found,) = see("token = " + key("rk_live_{alnum:24}"))
    assert (found.attribution.vendor, found.attribution.certainty) == ("stripe", LIKELY)


@pytest.mark.parametrize(("body", "vendor"), [(HEX40, "paystack"), (HEX24, "payjp"), (WORKOS, "workos")])
def test_without_any_evidence_a_shape_that_only_one_vendor_has_makes_it_likely(body: str, vendor: str) -> None:
    found = attribution_of(Case("token = '<1>'", vendor, body))
    assert (found.vendor, found.certainty) == (vendor, LIKELY), found.because


@each([case for case in [*NAMED, *HOSTS, *STRUCTURE, *BESIDE] if "\n" in case.text])
@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["crlf", "cr"])
def test_line_ends_of_any_kind_change_nothing(case: Case, end: str) -> None:
    assert attribution_of(case._replace(text=case.text.replace("\n", end))) == attribution_of(case)


def test_no_case_is_certain_of_the_wrong_vendor_whatever_stands_above_it() -> None:
    """What stands above is another statement: it may add a doubt, it may not turn one name into another."""
    wrong = []
    for above, case in itertools.product(
        ["STRIPE_KEY=x", "url = 'https://api.clerk.com'", "paystack: {}"], NAMED + HOSTS + STRUCTURE
    ):
        found = attribution_of(case._replace(text=f"{above}\n{case.text}"))
        if found.certainty is CERTAIN and found.vendor != case.vendor:
            wrong.append((above, case.text, found.vendor))
    assert wrong == []


def test_a_key_of_a_lone_vendor_is_its_own_and_needs_no_context() -> None:
    token = key("ghp_{github}")
    (found,) = see(f"STRIPE_KEY={token}")
    assert (found.attribution.vendor, found.attribution.certainty) == ("github", CERTAIN)


def test_a_structure_that_can_be_decoded_outweighs_every_name() -> None:
    (found,) = see("STRIPE_PUBLISHABLE_KEY=" + key("pk_test_{clerk-pk:clerk.shop.app}"))
    assert (found.attribution.vendor, found.attribution.certainty) == ("clerk", CERTAIN)
    assert found.attribution.because == ("the key's own structure",)
    (found,) = see("token: " + key("sntrys_{sentry}"))
    assert (found.attribution.vendor, found.attribution.because) == ("sentry", ("the key's own structure",))


def test_a_rule_that_leans_on_words_is_no_more_than_likely() -> None:
    (found,) = see("POSTMARK_SERVER_TOKEN=" + key("{uuid}"))
    assert (found.attribution.vendor, found.attribution.certainty) == ("postmark", LIKELY)


@pytest.mark.parametrize(
    "text", ["k = '<1>'  # keyguard: allow[stripe-key] why", "# keyguard:allow[x, stripe-key]\n'<1>'"]
)
def test_a_marker_for_a_rule_is_no_evidence_for_it(text: str) -> None:
    (found,) = see(text.replace(MINE, key(seed="marked")))
    assert (found.attribution.rule, found.attribution.certainty) == ("sk-key", AMBIGUOUS)
    assert found.suppression is None


def test_a_key_that_only_context_can_tell_is_none_without_it() -> None:
    publishable = key("pk_live_{alnum:30}")
    assert see(f"key={publishable}") == []
    assert [one.attribution.vendor for one in see(f"STRIPE_KEY={publishable}")] == ["stripe"]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("PAYSTACK_SECRET_KEY=<1>", ("PAYSTACK_SECRET_KEY = …",)),
        ("import stripe\n\nPAYSTACK_SECRET_KEY = '<1>'", ("PAYSTACK_SECRET_KEY = …",)),
        ("curl https://api.paystack.co/charge -H 'X: <1>'", ("host api.paystack.co in the same statement",)),
        (
            "PAYSTACK=<1> curl https://api.stripe.com",
            ("PAYSTACK = …", "host api.stripe.com in the same statement"),
        ),
    ],
)  # fmt: skip
def test_a_vendor_that_is_named_is_a_candidate_although_its_keys_look_otherwise(
    text: str, because: tuple[str, ...]
) -> None:
    found = attribution_of(Case(text, "paystack"))
    assert (found.rule, found.certainty, found.candidates[0]) == ("sk-key", AMBIGUOUS, "paystack")
    assert len(found.candidates) == len(set(found.candidates)) > 5
    assert found.because == because


def test_a_vendor_that_fits_outweighs_one_whose_keys_look_otherwise() -> None:
    for text in (
        "STRIPE_KEY=<1> # https://api.paystack.co",
        "stripe('<1>'), // not paystack",
    ):
        found = attribution_of(Case(text, "stripe"))
        assert (found.vendor, found.certainty) == ("stripe", CERTAIN)


def around(text: str) -> Context:
    """The surroundings of the ``@`` in a text."""
    before, _, after = text.encode().partition(b"@")
    return context_of(before[-REACH:], after[:REACH])


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("a\nb @ c\nd", "b \0 c"),
        ("a; b @ c; d", " b \0 c"),
        ("a && b @ c || d", " b \0 c "),
        ("a \\\nb @ \\\n c\nd", "a \\\nb \0 \\\n c"),
        ("f(a,\n  @,\n  c)\nd", "f(a,\n  \0,\n  c)"),
        ("x = f(a, g(b)\n, h(@),\n c).i\nd", "x = f(a, g(b)\n, h(\0),\n c).i"),
        ("f({\n a: [\n@\n]})", "f({\n a: [\n\0\n]})"),
        ("a\n  .b()\n  .c(@)\n  .d()\ne", "a\n  .b()\n  .c(\0)\n  .d()"),
        ("f(function () {\n a\n @\n})", " \0"),
        ("f(() => {\n a; g(@)\n})", " g(\0)"),
        ("f(a); g(@); h()", " g(\0)"),
        ("if (a) {\n @\n}", " \0"),
        ("f(a]\n @", " \0"),
        ("f(a,\n @\n b", "f(a,\n \0\n b"),
        ("f(\n" + "a" * 700 + "\n@", "\0"),
        ("a: b\nAuthorization: @\nc: d\n\ne", "a: b\nAuthorization: \0\nc: d"),
    ],
)
def test_a_statement_is_what_belongs_together(text: str, statement: str) -> None:
    assert around(text).statement.decode() == statement


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("a\nkey = @", "key = "),
        ("first; key = @", " key = "),
        ("key =\n  '@'", "key =   '"),
        ("key =\n\n'@'", "'"),
        ("- name: X\n  value: @", "- name: X   value: "),
        ("- X\n  value: @", "  value: "),
        ("value: @", "value: "),
    ],
)
def test_what_names_a_key_is_its_line_or_the_one_above(text: str, before: str) -> None:
    assert around(text).before.decode() == before


def test_parents_are_the_lines_that_a_line_stands_below() -> None:
    found = around("top:\n  one:\n    a: b\n  two: c\n  three:\n    x: y\n    key: @")
    assert [parent.strip() for parent in found.parents] == [b"three:", b"top:"]
    assert around("[a]\nx = y\n[b]\nkey = @").parents == (b"[b]",)


@each(NOBODY)
def test_without_evidence_or_with_two_kinds_of_it_a_key_is_nobody_s(case: Case) -> None:
    found = attribution_of(case)
    if case.vendor.startswith("?"):
        # a hint may be taken for one, never for proof
        assert found.certainty is not CERTAIN
        assert found.vendor in ("unknown", case.vendor[1:])
        return
    assert (found.vendor, found.certainty) == ("unknown", AMBIGUOUS), found.because
    assert set(case.vendor.split()) <= set(found.candidates)
    if case.vendor:
        assert sorted(found.candidates[:2]) == case.vendor.split()
        assert len(found.because) == 2 or "clerk" in case.text
