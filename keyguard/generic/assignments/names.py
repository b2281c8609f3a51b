"""What a name says: that it is one of a password, of a secret, or of something about secrets. Cheap, and remembered."""

from __future__ import annotations

from functools import lru_cache

from keyguard.support.regex import expression

_PASSWORD_STEM = expression(
    r"(?i)pass|pwd|(?<![a-z])psw|kennwort|contrase|senha|wachtwoord|parol|motdepasse|(?:^|_)pw$|пароль|密码|口令|暗証"
)
_STRONG = expression(
    r"(?i)pass(?:word|wd|phrase|code)?|pwd|identified|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|_pw\b"
    r"|kenn|пароль|密码|口令"
)
_PUBLIC = expression(
    r"(?i)public|publish|no_?passw|site[_-]?key|key[_-]?id\b|keyid|key[_-]?name|client[_-]?id|app[_-]?id|user[_-]?id|\bname\b"
    r"|cache[_-]?key|primary[_-]?key|foreign[_-]?key|sort[_-]?key|partition|routing[_-]?key"
    r"|key[_-]?(?:code|type|size|usage|path|file|store[_-]?type|ring|board|word|length|alg)|keyword|keyboard|hotkey|shortcut"
    r"|token[_-]?(?:type|endpoint|url|uri|name|count|limit|expir\w*)|secret[_-]?name"
    r"|auth[_-]?(?:or\b|ors\b|url|uri|type|method|endpoint|mode|scheme)|author\b|authors|authored|authorit"
    r"|(?:pass|token|key|secret|password|pwd)[_-]?(?:field|label|input|hint|regex|pattern|policy|length|min|max|placeholder|param\w*"
    r"|header|column|prefix|attribute|error|message|title|text|desc\w*|reset|version|scheme|encryption|algorithm|hasher|encoder"
    r"|manager|class|model|service|controller|module|component|view|template|form|page|route|filter|handler|method|grant|provider"
    r"|strategy|ttl|file|path|url|uri|type)\b|bypass|compass|passenger|passive|passport|passed|passes|passing|[aiou]ckey|[md]onkey|turkey|mikey|smokey|whiskey"
    r"|tokeni[sz]|last_?(?:two|three|four|six|eight|\d)|hockey|keynote|credit\b|credits|websocket[_-]?key|authenticity[_-]?token|[cx]srf[_-]?token|valueforkey|(?-i:^[a-z]{2}_[A-Z]{2}$)|amz-credential|goog-credential|i18n|translation"
    r"|(?:first|second|single|multi|one|two|final|render)[_-]?pass(?:es)?\b|pass(?:key|thr)|memo[_-]?key|(?:next|page|paging|continuation|creation|lock|cursor)_?token|pull[_-]?secret|kube_secret|secretsid\b|passet|credentials?_?id\b|^key_?\d{1,2}$"
    r"|key(?:cloak|stone)(?![\w.-]*(?:pass|secret|token|[_-]key|_pw))|valkey(?![\w.-]*(?:pass|secret|token|[_-]key))"
    r"|auth\w{0,16}[_-](?:service|server|api|app|proxy|gateway|backend|db)$"
)
#: the last word of a name of something about secrets; ``dbPasswordFile`` and the like have no separator
_SETTING = expression(
    r"[_\-.](?i:timeout|expir\w{0,8}|ttl|lifetime|duration|age|max|min|length|len|count|limit|size|interval|rounds|cost"
    r"|iterations|attempts|retries|days|hours|minutes|seconds|enabled|required|disabled|policy|algorithm|alg|method|type"
    r"|fields?|headers?|url|uri|path|file|filename|dir|name|id|prefix|suffix|label|hint|regex|pattern|format|encoding"
    r"|bits|version|status|state|scope|scopes|audience|issuer|host|port|endpoint|error|code|err|message|msg|text|title|button|input|icon|toggle|wrap|wrapper|class"
    r"|branch|revision|commit|refspec|tags?|mode|backend|schemes?|gid|owner|group|chars|characters|charset|image|registry|property|user|username|hostname|colou?r|width|height|until|at|since|date|time|command|cmd)$"
    r"|\.(?i:svg|png|jsx?|tsx?|vue|css|html?|md|ya?ml|py|java|go|rb|php|sh|txt)$"
    r"|[a-z](?:Timeout|Expir\w{0,8}|TTL|Ttl|Length|Count|Limit|Size|Type|URL|Url|Uri|Path|File|Enabled|Required|Policy"
    r"|Name|Field|Header|Prefix|Label|Pattern|Format|Version|Status|Endpoint|Scope|Lifetime|Duration|Error|Code|Message|Text|Title|Button|Input"
    r"|Icon|Toggle|Wrap|Wrapper|Class|Container|Placeholder|Style|Validator|Strength|Algorithm|Branch|Revision|Mode|Backend"
    r"|Scheme|Characters|Image|Property)$"
)
_ABSENT = expression(
    r"(?i)(?:^|_)no_?(?:pass|secret|token|key)"
    r"|(?-i:^(?:is|has|show|hide|should|can|toggle)(?:Pass|Secret|Token|Key))"
    r"|(?:^|[.])(?:update|show|hide|toggle|require|allow|enable|disable|skip|has|is|needs?)_(?:pass|secret|token|key)"
)
_NAMES_PASSWORD = expression(r"(?i)(?:passw(?:or)?d|secret|pwd)$")
_HASHED = expression(
    r"(?i)(?:sha-?\d*|hash|digest|md5|hmac|checksum|fingerprint|crypted|encrypted|hashed|pbkdf2|bcrypt|argon2)\Z|^(?:encrypted|hashed|crypted)"
    r"|pin-sha|_(?:hash|digest)_|sha-?\d{1,3}_pass"
)
_ERROR_NAME = expression(r"ERR?(?:OR)?_")
#: a key or a token that is generated is no single word; a secret may be chosen as a password is
_CHOSEN = expression(r"(?i)secret|passw")


@lru_cache(8192)
def is_password(name: str) -> bool:
    """Whether a name is one of a password, rather than of a key or a token."""
    return _PASSWORD_STEM.search(name) is not None


@lru_cache(8192)
def is_strong(name: str) -> bool:
    """Whether a name can hardly be about anything else than a secret: ``api_key`` is, ``key`` is not."""
    return _STRONG.search(name) is not None


@lru_cache(8192)
def is_public(name: str) -> bool:
    """Whether a name says that it is public, an identifier, or a setting about secrets: ``key_id``, ``token_url``."""
    if _ABSENT.search(name) or _SETTING.search(name):
        return True
    return _PUBLIC.search(name) is not None and not _NAMES_PASSWORD.search(name)


@lru_cache(8192)
def is_hashed(name: str) -> bool:
    """Whether a name says that its value is a digest or is encrypted."""
    return _HASHED.search(name) is not None


def is_salt(name: str) -> bool:
    """Whether a name is one of a salt or a nonce, which need not be secret."""
    lowered = name.lower()
    return ("salt" in lowered or "nonce" in lowered) and not is_strong(name)


def is_count(name: str) -> bool:
    """Whether digits under a name are a number: of tokens, or of something whose key it is."""
    lowered = name.lower()
    return lowered.endswith("tokens") or ("key" in lowered and not is_strong(name))


def is_error(name: str) -> bool:
    """Whether a name is one of an error: ``ER_PASSWORD_NO_MATCH``."""
    return _ERROR_NAME.match(name) is not None


def may_be_a_word(name: str) -> bool:
    """Whether a person may have chosen the value, so that it can be a word; keys and tokens are generated."""
    return is_password(name) or _CHOSEN.search(name) is not None
