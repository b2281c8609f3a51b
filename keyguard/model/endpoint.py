"""How a vendor is asked about a key: one request, and what each answer means. Data of packs, and nothing that acts.

Texts may hold ``{secret}``, ``{basic}`` (base64 of ``secret:``, as in ``curl -u secret:``) and ``{basic:user}`` (base64
of ``user:secret``), a body also ``{secrets}``, several as strings of JSON. Where another credential of the account
revokes a key, ``{admin}`` is that credential, and ``{key_id}`` what the vendor calls the key. Nothing else is put in:
what is sent, and to whom, stands in the pack and not in what is scanned.
"""

from __future__ import annotations

import re

import msgspec

VERDICTS = ("active", "inactive", "unknown")
#: what a request to revoke can come to: it is done; it was taken, and is done later or perhaps; there was nothing left
#: to do; the vendor will not; nobody knows
OUTCOMES = ("revoked", "accepted", "already-inactive", "refused", "unknown")
#: by what right a key is revoked: it revokes itself; anybody may report it; another credential of the account does it
RIGHTS = ("self", "report", "admin")
METHODS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT")
#: how well it is known: from the vendor's documentation; from the source of software that asks in this way; or from
#: memory alone, and then no answer of it means for certain that a key is dead
EVIDENCE = ("documentation", "source", "memory")

# patterns stay texts until they are used: every commit loads this module, and hardly any of them a pack
_URL = r"https://([a-z0-9][a-z0-9.-]*[a-z0-9])(:[0-9]{1,5})?(/[^\s#]*)?"
_FIELD = r"\{[^{}]*\}"
_KNOWN = r"\{(?:secrets?|pair|basic|basic:[a-z_]{1,20}|admin|key_id)\}"
#: verbs of paths that do something, whatever the method: no question is asked there
_DOES = r"/(?:send|charges?/create|rotate|revoke|delete|upload|mail/send|messages/send)\b"


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What an answer means that has one of these statuses, and in whose JSON body the rest holds, too."""

    status: tuple[int, ...]
    #: one of ``VERDICTS``, or of ``OUTCOMES`` where something is to be done
    verdict: str
    #: dotted path into the body -> the value that stands there
    when: dict[str, str | int | bool] = {}
    #: dotted paths at which anything stands
    has: tuple[str, ...] = ()
    #: in words, for people: ``active, but it may only send``
    says: str = ""
    #: whether only the vendor that issued the key answers so: ``token_revoked``, and not ``unauthorized``, which any
    #: other vendor would say of it as well
    recognises: bool = False


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One request to a vendor, with the answers in the order in which they are tried."""

    method: str = "GET"
    url: str
    headers: dict[str, str] = {}
    body: str = ""
    answers: tuple[Answer, ...]
    #: one of ``EVIDENCE``
    evidence: str = "documentation"
    #: the page that describes it
    reference: str = ""
    #: ``aws-sigv4``: the secret is not sent but signs the request, with what ``pair`` names; empty: it stands in it
    sign: str = ""
    #: id of the rule whose key stands beside this one and belongs to it, ``{pair}`` in the body
    pair: str = ""
    #: the vendor's software runs at many places, and a key does not say at which: the user has to say
    hosted: bool = False
    #: the vendor's software also runs at other places, where its API is below this path: ``/api/v3``; the key does not
    #: say where, and unless the user does, the vendor's own host is asked
    self_hosted: str = ""

    @property
    def host(self) -> str:
        """The host that is asked."""
        found = _address(self.url)
        return found[1] if found else ""


class Lookup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Where a vendor lists the keys of an account, with parts of each: so the id of one is found that is known whole.

    All but the address and the headers are dotted paths: into the answer, or into one of its rows.
    """

    url: str
    headers: dict[str, str]
    rows: str
    id: str = "id"
    #: beginning and end of the key, with dots or stars for what is between
    hint: str
    name: str = ""
    status: str = ""
    #: what stands at ``status`` while the vendor takes the key
    live: tuple[str, ...] = ()
    #: true where there are further rows, …
    more: str = ""
    #: … which come after this one …
    last: str = ""
    #: … if this field of the query says so
    after: str = ""


class Revocation(Request, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A request that makes a key inactive."""

    #: one of ``RIGHTS``
    right: str = "self"
    #: whether it can be undone
    reversible: bool = False
    #: what it does besides, for people: ``the owner gets an e-mail``
    effect: str = ""
    #: how many keys one request can name, by ``{secrets}`` in its body
    batch: int = 1
    #: which ``{key_id}`` a key has, told by the vendor …
    find: Lookup | None = None
    #: … or by the key itself: a pattern whose one group is the id
    key_id: str = ""
    #: the same request, but so that the vendor only says what it would do
    rehearsal: Request | None = None


def at_host(request: Request, host: str) -> Request:
    """The same request to a host (perhaps with a port) that the user has named. ValueError if it is no name of one.

    There the API is below the path that the request gives for that, but for a host that is one of an API by its name:
    ``api.acme.ghe.com``.
    """
    below = "" if host.startswith("api.") else request.self_hosted
    moved = msgspec.structs.replace(request, url=_moved(request.url, host, below), hosted=False, self_hosted="")
    if isinstance(moved, Revocation) and moved.rehearsal is not None:
        moved = msgspec.structs.replace(moved, rehearsal=at_host(moved.rehearsal, host))
    if isinstance(moved, Revocation) and moved.find is not None:
        find = msgspec.structs.replace(moved.find, url=_moved(moved.find.url, host))
        moved = msgspec.structs.replace(moved, find=find)
    return moved


def _moved(address: str, host: str, below: str = "") -> str:
    url = f"https://{host}{below}" + address.removeprefix("https://")[len(address.split("/")[2]) :]
    if not _address(url):
        raise ValueError(f"{host!r} is not the name of a host, with a port from 1 to 65535 if any")
    return url


def _address(url: str) -> re.Match[str] | None:
    """The parts of an address, by ``_URL``; None where it is none that a request could go to."""
    found = re.fullmatch(_URL, url)
    if not found or not all(0 < len(label) < 64 for label in found[1].split(".")) or len(found[1]) > 253:
        return None
    return found if not found[2] or 0 < int(found[2][1:]) < 1 << 16 else None


def problem(request: Request, *, asks: bool) -> str:
    """What is wrong with a request that has the right types, in a sentence; empty if nothing is.

    ``asks``: it must only ask, and change nothing. The secret may stand in the path, where a vendor wants it so, and
    never in the query, the host or the name of a header.
    """
    words = VERDICTS if asks else OUTCOMES
    if request.evidence not in EVIDENCE:
        return f"{request.evidence!r} is not one of {', '.join(EVIDENCE)}"
    if isinstance(request, Revocation) and request.right not in RIGHTS:
        return f"{request.right!r} is not one of {', '.join(RIGHTS)}"
    if not _address(request.url):
        return "the address must begin with https:// and a host in lower case, with a port from 1 to 65535 if any"
    if request.method not in METHODS:
        return f"{request.method!r} is not one of {', '.join(METHODS)}"
    if asks and (request.method not in ("GET", "HEAD", "POST") or re.search(_DOES, request.url)):
        return "a question must change nothing"
    if "{" in request.url.partition("?")[2] or "{" in request.host:
        return "no secret goes into the query or the host of an address"
    texts = [request.url, request.body, *request.headers.values()]
    fields = [field for text in texts[:1] + texts[2:] for field in re.findall(_FIELD, text)]
    fields += re.findall(_KNOWN, request.body)
    if any(not re.fullmatch(_KNOWN, field) for field in fields):
        return "only {secret}, {basic}, {basic:user}, {admin} and {key_id} may stand in braces"
    if not re.fullmatch(r"(?:/[a-z0-9/_-]+)?", request.self_hosted) or (request.hosted and request.self_hosted):
        return "self-hosted is a path, and goes without hosted"
    if request.sign not in ("", "aws-sigv4") or bool(request.sign) != bool(request.pair):
        return "sign is 'aws-sigv4', and goes with a pair"
    if not {*fields} - {"{admin}"} and not request.sign:
        return "the secret is nowhere in it"
    if wrong := _administration_problem(request, fields):
        return wrong
    said = (_answer_problem(answer, words) for answer in request.answers)
    return next(filter(None, said), "" if request.answers else "it has no answers")


def _administration_problem(request: Request, fields: list[str]) -> str:
    """What is wrong with how another credential is used, and the id of the key is found."""
    admin = isinstance(request, Revocation) and request.right == "admin"
    if not admin and {"{admin}", "{key_id}"} & {*fields}:
        return "{admin} and {key_id} are for what another credential revokes: right = 'admin'"
    find, key_id = (request.find, request.key_id) if isinstance(request, Revocation) else (None, "")
    if ("{key_id}" in fields) != bool(find or key_id) or (find and key_id):
        return "{key_id} goes with find or with key-id, and those with it"
    if key_id and not _has_one_group(key_id):
        return "key-id is a pattern with one group, which is the id"
    if find is None:
        return ""
    given = [field for text in (find.url, *find.headers.values()) for field in re.findall(_FIELD, text)]
    if not _address(find.url) or find.url.split("/")[2] != request.url.split("/")[2]:
        return "find has to ask the host that revokes"
    if not given or {*given} != {"{admin}"} or "{" in find.url:
        return "find is asked with {admin} in a header, and with nothing else in braces"
    return ""


def _has_one_group(pattern: str) -> bool:
    try:
        return re.compile(pattern).groups == 1
    except re.error:
        return False


def _answer_problem(answer: Answer, words: tuple[str, ...]) -> str:
    if answer.verdict not in words:
        return f"{answer.verdict!r} is not one of {', '.join(words)}"
    if answer.verdict in ("inactive", "already-inactive") and not (answer.when or answer.has):
        return f"an answer that means {answer.verdict!r} must be told by its body: any proxy can send a bare status"
    return ""
