"""What finds the places to look at: expressions for the same Hyperscan database that holds the rules' literals.

Expressions are valid for Hyperscan and for ``re``, over bytes; they ignore case; ``^`` and ``$`` match at line ends.
Each must be as specific as it can be (separator and shape of the value included), since every hit costs microseconds
of Python, and has to end in something definite, since Hyperscan reports every end at which it matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from keyguard.generic import assignment_syntax
from keyguard.generic.commands import HEADS, VARIABLES

if TYPE_CHECKING:
    from keyguard.model.judged_secret import JudgedSecret

#: bytes around a hit that a finder may read on each side
REACH = 400
#: bytes after a hit that tell in what a value stands
BEHIND = 80

#: (text, offset of the end of the hit, path as far as known) -> the secrets there; the same one may come more than once
Finder = Callable[[bytes, int, bytes], "Iterator[JudgedSecret]"]


def lines_around(data: bytes, end: int) -> tuple[int, int]:
    """Return the span of the line in which a hit ends, the line before it, and a little behind the hit."""
    at = end - 1 if data[end - 1 : end] == b"\n" else end
    low = max(0, at - 2 * REACH)
    start = data.rfind(b"\n", max(low, at - REACH), at)
    if start > 0:
        low = data.rfind(b"\n", max(low, start - REACH), start) + 1 or max(low, start - REACH)
    stop = data.find(b"\n", at, at + BEHIND)
    return low, at + BEHIND if stop < 0 else stop + 1


class Syntax(NamedTuple):
    """One way in which secrets are written."""

    name: str
    expressions: tuple[str, ...]
    #: dotted name of the module with the function ``find`` (a :data:`Finder`), imported at the first hit
    module: str
    #: whether the finder reads no more than :func:`lines_around` without a path
    reads_lines: bool = False


#: what separates a name from its value: ``: ``, ``=``, ``=>``, ``", "``
_BETWEEN = r"""["'`]?\]?[ \t]{0,4}(?::|=>|=|,)[ \t]{0,4}["'`]?"""
#: schemes of authorization with a token that are told as such behind the header's name alone
SCHEMES = "token|apikey|api-key|key|oauth|ssws|splunk|geniekey|bot|shippable|zoho-oauthtoken"
#: headers, other than Authorization, whose value is a key
KEY_HEADERS = (
    "x-(?:[a-z]{2,16}-){0,2}key", "x-(?:[a-z]{2,16}-){0,2}token", "x-(?:[a-z]{2,16}-){0,2}secret",
    "x-(?:[a-z]{2,16}-){0,2}(?:password|authorization)", "api-key", r"(?:h|header)[ =]{1,2}[\"']api_?key",
    "ocp-apim-subscription-key",
    "(?:private|access|auth|deploy|job|service)-token", "circle-token", "dd-api-key", "dd-application-key",
)  # fmt: skip
_SCHEMES = ("bearer", rf"authorization{_BETWEEN}(?:{SCHEMES})")
_ASSIGNED = r"[ \t]{0,3}=[ \t]{0,3}"
_NEXT_FIELD = r";[ \t]{0,3}[a-z]{2,16}(?: [a-z]{2,16}){0,2}[ \t]{0,3}="
#: between an option and its value, quotes included
_OPTION_GAP = (
    r"""(?:=|[ \t]{1,4}=?[ \t]{0,2}|["'][ \t]{0,4},\s{0,60}["']|["']?[ \t]{0,4}\r?\n[ \t]{0,60}-[ \t]{1,4})\\?["']?"""
)
#: ends of the names of options that take a password or a token
OPTION_NAMES = (
    r"[a-z]{0,20}passw(?:or)?d", "passphrase", "pass", "pwd", "requirepass", "masterauth", "storepass", "keypass",
    "api[-_]?key", "access[-_]?key", "account[-_]?key", "secret[-_]?key", "secret",
    "(?:auth|access|api|repo)?token", "oauth2-bearer",
)  # fmt: skip
_PORT = r"(?:[ \t]{0,4}[0-9]{2,5},)?"
#: ends of the names of functions whose first arguments are an account and its password
CALLS = (
    "auth", r"auth[ \t]{0,2}[=:][ \t]{0,2}", "credentials?", r"credentials\.basic", "authentication",
    "authenticationtoken", "usernamepassword", r"\.login", r"wifi[\w.]{0,20}(?:begin|connect)", "addap",
    "oci_p?connect", r"oracle(?:db)?\.connect",
)  # fmt: skip
#: and of those with a host, an address or a connection before them
LONGER_CALLS = (
    "mysqli?_p?connect", "mysqli", "pdo", "getconnection", "dbi->connect", "ftp_login", "imap_open", "ldap_bind",
    "plainauth", "(?:mssql|sybase|odbc|ibase)_p?connect", "ssh2_auth_password", r"\.connect", r"\bftp(?:_tls)?",
)  # fmt: skip

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
            *(rf"""\b{scheme}(?:[ \t]{{1,4}}|%20)(?:token=)?["']?[a-z0-9._~+/-]{{16}}""" for scheme in _SCHEMES),
            rf"""\bauthorization{_BETWEEN}[a-z0-9._~+/-]{{24}}""",
            *(rf"""\b{name}{_BETWEEN}[a-z0-9._~+/-]{{16}}""" for name in KEY_HEADERS),
        ),
        "keyguard.generic.authorization",
    ),
    Syntax(
        "address",
        (
            r"""://[^\s:/"'`<>]{0,64}:[^\s/"'`<>@{}]{3,120}@[\w\[]""",
            r"""(?:https?|git|ftp)://[\w-]{20,120}@[\w.-]{3}""",
        ),
        "keyguard.generic.url_password",
    ),
    Syntax(
        "connection string",
        (
            rf""";[ \t]{{0,3}}passw(?:or)?d{_ASSIGNED}[^\s;]{{3}}""",
            rf""";[ \t]{{0,3}}pwd{_ASSIGNED}[^\s;]{{3}}""",
            rf"""\bpassw(?:or)?d{_ASSIGNED}[^\s;"`<>&]{{3,100}}{_NEXT_FIELD}""",
            rf"""\bpwd{_ASSIGNED}[^\s;"`<>&]{{3,100}}{_NEXT_FIELD}""",
            r"""[?&](?:amp;)?passw(?:or)?d=[^\s&;"'<>$#{%]{3}""",
            r"""jdbc:oracle:(?:thin|oci8?):[\w$#.]{1,40}/[^\s"'@/]{3,60}@""",
            r"""[\w$#]/[^\s"'@/]{3,60}@(?://)?[\w.-]{1,80}:1521""",
            r"""(?:host|user|dbname|port|sslmode|database)=[^\s"';,]{1,64}[ \t]{1,4}password=[^\s"$%{<]{3}""",
            r"""\bpassword=[^\s"$%{<]{3,64}[ \t]{1,4}(?:host|user|dbname|port|sslmode|database)=""",
            r""":[0-9]{2,5},(?:[a-z ]{2,20}=[^,\s]{1,40},){0,4}password=[^\s,;]{3}""",
            r"""user(?:name)?=[^,\s]{1,60},pass(?:word)?=[^\s,;]{3}""",
            r"""oracle(?:db)?\.connect\([ \t]{0,2}["'][\w$#]{1,30}/[^\s"'@/]{3,60}@""",
            r""":[^\s"'`:/@]{3,100}@tcp\(""",
            r""":[^\s"'`:/@]{3,100}@unix\(""",
        ),
        "keyguard.generic.connection_strings",
    ),
    Syntax("command", HEADS, "keyguard.generic.command_line"),
    Syntax(
        "option of a command",
        (
            *(rf"[-.]{name}{_OPTION_GAP}[^\s\"'${{}}<>=,)]{{3}}" for name in OPTION_NAMES),
            r"""[ \t]/(?:password|passwd|pass|pwd):["']?[^\s"'${}<>=,)%]{3}""",
            r"""^[ \t]{0,8}(?:requirepass|masterauth)[ \t]{1,4}["']?[^\s"'${}<>=,)%]{3}""",
            r"""-Dsonar\.login=["']?[^\s"'${}<>=,)%]{3}""",
            rf"\b(?:{VARIABLES})=[\"']?[^\s\"'${{}}<>=,)]{{3}}",
        ),
        "keyguard.generic.command_options",
    ),
    Syntax(
        "password on standard input",
        (
            r"\|[ \t]{0,4}(?:sudo[ \t]{1,4})?chpasswd",
            r"\|[ \t]{0,4}(?:sudo[ \t]{1,4})?(?:smb)?passwd\b",
            r"""chpasswd[ \t]{0,4}<<<[ \t]{0,4}["']?[\w$.-]{1,40}:[^\s"'$]{3}""",
            r"""expect[ \t][^\n]{0,40}assword[^\n]{0,20}["'}][\s;{]{1,40}send[ \t-]{1,6}["'][^"'\\$\n]{3}""",
            r"--password-stdin",
            r"\|[ \t]{0,4}sudo[ \t]{1,4}(?:-[a-z][ \t]{1,4}){0,3}-[a-z]{0,3}s\b",
            r"\|[ \t]{0,4}kinit\b",
            r"\|[ \t]{0,4}(?:sudo[ \t]{1,4})?cryptsetup\b",
        ),
        "keyguard.generic.piped_passwords",
    ),
    Syntax(
        "statement of SQL",
        (
            r"""\bidentified[ \t]{1,4}(?:with[ \t]{1,4}['"`]?\w{1,40}['"`]?[ \t]{1,4})?by[ \t]{1,4}[\w"'\\]""",
            r"""password[ \t]{0,4}(?:=[ \t]{0,4}|\([ \t]{0,2}|[ \t])[ \t]{0,3}N?\\?'[^'\n]{3}""",
        ),
        "keyguard.generic.sql_passwords",
    ),
    Syntax(
        "call that signs in",
        (
            r"""userpwd["']?[ \t]{0,4}(?:,|=>?)[ \t]{0,4}["'][^"'\n:]{0,64}:[^"'\n]{3}""",
            *(rf"""{name}\([ \t]?[a-z@]{{0,2}}["'][^"'\n]{{1,80}}["'],""" for name in CALLS),
            *(
                rf"""{name}\(\s{{0,20}}[^,\n]{{1,120}},{_PORT}\s{{0,40}}[a-z@]{{0,2}}["'][^"'\n]{{1,80}}["'],"""
                for name in LONGER_CALLS
            ),
        ),
        "keyguard.generic.call_passwords",
    ),
    Syntax("assignment", assignment_syntax.EXPRESSIONS, "keyguard.generic.assignments.finder", reads_lines=True),
)
