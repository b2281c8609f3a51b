"""Files in many languages and styles, made from the templates in ``styles/*.txt``, each with a key for several vendors.

A template begins with ``==== verdict | what it is | path``. The verdict is ``+`` if the file itself decides whose key
it is, ``-`` if nobody could tell. ``<vendor>``, ``<Vendor>``, ``<VENDOR>``, ``<host>``, ``<js>`` and ``<py>`` stand
for the vendor, ``<other>`` and its like for another one, ``<key>`` for the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from keyguard.masking.secret import Secret, fingerprint
from keyguard.model.finding import Certainty
from tests.attribution.labelled import NOBODY, Case, Verdict
from tests.helpers.seeing import key, see

FOLDER = Path(__file__).parent / "styles"
_TEMPLATE = re.compile(r"^==== ", re.MULTILINE)


class Names(NamedTuple):
    """How a vendor is written, and how its keys look."""

    id: str
    title: str
    host: str
    js: str
    py: str
    key: str = "sk_live_{alnum:32}"


VENDORS = (
    Names("sendmailos", "SendMailOS", "api.sendmailos.com", "@sendmailos/sdk", "sendmailos"),
    Names("stripe", "Stripe", "api.stripe.com", "stripe", "stripe", "sk_live_{alnum:24}"),
    Names("clerk", "Clerk", "api.clerk.com", "@clerk/backend", "clerk_backend_api", "sk_test_{alnum:42}"),
    Names("paymongo", "PayMongo", "api.paymongo.com", "paymongo-node", "paymongo", "sk_test_{alnum:24}"),
    Names("paystack", "Paystack", "api.paystack.co", "paystack-node", "paystack", "sk_live_{hex:40}"),
    Names("moyasar", "Moyasar", "api.moyasar.com", "moyasar", "moyasar", "sk_test_{alnum:40}"),
    Names("korapay", "Korapay", "api.korapay.com", "korapay", "korapay", "sk_live_{alnum:40}"),
)


def styled_cases(per_template: int = 3) -> Iterator[Case]:
    """Yield each template filled in for some of the vendors, in turn."""
    number = 0
    for path in sorted(FOLDER.glob("*.txt")):
        for at, text in enumerate(_TEMPLATE.split(path.read_text(encoding="utf-8"))[1:], 1):
            for _ in range(per_template):
                mine, other = VENDORS[number % len(VENDORS)], VENDORS[(number + 3) % len(VENDORS)]
                number += 1
                yield _filled(f"{path.stem}-{at}-{mine.id}", text, mine, other)
            number += 1


def judge_text(case: Case) -> Verdict:
    """Return what is said of the key in the only file of a case, which is read alone."""
    secret = key(case.template, case.id)
    ((path, text),) = case.files.items()
    name = fingerprint(Secret(secret.encode()), guessable=False)
    mark = "<string><key></string>" if path.endswith(".plist") else "<key>"
    for one in see(text.replace(mark, mark.replace("<key>", secret)), path.encode()):
        if one.fingerprint == name:
            said = one.attribution
            vendor = said.vendor if said.certainty is not Certainty.AMBIGUOUS else ""
            return Verdict(case, vendor, said.certainty, said.because)
    return Verdict(case, "", None)


def _filled(id: str, text: str, mine: Names, other: Names) -> Case:
    head, _, body = text.partition("\n")
    verdict, what, path = head.split(" | ")
    for names, kind in ((mine, "vendor"), (other, "other")):
        for mark, put in (
            (kind, names.id),
            (kind.title(), names.title),
            (kind.upper(), names.id.upper()),
            ("host" if kind == "vendor" else "otherhost", names.host),
        ):
            body, path = body.replace(f"<{mark}>", put), path.replace(f"<{mark}>", put)
    body = body.replace("<js>", mine.js).replace("<py>", mine.py)
    return Case(id, mine.id if verdict == "+" else NOBODY, what, mine.key, {path: body})
