"""Decide whether a text is words put together: an identifier in camel or snake case, the name of a file.

There is no list of words: random texts are told from words by their structure. They change between cases and digits
every one or two characters, and what is left of them has no vowels where words have them, or letters that words never
have side by side. The bounds were chosen by counting: at most 1 random body in 10,000 of any alphabet is taken for
words (see the tests).
"""

from __future__ import annotations

from functools import lru_cache

from keyguard.support.regex import expression

_PART = expression(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_OTHER = expression(rb"[^A-Za-z0-9_.-]")
#: a word without a vowel at all, or with more consonants or vowels in a row than words have
_UNSPEAKABLE = expression(rb"^[^aeiouy]+$|[^aeiouy]{5}|[aeiou]{4}")
#: the pairs of letters that make up four fifths of all pairs in words of English, and a quarter of random ones
_PAIRS = frozenset(
    b"ab ac ad ag ai al am an ap ar as at ba be bi bl bo ca ce ch ci ck cl co cr ct da de di do ds ea ec ed ee ef "
    b"eg el em en ep er es et ev ex ff fi fo ge gi gr ha he hi ho ia ic id ie if ig il im in io ip ir is it iv iz "
    b"ke la le li ll lo ls lt ly ma me mi mo mp na nc nd ne ng ni no ns nt oc od ol om on oo op or os ot ou ow pa "
    b"pe pi pl po pp pr pt qu ra rc rd re rg ri rm ro rr rs rt sa sc se sh si so sp ss st su ta te th ti to tr ts "
    b"tt tu ty ub ul um un up ur us ut va ve vi wa ze".split()
)
#: what speaks for words in one case, and in mixed case: a pair of letters that is common, one that is not, and a change
#: between letters and digits or cases; in random text of mixed case a lower-case letter follows half of the time
_SINGLE, _MIXED = (13, -13, -5), (18, -8, -13)
#: a separator: a random character of base64url is one once in thirty times
_SEPARATED = 15
_LEAST = 100
_SEPARATOR = expression(rb"(?<=[A-Za-z0-9])[_.-](?=[A-Za-z0-9])")
#: digits with separators: a date and a time
_DATES = expression(rb"[0-9]{1,8}(?:[_.-]{1,2}[0-9]{1,8})+")
#: letters of a part from which on it is judged as a word; shorter ones are ``q4``, ``v2``, ``of``
_WORD = 3
#: digits of a part at most: a date with its time
_DIGITS = 8


@lru_cache(maxsize=1024)
def is_wordy(text: bytes) -> bool:
    """Whether a text consists of words, with years, numbers and abbreviations between them."""
    if _OTHER.search(text):
        return False
    parts: list[bytes] = _PART.findall(text)
    words = [part.lower() for part in parts if part.isalpha() and len(part) >= _WORD]
    if not words:
        return _DATES.fullmatch(text) is not None
    size, lettered = sum(map(len, parts)), sum(map(len, words))
    if len(words) < 2 or len(parts) * 3 > size or lettered * 5 < size * 3:
        return False
    if any(part.isdigit() and len(part) > _DIGITS for part in parts) or any(map(_UNSPEAKABLE.search, words)):
        return False
    return _score(text, words, len(parts)) >= _LEAST


def _score(text: bytes, words: list[bytes], parts: int) -> int:
    """Return how much likelier the text is as words than as random characters: ten times the logarithm."""
    pairs = [word[at : at + 2] for word in words for at in range(len(word) - 1)]
    common, separators = sum(map(_PAIRS.__contains__, pairs)), len(_SEPARATOR.findall(text))
    seen, unseen, broken = _SINGLE if text.islower() or text.isupper() else _MIXED
    breaks = parts - 1 - separators
    return common * seen + (len(pairs) - common) * unseen + breaks * broken + separators * _SEPARATED
