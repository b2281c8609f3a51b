"""What finds the places to look at: expressions for the same Hyperscan database that holds the rules' literals.

Expressions are valid for Hyperscan and for ``re``, over bytes; they ignore case; ``^`` and ``$`` match at line ends.
Each must be as specific as it can be (separator and shape of the value included), since every hit costs microseconds
of Python, and has to end in something definite, since Hyperscan reports every end at which it matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from keyguard.generic.commands import HEADS

if TYPE_CHECKING:
    from keyguard.model.judged_secret import JudgedSecret

#: bytes around a hit that a finder may read on each side
REACH = 400

#: (text, offset of the end of the hit, path as far as known) -> the secrets there; the same one may come more than once
Finder = Callable[[bytes, int, bytes], "Iterator[JudgedSecret]"]


class Syntax(NamedTuple):
    """One way in which secrets are written."""

    name: str
    expressions: tuple[str, ...]
    #: dotted name of the module with the function ``find`` (a :data:`Finder`), imported at the first hit
    module: str


#: what separates a name from its value: ``: ``, ``=``, ``=>``, ``", "``
_BETWEEN = r"""["'`]?\]?[ \t]{0,4}(?::|=>|=|,)[ \t]{0,4}["'`]?"""
#: headers, other than Authorization, whose value is a key
KEY_HEADERS = (
    r"(?:x-(?:[a-z]{2,16}-){0,2}(?:key|token|secret|password|authorization)|api-?key|ocp-apim-subscription-key"
    r"|(?:private|access|auth|deploy|job|service)-token|circle-token|dd-api-key|dd-application-key)"
)
_SCHEME = rf"(?:bearer|authorization{_BETWEEN}(?:token|apikey|api-key|key))"

SYNTAXES: tuple[Syntax, ...] = (
    Syntax(
        "JSON web token",
        # base64 of an object in JSON begins so: with no blank, a blank, or the end of a line behind the brace
        (r"(?-i:(?:eyJ|eyAi|ewog|ew0K)[A-Za-z0-9_-]{14})",),
        "keyguard.generic.jwt",
    ),
    Syntax(
        "credentials in an HTTP header",
        (
            r"""\bbasic(?:[ \t]{1,4}|%20|\+)[a-z0-9+/_-]{8}""",
            rf"""\b{_SCHEME}(?:[ \t]{{1,4}}|%20)(?:token=)?["']?[a-z0-9._~+/-]{{16}}""",
            rf"""\b{KEY_HEADERS}{_BETWEEN}[a-z0-9._~+/-]{{16}}""",
        ),
        "keyguard.generic.authorization",
    ),
    Syntax("address", (r"""://[^\s:/@"'`<>]{0,64}:[^\s/"'`<>@{}]{3,120}@[\w\[]""",), "keyguard.generic.url_password"),
    Syntax("command", HEADS, "keyguard.generic.command_line"),
)
