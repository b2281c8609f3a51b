"""The requests that a rule pack declares for a vendor, and what each answer means. Data only: nothing is sent here.

Templates may contain ``{secret}``, ``{basic}`` (base64 of ``secret:``, as in ``curl -u secret:``) and ``{basic:user}``
(base64 of ``user:secret``); a body may also contain ``{secrets}``, several keys as JSON strings. Where another
credential of the account revokes a key, ``{admin}`` is that credential and ``{key_id}`` is the vendor's id of the key.
Nothing else is substituted: what is sent, and to whom, comes from the pack and never from what is scanned.
"""

from __future__ import annotations

import re

import msgspec

VERDICTS = ("active", "inactive", "unknown")
#: outcomes of a request to revoke: revoked; accepted, and done later or perhaps; nothing left
#: to do; refused by the vendor; not known
OUTCOMES = ("revoked", "accepted", "already-inactive", "refused", "unknown")
#: who may revoke a key: the key itself; anybody, by a report; another credential of the account
RIGHTS = ("self", "report", "admin")
METHODS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT")
#: the source for a request: the vendor's documentation; the source code of software that sends it; or
#: memory alone, in which case no answer proves that a key is inactive
EVIDENCE = ("documentation", "source", "memory")

# patterns stay strings until they are used: every commit hook loads this module, and few parse a pack
_URL = r"https://([a-z0-9][a-z0-9.-]*[a-z0-9])(:[0-9]{1,5})?(/[^\s#]*)?"
_FIELD = r"\{[^{}]*\}"
_KNOWN = r"\{(?:secrets?|pair|basic|basic:[a-z_]{1,20}|admin|key_id)\}"
#: path verbs that change something, whatever the method: never used to verify a key
_DOES = r"/(?:send|charges?/create|rotate|revoke|delete|upload|mail/send|messages/send)\b"


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What an answer means that has one of these statuses and, if given, these values in its JSON body."""

    status: tuple[int, ...]
    #: one of ``VERDICTS``, or of ``OUTCOMES`` for a request that changes something
    verdict: str
    #: dotted path into the body -> the value required there
    when: dict[str, str | int | bool] = {}
    #: dotted paths at which any value is required
    has: tuple[str, ...] = ()
    #: the meaning for people: ``active, but it may only send``
    says: str = ""
    #: whether only the vendor that issued the key gives this answer: ``token_revoked``, but not ``unauthorized``, which
    #: any other vendor would give too
    recognises: bool = False


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One request to a vendor, with its answers in the order in which they are tried."""

    method: str = "GET"
    url: str
    headers: dict[str, str] = {}
    body: str = ""
    answers: tuple[Answer, ...]
    #: one of ``EVIDENCE``
    evidence: str = "documentation"
    #: URL of the page that documents it
    reference: str = ""
    #: ``aws-sigv4``: the secret signs the request, with the key that ``pair`` names; empty: the request contains it
    sign: str = ""
    #: id of the rule whose key is found next to this one and belongs to it; ``{pair}`` in the body
    pair: str = ""
    #: the vendor's software is self-hosted only, and a key does not identify the host: the user has to name it
    hosted: bool = False
    #: the vendor's software can also be self-hosted, with its API below this path: ``/api/v3``; the key does not
    #: identify the host, so the vendor's own host is used unless the user names one
    self_hosted: str = ""

    @property
    def host(self) -> str:
        """The host that receives the request."""
        found = _address(self.url)
        return found[1] if found else ""


class Lookup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The vendor's listing of an account's keys, by which the id of a key is found whose value is known.

    Every field but the URL and the headers is a dotted path, into the answer or into one of its rows.
    """

    url: str
    headers: dict[str, str]
    rows: str
    id: str = "id"
    #: path of the key's first and last characters, with dots or asterisks in between
    hint: str
    name: str = ""
    status: str = ""
    #: values of ``status`` while the vendor accepts the key
    live: tuple[str, ...] = ()
    #: path of a flag that is true if there are further rows, …
    more: str = ""
    #: … which follow the row with this id …
    last: str = ""
    #: … if this query parameter names it
    after: str = ""


class Revocation(Request, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A request that makes a key inactive."""

    #: one of ``RIGHTS``
    right: str = "self"
    #: whether the revocation can be undone
    reversible: bool = False
    #: side effects, for people: ``the owner gets an e-mail``
    effect: str = ""
    #: the number of keys that one request can carry, in ``{secrets}`` of its body
    batch: int = 1
    #: where ``{key_id}`` comes from: the vendor's listing …
    find: Lookup | None = None
    #: … or the key itself: a pattern whose one group is the id
    key_id: str = ""
    #: the same request as a dry run at the vendor
    rehearsal: Request | None = None


def at_host(request: Request, host: str) -> Request:
    """Return the request moved to a host, with an optional port, that the user has named; ValueError if invalid.

    The API is below ``self_hosted`` there, unless the host's name starts with ``api.``, as ``api.acme.ghe.com`` does.
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
    """Return the match of ``_URL`` for a URL that can be requested, else None."""
    found = re.fullmatch(_URL, url)
    if not found or not all(0 < len(label) < 64 for label in found[1].split(".")) or len(found[1]) > 253:
        return None
    return found if not found[2] or 0 < int(found[2][1:]) < 1 << 16 else None


def problem(request: Request, *, asks: bool) -> str:
    """Return what is wrong with a well-typed request, as a sentence; the empty string if nothing is.

    ``asks`` means that the request must only query and change nothing. The secret may be in the path, where a vendor
    requires that, but never in the query, the host or the name of a header.
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
    """Return what is wrong with the use of another credential and with the lookup of the key's id."""
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
