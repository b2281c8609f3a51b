"""The features of a candidate: short texts about its name, its value, the syntax and the file, hashed by the model.

Each begins with a tag and an equals sign; ``ASPECTS`` says what the features of a tag are about. Those of a value and
of a name are computed once, whatever they stand beside.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache
from typing import NamedTuple

from keyguard.generic.assignments.candidates import Candidate
from keyguard.generic.assignments.common_words import parts_of, share_of_words
from keyguard.generic.assignments.gates import in_comment
from keyguard.generic.assignments.names import is_password
from keyguard.support.regex import expression

_STEMS = (
    "password", "passwd", "passphrase", "passcode", "pwd", "psw", "pass", "contrase", "kennwort", "senha", "secret",
    "token", "apikey", "accesskey", "privatekey", "key", "cred", "auth", "salt", "seed", "otp", "ticket", "pin",
)  # fmt: skip
#: tag -> what its features are about
ASPECTS = {
    **dict.fromkeys(("C", "L", "E", "F", "FL", "T", "end", "begin", "shape"), "the characters of the value"),
    **dict.fromkeys(("W", "CW", "v"), "the words in the value"),
    **dict.fromkeys(("k", "K", "at", "l", "up", "n"), "the name"),
    **dict.fromkeys(("kC", "kW", "kL", "kF", "has"), "this value under such a name"),
    **dict.fromkeys(("o", "oq", "q", "wrap", "ko", "oW", "oF"), "the syntax"),
    **dict.fromkeys(("x", "kx", "xW", "xk"), "the kind of file"),
    **dict.fromkeys(("b", "a", "ax", "comment"), "what stands around it"),
}
_RUNS = expression(r"[A-Za-z]{3,}")
_NEXT_WORD = expression(r"[ \t]+[A-Za-z]{2}")
_LAST_TOKEN = expression(r"([A-Za-z_]+|[^\sA-Za-z_])[\s\"'`]*\Z")
_HEX = expression(r"[0-9a-f]{8,}|[0-9A-F]{8,}")
_BASE32 = expression(r"[A-Z2-7]{16,}=*")
_BASE64 = expression(r"[A-Za-z0-9+/]{16,}=*")
_URL_SAFE = expression(r"[A-Za-z0-9_\-]{16,}=*")


class ValueTraits(NamedTuple):
    """What the model is told of a value."""

    kinds: str
    """Of characters: ``a`` small, ``A`` capital, ``9`` digits, ``!`` signs, ``-`` dashes."""
    words: int
    """Share of common words, in quarters."""
    length: int
    """In characters up to 12, in fours from there."""
    form: str
    """What it is encoded in: ``hex``, ``digits``, ``base32``, ``base64``, ``url``, or ``free``."""
    features: tuple[str, ...]


@lru_cache(1 << 13)
def value_traits(value: str) -> ValueTraits:
    """Return what the value alone tells."""
    kinds = _kinds(value)
    size = len(value)
    length = size if size < 12 else 12 + min((size - 12) // 4, 12)
    words = int(share_of_words(value) * 4.99)
    form = _form(value, kinds)
    turns = sum(one.isdigit() != other.isdigit() for one, other in itertools.pairwise(value))
    last = "" if value[-1].isalnum() else value[-1]
    features = (
        f"C={kinds}", f"L={length}", f"W={words}", f"E={int(entropy(value) * 2)}", f"F={form}", f"FL={form},{length}",
        f"CW={kinds},{words}", f"T={min(turns, 9)}", f"end={last}",
        f"begin={value[0] if not value[0].isalnum() else ''}", f"shape={_shape(value)}",
        *dict.fromkeys(f"v={run.lower()[:12]}" for run in _RUNS.findall(value)[:4]),
    )  # fmt: skip
    return ValueTraits(kinds, words, length, form, features)


@lru_cache(1 << 13)
def name_traits(name: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the stem of a name, its kind (``password``, ``secret``, ``token``, ``key``, …) and its features."""
    parts = parts_of(name)[-6:]
    joined = "".join(parts)
    stem = next((one for one in _STEMS if one in joined), joined[:8])
    kind = kind_of(name, stem)
    last = parts[-1] if parts else ""
    features = (
        f"k={stem}", f"K={kind}", f"at={kind},{last == stem or joined.endswith(stem)}", f"l={last}",
        f"up={name.isupper()}", *(f"n={part}" for part in sorted(set(parts))),
    )  # fmt: skip
    return stem, kind, features


def kind_of(name: str, stem: str) -> str:
    """Return what a name is the name of, as thresholds are kept for it."""
    if is_password(name) or stem in ("identifi",):
        return "password"
    if stem in ("secret", "token"):
        return stem
    if stem in ("apikey", "accesskey", "privatekey", "key"):
        return "key"
    return "other"


def features_of(candidate: Candidate) -> set[str]:
    """Return the features of a candidate."""
    of_value, of_name = value_traits(candidate.value).features, name_traits(candidate.name)[2]
    return {*of_value, *of_name, *joint_features(candidate)}


def joint_features(candidate: Candidate) -> tuple[str, ...]:
    """Return the features that neither the value nor the name has alone, each once."""
    kinds, words, length, form, _ = value_traits(candidate.value)
    stem = name_traits(candidate.name)[0]
    kind, file = candidate.kind, candidate.file
    extension = file.extension
    quote = candidate.quote[-1:] or "bare"
    operator = f"{kind}{candidate.operator}"
    inside = "in" if candidate.in_string else ""
    last = _LAST_TOKEN.search(candidate.before)
    after = "a word" if _NEXT_WORD.match(candidate.after) else candidate.after[:1].strip() or "the end"
    comment = in_comment(candidate)
    return (
        f"o={operator}", f"oq={operator}{quote}{inside}", f"q={quote}", f"x={extension}", f"kx={stem},{extension}",
        f"kC={stem},{kinds}", f"kW={stem},{words}", f"kL={stem},{length}", f"kF={stem},{form}",
        f"ko={stem},{operator}{quote}", f"oW={kind}{quote},{words}", f"oF={kind},{form},{words}",
        f"b={last[1].lower()[:12] if last else ''}", f"a={after}", f"ax={after},{file.is_code},{quote}",
        f"comment={comment},{file.is_code}", f"has={stem in candidate.value.lower()}", f"wrap={candidate.wrap[-12:]}",
        f"xW={extension},{words}", f"xk={extension},{stem},{words > 2}",
    )  # fmt: skip


def entropy(value: str) -> float:
    """Return the Shannon entropy of a value in bits per character."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in map(value.count, set(value)))


class _Kinds(dict[int, str]):
    """Code of a character -> its kind, each looked up once."""

    def __missing__(self, code: int) -> str:
        one = chr(code)
        if one.isdigit():
            kind = "9"
        elif one.isalpha():
            kind = "A" if one.isupper() else "a"
        else:
            kind = "-" if one in "_-" else "!"
        self[code] = kind
        return kind


_KINDS = _Kinds()


def _kinds(value: str) -> str:
    found = value.translate(_KINDS)
    return "".join(kind for kind in "aA9!-" if kind in found)


def _form(value: str, kinds: str) -> str:
    if value.isdigit():
        return "digits"
    if _HEX.fullmatch(value):
        return "hex"
    if _BASE32.fullmatch(value):
        return "base32"
    if _BASE64.fullmatch(value) and kinds[:3] == "aA9":
        return "base64"
    return "url" if _URL_SAFE.fullmatch(value) else "free"


def _shape(value: str) -> str:
    """Return the runs of kinds of characters, without their lengths, at most 8."""
    return "".join(kind for kind, _ in itertools.groupby(value[:24].translate(_KINDS)))[:8]
