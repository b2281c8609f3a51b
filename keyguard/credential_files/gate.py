"""Whether a text can contain a setting whose name says that it is a secret: a test that costs less than reading it."""

from __future__ import annotations

from keyguard.support.regex import expression

#: what the names of passwords and secrets contain, in lower case; any name with ``key`` is looked at more closely
_STEMS = (b"pass", b"secret", b"token", b"pwd", b"psk", b"pw", b"salt", b"pepper", b"kennwort")
_KEY = b"key"
#: what comes before ``key`` in such a name
_BEFORE_KEY = expression(
    rb"(?:api|auth|access|secret|private|sign|signing|encryption|encrypt|encrypted|crypt|crypto|master|shared|account"
    rb"|storage|hmac|jwt|cookie|cipher|aes|des|signature|session|license|primary|secondary|app|validation|decryption"
    rb"|security|webhook|fernet|sas|laravel|logged_in|nonce|'|\")[_. -]?\Z"
)
_BEFORE = 12
#: the rest of the name, and a value behind it that is not empty and no reference without a default
_FOLLOWED = expression(
    rb"[\w.\"'\])-]{0,40}\s{0,20}(?:=>|[:=,(>{]|\|\||\?[?:]|or\s)\s{0,40}[\"']?"
    rb"(?!\$\{?[\w.]{1,80}\}?[\"']?\s|\{\{[ -]{0,3}[\w.]{1,80}[ -]{0,3}\}\}"
    rb"|(?:null|true|false|none)\b|\[[ ]?\]|\{[ ]?\})"
    rb"[^\s\"'#,);]"
)


def mentions_secret(data: bytes) -> bool:
    """Whether a text has such a name with a value behind it; in a document of XML, such a name anywhere."""
    lowered = data.lower()
    if lowered.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"value" in lowered:
        return any(stem in lowered for stem in (*_STEMS, _KEY))
    if b"requirepass " in lowered:  # an option of Redis in a command
        return True
    return any(_is_set(lowered, stem) for stem in _STEMS) or _is_set(lowered, _KEY)


def _is_set(lowered: bytes, stem: bytes) -> bool:
    at = lowered.find(stem)
    while at >= 0:
        end = at + len(stem)
        if (stem != _KEY or _is_key(lowered, at, end)) and _FOLLOWED.match(lowered, end):
            return True
        at = lowered.find(stem, end)
    return False


def _is_key(lowered: bytes, at: int, end: int) -> bool:
    """Whether ``key`` stands at the end of a word, and behind one that says which key it is."""
    after = lowered[end : end + 1]
    return (after == b"s" or not after.isalpha()) and bool(_BEFORE_KEY.search(lowered[max(at - _BEFORE, 0) : at]))
