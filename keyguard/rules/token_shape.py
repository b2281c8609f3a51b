"""The shape of a token as one short text, from which its pattern, its examples and near misses follow.

``fw_{alnum:24}`` is ``fw_`` and 24 letters or digits, ``{hex:32|40}`` one of two lengths, ``{b64url:40-60}`` any length
between two, ``{live|test}`` one of several words, ``{uuid}`` a UUID, ``{crc:30}`` 30 characters and their CRC32.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from keyguard.rules.alphabets import ALPHABETS, CLASSES
from keyguard.support.errors import RuleError
from keyguard.support.regex import expression

_PART = expression(r"\{([^{}]*)\}|[^{}]+|[{}]")
_LENGTHS = expression(r"[1-9][0-9]{0,3}(?:-[1-9][0-9]{0,3}|(?:\|[1-9][0-9]{0,3})*)")
_WORDS = expression(r"[\w.=-]*(?:\|[\w.=-]*)+")
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
#: how keys of BIP-32 begin, by their version: of the main network, and of the test network
_EXTENDED = {"": "xprv", "04358394": "tprv"}
#: directives of ``keyguard.rules.examples`` -> the pattern of what they make, by their argument; empty if it is wrong
_MADE: dict[str, Callable[[str], str]] = {
    "uuid": lambda argument: "" if argument else _UUID,
    "crc": lambda length: f"[A-Za-z0-9]{{{int(length) + 6}}}" if length.isdigit() else "",
    "crc-apart": lambda length: f"[0-9a-z]{{{length}}}_[0-9a-f]{{8}}" if length.isdigit() else "",
    "bech32-key": lambda name: f"{name.partition('.')[0]}1[02-9ac-hj-np-z]{{{59 if name.endswith('.33') else 58}}}",
    "extended-key": lambda version: _EXTENDED.get(version, "") and _EXTENDED[version] + "[1-9A-HJ-NP-Za-km-z]{107}",
}
#: what a random text may be without a digit before a digit is required of it
_RARE = 0.005
#: how much longer than its shape a text is that is no token any more
_TOO_MUCH = 9
#: of a longer text, or one with such characters, a part may look like a whole token
_COUNTED = 100
_OPEN = frozenset(["base64", "segments"])
_LIVE = frozenset(["live", "prod", "production"])
_TEST = frozenset(["test", "sandbox", "dev", "development", "stage", "staging"])


class Part(NamedTuple):
    """One part of a shape: words, of which one stands there, or so many characters of an alphabet."""

    words: tuple[str, ...] = ()
    alphabet: str = ""
    least: int = 0
    most: int = 0
    #: the lengths, if they are not all those between ``least`` and ``most``
    lengths: tuple[int, ...] = ()
    #: how it is written in a template of ``keyguard.rules.examples``, if it is neither
    maker: str = ""
    pattern: str = ""


class TokenShape:
    """A shape, parsed."""

    def __init__(self, text: str) -> None:
        """Raise ``RuleError`` for a text that is no shape."""
        self.text = text
        self.parts = [_part(found, text) for found in _PART.finditer(text)]
        drawn = [number for number, part in enumerate(self.parts) if not part.words]
        if not drawn:
            raise RuleError(f"shape {text!r}: no part of it is random: write {{alnum:32}} or the like")
        self._body = drawn[0]

    def pattern(self, unless: str = "") -> str:
        """Return the pattern, with the groups ``secret`` and ``body``; no body begins with the pattern ``unless``."""
        head = "".join(map(_pattern, self.parts[: self._body]))
        rest = "".join(map(_pattern, self.parts[self._body :]))
        other = f"(?!{unless})" if unless else ""
        return f"(?P<secret>{head}{other}{_digit_ahead(self.parts[self._body])}(?P<body>{rest}))"

    @property
    def boundary(self) -> str:
        """The boundary that fits the last characters."""
        return "strict" if self.parts[-1].alphabet in ("b64url", "segments", "word") else "token"

    def template(self, number: int) -> str:
        """Return a template for a whole token; the number chooses among lengths and words."""
        return "".join(_template(part, number) for part in self.parts)

    def placeholder(self) -> str:
        """Return the token as documentation writes it, with one character over and over."""
        return "".join(_placeholder(part) for part in self.parts)

    def cut(self) -> str:
        """Return a template for the token without its end: half of its last random part at most."""
        last = max(number for number, part in enumerate(self.parts) if not part.words)
        before = "".join(_template(part, 0) for part in self.parts[:last])
        part = self.parts[last]
        return before if part.maker else f"{before}{{{part.alphabet}:{max(part.least // 2, 1)}}}"

    def overlong(self) -> str:
        """Return a template for a longer text that begins like the token; empty if its end cannot be told."""
        last = self.parts[-1]
        open_ended = last.least != last.most and self.boundary == "strict"
        if not last.alphabet or last.alphabet in _OPEN or last.most > _COUNTED or open_ended:
            return ""
        return "".join(_template(part, 0) for part in self.parts[:-1]) + f"{{{last.alphabet}:{last.most + _TOO_MUCH}}}"

    def environments(self) -> dict[str, tuple[str, ...]]:
        """Return environment -> prefixes, for words such as ``live`` and ``test`` before the random part."""
        found: dict[str, list[str]] = {}
        prefixes = [""]
        for part in self.parts[: self._body]:
            if len(part.words) > 1:
                for word in part.words:
                    bare = word.strip("_-.")
                    kind = "live" if bare in _LIVE else "test" if bare in _TEST else ""
                    if kind:
                        found.setdefault(kind, []).extend(prefix + word for prefix in prefixes)
            prefixes = [prefix + word for prefix in prefixes for word in part.words]
        return {kind: tuple(prefixes) for kind, prefixes in found.items()}

    def prefixes(self) -> tuple[str, ...]:
        """Return all texts with which a token may begin."""
        prefixes = [""]
        for part in self.parts[: self._body]:
            prefixes = [prefix + word for prefix in prefixes for word in part.words]
        return tuple(prefixes)


def _part(found: re.Match[str], shape: str) -> Part:
    inner = found[1]
    if inner is None:
        if found[0] in "{}":
            raise RuleError(f"shape {shape!r}: a lone {found[0]!r}")
        return Part(words=(found[0],))
    name, _, argument = inner.partition(":")
    if name in _MADE and (pattern := _MADE[name](argument)):
        return Part(maker=f"{{{inner}}}", pattern=pattern)
    if name in CLASSES and _LENGTHS.fullmatch(argument):
        numbers = [int(one) for one in re.split(r"[|-]", argument)]
        exact = tuple(sorted(numbers, reverse=True)) if "|" in argument else ()
        return Part(alphabet=name, least=min(numbers), most=max(numbers), lengths=exact)
    if _WORDS.fullmatch(inner):
        return Part(words=tuple(inner.split("|")))
    raise RuleError(f"shape {shape!r}: unknown part {{{inner}}}: an alphabet is one of {', '.join(sorted(CLASSES))}")


def _pattern(part: Part) -> str:
    if part.maker:
        return part.pattern
    if part.words:
        texts = sorted(map(re.escape, part.words), key=len, reverse=True)
        return texts[0] if len(texts) == 1 else f"(?:{'|'.join(texts)})"
    one = f"[{CLASSES[part.alphabet]}]"
    if part.lengths:
        return "(?:" + "|".join(f"{one}{{{length}}}" for length in part.lengths) + ")"
    return f"{one}{{{part.least}}}" if part.least == part.most else f"{one}{{{part.least},{part.most}}}"


def _digit_ahead(part: Part) -> str:
    """Return a look-ahead for a digit if hardly any random text is without one: most words and names are."""
    members = set(ALPHABETS[part.alphabet]) if part.alphabet else set()
    digits = members & set("0123456789")
    if not digits or digits == members or (1 - len(digits) / len(members)) ** part.least > _RARE:
        return ""
    others = re.sub(r"[0-9]-[0-9]|[0-9](?!-)", "", CLASSES[part.alphabet])
    return f"(?=[{others}]{{0,{part.least - 1}}}[0-9])"


def _template(part: Part, number: int) -> str:
    if part.maker:
        return part.maker
    if part.words:
        return part.words[number % len(part.words)]
    lengths = part.lengths or tuple(dict.fromkeys((part.least, (part.least + part.most) // 2, part.most)))
    return f"{{{part.alphabet}:{lengths[number % len(lengths)]}}}"


def _placeholder(part: Part) -> str:
    if part.maker:
        return "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" if "uuid" in part.maker else "x" * 36
    if part.words:
        return part.words[0]
    members = ALPHABETS[part.alphabet]
    return next(one for one in "xX0" if one in members) * min(part.most, max(part.least, 40))
